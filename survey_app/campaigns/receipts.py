"""Receipt QR codes: the address on a receipt, and the invitations behind receipts of customers whom nobody knows.

An address names the shop system and its order number under a MAC, `/o/<source>~<number>.<mac>`. A till computes it without asking
us: each source has a key of its own, so that a till can speak for no other. The invitation is there before anybody scans:
continuous campaigns make one for every completed purchase they follow, and `follow` makes those of customers without a contact.
Scanning therefore writes nothing on this side, and SMS and receipt lead to one ballot (docs/decisions).
"""

import hmac
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import select

from survey_app.campaigns import audience, inviting
from survey_app.campaigns.audience import Audience, Person
from survey_app.campaigns.inviting import NEEDS_ORDER, New
from survey_app.campaigns.models import Campaign, Invitation
from survey_app.database import db
from survey_app.distribution import waves
from survey_app.people.models import Order
from survey_app.vault import Vault

MAC_LENGTH = 16  # hexadecimal digits: 64 bits, to be guessed online alone
LONGEST = 200
_AT_ONCE = 20_000


def till_key(vault: Vault, source: str) -> str:
    """The key of one shop system, 64 hexadecimal digits. Whoever holds it can make the receipts of that system."""
    root = hmac.digest(vault.key("blind_index"), b"receipt addresses", "sha256")
    return hmac.digest(root, source.encode(), "sha256").hex()


def mac_of(key: str, number: str) -> str:
    """What a till writes behind the order number: the first 16 digits of HMAC-SHA256(key, number), key and result in hex."""
    return hmac.digest(bytes.fromhex(key), number.encode(), "sha256").hex()[:MAC_LENGTH]


def address(vault: Vault, *, source: str, number: str, public_url: str) -> str:
    """The address for the QR code of one order's receipt."""
    mac = mac_of(till_key(vault, source), number)
    return f"{public_url}/o/{quote(source, safe='')}~{quote(number, safe='')}.{mac}"


def read(vault: Vault, text: str) -> tuple[str, str] | None:
    """(source, number) of what stands behind `/o/`, when its MAC is right. Every refusal does the same work."""
    order, _, mac = text[:LONGEST].rpartition(".")
    source, _, number = order.partition("~")
    genuine = hmac.compare_digest(mac_of(till_key(vault, source), number).encode(), mac.encode("utf-8", "replace"))
    return (source, number) if genuine and source and number else None


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
