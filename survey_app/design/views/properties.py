"""The right pane of the editor: the settings of what is selected, and the preview.

`GET …/editor/properties?node=` shows every key of a node by the table in `editing.table`; single values are saved by
`POST …/fields`, what changes several keys at once by `POST …/properties` with an act.
"""

from collections.abc import Callable
from typing import Any

from flask import current_app, render_template, request
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.design import drafting, previewing
from survey_app.design.editing import building, grouping, operations, shaping
from survey_app.design.editing.building import Sent
from survey_app.design.editing.tree import ROOT, Tree
from survey_app.design.models import Questionnaire
from survey_app.design.pane_forms import PaneForm
from survey_app.design.views import _editing, blueprint
from survey_app.design.views import _pane as pane
from survey_app.design.views.common import head, languages_of, questionnaire_or_404, reading_language
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire.question_types import TYPES

Act = Callable[[Tree, str, str, Sent], Any]


@blueprint.get("/questionnaires/<int:questionnaire_id>/editor/properties")
@web.access("questionnaire:edit")
def properties(questionnaire_id: int) -> Response:
    """All settings of one node; `?type=` also says what another type would lose."""
    return _show(questionnaire_or_404(questionnaire_id), request.args.get("node", "") or ROOT)


def _show(questionnaire: Questionnaire, node_id: str) -> Response:
    wanted, everything = request.args.get("type", ""), request.args.get("all") == "1"
    values = pane.values(questionnaire, node_id, wanted_type=wanted, everything=everything)
    return web.render(
        "design/editor/properties.html",
        fragment="design/editor/_properties.html",
        **values,
        **({} if web.is_htmx() else head(questionnaire)),
    )


# --- acts --------------------------------------------------------------------------------------------------------------
def _type(tree: Tree, node_id: str, value: str, _sent: Sent) -> None:
    if value not in TYPES:
        raise DomainError(N_("请从列表中选择。")).at("type")
    shaping.change_type(tree, node_id, value)


def _expression(tree: Tree, node_id: str, _value: str, sent: Sent) -> None:
    node = tree.node(node_id)
    node["expression"] = building.build(sent, node["expression"])


def _items(tree: Tree, node_id: str, _value: str, sent: Sent) -> None:
    chosen = sent.getlist("questions")
    weights = {name: sent.get(f"weight:{name}") or "" for name in chosen}
    shaping.set_items(tree, node_id, chosen, sent.getlist("reverse"), weights)


def _new_scale(tree: Tree, node_id: str, _value: str, _sent: Sent) -> str:
    """A new scale; a question that asked for it uses it at once."""
    made = shaping.new_scale(tree)
    if tree.kind(node_id) != "question":
        return made
    shaping.set_scale(tree, node_id, str(tree.place(made)[1]))
    return node_id


ACTS: dict[str, tuple[str, Act]] = {
    "type": ("type.set", _type),
    "expression": ("value.set", _expression),
    "items": ("value.set", _items),
    "pages": ("value.set", lambda tree, node, _, sent: grouping.set_group(tree, node, sent.getlist("pages"))),
    "labels": ("value.set", lambda tree, node, value, _: shaping.use_labels(tree, node, value == "1")),
    "source": ("value.set", lambda tree, node, value, _: shaping.set_source(tree, node, value)),
    "add": ("child.add", lambda tree, node, value, _: operations.add_child(tree, node, value)),
    "up": ("move", lambda tree, _node, value, _: operations.move_by(tree, value, -1)),
    "down": ("move", lambda tree, _node, value, _: operations.move_by(tree, value, 1)),
    "copy": ("duplicate", lambda tree, _node, value, _: operations.duplicate(tree, value)),
    "remove": ("remove", lambda tree, _node, value, _: operations.remove(tree, value)),
    "language": ("language.add", lambda tree, _node, value, _: pane.add_language(tree, value)),
    "no-language": ("language.remove", lambda tree, _node, value, _: operations.remove_language(tree, value)),
    "first": ("value.set", lambda tree, _node, value, _: shaping.first_language(tree, value)),
    "scale": ("value.set", _new_scale),
    "score": ("value.set", lambda tree, _node, value, _: shaping.new_score(tree, value)),
    "quota": ("value.set", lambda tree, _node, _value, _: shaping.new_quota(tree)),
}
"""What a button of the pane does: kind of the edit, and the operation on (tree, node, value, the form)."""
OPENS = ("scale", "score", "quota", "copy")
"""Acts after which the pane shows what was made."""


@blueprint.post("/questionnaires/<int:questionnaire_id>/properties")
@web.access("questionnaire:edit")
def change_properties(questionnaire_id: int) -> Response:
    """One act on the selected node."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    try:
        form = PaneForm().check()
        name, value = form.asked
        if name not in ACTS:
            raise DomainError(N_("请从页面上的按钮操作。")).at("act")
    except DomainError as error:
        return _at_top(_editing.refused(questionnaire, error))
    kind, act = ACTS[name]
    shown = form.node.data or ROOT
    outcome = _editing.change_from_form(questionnaire, lambda tree: act(tree, shown, value, form.parts.data), kind=kind)
    if outcome.refusal is not None:
        return _at_top(outcome.refusal)
    if name in OPENS and outcome.result:
        shown = outcome.result
    elif not Tree(questionnaire.draft).has(shown):
        shown = ROOT
    values = pane.values(questionnaire, shown) if web.is_htmx() else {}
    body = render_template("design/editor/_properties.html", **values) if values else ""
    stays = shown == (form.node.data or ROOT)
    target = "#settings" if stays else "#properties"  # the forms of the rules stay as they stand
    reply = _editing.editing_reply(body, questionnaire, outcome.edit, node=shown, target=target, swap="morph:outerHTML")
    if stays:
        reply.headers["HX-Reselect"] = "#settings"
    return reply


def _at_top(refusal: Response) -> Response:
    """A refusal stands above the settings, which stay as they are."""
    refusal.headers["HX-Retarget"] = "#pane-said"
    refusal.headers["HX-Reswap"] = "innerHTML show:top"
    refusal.headers["HX-Reselect"] = ".said"
    return refusal


# --- the preview -------------------------------------------------------------------------------------------------------
@blueprint.get("/questionnaires/<int:questionnaire_id>/editor/preview")
@web.access("questionnaire:read")
def preview_pane(questionnaire_id: int) -> Response:
    """The real respondent page in a frame, beginning at the selected question."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    definition, tree = drafting.draft_of(questionnaire), Tree(questionnaire.draft)
    node_id = request.args.get("node", "") or ROOT
    size = previewing.size_of(request.args.get("size", ""))
    look = previewing.Look(reading_language(definition), size, pane.start_of(tree, node_id))
    width = request.args.get("width", "")
    return web.render(
        "design/editor/preview.html",
        fragment="design/editor/_preview.html",
        questionnaire_id=questionnaire.id,
        node=node_id if tree.has(node_id) else ROOT,
        address=previewing.address(str(current_app.config["SECRET_KEY"]), questionnaire, look, definition),
        live=web.is_htmx(),
        empty=not any(page.questions for page in definition.pages),
        look=look,
        starts=pane.starts(tree, definition),
        start_id=tree.id_of(look.start) if look.start else ROOT,
        languages=languages_of(definition),
        width=width if width in previewing.WIDTHS[:2] else previewing.WIDTHS[0],
        widths=previewing.WIDTHS[:2],
        **({} if web.is_htmx() else head(questionnaire)),
    )
