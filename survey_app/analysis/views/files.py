"""Photos and documents that people handed over: the files of a question on one page, and one of them in full.

Looking at them is written down first, so both are POSTs, and no address leads to a picture: the small ones stand in the page.
"""

from typing import Any

from flask import Response, abort

from survey_app import events
from survey_app.analysis import dataset, disclosure, forms, handed, uploaded
from survey_app.analysis.dataset import FrozenVersion
from survey_app.analysis.views import blueprint
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.questionnaire.question_types.files import ENDINGS, File
from survey_app.web import STAFF_POLICY, access, actor, download, found, language_tag, render, vault

ON_A_PAGE = 12
_WITH_PICTURES = STAFF_POLICY.replace("img-src 'self'", "img-src 'self' data:")
_ALONE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"  # style: the browser fits a picture
_TYPES = {"photo": "image/jpeg", "document": "application/pdf"}


def _asked(questionnaire_id: int, form: Any) -> tuple[list[FrozenVersion], FrozenVersion]:
    """The versions that are meant, and the newest of them that has the question."""
    number, variable = form.version.data, form.variable.data
    frozen = [v for v in dataset.versions(questionnaire_id) if number in (None, v.number)]
    asking = next((v for v in frozen if isinstance(v.definition.owners.get(variable), File)), None)
    return frozen, found(asking)


@blueprint.post("/questionnaires/<int:questionnaire_id>/results/files")
@access("file:read")
def files(questionnaire_id: int) -> Response:
    """The files of one question, the photos small."""
    questionnaire = found(db.session.get(Questionnaire, questionnaire_id))
    form = forms.CommentsForm().check()
    number, variable, page = form.version.data, form.variable.data, max(1, form.page.data or 1)
    frozen, asking = _asked(questionnaire_id, form)
    there = handed.files([v.id for v in frozen], variable)
    shown = there[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    events.record_read(
        "file.read", questionnaire, by=actor(), questionnaire=questionnaire.name, variable=variable, version=number,
        page=page, files=[one.hex() for one, _ in shown],
    )  # fmt: skip
    keys = vault()
    lines = [
        {
            "reference": f"{one.hex()}.{ending}",
            "kind": ENDINGS[ending],
            "picture": handed.small_picture(uploaded.body(keys, one)) if ENDINGS[ending] == "photo" else "",
        }
        for one, ending in shown
    ]
    answer = render(
        "analysis/files.html",
        questionnaire=questionnaire,
        question=asking.definition.text(asking.definition.owners[variable].text, language_tag()),
        variable=variable,
        number=number,
        lines=lines,
        total=len(there),
        page=page,
        more=len(there) > page * ON_A_PAGE,
        least=disclosure.K_VERBATIM,
        batch=disclosure.K,
    )
    answer.headers["Content-Security-Policy"] = _WITH_PICTURES
    return answer


@blueprint.post("/questionnaires/<int:questionnaire_id>/results/file")
@access("file:read")
def file(questionnaire_id: int) -> Response:
    """One file in full: a photo to look at, a document to keep. What must not be seen yet is not there."""
    questionnaire = found(db.session.get(Questionnaire, questionnaire_id))
    form = forms.FileForm().check()
    variable, reference = form.variable.data, form.file.data
    frozen, _asking = _asked(questionnaire_id, form)
    there = {
        f"{one.hex()}.{ending}": (one, ENDINGS[ending])
        for one, ending in handed.files([v.id for v in frozen], variable)
    }
    number, kind = found(there.get(reference))
    name = f"{questionnaire.name}-{variable}-{reference[:6]}.{reference.rpartition('.')[2]}"
    events.record_read(
        "file.read", questionnaire, by=actor(), questionnaire=questionnaire.name, variable=variable,
        version=form.version.data, files=[number.hex()],
    )  # fmt: skip
    body = uploaded.body(vault(), number)
    if body is None:
        abort(410)
    answer = download(body, name=name, content_type=_TYPES[kind], inline=kind == "photo")
    answer.headers["Content-Security-Policy"] = _ALONE
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
