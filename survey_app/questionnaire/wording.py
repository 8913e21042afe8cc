"""Advice about a questionnaire: what makes it tiring or hard to answer. Never forbids anything."""

from collections.abc import Iterator

from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.meaning import Found, places
from survey_app.questionnaire.parts import text_in
from survey_app.questionnaire.problems import Problem, path_of
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.reach import unreachable
from survey_app.questionnaire.timing import seconds

MAX_QUESTIONS, MAX_SECONDS, MAX_CHOICES, MAX_ROWS, MAX_CHARACTERS = 12, 300, 7, 5, 40


def advice(definition: Definition) -> list[Problem]:
    """Hints for the researcher, each a Problem whose code begins with `advice_`."""
    found = [*_length(definition), *(f for path, _, q in places(definition) for f in _question(definition, q, path))]
    undecided = unreachable(definition).undecided
    found += [("advice_undecided", path, {}) for path, _, question in places(definition) if question.name in undecided]
    return [Problem(code, path_of(path), values) for code, path, values in found]


def _length(definition: Definition) -> Iterator[Found]:
    asked = sum(question.asks for question in definition.questions)
    if asked > MAX_QUESTIONS:
        yield "advice_too_many_questions", ("pages",), {"given": asked, "limit": MAX_QUESTIONS}
    needed = seconds(definition)
    if needed > MAX_SECONDS:
        yield "advice_too_long", ("pages",), {"minutes": -(-needed // 60)}


def _question(definition: Definition, question: Question, path: tuple[str | int, ...]) -> Iterator[Found]:
    if question.required and question.summary == "text":
        yield "advice_required_text", (*path, "required"), {}
    choices = getattr(question, "choices", None) or ()
    if len(choices) > MAX_CHOICES and question.type in ("single_choice", "multiple_choice"):
        yield "advice_many_choices", (*path, "choices"), {"given": len(choices)}
    if isinstance(question, Matrix) and len(question.rows) > MAX_ROWS:
        yield "advice_many_rows", (*path, "rows"), {"given": len(question.rows)}
    if (
        question.required
        and question.type in ("rating", "likert", "csat", "ces")
        and not any(code == "unknown" for code in question.codes(question.name) or ())
    ):
        yield "advice_no_unsure", path, {}
    words = text_in(question.text, "zh-CN", definition.language)
    if question.asks and len(words) > MAX_CHARACTERS and "zh-CN" in question.text:
        yield "advice_long_text", (*path, "text"), {"given": len(words), "limit": MAX_CHARACTERS}
