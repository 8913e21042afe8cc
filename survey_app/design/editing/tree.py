"""A draft as a tree of nodes that keep their identity, and as flat values that can be compared, applied and taken back.

A draft is the JSON of a definition in which every node (page, question, choice, row, field, item, column, scale, point,
score, quota) has a key `_id`; other keys that begin with `_` are marks of the editor. `plain` leaves exactly the definition.
"""

import copy
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

ROOT = "root"
CHILDREN = {
    "root": ("pages", "scales", "scores", "quotas"),
    "page": ("questions",),
    "question": ("choices", "rows", "fields", "items", "columns"),
    "column": ("choices",),
    "scale": ("points",),
}
KIND_OF = {
    "pages": "page",
    "questions": "question",
    "choices": "choice",
    "rows": "row",
    "fields": "field",
    "items": "item",
    "columns": "column",
    "scales": "scale",
    "points": "point",
    "scores": "score",
    "quotas": "quota",
}
TEXT_KEYS = frozenset(
    {"title", "intro", "thanks", "purpose", "text", "hint", "why", "label", "low", "high", "unsure", "unit", "message"}
)
"""Keys that hold a text per language; each language is a value of its own, so two people may write two languages."""

Data = dict[str, Any]
Place = tuple[str | int, ...]


def plain(draft: Any) -> Any:
    """The definition in a draft: without the keys that belong to the editor."""
    if isinstance(draft, dict):
        return {key: plain(value) for key, value in draft.items() if not key.startswith("_")}
    if isinstance(draft, list):
        return [plain(item) for item in draft]
    return draft


def new_id() -> str:
    """An identity for a node that did not exist before."""
    return secrets.token_hex(4)


class Tree:
    """A working copy of a draft. Operations change `data` in place; nodes are found by their ids."""

    def __init__(self, draft: Data) -> None:
        self.data: Data = copy.deepcopy(draft)
        self._nodes: dict[str, tuple[Data, str, str, str]] = {}
        self._numbers: dict[str, int] = {}
        self.index()

    def index(self) -> None:
        """Find every node anew (after lists changed), giving an id to those that have none.

        A given id depends on where the node stands and what it is called, so that a page shown from a draft without ids and
        the form it posts agree.
        """
        self._nodes = {ROOT: (self.data, "root", "", "")}
        self._visit(self.data, ROOT, "root")

    def _visit(self, node: Data, node_id: str, kind: str) -> None:
        for name in CHILDREN.get(kind, ()):
            for number, (key, child) in enumerate(children_of(node, name), start=1):
                child_id = child.get("_id")
                if not isinstance(child_id, str) or child_id in self._nodes:
                    child_id = child["_id"] = self._free_id(f"{node_id}/{name}/{key}")
                self._nodes[child_id] = (child, KIND_OF[name], node_id, name)
                self._numbers[child_id] = number
                self._visit(child, child_id, KIND_OF[name])

    def _free_id(self, origin: str) -> str:
        count = 0
        while True:
            made = hashlib.sha256(f"{origin}#{count}".encode()).hexdigest()[:8]
            if made not in self._nodes:
                return made
            count += 1

    def has(self, node_id: str) -> bool:
        """Whether the node is still there."""
        return node_id in self._nodes

    def node(self, node_id: str) -> Data:
        """The node's JSON, to be read or changed in place. KeyError when it is gone."""
        return self._nodes[node_id][0]

    def kind(self, node_id: str) -> str:
        """root, page, question, choice, row, field, item, column, scale, point, score or quota."""
        return self._nodes[node_id][1]

    def owner(self, node_id: str) -> tuple[str, str]:
        """Id of the node it stands in, and the name of the list."""
        return self._nodes[node_id][2], self._nodes[node_id][3]

    def ids(self, kind: str = "") -> list[str]:
        """All nodes (of a kind) in reading order."""
        return [node_id for node_id, (_, own, _, _) in self._nodes.items() if kind in ("", own)]

    def number(self, node_id: str) -> int:
        """Which of its list it is, from 1, as the tree was indexed."""
        return self._numbers[node_id]

    def siblings(self, node_id: str) -> list[str]:
        """The ids of the list it stands in, in order."""
        owner, name = self.owner(node_id)
        return self.children(owner, name)

    def children(self, node_id: str, name: str) -> list[str]:
        """Ids of one list of a node, in order."""
        return [child["_id"] for _, child in children_of(self.node(node_id), name)]

    def question_of(self, node_id: str) -> str | None:
        """The question that a node is or belongs to."""
        while node_id and self.kind(node_id) != "question":
            node_id = self.owner(node_id)[0]
            if node_id in ("", ROOT):
                return None
        return node_id or None

    def page_of(self, node_id: str) -> str | None:
        """The page that a node is or stands on."""
        while node_id not in ("", ROOT):
            if self.kind(node_id) == "page":
                return node_id
            node_id = self.owner(node_id)[0]
        return None

    def place(self, node_id: str) -> Place:
        """Where it stands in the definition: ("pages", 0, "questions", 2)."""
        if node_id == ROOT:
            return ()
        owner, name = self.owner(node_id)
        if name == "scales":
            node = self.node(node_id)
            return ("scales", next(key for key, value in self.data["scales"].items() if value is node))
        return (*self.place(owner), name, self.siblings(node_id).index(node_id))

    def id_at(self, place: Place) -> str:
        """The innermost node on a path of a problem: ("pages", 0, "questions", 2, "text", "en") -> the question's id."""
        data: Any = self.data
        found = ROOT
        for part in place:
            try:
                data = data[part]
            except (KeyError, IndexError, TypeError):
                break
            if isinstance(data, dict) and data.get("_id") in self._nodes:
                found = data["_id"]
        return found

    def id_of(self, name: str) -> str | None:
        """The question of this name."""
        return next((key for key in self.ids("question") if self.node(key).get("name") == name), None)


def is_list(kind: str, key: str, value: Any) -> bool:
    """Whether a key holds the children of a node; `columns` of a choice question is a number."""
    return key in CHILDREN.get(kind, ()) and isinstance(value, list | dict)


def children_of(node: Data, name: str) -> list[tuple[str, Data]]:
    """The nodes in one list of a node, each with what it is called there (scales stand in a mapping, sorted by code)."""
    held = node.get(name)
    if isinstance(held, dict):
        return [(key, value) for key, value in sorted(held.items()) if isinstance(value, dict)]
    if isinstance(held, list):
        return [
            (str(item.get("name") or item.get("code") or index), item)
            for index, item in enumerate(held)
            if isinstance(item, dict)
        ]
    return []


def carry_ids(draft: Data, definition: Data) -> Data:
    """The JSON of a definition with the ids and marks of a draft it was made from (nodes at equal places are the same)."""
    return _carried(draft, copy.deepcopy(definition))  # type: ignore[no-any-return]


def _carried(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in old.items():
            if key.startswith("_"):
                new[key] = copy.deepcopy(value)
            elif key in new:
                _carried(value, new[key])
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for before, after in zip(old, new, strict=True):
            _carried(before, after)
    return new


# --- flat values -------------------------------------------------------------------------------------------------------
@dataclass
class Flat:
    """A tree taken apart: `<id>/<key>` or `<id>/<key>/<language>` -> value, and `<id>/<list>` -> ids in order."""

    values: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)


def flatten(tree: Tree) -> Flat:
    """Every value and every order of a tree. Its ids must be up to date (`index`)."""
    flat = Flat()
    for node_id in tree.ids():
        kind, node = tree.kind(node_id), tree.node(node_id)
        flat.values[f"{node_id}/_id"] = node_id
        for key, value in node.items():
            if is_list(kind, key, value):
                flat.lists[f"{node_id}/{key}"] = tree.children(node_id, key)
            elif key in TEXT_KEYS and isinstance(value, dict):
                flat.values.update({f"{node_id}/{key}/{language}": words for language, words in value.items()})
            elif key != "_id":  # a copy: an operation may change a list or a rule in place
                flat.values[f"{node_id}/{key}"] = copy.deepcopy(value) if isinstance(value, dict | list) else value
    for code, scale in children_of(tree.data, "scales"):
        flat.values[f"{scale['_id']}/_code"] = code
    return flat


def unflatten(flat: Flat) -> Data:
    """The draft again. Raises ValueError when the parts do not make one tree."""
    nodes: dict[str, Data] = {}
    codes: dict[str, str] = {}
    for path, value in flat.values.items():
        node_id, key, *language = path.split("/", 2)
        node = nodes.setdefault(node_id, {})
        if key == "_code":
            codes[node_id] = value
        elif language:
            node.setdefault(key, {})[language[0]] = copy.deepcopy(value)
        else:
            node[key] = copy.deepcopy(value)
    placed = {ROOT}
    for path, ids in flat.lists.items():
        owner, name = path.split("/")
        if placed.intersection(ids) or len(set(ids)) < len(ids) or not {owner, *ids} <= nodes.keys():
            raise ValueError(path)
        placed.update(ids)
        held = [nodes[child] for child in ids]
        nodes[owner][name] = {codes[i]: nodes[i] for i in ids} if name == "scales" else held
    if placed != nodes.keys() or any("_id" not in node for node in nodes.values()):
        raise ValueError("a part without a place")
    nodes[ROOT].pop("_id", None)
    return nodes[ROOT]


@dataclass(frozen=True)
class Changes:
    """What one edit did: path -> (before, after); None stands for absent."""

    values: dict[str, tuple[Any, Any]]
    lists: dict[str, tuple[list[str] | None, list[str] | None]]

    def __bool__(self) -> bool:
        return bool(self.values or self.lists)

    def to_json(self) -> Data:
        """The form that is stored."""
        return {
            "values": {key: list(pair) for key, pair in self.values.items()},
            "lists": {key: list(pair) for key, pair in self.lists.items()},
        }

    @classmethod
    def from_json(cls, data: Data) -> "Changes":
        """From what was stored."""
        return cls(
            {key: (before, after) for key, (before, after) in data["values"].items()},
            {key: (before, after) for key, (before, after) in data["lists"].items()},
        )

    def inverted(self) -> "Changes":
        """The changes that take these back."""
        return Changes(
            {key: (after, before) for key, (before, after) in self.values.items()},
            {key: (after, before) for key, (before, after) in self.lists.items()},
        )

    def touched(self) -> set[str]:
        """Paths of values that people see (the editor's own marks are left out)."""
        return {path for path in self.values if not path.split("/")[1].startswith("_")}

    def nodes(self) -> set[str]:
        """Ids of the nodes whose values or lists changed."""
        return {path.split("/")[0] for path in (*self.values, *self.lists)}

    def removed(self) -> set[str]:
        """Ids of nodes that went away."""
        return {path[:-4] for path, (_, after) in self.values.items() if path.endswith("/_id") and after is None}


def compare(before: Flat, after: Flat) -> Changes:
    """What changed between two states of one draft."""
    values = {
        key: (before.values.get(key), after.values.get(key))
        for key in before.values.keys() | after.values.keys()
        if not _equal(before.values.get(key), after.values.get(key))
    }
    lists = {
        key: (before.lists.get(key), after.lists.get(key))
        for key in before.lists.keys() | after.lists.keys()
        if before.lists.get(key) != after.lists.get(key)
    }
    return Changes(values, lists)


def _equal(left: Any, right: Any) -> bool:
    return type(left) is type(right) and bool(left == right)  # 1, 1.0 and True are three settings


def apply(changes: Changes, flat: Flat) -> list[str]:
    """Carry changes out on a draft that may have gone on since; returns the paths that somebody changed in between.

    What is in conflict is set all the same: the caller decides whether to keep the result. Lists are merged, so that what
    others added or moved stays.
    """
    in_conflict = []
    for path, (before, after) in changes.values.items():
        present = flat.values.get(path)
        mark = path.split("/")[1].startswith("_") and not path.endswith("/_id")
        # compared loosely: publication writes 3 as 3.0, and that is nobody else's change
        if present != before and present != after and not mark:
            in_conflict.append(path)
        if after is None:
            flat.values.pop(path, None)
        else:
            flat.values[path] = after
    for path, (ids_before, ids_after) in changes.lists.items():
        ids = flat.lists.get(path)
        if ids_after is None:
            if ids is not None and ids != ids_before:
                in_conflict.append(path)
            flat.lists.pop(path, None)
        else:
            flat.lists[path] = merged(ids or [], ids_before or [], ids_after)
    return in_conflict


def merged(present: list[str], before: list[str], after: list[str]) -> list[str]:
    """The order `after` carried out on a list that others may have changed since `before`."""
    if present == before:
        return list(after)
    gone = set(before) - set(after)
    added = [item for item in after if item not in before]
    result = [item for item in present if item not in gone and item not in added]
    common = [item for item in after if item in before]
    if common != [item for item in before if item in common]:  # the order itself was changed
        wanted = iter([item for item in common if item in result])
        movable = {item for item in common if item in result}
        result = [next(wanted) if item in movable else item for item in result]
    for item in added:
        previous = after[: after.index(item)]
        anchor = next((p for p in reversed(previous) if p in result), None)
        result.insert(result.index(anchor) + 1 if anchor else 0, item)
    return result


def walk(tree: Tree) -> Iterator[tuple[str, Data]]:
    """Every node with its id."""
    for node_id in tree.ids():
        yield node_id, tree.node(node_id)
