"""From the fields of a row (texts, whatever brought them: a file or a request) to an order, an event or a contact.

One set of rules for both. A row is taken as a whole or refused with the field and the reason.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select

from survey_app.database import db
from survey_app.languages import N_
from survey_app.organisation.models import Shop, Team
from survey_app.people import cells, phones
from survey_app.people.cells import Unfit
from survey_app.people.contacts import NewContact
from survey_app.people.orders import OF_ORDERS, NewEvent, NewOrder
from survey_app.people.phones import Phone, Problem
from survey_app.questionnaire.texts import clean

Fields = Mapping[str, str]
Value = TypeVar("Value")

LONGEST_SUMMARY = 500


@dataclass(frozen=True, slots=True)
class Consents:
    """What everybody of a batch agreed to where the row itself says nothing. None: nothing is known."""

    sms: bool | None = None
    email: bool | None = None
    phone: bool | None = None


class Intake:
    """The rules with what they need to know: shops and teams by code, the present moment, consents of the batch."""

    def __init__(self, *, now: datetime, consents: Consents | None = None) -> None:
        self.now = now
        self.consents = consents or Consents()
        self.shops = {code.lower(): number for code, number in db.session.execute(select(Shop.code, Shop.id)).tuples()}
        self.teams = {code.lower(): number for code, number in db.session.execute(select(Team.code, Team.id)).tuples()}

    def order(self, fields: Fields) -> NewOrder:
        """An order. Raises Unfit."""
        completed = self._optional(fields, "completed_at", self._moment)
        refunded = self._optional(fields, "refunded_at", self._moment)
        placed = self._optional(fields, "placed_at", self._moment) or completed
        if placed is None:
            raise Unfit(N_("没有下单时间。")).at("placed_at")
        for name, later in (("completed_at", completed), ("refunded_at", refunded)):
            if later is not None and later < placed:
                raise Unfit(N_("这个时间早于下单时间。")).at(name)
        return NewOrder(
            number=_read(fields, "number", cells.number),
            state=self._state(fields, completed, refunded),
            placed_at=placed,
            completed_at=completed,
            refunded_at=refunded,
            amount_cents=self._optional(fields, "amount", cells.cents),
            shop_id=self._optional(fields, "shop", self._shop),
            summary=clean(fields.get("summary", ""), LONGEST_SUMMARY),
            contact=self._contact(fields),
        )

    def _state(self, fields: Fields, completed: datetime | None, refunded: datetime | None) -> str:
        if fields.get("state", "").strip():
            return _read(fields, "state", cells.state)
        return "refunded" if refunded else "completed" if completed else "open"

    def event(self, fields: Fields) -> NewEvent:
        """An event. Raises Unfit."""
        kind = _read(fields, "kind", cells.event_kind)
        order = self._optional(fields, "order", cells.number) or ""
        if not order and kind in OF_ORDERS:
            raise Unfit(N_("这个事件需要订单号。")).at("order")
        return NewEvent(
            number=self._optional(fields, "number", cells.number) or "",
            kind=kind,
            at=_read(fields, "at", self._moment),
            order=order,
            shop_id=self._optional(fields, "shop", self._shop),
            team_id=self._optional(fields, "team", self._team),
            contact=self._contact(fields),
        )

    def contact(self, fields: Fields) -> NewContact:
        """A person. Raises Unfit, also when there is neither a phone number nor an e-mail address."""
        found = self._contact(fields)
        if found is None:
            raise Unfit(N_("没有手机号，也没有邮箱。")).at("phone")
        return replace(found, shop_id=self._optional(fields, "shop", self._shop))

    def _contact(self, fields: Fields) -> NewContact | None:
        phone = self._optional(fields, "phone", _phone) or ""
        email = self._optional(fields, "email", _email) or ""
        if not phone and not email:
            return None
        said = {channel: _read(fields, f"consent_{channel}", cells.yes_or_no) for channel in ("sms", "email", "phone")}
        general = {"sms": self.consents.sms, "email": self.consents.email, "phone": self.consents.phone}
        agreed = {channel: general[channel] if value is None else value for channel, value in said.items()}
        return NewContact(
            name=phones.clean_name(fields.get("name", "")),
            phone=phone,
            email=email,
            language=_read(fields, "language", cells.language),
            shop_id=self._optional(fields, "shop", self._shop),
            sms_consent=agreed["sms"] if phone else None,
            email_consent=agreed["email"] if email else None,
            phone_consent=agreed["phone"] if phone else None,
        )

    def _moment(self, text: str) -> datetime:
        return cells.moment(text, now=self.now)

    def _shop(self, text: str) -> int:
        found = self.shops.get(text.strip().lower())
        if found is None:
            raise Unfit(N_("没有这个编码的门店。请先在“大区与门店”中添加。"))
        return found

    def _team(self, text: str) -> int:
        found = self.teams.get(text.strip().lower())
        if found is None:
            raise Unfit(N_("没有这个编码的班组。"))
        return found

    def _optional(self, fields: Fields, name: str, read: Callable[[str], Value]) -> Value | None:
        return _read(fields, name, read) if fields.get(name, "").strip() else None


def _read(fields: Fields, name: str, read: Callable[[str], Value]) -> Value:
    try:
        return read(fields.get(name, ""))
    except Unfit as error:
        raise error.at(name) from None


def _phone(text: str) -> str:
    found = phones.normal(text)
    if isinstance(found, Phone):
        return found.e164
    raise Unfit(phones.REASONS[found.code])


def _email(text: str) -> str:
    found = phones.normal_email(text)
    if isinstance(found, Problem):
        raise Unfit(phones.REASONS[found.code])
    return found
