"""The editor: outline, canvas, acts and autosave."""

from typing import Any

from flask import abort, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.design import forms
from survey_app.design.editing import changing, operations, settings
from survey_app.design.editing.catalogue import GROUPS
from survey_app.design.editing.tree import ROOT, Tree
from survey_app.design.editing.words import words_of
from survey_app.design.views import _acts, blueprint
from survey_app.design.views._editing import (
    change_from_form,
    editing_reply,
    page_token,
    refused,
)
from survey_app.design.views._sheet import Sheet
from survey_app.design.views._words import canvas_words
from survey_app.design.views.common import head, questionnaire_or_404
from survey_app.errors import DomainError

PANES = ("properties", "preview", "quality")


def _sheet(questionnaire_id: int) -> tuple[Sheet, dict[str, Any]]:
    """The draft to draw, and what every template of the canvas needs."""
    sheet = Sheet(questionnaire_or_404(questionnaire_id), request.args.get("language", ""))
    return sheet, drawing(sheet)


def drawing(sheet: Sheet) -> dict[str, Any]:
    """What the templates of the canvas read."""
    page = page_token()
    return {"s": sheet, "L": canvas_words(page, sheet.revision), "page": page}


@blueprint.get("/questionnaires/<int:questionnaire_id>/editor")
@web.access("questionnaire:edit")
def editor(questionnaire_id: int) -> Response:
    """The whole page: `node` is selected, `pane` is open at the right, `language` is written."""
    sheet, values = _sheet(questionnaire_id)
    pane = request.args.get("pane", "")
    undo, redo = changing.stacks(sheet.questionnaire, web.actor().id)
    return web.render(
        "design/editor/page.html",
        **values,
        **head(sheet.questionnaire),
        node=sheet.selected(request.args.get("node", "")),
        pane=pane if pane in PANES else PANES[0],
        panes=_panes(sheet.prefix),
        groups=GROUPS,
        anchor="",
        undo=words_of(undo.kind, _) if undo else "",
        redo=words_of(redo.kind, _) if redo else "",
    )


def _panes(prefix: str) -> list[tuple[str, str, str, str]]:
    return [
        ("properties", _("属性"), "settings-2", f"{prefix}/editor/properties"),
        ("preview", _("预览"), "smartphone", f"{prefix}/editor/preview"),
        ("quality", _("质检"), "list-checks", f"{prefix}/quality"),
    ]


@blueprint.get("/questionnaires/<int:questionnaire_id>/editor/outline")
@web.access("questionnaire:edit")
def editor_outline(questionnaire_id: int) -> Response:
    sheet, values = _sheet(questionnaire_id)
    return web.render(
        "design/editor/outline.html",
        fragment="design/editor/_outline.html",
        **values,
        node=sheet.selected(request.args.get("node", "")),
    )


@blueprint.get("/questionnaires/<int:questionnaire_id>/editor/cards/<node>")
@web.access("questionnaire:edit")
def editor_card(questionnaire_id: int, node: str) -> Response:
    """One card as it stands now: what the page fetches when something outside of the canvas changed it."""
    sheet, values = _sheet(questionnaire_id)
    if not sheet.tree.has(node) or (sheet.tree.kind(node) not in ("question", "page") and node != ROOT):
        abort(404)
    return web.render(
        "design/editor/card.html",
        fragment="design/editor/_card.html",
        **values,
        node=node,
        on=request.args.get("on") == "1",
    )


# --- texts and settings ------------------------------------------------------------------------------------------------
@blueprint.post("/questionnaires/<int:questionnaire_id>/fields")
@web.access("questionnaire:edit")
def fields(questionnaire_id: int) -> Response:
    """Save one field (node, key, language or index, value), or without script all fields of a form (`f:node:key:language`)."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    try:
        form = forms.FieldForm().check()
        sent = form.changes()
    except DomainError as error:
        return refused(questionnaire, error)
    if not web.is_htmx():
        sent = _different(questionnaire.draft, sent, form.only.data)

    def operation(tree: Tree) -> None:
        for one in sent:
            settings.set_field(tree, one.node, one.key, one.value, language=one.language, index=one.index)

    texts = all(one.language for one in sent)
    outcome = change_from_form(questionnaire, operation, kind="text.set" if texts else "value.set")
    if outcome.refusal is not None:
        return outcome.refusal
    if not web.is_htmx():
        flash(_("已保存。"))
    return editing_reply("", questionnaire, outcome.edit, node=sent[0].node if sent else "")


def _different(draft: dict[str, Any], sent: list[forms.SentField], only: str) -> list[forms.SentField]:
    """Of the texts of a form without script, those of the card `only` that are not what the draft says."""
    tree = Tree(draft)

    def present(one: forms.SentField) -> Any:
        value = tree.node(one.node).get(one.key)
        if one.index is not None:
            value = value[one.index] if isinstance(value, list) and one.index < len(value) else None
        return value.get(one.language) if isinstance(value, dict) else None

    return [
        one
        for one in sent
        if tree.has(one.node)
        and (not only or (tree.question_of(one.node) or one.node) == only)
        and (not one.language or (present(one) or "") != one.value)
    ]


# --- acts --------------------------------------------------------------------------------------------------------------
@blueprint.post("/questionnaires/<int:questionnaire_id>/acts")
@web.access("questionnaire:edit")
def acts(questionnaire_id: int) -> Response:
    """Add, paste, copy, remove, move, split, undo: `do` is `<act>:<node>[:<more>]`."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    try:
        form = forms.ActForm().check()
        act, _, rest = form.do.data.partition(":")
        if act == "add" and rest.endswith(":bank"):  # no type of its own: the item is chosen on the bank's page
            return web.seen(
                url_for("design.bank_page", into=questionnaire_id, after=rest.removesuffix(":bank") or None)
            )
        done = _acts.run(questionnaire, form)
    except DomainError as error:
        return _as_dialog(refused(questionnaire, error, dialog=True))
    if done.refusal is not None:
        return _as_dialog(done.refusal)
    sheet = Sheet(questionnaire, form.language.data)
    return _acts.reply(sheet, done, drawing(sheet))


def _as_dialog(response: Response) -> Response:
    response.headers["HX-Retarget"] = "#modal"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


# --- what works in a dialog with script and as a page without -----------------------------------------------------------
@blueprint.get("/questionnaires/<int:questionnaire_id>/editor/types")
@web.access("questionnaire:edit")
def editor_types(questionnaire_id: int) -> Response:
    """The list of types for adding a question behind `anchor`."""
    sheet, values = _sheet(questionnaire_id)
    return web.render("design/editor/types.html", **values, groups=GROUPS, anchor=request.args.get("anchor", "")[:16])


@blueprint.get("/questionnaires/<int:questionnaire_id>/editor/places")
@web.access("questionnaire:edit")
def editor_places(questionnaire_id: int) -> Response:
    """Where a question can be moved to."""
    sheet, values = _sheet(questionnaire_id)
    node = request.args.get("node", "")
    if not sheet.tree.has(node) or sheet.tree.kind(node) != "question":
        abort(404)
    return web.render("design/editor/places.html", fragment="design/editor/_places.html", **values, node=node)


@blueprint.get("/questionnaires/<int:questionnaire_id>/editor/lines")
@web.access("questionnaire:edit")
def editor_lines(questionnaire_id: int) -> Response:
    """A field for many choices, one per line."""
    sheet, values = _sheet(questionnaire_id)
    node, name = request.args.get("node", ""), request.args.get("list", "")
    if not sheet.tree.has(node) or name not in operations.LISTS:
        abort(404)
    return web.render("design/editor/lines.html", fragment="design/editor/_lines.html", **values, node=node, name=name)
