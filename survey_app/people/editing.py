"""One contact by hand: added, or changed as the person asked. Events name what changed, never what it says."""

from collections.abc import Mapping
from datetime import datetime

from survey_app import events, web
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.people import consents, contacts, phones, suppressions
from survey_app.people.contacts import NewContact
from survey_app.people.models import Contact
from survey_app.people.phones import Phone, Problem

ERASED = N_("此人已要求删除个人信息，不能再录入。")
BARE = N_("姓名和号码已清除，不能修改。")
OUT = N_("此人在退订名单里，请先移出名单。")


def add(
    *, name: str, phone: str, email: str, language: str, given: Mapping[str, bool], by: Actor, now: datetime
) -> Contact:  # fmt: skip
    """A new contact with the consents `given` (channel -> yes). Raises DomainError at the field."""
    number, address = _phone(phone), _email(email)
    if not number and not address:
        raise DomainError(N_("请填写手机号或邮箱。")).at("phone")
    key, field = (number, "phone") if number else (address, "email")
    for present in contacts.find_by_address(key):
        if present.phone or present.email:  # otherwise shredded, and back now
            raise DomainError(N_("已有这个号码的联系人，请按号码查找。")).at(field)
    _refuse_consents(given, number, address)
    row = NewContact(
        name=phones.clean_name(name), phone=number, email=address, language=language,
        sms_consent=given.get("sms") or None, email_consent=given.get("email") or None,
        phone_consent=given.get("phone") or None,
    )  # fmt: skip
    taken = contacts.take([row], now=now, source=f"staff:{by.id}")[0]
    if taken.outcome == "erased":
        raise DomainError(ERASED).at(field)
    contact = db.session.get_one(Contact, taken.id, populate_existing=True)
    events.record("contact.added", contact, by=by, consents=[channel for channel, yes in given.items() if yes])
    return contact


def change(
    *, contact: Contact, name: str, email: str, without_email: bool, language: str, given: Mapping[str, bool], by: Actor,
    now: datetime,
) -> bool:  # fmt: skip
    """Change a contact; an empty name or address stays as it is. False when nothing changed. Raises DomainError."""
    if suppressions.reason_of(contact) == suppressions.ERASED:
        raise DomainError(ERASED)
    if not (contact.name or contact.phone or contact.email):
        raise DomainError(BARE)
    address = "" if without_email else _email(email) or contacts.address(contact, "email")
    if not address and not contact.phone:
        raise DomainError(N_("没有手机号的联系人必须保留邮箱。")).at("email")
    _refuse_consents(given, contacts.address(contact, "phone"), address)
    changed = _change_fields(contact, phones.clean_name(name), address, language)
    source = f"staff:{by.id}"
    turned = {channel: yes for channel, yes in given.items() if consents.set_one(contact, channel, yes, source, now)}
    if not changed and not turned:
        return False
    contact.updated_at = now
    events.record("contact.changed", contact, by=by, fields=changed, consents=turned)
    return True


def _change_fields(contact: Contact, name: str, address: str, language: str) -> list[str]:
    changed = []
    if name and name != contacts.name(contact):
        contact.name = contacts.sealed("name", contact.id, name)
        changed.append("name")
    if address != contacts.address(contact, "email"):
        index = web.vault().blind_index(address) if address else None
        if index is not None and (index in web.vault().erased() or _is_erased(index)):
            raise DomainError(ERASED).at("email")
        contact.email, contact.email_index = contacts.sealed("email", contact.id, address), index
        changed.append("email")
    if language != contact.language:
        contact.language = language
        changed.append("language")
    return changed


def _is_erased(index: bytes) -> bool:
    return suppressions.reasons_of([index]).get(index) == suppressions.ERASED


def _refuse_consents(given: Mapping[str, bool], number: str, address: str) -> None:
    """A consent needs something to send to, and somebody who did not say no."""
    for channel, yes in given.items():
        target = address if channel == "email" else number
        field = f"{channel}_consent"
        if not yes:
            continue
        if not target:
            raise DomainError(
                N_("没有邮箱，不能登记邮件同意。") if channel == "email" else N_("没有手机号，不能登记短信或电话同意。")
            ).at(field)
        index = web.vault().blind_index(target)
        reason = suppressions.reasons_of([index]).get(index)
        if reason:
            raise DomainError(ERASED if reason == suppressions.ERASED else OUT).at(field)


def _phone(text: str) -> str:
    if not text:
        return ""
    found = phones.normal(text)
    if isinstance(found, Problem):
        raise DomainError(phones.REASONS[found.code]).at("phone")
    assert isinstance(found, Phone)
    return found.e164


def _email(text: str) -> str:
    if not text:
        return ""
    found = phones.normal_email(text)
    if isinstance(found, Problem):
        raise DomainError(phones.REASONS[found.code]).at("email")
    return found
