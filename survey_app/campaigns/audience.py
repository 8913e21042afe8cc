"""Whom a campaign is about: which shops, tiers and orders, and who of these people may be asked at all."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, func, null, or_, select
from sqlalchemy.orm import aliased

from survey_app import clock
from survey_app.campaigns import limits
from survey_app.campaigns.models import Campaign, Invitation
from survey_app.database import db
from survey_app.organisation.models import Shop
from survey_app.people.models import Contact, Order, Suppression
from survey_app.people.suppressions import BOUNCED, STAFF
from survey_app.vault import Vault

LEAST_PER_SHOP = 10  # invitations per reported unit in anonymous mode (privacy.md 2)


@dataclass(frozen=True, slots=True)
class Audience:
    """The choice of a campaign, as it stands in `Campaign.audience`. Empty lists mean everybody."""

    who: str = "orders"  # orders: buyers with a completed order; contacts: everybody in the address list
    shops: tuple[int, ...] = ()
    regions: tuple[int, ...] = ()
    online: bool = False  # also the online store, where shops or regions are chosen
    tiers: tuple[int, ...] = ()
    since: date | None = None  # days (China) on which an order was completed
    until: date | None = None
    leave_small: bool = False  # leave shops out that would have fewer than ten invitations

    @staticmethod
    def of(campaign: Campaign) -> "Audience":
        """The choice of this campaign."""
        stored: Mapping[str, Any] = campaign.audience or {}
        return Audience(
            who=str(stored.get("who", "orders")),
            shops=tuple(stored.get("shops", ())),
            regions=tuple(stored.get("regions", ())),
            online=bool(stored.get("online", False)),
            tiers=tuple(stored.get("tiers", ())),
            since=_day(stored.get("since")),
            until=_day(stored.get("until")),
            leave_small=bool(stored.get("leave_small", False)),
        )

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "who": self.who,
            "shops": list(self.shops),
            "regions": list(self.regions),
            "online": self.online,
            "tiers": list(self.tiers),
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "leave_small": self.leave_small,
        }


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None


class Person(NamedTuple):
    """Somebody of the audience, as far as sending needs it. `reasons`: why an address is suppressed ("" when it is not)."""

    contact_id: int
    order_id: int | None
    shop_id: int | None
    language: str
    phone_index: bytes | None
    email_index: bytes | None
    sms_consent: bool
    email_consent: bool
    phone_reason: str
    email_reason: str

    @property
    def is_suppressed(self) -> bool:
        """Whether they asked for silence (or are staff, or erased); an address that bounced is silent by itself alone."""
        return bool({self.phone_reason, self.email_reason} - {"", BOUNCED})

    @property
    def is_staff(self) -> bool:
        """Whether the number is that of a member of staff."""
        return STAFF in (self.phone_reason, self.email_reason)

    def channel(self, wanted: Sequence[str]) -> str:
        """The first of these channels that reaches them with their consent; "" for none."""
        for channel in wanted:
            if channel == "sms" and self.sms_consent and self.phone_index and not self.phone_reason:
                return channel
            if channel == "email" and self.email_consent and self.email_index and not self.email_reason:
                return channel
        return ""

    def address_index(self, channel: str) -> bytes | None:
        """The blind index of the address of a channel."""
        return self.email_index if channel == "email" else self.phone_index


_phones, _emails = aliased(Suppression), aliased(Suppression)


def columns(order_id: Any, shop_id: Any) -> Any:
    """A SELECT of Person; it still needs its tables, conditions, and `with_suppressions`."""
    return select(
        Contact.id, order_id, shop_id, Contact.language, Contact.phone_index, Contact.email_index,
        Contact.sms_consent, Contact.email_consent,
        func.coalesce(_phones.reason, ""), func.coalesce(_emails.reason, ""),
    )  # fmt: skip


def with_suppressions(chosen: Any) -> Any:
    """The same, joined to the opt-out list; Contact must stand among its tables."""
    return chosen.outerjoin(_phones, _phones.recipient_index == Contact.phone_index).outerjoin(
        _emails, _emails.recipient_index == Contact.email_index
    )


def no_order() -> Any:
    """The column of people who are asked about no order."""
    return null()


def begin_of(day: date) -> datetime:
    """The first moment of a day in China."""
    return datetime.combine(day, time(), clock.CHINA)


def in_shops(audience: Audience, shop_id: Any) -> Any:
    """The condition on a column of shop numbers; True where every shop counts."""
    if not (audience.shops or audience.regions):
        return True
    wanted = [shop_id.in_(audience.shops)] if audience.shops else []
    if audience.regions:
        wanted.append(shop_id.in_(select(Shop.id).where(Shop.region_id.in_(audience.regions))))
    return or_(*wanted, *([shop_id.is_(None)] if audience.online else []))


def people(audience: Audience, *, questionnaire_id: int) -> list[Person]:
    """Everybody of the audience, once each, with the newest order that no invitation to this questionnaire stands for."""
    tiers = Contact.tier_id.in_(audience.tiers) if audience.tiers else True
    if audience.who == "contacts":
        chosen = with_suppressions(columns(no_order(), Contact.shop_id).select_from(Contact))
        chosen = chosen.where(in_shops(audience, Contact.shop_id), tiers)
        return [Person(*row) for row in db.session.execute(chosen.order_by(Contact.id))]
    newest = (
        func.row_number()
        .over(partition_by=Order.contact_id, order_by=(Order.completed_at.desc(), Order.id.desc()))
        .label("place")
    )
    taken = select(Invitation.id).where(
        Invitation.questionnaire_id == questionnaire_id, Invitation.order_id == Order.id
    )
    orders = select(Order.id, Order.contact_id, Order.shop_id, newest).where(
        Order.state == "completed", Order.contact_id.is_not(None), in_shops(audience, Order.shop_id), ~taken.exists()
    )
    if audience.since:
        orders = orders.where(Order.completed_at >= begin_of(audience.since))
    if audience.until:
        orders = orders.where(Order.completed_at < begin_of(audience.until + timedelta(days=1)))
    last = orders.subquery()
    chosen = columns(last.c.id, last.c.shop_id).select_from(Contact)
    chosen = with_suppressions(chosen.join(last, and_(last.c.contact_id == Contact.id, last.c.place == 1)))
    return [Person(*row) for row in db.session.execute(chosen.where(tiers).order_by(Contact.id))]


@dataclass(slots=True)
class Plan:
    """Who would be written to now, and how many would not, by reason. `asked` are those, after the drawing."""

    found: int = 0
    left_out: Counter[str] = field(default_factory=Counter)  # suppressed, no_consent, capped, small_shop
    reachable: int = 0
    asked: list[tuple[Person, str]] = field(default_factory=list)  # with the channel

    @property
    def by_channel(self) -> Counter[tuple[str, str]]:
        """(channel, language) -> people."""
        return Counter((channel, person.language) for person, channel in self.asked)

    @property
    def by_shop(self) -> Counter[int | None]:
        """Shop -> people."""
        return Counter(person.shop_id for person, _ in self.asked)

    @property
    def small_shops(self) -> list[int | None]:
        """Shops with fewer than ten."""
        return sorted((shop for shop, n in self.by_shop.items() if n < LEAST_PER_SHOP), key=lambda shop: shop or 0)


def plan(campaign: Campaign, *, vault: Vault, now: datetime) -> Plan:
    """Who would get the first message of a one-off campaign now. Nobody who was invited by it before; stable between calls."""
    audience = Audience.of(campaign)
    before = _invited_by(campaign)
    capped = limits.recently_written(now=now)
    made = Plan()
    reachable: list[tuple[Person, str]] = []
    for person in people(audience, questionnaire_id=campaign.questionnaire_id):
        if person.contact_id in before:
            continue
        made.found += 1
        channel = person.channel(campaign.channels)
        why = _why_not(person, channel, capped)
        if why:
            made.left_out[why] += 1
        else:
            reachable.append((person, channel))
    made.reachable = len(reachable)
    wanted = _wanted(campaign, len(reachable), len(before))
    made.asked = draw(reachable, wanted, campaign, vault) if wanted < len(reachable) else reachable
    if audience.leave_small:
        small = set(made.small_shops)
        if small:
            kept = [(person, channel) for person, channel in made.asked if person.shop_id not in small]
            made.left_out["small_shop"] = len(made.asked) - len(kept)
            made.asked = kept
    return made


def _why_not(person: Person, channel: str, capped: limits.Written) -> str:
    if person.is_suppressed:
        return "suppressed"
    if not channel:
        return "no_consent"
    return "capped" if capped.has(person.contact_id, person.phone_index, person.email_index) else ""


def _invited_by(campaign: Campaign) -> set[int]:
    chosen = select(Invitation.contact_id).where(Invitation.campaign_id == campaign.id)
    return {contact for contact in db.session.scalars(chosen) if contact is not None}


def _wanted(campaign: Campaign, reachable: int, before: int) -> int:
    """How many are asked: the share of them, or the number chosen, less those that an interrupted run invited already."""
    wanted = reachable
    if campaign.share < 100:
        wanted = round((reachable + before) * campaign.share / 100) - before
    if campaign.sample_size is not None:
        wanted = min(wanted, campaign.sample_size - before)
    return max(0, wanted)


def draw(
    people: Iterable[tuple[Person, str]], count: int, campaign: Campaign, vault: Vault
) -> list[tuple[Person, str]]:
    """`count` of them at random: the same on every call for one campaign, not to be foreseen without the keys."""
    ranked = sorted(people, key=lambda pair: chance(campaign, pair[0].contact_id, vault))
    return sorted(ranked[:count], key=lambda pair: pair[0].contact_id)


def chance(campaign: Campaign, number: int, vault: Vault, purpose: str = "draw") -> int:
    """64 bits of luck for a contact or an order in a campaign."""
    return int.from_bytes(vault.blind_index(f"{purpose}|{campaign.id}|{number}")[:8], "big")


def is_drawn(campaign: Campaign, number: int, vault: Vault) -> bool:
    """Whether an order or event belongs to the share of a continuous campaign."""
    return chance(campaign, number, vault) * 100 < campaign.share << 64
