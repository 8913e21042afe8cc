"""Pages of one questionnaire, its versions, its preview; the library."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.database import db
from survey_app.design import converting, drafting, forms, library, previewing, publishing, reading, translating
from survey_app.design.in_words import numbers_of
from survey_app.design.models import Questionnaire
from survey_app.design.views import blueprint
from survey_app.design.views.common import (
    asked_version,
    head,
    languages_of,
    questionnaire_or_404,
    reading_language,
    reading_values,
    waiting_translations,
)
from survey_app.questionnaire import loading, wording
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.problems import Problem, sentence


@blueprint.get("/questionnaires/<int:questionnaire_id>")
@web.access("questionnaire:read")
def questionnaire_page(questionnaire_id: int) -> Response:
    return _draft_page(questionnaire_or_404(questionnaire_id), "design/questionnaire.html", error=None)


def _draft_page(questionnaire: Questionnaire, template: str, *, status: int = 200, **more: Any) -> Response:
    definition = drafting.draft_of(questionnaire)
    values = reading_values(definition)
    faults, waiting = translating.apart(publishing.faults(questionnaire), definition.language)
    lines = waiting_translations(questionnaire.id, waiting)
    values["faults"] = _shown(values["reader"], faults) + [(place, text) for _address, place, text in lines]
    values["imported"] = converting.of_questionnaire(questionnaire)
    values["advice"] = _shown(values["reader"], wording.advice(definition))
    return web.render(template, status=status, **values, **head(questionnaire), **more)


def _shown(reader: reading.Reader, problems: Sequence[Problem]) -> list[tuple[str, str]]:
    """Problems for a list: (place in words, sentence)."""
    return [(reader.place_of(problem.path), sentence(problem, web.language_tag())) for problem in problems]


@blueprint.get("/questionnaires/<int:questionnaire_id>/preview")
@web.access("questionnaire:read")
def preview(questionnaire_id: int) -> Response:
    """The page as customers see it: the draft, or `?version=2`."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    version = asked_version(questionnaire)
    definition = publishing.definition_of(version) if version else drafting.draft_of(questionnaire)
    language = reading_language(definition)
    width = request.args.get("width", "")
    size = previewing.size_of(request.args.get("size", ""))
    look = previewing.Look(language, size, request.args.get("start", ""))
    secret = str(current_app.config["SECRET_KEY"])
    return web.render(
        "design/preview.html",
        address=previewing.address(secret, version or questionnaire, look, definition),
        look=look,
        starts=[(name, str(number)) for name, number in numbers_of(definition).items()],
        version=version,
        language=language,
        languages=languages_of(definition),
        width=width if width in previewing.WIDTHS else previewing.WIDTHS[0],
        widths=previewing.WIDTHS,
        **head(questionnaire),
    )


@blueprint.get("/questionnaires/<int:questionnaire_id>/definition.yaml")
@web.access("questionnaire:read")
def download(questionnaire_id: int) -> Response:
    questionnaire = questionnaire_or_404(questionnaire_id)
    version = asked_version(questionnaire)
    if version is not None:
        return _yaml(publishing.definition_of(version), f"{questionnaire.name}-v{version.number}.yaml")
    return _yaml(drafting.draft_of(questionnaire), f"{questionnaire.name}.yaml")


def _yaml(definition: Definition, name: str) -> Response:
    return web.download(loading.dump_yaml(definition).encode(), name=name, content_type="application/yaml")


# --- the library -------------------------------------------------------------------------------------------------------
@blueprint.get("/library")
@web.access("questionnaire:edit")
def library_page() -> Response:
    present = {name: key for key, name in db.session.execute(select(Questionnaire.id, Questionnaire.name))}
    return web.render("design/library.html", entries=library.entries(), present=present)


@blueprint.get("/library/<name>")
@web.access("questionnaire:edit")
def library_entry(name: str) -> Response:
    entry = web.found(library.find(name))
    present = drafting.find_questionnaire(name)
    return web.render("design/library_entry.html", entry=entry, present=present, **reading_values(entry.definition))


@blueprint.post("/questionnaires")
@web.access("questionnaire:edit")
def create_questionnaire() -> Response:
    name = forms.LibraryForm().check().library.data
    present = drafting.find_questionnaire(name)
    if present is not None:  # a second press, or somebody was faster: the same place
        return web.seen(url_for("design.questionnaire_page", questionnaire_id=present.id))
    made = drafting.create_from_library(name=name, by=web.actor(), now=clock.now())
    flash(_("已从标准问卷库创建，可以先预览再发布。"))
    return web.seen(url_for("design.questionnaire_page", questionnaire_id=made.id))
