"""The table of conditions that older files have: rows of one scenario, joined per question."""

from typing import Any

from survey_app.formats.importing.logic import BadExpression, Call, Const, Inexpressible, Op, Ref, negated, together
from survey_app.formats.limesurvey.comparing import Truth
from survey_app.formats.limesurvey.expressions import Quoted, parsed
from survey_app.formats.limesurvey.reading import Record
from survey_app.formats.limesurvey.survey import Question
from survey_app.formats.limesurvey.work import Work

_METHODS = {"==": "=", "=": "=", "": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

_MOST_ROWS = 200


def from_table(work: Work, question: Question) -> Any:
    """The condition of all rows: rows about one field are alternatives, fields all have to hold, one scenario is enough.

    None when it is always true, Inexpressible when a row cannot be said.
    """
    if len(question.conditions) > _MOST_ROWS:
        return Inexpressible()
    scenarios: dict[str, dict[str, list[Record]]] = {}
    for row in question.conditions:
        field = row.get("cqid") if row.get("cqid") not in ("", "0") else row.get("cfieldname")
        scenarios.setdefault(row.get("scenario", "1"), {}).setdefault(field, []).append(row)
    try:
        found = together("any", [_scenario(work, fields) for fields in scenarios.values()])
    except (Inexpressible, BadExpression) as error:
        return error if isinstance(error, Inexpressible) else Inexpressible()
    return Inexpressible() if found is False else None if found is True else found


def _scenario(work: Work, fields: dict[str, list[Record]]) -> Truth:
    parts: list[Truth] = []
    for rows in fields.values():
        methods = {_METHODS.get(row.get("method").strip()) for row in rows}
        if len(rows) > 1 and (methods != {"="} or len({row.get("cfieldname") for row in rows}) > 1):
            raise Inexpressible  # versions disagree whether such rows are alternatives
        parts.append(together("any", [_row(work, row) for row in rows]))
    return together("all", parts)


def _row(work: Work, row: Record) -> Truth:
    """As LimeSurvey writes the row as an expression. A comparison with a number, or with an answer, needs an answer."""
    method, reading = row.get("method").strip(), work.reading(helpers=False)
    if row.get("cfieldname").startswith("{"):
        raise Inexpressible  # a field of the address list
    left, value = _left(work, row), row.get("value")
    if left.name != row.get("cfieldname").lstrip("+"):  # one choice of a multiple choice, named by the value
        value = "Y"
    if method == "RX":
        pattern = value if value.startswith("/") and value.endswith("/") else f"/{value}/"
        return reading.truth(Call("regexmatch", (Const(pattern), left)), 0)
    op = _METHODS.get(method)
    if op is None:
        raise Inexpressible
    right, guarded = _right(value)
    found = reading.truth(Op(op, left, right), 0)
    there = negated(reading.truth(Op("=", left, Const("")), 0))
    if guarded and op == "!=":
        return together("any", [negated(there), found])
    if op in ("<", "<=") or guarded and (op == ">=" or op == "=" and not isinstance(right, Const)):
        return together("all", [there, found])
    return found


def _right(value: str) -> tuple[Any, bool]:
    """What the field is compared with, and whether LimeSurvey asks for an answer besides."""
    if value.startswith("@") and value.endswith("@") and len(value) > 2:
        return Ref(value[1:-1], "NAOK"), True
    if value.startswith("{") and value.endswith("}"):
        return parsed(value[1:-1]), True
    if not value.strip():
        return Const(""), False
    constant = _constant(value)
    return Const(constant), not isinstance(constant, Quoted)


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
