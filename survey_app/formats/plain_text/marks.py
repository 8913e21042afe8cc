"""What a question says about itself in brackets or in set words: its type, required, several answers, limits, a scale."""

import re
from dataclasses import dataclass, field

from survey_app.formats.plain_text import tags
from survey_app.formats.plain_text.lines import flat

_REQUIRED_WORDS = "必答 必填 必选 必做 必答题 必填项 * required mandatory compulsory"
_OPTIONAL_WORDS = "选填 选答 可选 非必答 非必填 可不填 可不答 选做 optional notrequired"
_MULTIPLE_WORDS = (
    "可多选 多选 可以多选 可选多项 可选择多项 可选多个 允许多选 多选题 不定项 不定项选择 可复选 复选 multiple multi "
    "multiplechoice multipleanswers multipleresponse chooseallthatapply selectallthatapply checkallthatapply "
    "tickallthatapply markallthatapply pleaseselectallthatapply pleasechooseallthatapply pleasetickallthatapply "
    "selectmultiple morethanoneanswerpossible youmaychoosemorethanone"
)
_SINGLE_WORDS = "单选 只选一项 限选一项 选一项 单项 selectone chooseone pleaseselectone singleanswer oneansweronly"
REQUIRED, OPTIONAL = frozenset(_REQUIRED_WORDS.split()), frozenset(_OPTIONAL_WORDS.split())
MULTIPLE, SINGLE = frozenset(_MULTIPLE_WORDS.split()), frozenset(_SINGLE_WORDS.split())
_ASKS_ALL = re.compile(
    r"可多选|多选题|(?:choose|select|check|tick|mark)\s(?:all|any)\s(?:that|which)\sapply", re.IGNORECASE
)
_WHICH_ONES = re.compile(
    r"哪些|哪几|which of (?:the|these)\b.{0,80}\bdo you\b|^which .{0,60}s (?:do|did|have|are)\b", re.IGNORECASE
)

_SPLIT = re.compile(r"[,，;；、:：。.!！]\s*")
_NUMBER_WORDS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_N = r"([0-9]{1,2}|[一二两三四五六七八九十]|one|two|three|four|five)"
_ENGLISH = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_MOST = re.compile(
    rf"(?:请)?(?:最多|至多|限|不超过|选|任选|up to|at most|max(?:imum)?)(?:可|能)?选?(?:择)?\s?{_N}\s?(?:项|个|种|条)?",
    re.IGNORECASE,
)
_MOST_EN = re.compile(
    rf"(?:please )?(?:choose|select|pick) (?:up to|at most|no more than) {_N}(?: options| answers)?", re.IGNORECASE
)
_LEAST = re.compile(
    rf"(?:请)?(?:最少|至少|不少于|at least|min(?:imum)?)选?(?:择)?\s?{_N}\s?(?:项|个|种|条)?", re.IGNORECASE
)
_BETWEEN = re.compile(rf"(?:请)?(?:可?选|选择)?\s?{_N}\s?[-~至到]\s?{_N}\s?(?:项|个|种|条)", re.IGNORECASE)
_RANGE = re.compile(
    r"([0-9]{1,3})\s?(?:分|星|级)?\s?(?:-|~|至|到|to)\s?([0-9]{1,3})\s?(分|星|级|颗星|points?|stars?)?(?:制|量表|评分|scale)?",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"([0-9]{1,3})\s?(?:分|星|级)?\s?(?:=|:|表示|代表|为|是|means|is\b)\s?([^,，;；、。=0-9\[\]()]{1,60})",
    re.IGNORECASE,
)
_POINT_SYSTEM = re.compile(r"(?:满分|总分)?\s?(5|7|10|五|七|十)\s?分制|(五|七|5|7)\s?(?:级|点)(?:量表)")


@dataclass(slots=True)
class Marks:
    """What was said about one question."""

    tag: str = ""
    tag_words: str = ""
    """The tag as it stands there, in its brackets."""
    tag_word: str = ""
    required: bool | None = None
    multiple: bool = False
    single: bool = False
    least: int | None = None
    most: int | None = None
    low: int | None = None
    high: int | None = None
    stars: bool = False
    labels: dict[int, str] = field(default_factory=dict)
    total: int | None = None
    """What amounts have to add up to."""
    conditions: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    """Words for the author alone, such as the points of a question."""

    @property
    def has_range(self) -> bool:
        return self.low is not None and self.high is not None


def take(text: str, looks_like_rule: "re.Pattern[str] | None" = None) -> tuple[str, Marks]:
    """The words of a question without what its brackets and stars say, and what they say. Other brackets stay."""
    marks = Marks()
    text = _without_span(text, marks)
    twin = flat(text)
    keep: list[str] = []
    at = 0
    for match in tags.GROUP.finditer(twin):
        if _understood(match, marks, looks_like_rule):
            keep.append(text[at : match.start()])
            at = match.end()
    keep.append(text[at:])
    words = " ".join(part.strip() for part in keep if part.strip()) if at else text.strip()
    words = _stars(words, marks)
    if _ASKS_ALL.search(flat(words)[:2000]):
        marks.multiple = True
    return words, marks


_SPAN = re.compile(
    r"[\[(]\s?请?输入\s?([0-9]{1,6})\s?(?:\(([^()\[\]]{0,40})\))?\s?(?:到|至|-|~)\s?([0-9]{1,6})\s?(?:\(([^()\[\]]{0,40})\))?"
    r"\s?的?(?:数字|整数|数值|数)\s?[\])]"
)


def _without_span(text: str, marks: Marks) -> str:
    """The text without `[输入0(很差)到100(很好)的数字]`, which says the ends of a slider."""
    match = _SPAN.search(flat(text)) if "输入" in text else None
    if match is None or int(match[1]) >= int(match[3]):
        return text
    marks.low, marks.high = int(match[1]), int(match[3])
    marks.labels |= {int(match[at]): words for at in (1, 3) if (words := (match[at + 1] or "").strip())}
    return f"{text[: match.start()]} {text[match.end() :]}"


def asks_for_several(text: str) -> bool:
    """Whether the wording alone suggests several answers."""
    return _WHICH_ONES.search(flat(text)[:400]) is not None


def _stars(words: str, marks: Marks) -> str:
    stripped = words.rstrip("*＊ ")
    if stripped != words.rstrip():
        marks.required = True
    bare = stripped.lstrip("*＊ ")
    if bare != stripped:
        marks.required = True
    return bare.strip()


def _understood(match: re.Match[str], marks: Marks, rule: "re.Pattern[str] | None") -> bool:
    words = match[1].strip()
    if rule is not None and rule.search(words):
        head, comma, tail = words.replace("，", ",").partition(",")
        if comma and not rule.search(head) and rule.search(tail.strip()) and _part(head.strip(), marks):
            words = tail.strip()
        marks.conditions.append(words)
        return True
    tag, word = tags.tag_at(match)
    if tag:
        if marks.tag in ("", "text") and tag != "text" or not marks.tag:  # [填空题] [日期]
            marks.tag, marks.tag_words, marks.tag_word = tag, match[0], word
        marks.stars = marks.stars or "星" in words
        return True
    if (points := _POINTS.fullmatch(words)) and match.string[: match.start()].rstrip().endswith("*"):
        marks.aside.append(points[0])
        return True
    before = (marks.required, marks.multiple, marks.single, marks.least, marks.most, marks.low, marks.high)
    labels = dict(marks.labels)
    if all(_part(part.strip(), marks) for part in _SPLIT.split(_without_labels(words, marks)) if part.strip()):
        return True
    # something in it was not understood: the bracket stays in the text, what was understood still counts
    understood = (
        marks.required,
        marks.multiple,
        marks.single,
        marks.least,
        marks.most,
        marks.low,
        marks.high,
    ) != before
    if not understood:
        marks.labels = labels
    return False


def _without_labels(words: str, marks: Marks) -> str:
    marks.labels |= labels_in(words)
    return _LABELLED.sub("", words)


def labels_in(twin: str) -> dict[int, str]:
    """`1=非常不满意 5=非常满意` -> {1: ..., 5: ...}"""
    return {int(match[1]): match[2].strip(" -~.\"'") for match in _LABELLED.finditer(twin) if match[2].strip(" -~.\"'")}


def _part(part: str, marks: Marks) -> bool:
    bare = tags.bare(part).removesuffix("题") if len(part) > 3 else tags.bare(part)
    if bare in REQUIRED:
        marks.required = True
    elif bare in OPTIONAL:
        marks.required = False
    elif bare in MULTIPLE:
        marks.multiple = True
    elif bare in SINGLE:
        marks.single = True
    elif scale := range_in(part, marks):
        marks.low, marks.high = scale
    else:
        return _limits(part, marks)
    return True


_POINTS = re.compile(r"[0-9]{1,3}\s?分")
_TOTAL = re.compile(r"总和\s?(?:必须|须|应)?\s?(?:为|是|等于|=)\s?([0-9]{1,6})")


def _limits(part: str, marks: Marks) -> bool:
    if match := _TOTAL.fullmatch(part):
        marks.total = int(match[1])
    elif match := _BETWEEN.fullmatch(part):
        marks.least, marks.most, marks.multiple = _value(match[1]), _value(match[2]), True
    elif match := _MOST_EN.fullmatch(part) or _MOST.fullmatch(part):
        marks.most = _value(match[1])
        marks.multiple = marks.multiple or marks.most > 1
        marks.single = marks.single or marks.most == 1
    elif match := _LEAST.fullmatch(part):
        marks.least, marks.multiple = _value(match[1]), True
    else:
        return False
    return True


def _value(words: str) -> int:
    return int(words) if words.isdigit() else _NUMBER_WORDS.get(words) or _ENGLISH.get(words.lower(), 1)


def range_in(words: str, marks: Marks | None = None) -> tuple[int, int] | None:
    """The scale that a text is and nothing else: `1~5`, `0-10分`, `五级量表`."""
    twin = flat(words).strip(" :。.")
    if len(twin) > 40:
        return None
    if match := _POINT_SYSTEM.fullmatch(twin):
        most = _NUMBER_WORDS.get(match[1] or match[2]) or int(match[1] or match[2])
        return 1, most
    match = _RANGE.fullmatch(twin) or _RANGE.fullmatch(twin.removeprefix("请打").removeprefix("打分").strip(" :"))
    if match is None:
        return None
    low, high = int(match[1]), int(match[2])
    if marks is not None and match[3] and ("星" in match[3] or "star" in match[3].lower()):
        marks.stars = True
    return (low, high) if low in (0, 1) and low < high <= 100 else None
