"""The result page, its live number, and the texts people wrote."""

from flask import Response, abort, request
from flask_babel import gettext as _

from survey_app import events
from survey_app.analysis import dataset, disclosure, forms, listed
from survey_app.analysis.handed import listed_daily
from survey_app.analysis.results import results as results_of
from survey_app.analysis.variants import tested
from survey_app.analysis.variants import variants as variants_of
from survey_app.analysis.views import blueprint
from survey_app.database import db
from survey_app.design import listing
from survey_app.design.models import Questionnaire
from survey_app.design.views.common import head
from survey_app.web import PAGE_SIZE, access, actor, found, language_tag, may, render

listing.numbers_of[0] = lambda questionnaire_ids: listed.numbers(questionnaire_ids, _)


def _version() -> int | None:
    text = request.args.get("version", "")
    if text == "":
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        abort(404)
    return int(text)


@blueprint.get("/questionnaires/<int:questionnaire_id>/results")
@access("result:read")
def results(questionnaire_id: int) -> Response:
    """Results of a questionnaire, or of one version (`?version=2`)."""
    questionnaire = found(db.session.get(Questionnaire, questionnaire_id))
    shown = results_of(questionnaire_id, number=_version(), language=language_tag(), _=_)
    if shown is None and _version() is not None:
        abort(404)
    return render(
        "analysis/results.html",
        fragment="analysis/_results.html",
        results=shown,
        may_read_texts=may("comment:read"),
        may_see_files=may("file:read"),
        tested=tested(questionnaire_id),
        **head(questionnaire),
    )


@blueprint.get("/questionnaires/<int:questionnaire_id>/variants")
@access("result:read")
def variants(questionnaire_id: int) -> Response:
    """Two versions that were tested against each other (`?a=1&b=2`; without: those of the newest test)."""
    questionnaire = found(db.session.get(Questionnaire, questionnaire_id))
    asked = [request.args.get(key, "") for key in ("a", "b")]
    numbers = [int(text) for text in asked if text.isascii() and text.isdigit() and len(text) <= 6]
    if any(asked) and len(numbers) < 2:
        abort(404)
    chosen = (numbers[0], numbers[1]) if numbers else None
    shown = variants_of(questionnaire_id, numbers=chosen, language=language_tag(), _=_)
    if shown is None and chosen:
        abort(404)
    return render("analysis/variants.html", shown=shown, **head(questionnaire))


@blueprint.get("/questionnaires/<int:questionnaire_id>/results/received")
@access("result:read")
def received(questionnaire_id: int) -> Response:
    """The one live number, asked for every few seconds."""
    found(db.session.get(Questionnaire, questionnaire_id))
    number = _version()
    ids = [v.id for v in dataset.versions(questionnaire_id) if number in (None, v.number)]
    return render(
        "analysis/_received.html", questionnaire_id=questionnaire_id, number=number, received=dataset.received(ids)
    )


@blueprint.post("/questionnaires/<int:questionnaire_id>/results/comments")
@access("comment:read")
def comments(questionnaire_id: int) -> Response:
    """Redacted texts of one question. Reading them is written down first, so this is a POST."""
    questionnaire = found(db.session.get(Questionnaire, questionnaire_id))
    form = forms.CommentsForm().check()
    number, variable, page = form.version.data, form.variable.data, max(1, form.page.data or 1)
    frozen = [v for v in dataset.versions(questionnaire_id) if number in (None, v.number)]
    asking = next((v for v in frozen if variable in v.definition.owners), None)
    if asking is None or variable not in asking.definition.owners[variable].text_names():
        abort(404)
    events.record_read(
        "comment.read", questionnaire, by=actor(), questionnaire=questionnaire.name, variable=variable, version=number,
        page=page,
    )  # fmt: skip
    texts, more = _texts([v.id for v in frozen], variable, page)
    question = asking.definition.owners[variable]
    return render(
        "analysis/comments.html",
        questionnaire=questionnaire,
        question=asking.definition.text(question.text, language_tag()),
        variable=variable,
        number=number,
        texts=texts,
        page=page,
        more=more,
        least=disclosure.K_VERBATIM,
        batch=disclosure.K,
    )


def _texts(version_ids: list[int], variable: str, page: int) -> tuple[list[str], bool]:
    """One page of texts in an order that tells nothing and changes every day."""
    found = listed_daily(
        version_ids,
        days=lambda version_id: dataset.comment_days([version_id], variable),
        there=lambda version_id, last: dataset.comments([version_id], variable, until=last),
        key=lambda entry: str(entry[0]),
    )
    start = (page - 1) * PAGE_SIZE
    return [text for _, text in found[start : start + PAGE_SIZE]], len(found) > start + PAGE_SIZE
