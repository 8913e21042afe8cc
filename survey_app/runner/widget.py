"""A questionnaire inside a page of another site: who may frame it, and the signed order that the site may name.

`?o=<payload>.<mac>`: payload is base64url of a JSON object {"key", "order", "at"}, mac the base64url HMAC-SHA256 of the payload
with the secret of a system key. It is taken in confidential and identified mode only. In anonymous mode it is not even read:
an order is a person.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from survey_app import clock
from survey_app.organisation.models import Shop
from survey_app.people.models import ApiKey, Order
from survey_app.responses.ballots import Ticket
from survey_app.runner import incoming
from survey_app.runner.doors import Door, Doors
from survey_app.runner.entering import Entry
from survey_app.runner.forms import Form, one
from survey_app.vault import UNREADABLE, Vault

if TYPE_CHECKING:
    from survey_app.runner.views import Respondents

NOBODY = "'none'"  # may frame a page of a respondent
LONGEST = 600  # characters of a signed order
FORM_SECONDS, OPEN_SECONDS = 24 * 3600, 3600  # how old it may be when the form comes back, and when the page is opened
_SITES = "survey_app.sites"


def framed_by(sites: tuple[str, ...]) -> None:
    """Remember for this request whose pages may frame it."""
    incoming.asked.get()[_SITES] = sites


def sites() -> tuple[str, ...]:
    """Whose pages may frame the pages of this request."""
    found: tuple[str, ...] = incoming.asked.get().get(_SITES, ())
    return found


def ancestors(wanted: str) -> str:
    """The policy's list: what is wanted, or the sites of a widget."""
    return " ".join(sites()) or wanted if wanted == NOBODY else wanted


def entry(here: "Respondents", door: Door, ticket: Ticket | None = None, form: Form | None = None) -> Entry:
    """Somebody at an open door; at a widget with the order that the site named."""
    if door.kind != "widget" or door.mode == "anonymous":
        return Entry(door, ticket)
    given = one(form, "_o") if form is not None else incoming.query_value(incoming.asked.get(), "o")
    seconds = FORM_SECONDS if form is not None else OPEN_SECONDS
    facts = order_of(here.doors, here.vault, given, max_age_seconds=seconds) if given else {}
    return Entry(door, ticket, carried={"_o": given} if facts else {}, facts=facts)


def order_of(doors: Doors, vault: Vault, given: str, *, max_age_seconds: int) -> Mapping[str, str]:
    """What texts and conditions may name of a signed order; {} when it is forged, damaged, too old or refunded."""
    payload, _, mac = given.partition(".")
    claimed = _read(payload) if len(given) <= LONGEST else None
    if claimed is None or not 0 <= clock.epoch_seconds() + 300 - claimed["at"] <= max_age_seconds + 300:
        return {}
    k = ApiKey.__table__.c
    keys = doors.rows(select(k.source, k.secret).where(k.key == claimed["key"], k.revoked_at.is_(None)))
    if not keys:
        return {}
    secret = vault.unseal(keys[0].secret, place=f"api_key.secret.{claimed['key']}")
    if secret == UNREADABLE or not hmac.compare_digest(
        signed(secret, payload).encode(), mac.encode("utf-8", "replace")
    ):
        return {}
    return _known(doors, keys[0].source, claimed["order"])


def signed(secret: str, payload: str) -> str:
    """The mac of a payload."""
    return urlsafe_b64encode(hmac.digest(secret.encode(), payload.encode(), "sha256")).rstrip(b"=").decode()


def _read(payload: str) -> dict[str, Any] | None:
    try:
        found = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError:
        return None
    kinds = {"key": str, "order": str, "at": int}
    if not isinstance(found, dict) or not all(isinstance(found.get(name), kind) for name, kind in kinds.items()):
        return None
    # both go into a query: no database takes every character
    good = all(0 < len(found[name]) <= 64 and found[name].isprintable() for name in ("key", "order"))
    return found if good else None


def _known(doors: Doors, source: str, number: str) -> Mapping[str, str]:
    """An order that has not been reported to us yet is known by its number alone."""
    o, s = Order.__table__.c, Shop.__table__.c
    rows = doors.rows(
        select(o.state, o.completed_at, o.amount_cents, s.name)
        .join_from(Order.__table__, Shop.__table__, o.shop_id == s.id, isouter=True)
        .where(o.source == source, o.number == number)
    )
    if not rows:
        return {"order_number": number}
    if rows[0].state in ("refunded", "cancelled"):
        return {}
    at = rows[0].completed_at
    return {
        "order_number": number,
        "order_date": clock.china(at).date().isoformat() if at else "",
        "order_amount": f"{rows[0].amount_cents / 100:.2f}",
        "shop": rows[0].name or "",
    }
