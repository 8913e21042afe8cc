"""Where a question, one of its choices or rows, or a scale is used: what would break if it were removed.

Total over every definition whose shape is right, also one whose conditions make no sense yet: what cannot be read there names
nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey_app.questionnaire import offering, piping
from survey_app.questionnaire.conditions import same
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.meaning import all_texts, places
from survey_app.questionnaire.problems import path_of
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.choosing import AttentionCheck
from survey_app.questionnaire.question_types.hidden import Computed
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.rating import Likert
from survey_app.questionnaire.question_types.tables import MatrixFields

KINDS = ("show_if", "end_if", "check", "computed", "score", "piping", "expected", "scale", "quota")
Path = tuple[str | int, ...]
Test = Callable[[str, Any], bool]
"""Whether a mention counts: (variable, constant it is compared with; None where it is not compared with a constant)."""


@dataclass(frozen=True, slots=True)
class Use:
    """One use. `path`: the rule, score, text or key that names it (`pages[0].questions[2].show_if`); `kind`: of KINDS."""

    path: str
    kind: str


def uses(definition: Definition, *, question: str, choice: str | None = None, row: str | None = None) -> list[Use]:
    """Every use of a question, outside of itself; or of one of its choices; or of one row (or text field) of it.

    With `choice`: the conditions that compare with its code, the expected answer, and whatever reads the text that is typed
    behind it. Every rule is named once, in the order of the questionnaire.
    """
    owner = definition.by_name.get(question)
    if owner is None:
        return []
    names = _names_of(owner, row)
    if choice is not None:
        found = list(_choice_uses(definition, {owner.name: names}, choice, _typed_behind(owner, choice)))
        if isinstance(owner, AttentionCheck) and owner.expected == choice:
            found.append((_path_of_question(definition, owner), "expected"))
    else:
        found = list(_mentions(definition, lambda name, _: name in names))
        if row is None:
            own = _path_of_question(definition, owner)
            found = [(path, kind) for path, kind in found if path[: len(own)] != own]
    return _tidy([((*path, "expected"), kind) if kind == "expected" else (path, kind) for path, kind in found])


def scale_uses(definition: Definition, scale: str, point: str | None = None) -> list[Use]:
    """The questions on a scale; with `point`, the conditions that compare answers on the scale with this point."""
    users = [(path, q) for path, _, q in places(definition) if isinstance(q, Likert | Matrix) and q.scale == scale]
    if point is None:
        return [Use(path_of((*path, "scale")), "scale") for path, _ in users]
    return _tidy(list(_choice_uses(definition, {q.name: set(q.answer_names()) for _, q in users}, point, frozenset())))


def _names_of(question: Question, row: str | None) -> set[str]:
    stored = {question.name, *question.answer_names(), *question.text_names()}
    if row is None:
        return stored
    if isinstance(question, MatrixFields):  # a row or a column
        cells = question.cells_by_name.items()
        return {name for name, (r, column) in cells if row in (r.code, column.code)}
    return {f"{question.name}_{row}"} & stored


def _typed_behind(question: Question, choice: str) -> frozenset[str]:
    """The variable of the text field that goes with a choice."""
    other = getattr(question, "other", None)
    return frozenset({f"{question.name}_other"}) if other is not None and other.code == choice else frozenset()


def _path_of_question(definition: Definition, question: Question) -> Path:
    return next(path for path, _, found in places(definition) if found is question)


def _choice_uses(
    definition: Definition, names: Mapping[str, set[str]], code: str, texts: frozenset[str]
) -> Iterator[tuple[Path, str]]:
    every = {name for group in names.values() for name in group}

    def counts(name: str, constant: Any) -> bool:
        return name in texts or name in every and constant is not None and same(constant, code)

    yield from _mentions(definition, counts)


def _mentions(definition: Definition, counts: Test) -> Iterator[tuple[Path, str]]:
    for index, page in enumerate(definition.pages):
        path: Path = ("pages", index)
        if _condition_counts(page.show_if, counts):
            yield (*path, "show_if"), "show_if"
        for number, question in enumerate(page.questions):
            place = (*path, "questions", number)
            yield from (((*place, *inner), kind) for inner, kind in _mentions_in(question, counts))
        if _condition_counts(page.end_if, counts):
            yield (*path, "end_if"), "end_if"
    yield from _mentions_of_measures(definition, counts)
    for place, text in all_texts(definition):
        if any(counts(name, None) for words in text.values() for name in piping.names(words)):
            yield place, "piping"


def _mentions_in(question: Question, counts: Test) -> Iterator[tuple[Path, str]]:
    """The rules, checks and the expression of a question, by their place in it."""
    if _condition_counts(question.show_if, counts):
        yield ("show_if",), "show_if"
    for rule in offering.rules_of(question):
        if _condition_counts(rule.condition, counts):
            yield rule.place, "show_if"
    for at, check in enumerate(question.checks):
        if _condition_counts(check.that, counts) or _expression_counts(list(check.let.values()), counts):
            yield ("checks", at), "check"
    if isinstance(question, Computed) and _expression_counts(question.expression, counts):
        yield ("expression",), "computed"


def _mentions_of_measures(definition: Definition, counts: Test) -> Iterator[tuple[Path, str]]:
    for index, score in enumerate(definition.scores):
        for key in ("questions", "reverse", "weights"):
            if any(counts(name, None) for name in getattr(score, key) or ()):
                yield ("scores", index), "score"
    for index, quota in enumerate(definition.quotas):
        if _condition_counts(quota.when, counts):
            yield ("quotas", index, "when"), "quota"


def _condition_counts(condition: Any, counts: Test) -> bool:
    if not isinstance(condition, Mapping):
        return False
    for key, test in condition.items():
        if key in ("all", "any"):
            if isinstance(test, list) and any(_condition_counts(part, counts) for part in test):
                return True
        elif key == "not":
            if _condition_counts(test, counts):
                return True
        elif (
            counts(key, None) or isinstance(test, Mapping) and any(_right_counts(key, r, counts) for r in test.values())
        ):
            return True
    return False


def _right_counts(name: str, right: Any, counts: Test) -> bool:
    if isinstance(right, Mapping):
        return isinstance(right.get("answer"), str) and counts(right["answer"], None)
    return any(
        isinstance(item, str | int | float) and not isinstance(item, bool) and counts(name, item)
        for item in (right if isinstance(right, list) else [right])
    )


def _expression_counts(tree: Any, counts: Test) -> bool:
    if isinstance(tree, list):
        return any(_expression_counts(part, counts) for part in tree)
    if not isinstance(tree, Mapping):
        return False
    for key, part in tree.items():
        if key == "answer" and isinstance(part, str) and counts(part, None):
            return True
        if key == "count" and isinstance(part, list) and any(isinstance(n, str) and counts(n, None) for n in part):
            return True
        if key == "if" and _condition_counts(part, counts):
            return True
        if key not in ("answer", "count", "if") and _expression_counts(part, counts):
            return True
    return False


def _tidy(found: list[tuple[Path, str]]) -> list[Use]:
    return [Use(path_of(path), kind) for path, kind in dict.fromkeys(found)]
