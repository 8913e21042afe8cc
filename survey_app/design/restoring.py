"""An old version as the draft again: one step of the editor that undo takes back, with the parts keeping their identity."""

import copy
from datetime import datetime
from typing import Any

from survey_app.design.editing import changing
from survey_app.design.editing.tree import CHILDREN, Data, Tree, plain
from survey_app.design.models import Edit, Questionnaire, Version
from survey_app.events import Actor
from survey_app.questionnaire import matching
from survey_app.questionnaire.definition import Definition

KEPT = ("name", "mode")  # links and files use the one; the other may only be tightened


def restore(*, questionnaire: Questionnaire, version: Version, by: Actor, page: str, now: datetime) -> Edit | None:
    """Make the draft what `version` was; None when it is that already. Name and mode stay those of the draft."""

    def operation(tree: Tree) -> None:
        old = copy.deepcopy(tree.data)
        new = copy.deepcopy(version.definition) | {key: old[key] for key in KEPT if key in old}
        _identify(old, new)
        tree.data.clear()
        tree.data.update(new)

    return changing.change(
        questionnaire=questionnaire, operation=operation, kind="version.restore", by=by, page=page, base=None, now=now
    )


def _identify(old: Data, new: Data) -> None:
    """Give the parts of `new` the ids of the parts of `old` that they are."""
    before, after = (Definition.from_json(plain(data)).model_dump(mode="json") for data in (old, new))
    found = matching.match(before, after)
    for a, b in found.pages.both:
        _same(old["pages"][a], new["pages"][b])
    for (page_a, a), (page_b, b) in found.questions:
        question = new["pages"][page_b]["questions"][b]
        _same(old["pages"][page_a]["questions"][a], question)
        _children(old["pages"][page_a]["questions"][a], question, CHILDREN["question"], "code")
    for code, scale in new.get("scales", {}).items():
        if code in old.get("scales", {}):
            _same(old["scales"][code], scale)
            _children(old["scales"][code], scale, CHILDREN["scale"], "code")
    _children(old, new, ("scores", "quotas"), "name")


def _children(old: Data, new: Data, names: tuple[str, ...], key: str) -> None:
    for name in names:
        known = {item[key]: item for item in old.get(name) or ()}
        for item in new.get(name) or ():
            if item[key] in known:
                _same(known.pop(item[key]), item)


def _same(old: Any, new: Data) -> None:
    if "_id" in old:
        new["_id"] = old["_id"]
