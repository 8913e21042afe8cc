"""Receipt QR codes: the address on a receipt, and the invitations behind receipts of customers whom nobody knows.

An address names the shop system and its order number under a MAC, `/o/<source>~<number>.<mac>`. A till computes it without asking
us: each source has a key of its own, so that a till can speak for no other. The invitation is there before anybody scans:
continuous campaigns make one for every completed purchase they follow, and `follow` makes those of customers without a contact.
Scanning therefore writes nothing on this side, and SMS and receipt lead to one ballot (docs/decisions).
"""

import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from sqlalchemy import Select, select

from survey_app import events
from survey_app.campaigns import audience, inviting
from survey_app.campaigns.audience import Audience, Person
from survey_app.campaigns.inviting import NEEDS_ORDER, New
from survey_app.campaigns.models import Campaign, Invitation, TillKey
from survey_app.database import db
from survey_app.distribution import waves
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.people.models import Order
from survey_app.vault import Vault

MAC_LENGTH = 16  # hexadecimal digits: 64 bits, to be guessed online alone
LONGEST, LONGEST_SOURCE = 200, 40
LONGEST_KEEP = timedelta(days=30)
_AT_ONCE = 20_000


def till_key(vault: Vault, source: str, number: int = 0) -> str:
    """The key of one shop system, 64 hexadecimal digits. Whoever holds it can make the receipts of that system.

    `number`: how many keys the system has had before; each has nothing to do with the others.
    """
    root = hmac.digest(vault.key("blind_index"), b"receipt addresses", "sha256")
    said = source.encode() + (f"\n{number}".encode() if number else b"")
    return hmac.digest(root, said, "sha256").hex()


def number_of(source: str) -> int:
    """Which of its keys a shop system signs with."""
    return db.session.scalar(select(TillKey.number).where(TillKey.source == source)) or 0


def numbers(source: str) -> Select[Any]:
    """What `accepted` wants to know of a source."""
    k = TillKey.__table__.c
    return select(k.number, k.old_until).where(k.source == source)


def accepted(rows: Sequence[Any], *, now: datetime) -> list[int]:
    """The numbers whose receipts are taken, from the row that `numbers` finds, if any."""
    if not rows:
        return [0]
    number, old_until = rows[0]
    return [number, number - 1] if old_until is not None and now < old_until else [number]


def replace_key(*, source: str, keep: timedelta, by: Actor, now: datetime) -> int:
    """A new key for a system whose key was lost; returns its number. Receipts of the one before are taken for `keep` more."""
    if keep > LONGEST_KEEP:
        raise DomainError(N_("旧密钥最多再用 %(n)s 天。"), n=LONGEST_KEEP.days)
    if not source or len(source) > LONGEST_SOURCE:
        raise DomainError(N_("来源系统请用小写字母、数字和横线，例如 pos、tmall。"))
    row = db.session.get(TillKey, source, with_for_update=True)
    if row is None:
        row = TillKey(source=source, number=0)
        db.session.add(row)
    row.number, row.made_at, row.old_until = row.number + 1, now, now + keep if keep else None
    db.session.flush()
    events.record("till_key.replaced", row, by=by, source=source, number=row.number, kept_days=keep.days)
    return row.number


def mac_of(key: str, number: str) -> str:
    """What a till writes behind the order number: the first 16 digits of HMAC-SHA256(key, number), key and result in hex."""
    return hmac.digest(bytes.fromhex(key), number.encode(), "sha256").hex()[:MAC_LENGTH]


def address(vault: Vault, *, source: str, number: str, public_url: str) -> str:
    """The address for the QR code of one order's receipt."""
    mac = mac_of(till_key(vault, source, number_of(source)), number)
    return f"{public_url}/o/{quote(source, safe='')}~{quote(number, safe='')}.{mac}"


def read(vault: Vault, text: str, keys: Callable[[str], Sequence[int]]) -> tuple[str, str] | None:
    """(source, number) of what stands behind `/o/`, when its MAC is right. Every refusal does the same work.

    `keys`: source -> the numbers of its keys that are taken.
    """
    order, _, mac = text[:LONGEST].rpartition(".")
    source, _, number = order.partition("~")
    right = [mac_of(till_key(vault, source, key), number).encode() for key in keys(source)]
    given = mac.encode("utf-8", "replace")
    genuine = [hmac.compare_digest(one, given) for one in right]
    return (source, number) if any(genuine) and source and number else None


def follow(*, now: datetime) -> int:
    """The tick: invitations for purchases of customers without a contact, for every running campaign that follows purchases.

    Nobody is written to; only the receipt leads there. Safe to run again. Returns how many were made.
    """
    running = select(Campaign).where(
        Campaign.kind == "trigger", Campaign.state == "running", Campaign.event.in_(NEEDS_ORDER)
    )
    return sum(_follow(campaign, now=now) for campaign in db.session.scalars(running.order_by(Campaign.id)).all())


def _follow(campaign: Campaign, *, now: datetime) -> int:
    chosen_by = Audience.of(campaign)
    if chosen_by.tiers:
        return 0  # who has no contact has no tier
    there = select(Invitation.id).where(
        Invitation.questionnaire_id == campaign.questionnaire_id, Invitation.order_id == Order.id
    )
    found = db.session.execute(
        select(Order.id, Order.shop_id)
        .where(
            Order.state == "completed",
            Order.contact_id.is_(None),
            Order.completed_at >= audience.begin_of(inviting.first_day(campaign, now=now)),
            audience.in_shops(chosen_by, Order.shop_id),
            ~there.exists(),
        )
        .order_by(Order.id)
        .limit(_AT_ONCE)
    ).all()
    if not found:
        return 0
    wave = waves.ensure_wave(questionnaire_id=campaign.questionnaire_id, now=now)
    rows = [
        New(Person._make((None, id_, shop_id, "", None, None, False, False, "", "")), "", now, unsent="no_consent")
        for id_, shop_id in found
    ]
    return inviting.invite(campaign, wave, rows, now=now)
