"""Counter tablets: made for a shop and a questionnaire, enrolled once with a code and a PIN, revoked.

The code (8 characters, 30 minutes, once) comes from this page and is typed on the tablet together with the PIN. The tablet gets
a cookie for `/k/` alone; the database keeps its hash. The PIN leaves the full-screen mode on the tablet, also without a
network: at the enrolment the tablet is given a slow hash of it.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.orm import defer, selectinload
from sqlalchemy.sql import Select

from survey_app import events, tokens, web
from survey_app.accounts import attempts
from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.design import publishing
from survey_app.design.models import Questionnaire, Version
from survey_app.distribution import collecting, offline, pins
from survey_app.distribution.models import Collector, Device
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.organisation.models import Shop
from survey_app.questionnaire.definition import Definition

COOKIE, COOKIE_PATH = "kiosk", "/k/"
COOKIE_SECONDS = 400 * 86_400  # as long as browsers keep one
CODE_LENGTH, CODE_LIVES = 8, timedelta(minutes=30)
PLACE = "柜台平板"  # a stored value, the same in every language, like the places that staff type
LONGEST_NAME = 80
_TABLET = Actor(None, "tablet", "program")

WRONG = N_("登记码或 PIN 不对，或者登记码已过期。请在“柜台平板”页面核对，需要时生成新的登记码。")
LOCKED = N_("尝试次数过多，请 %(minutes)s 分钟后再试。")


class EnrolmentRefused(DomainError):
    """A wrong code or PIN; the count of tries is kept."""

    keeps = True


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a tablet gets once. `pin_check`: salt and slow hash of the PIN, as the tablet's script compares them."""

    device: Device
    token: str
    pin_check: str


def create_device(
    *, questionnaire: Questionnaire, shop: Shop, name: str, pin: str, by: Actor, now: datetime
) -> tuple[Device, str]:
    """A tablet to enrol, and its code. The shop's door of the place 柜台平板 is made when it has none."""
    plain = pins.checked(pin)
    version = publishing.newest_version(questionnaire)
    if version is None:
        raise DomainError(N_("请先发布问卷，再登记平板。")).at("questionnaire")
    collector = collecting.create_for_shops(questionnaire=questionnaire, shops=[shop], place=PLACE, by=by, now=now)[0]
    offline.refuse_unfit(Definition.from_json(collector.version.definition))
    device = Device(
        name=" ".join(name.split())[:LONGEST_NAME] or _next_name(shop),
        shop_id=shop.id,
        collector_id=collector.id,
        pin_hash=pins.hashed(plain),
        created_at=now,
        created_by_id=by.id,
    )
    db.session.add(device)
    code = _set_code(device, now)
    db.session.flush()
    events.record("device.created", device, by=by, shop=shop.code, questionnaire=questionnaire.name)
    return device, code


def _next_name(shop: Shop) -> str:
    there = db.session.scalar(select(func.count()).select_from(Device).where(Device.shop_id == shop.id)) or 0
    return f"{shop.name} {there + 1}"[:LONGEST_NAME]


def _set_code(device: Device, now: datetime) -> str:
    code = tokens.short_code(CODE_LENGTH)
    device.enrolment_hash, device.enrolment_ends_at = _code_hash(code), now + CODE_LIVES
    return code


def renew_code(*, device: Device, pin: str, by: Actor, now: datetime) -> str:
    """A new code and PIN, for the same tablet or one in its place. The one enrolled before works until they are used."""
    device.pin_hash = pins.hashed(pins.checked(pin))
    code = _set_code(device, now)
    events.record("device.code_renewed", device, by=by)
    return code


def enrol(*, code: str, pin: str, address: str, now: datetime) -> Enrolled:
    """Make the browser that typed code and PIN the tablet. Raises EnrolmentRefused, the same for every reason.

    `address`: of the network, counted against guessing; from the fifth wrong try it waits 1, 2, 4 ... 30 minutes.
    """
    who = f"tablet {address}"
    try:
        attempts.refuse_while_locked(who, now=now)
    except attempts.GuessRefused as error:
        raise EnrolmentRefused(LOCKED, **error.values) from error
    device = _waiting_for(tokens.ungrouped(code), now)
    if not pins.is_right(pin, device.pin_hash if device else _nobody()) or device is None:
        attempts.failed(who, user=None, now=now)
        raise EnrolmentRefused(WRONG).at("code")
    attempts.forget(who)
    token, device.token_hash = tokens.secret_link()
    device.enrolment_hash = device.enrolment_ends_at = device.revoked_at = None
    device.enrolled_at = now
    db.session.flush()
    events.record("device.enrolled", device, by=_TABLET)
    return Enrolled(device, token, pins.for_tablet(pin))


@lru_cache(maxsize=1)
def _nobody() -> str:
    return pins.hashed("none")  # a wrong code costs as much time as a wrong PIN


def _waiting_for(code: str, now: datetime) -> Device | None:
    if len(code) != CODE_LENGTH:
        return None
    query = select(Device).where(Device.enrolment_hash == _code_hash(code), Device.enrolment_ends_at > now)
    return db.session.scalar(query.with_for_update(of=Device))


def _code_hash(code: str) -> bytes:
    # 40 bits could be tried out in a stolen database; with a key they cannot
    return hmac.digest(web.vault().blind_index("device.enrolment"), code.encode(), "sha256")


def revoke(*, device: Device, by: Actor, now: datetime) -> None:
    """The tablet takes no more answers; what it still holds stays on it and can be exported there."""
    if device.revoked_at is None:
        device.revoked_at = now
        device.token_hash = device.enrolment_hash = device.enrolment_ends_at = None
        events.record("device.revoked", device, by=by)


def visible_to(user: User) -> Select[Device]:
    """The tablets this person may see, newest first."""
    query = select(Device).options(
        selectinload(Device.collector).options(
            selectinload(Collector.questionnaire).options(defer(Questionnaire.draft)),
            selectinload(Collector.version).options(defer(Version.definition)),
        )
    )
    if user.shop_id is not None:
        query = query.where(Device.shop_id == user.shop_id)
    if user.region_id is not None:
        query = query.join(Shop, Device.shop_id == Shop.id).where(Shop.region_id == user.region_id)
    return query.order_by(Device.revoked_at.is_not(None), Device.id.desc())
