"""The question bank: questions and scales with an owner that mean the same in every questionnaire.

An item's body is copied into a definition with `bank: key@revision`, so files stay whole by themselves. A new revision is
offered to every draft that uses an older one, never forced; published versions never change.
"""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from survey_app import events
from survey_app.database import db
from survey_app.design.editing import operations
from survey_app.design.editing.changing import Refused, problems_of
from survey_app.design.editing.operations import LISTS
from survey_app.design.editing.tree import Data, Tree, new_id, plain
from survey_app.design.models import BankItem, BankRevision, Questionnaire
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import SLUG

MARK = re.compile(r"([a-z][a-z0-9-]*)@([0-9]{1,6})")
LOCAL = frozenset({"name", "show_if", "required", "bank"})
"""Keys of a question that each questionnaire sets for itself; everything else is the bank's."""
DECLINED = "_bank_declined"
"""Key of a node: the newest revision that its author did not want, as `key@revision`."""


@dataclass(frozen=True, slots=True)
class Use:
    """One place in a draft that came from the bank. `node`: its id; `revision`: the one it was copied from."""

    questionnaire: Questionnaire
    node: str
    place: str
    item: BankItem
    revision: int
    newest: int
    differs: bool  # from the revision that it names: somebody changed it here alone
    declined: bool

    @property
    def offered(self) -> bool:
        """Whether a newer revision waits for a decision."""
        return self.revision < self.newest and not self.declined


def items(*, words: str = "", retired: bool = False) -> list[tuple[BankItem, BankRevision]]:
    """Items with their newest revision, by key."""
    newest = (
        select(BankRevision.item_id, func.max(BankRevision.number).label("number"))
        .group_by(BankRevision.item_id)
        .subquery()
    )
    query = (
        select(BankItem, BankRevision)
        .join(newest, newest.c.item_id == BankItem.id)
        .join(BankRevision, (BankRevision.item_id == BankItem.id) & (BankRevision.number == newest.c.number))
        .where(BankItem.retired_at.is_not(None) if retired else BankItem.retired_at.is_(None))
        .order_by(BankItem.key)
    )
    found = [(item, revision) for item, revision in db.session.execute(query).tuples()]
    parts = words.casefold().split()
    return [(i, r) for i, r in found if all(part in f"{i.key} {_words(r.body)}".casefold() for part in parts)]


def _words(body: Data) -> str:
    return " ".join(body["part"].get("text", {}).values()) if "text" in body["part"] else body.get("code", "")


def find(key: str) -> BankItem | None:
    """The item of this key."""
    return db.session.scalar(select(BankItem).where(BankItem.key == key))


def revision(item: BankItem, number: int | None = None) -> BankRevision | None:
    """One revision of an item; the newest by default."""
    query = select(BankRevision).where(BankRevision.item_id == item.id)
    if number is not None:
        query = query.where(BankRevision.number == number)
    return db.session.scalar(query.order_by(BankRevision.number.desc()).limit(1))


def history(item: BankItem) -> list[BankRevision]:
    """Every revision, the newest first."""
    query = select(BankRevision).where(BankRevision.item_id == item.id).order_by(BankRevision.number.desc())
    return list(db.session.scalars(query))


def example(body: Data) -> Definition:
    """A questionnaire with only this item, for showing and comparing it."""
    part = copy.deepcopy(body["part"])
    if body["kind"] == "scale":
        scales = {body["code"]: part}
        question = {"name": "item", "type": "likert", "scale": body["code"], "text": {"zh-CN": "…", "en": "…"}}
    else:
        scales, question = copy.deepcopy(body.get("scales", {})), {**part, "name": body.get("name", "item")}
    languages = body["languages"]
    data: Data = {"format": 1, "name": "bank-item", "title": {languages[0]: "…"}, "languages": languages}
    return Definition.from_json({**data, "scales": scales, "pages": [{"questions": [question]}]})


# --- into the bank -----------------------------------------------------------------------------------------------------
def body_of(tree: Tree, node_id: str) -> Data:
    """What the bank keeps of a question or scale of a draft."""
    node, languages = plain(tree.node(node_id)), list(tree.data["languages"])
    if tree.kind(node_id) == "scale":
        node.pop("bank", None)
        return {"kind": "scale", "code": str(tree.place(node_id)[1]), "part": node, "languages": languages}
    if tree.kind(node_id) != "question":
        raise DomainError(N_("只有题目和量表可以放进题库。"))
    part = {key: value for key, value in node.items() if key not in LOCAL}
    for name in LISTS:
        for held in _held(part, name):
            held.pop("show_if", None)  # it asks for questions of this questionnaire
    body: Data = {"kind": "question", "name": node["name"], "part": part, "languages": languages}
    if node.get("scale") in (tree.data.get("scales") or {}):
        scale = plain(tree.data["scales"][node["scale"]])
        body["scales"] = {node["scale"]: scale}
    return body


def create(*, key: str, body: Data, by: Actor, now: datetime, note: str = "") -> BankItem:
    """A new item from what `body_of` gives. Raises DomainError when the key is taken or not allowed."""
    if not SLUG.fullmatch(key) or len(key) > 60:
        raise DomainError(N_("题库编号用小写字母开头，只含小写字母、数字和连字符。")).at("key")
    if find(key) is not None:
        raise DomainError(N_("题库里已经有“%(key)s”。"), key=key).at("key")
    _sound(body)
    item = BankItem(key=key, kind=body["kind"], owner_id=by.id, created_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(item)
    except IntegrityError:  # somebody else took it at the same moment
        raise DomainError(N_("题库里已经有“%(key)s”。"), key=key).at("key") from None
    _add_revision(item, body, 1, by, now, note)
    events.record("bank_item.created", item, by=by, key=key)
    return item


def revise(*, item: BankItem, body: Data, by: Actor, now: datetime, note: str = "") -> BankRevision:
    """A new revision. Raises DomainError when nothing changed or it is another kind of thing."""
    db.session.get(BankItem, item.id, with_for_update=True)  # revisions of one item take turns
    newest = revision(item)
    assert newest is not None
    if body["kind"] != item.kind:
        raise DomainError(N_("题目只能换成题目，量表只能换成量表。"))
    if _same(newest.body, body):
        raise DomainError(N_("与第 %(n)s 版相同，没有修改。"), n=newest.number)
    _sound(body)
    made = _add_revision(item, body, newest.number + 1, by, now, note)
    events.record("bank_item.revised", item, by=by, key=item.key, revision=made.number)
    return made


def _add_revision(item: BankItem, body: Data, number: int, by: Actor, now: datetime, note: str) -> BankRevision:
    made = BankRevision(item_id=item.id, number=number, body=body, note=note.strip()[:1000], at=now, by_id=by.id)
    db.session.add(made)
    db.session.flush()
    return made


def _same(left: Data, right: Data) -> bool:
    keys = ("kind", "part", "scales")
    return all(left.get(key) == right.get(key) for key in keys)


def _sound(body: Data) -> None:
    try:
        example(body)
    except ValueError:
        data = {"format": 1, "name": "bank-item", "title": "…", "languages": body["languages"], "pages": []}
        raise Refused(problems_of({**data, "pages": [{"questions": [{**body["part"], "name": "item"}]}]})) from None


def with_texts(body: Data, texts: dict[tuple[str | int, ...], dict[str, str]]) -> Data:
    """The body with other words at some places (`("text",)`, `("choices", 0, "text")`)."""
    changed = copy.deepcopy(body)
    for place, words in texts.items():
        target = changed["part"]
        for step in place[:-1]:
            target = target[step]
        kept = {language: text for language, text in words.items() if text.strip()}
        if kept:
            target[place[-1]] = kept
    return changed


def texts_of(body: Data) -> Iterator[tuple[tuple[str | int, ...], dict[str, str]]]:
    """Every text of an item with its place."""
    yield from _texts(body["part"], ())


def _texts(value: Any, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], dict[str, str]]]:
    if isinstance(value, dict):
        worded = all(isinstance(words, str) for words in value.values()) and not {"code", "type"} & value.keys()
        if place and value and worded:
            yield place, value
            return
        for key, part in value.items():
            if key not in ("show_if", "expression", "retired"):
                yield from _texts(part, (*place, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _texts(part, (*place, index))


def hand_over(*, item: BankItem, owner_id: int, by: Actor) -> None:
    """Another owner."""
    item.owner_id = owner_id
    events.record("bank_item.handed_over", item, by=by, key=item.key, owner=owner_id)


def retire(*, item: BankItem, retired: bool, by: Actor, now: datetime) -> None:
    """Offer it no more for new questions, or again; what uses it stays."""
    item.retired_at = now if retired else None
    events.record("bank_item.retired" if retired else "bank_item.restored", item, by=by, key=item.key)


# --- into a draft ------------------------------------------------------------------------------------------------------
def insert(tree: Tree, item: BankItem, page_id: str, after_id: str | None = None) -> str:
    """Copy the newest revision into a draft: a question behind another one, or a scale. Returns the node's id."""
    newest = revision(item)
    if newest is None:
        raise DomainError(N_("题库里没有这一项。"))
    mark, body = f"{item.key}@{newest.number}", newest.body
    if item.kind == "scale":
        code = _place_scale(tree, body["code"], {**body["part"], "bank": mark})
        return str(tree.data["scales"][code]["_id"])
    question = copy.deepcopy(body["part"])
    for code, scale in (body.get("scales") or {}).items():
        question["scale"] = _place_scale(tree, code, scale)
    taken = {tree.node(key).get("name") for key in tree.ids("question")}
    name = body["name"] if body["name"] not in taken else operations.free_name(tree, body["name"])
    return operations.insert(tree, page_id, "questions", {"name": name, **question, "bank": mark}, after_id)


def _place_scale(tree: Tree, code: str, scale: Data) -> str:
    """The code under which the draft has exactly this scale; added when it has none."""
    scales = tree.data.setdefault("scales", {})
    for known, present in scales.items():
        if _bare(present) == _bare(scale):
            return str(known)
    free, number = code, 2
    while free in scales:
        free, number = f"{code}_{number}", number + 1
    scales[free] = {**copy.deepcopy(scale), "_id": new_id()}
    tree.index()
    return free


def _bare(scale: Data) -> Data:
    return {key: value for key, value in plain(scale).items() if key not in ("bank", "retired")}


def update(tree: Tree, node_id: str, item: BankItem) -> None:
    """Bring a place of a draft to the newest revision; name, rules and 必答 stay as they are here."""
    newest = revision(item)
    if newest is None:
        raise DomainError(N_("题库里没有这一项。"))
    node, mark = tree.node(node_id), f"{item.key}@{newest.number}"
    ids, rules = _by_code(node, "_id"), _by_code(node, "show_if")
    local = {key: value for key, value in node.items() if key in LOCAL or key in ("_id", "retired")}
    body = copy.deepcopy(newest.body["part"])
    for code, scale in (newest.body.get("scales") or {}).items():
        body["scale"] = _place_scale(tree, code, scale)
    node.clear()
    node.update({**body, **local, "bank": mark})
    for name in LISTS:
        for part in _held(node, name):
            if (name, part.get("code")) in ids:
                part["_id"] = ids[name, part["code"]]
            if (name, part.get("code")) in rules:
                part["show_if"] = rules[name, part["code"]]
    tree.index()


def _by_code(node: Data, key: str) -> dict[tuple[str, str], Any]:
    """What keeps its code keeps its identity and its rule, so that undo and rules go on."""
    return {(name, part["code"]): part[key] for name in LISTS for part in _held(node, name) if key in part}


def _held(node: Data, name: str) -> list[Data]:
    held = node.get(name)
    return held if isinstance(held, list) else []


def decline(tree: Tree, node_id: str, item: BankItem) -> None:
    """Keep the older wording here; the next revision is offered again."""
    newest = revision(item)
    if newest is not None:
        tree.node(node_id)[DECLINED] = f"{item.key}@{newest.number}"


def detach(tree: Tree, node_id: str) -> None:
    """From now on this place is a question of its own."""
    node = tree.node(node_id)
    node.pop("bank", None)
    node.pop(DECLINED, None)


def uses_in(questionnaire: Questionnaire) -> list[Use]:
    """Every place of a draft that came from the bank."""
    tree = Tree(questionnaire.draft)
    marked = [
        key for key in (*tree.ids("question"), *tree.ids("scale")) if MARK.fullmatch(str(tree.node(key).get("bank")))
    ]
    if not marked:
        return []
    known = {item.key: (item, revision(item)) for item in db.session.scalars(select(BankItem))}
    found = []
    for node_id in marked:
        node = tree.node(node_id)
        key, number = node["bank"].split("@")
        item, newest = known.get(key, (None, None))
        if item is None or newest is None:
            continue
        own = newest if int(number) == newest.number else revision(item, int(number))
        differs = own is not None and _differs(tree, node_id, own.body)
        declined = node.get(DECLINED) == f"{key}@{newest.number}"
        place = node.get("name") or str(tree.place(node_id)[1])
        found.append(Use(questionnaire, node_id, place, item, int(number), newest.number, differs, declined))
    return found


def _differs(tree: Tree, node_id: str, body: Data) -> bool:
    present = body_of(tree, node_id)
    skip = {"retired", "scale"}
    mine = {key: value for key, value in present["part"].items() if key not in skip}
    theirs = {key: value for key, value in body["part"].items() if key not in skip}
    if _without_values(mine) != _without_values(theirs):
        return True
    scales = [_bare(scale) for scale in (present.get("scales") or {}).values()]
    return scales != [_bare(scale) for scale in (body.get("scales") or {}).values()]


def _without_values(part: Any) -> Any:
    """Publication gives choices their values; that alone is no difference."""
    if isinstance(part, dict):
        return {key: _without_values(value) for key, value in part.items() if key != "value" or "code" not in part}
    return [_without_values(item) for item in part] if isinstance(part, list) else part


def uses_of(item: BankItem) -> list[Use]:
    """Every draft that uses an item."""
    query = select(Questionnaire).where(Questionnaire.archived_at.is_(None)).order_by(Questionnaire.id)
    return [use for q in db.session.scalars(query) for use in uses_in(q) if use.item.id == item.id]
