"""Who may see which orders, and the list of them: narrowed by number, state, shop and days."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from survey_app.accounts.models import User
from survey_app.clock import CHINA
from survey_app.database import db
from survey_app.languages import N_
from survey_app.people.listing import within_bounds
from survey_app.people.models import Contact, Order, OrderEvent

EVENTS: dict[str, str] = {
    "paid": N_("付款"),
    "delivered": N_("送达"),
    "completed": N_("订单完成"),
    "refunded": N_("退款"),
    "return_closed": N_("退货完结"),
    "consultation_ended": N_("咨询结束"),
    "ticket_closed": N_("工单关闭"),
}


def visible_to(user: User) -> Select[Order]:
    """The orders this person may see: all, or (for somebody who is bound) those of the own shop or region."""
    return select(Order).where(within_bounds(user, Order.shop_id))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of orders is narrowed to; None and "" leave it as it is. Days are those of China."""

    number: str = ""  # the beginning of the order number
    state: str = ""
    shop_id: int | None = None  # 0: the online store
    first: date | None = None  # of the purchase
    last: date | None = None


def find(user: User, wanted: Wanted, *, page: int, size: int) -> tuple[list[Order], bool]:
    """One page of the orders that a person may see, newest first, and whether there are more."""
    query = visible_to(user)
    if wanted.number:
        query = query.where(Order.number.startswith(wanted.number, autoescape=True))
    if wanted.state:
        query = query.where(Order.state == wanted.state)
    if wanted.shop_id is not None:
        query = query.where(Order.shop_id == wanted.shop_id if wanted.shop_id else Order.shop_id.is_(None))
    if wanted.first is not None:
        query = query.where(Order.placed_at >= _midnight(wanted.first))
    if wanted.last is not None:
        query = query.where(Order.placed_at < _midnight(wanted.last + timedelta(days=1)))
    found = list(db.session.scalars(query.order_by(Order.id.desc()).offset((page - 1) * size).limit(size + 1)))
    return found[:size], len(found) > size


def of_contact(contact: Contact, *, user: User, most: int) -> list[Order]:
    """The newest orders of a contact, as far as this person may see them."""
    query = visible_to(user).where(Order.contact_id == contact.id).order_by(Order.placed_at.desc(), Order.id.desc())
    return list(db.session.scalars(query.limit(most)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def contacts_of(found: list[Order]) -> dict[int, Contact]:
    """The contacts of some orders by id, in one look."""
    wanted = {order.contact_id for order in found if order.contact_id is not None}
    query = select(Contact).where(Contact.id.in_(wanted)).options(joinedload(Contact.tier))
    return {contact.id: contact for contact in db.session.scalars(query)} if wanted else {}


def events_of(order: Order) -> list[OrderEvent]:
    """What happened to an order, in its order."""
    return list(
        db.session.scalars(
            select(OrderEvent).where(OrderEvent.order_id == order.id).order_by(OrderEvent.at, OrderEvent.id)
        )
    )
