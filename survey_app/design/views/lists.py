"""The list of questionnaires, and what its row menu does: folder and tags, archive."""

from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.database import db
from survey_app.design import converting, drafting, filing, forms, library, listing, reading
from survey_app.design.listing import Wanted
from survey_app.design.models import Questionnaire
from survey_app.design.views import blueprint
from survey_app.design.views.common import head, questionnaire_or_404
from survey_app.errors import DomainError

FIRST_STEPS = ("shop-visit", "order-satisfaction", "nps")  # of the library, offered where there is nothing yet


@blueprint.get("/questionnaires")
@web.access("questionnaire:read")
def questionnaires() -> Response:
    """Search, tab, folder, tag and page stand in the address."""
    given = {key: request.args.get(key, "")[:100] for key in ("q", "state", "folder", "tag")}
    tab = given["state"] if given["state"] in listing.TABS else ""
    wanted = Wanted(given["q"], tab, given["folder"], given["tag"])
    page = web.page_number()
    found = listing.find(wanted, now=clock.now(), page=page, size=web.PAGE_SIZE, with_numbers=web.may("result:read"))
    return web.render(
        "design/questionnaires.html",
        fragment="design/_rows.html",
        found=found,
        wanted=wanted,
        page=page,
        more=found.total > page * web.PAGE_SIZE,
        modes=reading.MODES,
        endings=converting.ENDINGS,
        first_steps=[entry for name in FIRST_STEPS if (entry := library.find(name))],
        here=request.full_path.rstrip("?"),
    )


@blueprint.get("/questionnaires/<int:questionnaire_id>/filing")
@web.access("questionnaire:edit")
def filing_page(questionnaire_id: int) -> Response:
    """Folder and tags, as a page or as a dialog on the list. `?next=`: the page to return to."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    form = {
        "folder": questionnaire.folder,
        "tags": "，".join(questionnaire.tags) if web.language_tag() == "zh-CN" else ", ".join(questionnaire.tags),
        "next": request.args.get("next", ""),
    }
    return web.render(
        "design/filing.html", fragment="design/_filing_dialog.html", error=None, form=form, **_filing(questionnaire)
    )


def _filing(questionnaire: Questionnaire) -> dict[str, Any]:
    return {"folders": listing.known_folders(), **head(questionnaire)}


@blueprint.post("/questionnaires/<int:questionnaire_id>/filing")
@web.access("questionnaire:edit")
def file_away(questionnaire_id: int) -> Response:
    """Keep them."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    try:
        form = forms.FilingForm().check()
        tags = filing.tags_in(form.tags.data)
        filing.put_away(questionnaire=questionnaire, folder=form.folder.data, tags=tags, by=web.actor())
    except DomainError as error:
        db.session.rollback()
        return web.refused(error, "design/filing.html", **_filing(questionnaire_or_404(questionnaire_id)))
    flash(_("文件夹和标签已保存。"))
    return _back(questionnaire, form.next.data)


@blueprint.post("/questionnaires/<int:questionnaire_id>/archive")
@web.access("questionnaire:edit")
def archive(questionnaire_id: int) -> Response:
    """Out of the list, or back into it."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    form = forms.ArchiveForm().check()
    if form.archived.data:
        drafting.archive(questionnaire=questionnaire, by=web.actor(), now=clock.now())
        flash(_("问卷已归档，链接和数据都保留。"))
    else:
        drafting.restore(questionnaire=questionnaire, by=web.actor(), now=clock.now())
        flash(_("问卷已恢复。"))
    return _back(questionnaire, form.next.data)


def _back(questionnaire: Questionnaire, target: str) -> Response:
    here = url_for("design.questionnaire_page", questionnaire_id=questionnaire.id)
    return web.seen(web.safe_next(target) or here)
