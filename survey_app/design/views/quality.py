"""The quality pane: advice, reasons, fixes in one click."""

from typing import Any

from flask import render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.design import quality
from survey_app.design.forms import FixForm
from survey_app.design.models import Questionnaire
from survey_app.design.views import _editing, blueprint
from survey_app.design.views.common import head, questionnaire_or_404
from survey_app.errors import DomainError
from survey_app.languages import N_

GRADES: dict[str, str] = {"good": N_("很好"), "fair": N_("可以改进"), "poor": N_("需要修改")}


@blueprint.get("/questionnaires/<int:questionnaire_id>/quality")
@web.access("questionnaire:read")
def quality_pane(questionnaire_id: int) -> Response:
    """What was found in the draft: alone for the editor's right pane, else as a page."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    return web.render(
        "design/quality/page.html",
        fragment="design/quality/_pane.html",
        **_values(questionnaire),
        **({"questionnaire": questionnaire} if web.is_htmx() else head(questionnaire)),
    )


def _values(questionnaire: Questionnaire) -> dict[str, Any]:
    return {
        "report": quality.report(questionnaire, web.language_tag(), _),
        "grades": GRADES,
        "page_token": _editing.page_token(),
    }


@blueprint.post("/questionnaires/<int:questionnaire_id>/fixes")
@web.access("questionnaire:edit")
def fix(questionnaire_id: int) -> Response:
    """Follow one advice: `code`, `path` and `language` say which."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    try:
        form = FixForm().check()
    except DomainError as error:
        return _editing.refused(questionnaire, error, dialog=True)
    outcome = _editing.change_from_form(
        questionnaire,
        quality.mend(questionnaire, code=form.code.data, path=form.path.data, language=form.language.data),
        kind="fix",
        dialog=True,
    )
    if outcome.refusal is not None:
        return outcome.refusal
    if not web.is_htmx():
        return web.seen(f"/questionnaires/{questionnaire_id}/quality")
    body = render_template("design/quality/_pane.html", questionnaire=questionnaire, **_values(questionnaire))
    return _editing.editing_reply(body, questionnaire, outcome.edit, node=outcome.result or "")
