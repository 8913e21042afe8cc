"""Rules in words: `（跳到第5题）`, `若第1题选A，请回答`, `依赖于第3题第2个选项`.

What is certain becomes a condition, the rest is told.
"""

import re
from dataclasses import dataclass
from typing import Literal

from survey_app.formats.plain_text.lines import flat

_REF = r"(?:第\s?([0-9]{1,4})\s?[题问]|[Qq](?:uestion)?\.?\s?([0-9]{1,4}[a-z]?)\s?题?|([A-Z][0-9]{1,3})\s?题?)"
_GOAL = rf"(?:{_REF}|末尾|最后|结束|结尾|下一|本题|此题|该题|the end\b|the next\b)"
LOOKS_LIKE = re.compile(
    rf"依赖于|(?:跳转?|转)(?:到|至|答|往|入|过|问)?\s?{_GOAL}|\b(?:skip|go|jump) (?:to )?{_GOAL}|"
    rf"^(?:如果?|若|当)[^?]{{0,40}}{_REF}|^if\b.{{0,80}}{_REF}|"
    rf"{_REF}[^?]{{0,12}}选[^?]{{1,60}}(?:回答|作答|填写|显示|者)",
    re.IGNORECASE,
)
_ARROW = (
    r"(?:(?:-{1,2}>|=>|→|⇒|➔)\s?(?:请?直?接?(?:跳转?|转)(?:到|至|答|往|入|问)?)?|请?直?接?(?:跳转?|转)(?:到|至|答|往|入|问)?|"
    r"请?(?:直接|继续)(?:回答|作答|填写|做|答)|(?:please )?(?:skip|go|jump) to)"
)
_JUMP = re.compile(rf"[\s(\[,，;；]*{_ARROW}\s?{_REF}\s?(?:继续)?(?:回答|作答)?[)\]。.]*", re.IGNORECASE)
_END = re.compile(
    r"[\s(\[,，;；]*(?:->|=>|→|⇒)?\s?(?:请|并|则)?(?:直接)?(?:(?:跳转?|转)(?:到|至)\s?(?:(?:问卷)?(?:末尾|最后|结尾|结束)|文末)"
    r"(?:[,，]?\s?(?:直接|并)?提交(?:答卷|问卷)?)?|"
    r"(?:结束|终止)(?:问卷|作答|答题|访问|调查|填写)|(?:skip|go) to (?:the )?end(?: of (?:the )?survey)?|"
    r"end (?:of )?(?:the )?survey|terminate|screen ?out)[)\]。.]*",
    re.IGNORECASE,
)
_TAIL = 60
_ARROWS = (
    "-",
    "=",
    "→",
    "⇒",
    "➔",
    "(",
    "[",
    "跳",
    "转",
    "结",
    "终",
    "请",
    "直",
    "继",
    "s",
    "S",
    "g",
    "G",
    "e",
    "E",
    "t",
    "T",
    "j",
    "J",
    "p",
)


@dataclass(frozen=True, slots=True)
class Jump:
    """After this answer: go to the question numbered `to`, or end (`to` is "")."""

    to: str


def jump_of(words: str) -> tuple[str, Jump | None]:
    """An answer's words without the jump behind them, and the jump."""
    twin = flat(words)
    first = max(1, len(twin) - _TAIL)
    for start in range(first, len(twin)):
        before = twin[start - 1]
        if twin[start] not in _ARROWS or (
            before.isalnum() and before.isascii() and twin[start].isascii() and twin[start].isalpha()
        ):
            continue
        if match := _JUMP.fullmatch(twin, start):
            return words[:start].strip(" ,，;；"), Jump(match[1] or match[2] or match[3])
        if _END.fullmatch(twin, start):
            return words[:start].strip(" ,，;；"), Jump("")
    return words, None


@dataclass(frozen=True, slots=True)
class Rule:
    """When question `on` is answered by `values`: show or skip this question (`targets`: others), or jump to the target."""

    on: str
    values: tuple[str, ...]
    act: Literal["show", "skip", "jump"]
    targets: tuple[str, ...] = ()
    own: bool = False
    """Says itself that it is about the question it stands at."""


_DEPENDS = re.compile(rf"依赖于\s?{_REF}\s?第?\s?([0-9][0-9;,，、；\s]{{0,60}})\s?个?选项")
_ORDINALS = re.compile(r"第?\s?([0-9]{1,3})\s?(?:个)?(?:选项|项)")
_LETTERS = re.compile(r"[A-Z](?:\s?(?:或者?|、|,|，|/|or|和|及)\s?[A-Z]){0,20}(?![A-Za-z])")
_QUOTED = re.compile(r'"([^"]{1,80})"|\'([^\']{1,80})\'')
_WHEN = re.compile(
    rf"^(?:如果|如|若|当|只有|仅当|if)?\s?(?:您|你|you)?\s?(?:在|对|in|for)?\s?{_REF}\s?(?:中|里|的)?\s?(?:答案|回答|选择)?\s?"
    rf"(?:(?:您|你)?选择?了?|选中了?|勾选了?|回答了?|为|是|=|等于|answered|selected|is|was|equals)\s?[:=]?\s?",
    re.IGNORECASE,
)
_CHOSE_THEN_REF = re.compile(
    rf"^if (?:you )?(?:answered|selected|chose|ticked)\s(.{{1,80}}?)\s(?:in|to|for|at)\s{_REF}", re.IGNORECASE
)
_SPAN = r"(?:第|Q)?\s?(?P<first>[0-9]{1,4})\s?题?\s?[-~至到]\s?(?:第|Q)?\s?(?P<last>[0-9]{1,4})\s?题?"
_CONCLUSION = re.compile(
    rf"^(?:者|的(?:人|顾客|受访者)?|时|选项)?\s?[,，;；:：]?\s?(?:则|才|就|then|please|请|需|(?P<straight>直接)|(?P<on>继续)|to)*\s?"
    rf"(?:(?P<jump>(?:跳转?|转)(?:到|至|答|往|问)?|(?:skip|go|jump) to)|(?P<skip>跳过|不(?:用|必|需要?)?(?:回答|作答|填写)|skip)|"
    rf"(?P<show>继续|回答|作答|填写|显示|选填|答|answer|show)?)\s?"
    rf"(?:(?P<this>本题|此题|该题|this question)|{_SPAN}|{_REF})?[。.!]?$",
    re.IGNORECASE,
)


def read(words: str) -> Rule | None:
    """The rule in a bracket or a line of its own, or None when it is not certain what it means."""
    twin = flat(words).strip(" ()[]*")
    if len(twin) > 200:
        return None
    if match := _DEPENDS.search(twin):
        alone = not (twin[: match.start()] + twin[match.end() :]).strip(" ;,。.(")
        return (
            Rule(_ref(match, 1), tuple(f"#{n}" for n in re.findall("[0-9]+", match[4])), "show", own=True)
            if alone
            else None
        )
    if match := _CHOSE_THEN_REF.match(twin):
        named, behind = _values(match[1])
        return None if behind else _concluded(_ref(match, 2), named, twin[match.end() :])
    if match := _OWN.match(twin):
        named, behind = _values(twin[match.end() :])
        return _concluded("", named, behind) if named else None
    match = _WHEN.match(twin)
    if match is None:
        return None
    values, left = _values(twin[match.end() :])
    return _concluded(_ref(match, 1), values, left) if values else None


_OWN = re.compile(r"^(?:若|如果?|凡)?\s?您?(?:选择?|勾选)了?\s?(?!第|Q[0-9])")
"""`选B请跳至第5题`: a rule of the question that it stands at."""
_OPENING = re.compile(rf"^(?:如果?|若|当|if\b).{{0,60}}?{_REF}.{{0,60}}?[,，]", re.IGNORECASE)


def opening(words: str) -> str:
    """The clause before the first comma of a question that names another question, or ""."""
    twin = flat(words[:200])
    match = _OPENING.match(twin)
    return words[: match.end() - 1] if match else ""


def _ref(match: re.Match[str], first: int) -> str:
    return next((match[index] for index in range(first, first + 3) if match[index]), "")


def _values(words: str) -> tuple[tuple[str, ...], str]:
    """The answers that are named at the start, and what stands behind them."""
    if match := _LETTERS.match(words):
        return tuple(c for c in match[0] if c.isascii() and c.isupper()), words[match.end() :]
    if _QUOTED.match(words):
        found, at = [], 0
        while match := _QUOTED.match(words, at):
            found.append(match[1] or match[2])
            at = match.end()
            if joint := re.compile(r"\s?(?:或者?|、|,|，|/|or)\s?(?=[\"'])").match(words, at):
                at = joint.end()
        return tuple(found), words[at:]
    if match := _ORDINALS.match(words):
        return (f"#{match[1]}",), words[match.end() :]
    if match := re.compile(r"(.{1,40}?)(?=者|的(?:人|顾客|请)|时|[,，;；]|则|请|$)").match(words):
        return (match[1].strip(),), words[match.end() :]
    return (), words


def _concluded(on: str, values: tuple[str, ...], rest: str) -> Rule | None:
    match = _CONCLUSION.match(rest.strip())
    if match is None:
        return None
    refs = match.re.groups
    first = next((match[index] for index in range(refs - 2, refs + 1) if match[index]), "")
    if match["jump"] or match["straight"] and match["show"]:
        return Rule(on, values, "jump", (first,)) if first else None
    if match["on"] and first or on == "" and not match["jump"]:
        return None  # go on with question 5: who else does is not said
    targets: tuple[str, ...] = (first,) if first else ()
    if match["first"]:
        low, high = int(match["first"]), int(match["last"])
        if high < low or high - low > 200:
            return None
        targets = tuple(map(str, range(low, high + 1)))
    if match["skip"] and not targets and not match["this"]:
        return None
    return Rule(on, values, "skip" if match["skip"] else "show", targets, own=bool(match["this"]))
