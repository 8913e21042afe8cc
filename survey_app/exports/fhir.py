"""FHIR R4: one QuestionnaireResponse per line (NDJSON), and the Questionnaire that they answer.

`linkId` is the name of the question; where a question has several columns that are answered apart (rows, fields, amounts), it is
a group of items named like the columns. The rules of the questionnaire (who sees what) are not in the Questionnaire.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import orjson

from survey_app.exports import frames
from survey_app.exports.shape import Cell, Shape
from survey_app.exports.table import Table
from survey_app.formats.cells import plain
from survey_app.questionnaire.codebook import REFUSED, UNKNOWN
from survey_app.questionnaire.question_types import Variable

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ABSENT_CODES = {REFUSED: "asked-declined", UNKNOWN: "asked-unknown"}
STATUS = {"complete": "completed", "screened_out": "stopped"}
LARGEST = 2_147_483_647  # an integer has 32 bits there
_LISTED = ("multiple", "rank")
_SCALES = ("rating", "nps", "csat", "ces")

Json = dict[str, Any]
Answerer = Callable[[Sequence[Cell]], list[Json]]
"""The answers in a row of the table, [] where there is none."""


@dataclass(frozen=True, slots=True)
class Item:
    """One answered item: its columns (several for a list), and the text of 其他 that belongs to one of its answers."""

    link: str
    columns: tuple[Variable, ...]
    other: Variable | None = None

    @property
    def first(self) -> Variable:
        """The column that says what kind of item it is."""
        return self.columns[0]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: one item of its name, or a group of several."""

    name: str
    items: tuple[Item, ...]

    @property
    def is_group(self) -> bool:
        """Whether its items stand below it."""
        return [item.link for item in self.items] != [self.name]


def asked(shape: Shape) -> list[Asked]:
    """The questions of the table, in column order."""
    by_question: dict[str, dict[str, list[Variable]]] = {}
    for variable in shape.book.variables:
        by_question.setdefault(variable.question, {}).setdefault(variable.answer, []).append(variable)
    found = []
    for name, by_answer in by_question.items():
        other = by_answer.get(f"{name}_other", [None])[0]
        if other is not None and (other.kind != "text" or name not in by_answer):
            other = None
        items = tuple(
            Item(link, tuple(columns), other if link == name else None)
            for link, columns in by_answer.items()
            if other is None or link != other.answer
        )
        found.append(Asked(name, items))
    return found


# --- the Questionnaire ------------------------------------------------------------------------------------------------
def address(shape: Shape) -> str:
    """The canonical address of the questionnaire: a name, nothing that can be opened."""
    return f"urn:questionnaire:{shape.frozen[0].definition.name}"


def write_questionnaire(file: IO[bytes], table: Table) -> int:
    """The Questionnaire over all versions, as JSON."""
    shape = table.shape
    newest = shape.frozen[0]
    resource = {
        "resourceType": "Questionnaire",
        "url": address(shape),
        "version": str(newest.number),
        "name": newest.definition.name.replace("-", "_"),
        "title": shape.text(newest.definition.title),
        "status": "active",
        "item": [_asked_item(shape, question) for question in asked(shape)],
    }
    file.write(orjson.dumps(resource, option=orjson.OPT_INDENT_2) + b"\n")
    return 0


def _asked_item(shape: Shape, question: Asked) -> Json:
    if not question.is_group:
        return _item(shape, question.items[0], shape.question(question.name))
    items = [_item(shape, item, _own_text(shape, item)) for item in question.items]
    return {"linkId": question.name, "text": shape.question(question.name), "type": "group", "item": items}


def _own_text(shape: Shape, item: Item) -> str:
    return shape.part(item.first.question, item.link) or shape.text(item.first.label)


def _item(shape: Shape, item: Item, text: str) -> Json:
    made: Json = {"linkId": item.link, "text": plain(text), "type": _type(shape, item.first)}
    if item.first.kind in ("hidden", "computed"):
        made["readOnly"] = True
    if item.first.kind in _LISTED:
        made["repeats"] = True
    if made["type"] == "choice":
        made["answerOption"] = [{"valueCoding": coding} for coding in _codings(shape, item)]
    if item.other is not None:
        made["item"] = [{"linkId": item.other.name, "text": shape.text(item.other.label), "type": "string"}]
    return made


def _type(shape: Shape, variable: Variable) -> str:
    if variable.kind in _LISTED:
        return "choice"
    if variable.storage != "number":
        return {"text": "text", "date": "date", "time": "time"}[variable.storage]
    if variable.kind in _SCALES:
        return "integer"
    if variable.values:
        return "choice"
    bounds = shape.bounds(variable)
    small = all(bound is not None and abs(bound) <= LARGEST for bound in bounds)
    return "integer" if variable.kind == "number" and not variable.decimals and small else "decimal"


def _codings(shape: Shape, item: Item) -> Iterator[Json]:
    if item.first.kind in _LISTED:
        for variable in item.columns:
            yield _coding(shape, variable, variable.code or "")
        return
    for code in (*(label.code for label in item.first.values), *item.first.flagged):
        yield _coding(shape, item.first, code)


def _coding(shape: Shape, variable: Variable, code: str) -> Json:
    coding, display = {"system": f"{address(shape)}:codes", "code": code}, shape.choice(variable, code)
    return coding | {"display": plain(display)} if display else coding


# --- the responses ----------------------------------------------------------------------------------------------------
def write_responses(file: IO[bytes], table: Table) -> int:
    """A QuestionnaireResponse per row. Nothing in it that is not in the table: the month is when it was authored."""
    shape = table.shape
    places = {column.name: place for place, column in enumerate(shape.columns)}
    number, status, language, month = (places[name] for name in ("response_id", "status", "language", "month"))
    answerers = [
        (question, [(item.link, _answerer(shape, item, places)) for item in question.items])
        for question in asked(shape)
    ]
    count = 0
    for row in table.rows():
        count += 1
        items: list[Json] = []
        for question, parts in answerers:
            given = [{"linkId": link, "answer": found} for link, answer in parts if (found := answer(row))]
            if given and question.is_group:
                items.append({"linkId": question.name, "item": given})
            else:
                items += given
        response = {
            "resourceType": "QuestionnaireResponse",
            "id": row[number],
            "language": row[language],
            "questionnaire": address(shape),
            "status": STATUS.get(str(row[status]), "completed"),
            "authored": row[month],
        }
        file.write(orjson.dumps(response | ({"item": items} if items else {})) + b"\n")
    return count


def _answerer(shape: Shape, item: Item, places: dict[str, int]) -> Answerer:
    first, kind = item.first, _type(shape, item.first)
    own = _listed(shape, item, places) if first.kind in _LISTED else _single(shape, item, places[first.name], kind)
    if item.other is None:
        return own
    place, code, link = places[item.other.name], item.other.code, item.other.name

    def with_other(row: Sequence[Cell]) -> list[Json]:
        found = own(row)
        if words := row[place]:
            nested = [{"linkId": link, "answer": [{"valueString": plain(str(words))}]}]
            found = [
                answer | {"item": nested} if answer.get("valueCoding", {}).get("code") == code else answer
                for answer in found
            ]
        return found

    return with_other


def _listed(shape: Shape, item: Item, places: dict[str, int]) -> Answerer:
    columns = [(places[v.name], _coding(shape, v, v.code or "")) for v in item.columns]

    def chosen(row: Sequence[Cell]) -> list[Json]:
        found = [(row[place], coding) for place, coding in columns]
        ranked = sorted((cell, index) for index, (cell, _) in enumerate(found) if isinstance(cell, int) and cell > 0)
        return [{"valueCoding": found[index][1]} for _, index in ranked]

    return chosen


def _single(shape: Shape, item: Item, place: int, kind: str) -> Answerer:
    variable = item.first
    key = "value" + {"text": "String", "choice": "Coding"}.get(kind, kind.capitalize())
    table: dict[Any, list[Json]] = dict.fromkeys((None, "", *_missing(variable)), [])
    for offset, absent in ABSENT_CODES.items():
        reason = {"extension": [{"url": ABSENT, "valueCode": absent}]}
        table[variable.missing + offset] = [{f"_{key}" if kind != "choice" else key: reason}]
    if kind == "choice":
        by_reason = {"refused": REFUSED, "unknown": UNKNOWN}
        for code in reversed(list(variable.flagged)):  # the first of several that mean the same
            table[variable.missing + by_reason[variable.flagged[code]]] = [{key: _coding(shape, variable, code)}]
        table |= {v.value: [{key: _coding(shape, variable, v.code)}] for v in variable.values}
    if variable.storage != "number":
        table = {None: [], "": []}

    def given(row: Sequence[Cell]) -> list[Json]:
        cell = row[place]
        known = table.get(cell)
        if known is not None:
            return known
        return [{key: _written(cell, kind)}]

    return given


def _missing(variable: Variable) -> range:
    return (
        range(variable.missing, variable.missing + frames.MISSING_COUNT) if variable.storage == "number" else range(0)
    )


def _written(cell: Cell, kind: str) -> Any:
    if kind == "time":
        return f"{cell}:00"  # FHIR times have seconds
    if kind == "integer" and isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return plain(cell) if isinstance(cell, str) else cell
