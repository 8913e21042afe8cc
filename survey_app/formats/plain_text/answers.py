"""Offered answers: their marks, several on one line, 其他, exclusive ones, 不清楚, and whether together they are a scale."""

import re
from collections.abc import Sequence
from typing import Any

from survey_app.formats.plain_text import lines
from survey_app.formats.plain_text.lines import BLANK, GAP, Mark, flat

_INLINE_LETTER = re.compile(r"(?<![A-Za-z0-9(])\(?([A-Za-z])\s?[.、):](?![A-Za-z]\.)\s{0,3}")
_INLINE_BARE = re.compile(r"(?<![A-Za-z0-9])([A-Z])\s{0,3}(?=[\u4e00-\u9fff0-9])")
_INLINE_BOX = re.compile(
    rf"[{lines.SQUARES}{lines.CIRCLES}]\s{{0,3}}|(?<!\S)(?:\[\s{{0,5}}\]|\(\s{{0,5}}\))\s{{0,3}}(?=\S)"
)
_INLINE_CIRCLED = re.compile(r"[①-⑳⑴-⒇❶-❿]\s{0,3}")
_INLINE_NUMBER = re.compile(r"(?<![0-9A-Za-z.(])\(?([0-9]{1,2})\s?[.、)](?![0-9])\s{0,3}")
_ENDS = " \u3000\xa0\t;；,，、/"
_OTHER = re.compile(r"(?:其他|其它|别的|另外|others?\b|something else|another\b)", re.IGNORECASE)
_SPECIFY = re.compile(
    r"请(?:注明|说明|填写|写明|具体说明|补充)|please (?:specify|describe|state)|specify", re.IGNORECASE
)
_SPECIFY_GROUP = re.compile(
    r"\s?\((?:请(?:注明|说明|填写|写明|具体说明|补充|列出)|please specify|specify|please state)[:.]?\s?\)",
    re.IGNORECASE,
)
_EXCLUSIVE = re.compile(
    r"以上(?:都|皆|均|全)?(?:没有|不是|无|不|非)|都(?:没有|不是|不符合|不需要)|均(?:无|没有|不是)|没有以上|none of (?:the|these)|"
    r"^(?:无|没有|都不|none|nothing|没有任何)$|^没有(?:遇到|发现|问题|不满意)",
    re.IGNORECASE,
)
_ASKS_BEHIND = re.compile(r"\s?[(（]请(?:注明|说明|填写|写明|具体说明|补充|列出)$")
_ALONE = re.compile(r"(?<=\S)\s?[\[(](?:互斥|排他|互斥选项)[\])]$")
_REFUSED = re.compile(
    r"不愿(?:意)?(?:透露|回答|说|提供)|拒绝回答|不(?:方便|便)(?:透露|回答)|不想(?:说|回答|透露)|保密$|"
    r"prefer not|rather not|refuse",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"^(?:不清楚|不知道|不了解情况|说不清楚?|不好说|不记得了?|记不清了?|没有?注意|没留意|没有留意|不确定|不清楚[/、]?不知道|"
    r"don'?t know|do not know|not sure|unsure|i do(?:n'?t| not) (?:know|remember)|can'?t (?:say|remember)|no opinion)[。.]?$",
    re.IGNORECASE,
)
_LEADING_NUMBER = re.compile(r"([0-9]{1,2})\s?(?:分|星|颗星|points?|stars?)?")


def inline(text: str) -> tuple[str, list[str]] | None:
    """Answers that stand on one line behind marks: (words before the first, the answers). None: there are not two."""
    twin = flat(text)
    for pattern in (_INLINE_BOX, _INLINE_CIRCLED, _INLINE_LETTER, _INLINE_NUMBER):
        found = list(pattern.finditer(twin))
        if pattern in (_INLINE_LETTER, _INLINE_NUMBER):
            found = _in_sequence(found)
        elif len(found) > 1 and (ends := _boxes_behind(twin, found)):
            return _parted(text, ends)
        if len(found) >= 2:
            edges = [*(match.start() for match in found), len(text)]
            parts = [text[match.end() : end].strip(_ENDS) for match, end in zip(found, edges[1:], strict=True)]
            if all(parts):
                return text[: edges[0]].strip(), parts
    return _bare_letters(text, twin)


def _bare_letters(text: str, twin: str) -> tuple[str, list[str]] | None:
    """`A 男 B 女 C 不便说`: letters without a sign behind them, from the start of the line on."""
    found = _in_sequence(list(_INLINE_BARE.finditer(twin[:2000])))
    if len(found) < 3 or found[0].start():
        return None
    edges = [*(match.start() for match in found), len(text)]
    parts = [text[match.end() : end].strip(_ENDS) for match, end in zip(found, edges[1:], strict=True)]
    return ("", parts) if all(parts) else None


def _boxes_behind(twin: str, found: list[re.Match[str]]) -> list[tuple[int, int]]:
    """Where each answer ends and the next begins, when the boxes stand behind the answers: 是□ 否□."""
    if found[0].start() == 0 or twin[found[-1].end() :].strip():
        return []
    return [(match.start(), match.end()) for match in found]


def _parted(text: str, ends: list[tuple[int, int]]) -> tuple[str, list[str]]:
    parts, at = [], 0
    for end, following in ends:
        parts.append(text[at:end].strip(_ENDS))
        at = following
    head, mark, first = _after_colon(parts[0])
    return (head + mark, [first, *parts[1:]]) if all(parts[1:]) and first else ("", [])


def _after_colon(text: str) -> tuple[str, str, str]:
    place = max(text.rfind(character) for character in ":：?？")
    return (text[:place], text[place], text[place + 1 :].strip()) if place >= 0 else ("", "", text)


def _in_sequence(found: list[re.Match[str]]) -> list[re.Match[str]]:
    """The matches A, B, C ... or 1, 2, 3 ... as long as they go on."""
    kept: list[re.Match[str]] = []
    for match in found:
        key = match[1].lower()
        number = int(key) if key.isdigit() else ord(key) - 96
        if number == len(kept) + 1:
            kept.append(match)
    return kept


def spaced(text: str) -> list[str]:
    """Answers divided by tabs or several spaces."""
    parts = [part.strip() for part in GAP.split(text) if part.strip()]
    return parts if len(parts) >= 2 and max(map(len, parts)) <= 40 else []


def listed(text: str) -> tuple[str, list[str]] | None:
    """`性别：男/女` -> ("性别：", ["男", "女"])"""
    head, mark, tail = _after_colon(text)
    twin = flat(tail)
    if mark not in (":", "：") or not tail or len(tail) > 120:
        return None
    parts = [part.strip() for part in re.split(r"[/、]", twin)]
    if 2 <= len(parts) <= 12 and all(parts) and max(map(len, parts)) <= 20 and not BLANK.search(twin):
        return head + mark, parts
    return None


def choice(text: str, code: int, *, several: bool, has_other: bool) -> dict[str, Any]:
    """One choice with what its words say: 其他 has a text field, 以上都没有 excludes the rest, 不清楚 is no answer."""
    twin = flat(text)
    made: dict[str, Any] = {"code": str(code)}
    blank = BLANK.search(twin)
    words = text
    if (blank and len(twin) <= 200) or _SPECIFY_GROUP.search(twin):
        words = _without_blanks(text, twin)
    if several and (alone := _ALONE.search(twin)):
        words, made["exclusive"] = words[: alone.start()].strip(), True
    bare = flat(words).strip(" .:。")
    if not has_other and (blank or _OTHER.match(bare) and (len(bare) <= 12 or _SPECIFY.search(bare))):
        made["other"] = True
    elif several and _EXCLUSIVE.search(bare):
        made["exclusive"] = True
    if not made.get("other"):
        if _UNKNOWN.match(bare):
            made["missing"] = "unknown"
        elif len(bare) <= 40 and _REFUSED.search(bare):
            made["missing"] = "refused"
        if several and made.get("missing"):
            made["exclusive"] = True
    made["text"] = words if words.strip() else text
    return made


def _without_blanks(text: str, twin: str) -> str:
    keep = list(text)
    for pattern in (BLANK, _SPECIFY_GROUP):
        for match in pattern.finditer(twin):
            keep[match.start() : match.end()] = [""] * (match.end() - match.start())
    left = "".join(keep).rstrip(" :：,，。.（）()*")
    asks = _ASKS_BEHIND.search(left)
    return (left[: asks.start()] if asks and asks.start() else left).strip(" :：,，。.（）()*") or text


_WORTH = re.compile(r"[\s(\[]*分值\s?[:=]\s?(-?[0-9]{1,4}(?:\.[0-9]{1,2})?)\s?分?\s?[)\]]*$")
_RIGHT = re.compile(r"\s?[\[(]\s?正确(?:答案|选项)?\s?[)\]]\s?")


def worth(text: str) -> tuple[str, float | None, bool]:
    """(words, points, whether right) of an answer such as `好 (分值:5)` or `北京（正确答案）`."""
    if "分值" in text and (match := _WORTH.search(flat(text)[-40:])):
        cut = max(len(text) - 40, 0) + match.start()
        if cut:
            return text[:cut].strip(), float(match[1]), False
    if "正确" in text and (match := _RIGHT.search(flat(text)[:2000])):
        words = f"{text[: match.start()]}{text[match.end() :]}".strip()
        return words or text, None, bool(words)
    return text, None, False


_POINTS = re.compile(rf"[\s_.…]*((?:[\s|/]+[{lines.SQUARES}{lines.CIRCLES}]?\s?[0-9]{{1,2}}){{3,11}})$")


def points_behind(text: str) -> tuple[str, int, int] | None:
    """`药店整洁。 1 2 3 4 5` -> (words, 1, 5): a statement with its scale on the same line."""
    twin = flat(text)
    match = _POINTS.search(twin, max(len(twin) - 80, 0)) if twin[-1:].isdigit() else None
    if match is None or not match.start():
        return None
    points = [int(number) for number in re.findall("[0-9]+", match[1])]
    if points[0] > 1 or points != list(range(points[0], points[0] + len(points))):
        return None
    return text[: match.start()].strip(" \t|"), points[0], points[-1]


def is_unknown(text: str) -> bool:
    """不清楚 and its like."""
    return _UNKNOWN.match(flat(text).strip(" .:。")) is not None


def numbers(texts: Sequence[str]) -> tuple[list[int], list[str]] | None:
    """`1 很差`, `2`, `3 很好` -> ([1, 2, 3], ["很差", "", "很好"]), when each begins with the next number."""
    values, words = [], []
    for text in texts:
        twin = flat(text)
        match = _LEADING_NUMBER.match(twin)
        if match is None:
            return None
        rest = twin[match.end() :]
        if rest[:1] in "-~至到+%" and rest[1:2].isdigit() or rest[:1].isalpha() or rest[:1].isdigit():
            return None
        values.append(int(match[1]))
        words.append(_trimmed(text[match.end() :]))
    if len(values) < 2 or values != list(range(values[0], values[0] + len(values))) or values[0] > 1:
        return None
    return values, words


def _trimmed(text: str) -> str:
    return text.strip(" =＝:：-—–、.．()（）[]")


# --- scales in words ---------------------------------------------------------------------------------------------------
_FAMILIES = re.compile(
    r"满意|同意|赞成|认同|重要|符合|清楚|清晰|了解|熟悉|愿意|可能|信任|认可|喜欢|方便|容易|困难|频繁|经常|及时|专业|"
    r"satisf|agree|important|likely|easy|difficult|often|familiar|willing|clear|good|poor|helpful",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"非常|十分|很|极|完全|最|特别|总是|从不|从来|强烈|根本|very|strongly|extremely|completely|totally|excellent|always|never|highly",
    re.IGNORECASE,
)
_MILD = re.compile(
    r"比较|较|还算|基本|有点|有些|不太|稍|略|somewhat|fairly|slightly|rather|quite|moderately", re.IGNORECASE
)
_AGAINST = re.compile(
    r"不(?!错)|差|慢|困难|难|没有|从不|未|坏|低|\bdis|\bun|\bnot\b|poor|never|\bbad\b|difficult|\bhard\b", re.IGNORECASE
)
_MIDDLE = re.compile(
    r"^(?:一般般?|中立|普通|尚可|还行|无所谓|中等|不好不坏|neutral|neither\b.*|average|fair|ok(?:ay)?|undecided|so-so)$",
    re.IGNORECASE,
)


def _rank(twin: str) -> float | None:
    if _MIDDLE.match(twin):
        return 0.0
    if len(twin) > 40 or not (_FAMILIES.search(twin) or re.search(r"好|差|快|慢|高|低|错|bad|hard", twin)):
        return None
    size = 2.0 if _STRONG.search(twin) else 1.0 if _MILD.search(twin) else 1.5
    return -size if _AGAINST.search(twin) else size


def direction(texts: Sequence[str]) -> int:
    """1: the answers are a scale in words from worst to best; -1: from best to worst; 0: they are none."""
    if not 3 <= len(texts) <= 7:
        return 0
    twins = [flat(text).strip(" .。") for text in texts]
    ranks = [_rank(twin) for twin in twins]
    known = [rank for rank in ranks if rank is not None]
    if len(known) < len(texts) or not any(rank > 0 for rank in known) or not any(rank < 0 for rank in known):
        return 0
    families = {match[0].lower() for twin in twins if (match := _FAMILIES.search(twin))}
    if len(families) > 2:
        return 0
    if all(a < b for a, b in zip(known, known[1:], strict=False)):
        return 1
    return -1 if all(a > b for a, b in zip(known, known[1:], strict=False)) else 0


__all__ = ["Mark", "choice", "direction", "inline", "is_unknown", "listed", "numbers", "spaced"]
