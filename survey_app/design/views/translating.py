"""The translation table: every text in every language, its state, CSV out and in."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.database import db
from survey_app.design import drafting, forms, reading, translating
from survey_app.design.editing import changing, operations
from survey_app.design.editing.tree import Tree
from survey_app.design.views import blueprint
from survey_app.design.views._editing import change_from_form, page_token
from survey_app.design.views.common import LANGUAGE_NAMES, head, questionnaire_or_404
from survey_app.errors import DomainError
from survey_app.languages import N_

ROWS = 60
KEYS = {
    "title": N_("标题"), "intro": N_("开头语"), "thanks": N_("结束语"), "purpose": N_("用途"), "text": N_("题目"),
    "hint": N_("提示"), "why": N_("为什么问这个"), "label": N_("名称"), "low": N_("左端文字"), "high": N_("右端文字"),
    "unsure": N_("“不清楚”"), "unit": N_("单位"), "labels": N_("刻度文字"), "message": N_("名额满时说的话"),
}  # fmt: skip
PARTS = {"choice": N_("选项"), "row": N_("行"), "field": N_("填空"), "point": N_("刻度")}


def _where(reader: reading.Reader, tree: Tree, cell: translating.Cell) -> str:
    """第 3 题 · 选项 2: where a text stands, as people say it."""
    kind, node_id = tree.kind(cell.node), cell.node
    key = _(KEYS[cell.key])
    if kind == "root":
        return f"{_('整份问卷')} · {key}"
    if kind == "page":
        return f"{_('第 %(n)s 页', n=tree.number(node_id))} · {key}"
    if kind == "score":
        return f"{_('得分')} · {tree.node(node_id)['name']}"
    if kind == "quota":
        return f"{_('配额')} · {tree.node(node_id)['name']}"
    if kind == "scale":
        return f"{_('量表')} {tree.place(node_id)[1]} · {key}"
    number = tree.number(node_id)
    if kind == "point":
        return f"{_('量表')} {tree.place(tree.owner(node_id)[0])[1]} · {_(PARTS[kind])} {number}"
    question = tree.question_of(node_id) or ""
    page = tree.number(tree.owner(question)[0]) - 1
    shown = reader.place_of(f"pages[{page}].questions[{tree.number(question) - 1}]")
    if kind == "question":
        return f"{shown} · {key}{f' {cell.index + 1}' if cell.index is not None else ''}"
    return f"{shown} · {_(PARTS[kind])} {number}"


def _page(questionnaire_id: int, status: int = 200, error: DomainError | None = None) -> Response:
    questionnaire = questionnaire_or_404(questionnaire_id)
    tree = Tree(questionnaire.draft)
    definition = drafting.draft_of(questionnaire)
    source, *others = definition.languages
    language = request.args.get("language", "")
    language = language if language in others else (others[0] if others else "")
    state = request.args.get("state", "")
    state = state if state in translating.STATES else ""
    words = request.args.get("q", "")[:100].casefold().split()
    reader = reading.Reader(definition, web.language_tag() if web.language_tag() in definition.languages else source, _)
    lines: list[tuple[translating.Cell, str, str]] = []
    for cell in translating.cells(tree):
        own = cell.state(language, source) if language else translating.DONE
        text = " ".join([*cell.texts.values(), cell.name]).casefold()
        if (not state or own == state) and all(word in text for word in words):
            lines.append((cell, _where(reader, tree, cell), own))
    page = web.page_number()
    return web.render(
        "design/translating/table.html",
        status=status,
        lines=lines[(page - 1) * ROWS : page * ROWS],
        total=len(lines),
        page=page,
        more=len(lines) > page * ROWS,
        source=source,
        language=language,
        others=others,
        names=LANGUAGE_NAMES,
        addable=[(tag, name) for tag, name in LANGUAGE_NAMES.items() if tag not in definition.languages],
        coverage=translating.coverage(questionnaire.draft),
        state=state,
        words=request.args.get("q", ""),
        editing=page_token(),
        error=error,
        **head(questionnaire),
    )


@blueprint.get("/questionnaires/<int:questionnaire_id>/translations")
@web.access("questionnaire:edit")
def translations(questionnaire_id: int) -> Response:
    return _page(questionnaire_id)


def _cell(questionnaire_id: int, name: str) -> tuple[Tree, translating.Cell]:
    tree = Tree(questionnaire_or_404(questionnaire_id).draft)
    found = next((cell for cell in translating.cells(tree) if cell.name == name), None)
    return tree, web.found(found)


@blueprint.get("/questionnaires/<int:questionnaire_id>/translations/state")
@web.access("questionnaire:edit")
def translation_state(questionnaire_id: int) -> Response:
    """The state of one text again, after it was saved."""
    tree, cell = _cell(questionnaire_id, request.args.get("cell", ""))
    source, *others = tree.data["languages"]
    language = request.args.get("language", "")
    web.found(language if language in others else None)
    return web.render(
        "design/translating/_state.html",
        questionnaire_id=questionnaire_id,
        cell=cell,
        language=language,
        own=cell.state(language, source),
    )


@blueprint.post("/questionnaires/<int:questionnaire_id>/translations/confirmations")
@web.access("questionnaire:edit")
def confirm_translation(questionnaire_id: int) -> Response:
    """A translation is still right although its source changed."""
    form = forms.ConfirmationForm().check()
    questionnaire = questionnaire_or_404(questionnaire_id)
    name, language = form.cell.data, request.args.get("language", "")
    web.found(language if language in questionnaire.draft["languages"][1:] else None)
    outcome = change_from_form(
        questionnaire, lambda tree: translating.confirm(tree, name, language), kind="translation.confirmed"
    )
    if outcome.refusal is not None:
        return outcome.refusal
    if not web.is_htmx():
        return web.seen(url_for("design.translations", questionnaire_id=questionnaire_id, language=language))
    _tree, cell = _cell(questionnaire_id, name)
    return web.render(
        "design/translating/_state.html",
        questionnaire_id=questionnaire_id,
        cell=cell,
        language=language,
        own=cell.state(language, questionnaire.draft["languages"][0]),
    )


@blueprint.post("/questionnaires/<int:questionnaire_id>/languages")
@web.access("questionnaire:edit")
def add_language(questionnaire_id: int) -> Response:
    questionnaire = questionnaire_or_404(questionnaire_id)
    language = forms.LanguageForm(language={tag: tag for tag in LANGUAGE_NAMES}).check().language.data
    outcome = change_from_form(
        questionnaire, lambda tree: operations.add_language(tree, language), kind="language.added"
    )
    if outcome.refusal is not None:
        return outcome.refusal
    flash(_("已添加语言：%(name)s。", name=LANGUAGE_NAMES[language]))
    return web.seen(url_for("design.translations", questionnaire_id=questionnaire_id, language=language))


@blueprint.get("/questionnaires/<int:questionnaire_id>/translations.csv")
@web.access("questionnaire:read")
def translations_csv(questionnaire_id: int) -> Response:
    questionnaire = questionnaire_or_404(questionnaire_id)
    tree, definition = Tree(questionnaire.draft), drafting.draft_of(questionnaire)
    reader = reading.Reader(definition, definition.language, _)
    places = {cell.name: _where(reader, tree, cell) for cell in translating.cells(tree)}
    data = translating.to_csv(tree.data, places)
    return web.download(data, name=f"{questionnaire.name}-translations.csv", content_type="text/csv")


@blueprint.post("/questionnaires/<int:questionnaire_id>/translations/imports")
@web.access("questionnaire:edit")
def import_translations(questionnaire_id: int) -> Response:
    questionnaire = questionnaire_or_404(questionnaire_id)
    try:
        rows = translating.read_csv(forms.TranslationsForm().check().file.data.read())
        results: list[translating.Imported] = []
        changing.change(
            questionnaire=questionnaire,
            operation=lambda tree: results.append(translating.import_rows(tree, rows)),
            kind="translations.imported",
            by=web.actor(),
            page=page_token(),
            base=None,
            now=clock.now(),
        )
    except DomainError as error:
        db.session.rollback()
        return _page(questionnaire_id, status=422, error=error)
    for line in _report(results[0], translating.languages_in(rows, questionnaire.draft)):
        flash(line)
    return web.seen(url_for("design.translations", questionnaire_id=questionnaire_id))


def _report(result: translating.Imported, unknown_languages: list[str]) -> list[str]:
    """What an import did, in sentences."""
    lines = [
        _("已导入 %(n)s 处翻译，%(same)s 处与原来相同。可以用编辑器里的撤销退回。", n=result.changed, same=result.same)
    ]
    if result.sources_differ:
        numbers = _numbers(result.sources_differ)
        lines.append(_("第 %(lines)s 行的原文与现在的不同，这些翻译标为“旧”，请核对。", lines=numbers))
    if result.unknown:
        numbers = _numbers([line for line, _name in result.unknown])
        lines.append(_("第 %(lines)s 行的 key 在这份问卷里没有，没有使用。", lines=numbers))
    if unknown_languages:
        lines.append(
            _("文件里的语言 %(names)s 不在这份问卷里，请先添加语言再导入。", names=", ".join(unknown_languages))
        )
    return lines


def _numbers(lines: list[int]) -> str:
    shown = ", ".join(str(line) for line in lines[:10])
    return shown if len(lines) <= 10 else f"{shown} …"
