"""The export page: ordering a file, watching it being made, fetching it."""

from typing import Any

from flask import Response, abort, redirect, send_file
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from survey_app import clock
from survey_app.analysis import dataset
from survey_app.campaigns.views.fieldwork import CHANNELS
from survey_app.database import db
from survey_app.design.models import Conversion, Questionnaire, Version
from survey_app.design.publishing import definition_of, newest_version
from survey_app.design.starting_forms import DraftForm
from survey_app.design.views.common import LANGUAGE_NAMES, head
from survey_app.design.views.converting import conversion_page
from survey_app.errors import DomainError
from survey_app.exports import forms, requesting, returning
from survey_app.exports.formats import FORMATS
from survey_app.exports.models import Export
from survey_app.exports.selecting import LEAST_CHOSEN, Selection, in_words
from survey_app.exports.views import blueprint
from survey_app.organisation.models import Region
from survey_app.questionnaire.question_types.files import File
from survey_app.web import access, actor, found, is_htmx, language_tag, may, refused, render, seen, settings
from survey_app.work import Work

# what a file is for, in one line each; the names are those of the registry
GROUPS = (
    (lazy_gettext("表格软件"), (
        ("xlsx", lazy_gettext("用 Excel 或 WPS 打开；变量、选项和说明各占一张表")),
        ("csv", lazy_gettext("任何软件都能读；编码表另附")),
    )),
    (lazy_gettext("统计软件"), (
        ("sav", lazy_gettext("用 SPSS 或 PSPP 打开；标签、缺失值和多选题集都已设好")),
        ("dta", lazy_gettext("用 Stata 打开；缺失码写成 .a 到 .f")),
        ("r", lazy_gettext("一个程序和它读的 CSV；标签、因子和缺失原因都已设好")),
        ("python", lazy_gettext("一个程序和它读的 CSV，用 pandas；标签和缺失原因都已设好")),
        ("parquet", lazy_gettext("数据量大时用；列有类型，标签在元数据里")),
    )),
    (lazy_gettext("存档和交换"), (
        ("package", lazy_gettext("一个 ZIP：各种格式的数据、编码表、问卷、处理记录和校验和")),
        ("fhir", lazy_gettext("医疗信息系统之间交换用")),
    )),
)  # fmt: skip


def _address(questionnaire_id: int) -> str:
    return f"/questionnaires/{questionnaire_id}/exports"


def _languages(questionnaire: Questionnaire) -> tuple[str, ...]:
    newest = newest_version(questionnaire)
    return tuple(definition_of(newest).languages) if newest else ()


def _numbers(questionnaire: Questionnaire) -> dict[str, int]:
    found = db.session.scalars(select(Version.number).where(Version.questionnaire_id == questionnaire.id))
    return {str(number): number for number in found}


def _channels(questionnaire: Questionnaire) -> list[tuple[str, str]]:
    """Those through which answers came."""
    there = dataset.channels([version.id for version in questionnaire.versions])
    return [(key, _(text)) for key, text in CHANNELS.items() if key in there]


def _regions() -> list[tuple[str, str]]:
    found = db.session.scalars(select(Region).order_by(Region.code))
    zh = language_tag().startswith("zh")
    return [(region.code, (region.name if zh else region.name_en) or region.name or region.code) for region in found]


def _page(questionnaire: Questionnaire) -> dict[str, Any]:
    languages = _languages(questionnaire)
    numbers = _numbers(questionnaire)
    own = requesting.own_exports(questionnaire=questionnaire, by=actor())
    works = {w.id: w for w in db.session.query(Work).filter(Work.id.in_([e.work_id for e, _s in own if e.work_id]))}
    return {
        **head(questionnaire),
        "languages": [(code, LANGUAGE_NAMES.get(code, code)) for code in languages],
        "language": language_tag() if language_tag() in languages else (languages[0] if languages else ""),
        "numbered": [(n, _("第 %(n)s 版", n=n)) for n in sorted(numbers.values(), reverse=True)],
        "channels": _channels(questionnaire),
        "regions": _regions(),
        "least": LEAST_CHOSEN,
        "has_files": any(
            isinstance(q, File) for v in dataset.versions(questionnaire.id) for q in v.definition.questions
        ),
        "groups": GROUPS,
        "names": {key: known.name for key, known in FORMATS.items()},
        "with_labels": [key for key, known in FORMATS.items() if known.labels],
        "returned": returning.state_of(questionnaire),
        "lines": [_line(export, state, works.get(export.work_id or 0)) for export, state in own],
    }


def _line(export: Export, state: str, work: Work | None) -> dict[str, Any]:
    expired = requesting.is_expired(export, now=clock.now())
    running = state in ("queued", "claimed") and not export.file
    shown = "expired" if expired else "running" if running else "ready" if export.file else "failed"
    progress = (work.progress, work.total) if work is not None and work.total else None
    only = Selection.from_json(export.options)
    chosen = "" if only.is_all else in_words(only, _)
    return {"export": export, "state": shown, "progress": progress, "format": FORMATS[export.format], "chosen": chosen}


@blueprint.get("/questionnaires/<int:questionnaire_id>/exports", endpoint="list")
@access("response:export")
def list_exports(questionnaire_id: int) -> Response:
    """The form and one's own files."""
    questionnaire = found(db.session.get(Questionnaire, questionnaire_id))
    return render("exports/exports.html", **_page(questionnaire))


@blueprint.post("/questionnaires/<int:questionnaire_id>/exports")
@access("response:export")
def create(questionnaire_id: int) -> Response:
    """Order a file."""
    questionnaire = found(db.session.get(Questionnaire, questionnaire_id))
    languages = {"": language_tag()} | {code: code for code in _languages(questionnaire)}
    try:
        form = forms.OrderForm(
            language=languages, versions=_numbers(questionnaire), languages=languages, channels={c: c for c in CHANNELS},
            region={"": ""} | {code: code for code, _name in _regions()},
        ).check()  # fmt: skip
        if form.files.data and not may("file:read"):
            abort(403)
        requesting.request_export(
            questionnaire=questionnaire,
            file_format=form.format.data,
            labels=form.content.data,
            texts=may("comment:read"),
            language=form.language.data,
            reason=form.reason.data,
            selection=form.selection(),
            files=form.files.data and form.format.data == "package",
            by=actor(),
            now=clock.now(),
        )
    except DomainError as error:
        db.session.rollback()
        return refused(error, "exports/exports.html", **_page(found(db.session.get(Questionnaire, questionnaire_id))))
    return seen(_address(questionnaire_id))


@blueprint.get("/exports/<int:export_id>")
@access("response:export")
def status(export_id: int) -> Response:
    """How far one file is; asked for every two seconds while it is made."""
    export = found(requesting.own_export(export_id=export_id, by=actor()))
    if not is_htmx():
        return seen(_address(export.questionnaire_id))
    work = db.session.get(Work, export.work_id) if export.work_id else None
    return render("exports/_line.html", line=_line(export, work.state if work else "done", work))


@blueprint.post("/exports/<int:export_id>/downloads")
@access("response:export")
def download(export_id: int) -> Response:
    """Send the file. A sensitive read: it is written down first, and without that nothing is sent."""
    export = found(requesting.own_export(export_id=export_id, by=actor()))
    questionnaire = db.session.get_one(Questionnaire, export.questionnaire_id)
    part, stem, file_format = (
        forms.PartForm().check().part.data,
        requesting.stem_of(export, questionnaire),
        export.format,
    )
    folder = settings().export_folder
    path = requesting.fetch(export=export, part=part, by=actor(), folder=folder, now=clock.now())
    if path is None:
        abort(410)
    sent = found(FORMATS[file_format].part(part))
    download_name = f"{stem}{sent.suffix}"
    return send_file(path, mimetype=sent.content_type, as_attachment=True, download_name=download_name, max_age=0)


@blueprint.post("/questionnaires/import/<int:conversion_id>/answers")
@access("questionnaire:publish")
def take_along(conversion_id: int) -> BaseResponse:
    """Import a package with its answers: the questionnaire is published, the answers are stored in the background."""
    conversion = found(db.session.get(Conversion, conversion_id))
    found(conversion.created_by_id == actor().id or None)
    form = DraftForm()
    try:
        form.check()
        made = returning.take_along(
            conversion=conversion, name=form.name.data, title=form.title.data, by=actor(), now=clock.now()
        )
    except DomainError as error:
        db.session.rollback()
        return conversion_page(found(db.session.get(Conversion, conversion_id)), error=error)
    return seen(_address(made.id))


@blueprint.get("/questionnaires/<int:questionnaire_id>/returned-answers")
@access("response:export")
def returned_answers(questionnaire_id: int) -> BaseResponse:
    """How far the answers of an imported package are; asked for every two seconds while they come."""
    questionnaire = found(db.session.get(Questionnaire, questionnaire_id))
    if not is_htmx():
        return redirect(_address(questionnaire_id))
    returned = found(returning.state_of(questionnaire))
    return render("exports/_returned.html", questionnaire=questionnaire, returned=returned)
