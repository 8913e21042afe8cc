"""Contacts: taken in bulk, found by blind index alone, shown masked. Sealed fields are bound to the id of their row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import insert, or_, select, update

from survey_app import web
from survey_app.database import db, next_ids
from survey_app.people import consents, phones, suppressions
from survey_app.people.models import Contact
from survey_app.vault import UNREADABLE, Vault

CHUNK = 1_000
Outcome = Literal["added", "changed", "unchanged", "erased"]


@dataclass(frozen=True, slots=True)
class NewContact:
    """A person as a file or a system reports it: normalised by `phones`. A phone number or an e-mail address is needed.

    None as a consent: nothing is said about it, what stands stays (no consent for somebody new).
    """

    name: str = ""
    phone: str = ""  # E.164
    email: str = ""  # lower case
    language: str = ""
    shop_id: int | None = None
    sms_consent: bool | None = None
    email_consent: bool | None = None
    phone_consent: bool | None = None


class Taken(NamedTuple):
    """What became of one NewContact; the id is 0 for a person who was erased: such a one does not come back."""

    id: int
    outcome: Outcome


def upsert_contacts(rows: Sequence[NewContact], *, now: datetime, source: str) -> list[int]:
    """Add or change contacts; their ids in the order of the rows, 0 for erased people. See `take`."""
    return [taken.id for taken in take(rows, now=now, source=source)]


def take(rows: Sequence[NewContact], *, now: datetime, source: str) -> list[Taken]:
    """Add or change contacts, found by phone number, or by e-mail address where a row has no number.

    Empty fields change nothing. Somebody on the opt-out list gets no consent back by an import. Safe to run twice.
    `source` stands in the consent rows. Never commits.
    """
    taken: list[Taken] = []
    for start in range(0, len(rows), CHUNK):
        taken += _Chunk(rows[start : start + CHUNK], now, source).take()
    return taken


_COLUMNS = (
    Contact.id, Contact.name, Contact.phone, Contact.email, Contact.phone_index, Contact.email_index, Contact.language,
    Contact.shop_id, Contact.sms_consent, Contact.email_consent, Contact.phone_consent,
)  # fmt: skip


class _Chunk:
    """One bulk step: one look for all rows, then one INSERT, one UPDATE and one INSERT of consent proofs."""

    def __init__(self, rows: Sequence[NewContact], now: datetime, source: str) -> None:
        self.rows, self.now, self.source = rows, now, source[:80]
        self.vault = web.vault()
        self.phone_of = {row.phone: self.vault.blind_index(row.phone) for row in rows if row.phone}
        self.email_of = {row.email: self.vault.blind_index(row.email) for row in rows if row.email}
        self.present: dict[bytes, dict[str, Any]] = {}  # phone or e-mail index -> the row as it will be
        self.added: dict[int, dict[str, Any]] = {}
        self.changed: dict[int, dict[str, Any]] = {}
        self.proofs: list[dict[str, Any]] = []

    def take(self) -> list[Taken]:
        addresses = [*self.phone_of.values(), *self.email_of.values()]
        reasons = suppressions.reasons_of(addresses)
        erased = self.vault.erased()
        gone = {index for index in addresses if index in erased or reasons.get(index) == suppressions.ERASED}
        self._load()
        unknown = {self._key(row) for row in self.rows} - self.present.keys() - gone
        if unknown:
            ids = iter(next_ids(Contact, len(unknown)))  # from here on nobody else adds any
            self._load(only=unknown)
        taken = []
        for row in self.rows:
            if {self.phone_of.get(row.phone), self.email_of.get(row.email)} & gone:
                taken.append(Taken(0, "erased"))
            elif self._key(row) in self.present:
                taken.append(self._change(row, reasons))
            else:
                taken.append(self._add(row, next(ids), reasons))
        self._write()
        return taken

    def _key(self, row: NewContact) -> bytes:
        return self.phone_of[row.phone] if row.phone else self.email_of[row.email]

    def _load(self, only: set[bytes] | None = None) -> None:
        keys = only or {self._key(row) for row in self.rows}
        found = db.session.execute(
            select(*_COLUMNS)
            .where(or_(Contact.phone_index.in_(keys), Contact.email_index.in_(keys)))
            .order_by(Contact.id.desc())  # of several people with one address the first
        )
        for row in found:
            values = row._asdict()
            for index in (values["phone_index"], values["email_index"]):
                if index is not None and bytes(index) in keys:
                    self.present[bytes(index)] = values

    def _add(self, row: NewContact, number: int, reasons: dict[bytes, str]) -> Taken:
        phone, email = self.phone_of.get(row.phone), self.email_of.get(row.email)
        values: dict[str, Any] = {
            "id": number,
            "name": self._sealed("name", number, row.name),
            "phone": self._sealed("phone", number, row.phone),
            "email": self._sealed("email", number, row.email),
            "phone_index": phone,
            "email_index": email,
            "language": row.language,
            "shop_id": row.shop_id,
            "sms_consent": False,
            "email_consent": False,
            "phone_consent": False,
            "created_at": self.now,
            "updated_at": self.now,
        }
        self._consents(values, row, reasons)
        self.added[number] = self.present[self._key(row)] = values
        return Taken(number, "added")

    def _change(self, row: NewContact, reasons: dict[bytes, str]) -> Taken:
        values = self.present[self._key(row)]
        number = int(values["id"])
        before = dict(values)
        if row.name and self._opened("name", values) != row.name:
            values["name"] = self._sealed("name", number, row.name)
        if row.phone and not values["phone"]:  # shredded after a while, and back with a new order
            values["phone"] = self._sealed("phone", number, row.phone)
        email = self.email_of.get(row.email)
        if email and (values["email_index"] != email or not values["email"]):
            values["email"], values["email_index"] = self._sealed("email", number, row.email), email
        values["language"] = row.language or values["language"]
        values["shop_id"] = row.shop_id or values["shop_id"]
        self._consents(values, row, reasons)
        if values == before:
            return Taken(number, "unchanged")
        values["updated_at"] = self.now
        if number not in self.added:
            self.changed[number] = values
        return Taken(number, "changed")

    def _consents(self, values: dict[str, Any], row: NewContact, reasons: dict[bytes, str]) -> None:
        wanted = {"sms": row.sms_consent, "phone": row.phone_consent, "email": row.email_consent}
        for channel, given in wanted.items():
            index = values["email_index"] if channel == "email" else values["phone_index"]
            column = consents.column(channel)
            if given is None or given == values[column] or (given and (index is None or bytes(index) in reasons)):
                continue
            values[column] = given
            self.proofs.append(
                {"contact_id": values["id"], "channel": channel, "given": given, "source": self.source, "at": self.now}
            )

    def _sealed(self, field: str, number: int, text: str) -> str:
        return self.vault.seal("contact", text, place=_place(field, number)) if text else ""

    def _opened(self, field: str, values: dict[str, Any]) -> str:
        return _open(self.vault, field, int(values["id"]), values[field])

    def _write(self) -> None:
        if self.added:
            db.session.execute(insert(Contact), list(self.added.values()))
        if self.changed:
            changes = [
                {key: value for key, value in row.items() if key != "phone_index"} for row in self.changed.values()
            ]
            db.session.execute(update(Contact), changes)
        consents.record_many(self.proofs)


# --- one contact -------------------------------------------------------------------------------------------------------
def _place(field: str, number: int) -> str:
    return f"contact.{field}.{number}"


def _open(vault: Vault, field: str, number: int, sealed: str) -> str:
    return vault.unseal(sealed, place=_place(field, number)) if sealed else ""


def sealed(field: str, number: int, text: str) -> str:
    """Name, phone or e-mail as the row of this contact keeps it; "" for none."""
    return web.vault().seal("contact", text, place=_place(field, number)) if text else ""


def find_by_phone(e164: str) -> Contact | None:
    """The contact with this number, by blind index."""
    return db.session.scalar(select(Contact).where(Contact.phone_index == web.vault().blind_index(e164)))


def find_by_address(address: str) -> list[Contact]:
    """Contacts with this phone number (E.164) or e-mail address (normalised); several people may share an address."""
    index = web.vault().blind_index(address)
    query = select(Contact).where(or_(Contact.phone_index == index, Contact.email_index == index))
    return list(db.session.scalars(query.order_by(Contact.id)))


def address(contact: Contact, channel: str) -> str:
    """The phone number (channel sms or phone) or e-mail address in clear. Only the moment of sending may call it."""
    field = "email" if channel == "email" else "phone"
    return _open(web.vault(), field, contact.id, getattr(contact, field))


def name(contact: Contact) -> str:
    """The name in clear: for the call list of the person who makes the call, and for sending."""
    return _open(web.vault(), "name", contact.id, contact.name)


def masked_phone(contact: Contact) -> str:
    """`138****5678`, or 〔无法解密〕."""
    return _masked(address(contact, "phone"), phones.mask)


def masked_name(contact: Contact) -> str:
    """`李**`."""
    return _masked(name(contact), phones.mask_name)


def masked_email(contact: Contact) -> str:
    """`d********@126.com`."""
    return _masked(address(contact, "email"), phones.mask_email)


def _masked(text: str, mask: Any) -> str:
    return text if text in ("", UNREADABLE) else str(mask(text))


def indexes_of(contact: Contact) -> list[bytes]:
    """The blind indexes of a contact's number and address."""
    return [bytes(index) for index in (contact.phone_index, contact.email_index) if index is not None]
