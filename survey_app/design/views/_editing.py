"""What every page that changes a draft shares: reading the page's number, running the operation, answering.

A view calls `change_from_form`, hands back its refusal when there is one, and ends with `editing_reply`. The reply carries
events for htmx: `changed-<node>` for every node that changed (and the question and page around it), `outline-changed`,
`draft-changed` with the nodes, the moment and what undo would take back.
"""

import json
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.design import forms
from survey_app.design.editing import changing
from survey_app.design.editing.tree import ROOT, Changes, Tree, plain
from survey_app.design.editing.words import UseWriter, words_of
from survey_app.design.models import Edit, Questionnaire
from survey_app.errors import DomainError
from survey_app.questionnaire import loading
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.uses import Use

PAGE_HEADER = "X-Page"
_TOKEN = re.compile(r"[0-9a-f]{8,32}")
MOST_EVENTS = 40  # a change of the whole questionnaire is announced as one


def page_token() -> str:
    """The random number of the loaded page: a fragment goes on with the one of the page that asked for it."""
    for given in (request.headers.get(PAGE_HEADER, ""), forms.ChangeForm().page.data, request.args.get("page", "")):
        if _TOKEN.fullmatch(given):
            return given
    return secrets.token_hex(8)


def base_revision() -> int | None:
    """The revision of the draft that the sent field or form was shown from; None when it did not say."""
    given = forms.ChangeForm().check().rev.data
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def overrides() -> bool:
    """Whether the person has seen what somebody else changed meanwhile, and insists."""
    return bool(forms.ChangeForm().check().force.data)


@dataclass(frozen=True)
class Outcome:
    """What came of a change: `edit` (None when nothing was different), or the answer that refuses it."""

    edit: Edit | None = None
    refusal: Response | None = None
    result: Any = None  # what the operation returned: the id of what was added


def change_from_form(
    questionnaire: Questionnaire, operation: Callable[[Tree], Any], *, kind: str, dialog: bool = False
) -> Outcome:
    """Run an operation for the person and page of this request; `force=1` in the form overrides somebody else's change.

    `dialog`: a refusal comes as a dialog (see `refused`).
    """
    found: list[Any] = []
    try:
        edit = changing.change(
            questionnaire=questionnaire,
            operation=lambda tree: found.append(operation(tree)),
            kind=kind,
            by=web.actor(),
            page=page_token(),
            base=base_revision(),
            now=clock.now(),
            force=overrides(),
        )
    except DomainError as error:
        return Outcome(refusal=refused(questionnaire, error, dialog=dialog))
    return Outcome(edit=edit, result=found[0] if found else None)


def refused(questionnaire: Questionnaire, error: DomainError, *, dialog: bool = False) -> Response:
    """409 with both versions for a conflict, 422 with the sentence otherwise (and links to the rules in the way).

    `dialog`: htmx gets it as a dialog, for acts that have no place of their own on the page.
    """
    questionnaire_id = questionnaire.id
    db.session.rollback()
    questionnaire = db.session.get_one(Questionnaire, questionnaire_id)
    conflict = isinstance(error, changing.Conflict)
    values: dict[str, Any] = {
        "questionnaire": questionnaire,
        "error": error,
        "conflict": conflict,
        "uses": uses_in_words(questionnaire, getattr(error, "uses", ())),
        "back": url_for("design.editor", questionnaire_id=questionnaire_id, node=forms.FieldForm().node.data or None),
        "sent": _sent_again(form=request.form),
        **(_both(questionnaire, error) if isinstance(error, changing.Conflict) else {}),
    }
    return web.render(
        "design/editor/refused.html",
        fragment="design/editor/_refused_dialog.html" if dialog else "design/editor/_refused.html",
        status=409 if conflict else 422,
        **values,
    )


def _sent_again(form: Any) -> list[tuple[str, str]]:
    """What was sent, for the button that insists."""
    return [(key, value) for key, value in form.items(multi=True) if key not in ("force", "csrf_token")]


def _both(questionnaire: Questionnaire, error: changing.Conflict) -> dict[str, Any]:
    """Their version, with name and time, beside what was sent."""
    theirs = error.theirs
    person = db.session.get(User, theirs.user_id) if theirs is not None and theirs.user_id else None
    flat = changing.flat_of(questionnaire)
    return {
        "who": (person.name or person.email) if person is not None else _("另一位同事"),
        "at": theirs.at if theirs is not None else None,
        "gone": isinstance(error, changing.Gone),
        "present": next((flat.values[path] for path in error.paths if path in flat.values), None),
        "mine": forms.FieldForm().value.data,
        "revision": questionnaire.draft_revision,
    }


def uses_in_words(questionnaire: Questionnaire, found: Iterable[Use]) -> list[tuple[str, str]]:
    """Where something is used: (sentence with the rule in words, address of the place in the editor)."""
    found = list(found)
    if not found:
        return []
    tree = Tree(questionnaire.draft)
    writer = UseWriter(Definition.from_json(plain(tree.data)), web.language_tag(), _)
    base = url_for("design.editor", questionnaire_id=questionnaire.id)
    said = []
    for use in found:
        node = tree.id_at(loading.place_of(use.path))
        node = tree.question_of(node) or tree.page_of(node) or ROOT if node != ROOT else ROOT
        said.append((writer.write(use), f"{base}?node={node}#n-{node}"))
    return said


def editing_reply(
    body: str,
    questionnaire: Questionnaire,
    edit: Edit | None,
    *,
    node: str = "",
    target: str = "",
    swap: str = "",
    more: dict[str, Any] | None = None,
    drawn: bool = False,
) -> Response:
    """The fragment `body` with the events of the change. Without htmx: back to the editor, at `node`.

    `target` and `swap` tell htmx where it belongs when the page could not know; `more` are further events.
    `drawn`: the body brings the cards along, so that the canvas need not fetch them.
    """
    if not web.is_htmx():
        return web.seen(url_for("design.editor", questionnaire_id=questionnaire.id, node=node or None))
    response = Response(body, 200, content_type="text/html; charset=utf-8")
    heard: dict[str, Any] = dict(more or {})
    if edit is not None:
        heard |= events_of(questionnaire, edit, drawn=drawn)
    response.headers["HX-Trigger"] = json.dumps(heard)
    if target:
        response.headers["HX-Retarget"] = target
    if swap:
        response.headers["HX-Reswap"] = swap
    return response


def events_of(questionnaire: Questionnaire, edit: Edit, *, drawn: bool = False) -> dict[str, Any]:
    """What other parts of the page hear about a change; `drawn`: the reply itself brings the cards."""
    tree = Tree(questionnaire.draft)
    changes = Changes.from_json(edit.changes)
    nodes = with_owners(tree, changes.nodes())
    if "root/random_pages" in changes.values:  # the head of every page of a group names the others
        nodes += [page for page in tree.ids("page") if page not in nodes]
    nodes = nodes if len(nodes) <= MOST_EVENTS else [ROOT]
    shown = {
        "nodes": nodes,
        "at": f"{clock.china(edit.at):%H:%M}",
        "revision": questionnaire.draft_revision,
        "undo": "" if edit.undoes else words_of(edit.kind, _),
        "drawn": drawn,
    }
    heard: dict[str, Any] = {"draft-changed": shown, "outline-changed": ""}
    heard |= {f"changed-{node}": "" for node in nodes}
    return heard


def with_owners(tree: Tree, nodes: Iterable[str]) -> list[str]:
    """Ids with those of the questions and pages around them, in reading order; what is gone comes last."""
    found = set(nodes)
    gone = [node for node in found if not tree.has(node)]
    for node in found - set(gone):
        found |= {tree.question_of(node) or node, tree.page_of(node) or ROOT}
    return [node for node in tree.ids() if node in found] + sorted(gone)


def people_of(edits: Iterable[Edit]) -> dict[int, str]:
    """Names of those who made edits."""
    ids = {edit.user_id for edit in edits if edit.user_id}
    return {user.id: user.name or user.email for user in db.session.scalars(select(User).where(User.id.in_(ids)))}
