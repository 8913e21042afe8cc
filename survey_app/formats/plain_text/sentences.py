"""What reading a text has to tell: code -> (English, Chinese). Reasons of guesses first, then what needs a look."""

from collections.abc import Mapping
from typing import Any

from survey_app.formats.plain_text.parsed import Remark

SENTENCES: dict[str, tuple[str, str]] = {
    # why this type
    "chosen": ("You chose this type.", "您选择了这个题型。"),
    "tag": ("The text says {tag}.", "文本标明了{tag}。"),
    "several_allowed": ("The text allows several answers.", "文本说明可以多选。"),
    "one_allowed": ("The text asks for one answer.", "文本说明只选一项。"),
    "which_ones": ("The wording asks for several things.", "题目问的是“哪些”，通常可以多选。"),
    "options_below": ("{n} answers are offered.", "题目有 {n} 个选项。"),
    "many_options": ("{n} answers: a list that opens saves space.", "有 {n} 个选项，下拉列表更省地方。"),
    "one_option": ("There is only one answer; something may be missing.", "只有一个选项，可能缺了内容。"),
    "boxes": ("{n} answers with square boxes: may be several answers.", "{n} 个选项前是方框，也可能是多选。"),
    "numbered_points": ("The answers are {n} numbered points.", "选项是 {n} 个连续的分数。"),
    "levels": ("The {n} answers go from worst to best.", "{n} 个选项从差到好，是一个量表。"),
    "levels_descending": (
        "The {n} answers go from best to worst; kept in this order, with scores.",
        "{n} 个选项从好到差；按原顺序保留，并带分值。",
    ),
    "range": ("A scale from {low} to {high}.", "{low} 到 {high} 的量表。"),
    "recommend": ("A recommendation from 0 to 10 is the NPS question.", "0 到 10 的推荐意愿就是 NPS 题。"),
    "table": ("A table with {rows} rows.", "是一个 {rows} 行的表格。"),
    "several_blanks": ("{n} blanks to fill in.", "有 {n} 处空格要填。"),
    "blank": ("One blank to fill in.", "有一处空格要填。"),
    "unit": ("The blank is followed by a unit: {unit}.", "空格后面有单位：{unit}。"),
    "asks_place": ("The blanks are for a province, a city and a district.", "空格要填的是省、市、区县。"),
    "asks_date": ("The wording asks for a date.", "题目问的是日期。"),
    "asks_time": ("The wording asks for a time of day.", "题目问的是钟点。"),
    "asks_number": ("The wording asks for a number.", "题目问的是数量。"),
    "asks_words": ("The wording asks for own words.", "题目请人用自己的话回答。"),
    "asks_yes_no": ("The wording asks yes or no.", "题目问的是“是否”。"),
    "no_options": ("No answers are offered, so people may write.", "没有选项，所以请人填写。"),
    # what was kept in another form
    "too_many_to_rank": (
        "More than {limit} things cannot be put in order: it became a multiple choice.",
        "超过 {limit} 项无法排序：改为多选题。",
    ),
    "place_as_text": ("{tag} became a line of text.", "{tag}变成单行填空。"),
    "tag_nearest": (
        "{tag} has no equal here: the nearest type was taken.",
        "{tag}没有完全对应的题型：用了最接近的题型。",
    ),
    "author_line": (
        "“{text}” is a note for the author; people who answer do not see it, so it is left out.",
        "“{text}”是给出题人看的，答题人看不到，已略去。",
    ),
    "inner_labels": (
        "Only some points have words: those between the ends are kept in the hint.",
        "只有部分分数有文字：中间的文字放进了提示里。",
    ),
    "lines_as_hint": (
        "{n} lines below do not fit this type and are kept as a hint.",
        "下面 {n} 行与这个题型不符，作为提示保留。",
    ),
    "options_added": (
        "The text offers no answers: “{first}” and “{second}” were added.",
        "文本没有写选项：加上了“{first}”和“{second}”。",
    ),
    "no_rows": ("The matrix has no rows: it became a rating.", "矩阵没有行：先作为评分题。"),
    "no_columns": ("The matrix has no columns: points from 1 to 5 were taken.", "矩阵没有列：先用 1 到 5 分。"),
    "corner": ("“{text}” in the corner of the table is not kept.", "表格左上角的“{text}”没有保留。"),
    "same_option": ("“{text}” is offered twice (first in line {first}).", "选项“{text}”重复（首次在第 {first} 行）。"),
    "renamed": (
        "The name {wanted} is taken: the question is called {name}.",
        "名称 {wanted} 已被使用：这道题叫 {name}。",
    ),
    "hole_closed": (
        "“{text}” looks like a placeholder for an answer; it is kept as plain text.",
        "“{text}”像是引用答案的占位符，已作为普通文字保留。",
    ),
    # rules
    "jump_kept": ("“{text}” jumps to {to}: made a rule.", "“{text}”之后的跳转（{to}）已变成规则。"),
    "rule_kept": ("“{text}” was made a rule.", "“{text}”已变成显示规则。"),
    "rule_not_understood": (
        "The rule “{text}” is not certain: it is kept as a hint. Build it in the editor.",
        "规则“{text}”不够明确：作为提示保留，请在编辑器里设置。",
    ),
    "rule_in_question": (
        "The question seems to depend on another one. Check whether it needs a rule.",
        "这道题似乎取决于另一题，请看看是否需要显示规则。",
    ),
    # the whole text
    "required_by_tags": (
        "As in tagged texts, every question without （选填） is required.",
        "按带题型标记的文本惯例，没写（选填）的题都是必答。",
    ),
    "one_language": ("“{text}” is in one language only.", "“{text}”只有一种语言。"),
    "no_title": ("The text has no title; give one below.", "文本没有标题，请在下面填写。"),
    "no_question": (
        "No question was found. Number the questions, or put a question mark behind them.",
        "没有找到题目。请给题目编号，或在题目后写问号。",
    ),
    "left_out": ("Left out, as you chose.", "按您的选择略去。"),
    "choice_unknown": ("That type is not possible here.", "这里不能用这个题型。"),
    # limits
    "too_many_options": ("More than {limit} answers: this one is left out.", "选项超过 {limit} 个：这一项略去。"),
    "too_many_rows": ("More than {limit} rows: this one is left out.", "超过 {limit} 行：这一行略去。"),
    "too_many_columns": ("More than {limit} columns: the others are left out.", "超过 {limit} 列：其余略去。"),
    "too_many_fields": ("More than {limit} blanks: the others are left out.", "超过 {limit} 处空格：其余略去。"),
    "too_many_questions": ("More than {limit} questions: this one is left out.", "超过 {limit} 题：这一题略去。"),
    "text_cut": (
        "“{text}…” is longer than {limit} characters and was cut.",
        "“{text}…”超过 {limit} 个字，已截断。",
    ),
    "too_many_lines": (
        "The text has {given} lines; at most {limit} can be read. Paste a part of it.",
        "文本有 {given} 行，最多能读 {limit} 行。请分段粘贴。",
    ),
    "too_many_characters": (
        "The text has {given} characters; at most {limit} can be read. Paste a part of it.",
        "文本有 {given} 个字，最多能读 {limit} 个。请分段粘贴。",
    ),
    "nothing_to_read": ("There is no text yet. Paste the questionnaire.", "还没有文本。请粘贴问卷。"),
}


class _Values(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def sentence(remark: Remark, language: str = "en") -> str:
    """A remark in one sentence; English for every language but Chinese."""
    pair = SENTENCES[remark.code]
    values: Mapping[str, Any] = remark.values
    return pair[1 if language.startswith("zh") else 0].format_map(_Values(values))
