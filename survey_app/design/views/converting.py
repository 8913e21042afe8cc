"""Importing a questionnaire: choose a file, look at what becomes of it, make a draft."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.database import db
from survey_app.design import converting, library, reading, starting, starting_forms
from survey_app.design.models import Conversion
from survey_app.design.views import blueprint
from survey_app.design.views.common import languages_of, questionnaire_or_404
from survey_app.errors import DomainError
from survey_app.extensions import csrf
from survey_app.formats import detecting
from survey_app.formats.importing import Refused
from survey_app.formats.importing.report import KINDS, RESULTS, as_csv
from survey_app.languages import N_
from survey_app.questionnaire import timing

CHOOSE, FAULTS = "design/converting/choose.html", "design/converting/_faults.html"
FORM_BYTES = 100_000  # of an upload, beside its file
PER_PAGE = 100
FAULTS_SHOWN = 100
ORDER = {"lost": 0, "changed": 1, "kept": 2}
CLASSES = {"lost": "bad", "changed": "warn", "kept": "good"}


def _form_values() -> dict[str, Any]:
    return {
        "formats": [(one.key, one.name) for one in detecting.FORMATS.values()],
        "endings": converting.ENDINGS,
        "faults": [],
    }


@blueprint.get("/questionnaires/import")
@web.access("questionnaire:edit")
def import_questionnaire() -> Response:
    """Choose a file."""
    return web.render(CHOOSE, error=None, form={}, **_form_values())


@blueprint.post("/questionnaires/import")
@web.access("questionnaire:edit")
@csrf.exempt  # type: ignore[untyped-decorator]  # checked below: this page alone takes files of more than a megabyte
def read_questionnaire() -> Response:
    """Read the file in a process of its own; every fault is shown with its place."""
    sent: Any = request._get_current_object()  # type: ignore[attr-defined]  # parsed with the limit of this page
    sent.max_content_length = detecting.MAX_BYTES + FORM_BYTES
    try:
        sent.form  # noqa: B018 - parsed here, where too large a file is understood
        csrf.protect()
        form = starting_forms.ImportForm().check()
    except RequestEntityTooLarge:
        # what was sent cannot be read again, so nothing of it is shown again
        return web.render(CHOOSE, fragment=FAULTS, status=422, error=_too_large(), form={}, **_form_values())
    except DomainError as refusal:
        return _refused(refusal, [])
    name = str(form.file.data.filename)
    try:
        made = converting.receive(
            data=form.file.data.read(), file_name=name, key=form.format.data, by=web.actor(), now=clock.now()
        )
    except Refused as refused:
        faults = [(fault.place, fault.sentence(web.language_tag())) for fault in refused.faults[:FAULTS_SHOWN]]
        return _refused(DomainError(N_("“%(file)s”不能导入，没有保存任何内容。"), file=name[:100]).at("file"), faults)
    return web.seen(url_for("design.conversion", conversion_id=made.id))


def _too_large() -> DomainError:
    most = detecting.MAX_BYTES // 1024 // 1024
    return DomainError(N_("文件超过 %(n)s MB，请拆分问卷或去掉图片。"), n=most).at("file")


def _refused(error: DomainError, faults: list[tuple[str, str]]) -> Response:
    return web.refused(error, CHOOSE, fragment=FAULTS, **(_form_values() | {"faults": faults}))


def _own_or_404(conversion_id: int) -> Conversion:
    """A file is seen by whoever brought it; once a draft is made of it, by everybody who may see that."""
    made: Conversion = web.found(db.session.get(Conversion, conversion_id))
    if made.questionnaire_id is not None:
        questionnaire_or_404(made.questionnaire_id)
    elif made.created_by_id != web.actor().id:
        web.found(None)
    return made


@blueprint.get("/questionnaires/import/<int:conversion_id>")
@web.access("questionnaire:edit")
def conversion(conversion_id: int) -> Response:
    """What becomes of the file: the report, what is lost first, and the questions as they will be."""
    return conversion_page(_own_or_404(conversion_id))


def conversion_page(made: Conversion, *, error: DomainError | None = None) -> Response:
    """The preview of a file that was read."""
    wanted = request.args.get("result", "")
    lines = sorted(converting.lines_of(made), key=lambda line: ORDER[line.result])
    chosen = [line for line in lines if wanted in ("", line.result)]
    last = max(1, -(-len(chosen) // PER_PAGE))
    number = min(max(request.args.get("page", 1, type=int), 1), last)
    language = web.language_tag()
    values: dict[str, Any] = {
        "made": made,
        "lines": chosen[(number - 1) * PER_PAGE : number * PER_PAGE],
        "page": number,
        "last": last,
        "wanted": wanted,
        "format": detecting.FORMATS[made.format].name,
        "kinds": {key: pair[language.startswith("zh")] for key, pair in KINDS.items()},
        "results": {key: pair[language.startswith("zh")] for key, pair in RESULTS.items()},
        "classes": CLASSES,
        "language": language,
        "holds_answers": converting.holds_answers(made),
        **_draft(made),
    }
    if error is not None:
        return web.refused(error, "design/converting/preview.html", **values)
    fragment = "design/converting/_report.html"
    return web.render("design/converting/preview.html", fragment=fragment, error=None, form={}, **values)


def _draft(made: Conversion) -> dict[str, Any]:
    """The questions as they will be; nothing once the draft is there."""
    if not made.data:
        return {"pages": None}
    definition = converting.definition_of(made)
    shown = web.language_tag() if web.language_tag() in definition.languages else definition.language
    reader = reading.Reader(definition, shown, _)
    return {
        "pages": reader.pages(),
        "shown": shown,
        "title": reader.text(definition.title),
        "asked": library.number_of_questions(definition),
        "minutes": timing.minutes(definition),
        "languages": languages_of(definition),
        "name": starting.free_name(
            definition.name if made.format == "yaml" else starting.slug_of(dict(definition.title), clock.now())
        ),
    }


@blueprint.get("/questionnaires/import/<int:conversion_id>/report.csv")
@web.access("questionnaire:edit")
def conversion_report(conversion_id: int) -> Response:
    """The report as a file."""
    made = _own_or_404(conversion_id)
    stem = made.file_name.rpartition(".")[0] or made.file_name
    body = as_csv(converting.lines_of(made), web.language_tag())
    return web.download(body, name=f"{stem}.report.csv", content_type="text/csv; charset=utf-8")


@blueprint.post("/questionnaires/import/<int:conversion_id>")
@web.access("questionnaire:edit")
def create_from_import(conversion_id: int) -> Response:
    """Make the draft."""
    made = _own_or_404(conversion_id)
    form = starting_forms.DraftForm()
    try:
        form.check()
        questionnaire = converting.take(
            conversion=made, name=form.name.data, title=form.title.data, by=web.actor(), now=clock.now()
        )
    except DomainError as error:
        return conversion_page(made, error=error)
    return web.seen(url_for("design.editor", questionnaire_id=questionnaire.id))
