"""The link of a preview as a QR code, to be looked at on a real phone."""

from flask import current_app, request
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.design import drafting, previewing
from survey_app.design.views.common import head, questionnaire_or_404, reading_language
from survey_app.distribution import qr
from survey_app.distribution.views import blueprint


@blueprint.get("/questionnaires/<int:questionnaire_id>/preview-code")
@web.access("questionnaire:read")
def preview_code(questionnaire_id: int) -> Response:
    """The draft, beginning at `?start=`, in `?language=` and `?size=`."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    definition = drafting.draft_of(questionnaire)
    size = previewing.size_of(request.args.get("size", ""))
    look = previewing.Look(reading_language(definition), size, request.args.get("start", ""))
    path = previewing.address(str(current_app.config["SECRET_KEY"]), questionnaire, look, definition)
    address = web.settings().public_url + path
    return web.render(
        "distribution/preview_code.html",
        address=address,
        code=qr.svg(address, title=address).decode(),
        **head(questionnaire),
    )
