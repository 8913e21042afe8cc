"""A new questionnaire: empty, from text, from the library, from a copy."""

from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from survey_app import clock, database, web
from survey_app.database import db
from survey_app.design import library, starting, starting_forms
from survey_app.design.models import Questionnaire
from survey_app.design.views import _understood, blueprint
from survey_app.design.views.common import questionnaire_or_404
from survey_app.errors import DomainError
from survey_app.formats import plain_text
from survey_app.languages import N_

COPIES_SHOWN = 30


def _opened(questionnaire: Questionnaire) -> Response:
    """On to the editor."""
    endpoint = "design.editor" if web.has_page("design.editor") else "design.questionnaire_page"
    return web.seen(url_for(endpoint, questionnaire_id=questionnaire.id))


@blueprint.get("/questionnaires/new")
@web.access("questionnaire:edit")
def new_questionnaire() -> Response:
    """The ways to start."""
    return _ways()


def _ways(status: int = 200, **more: Any) -> Response:
    values: dict[str, Any] = {"error": None, "form": {}, "entries": len(library.entries())}
    return web.render("design/starting/ways.html", status=status, **(values | more))


@blueprint.post("/questionnaires/new/empty")
@web.access("questionnaire:edit")
def create_empty() -> Response:
    form = starting_forms.EmptyForm()
    try:
        form.check()
        made = starting.empty(title=form.title.data, language=web.language_tag(), by=web.actor(), now=clock.now())
    except DomainError as error:
        db.session.rollback()
        return _ways(422, error=error, form=request.form)
    return _opened(made)


# --- from a copy -------------------------------------------------------------------------------------------------------
@blueprint.get("/questionnaires/new/copy")
@web.access("questionnaire:edit")
def new_from_copy() -> Response:
    """Which questionnaire to copy: searched by its titles and name."""
    words = request.args.get("q", "").strip()[:100]
    newest = select(Questionnaire).order_by(Questionnaire.updated_at.desc(), Questionnaire.id.desc())
    wanted = words.casefold()
    found = [
        one
        for one in db.session.scalars(newest)
        if wanted in one.name or any(wanted in title.casefold() for title in one.title.values())
    ]
    return web.render(
        "design/starting/copy.html",
        fragment="design/starting/_copies.html",
        found=found[:COPIES_SHOWN],
        total=len(found),
        words=words,
    )


@blueprint.post("/questionnaires/<int:questionnaire_id>/copies")
@web.access("questionnaire:edit")
def copy_questionnaire(questionnaire_id: int) -> Response:
    made = starting.copy(questionnaire=questionnaire_or_404(questionnaire_id), by=web.actor(), now=clock.now())
    flash(_("已复制。版本、链接和答卷没有复制。"))
    return _opened(made)


# --- from text ---------------------------------------------------------------------------------------------------------
@blueprint.get("/questionnaires/new/text")
@web.access("questionnaire:edit")
def new_from_text() -> Response:
    """The text area; `?example=1` fills it."""
    example = request.args.get("example") == "1"
    text = _understood.EXAMPLES[web.language_tag()] if example else ""
    return _text_page(_understood.read(text, {}), form={"text": text})


@blueprint.post("/questionnaires/new/text")
@web.access("questionnaire:edit")
def create_from_text() -> Response:
    """Reads the text (`act=read`: as it is typed, or by the button without script), or makes a draft of it (`act=create`)."""
    form = starting_forms.TextForm()
    if form.act.sent != "create":
        # nothing is written: whoever answers a questionnaire does not wait for this
        db.session.rollback()
        with database.read_only():
            return _text_page(_understood.read(form.text.data, form.picks.data), form=request.form)
    understood = _understood.read(form.text.data, form.picks.data)
    try:
        form.check()
        made = _create(form, understood)
    except DomainError as error:
        db.session.rollback()
        return _text_page(understood, form=request.form, status=422, error=error)
    return _opened(made)


def _create(form: starting_forms.TextForm, understood: _understood.Understood) -> Questionnaire:
    parsed = understood.parsed
    if understood.refused:
        raise DomainError(understood.refused).at("text")
    if parsed is None:
        raise DomainError(N_("请先粘贴问卷文本。")).at("text")
    if not understood.asked:
        raise DomainError(N_("没有识别到题目。请给题目编号，或在题目后写问号。")).at("text")
    now = clock.now()
    title = form.title.data
    slug = starting.slug_of({parsed.definition.language: title} if title else dict(parsed.definition.title), now)
    definition = parsed.definition.model_copy(update={"name": slug})
    made, _new = starting.create(definition=definition, by=web.actor(), now=now, name=form.name.data, title=title)
    return made


def _text_page(understood: _understood.Understood, *, form: Any, status: int = 200, error: Any = None) -> Response:
    return web.render(
        "design/starting/text.html",
        fragment="design/starting/_understood.html",
        status=status,
        understood=understood,
        form=form,
        error=error,
        limit=plain_text.MAX_LINES,
    )
