"""The one chain of this installation: its names, phone, logo, colour, and its own words on privacy."""

from collections.abc import Mapping
from datetime import datetime

from survey_app import events
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.organisation import branding, consent, logos
from survey_app.organisation.models import Organisation


def the_chain() -> Organisation:
    """The chain (row 1 of an installed database)."""
    return db.session.get_one(Organisation, 1)


def change_chain(
    *,
    chain: Organisation,
    name: str,
    name_en: str,
    help_phone: str,
    colour: str,
    privacy_text: Mapping[str, str],
    by: Actor,
    now: datetime,
) -> branding.Brand:
    """Set what customers see of the chain; a changed word of the privacy text becomes a new consent text."""
    name, name_en, help_phone = name.strip(), name_en.strip(), help_phone.strip()
    if not name or len(name) > 80 or len(name_en) > 80:
        raise DomainError(N_("请填写名称，最多 80 个字。")).at("name")
    if len(help_phone) > 32 or not set(help_phone) <= set("0123456789+-() 转#"):
        raise DomainError(N_("服务电话只能有数字、空格和 + - ( )，例如 400-800-1234。")).at("help_phone")
    made = branding.brand(colour)
    changed = [
        key
        for key, value in (("name", name), ("name_en", name_en), ("help_phone", help_phone), ("colour", colour))
        if getattr(chain, key) != value
    ]
    chain.name, chain.name_en, chain.help_phone = name, name_en, help_phone
    chain.colour, chain.brand, chain.brand_soft = branding.normal_colour(colour), made.brand, made.soft
    chain.privacy_text = consent.plain_texts(privacy_text)
    consent.publish_consent(chain=chain, by=by, now=now)
    events.record("organisation.changed", chain, by=by, fields=changed)
    return made


def set_logo(*, chain: Organisation, data: bytes, by: Actor, now: datetime) -> None:
    """Take a new logo, made harmless; raises DomainError when it cannot be used."""
    chain.logo, chain.logo_type = logos.clean_logo(data)
    events.record("organisation.logo_set", chain, by=by, bytes=len(chain.logo), type=chain.logo_type)


def remove_logo(*, chain: Organisation, by: Actor, now: datetime) -> None:
    """Show the chain's name instead of a logo."""
    chain.logo, chain.logo_type = None, ""
    events.record("organisation.logo_removed", chain, by=by)


def set_approval(*, chain: Organisation, needed: bool, by: Actor) -> None:
    """Whether a second person must agree before anything is published."""
    if chain.needs_approval != needed:
        chain.needs_approval = needed
        events.record("organisation.changed", chain, by=by, fields=["needs_approval"], needs_approval=needed)
