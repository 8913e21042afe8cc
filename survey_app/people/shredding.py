"""How long people are kept (privacy.md 9, decision 0012): 90 days after they were last needed; 13 months while a consent of
theirs stands; until their consents end. No order keeps its customer for more than 13 months.

Then names, numbers, addresses and the link to orders are shredded; blind index and proofs of consent stay for half a year
more, so that an opt-out can be proven, and go as well. Suppressions stay.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, Select, delete, exists, insert, literal, or_, select, union_all, update

from survey_app import events
from survey_app.database import db
from survey_app.people import consents
from survey_app.people.models import Consent, Contact, Order, OrderEvent

KEPT = timedelta(days=90)
KEPT_AGREED = timedelta(days=396)  # 13 months: tiers count twelve, and a survey once a year reaches them
SOURCE = "retention"
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Applied:
    """How many contacts were shredded and how many went for good."""

    shredded: int
    deleted: int


def apply(*, now: datetime, needed: Select[Any]) -> Applied:
    """Shred and delete what is due; a daily task that commits as it goes.

    `needed`: ids of the contacts of waves that are open or closed less than 90 days ago.
    """
    due = list(db.session.scalars(_due(now, needed)))
    for start in range(0, len(due), CHUNK):
        _shred(due[start : start + CHUNK], now)
        db.session.commit()  # answers that arrive meanwhile need not wait for all
    deleted, unlinked = _delete_bare(now), _unlink_old_orders(now)
    if due or deleted or unlinked:
        events.record(
            "retention.applied", Contact, by=events.WORKER, contacts_shredded=len(due), contacts_deleted=deleted,
            orders_unlinked=unlinked,
        )  # fmt: skip
    return Applied(len(due), deleted)


def _due(now: datetime, needed: Select[Any]) -> Select[Any]:
    present = or_(Contact.name != "", Contact.phone != "", Contact.email != "")
    none_given = [getattr(Contact, consents.column(channel)).is_(False) for channel in consents.CHANNELS]
    ended = exists().where(Consent.contact_id == Contact.id, Consent.given.is_(False))
    agreed = or_(*(getattr(Contact, consents.column(channel)).is_(True) for channel in consents.CHANNELS))
    quiet = or_(_is_quiet(now - KEPT) & ~agreed, _is_quiet(now - KEPT_AGREED)) & Contact.id.not_in(needed)
    return select(Contact.id).where(present, or_(quiet, ended & none_given[0] & none_given[1] & none_given[2]))


def _is_quiet(since: datetime) -> Any:
    """Neither changed nor buying since then."""
    lately = exists().where(Order.contact_id == Contact.id, Order.received_at >= since)
    return (Contact.updated_at < since) & ~lately


def _unlink_old_orders(now: datetime) -> int:
    old = now - KEPT_AGREED
    _run(
        update(OrderEvent)
        .where(OrderEvent.contact_id.is_not(None), OrderEvent.received_at < old)
        .values(contact_id=None)
    )
    orders = update(Order).where(Order.contact_id.is_not(None), Order.received_at < old)
    return _run(orders.values(contact_id=None, summary=""))


def _shred(ids: Collection[int], now: datetime) -> None:
    still = [
        select(Contact.id, literal(channel), literal(False), literal(SOURCE), literal(now, Consent.at.type)).where(
            Contact.id.in_(ids), getattr(Contact, consents.column(channel)).is_(True)
        )
        for channel in consents.CHANNELS
    ]
    names = ["contact_id", "channel", "given", "source", "at"]
    db.session.execute(insert(Consent).from_select(names, union_all(*still)))
    bare = {"name": "", "phone": "", "email": "", "tier_id": None, "shop_id": None, "updated_at": now}
    ended = {consents.column(channel): False for channel in consents.CHANNELS}
    for model, values in ((Order, {"contact_id": None, "summary": ""}), (OrderEvent, {"contact_id": None})):
        _run(update(model).where(model.contact_id.in_(ids)).values(values))
    _run(update(Contact).where(Contact.id.in_(ids)).values(bare | ended))


def _delete_bare(now: datetime) -> int:
    """Contacts of whom only the blind index is left, when every proof of a consent is older than half a year."""
    proof = exists().where(Consent.contact_id == Contact.id, Consent.at >= now - consents.PROOF_KEPT)
    bare = (Contact.name == "") & (Contact.phone == "") & (Contact.email == "")
    return _run(delete(Contact).where(bare, ~proof))


def _run(statement: Any) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.expire_all()
    assert isinstance(result, CursorResult)
    return result.rowcount
