"""What a question says about itself in brackets or in set words: its type, required, several answers, limits, a scale."""

import re
from dataclasses import dataclass, field

from survey_app.formats.plain_text.lines import flat

_TAGS = {
    "single_choice": "单选 单项选择 单选题 评分单选 情景 判断单选 singlechoice single radio singleselect",
    "judge": "判断 是非 truefalse yesno",
    "dropdown": "下拉 下拉框 下拉单选 下拉菜单 下拉选择 多级下拉 联动 dropdown",
    "multiple_choice": "多选 多项选择 评分多选 不定项选择 不定项 商品 multiplechoice multiple checkbox checkboxes multiselect",
    "ranking": "排序 ranking rank 矩阵排序",
    "scale": "量表 反向量表 评分 打分 评价 星级 scale rating likert",
    "nps": "nps 净推荐值 推荐",
    "matrix": "矩阵 矩阵单选 矩阵评分 表格下拉框 表格下拉 表格单选 matrix grid",
    "matrix_scale": "矩阵量表 矩阵打分 矩阵星级 matrixrating",
    "matrix_multiple": "矩阵多选 表格多选",
    "matrix_text": "矩阵填空 表格填空 表格组合 表格自增 多项简答 表格 表格文本",
    "matrix_number": "矩阵数值 矩阵滑动条 表格数值",
    "text": "填空 单行填空 单行文本 文本 单项填空 shorttext text open",
    "long_text": "简答 问答 多行填空 多行文本 主观 开放 论述 longtext essay opentext paragraph",
    "text_fields": "多项填空 考试多项填空 考试完形填空 完形填空 多项文本 横向填空",
    "number": "数字 数值 number numeric",
    "date": "日期 日期时间 date",
    "time": "时间 time",
    "slider": "滑动条 滑块 slider",
    "constant_sum": "比重 权重 分配 constantsum",
    "file": "文件上传 文件 附件 上传 绘图 手写签名 签名 多项文件 图片上传 fileupload upload signature",
    "place": "地理位置 location",
    "region": "地区 省市 省市区 省市区县 省份城市 地址 region",
    "note": "段落说明 段落 说明 描述 文字说明 note paragraphtext",
    "section": "小节 分节 section",
    "consent": "知情同意 consent",
}
TAGS = {word: kind for kind, words in _TAGS.items() for word in words.split()}
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

GROUP = re.compile(r"[\[(]([^\[\]()]{1,120})[\])]")
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
    required: bool | None = None
    multiple: bool = False
    single: bool = False
    least: int | None = None
    most: int | None = None
    low: int | None = None
    high: int | None = None
    stars: bool = False
    labels: dict[int, str] = field(default_factory=dict)
    conditions: list[str] = field(default_factory=list)

    @property
    def has_range(self) -> bool:
        return self.low is not None and self.high is not None


def _bare(words: str) -> str:
    return "".join(c for c in words.lower() if not c.isspace() and c not in "-_~'\"")


def tag_of(words: str) -> str:
    """The type that a tag names, or ""."""
    bare = _bare(words)
    return TAGS.get(bare) or TAGS.get(bare.removesuffix("题")) or TAGS.get(bare.removesuffix("题型")) or ""


def has_tag(twin: str) -> bool:
    """Whether a line carries a type tag in brackets."""
    return any(tag_of(match[1]) and not _ambiguous(match) for match in GROUP.finditer(twin[-400:]))


_IN_ROUND_BRACKETS = (
    "多选 单选 说明 推荐 时间 文件 评价 描述 地区 地址 上传 段落 日期 数字 数值 签名 附件 评分 打分 表格 分配 权重 "
    "text open multiple rank rating scale date time number note section location single matrix grid upload signature consent "
    "description"
)
_AMBIGUOUS = frozenset(_IN_ROUND_BRACKETS.split())


def _ambiguous(match: re.Match[str]) -> bool:
    # (多选) after a question says how to answer it, (说明) may be a word of it: only square brackets make a tag of them
    return match[0][0] == "(" and _bare(match[1]) in _AMBIGUOUS


def take(text: str, looks_like_rule: "re.Pattern[str] | None" = None) -> tuple[str, Marks]:
    """The words of a question without what its brackets and stars say, and what they say. Other brackets stay."""
    marks = Marks()
    twin = flat(text)
    keep: list[str] = []
    at = 0
    for match in GROUP.finditer(twin):
        if _understood(match, marks, looks_like_rule):
            keep.append(text[at : match.start()])
            at = match.end()
    keep.append(text[at:])
    words = " ".join(part.strip() for part in keep if part.strip()) if at else text.strip()
    words = _stars(words, marks)
    if _ASKS_ALL.search(flat(words)[:2000]):
        marks.multiple = True
    return words, marks


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
    tag = tag_of(words)
    if tag and not _ambiguous(match):
        marks.tag, marks.tag_words = marks.tag or tag, marks.tag_words or match[0]
        marks.stars = marks.stars or "星" in words
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
    bare = _bare(part).removesuffix("题") if len(part) > 3 else _bare(part)
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


def _limits(part: str, marks: Marks) -> bool:
    if match := _BETWEEN.fullmatch(part):
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
