"""Our own questionnaire files (YAML, or the same as JSON) as an import: everything is kept, faults are told with their lines."""

import json
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
from survey_app.questionnaire.source import MAX_OPENED

_OURS = re.compile(r"""(?:^|[{,\s])["']?format["']?\s*[:：]\s*["']?[0-9]{1,3}\b""")
_PARTS = tuple(re.compile(rf"""(?:^|[{{,\s])["']?{key}["']?\s*[:：]""") for key in ("pages", "languages"))
LOOK_AT = 65_536


def looks_like(data: bytes) -> bool:
    """Whether the file says `format: 1` and has pages or languages; of JSON, in its outermost object."""
    text = _as_text(data)
    if _OURS.search(text[:LOOK_AT]) is None or not any(part.search(text) for part in _PARTS):
        return False
    if text.lstrip()[:1] != "{":
        return text.lstrip()[:1] != "<"
    if text.count("{") + text.count("[") > MAX_OPENED:  # too dear to look into: the reader says so
        return _OURS.match(text.lstrip()[1:].lstrip()) is not None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return _OURS.match(text.lstrip()[1:].lstrip()) is not None
    return str(found.get("format")).isdigit() and ("pages" in found or "languages" in found)


def _as_text(data: bytes) -> str:
    """The text of a file that an editor may have saved in another encoding; what cannot be read is left to the reader."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").removeprefix("\ufeff")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def _readable(data: bytes) -> bytes:
    """UTF-16 and GB18030, as some editors save, in UTF-8; anything else as it is."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _as_text(data).encode()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        text = _as_text(data)
        return data if "\ufffd" in text else text.encode()
    return data


def parse(data: bytes) -> Imported:
    """The questionnaire as it stands. Raises Refused."""
    try:
        definition = load_definition(_readable(data), file="", incomplete=True)
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
