"""Who may see which contacts, and the list of them: narrowed by tier, shop and consent."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, false, func, select, true
from sqlalchemy.orm import InstrumentedAttribute

from survey_app.accounts.models import User
from survey_app.accounts.permissions import SHOP_STAFF
from survey_app.database import db
from survey_app.organisation.models import Shop
from survey_app.people import consents
from survey_app.people.models import Contact


def within_bounds(user: User, shop_id: InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """The condition that a row with this shop is for this person: any, or of the shop or region the person is bound to."""
    if user.shop_id is not None:
        return shop_id == user.shop_id
    if user.region_id is not None:
        return shop_id.in_(select(Shop.id).where(Shop.region_id == user.region_id))
    return false() if user.role == SHOP_STAFF else true()


def visible_to(user: User) -> Select[Contact]:
    """The contacts this person may see: all, or (for somebody who is bound) those who bought last in the own part."""
    return select(Contact).where(within_bounds(user, Contact.shop_id))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of contacts is narrowed to; None and "" leave it as it is."""

    tier_id: int | None = None
    shop_id: int | None = None
    consent: str = ""  # sms | email | phone: only who agreed to it; none: who agreed to nothing


def find(user: User, wanted: Wanted, *, page: int, size: int) -> tuple[list[Contact], bool]:
    """One page of the contacts that a person may see, newest first, and whether there are more."""
    query = visible_to(user)
    if wanted.tier_id is not None:
        query = query.where(Contact.tier_id == wanted.tier_id)
    if wanted.shop_id is not None:
        query = query.where(Contact.shop_id == wanted.shop_id)
    if wanted.consent == "none":
        query = query.where(*(getattr(Contact, consents.column(channel)).is_(False) for channel in consents.CHANNELS))
    elif wanted.consent:
        query = query.where(getattr(Contact, consents.column(wanted.consent)).is_(True))
    found = list(db.session.scalars(query.order_by(Contact.id.desc()).offset((page - 1) * size).limit(size + 1)))
    return found[:size], len(found) > size


def number_of_contacts(user: User) -> int:
    """How many contacts this person may see."""
    query = select(func.count()).select_from(Contact).where(within_bounds(user, Contact.shop_id))
    return db.session.scalar(query) or 0
