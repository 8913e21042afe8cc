"""Orders and what happened to them, as shop systems and files report it. Idempotent by (source, number).

A state only moves forward: open, completed, then refunded or cancelled, which are final. So a late message changes nothing,
in whatever order the rows of many files and requests arrive. Only a completed, unrefunded order gives the right to answer.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import insert, select, update

from survey_app import web
from survey_app.database import db, next_ids
from survey_app.languages import N_
from survey_app.people import contacts
from survey_app.people.cells import Unfit
from survey_app.people.contacts import NewContact
from survey_app.people.models import Order, OrderEvent

Outcome = Literal["added", "changed", "unchanged"]

RANK = {"open": 0, "completed": 1, "refunded": 2, "cancelled": 2}
OF_ORDERS = frozenset({"paid", "delivered", "completed", "refunded", "return_closed"})  # events that need their order
MOVES_TO = {"completed": "completed", "refunded": "refunded"}  # event -> the state it brings


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as it was reported, checked by `intake`. `summary`: what was bought, in clear; it is sealed here."""

    number: str
    state: str
    placed_at: datetime
    completed_at: datetime | None = None
    refunded_at: datetime | None = None
    amount_cents: int | None = None
    shop_id: int | None = None
    summary: str = ""
    contact: NewContact | None = None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that happened. `order`: the number of its order, needed by kinds of OF_ORDERS; others need a contact."""

    number: str  # "": one event of a kind per order
    kind: str
    at: datetime
    order: str = ""
    shop_id: int | None = None
    team_id: int | None = None
    contact: NewContact | None = None


def record_orders(*, source: str, orders: Sequence[NewOrder], now: datetime, told: str = "") -> list[Outcome]:
    """Take a batch (at most some thousand) in the running transaction; what became of each, in their order.

    The step to completed or refunded leaves the event of that name. An erased person's order is kept without its person.
    `told`: where a consent comes from, for its proof; the source when empty.
    """
    ids = iter(next_ids(Order, len(orders)))  # from here on nobody else records orders
    people = _contact_ids([order.contact for order in orders], source=told or source, now=now)
    taking = _Orders(source, now, ids)
    taking.load({order.number for order in orders})
    outcomes = [taking.take(order, person) for order, person in zip(orders, people, strict=True)]
    taking.write()
    return outcomes


def record_order(*, source: str, order: NewOrder, now: datetime) -> Outcome:
    """Take one order. See `record_orders`."""
    return record_orders(source=source, orders=[order], now=now)[0]


def record_events(*, source: str, rows: Sequence[NewEvent], now: datetime, told: str = "") -> list[Outcome | Unfit]:
    """Take a batch of events in the running transaction; what became of each, or why it cannot be taken.

    An event that completes or refunds moves its order. Each is taken once by (source, number).
    """
    next_ids(Order, 1)  # one after the other with everybody who records orders
    taking = _Orders(source, now, iter(()))
    taking.load({row.order for row in rows if row.order})
    taking.load_events({_number(row) for row in rows})
    refusals = [_unfit(row, taking) for row in rows]
    given = [row.contact if refusal is None else None for row, refusal in zip(rows, refusals, strict=True)]
    people = _contact_ids(given, source=told or source, now=now)
    found = [
        taking.take_event(row, person) if refusal is None else refusal
        for row, refusal, person in zip(rows, refusals, people, strict=True)
    ]
    taking.write()
    return found


def _number(row: NewEvent) -> str:
    return row.number or f"{row.order}:{row.kind}"


def _unfit(row: NewEvent, taking: "_Orders") -> Unfit | None:
    if row.order and row.order not in taking.present:
        return Unfit(N_("没有这个订单号的订单。请先导入订单，再导入事件。")).at("order")
    if not row.order and (row.kind in OF_ORDERS or row.contact is None):
        return Unfit(N_("这个事件需要订单号。")).at("order")
    if not row.order and not row.number:
        return Unfit(N_("没有订单号的事件需要自己的编号。")).at("number")
    return None


def _contact_ids(rows: Sequence[NewContact | None], *, source: str, now: datetime) -> list[int | None]:
    given = [row for row in rows if row is not None]
    ids = iter(contacts.upsert_contacts(given, now=now, source=source) if given else [])
    return [None if row is None else next(ids) or None for row in rows]


_COLUMNS = (
    Order.id, Order.number, Order.contact_id, Order.shop_id, Order.state, Order.amount_cents, Order.placed_at,
    Order.completed_at, Order.refunded_at, Order.summary,
)  # fmt: skip


class _Orders:
    """One bulk step: the orders as they stand, as they will be, and the events that follow."""

    def __init__(self, source: str, now: datetime, ids: Iterator[int]) -> None:
        self.source, self.now, self.ids = source, now, ids
        self.vault = web.vault()
        self.present: dict[str, dict[str, Any]] = {}
        self.added: dict[int, dict[str, Any]] = {}
        self.changed: dict[int, dict[str, Any]] = {}
        self.events: dict[str, dict[str, Any]] = {}
        self.known: set[str] = set()  # numbers of events that stand already

    def load(self, numbers: set[str]) -> None:
        query = select(*_COLUMNS).where(Order.source == self.source, Order.number.in_(numbers))
        self.present = {row.number: row._asdict() for row in db.session.execute(query)}

    def load_events(self, numbers: Collection[str]) -> None:
        query = select(OrderEvent.number).where(OrderEvent.source == self.source, OrderEvent.number.in_(numbers))
        self.known |= set(db.session.scalars(query))

    def take(self, order: NewOrder, contact_id: int | None) -> Outcome:
        values = self.present.get(order.number)
        if values is None:
            values = self._add(order, contact_id)
            outcome: Outcome = "added"
        else:
            outcome = "changed" if self._change(values, order, contact_id) else "unchanged"
        if order.state in ("completed", "refunded"):
            self._move(values, order.state, self._moment_of(order))
        elif order.state == "cancelled" and RANK[values["state"]] < RANK["cancelled"]:
            values["state"] = "cancelled"
            self._mark(values)
        return outcome

    def _moment_of(self, order: NewOrder) -> datetime:
        if order.state == "completed":
            return order.completed_at or order.placed_at  # bought at the counter
        return order.refunded_at or self.now

    def _add(self, order: NewOrder, contact_id: int | None) -> dict[str, Any]:
        number = next(self.ids)
        values: dict[str, Any] = {
            "id": number, "source": self.source, "number": order.number, "contact_id": contact_id, "shop_id": order.shop_id,
            "state": "open", "amount_cents": order.amount_cents or 0, "placed_at": order.placed_at,
            "completed_at": order.completed_at, "refunded_at": None, "summary": self._sealed(number, order.summary),
            "received_at": self.now,
        }  # fmt: skip
        self.added[number] = self.present[order.number] = values
        return values

    def _change(self, values: dict[str, Any], order: NewOrder, contact_id: int | None) -> bool:
        """Whether anything differs from what stands. Fields that were not sent change nothing; the first moments stay."""
        before = dict(values)
        values["contact_id"] = contact_id or values["contact_id"]
        values["shop_id"] = order.shop_id or values["shop_id"]
        values["placed_at"] = min(values["placed_at"], order.placed_at)
        values["completed_at"] = values["completed_at"] or order.completed_at
        if order.amount_cents is not None:
            values["amount_cents"] = order.amount_cents
        if order.summary and self._opened(values) != order.summary:
            values["summary"] = self._sealed(values["id"], order.summary)
        moves = RANK[order.state] > RANK[values["state"]]
        if values == before and not moves:
            return False
        self._mark(values)
        return True

    def _move(self, values: dict[str, Any], state: str, at: datetime) -> None:
        if RANK[state] <= RANK[values["state"]]:
            return
        values["state"] = state
        moment = f"{state}_at"
        values[moment] = values[moment] or at
        self._mark(values)
        self._event(values, f"{values['number']}:{state}", state, values[moment])

    def _mark(self, values: dict[str, Any]) -> None:
        if values["id"] not in self.added:
            self.changed[values["id"]] = values

    def take_event(self, row: NewEvent, contact_id: int | None) -> Outcome:
        number = _number(row)
        if number in self.events or number in self.known:
            return "unchanged"
        values = self.present.get(row.order) if row.order else None
        self._event(values, number, row.kind, row.at, contact_id=contact_id, shop_id=row.shop_id, team_id=row.team_id)
        state = MOVES_TO.get(row.kind)
        if values is not None and state is not None and RANK[state] > RANK[values["state"]]:
            values["state"], values[f"{state}_at"] = state, values[f"{state}_at"] or row.at
            self._mark(values)
        return "added"

    def _event(
        self, order: dict[str, Any] | None, number: str, kind: str, at: datetime, *, contact_id: int | None = None,
        shop_id: int | None = None, team_id: int | None = None,
    ) -> None:  # fmt: skip
        self.events[number] = {
            "source": self.source, "number": number, "kind": kind, "order_id": order["id"] if order else None,
            "contact_id": contact_id or (order["contact_id"] if order else None),
            "shop_id": shop_id or (order["shop_id"] if order else None), "team_id": team_id, "at": at,
            "received_at": self.now,
        }  # fmt: skip

    def _sealed(self, number: int, text: str) -> str:
        return self.vault.seal("contact", text, place=f"customer_order.summary.{number}") if text else ""

    def _opened(self, values: dict[str, Any]) -> str:
        place = f"customer_order.summary.{values['id']}"
        return self.vault.unseal(values["summary"], place=place) if values["summary"] else ""

    def write(self) -> None:
        if self.added:
            db.session.execute(insert(Order), list(self.added.values()))
        if self.changed:
            kept = [
                {key: value for key, value in row.items() if key not in ("number", "source", "received_at")}
                for row in self.changed.values()
            ]
            db.session.execute(update(Order), kept)
        self._write_events()

    def _write_events(self) -> None:
        if not self.events:
            return
        self.load_events(self.events.keys())
        fresh = [event for number, event in self.events.items() if number not in self.known]
        if fresh:
            ids = next_ids(OrderEvent, len(fresh))
            db.session.execute(insert(OrderEvent), [{"id": n, **event} for n, event in zip(ids, fresh, strict=True)])
