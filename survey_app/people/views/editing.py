"""Pages that add one contact by hand, and change one as the person asked."""

from typing import Any

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.errors import DomainError
from survey_app.people import consents, contacts, editing, forms
from survey_app.people.models import Contact
from survey_app.people.views import blueprint
from survey_app.people.views.contacts import contact_of

TEMPLATE = "people/contact_form.html"


def _values(contact: Contact | None = None) -> dict[str, Any]:
    return {
        "contact": contact,
        "name": contacts.masked_name(contact) if contact else "",
        "email": contacts.masked_email(contact) if contact else "",
        "languages": [(key, _(text)) for key, text in forms.LANGUAGES.items()],
        "channels": consents.NAMES,
    }


@blueprint.get("/contacts/new")
@web.access("contact:edit")
def new_contact() -> Response:
    return web.render(TEMPLATE, error=None, form={}, **_values())


@blueprint.post("/contacts")
@web.access("contact:edit")
def add_contact() -> Response:
    form = forms.NewContactForm()
    try:
        form.check()
        contact = editing.add(
            name=form.name.data, phone=form.phone.data, email=form.email.data, language=form.language.data,
            given=form.given(), by=web.actor(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        return web.refused(error, TEMPLATE, **_values())
    flash(_("联系人已保存。"))
    return web.seen(url_for("people.contact_page", contact_id=contact.id))


@blueprint.get("/contacts/<int:contact_id>/edit")
@web.access("contact:edit")
def edit_contact(contact_id: int) -> Response:
    return web.render(TEMPLATE, error=None, form={}, **_values(contact_of(contact_id)))


@blueprint.post("/contacts/<int:contact_id>")
@web.access("contact:edit")
def change_contact(contact_id: int) -> Response:
    contact = contact_of(contact_id)
    form = forms.ChangeContactForm()
    try:
        form.check()
        editing.change(
            contact=contact, name=form.name.data, email=form.email.data, without_email=form.without_email.data,
            language=form.language.data, given=form.given(), by=web.actor(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        return web.refused(error, TEMPLATE, **_values(contact_of(contact_id)))
    flash(_("联系人已保存。"))
    return web.seen(url_for("people.contact_page", contact_id=contact_id))
