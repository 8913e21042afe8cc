"""The table of conditions that older files have: rows of one scenario, joined per question."""

from typing import Any

from survey_app.formats.importing.logic import Const, Inexpressible, Op, Ref, negated, together
from survey_app.formats.limesurvey.comparing import Truth
from survey_app.formats.limesurvey.expressions import Quoted
from survey_app.formats.limesurvey.reading import Record
from survey_app.formats.limesurvey.survey import Question
from survey_app.formats.limesurvey.work import Work

_METHODS = {"==": "=", "=": "=", "": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def from_table(work: Work, question: Question) -> Any:
    """The condition of all rows: rows about one field are alternatives, fields all have to hold, one scenario is enough.

    None when it is always true, Inexpressible when a row cannot be said.
    """
    scenarios: dict[str, dict[str, list[Record]]] = {}
    for row in question.conditions:
        field = row.get("cqid") if row.get("cqid") not in ("", "0") else row.get("cfieldname")
        scenarios.setdefault(row.get("scenario", "1"), {}).setdefault(field, []).append(row)
    try:
        found = together("any", [_scenario(work, fields) for fields in scenarios.values()])
    except Inexpressible as error:
        return error
    return Inexpressible() if found is False else None if found is True else found


def _scenario(work: Work, fields: dict[str, list[Record]]) -> Truth:
    parts: list[Truth] = []
    for rows in fields.values():
        if len(rows) > 1 and any(_METHODS.get(row.get("method").strip()) != "=" for row in rows):
            raise Inexpressible  # versions disagree whether such rows are alternatives
        parts.append(together("any", [_row(work, row) for row in rows]))
    return together("all", parts)


def _row(work: Work, row: Record) -> Truth:
    method = _METHODS.get(row.get("method").strip())
    if method is None or row.get("cfieldname").startswith("{"):
        raise Inexpressible  # RX, or a field of the address list
    reading = work.reading(helpers=False)
    value = row.get("value")
    left = _left(work, row)
    if left.name != row.get("cfieldname").lstrip("+"):  # one choice of a multiple choice, named by the value
        value = "Y"
    if value.startswith("@") and value.endswith("@") and len(value) > 2:
        found = reading.truth(Op(method, left, Ref(value[1:-1], "NAOK")), 0)
    elif not value.strip():
        found = reading.truth(Op(method, left, Const("")), 0)
    else:
        found = reading.truth(Op(method, left, Const(_constant(value))), 0)
        if method in ("<", "<="):
            found = together("all", [negated(reading.truth(Op("=", left, Const("")), 0)), found])
    return found


def _left(work: Work, row: Record) -> Ref:
    name = row.get("cfieldname").lstrip("+")
    try:
        work.variables.find(Ref(name), work.at)
        return Ref(name, "NAOK")
    except Inexpressible:
        return Ref(name + row.get("value"), "NAOK")


def _constant(value: str) -> Any:
    bare = value.strip()
    return bare if bare.lstrip("-").replace(".", "", 1).isdigit() else Quoted(value)
