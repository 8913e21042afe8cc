"""Validations as checks of our questions: each as the equation that LimeSurvey itself makes of it.

A limit that one question of ours can have is set where the question is made and told there (`Work.said`); what is left comes
here: limits that are expressions or name other answers, numbers of answers, sums, patterns, and equations of the author.
Sources: the documented behaviour of the Expression Manager, where the page and the server agree.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

from survey_app.formats.importing.logic import BadExpression, Both, Call, Const, Inexpressible, Not, Op, Ref, joined
from survey_app.formats.limesurvey.conditions import substituted
from survey_app.formats.limesurvey.expressions import Quoted, parsed
from survey_app.formats.limesurvey.survey import Question
from survey_app.formats.limesurvey.work import Plain, Work
from survey_app.questionnaire.conditions import as_number

Refs = tuple[Ref, ...]
Equation = Callable[[Work, Question, Refs, Any], Any]
"""(work, question, its variables, the value as a tree) -> the tree that has to be true."""
_MOST_CHECKS = 50
_MOST_STEPS = 20
_NUMBERS = "/^[-+]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)$/"


def apply(work: Work, question: Question, made: list[Plain]) -> None:
    """Every validation that is not said yet: a check on the question, or left as words."""
    for name, (types, equation, words) in _KINDS.items():
        text = question.pattern if name == "preg" else question.attribute(name)
        if name in work.settled or text in ("", "N") or (text == "0" and name in _SWITCHES):
            continue
        work.used.add(name)
        place = f"{question.place} / {name}"
        if question.type not in types:
            work.building.lost("setting", place, text, "setting_lost", made[0]["name"])
            continue
        try:
            _add(work, question, made, equation, name, text, words)
        except (Inexpressible, BadExpression):
            work.unsaid(name, text)
        else:
            work.said(name, text)
    for name in _NUMBERS_ALONE:
        text = question.attribute(name)
        if text and name in work.used and name not in work.settled and as_number(text.replace(",", ".")) is None:
            work.unsaid(name, text)


def _add(
    work: Work, question: Question, made: list[Plain], equation: Equation, name: str, text: str, words: str
) -> None:
    owner = _owner(made)
    variables = own_variables(work, question)
    if owner is None or not variables or len(owner.get("checks", ())) >= _MOST_CHECKS:
        raise Inexpressible
    value = Const(text) if name in _AS_TEXT else parsed(text)
    tree = equation(work, question, variables, value)
    check = work.check(tree)
    if check is None:
        return
    message = _tip(work, question, name) or (work.built_in(words) if words else {})
    owner.setdefault("checks", []).append({**check, **({"message": message} if message else {})})


def _owner(made: list[Plain]) -> Plain | None:
    """The question that the check hangs on: it comes after everything that the check may look at, and is always shown with it.

    A table that became a question per row has none when the last row has a rule of its own.
    """
    asking = [one for one in made if one["type"] not in ("section", "note", "hidden", "computed")]
    if not asking or (made[0]["type"] == "section" and asking[-1].get("show_if") != made[0].get("show_if")):
        return None
    return asking[-1]


def _tip(work: Work, question: Question, name: str) -> dict[str, str]:
    """The words that the author wrote for an equation; they were told with the hint."""
    texts = question.worded(f"{name}_tip")
    if not texts:
        return {}
    before, notes = len(work.building.lines), len(work.open_notes)
    found = work.text(texts, "", "")
    del work.building.lines[before:]
    del work.open_notes[notes:]
    return {} if "{{" in str(found) or work.building.languages[0] not in found else found


def own_variables(work: Work, question: Question) -> Refs:
    """The variables of the question that LimeSurvey counts and checks: not its comments."""
    names = [name for name in work.variables.names_of(question.code) if not name.endswith("comment")]
    if question.type in "LO!":
        names = names[:1] if question.code in names else []
    return tuple(Ref(name, "NAOK") for name in names)


# --- the equations ----------------------------------------------------------------------------------------------------
def _all(parts: Sequence[Any]) -> Any:
    return reduce(lambda one, two: joined("all", one, two), parts)


def _empty(ref: Any) -> Call:
    return Call("is_empty", (ref,))


def _or_empty(ref: Any, tree: Any) -> Any:
    return Both("any", (_empty(ref), tree))


def _answers(question: Question, refs: Refs) -> Any:
    """How many are answered; a row with two scales when both are."""
    if question.type != "1":
        return Call("count", refs)
    pairs = [(ref, replace(ref, name=f"{ref.name[:-1]}1")) for ref in refs if ref.name.endswith("_0")]
    both = (Call("if", (Op("=", Call("count", pair), Const(2)), Const(1), Const(0))) for pair in pairs)
    return Call("sum", tuple(both))


def _number_of_answers(op: str) -> Equation:
    def equation(work: Work, question: Question, refs: Refs, value: Any) -> Any:
        if question.type == "R" and op == "<=" and isinstance(value, Const) is False:
            most = work.question.attribute("max_subquestions") if work.question else ""
            value = Call("min", (value, parsed(most))) if most else value
        return _or_empty(value, Op(op, _answers(question, refs), value))

    return equation


def _each(op: str) -> Equation:
    """Every number that is given, compared with the value."""
    return lambda work, question, refs, value: _all([_or_empty(ref, Op(op, ref, value)) for ref in refs])


def _cells(op: str) -> Equation:
    """The same of numbers that are typed; where a list is offered, the value is no rule but the list."""

    def equation(work: Work, question: Question, refs: Refs, value: Any) -> Any:
        if question.attribute("input_boxes") != "1":
            raise Inexpressible
        return _each(op)(work, question, refs, value)

    return equation


def _sum(op: str, *, may_be_empty: bool = True) -> Equation:
    """The sum of all numbers, compared with the value."""

    def equation(work: Work, question: Question, refs: Refs, value: Any) -> Any:
        tree: Any = Op(op, Call("sum", refs), value)
        if may_be_empty and question.attribute("value_range_allows_missing", "1") != "0":
            tree = Both("any", (tree, Op("=", Call("count", refs), Const(0))))
        return tree

    return equation


def _pattern(work: Work, question: Question, refs: Refs, value: Any) -> Any:
    return _all([_or_empty(ref, Call("regexmatch", (value, ref))) for ref in refs])


def _author(work: Work, question: Question, refs: Refs, value: Any) -> Any:
    """`this` is each variable in turn."""
    trees = [substituted(value, "this", ref.name) for ref in refs]
    return _all(list(dict.fromkeys(trees)))


def _other_said(work: Work, question: Question, refs: Refs, value: Any) -> Any:
    """Whoever chooses 其他 says what it is; beside several choices: comments on it."""
    other = Ref(f"{question.code}_other", "NAOK")
    if question.type == "P":
        return _or_empty(other, Not(_empty(Ref(f"{question.code}_othercomment", "NAOK"))))
    return Both("any", (Op("!=", Ref(question.code, "NAOK"), Const(Quoted("-oth-"))), Not(_empty(other))))


def _other_number(work: Work, question: Question, refs: Refs, value: Any) -> Any:
    other = Ref(f"{question.code}_other", "NAOK")
    return _or_empty(other, Call("regexmatch", (Const(_NUMBERS), other)))


def _alone(work: Work, question: Question, refs: Refs, value: Any) -> Any:
    """Where one row excludes the others, they are empty when it is answered."""
    found = []
    for code in filter(None, (part.strip() for part in str(value.value).replace(",", ";").split(";"))):
        own = [ref for ref in refs if ref.name == f"{question.code}_{code}"]
        rest = tuple(ref for ref in refs if ref not in own)
        if not own or not rest:
            raise Inexpressible
        found.append(_or_empty(own[0], Op("=", Call("count", rest), Const(0))))
    return _all(found)


def _comments(work: Work, question: Question, refs: Refs, value: Any) -> Any:
    """A comment stands beside a choice only when that is chosen, or only when it is not."""
    if value.value not in ("checked", "unchecked"):
        return Const(1)  # always
    found = []
    for ref in refs:
        comment = _empty(Ref(f"{ref.name}comment", "NAOK"))
        chosen = Not(_empty(ref)) if value.value == "checked" else _empty(ref)
        found.append(Both("any", (comment, chosen)))
    return _all(found)


def _short(work: Work, question: Question, refs: Refs, value: Any) -> Any:
    return _all([Op("<=", Call("strlen", (ref,)), value) for ref in refs])


def _steps(work: Work, question: Question, refs: Refs, value: Any) -> Any:
    """The numbers of a list that goes up in steps; where numbers are typed, a step is no rule."""
    if question.attribute("input_boxes") == "1":
        return Const(1)
    low, high = question.attribute("multiflexible_min", "1"), question.attribute("multiflexible_max", "10")
    first, last, step = (as_number(text) for text in (low, high, str(getattr(value, "value", ""))))
    if first is None or last is None or not step or step < 0 or (last - first) / step > _MOST_STEPS:
        raise Inexpressible
    numbers = [Const(round(first + index * step, 6)) for index in range(int((last - first) / step) + 1)]
    return _all([_or_empty(ref, Both("any", tuple(Op("=", ref, number) for number in numbers))) for ref in refs])


def _day(op: str) -> Equation:
    """A day beside another one that was asked for."""

    def equation(work: Work, question: Question, refs: Refs, value: Any) -> Any:
        if not isinstance(value, Ref):
            raise Inexpressible
        bound = replace(value, part="NAOK")
        return _or_empty(refs[0], _or_empty(bound, Op(op, refs[0], bound)))

    return equation


_TABLES = "1:;ABCEFKQMRP"
_TYPED = "NKQ;:STU"
_SWITCHES = frozenset(("min_answers", "other_comment_mandatory", "other_numbers_only"))
_AS_TEXT = frozenset(("preg", "exclude_all_others", "commented_checkbox"))
_NUMBERS_ALONE = ("max_subquestions", "max_num_of_files", "max_filesize", "slider_min", "slider_max", "slider_accuracy")
"""Attributes that LimeSurvey takes as they stand: an expression in them is none."""
_ANSWERS, _RANGE, _TOTAL = "The number of answers does not fit", "The number is out of range", "The sum does not fit"
_KINDS: dict[str, tuple[str, Equation, str]] = {
    "min_answers": (_TABLES, _number_of_answers(">="), _ANSWERS),
    "max_answers": (_TABLES, _number_of_answers("<="), _ANSWERS),
    "min_num_value_n": ("NK", _each(">="), _RANGE),
    "max_num_value_n": ("NK", _each("<="), _RANGE),
    "multiflexible_min": (":", _cells(">="), _RANGE),
    "multiflexible_max": (":", _cells("<="), _RANGE),
    "min_num_value": ("K", _sum(">="), _TOTAL),
    "max_num_value": ("K", _sum("<="), _TOTAL),
    "equals_num_value": ("K", _sum("="), _TOTAL),
    "min_num_value_sgqa": ("K", _sum(">=", may_be_empty=False), _TOTAL),
    "max_num_value_sgqa": ("K", _sum("<=", may_be_empty=False), _TOTAL),
    "num_value_equals_sgqa": ("K", _sum("=", may_be_empty=False), _TOTAL),
    "multiflexible_step": (":", _steps, _RANGE),
    "maximum_chars": (_TYPED, _short, "The answer is too long"),
    "commented_checkbox": ("P", _comments, ""),
    "date_min": ("D", _day(">="), _RANGE),
    "date_max": ("D", _day("<="), _RANGE),
    "exclude_all_others": ("MPABCEFKQ", _alone, ""),
    "other_comment_mandatory": ("L!P", _other_said, "Please fill in what is other"),
    "other_numbers_only": ("LMP", _other_number, "Please enter a number"),
    "preg": (_TYPED, _pattern, "Please use the required form"),
    "em_validation_q": ("ABCEFHKQ;:MNOPRSTUDL!", _author, ""),
    "em_validation_sq": (_TYPED, _author, ""),
}
"""Attribute -> (types that LimeSurvey checks it for, its equation, what is said)."""
