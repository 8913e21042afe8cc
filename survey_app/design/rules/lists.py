"""What the lists of a rule offer: earlier questions, comparisons that fit them, their answers."""

from dataclasses import dataclass, field

from survey_app.design.rules.shape import Line
from survey_app.languages import N_
from survey_app.questionnaire.conditions import NUMERIC, as_number
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.question_types.base import Question

_PLAIN = {
    "is": N_("选了"), "is_not": N_("选了别的"), "one_of": N_("选了其中之一"), "none_of": N_("选了其他的任何一个"),
    "answered": N_("已回答"), "unanswered": N_("没有回答"),
}  # fmt: skip
_ORDER = {
    "at_most": N_("不高于（≤）"), "less_than": N_("低于（<）"), "at_least": N_("不低于（≥）"), "more_than": N_("高于（>）"),
}  # fmt: skip
_NUMBER = {"is": N_("等于"), "is_not": N_("不等于")}
_MOMENT = {
    "is": N_("正好是"), "is_not": N_("不是"), "less_than": N_("早于"), "at_most": N_("不晚于"), "more_than": N_("晚于"),
    "at_least": N_("不早于"), "answered": N_("已回答"), "unanswered": N_("没有回答"),
}  # fmt: skip
_MULTIPLE = {
    "includes": N_("勾选了"), "includes_any": N_("勾选了其中任何一个"), "includes_all": N_("同时勾选了"),
    "includes_none": N_("勾选了，但不包括"), "count_at_least": N_("至少勾选几项"), "count_at_most": N_("最多勾选几项"),
    "count_is": N_("正好勾选几项"), "count_more_than": N_("勾选多于几项"), "count_less_than": N_("勾选少于几项"),
    "answered": N_("已回答"), "unanswered": N_("没有回答"),
}  # fmt: skip
_TEXT = {
    "is": N_("正好填写"), "is_not": N_("填写了别的"), "one_of": N_("填写了其中之一"), "none_of": N_("填写了其他内容"),
    "answered": N_("已回答"), "unanswered": N_("没有回答"),
}  # fmt: skip
UNITS = {"days": N_("天"), "months": N_("个月"), "years": N_("年")}


@dataclass(frozen=True, slots=True)
class Operand:
    """A variable that may be asked for. `kind`: choice, place, number, multiple, date, time, text; `offers`: (code, words)."""

    name: str
    page: int
    question: Question
    kind: str
    offers: tuple[tuple[str, str], ...] = ()


@dataclass
class Lists:
    """Everything that the lists of one rule offer."""

    operands: dict[str, Operand] = field(default_factory=dict)

    def operators(self, name: str) -> dict[str, str]:
        """The comparisons that fit the variable: operator -> words."""
        operand = self.operands.get(name)
        return {} if operand is None else operators_of(operand)

    def others(self, name: str) -> list[Operand]:
        """Other answers that this one can be compared with."""
        own = self.operands.get(name)
        if own is None or own.kind not in ("number", "date", "time"):
            return []
        return [other for other in self.operands.values() if other.kind == own.kind and other.name != name]


def operators_of(operand: Operand) -> dict[str, str]:
    """operator -> words, the likeliest first."""
    if operand.kind == "multiple":
        return _MULTIPLE
    if operand.kind in ("date", "time"):
        return _MOMENT
    if operand.kind == "text":
        return _TEXT
    answered = {key: _PLAIN[key] for key in ("answered", "unanswered")}
    if operand.kind == "number":
        several = {key: _PLAIN[key] for key in ("one_of", "none_of")} if operand.offers else {}
        return {**_ORDER, **_NUMBER, **several, **answered}
    if operand.kind == "place":  # its codes have no order
        return {**{key: _PLAIN[key] for key in ("is", "is_not", "one_of", "none_of")}, **answered}
    ordered = _ORDER if sum(as_number(code) is not None for code, _ in operand.offers) > 1 else {}
    return {**{key: _PLAIN[key] for key in ("is", "is_not", "one_of", "none_of")}, **ordered, **answered}


def lists_for(definition: Definition, page: int, question: int | None, language: str, *, end: bool = False) -> Lists:
    """What a rule may ask for: everything before it. `question`: its index on the page; None for a rule of the page
    (with `end`: the questions of the page too)."""
    found = Lists()
    for index, own in enumerate(definition.pages[: page + 1]):
        last = len(own.questions) if index < page or end else question or 0
        for asked in own.questions[:last]:
            for name in (*asked.answer_names(), *asked.text_names()):
                found.operands[name] = _operand(definition, name, index, asked, language)
    return found


def _operand(definition: Definition, name: str, page: int, question: Question, language: str) -> Operand:
    offers = []
    for code in question.codes(name) or ():
        label = question.piped_choice(name, code)
        words = definition.text(dict(label), language) if label else ""
        shown = words if words and words != str(code) else ""
        if as_number(code) is not None and shown:
            shown = f"{code} · {shown}"
        offers.append((str(code), shown or str(code)))
    return Operand(name, page, question, question.operand(name), tuple(offers))


def missing(line: Line, lists: Lists) -> str:
    """What the line still lacks: question, operator, value, other; "" when it is complete.

    A line that asks for a question that is not before it counts as complete: its fault is told, nothing is taken away.
    """
    if not line.name:
        return "question"
    if line.name not in lists.operands:
        return "" if line.operator else "question"
    if line.operator not in lists.operators(line.name):
        return "operator"
    if line.operator in ("answered", "unanswered"):
        return ""
    if line.other:
        if line.plus[0] and not _is_whole(line.plus[1]):
            return "value"
        return "" if line.other in lists.operands else "other"
    return "" if line.values and all(_fits(line, value, lists) for value in line.values) else "value"


def _fits(line: Line, value: str, lists: Lists) -> bool:
    operand = lists.operands[line.name]
    if line.operator.startswith("count_"):
        return _is_whole(value) and int(value) >= 0
    if operand.offers and line.operator not in NUMERIC:
        return value in {code for code, _ in operand.offers}
    if operand.kind in ("number", "choice"):
        return as_number(value) is not None
    return bool(value)


def _is_whole(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) < 6
