"""Order data in answers: how much of it a mode keeps, and how it goes with the person whose order it was.

The answer of an identified questionnaire keeps what its page showed. A confidential one keeps nothing that finds the order,
and so the customer, without an unsealing: no number, the month instead of the day, a span instead of the amount.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from survey_app.database import db
from survey_app.design.models import Version
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.question_types.hidden import OrderData
from survey_app.responses.models import Response

NUMBER, DATE, AMOUNT = "order_number", "order_date", "order_amount"
SPAN = 50  # yuan
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONEY = re.compile(r"[0-9]{1,12}\.[0-9]{2}")


def questions(definition: Definition) -> dict[str, str]:
    """Variable -> field of the order, of the questions that take order data."""
    return {q.name: q.field for q in definition.questions if isinstance(q, OrderData)}


def kept(definition: Definition, answers: Mapping[str, Any], mode: str) -> Mapping[str, Any]:
    """The answers as they are stored in a mode."""
    return _strict(questions(definition), answers, mode) if mode != "identified" else answers


def _strict(fields: Mapping[str, str], answers: Mapping[str, Any], mode: str) -> Mapping[str, Any]:
    if not fields.keys() & answers.keys():
        return answers
    told: dict[str, Any] = {}
    for name, value in answers.items():
        known = value if name not in fields else _coarse(fields[name], str(value)) if mode == "confidential" else ""
        if name not in fields or known:
            told[name] = known
    return told


def _coarse(field: str, value: str) -> str:
    """What a confidential answer keeps of a field; "" for nothing. Also of a value that is coarse already."""
    if field == NUMBER:
        return ""
    if field == DATE and _DAY.fullmatch(value):
        return value[:7]
    if field == AMOUNT and _MONEY.fullmatch(value):
        least = int(value[:-3]) // SPAN * SPAN
        return f"{least}-{least + SPAN}"
    return value


def tighten(response_ids: Collection[int], mode: str) -> int:
    """Bring the order data of stored answers down to a stricter mode; "anonymous" takes all of it. Returns how many changed."""
    found = db.session.execute(
        select(Response.id, Response.version_id, Response.answers).where(Response.id.in_(response_ids))
    ).all()
    fields = _fields_of({row.version_id for row in found})
    changed = [
        {"number": row.id, "left": left}
        for row in found
        if (left := _strict(fields[row.version_id], row.answers, mode)) is not row.answers and left != row.answers
    ]
    if changed:
        table = Response.__table__
        # which quotas it counts in may follow from the order; it goes on counting, and no deletion takes it back any more
        changes: dict[str, Any] = {"answers": bindparam("left"), "quotas": None}
        statement = update(table).where(table.c.id == bindparam("number")).values(changes)  # type: ignore[arg-type]
        db.session.connection().execute(statement, changed)
    return len(changed)


def _fields_of(version_ids: Collection[int]) -> dict[int, dict[str, str]]:
    found = db.session.execute(select(Version.id, Version.definition).where(Version.id.in_(version_ids)))
    return {number: questions(Definition.from_json(document)) for number, document in found}


def naming(orders: Sequence[Mapping[str, str]]) -> list[int]:
    """Answers that name one of these orders, by number or by day and amount together: orders that a site sent have no link.

    `orders`: field -> value, as an answer holds them.
    """
    found: list[int] = []
    versions = select(Version.id, Version.definition)
    for version_id, document in db.session.execute(versions).all() if orders else ():
        if "order_data" not in str(document):  # reading a whole definition takes long
            continue
        fields = questions(Definition.from_json(document))
        by_field = {field: Response.answers[name].as_string() for name, field in fields.items()}
        ways: list[Any] = []
        if NUMBER in by_field:
            ways.append(by_field[NUMBER].in_([order[NUMBER] for order in orders]))
        if DATE in by_field and AMOUNT in by_field:
            ways += [(by_field[DATE] == o[DATE]) & (by_field[AMOUNT] == o[AMOUNT]) for o in orders if o.get(DATE)]
        if ways:
            mine = select(Response.id).where(
                Response.version_id == version_id, Response.mode != "anonymous", or_(*ways)
            )
            found += db.session.scalars(mine)
    return found
