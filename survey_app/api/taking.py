"""Taking a batch: each row is checked and taken or rejected by itself; the whole batch is one transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from survey_app.api import shapes
from survey_app.formats.strict_json import Malformed
from survey_app.people import orders
from survey_app.people.cells import Unfit
from survey_app.people.intake import Intake
from survey_app.people.orders import NewEvent, NewOrder, Outcome

Translate = Callable[[str], str]


class Misshapen(Malformed):
    """The document is JSON, but not what this address takes."""


def _rows(document: Any, name: str, others: Sequence[str] = ()) -> list[Any]:
    """The rows of a batch, whatever they hold. Raises Misshapen for anything about the batch itself."""
    if not isinstance(document, dict):
        raise Misshapen(f"an object with the name {name} is expected", "/")
    for unknown in document.keys() - {name, *others}:
        raise Misshapen("unknown name", f"/{unknown[:40]}")
    rows = document.get(name)
    if not isinstance(rows, list) or not 1 <= len(rows) <= shapes.MOST_ROWS:
        raise Misshapen(f"a list of 1 to {shapes.MOST_ROWS} rows is expected", f"/{name}")
    return rows


def take_orders(document: Any, *, source: str, now: datetime, translate: Translate) -> shapes.Results:
    """Record a batch of orders in the running transaction. Raises Misshapen."""
    rows = _rows(document, "orders", ("consent_source",))
    told = document.get("consent_source") or ""
    if not isinstance(told, str) or told and not 4 <= len(told) <= 60:
        raise Misshapen("a text of 4 to 60 characters is expected", "/consent_source")
    batch = _Batch("orders", rows, translate)
    intake = Intake(now=now)

    def read(row: Any) -> NewOrder:
        order = shapes.Order.model_validate(row)
        if order.consent and any((order.consent.sms, order.consent.email, order.consent.phone)) and not told:
            raise Unfit("consent needs consent_source, the place where the customers agreed").at("consent")
        return intake.order(shapes.fields(order))

    fit: list[NewOrder] = batch.read(read)
    outcomes = (
        orders.record_orders(source=source, orders=fit, now=now, told=f"api:{source} {told}".strip()) if fit else []
    )
    return batch.results(outcomes)


def take_events(document: Any, *, source: str, now: datetime, translate: Translate) -> shapes.Results:
    """Record a batch of events in the running transaction. Raises Misshapen."""
    batch = _Batch("events", _rows(document, "events"), translate)
    intake = Intake(now=now)
    fit: list[NewEvent] = batch.read(lambda row: intake.event(shapes.fields(shapes.Event.model_validate(row))))
    return batch.results(orders.record_events(source=source, rows=fit, now=now, told=f"api:{source}") if fit else [])


class _Batch:
    """The rows of a request, and what is known about each."""

    def __init__(self, name: str, rows: list[Any], translate: Translate) -> None:
        self.name, self.rows, self.translate = name, rows, translate
        self.rejected: dict[int, shapes.Result] = {}

    def read(self, read: Callable[[Any], Any]) -> list[Any]:
        """The rows that are fit."""
        fit = []
        for number, row in enumerate(self.rows):
            try:
                fit.append(read(row))
            except ValidationError as error:
                first = error.errors(include_url=False, include_input=False, include_context=False)[0]
                self._reject(number, "/".join(str(part) for part in first["loc"]), first["msg"])
            except Unfit as problem:
                self._refuse(number, problem)
        return fit

    def results(self, outcomes: Sequence[Outcome | Unfit]) -> shapes.Results:
        """The answer, when what became of the fit rows is known."""
        given = iter(outcomes)
        listed = []
        for number in range(len(self.rows)):
            if number not in self.rejected:
                outcome = next(given)
                if isinstance(outcome, Unfit):
                    self._refuse(number, outcome)
                else:
                    listed.append(
                        shapes.Result.model_construct(row=number, number=self._number(number), result=outcome)
                    )
                    continue
            listed.append(self.rejected[number])
        counts = {
            name: sum(each.result == name for each in listed) for name in ("added", "changed", "unchanged", "rejected")
        }
        return shapes.Results(results=listed, **counts)

    def _refuse(self, number: int, problem: Unfit) -> None:
        sentence = self.translate(problem.reason)
        field = problem.field.replace("consent_", "consent/")
        self._reject(number, field, sentence % problem.values if problem.values else sentence)

    def _reject(self, number: int, field: str, reason: str) -> None:
        place = f"/{self.name}/{number}" + (f"/{field}" if field else "")
        self.rejected[number] = shapes.Result(
            row=number, number=self._number(number), result="rejected", place=place, reason=reason
        )

    def _number(self, number: int) -> str | None:
        row = self.rows[number]
        told = row.get("number") if isinstance(row, dict) else None
        return told[:60] if isinstance(told, str) else None
