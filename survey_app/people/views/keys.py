"""Keys of systems that send orders and events: the list, a new one (its secret is shown once), revoking."""

from typing import Any

from flask import url_for
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.people import import_forms, signing
from survey_app.people.models import ApiKey
from survey_app.people.views import blueprint


def _values() -> dict[str, Any]:
    names = {user.id: user.name or user.email for user in db.session.query(User)}
    return {"keys": signing.all_keys(), "names": names}


@blueprint.get("/systems")
@web.access("system:manage")
def systems_page() -> Response:
    """Every key."""
    return web.render("people/systems.html", error=None, form={}, **_values())


@blueprint.post("/systems")
@web.access("system:manage")
def create_system() -> Response:
    """A new key. The answer is the one page that ever shows its secret."""
    try:
        source = import_forms.SystemForm().check().source.data
        key, secret = signing.create_key(source=source, by=web.actor(), now=clock.now())
    except DomainError as error:
        return web.refused(error, "people/systems.html", **_values())
    return web.render(
        "people/system_secret.html", key=key, secret=secret, address=web.settings().public_url, status=201
    )


@blueprint.post("/systems/<int:system_id>/revocation")
@web.access("system:manage")
def revoke_system(system_id: int) -> Response:
    """Stop a key."""
    key: ApiKey = web.found(db.session.get(ApiKey, system_id))
    signing.revoke_key(key=key, by=web.actor(), now=clock.now())
    return web.seen(url_for("people.systems_page"))
