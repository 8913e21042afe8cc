"""The quality pane: advice, reasons, fixes in one click."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.design import quality
from survey_app.design.forms import FixForm
from survey_app.design.models import Questionnaire
from survey_app.design.views import _acts, _editing, blueprint
from survey_app.design.views._sheet import Sheet
from survey_app.design.views.common import LANGUAGE_NAMES, head, questionnaire_or_404
from survey_app.design.views.editor import drawing
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
        "names": LANGUAGE_NAMES,
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
        return _as_dialog(_editing.refused(questionnaire, error, dialog=True))
    outcome = _editing.change_from_form(
        questionnaire,
        quality.mend(questionnaire, code=form.code.data, path=form.path.data, language=form.language.data),
        kind="fix",
        dialog=True,
    )
    if outcome.refusal is not None:
        return _as_dialog(outcome.refusal)
    if not web.is_htmx():
        return web.seen(url_for("design.quality_pane", questionnaire_id=questionnaire_id))
    body = render_template(
        "design/quality/_pane.html", questionnaire=questionnaire, followed=True, **_values(questionnaire)
    )
    if not _from_editor():
        return _editing.editing_reply(body, questionnaire, outcome.edit)
    return _with_cards(questionnaire, outcome, body)


def _as_dialog(response: Response) -> Response:
    """A refusal leaves the pane as it is."""
    response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#modal", "innerHTML"
    return response


def _from_editor() -> bool:
    """Whether the pane stands beside the canvas, which has to follow."""
    return urlsplit(request.headers.get("HX-Current-URL", "")).path.endswith("/editor")


def _shown_language() -> str:
    """The language that the canvas is written in; "" for the usual one."""
    return parse_qs(urlsplit(request.headers.get("HX-Current-URL", "")).query).get("language", [""])[0]


def _with_cards(questionnaire: Questionnaire, outcome: _editing.Outcome, body: str) -> Response:
    """The pane anew, with the cards of the canvas and the outline that changed."""
    sheet = Sheet(questionnaire, _shown_language())
    done = _acts.Done(edit=outcome.edit, go=str(outcome.result or ""), toast=_("已修改"), undoable=True)
    response = _acts.reply(sheet, done, drawing(sheet))
    response.set_data(body + response.get_data(as_text=True))
    response.headers["HX-Reswap"] = "outerHTML"
    return response
