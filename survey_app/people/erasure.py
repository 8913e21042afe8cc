"""Erasing a person: shredded on the people side, never taken in again, and erased anew after every restore.

Messages that wait are cancelled. Rooms above add what else must go with a person to `AFTER`; reactions registers it. Answers of
anonymous questionnaires cannot be found: nothing in the database leads from a person to them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update

from survey_app import events, web
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.messaging.models import Message
from survey_app.people import contacts, reasons, suppressions
from survey_app.people.models import Contact, Order

CHUNK = 500

# What the member of staff tells the person, one paragraph each
REPLY = (
    N_("我们已删除您的姓名、手机号、邮箱以及与订单的关联，今后不会再向您发送调研邀请。"),
    N_(
        "匿名问卷的回答无法查到是谁填的，因此无法按姓名或手机号删除。如果您保存了提交后显示的“删除码”，可以在删除页面自行删除那次回答。"
    ),
    N_("为了不再联系您，我们只保留一段无法还原成号码的校验值。"),
)


@dataclass(frozen=True, slots=True)
class Erased:
    """What rooms above may need to know: the id that nothing points to soon, the blind indexes of number and address."""

    contact_id: int
    indexes: tuple[bytes, ...]


# called before the row goes, in the same transaction: (who, now)
AFTER: list[Callable[[Erased, datetime], None]] = []


@dataclass(frozen=True, slots=True)
class Replayed:
    """What an old backup had brought back."""

    people: int
    waves: int


def erase(*, contact: Contact, by: Actor, reason: str, now: datetime) -> None:
    """Erase a person. The ledger in the key folder is written first: a crash afterwards erases again, never less."""
    missing = DomainError(N_("请写明原因，例如“本人来电要求删除”。")).at("reason")
    reason = reasons.checked(reason, shortest=1, missing=missing)
    events.record("contact.erased", contact, by=by, reason=reason)
    _erase(contact, source=f"staff:{by.id}", now=now)


def _erase(contact: Contact, *, source: str, now: datetime) -> None:
    indexes = contacts.indexes_of(contact)
    for index in indexes:
        web.vault().note_erased(index)
    for act in AFTER:
        act(Erased(contact.id, tuple(indexes)), now)
    _forget_messages(indexes, now=now)
    number = contact.id
    # the sealed summary says what was bought; the order itself stays for the chain's figures, of nobody
    db.session.execute(update(Order).where(Order.contact_id == number).values(contact_id=None, summary=""))
    db.session.expunge(contact)
    db.session.execute(delete(Contact).where(Contact.id == number))  # its consents go with it, events lose the link
    for index in indexes:
        suppressions.suppress(index, reason=suppressions.ERASED, source=source, now=now)


def _forget_messages(indexes: list[bytes], *, now: datetime) -> None:
    """Cancel what waits for this person, and let sent messages no longer say to whom they went."""
    mine = Message.recipient_index.in_(indexes)
    waiting = update(Message).where(mine, Message.state.in_(("queued", "rejected")))
    db.session.execute(waiting.values(state="cancelled", reason="opted_out", ended_at=now))
    db.session.execute(update(Message).where(mine).values(recipient_index=None))


def replay(*, now: datetime) -> Replayed:
    """After a restore: erase everybody again whom the ledger names, destroy again the keys of waves that it names.

    Safe to run at any time and again. Rows that other rooms keep of the person go through `AFTER` as well.
    """
    vault = web.vault()
    erased, people = sorted(vault.erased()), 0
    for start in range(0, len(erased), CHUNK):
        some = erased[start : start + CHUNK]
        back = select(Contact).where(or_(Contact.phone_index.in_(some), Contact.email_index.in_(some)))
        for contact in db.session.scalars(back).all():
            _erase(contact, source="ledger", now=now)
            people += 1
        for index in some:
            suppressions.suppress(index, reason=suppressions.ERASED, source="ledger", now=now)
    waves = [wave for wave in sorted(vault.destroyed_waves()) if vault.has_wave(wave)]
    for wave in waves:
        vault.destroy_wave(wave)
    if people or waves:
        events.record("erasure.replayed", None, by=events.WORKER, people=people, waves=len(waves))
    return Replayed(people, len(waves))
