"""The pretest of a draft: made-up people fill it in. Looking writes nothing, so the run is a GET with its seed."""

from flask import Response, request
from flask_babel import gettext as _

from survey_app import clock
from survey_app.design import drafting
from survey_app.design.editing.tree import Tree
from survey_app.design.models import Questionnaire
from survey_app.design.publishing import definition_of, newest_version
from survey_app.design.views.common import head, questionnaire_or_404
from survey_app.exports import pretesting
from survey_app.exports.views import blueprint
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.pretest import simulate
from survey_app.questionnaire.publication import assign_values
from survey_app.web import access, language_tag, render

MOST_SEED = 9_999


@blueprint.get("/questionnaires/<int:questionnaire_id>/pretest")
@access("questionnaire:read")
def pretest(questionnaire_id: int) -> Response:
    """The button; with `?seed=1` what the made-up people met; with `&content=labels` the table in words."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    seed, labels = _seed(), request.args.get("content") == "labels"
    definition = _as_published(questionnaire)
    shown = None
    if seed is not None and any(question.shown for question in definition.questions):
        today = clock.china(clock.now()).date()
        count = pretesting.respondents(definition)
        found = simulate(definition, respondents=count, seed=seed, today=today)
        newest = newest_version(questionnaire)
        number = newest.number + 1 if newest else 1
        shown = pretesting.show(
            definition, found, number=number, language=language_tag(), labels=labels, today=today, _=_
        )
    return render(
        "exports/pretest.html",
        shown=shown,
        seed=seed,
        labels=labels,
        next_seed=(seed or 0) % MOST_SEED + 1,
        people=pretesting.respondents(definition),
        is_empty=not any(question.shown for question in definition.questions),
        node_of=Tree(questionnaire.draft).id_of,
        **head(questionnaire),
    )


def _seed() -> int | None:
    text = request.args.get("seed", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= MOST_SEED else None


def _as_published(questionnaire: Questionnaire) -> Definition:
    """The draft with the values that its choices would get now."""
    newest = newest_version(questionnaire)
    return assign_values(drafting.draft_of(questionnaire), definition_of(newest) if newest else None)
