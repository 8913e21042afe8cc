"""Our own questionnaire files (YAML, or the same as JSON) as an import: everything is kept, faults are told with their lines."""

import re
from collections import Counter

from survey_app.formats.importing import Fault, Imported, Line, Refused
from survey_app.formats.importing.building import Counted
from survey_app.formats.importing.report import Kind, Result
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import InvalidQuestionnaire, load_definition
from survey_app.questionnaire.offering import rules_of
from survey_app.questionnaire.publication import own_choices
from survey_app.questionnaire.question_types import Question

_OURS = re.compile(rb"""(?:^|[{,\s])["']?format["']?\s*:\s*["']?1\b""")
_PAGES = re.compile(rb"""(?:^|[{,\s])["']?pages["']?\s*:""")
LOOK_AT = 65_536


def looks_like(data: bytes) -> bool:
    """Whether the file says `format: 1` and has pages."""
    return _OURS.search(data[:LOOK_AT]) is not None and _PAGES.search(data) is not None


def parse(data: bytes) -> Imported:
    """The questionnaire as it stands. Raises Refused."""
    try:
        definition = load_definition(data, file="", incomplete=True)
    except InvalidQuestionnaire as error:
        raise Refused(
            Fault(
                "fault_in_ours",
                ", ".join(part for part in (f"line {p.line}" if p.line else "", p.path) if part),
                {"reason": p.pair()},
            )
            for p in error.problems
        ) from None
    return Imported("yaml", definition.to_json(), tuple(_lines(definition)), _counted(definition))


def _lines(definition: Definition) -> list[Line]:
    found = [_kept("survey", "title", definition.text(definition.title, definition.language))]
    for index, page in enumerate(definition.pages):
        found.append(_kept("page", f"pages[{index}]", definition.text(page.title, definition.language)))
        for key, rule in (("show_if", page.show_if), ("end_if", page.end_if)):
            if rule:
                found.append(_kept("rule", f"pages[{index}].{key}", str(dict(rule)), page.name or ""))
        for number, question in enumerate(page.questions):
            place = f"pages[{index}].questions[{number}]"
            found.append(_kept("question", place, definition.text(question.text, definition.language), question.name))
            found += _rules(question, place)
    for number, quota in enumerate(definition.quotas):
        found.append(_kept("quota", f"quotas[{number}]", str(dict(quota.when)), quota.name))
    for number, score in enumerate(definition.scores):
        found.append(_kept("score", f"scores[{number}]", ", ".join(score.questions), score.name))
    return found


def _rules(question: Question, place: str) -> list[Line]:
    """The rule of a question, those of its choices and rows, and its checks."""
    found = [_kept("rule", f"{place}.show_if", str(dict(question.show_if)), question.name)] if question.show_if else []
    for rule in rules_of(question):
        where = f"{place}.{rule.parts}[{rule.index}].show_if"
        found.append(_kept("rule", where, str(dict(rule.condition)), question.name))
    for number, check in enumerate(question.checks):
        found.append(_kept("validation", f"{place}.checks[{number}]", str(dict(check.that)), question.name))
    return found


def _kept(kind: Kind, place: str, source: str, ours: str = "") -> Line:
    result: Result = "kept"
    return Line(kind, place, source[:200], result, ours)


def _counted(definition: Definition) -> Counted:
    rules = sum(bool(page.show_if) + bool(page.end_if) for page in definition.pages)
    rules += sum(question.show_if is not None for question in definition.questions)
    return Counted(
        pages=len(definition.pages),
        groups=len(definition.pages),
        questions=len(definition.questions),
        choices=sum(len(own_choices(question)) for question in definition.questions),
        rows=sum(len(getattr(question, "rows", ())) for question in definition.questions),
        conditions=rules,
        types=Counter(question.type for question in definition.questions),
    )
