"""The acts of the editor: what each does to the draft, and the parts of the page that it changes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import flash, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.design import forms
from survey_app.design.editing import changing, operations
from survey_app.design.editing.tree import ROOT, Changes, Tree
from survey_app.design.editing.words import words_of
from survey_app.design.models import Edit, Questionnaire
from survey_app.design.views._editing import change_from_form, editing_reply, overrides, page_token, refused
from survey_app.design.views._patches import Patches
from survey_app.design.views._sheet import Sheet
from survey_app.errors import DomainError
from survey_app.languages import N_

Act = Callable[[Tree, str, str, forms.ActForm], str]
"""Changes the tree; takes the node, what stands behind it, and the form; returns the id to go to ("" for none)."""


@dataclass
class Done:
    """What an act did: the edit, where to go, and what to tell."""

    edit: Edit | None = None
    refusal: Response | None = None
    go: str = ""
    focus: bool = False  # put the cursor into what was made
    said: str = ""
    toast: str = ""
    row: str = ""  # the one new row that the page has drawn already
    undoable: bool = False
    more: dict[str, Any] = field(default_factory=dict)


def _add(tree: Tree, anchor: str, kind: str, form: forms.ActForm) -> str:
    anchor = anchor or form.anchor.data or ROOT
    if anchor == ROOT:
        page, after = tree.children(ROOT, "pages")[-1], None
    elif tree.kind(anchor) == "page":
        page, after = anchor, ""
    else:
        page, after = tree.owner(tree.question_of(anchor) or anchor)[0], anchor
    return operations.add_question(tree, kind, page, after)


def _child(tree: Tree, owner: str, name: str, form: forms.ActForm) -> str:
    """The page may give the new part its id: then what is typed there meanwhile has its place already."""
    return operations.add_child(tree, owner, name, form.after.data or None, node_id=form.fresh.data)


def _other(tree: Tree, owner: str, _more: str, _form: forms.ActForm) -> str:
    words = {"zh-CN": "其他", "en": "Other"}
    present = tree.children(owner, "choices")
    if not present:  # somebody gave the question another type
        raise KeyError(owner)
    made = operations.add_child(tree, owner, "choices", present[-1])
    tree.node(made)["text"] = {tag: words.get(tag, words["en"]) for tag in tree.data["languages"] if tag in words} or {
        tree.data["languages"][0]: words["en"]
    }
    operations.set_value(tree, made, "other", True)
    return made


def _paste(tree: Tree, node: str, name: str, form: forms.ActForm) -> str:
    lines = form.lines.data.splitlines()
    if tree.kind(node) == "question":
        if name not in operations.LISTS:
            raise KeyError(node)
        made = operations.paste_lines(tree, node, name, lines, _first_empty(tree, node, name))
    else:
        owner, held = tree.owner(node)
        made = operations.paste_lines(tree, owner, held, lines, node)
    return made[-1] if made else node


def _first_empty(tree: Tree, node: str, name: str) -> str | None:
    held = tree.children(node, name)
    return next((key for key in held if not any((tree.node(key).get("text") or {}).values())), None)


def _remove(tree: Tree, node: str, _more: str, _form: forms.ActForm) -> str:
    around = tree.siblings(node)
    index = around.index(node)
    near = around[index - 1] if index else around[1] if len(around) > 1 else tree.owner(node)[0]
    operations.remove(tree, node)
    return near if tree.has(near) else ROOT


def _up(tree: Tree, node: str, _more: str, _form: forms.ActForm) -> str:
    operations.move_by(tree, node, -1)
    return node


def _down(tree: Tree, node: str, _more: str, _form: forms.ActForm) -> str:
    operations.move_by(tree, node, 1)
    return node


def _move(tree: Tree, node: str, _more: str, form: forms.ActForm) -> str:
    """Behind `anchor`: a sibling or a question anywhere; a page or an owner: to its beginning."""
    anchor = form.anchor.data
    owner, _name = tree.owner(node)
    if anchor == owner or tree.kind(anchor) == "page" != tree.kind(node):
        operations.move(tree, node, anchor, "")
    else:
        operations.move(tree, node, tree.owner(anchor)[0], anchor)
    return node


def _page(tree: Tree, node: str, _more: str, _form: forms.ActForm) -> str:
    return operations.add_page(tree, tree.page_of(node) if node and tree.has(node) else None)


def _split(tree: Tree, node: str, _more: str, _form: forms.ActForm) -> str:
    return operations.split_page(tree, node)


def _join(tree: Tree, node: str, _more: str, _form: forms.ActForm) -> str:
    pages = tree.children(ROOT, "pages")
    operations.join_page(tree, node)
    return pages[max(0, pages.index(node) - 1)]


def _decided(tree: Tree, node: str, more: str, _form: forms.ActForm) -> str:
    """One rule of an imported file is settled."""
    operations.decide(tree, node, _index(more))
    return node


def _unchecked(tree: Tree, node: str, more: str, _form: forms.ActForm) -> str:
    """One check of the answers goes."""
    operations.uncheck(tree, node, _index(more))
    return node


def _index(more: str) -> int:
    return int(more) if more.isascii() and more.isdigit() and len(more) < 4 else -1


def _duplicate(tree: Tree, node: str, _more: str, _form: forms.ActForm) -> str:
    return operations.duplicate(tree, node)


ACTS: dict[str, tuple[Act, str]] = {
    "add": (_add, "question.add"),
    "child": (_child, "child.add"),
    "other": (_other, "child.add"),
    "paste": (_paste, "choices.paste"),
    "duplicate": (_duplicate, "duplicate"),
    "remove": (_remove, "remove"),
    "up": (_up, "move"),
    "down": (_down, "move"),
    "move": (_move, "move"),
    "page": (_page, "page.add"),
    "split": (_split, "page.split"),
    "join": (_join, "page.merge"),
    "decided": (_decided, "rule.decided"),
    "unchecked": (_unchecked, "check.remove"),
}
MADE = frozenset({"add", "child", "other", "paste", "duplicate", "page"})


def run(questionnaire: Questionnaire, form: forms.ActForm) -> Done:
    """Carry out the act that a form asks for. Raises DomainError; conflicts are in the refusal."""
    name, node, more = (*form.do.data.split(":"), "", "")[:3]
    if name in ("undo", "redo"):
        return _undo(questionnaire, name, node)
    if name not in ACTS:
        raise DomainError(N_("请从页面上的按钮操作。"))
    act, kind = ACTS[name]
    went: list[str] = []
    gone = _named(questionnaire, node) if name == "remove" else ""

    def operation(tree: Tree) -> None:
        if node and name != "add" and not tree.has(node):
            raise KeyError(node)
        went.append(act(tree, node, more, form))

    outcome = change_from_form(questionnaire, operation, kind=kind, dialog=True)
    if outcome.refusal is not None:
        return Done(refusal=outcome.refusal)
    done = Done(edit=outcome.edit, go=went[0], focus=name in MADE)
    if name == "child" and form.fresh.data:
        done.row, done.focus = went[0], False
    if name == "remove":
        done.toast, done.undoable = gone, True
    elif name == "decided":
        done.toast, done.undoable = str(_("这条规则已处理")), True
    elif kind == "move":
        done.said = _where(Tree(questionnaire.draft), went[0]) if outcome.edit else _("已经在最边上了。")
    else:
        done.said = _("已完成：%(what)s", what=words_of(kind, _))
    return done


def _named(questionnaire: Questionnaire, node: str) -> str:
    """已删除“…”, with the words of what goes."""
    tree = Tree(questionnaire.draft)
    held = tree.node(node) if tree.has(node) else {}
    texts = held.get("text") or held.get("title") or {}
    words = " ".join(next((text for text in texts.values() if text), "").split())
    words = words if len(words) <= 24 else words[:23] + "…"
    return str(_("已删除“%(words)s”", words=words) if words else _("已删除"))


def _where(tree: Tree, node: str) -> str:
    """Where something stands now, for those who cannot see it."""
    place = tree.siblings(node).index(node) + 1
    if tree.kind(node) == "page":
        return str(_("已移到第 %(n)s 页", n=place))
    if tree.kind(node) == "question":
        pages = tree.children(ROOT, "pages")
        asking = [q for q in tree.ids("question") if tree.node(q)["type"] not in NOT_ASKING]
        if node in asking:
            page = pages.index(tree.owner(node)[0]) + 1
            return str(_("已移到第 %(n)s 题（第 %(page)s 页）", n=asking.index(node) + 1, page=page))
    return str(_("已移到第 %(n)s 个", n=place))


NOT_ASKING = frozenset({"note", "section", "hidden", "computed", "order_data"})


def _undo(questionnaire: Questionnaire, name: str, wanted: str) -> Done:
    act = changing.undo if name == "undo" else changing.redo
    top = changing.stacks(questionnaire, web.actor().id)[0 if name == "undo" else 1]
    if wanted and (top is None or str(top.id) != wanted):
        raise DomainError(N_("这之后又有别的修改，请用上方的“撤销”按钮逐步撤销。"))
    try:
        done = act(
            questionnaire=questionnaire,
            by=web.actor(),
            page=page_token(),
            now=clock.now(),
            force=overrides(),
        )
    except DomainError as error:
        return Done(refusal=refused(questionnaire, error, dialog=True))
    if done is None:
        return Done(said=_("没有可以撤销的修改。") if name == "undo" else _("没有可以重做的修改。"))
    edit, made = done
    if made is None:  # forced, but nothing of it is left to take back
        return Done(said=_("这一步已无法恢复，已跳过：%(what)s", what=words_of(edit.kind, _)))
    template = _("已撤销：%(what)s") if name == "undo" else _("已重做：%(what)s")
    return Done(edit=made, go=_first_of(questionnaire, made), toast=template % {"what": words_of(edit.kind, _)})


def _first_of(questionnaire: Questionnaire, edit: Edit) -> str:
    """The first thing that looks different now: a part with other values, else one whose list changed."""
    tree, changes = Tree(questionnaire.draft), Changes.from_json(edit.changes)
    with_values = {path.split("/")[0] for path in changes.values}
    found = [node for node in tree.ids() if node in with_values] or [
        node for node in tree.ids() if node in changes.nodes()
    ]
    return found[0] if found else ""


def reply(sheet: Sheet, done: Done, values: dict[str, Any]) -> Response:
    """Only the cards that changed and the outline, as parts that htmx puts where they belong."""
    tree = sheet.tree
    at = done.go if done.go and tree.has(done.go) else ""
    selected = (tree.question_of(at) or at) if at and at != ROOT else ROOT
    if not web.is_htmx():
        if done.toast or done.said:
            flash(done.toast or done.said)
        return editing_reply("", sheet.questionnaire, done.edit, node=selected)
    body = ""
    if done.edit is not None or done.toast:
        patches = Patches(sheet, Changes.from_json(done.edit.changes) if done.edit else Changes({}, {}))
        body = render_template(
            "design/editor/_patches.html",
            **values,
            patches=patches,
            node=selected,
            focus=at if done.focus else "",
            toast=done.toast,
            undoable=done.edit.id if done.undoable and done.edit else 0,
            row=done.row,
        )
    undo, redo = changing.stacks(sheet.questionnaire, web.actor().id)
    steps = {"undo": words_of(undo.kind, _) if undo else "", "redo": words_of(redo.kind, _) if redo else ""}
    response = editing_reply(
        body,
        sheet.questionnaire,
        done.edit,
        more={"done": {"node": "" if done.row else selected, "at": at, "say": done.said, **steps}},
        drawn=True,
    )
    response.headers["HX-Reswap"] = "none"
    return response
