"""Checks: conditions that the answers of a page have to meet before it is left, and the faults such a check may have."""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from survey_app.questionnaire import condition_checking, conditions, expressions
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import Answers, Check, Texts
from survey_app.questionnaire.question_types.base import FieldProblem, Question
from survey_app.questionnaire.question_types.hidden import Computed
from survey_app.questionnaire.routing import number_of

Found = tuple[str, tuple[str | int, ...], dict[str, Any]]


def unmet(definition: Definition, question: Question, answers: Answers, texts: Texts) -> list[FieldProblem]:
    """The checks of a question (with what it offers) that these answers do not meet, told at its first field.

    What is stored as a whole is told of as a whole: the fields of a ranking carry no errors of their own.
    """
    fields = question.field_names()
    where = question.name if question.name in question.answer_names() or not fields else fields[0]
    return [
        FieldProblem(where, question.name, "check", {"index": index})
        for index, check in enumerate(question.checks)
        if not met(definition, check, answers, texts)
    ]


def met(definition: Definition, check: Check, answers: Answers, texts: Texts) -> bool:
    """Whether the answers meet a check."""
    if check.let:
        made = {
            name: expressions.evaluate(tree, answers, texts, lambda n, a: number_of(definition, n, a))
            for name, tree in check.let.items()
        }
        answers = {**answers, **made}
    return conditions.holds(check.that, answers, texts)


def names(check: Check) -> set[str]:
    """Every variable a check looks at; its own numbers are none."""
    found = conditions.names(check.that) | {name for tree in check.let.values() for name in expressions.names(tree)}
    return found - check.let.keys()


def faults(
    question: Question,
    path: tuple[str | int, ...],
    known: Mapping[str, Question],
    later: Mapping[str, Question],
    opaque: Set[str],
) -> Iterator[Found]:
    """What is wrong with the checks of a question. `known`: everything asked up to it, itself included."""
    if question.checks and not question.asks:
        yield "check_without_answer", (*path, "checks"), {}
        return
    for index, check in enumerate(question.checks):
        place = (*path, "checks", index)
        for name, tree in check.let.items():
            if name in later:
                yield "duplicate_name", (*place, "let", name), {"name": name, "first": later[name].name}
            yield from condition_checking.check_expression(tree, (*place, "let", name), known, later, opaque)
        own = {name: Computed.model_construct(name=name, type="computed", text={}, expression=0) for name in check.let}
        yield from condition_checking.check(
            check.that, (*place, "that"), {**known, **own}, later, opaque, patterns=True
        )
