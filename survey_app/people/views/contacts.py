"""Contacts: the list, one person, showing a number in clear, consents, erasing. Numbers never stand in an address."""

from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.accounts.views.guard import present_user
from survey_app.database import db
from survey_app.errors import Busy, DomainError
from survey_app.languages import N_
from survey_app.organisation import shops, tiers
from survey_app.people import consents, contacts, erasure, forms, labels, listing, order_lists, suppressions, unmasking
from survey_app.people.listing import Wanted
from survey_app.people.models import Contact
from survey_app.people.views import blueprint

ORDERS_SHOWN = 20


@blueprint.app_template_filter("source")
def source_words(source: str) -> str:
    """Where a consent came from, in the language of the page."""
    return str(_(labels.source_kind(source))) if source else ""


def contact_of(contact_id: int) -> Contact:
    """The contact, when this person may see it; otherwise 404."""
    query = listing.visible_to(present_user()).where(Contact.id == contact_id)
    contact: Contact = web.found(db.session.scalar(query))
    return contact


def _number(text: str, known: set[int]) -> int | None:
    """The id in a query parameter, when it is one of these."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 and int(text) in known else None


def _list_values() -> dict[str, Any]:
    language = web.language_tag()
    levels, places = tiers.all_tiers(), shops.all_shops()
    wanted = Wanted(
        tier_id=_number(request.args.get("tier", ""), {tier.id for tier in levels}),
        shop_id=_number(request.args.get("shop", ""), {shop.id for shop in places}),
        consent=request.args.get("consent", "") if request.args.get("consent") in (*consents.CHANNELS, "none") else "",
    )
    found, more = listing.find(present_user(), wanted, page=web.page_number(), size=web.PAGE_SIZE)
    return {
        "contacts": _marked(found),
        "more": more,
        "page": web.page_number(),
        "wanted": wanted,
        "total": listing.number_of_contacts(present_user()),
        "tiers": [(tier.id, tier.display_name(language)) for tier in levels],
        "shops": {shop.id: shop.display_name(language) for shop in places},
        "masked": contacts,
        "channels": consents.NAMES,
    }


def _marked(found: list[Contact]) -> list[tuple[Contact, bool]]:
    """Each contact, and whether nothing may be sent to it."""
    out = suppressions.suppressed_of([index for contact in found for index in contacts.indexes_of(contact)])
    return [(contact, not out.isdisjoint(contacts.indexes_of(contact))) for contact in found]


@blueprint.get("/contacts")
@web.access("contact:read")
def contacts_page() -> Response:
    return web.render("people/contacts.html", fragment="people/_contacts.html", error=None, form={}, **_list_values())


@blueprint.post("/contacts/find")
@web.access("contact:read")
def find_contact() -> Response:
    """Look for a whole number: it travels in the body, and the answer is the page of the person."""
    try:
        address = suppressions.address_of(forms.NumberForm().check().number.data)
        if address is None:
            raise DomainError(N_("请填写完整的手机号或邮箱。")).at("number")
        found = contacts.find_by_address(address)
        visible = [contact for contact in found if _is_visible(contact)]
        if not visible:
            raise DomainError(N_("没有这个号码的联系人。")).at("number")
    except DomainError as error:
        return web.refused(error, "people/contacts.html", **_list_values())
    if len(visible) == 1:
        return web.seen(url_for("people.contact_page", contact_id=visible[0].id))
    values = _list_values() | {"contacts": _marked(visible), "more": False, "page": 1}
    return web.render("people/contacts.html", error=None, form={}, **values)


def _is_visible(contact: Contact) -> bool:
    return db.session.scalar(listing.visible_to(present_user()).where(Contact.id == contact.id)) is not None


# --- one person --------------------------------------------------------------------------------------------------------
def _values(contact: Contact) -> dict[str, Any]:
    language = web.language_tag()
    places = {shop.id: shop.display_name(language) for shop in shops.all_shops()}
    return {
        "contact": contact,
        "name": contacts.masked_name(contact),
        "phone": contacts.masked_phone(contact),
        "email": contacts.masked_email(contact),
        "shop": places.get(contact.shop_id or 0, ""),
        "out": suppressions.reason_of(contact),
        "reasons": suppressions.REASONS,
        "history": consents.history(contact),
        "channels": consents.NAMES,
        "orders": order_lists.of_contact(contact, user=present_user(), most=ORDERS_SHOWN)
        if web.may("order:read")
        else [],
        "states": labels.ORDER_STATES,
        "left": max(0, unmasking.PER_HOUR - unmasking.used(by=web.actor(), now=clock.now())),
    }


def _page(contact: Contact, **more: Any) -> Response:
    return web.render("people/contact.html", error=None, form={}, **(_values(contact) | more))


@blueprint.get("/contacts/<int:contact_id>")
@web.access("contact:read")
def contact_page(contact_id: int) -> Response:
    return _page(contact_of(contact_id))


@blueprint.post("/contacts/<int:contact_id>/unmask")
@web.access("contact:unmask")
def unmask(contact_id: int) -> Response:
    """The person in clear, as the answer to the form itself: no address shows it again."""
    contact = contact_of(contact_id)
    try:
        reason = forms.UnmaskForm().check().reason.data
        clear = unmasking.unmask(contact=contact, reason=reason, by=web.actor(), now=clock.now())
    except Busy:
        raise  # it could not be written down, so nothing is shown
    except DomainError as error:
        return web.refused(error, "people/contact.html", **_values(contact_of(contact_id)))
    return _page(contact_of(contact_id), clear=clear)


@blueprint.post("/contacts/<int:contact_id>/consents")
@web.access("contact:edit")
def change_consent(contact_id: int) -> Response:
    contact = contact_of(contact_id)
    form = forms.ConsentForm().check()
    if form.given.data and suppressions.reason_of(contact):
        raise DomainError(N_("此人在退订名单里，请先移出名单。"))
    consents.change(
        contact=contact, channel=form.channel.data, given=form.given.data, source=f"staff:{web.actor().id}",
        by=web.actor(), now=clock.now(),
    )  # fmt: skip
    flash(_("已记录同意。") if form.given.data else _("已记录撤回同意。"))
    return web.seen(url_for("people.contact_page", contact_id=contact_id))


@blueprint.post("/contacts/<int:contact_id>/opt-out")
@web.access("contact:edit")
def opt_out(contact_id: int) -> Response:
    contact = contact_of(contact_id)
    try:
        form = forms.OptOutForm().check()
        if form.out.data:
            suppressions.suppress_contact(contact=contact, by=web.actor(), now=clock.now())
        else:
            indexes = contacts.indexes_of(contact)
            suppressions.lift(indexes=indexes, subject=contact, by=web.actor(), reason=form.lift_reason.data)
    except DomainError as error:
        return web.refused(error, "people/contact.html", **_values(contact_of(contact_id)))
    flash(_("已加入退订名单，不再发送。") if form.out.data else _("已移出退订名单。同意需要重新登记。"))
    return web.seen(url_for("people.contact_page", contact_id=contact_id))


# --- erasing -----------------------------------------------------------------------------------------------------------
@blueprint.get("/contacts/<int:contact_id>/erasure")
@web.access("contact:erase")
def erasure_page(contact_id: int) -> Response:
    return web.render("people/erasure.html", error=None, form={}, **_values(contact_of(contact_id)))


@blueprint.post("/contacts/<int:contact_id>/erasure")
@web.access("contact:erase")
def erase(contact_id: int) -> Response:
    contact = contact_of(contact_id)
    try:
        form = forms.ErasureForm().check()
        erasure.erase(contact=contact, by=web.actor(), reason=form.reason.data, now=clock.now())
    except DomainError as error:
        return web.refused(error, "people/erasure.html", **_values(contact_of(contact_id)))
    return web.render("people/erased.html", reply=erasure.REPLY)
