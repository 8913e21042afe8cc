"""The button that ends the pause of sending after a restore."""

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.accounts.views import blueprint
from survey_app.database import db
from survey_app.organisation import sending
from survey_app.organisation.models import Organisation


@blueprint.post("/sending/resume")
@web.access("system:manage")
def resume_sending() -> Response:
    """Confirm that messages may leave again."""
    sending.resume(chain=db.session.get_one(Organisation, 1), by=web.actor(), now=clock.now())
    flash(_("发送已恢复。"))
    return web.seen(url_for("accounts.home"))
