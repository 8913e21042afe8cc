"""The way back: a row of a data file of ours as the answers that it was made of. The reverse of `codebook.row`.

What a file does not hold does not come back: files that were handed over, and which of two choices was taken that mean the
same missing code (the first is).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from survey_app.questionnaire.codebook import MISSING_LABELS, REFUSED, UNKNOWN, Codebook, codebook
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import MISSING_OFFSET
from survey_app.questionnaire.question_types.base import Question, Variable
from survey_app.questionnaire.question_types.numbers import (
    FIRST_DAY,
    LAST_DAY,
    MAX_DIGITS,
    floor_of,
    parse_date,
    parse_time,
)
from survey_app.questionnaire.routing import path
from survey_app.questionnaire.texts import clean

Cells = Mapping[str, str]
Returned = tuple[dict[str, Any], dict[str, str]]
_RISKY = tuple("=+-@\t\n＝＋－＠")
"""What a `'` stands in front of in a CSV, however many of them there are: so no spreadsheet takes it for a formula."""
_LARGEST = float(10**MAX_DIGITS - 1)
_MADE = frozenset({"computed", "file"})  # kinds that are not read back


class Misfit(ValueError):
    """A cell that the questionnaire could not have made."""

    def __init__(self, variable: str, given: str) -> None:
        super().__init__(f"{variable}: {given[:80]!r}")
        self.variable, self.given = variable, given


def returner(definition: Definition, book: Codebook | None = None) -> Callable[[Cells], Returned]:
    """A function that reads rows of one version, as values; a column that is not there is one without answers.

    `book`: of all versions in the file; one of them can have moved the missing codes of a column. It gives (answers, texts) as
    they are stored. Raises Misfit.
    """
    known = (book or codebook([definition])).by_name
    columns = [
        _column(question, replace(v, missing=known[v.name].missing))
        for question in definition.questions
        for v in question.variables()
    ]

    def read(cells: Cells) -> Returned:
        answers: dict[str, Any] = {}
        texts: dict[str, str] = {}
        for column in columns:
            column(cells, answers, texts)
        for name, ranked in answers.items():
            if type(ranked) is dict:  # a ranking: rank -> code
                if max(ranked) != len(ranked):
                    raise Misfit(name, str(max(ranked)))
                answers[name] = [code for _, code in sorted(ranked.items())]
        way = path(definition, answers, texts)
        for given, kept in ((answers, way.answers), (texts, way.texts)):
            for name in given:
                if name not in kept:  # an answer to a question that was not asked
                    raise Misfit(name, str(given[name]))
        return way.answers, way.texts

    return read


_Column = Callable[[Cells, dict[str, Any], dict[str, str]], None]


def _column(question: Question, variable: Variable) -> _Column:
    if variable.kind in _MADE or (variable.kind == "hidden" and _is_fixed(question)):
        return lambda cells, answers, texts: None
    if variable.kind == "text":
        return lambda cells, answers, texts: _keep(texts, variable.answer, _typed(cells.get(variable.name, "")))
    if variable.storage == "text":
        return lambda cells, answers, texts: _keep(answers, variable.answer, _typed(cells.get(variable.name, "")))
    if variable.storage != "number":
        return _moment(variable)
    if variable.kind in ("multiple", "rank"):
        return _listed(variable)
    return _number(question, variable)


def _is_fixed(question: Question) -> bool:
    return getattr(question, "value", None) is not None


def _keep(found: dict[str, Any], name: str, value: str) -> None:
    if value:
        found[name] = value


def _typed(text: str) -> str:
    """A text without what the file put in front of it, and no longer than a person can type one."""
    return clean(text[1:] if text.startswith("'") and text.lstrip("'").startswith(_RISKY) else text)


def _moment(variable: Variable) -> _Column:
    """A day or a time, as we write them."""
    parse = parse_date if variable.storage == "date" else parse_time

    def read(cells: Cells, answers: dict[str, Any], texts: dict[str, str]) -> None:
        if text := cells.get(variable.name, ""):
            if parse(text) != (text, None) or not _possible(variable, text):
                raise Misfit(variable.name, text)
            answers[variable.answer] = text

    return read


def _possible(variable: Variable, text: str) -> bool:
    return variable.storage != "date" or FIRST_DAY.isoformat() <= text <= LAST_DAY.isoformat()


def _parsed(variable: Variable, text: str) -> int | float | None:
    """The number of a cell; None where it is empty or says why there is none."""
    if text == "":
        return None
    try:
        value = int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        raise Misfit(variable.name, text) from None
    if value != value or value in (float("inf"), float("-inf")):
        raise Misfit(variable.name, text)
    return value


def _missing(variable: Variable) -> dict[int, Any]:
    """Missing code -> the code of the choice that stands for it, None where nothing was answered."""
    found: dict[int, Any] = {variable.missing + offset: None for offset, _ in MISSING_LABELS}
    for code, kind in reversed(list(variable.flagged.items())):
        found[variable.missing + MISSING_OFFSET[kind]] = code
    return found


def _number(question: Question, variable: Variable) -> _Column:
    missing = _missing(variable)
    refusals = {variable.missing + offset for offset in (REFUSED, UNKNOWN)}
    codes = question.codes(variable.answer)
    listed: dict[int | float, Any] = {label.value: label.code for label in variable.values}
    listed |= {code: code for code in codes or () if isinstance(code, int)}
    is_open = not listed or (codes is None and variable.kind == "number")
    low, high = question.bounds(variable.answer)
    low, high = floor_of(low), _LARGEST if high is None else high

    def read(cells: Cells, answers: dict[str, Any], texts: dict[str, str]) -> None:
        text = cells.get(variable.name, "")
        value = _parsed(variable, text)
        if value is None:
            return
        if value in missing:
            code = missing[int(value)]
            if code is not None:
                answers[variable.answer] = code
            elif value in refusals:
                raise Misfit(variable.name, text)
        elif value in listed:
            answers[variable.answer] = listed[value]
        elif is_open and low <= value <= high and round(value, variable.decimals) == value:
            answers[variable.answer] = value
        else:
            raise Misfit(variable.name, text)

    return read


def _listed(variable: Variable) -> _Column:
    missing, code = _missing(variable), variable.code or ""

    def chosen(cells: Cells, answers: dict[str, Any], texts: dict[str, str]) -> None:
        text = cells.get(variable.name, "")
        value = _parsed(variable, text)
        if value == 1:
            answers.setdefault(variable.answer, []).append(code)
        elif value is not None and value != 0 and value not in missing:
            raise Misfit(variable.name, text)

    def ranked(cells: Cells, answers: dict[str, Any], texts: dict[str, str]) -> None:
        text = cells.get(variable.name, "")
        value = _parsed(variable, text)
        if value is None or value in missing:
            return
        ranks = answers.setdefault(variable.answer, {})
        if not isinstance(value, int) or value < 1 or value in ranks:
            raise Misfit(variable.name, text)
        ranks[value] = code

    return ranked if variable.kind == "rank" else chosen
