"""Who gave a confidential or identified answer: asked for with a reason, allowed by a second person, shown once, written down.

Identified answers need no second person: the page told so. Anonymous ones have nothing to show.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from survey_app import events, web
from survey_app.campaigns import inviting
from survey_app.campaigns.models import Invitation, Unsealing
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.people import contacts, reasons
from survey_app.people.erasure import Erased
from survey_app.people.models import Contact, Order
from survey_app.responses import links, order_data

SHORTEST_REASON = 10
OPEN_FOR = timedelta(days=7)  # an approval that nobody used ends
LISTED = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """Who answered, as far as it is still known. `answered_at`: the hour or the second, by the mode."""

    name: str
    phone: str
    email: str
    order: str
    answered_at: datetime


def ask(*, response_id: int, reason: str, by: Actor, now: datetime) -> Unsealing:
    """Ask who gave an answer. A request of the same person for the same answer that is still open is given back."""
    missing = DomainError(N_("请写明原因，至少 %(n)s 个字，例如投诉编号和需要联系的理由。"), n=SHORTEST_REASON)
    reason = reasons.checked(reason, shortest=SHORTEST_REASON, missing=missing.at("reason"))
    mode = links.mode_of(response_id)
    if mode is None:
        raise DomainError(N_("没有这个编号的答卷。")).at("number")
    if links.find(response_id) is None:
        raise DomainError(N_("这份答卷没有与任何人的联系：匿名答卷无法解封。")).at("number")
    present = db.session.scalar(
        select(Unsealing).where(
            Unsealing.response_id == response_id,
            Unsealing.requested_by_id == by.id,
            Unsealing.shown_at.is_(None),
            Unsealing.approved.is_not(False),
            Unsealing.requested_at > now - OPEN_FOR,
        )
    )
    if present is not None:
        return present
    asked = Unsealing(response_id=response_id, reason=reason, requested_by_id=by.id, requested_at=now)
    if mode == "identified":
        asked.approved, asked.decided_at = True, now
    db.session.add(asked)
    db.session.flush()
    events.record("unsealing.requested", asked, by=by, reason=reason, response=str(response_id), mode=mode)
    return asked


def decide(*, unsealing: Unsealing, approve: bool, by: Actor, now: datetime) -> None:
    """Allow or refuse, by somebody else than who asked."""
    db.session.flush()
    db.session.refresh(unsealing, with_for_update=True)
    if unsealing.requested_by_id == by.id:
        raise DomainError(N_("需要另一位有解封权限的同事决定，不能自己批准自己的申请。"))
    if unsealing.approved is not None:
        raise DomainError(N_("这个申请已经处理过。"))
    unsealing.approved, unsealing.decided_by_id, unsealing.decided_at = approve, by.id, now
    events.record("unsealing.approved" if approve else "unsealing.refused", unsealing, by=by, reason=unsealing.reason)


def show(*, unsealing: Unsealing, by: Actor, now: datetime) -> Shown:
    """Who it was, to the person who asked, once. Commits its record first; raises Busy, and shows nothing, when that fails."""
    db.session.flush()
    db.session.refresh(unsealing, with_for_update=True)  # two looks at the same moment: the second finds it shown
    if not may_be_shown(unsealing, by=by, now=now):
        raise DomainError(N_("这个申请没有批准、已经查看过，或批准已超过 7 天。请重新申请。"))
    link = links.find(unsealing.response_id)
    number = links.invitation_of(web.vault(), link) if link else None
    invitation = db.session.get(Invitation, number) if number is not None else None
    known = [invitation.contact_id] if invitation is not None and invitation.contact_id is not None else []
    unsealing.shown_at = now
    events.record_read("unsealing.shown", unsealing, by=by, reason=unsealing.reason, contacts=known)
    link = links.find(unsealing.response_id)
    if link is None:
        raise DomainError(N_("这份答卷与顾客的联系已按规定删除。"))
    contact = db.session.get(Contact, known[0]) if known else None
    order = db.session.get(Order, invitation.order_id) if invitation and invitation.order_id else None
    return Shown(
        name=contacts.name(contact) if contact else "",
        phone=contacts.address(contact, "phone") if contact else "",
        email=contacts.address(contact, "email") if contact else "",
        order=f"{order.source} {order.number}" if order else "",
        answered_at=link.answered_at,
    )


def may_be_shown(unsealing: Unsealing, *, by: Actor, now: datetime) -> bool:
    """Whether this person may look now."""
    return (
        unsealing.approved is True
        and unsealing.shown_at is None
        and unsealing.requested_by_id == by.id
        and unsealing.decided_at is not None
        and unsealing.decided_at > now - OPEN_FOR
    )


def newest() -> list[Unsealing]:
    """The requests, newest first."""
    return list(db.session.scalars(select(Unsealing).order_by(Unsealing.id.desc()).limit(LISTED)))


def forget_person(erased: Erased, now: datetime) -> None:
    """Part of an erasure: answers of this person no longer lead there nor name the orders, nor do invitations.

    An answer that came with an order of a web site has no link: it is found by the order that it names.
    """
    orders = list(db.session.scalars(select(Order.id).where(Order.contact_id == erased.contact_id)))
    mine = or_(Invitation.contact_id == erased.contact_id, Invitation.order_id.in_(orders))
    found = list(db.session.scalars(select(Invitation).where(mine, Invitation.mode != "anonymous")))
    answered = links.responses_of(web.vault(), [invitation.id for invitation in found])
    links.unlink(answered)
    named = order_data.naming(list(inviting.facts_of_orders(orders).values()))
    order_data.tighten({*answered, *named}, "anonymous")
    for invitation in found:
        invitation.facts, invitation.code_index = "", None
