"""A questionnaire as a file of another program: what the file would hold, the file, the report. Looking writes nothing."""

from typing import Any

from flask import abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.design import drafting, publishing, reading
from survey_app.design.views import blueprint
from survey_app.design.views.common import asked_version, head, languages_of, questionnaire_or_404, reading_language
from survey_app.formats import writing
from survey_app.formats.importing.report import KINDS, RESULTS, Line, as_csv, counts
from survey_app.languages import N_
from survey_app.questionnaire.definition import Definition

PER_PAGE = 50
ORDER = {"lost": 0, "changed": 1, "kept": 2}
WEIGHT = (
    "question",
    "rule",
    "validation",
    "quota",
    "choice",
    "row",
    "text",
    "score",
    "page",
    "group",
    "survey",
    "script",
)
"""What people look for first, in this order; settings last."""
CLASSES = {"lost": "bad", "changed": "warn", "kept": "good"}
WORDS = {
    "yaml": N_("本系统的格式：什么都不丢，可以再导入"),
    "surveyjs": N_("给用 SurveyJS 的网站和程序；含全部语言和规则"),
    "xlsform": N_("给 KoboToolbox、ODK 和 SurveyCTO；可用 Excel 查看"),
    "ddi": N_("给数据档案馆和图书馆，最新版标准"),
    "ddi-2.5": N_("给还在用 2.5 版的数据档案馆"),
    "docx": N_("给审批会议：可批注的文档"),
    "wjx": N_("粘贴到问卷星；只含一种语言，不含规则"),
}
ONE_LANGUAGE = {"docx": False, "ddi": False, "ddi-2.5": False, "wjx": True}
"""The formats that can be had in one language, and whether they hold no more than one."""


@blueprint.get("/questionnaires/<int:questionnaire_id>/files")
@web.access("questionnaire:read")
def questionnaire_files(questionnaire_id: int) -> Response:
    """The formats; with `?format=xlsform` what becomes of each thing, the lost first, beside the button. `?version=2`."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    version = asked_version(questionnaire)
    definition = publishing.definition_of(version) if version else drafting.draft_of(questionnaire)
    values: dict[str, Any] = {
        "version": version,
        "targets": [(one.key, _name(one), _(WORDS[one.key])) for one in writing.TARGETS.values()],
        "key": "",
        "language": _language(definition, ""),
    }
    key = request.args.get("format", "")
    if key in writing.TARGETS:
        language = _language(definition, key)
        values |= {"key": key, "language": language, "languages": _choice_of(definition, key)}
        values |= _report(definition, writing.write(definition, key, language))
    return web.render("design/files.html", **values, **head(questionnaire))


@blueprint.get("/questionnaires/<int:questionnaire_id>/files/<key>")
@web.access("questionnaire:read")
def questionnaire_file(questionnaire_id: int, key: str) -> Response:
    """The draft, or `?version=2`, for another program."""
    stem, made = _written(questionnaire_id, key)
    return web.download(made.data, name=f"{stem}{made.target.suffix}", content_type=made.target.mimetype)


@blueprint.get("/questionnaires/<int:questionnaire_id>/files/<key>/report.csv")
@web.access("questionnaire:read")
def questionnaire_file_report(questionnaire_id: int, key: str) -> Response:
    """What became of each thing, as a file."""
    stem, made = _written(questionnaire_id, key)
    body = as_csv(made.lines, web.language_tag())
    return web.download(body, name=f"{stem}.{key}.report.csv", content_type="text/csv; charset=utf-8")


def _written(questionnaire_id: int, key: str) -> tuple[str, writing.Written]:
    questionnaire = questionnaire_or_404(questionnaire_id)
    version = asked_version(questionnaire)
    if key not in writing.TARGETS:
        abort(404)
    definition = publishing.definition_of(version) if version else drafting.draft_of(questionnaire)
    language = _language(definition, key)
    parts = (questionnaire.name, f"v{version.number}" if version else "draft", language)
    return "-".join(part for part in parts if part), writing.write(definition, key, language)


def _name(target: writing.Target) -> str:
    return target.name_zh if web.language_tag().startswith("zh") else target.name


def _language(definition: Definition, key: str) -> str:
    """The language asked for, where the format can be had in one; "" for all."""
    if key not in ONE_LANGUAGE:
        return ""
    asked = request.args.get("language", "")
    if asked in definition.languages:
        return asked
    return reading_language(definition) if ONE_LANGUAGE[key] else ""


def _choice_of(definition: Definition, key: str) -> list[tuple[str, str]]:
    """(language, name) where there is a choice of languages."""
    if key not in ONE_LANGUAGE or len(definition.languages) == 1:
        return []
    return languages_of(definition) if ONE_LANGUAGE[key] else [("", _("全部语言")), *languages_of(definition)]


def _weight(line: Line) -> int:
    return WEIGHT.index(line.kind) if line.kind in WEIGHT else len(WEIGHT)


def _report(definition: Definition, made: writing.Written) -> dict[str, Any]:
    tag, result = web.language_tag(), request.args.get("result", "")
    reader = reading.Reader(definition, tag if tag in definition.languages else definition.language, _)
    lines = sorted(made.lines, key=lambda line: (ORDER[line.result], _weight(line)))
    chosen = [line for line in lines if line.result == result or (not result and line.result != "kept")]
    number, chinese = web.page_number(), tag.startswith("zh")
    return {
        "name": _name(made.target),
        "size": len(made.data),
        "counts": counts(lines),
        "result": result,
        "lines": [(line, reader.place_of(line.place)) for line in chosen[(number - 1) * PER_PAGE : number * PER_PAGE]],
        "page": number,
        "more": len(chosen) > number * PER_PAGE,
        "kinds": {kind: pair[chinese] for kind, pair in KINDS.items()},
        "results": {kind: pair[chinese] for kind, pair in RESULTS.items()},
        "classes": CLASSES,
        "tag": tag,
    }
