"""The opt-out list: addresses that nothing is sent to any more. It knows blind indexes only, no number and no name."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from survey_app import events, web
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.people import consents, phones, reasons
from survey_app.people.models import Contact, Suppression
from survey_app.people.phones import Phone

OPTED_OUT, COMPLAINED, BOUNCED, STAFF, ERASED = "opted_out", "complained", "bounced", "staff", "erased"
REASONS: dict[str, str] = {
    OPTED_OUT: N_("本人退订"),
    COMPLAINED: N_("投诉"),
    BOUNCED: N_("地址无法送达"),
    STAFF: N_("员工登记"),
    ERASED: N_("已删除个人信息"),
}
_WEAKEST_FIRST = (BOUNCED, STAFF, COMPLAINED, OPTED_OUT, ERASED)
MOST_AT_ONCE = 1_000
_CHUNK = 1_000


def index_of(address: str) -> bytes:
    """The blind index of a phone number in E.164 or of a normalised e-mail address."""
    return web.vault().blind_index(address)


def is_suppressed(index: bytes) -> bool:
    """Whether nothing may be sent to this address."""
    return db.session.scalar(select(Suppression.reason).where(Suppression.recipient_index == index)) is not None


def reasons_of(indexes: Collection[bytes]) -> dict[bytes, str]:
    """The suppressed ones of these addresses, each with its reason."""
    found: dict[bytes, str] = {}
    listed = list(indexes)
    for start in range(0, len(listed), _CHUNK):
        query = select(Suppression.recipient_index, Suppression.reason).where(
            Suppression.recipient_index.in_(listed[start : start + _CHUNK])
        )
        found.update((bytes(row.recipient_index), row.reason) for row in db.session.execute(query))
    return found


def suppressed_of(indexes: Collection[bytes]) -> set[bytes]:
    """Those of these addresses that nothing may be sent to."""
    return set(reasons_of(indexes))


def suppress(index: bytes, *, reason: str, source: str, now: datetime) -> bool:
    """Never send to this address again; False when it was suppressed before. A stronger reason replaces a weaker one.

    The consents of its owner end (a bounce says nothing about consent). Leaves no event, see `consents.end_of_address`.
    """
    known = is_suppressed(index)
    insert: Any = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    weaker = _WEAKEST_FIRST[: _WEAKEST_FIRST.index(reason)]
    stronger = case((Suppression.reason.in_(weaker), reason), else_=Suppression.reason)
    db.session.execute(
        insert(Suppression)
        .values(recipient_index=index, reason=reason, source=source[:80], at=now)
        .on_conflict_do_update(index_elements=["recipient_index"], set_={"reason": stronger})
    )
    if reason != BOUNCED:
        consents.end_of_address(index, source=source, now=now)
    return not known


def reason_of(contact: Contact) -> str:
    """Why nothing is sent to a contact; "" when it is not on the list. The strongest reason of number and address."""
    found = set(reasons_of([bytes(index) for index in (contact.phone_index, contact.email_index) if index]).values())
    return max(found, key=_WEAKEST_FIRST.index, default="")


def suppress_contact(*, contact: Contact, by: Actor, now: datetime) -> None:
    """Never send to this person again, because the person told a member of staff."""
    indexes = [bytes(index) for index in (contact.phone_index, contact.email_index) if index is not None]
    new = sum(suppress(index, reason=OPTED_OUT, source=f"staff:{by.id}", now=now) for index in indexes)
    events.record("suppression.entered", contact, by=by, new=new, why=OPTED_OUT)


def lift(*, indexes: Collection[bytes], subject: Contact | None, by: Actor, reason: str) -> None:
    """Take addresses off the list, because their owner asked for it. Consents stay ended: they are given anew."""
    present = set(reasons_of(indexes).values())
    if not present:
        raise DomainError(N_("这个号码不在退订名单里。")).at("number")
    if ERASED in present:
        raise DomainError(N_("这个号码的主人要求删除过个人信息，不能移出名单。")).at("number")
    missing = DomainError(N_("请写明原因，例如“本人来电要求恢复”。")).at("lift_reason")
    reason = reasons.checked(reason, shortest=1, missing=missing)
    db.session.execute(delete(Suppression).where(Suppression.recipient_index.in_(list(indexes))))
    events.record("suppression.lifted", subject or Suppression, by=by, reason=reason)


def enter(*, text: str, reason: str, by: Actor, now: datetime) -> tuple[int, int, list[tuple[int, str]]]:
    """Put typed or pasted phone numbers and e-mail addresses, one per line, on the list.

    Returns how many are new, how many stood there before, and (line, why) of what could not be read. Nothing typed is kept.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        raise DomainError(N_("请填写手机号或邮箱，一行一个。")).at("numbers")
    if len(lines) > MOST_AT_ONCE:
        raise DomainError(N_("一次最多 %(n)s 行。"), n=MOST_AT_ONCE).at("numbers")
    new = known = 0
    wrong: list[tuple[int, str]] = []
    for number, line in lines:
        found = address_of(line)
        if found is None:
            wrong.append((number, _why(line)))
        elif suppress(index_of(found), reason=reason, source=f"staff:{by.id}", now=now):
            new += 1
        else:
            known += 1
    events.record("suppression.entered", Suppression, by=by, new=new, known=known, unreadable=len(wrong), why=reason)
    return new, known, wrong


def address_of(text: str) -> str | None:
    """The phone number (E.164) or e-mail address that somebody typed; None when it is neither."""
    if "@" in text or "＠" in text:
        email = phones.normal_email(text)
        return email if isinstance(email, str) else None
    phone = phones.normal(text)
    return phone.e164 if isinstance(phone, Phone) else None


def _why(text: str) -> str:
    problem = phones.normal_email(text) if "@" in text or "＠" in text else phones.normal(text)
    assert isinstance(problem, phones.Problem)
    return phones.REASONS[problem.code]


def newest(*, reason: str = "", page: int, size: int) -> tuple[list[Suppression], bool]:
    """One page of the list, newest first, and whether there are more."""
    query = select(Suppression).order_by(Suppression.at.desc(), Suppression.recipient_index)
    if reason:
        query = query.where(Suppression.reason == reason)
    found = list(db.session.scalars(query.offset((page - 1) * size).limit(size + 1)))
    return found[:size], len(found) > size


def counts() -> dict[str, int]:
    """How many addresses are suppressed, by reason."""
    rows = db.session.execute(select(Suppression.reason, func.count()).group_by(Suppression.reason))
    return {reason: int(count) for reason, count in rows}


def find(address: str) -> Suppression | None:
    """The entry of this phone number (E.164) or e-mail address (normalised)."""
    return db.session.get(Suppression, index_of(address))


def owners(indexes: Collection[bytes]) -> dict[bytes, Contact]:
    """The contacts behind these entries, as far as we know them."""
    listed = list(indexes)
    if not listed:
        return {}
    query = select(Contact).where(or_(Contact.phone_index.in_(listed), Contact.email_index.in_(listed)))
    known = {}
    for contact in db.session.scalars(query):
        known.update(
            {bytes(index): contact for index in (contact.email_index, contact.phone_index) if index is not None}
        )
    return known
