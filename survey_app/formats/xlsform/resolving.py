"""What the names in an expression stand for: variables of the draft, or calculations whose tree takes their place."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.importing.logic import (
    BadExpression,
    Both,
    Call,
    Const,
    Inexpressible,
    Not,
    Op,
    Ref,
    Target,
)
from survey_app.formats.importing.offering import Offered
from survey_app.formats.xlsform import values, xpath
from survey_app.formats.xlsform.outline import Group, Node

MOST_PARTS = 3_000
MOST_LEVELS = 25
SELF, VAR, OWN = "self", "var", "own"
"""`Ref.part` after resolving: the answer that a constraint judges; a variable of the draft; what a calculation gave before."""
NOTHING = Const("")
STORED = "stored()"
"""The function of a calculated number: empty where it is none, as a form keeps it."""


@dataclass
class Resolver:
    """The nodes of a form by name and path, and what became of them so far."""

    root: Group
    targets: dict[Node, Target] = field(default_factory=dict)
    constants: dict[Node, str] = field(default_factory=dict)
    """Hidden values that are known."""
    inlined: set[Node] = field(default_factory=set)
    """Nodes whose calculation stands for them."""
    extra: dict[str, Target] = field(default_factory=dict)
    """Names that the form makes by itself: `<question>_other`."""
    by_name: dict[str, list[Node]] = field(default_factory=dict)
    by_target: dict[str, Target] = field(default_factory=dict)
    lists: frozenset[str] = frozenset()
    """Names of the form's own lists, which `instance()` may look into."""
    outside: set[Node] = field(default_factory=set)
    """Hidden values that another program would hand over: empty here."""
    twins: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Variable -> code in the form -> our codes, where choices of one code in the form are several here."""
    elsewhere: bool = False
    """Whether the last tree looks into data of another program, which counts as empty."""
    _left: int = 0

    def __post_init__(self) -> None:
        for node in self.root.walk():
            if node.name:
                self.by_name.setdefault(node.name, []).append(node)

    def put(self, node: Node, target: Target) -> None:
        """This is what the node became; from here on rules may name it."""
        self.targets[node] = target
        self.by_target[target.name] = target

    def twin(self, name: str, offered: Sequence[Offered], made: Sequence[dict[str, Any]]) -> None:
        """Notes the choices of a variable that have one code in the form and several here."""
        every: dict[str, list[str]] = {}
        for given, choice in zip(offered, made, strict=True):
            every.setdefault(given.code, []).append(choice["code"])
        if len(every) < len(made):
            self.twins[name] = every

    def tree(self, text: str, at: Node) -> Any:
        """The resolved tree of an expression that stands on a node. Raises Inexpressible."""
        try:
            parsed = xpath.parse(text)
        except BadExpression:
            raise Inexpressible("rule_unreadable") from None
        return self.resolved(parsed, at)

    def resolved(self, parsed: Any, at: Node) -> Any:
        """The same of an expression that was parsed before."""
        self._left, self.elsewhere = MOST_PARTS, False
        return self._resolve(parsed, at, at, ())

    def named(self, ref: Ref, at: Node) -> Node | None:
        """The node that a name or a path means, seen from a node; None when there is none or more than one."""
        if ref.part == xpath.DOLLAR:
            found = self.by_name.get(ref.name, [])
            around = iter(at.ancestors())
            while len(found) > 1 and (group := next(around, None)) is not None:
                near = [node for node in found if any(one is group for one in node.ancestors())]
                found = near or found
            return found[0] if len(found) == 1 else None
        return self._by_path(ref.name, at) if ref.part == xpath.PATH else None

    def _by_path(self, path: str, at: Node) -> Node | None:
        steps = path.split("/")
        here: Node | None = at
        if path.startswith("/"):
            here, steps = self.root, steps[2:]  # the first step is the form itself
        for step in steps:
            if step == ".":
                continue
            if step == "..":
                here = here.parent if here is not None else None
            else:
                fitting = [child for child in here.children if child.name == step] if isinstance(here, Group) else []
                here = fitting[0] if len(fitting) == 1 else None
            if here is None:
                return None
        return here

    def _resolve(self, tree: Any, at: Node, site: Node, through: tuple[Node, ...]) -> Any:
        self._left -= 1
        if self._left < 0 or len(through) > MOST_LEVELS:
            raise Inexpressible
        if isinstance(tree, Ref):
            return self._reference(tree, at, site, through)
        if isinstance(tree, Op):
            return Op(
                tree.op, self._resolve(tree.left, at, site, through), self._resolve(tree.right, at, site, through)
            )
        if isinstance(tree, Not):
            return Not(self._resolve(tree.part, at, site, through))
        if isinstance(tree, Both):
            return Both(tree.word, tuple(self._resolve(part, at, site, through) for part in tree.parts))
        if isinstance(tree, Call):
            return self._call(Call(tree.name, tuple(self._resolve(part, at, site, through) for part in tree.parts)))
        return tree

    def _call(self, call: Call) -> Any:
        if call.name == "instance" or (call.name == "pulldata" and len(call.parts) == 4):
            name = call.parts[0].value if call.parts and isinstance(call.parts[0], Const) else ""
            if name in self.lists:
                raise Inexpressible
            self.elsewhere = True
            return NOTHING
        return _plain_call(call)

    def _reference(self, ref: Ref, at: Node, site: Node, through: tuple[Node, ...]) -> Any:
        if ref.name == "." and ref.part == xpath.PATH:
            return Ref(".", OWN if through else SELF)
        node = self.named(ref, at)
        if node is None:
            if ref.part == xpath.DOLLAR and ref.name in self.extra:
                return Ref(self.extra[ref.name].name, VAR)
            raise Inexpressible("rule_unknown_name", name=ref.name)
        if node in self.targets:
            return Ref(self.targets[node].name, VAR)
        if node in self.constants:
            return Const(self.constants[node])
        if node in self.outside:
            self.elsewhere = True
            return NOTHING
        if node.kind == "meta" and node.row.get("type").lower().endswith("today"):
            return Call("today", ())
        if node.kind == "calculate" or node in self.inlined:
            return self._calculation(node, site, through)
        raise Inexpressible("rule_unknown_name", name=ref.name)

    def _calculation(self, node: Node, site: Node, through: tuple[Node, ...]) -> Any:
        """The tree that a calculation stands for: nothing where it does not apply."""
        text = node.row.get("calculation")
        if node in through or not text:
            raise Inexpressible("rule_unknown_name", name=node.name)
        deeper = (*through, node)
        try:
            value = self._resolve(xpath.parse(text), node, site, deeper)
            if value == Ref(".", OWN):  # it keeps the value that it begins with
                value = Const(node.row.get("default"))
            if has_sum(value):
                value = Call(STORED, (value,))
            around = set(site.ancestors()) | {site}
            for holder in (node, *(group for group in node.ancestors() if group not in around)):
                if relevant := holder.row.get("relevant") if holder is not self.root else "":
                    value = Call("if", (self._resolve(xpath.parse(relevant), holder, site, deeper), value, NOTHING))
        except BadExpression:
            raise Inexpressible("rule_unreadable") from None
        return value


_SUMS = ("+", "-", "*", "/", "mod")
_NUMBERS = ("number", "int", "round", "floor", "ceiling", "abs", "pow", "min", "max", "sum")
_SAME = ("string", "once", "boolean", "date", "date-time")


def _plain_call(call: Call) -> Any:
    """Functions that are signs, constants, or change nothing here."""
    name, parts = call.name, call.parts
    if name in ("true", "false") and not parts:
        return Const(name == "true")
    if name == "not" and len(parts) == 1:
        return Not(parts[0])
    if name in _SAME and len(parts) == 1 and not isinstance(parts[0], Const):
        return parts[0]
    if name in _SAME and len(parts) == 1 and isinstance(parts[0].value, str):
        return parts[0]
    if name == "if" and len(parts) == 3 and not refs(parts[0]):
        with suppress(Inexpressible):
            return parts[1 if values.truth(values.evaluate(parts[0], {})) else 2]
    if name == "coalesce" and len(parts) == 2:
        return _plain_call(Call("if", (Op("!=", parts[0], NOTHING), parts[0], parts[1])))
    return call


def has_sum(tree: Any) -> bool:
    """Whether a tree may give what is no number, for want of an answer."""
    if isinstance(tree, Call) and tree.name == "if":
        return any(has_sum(part) for part in tree.parts[1:])
    if isinstance(tree, Call) and tree.name == "coalesce":
        return any(has_sum(part) for part in tree.parts)
    return (isinstance(tree, Op) and tree.op in _SUMS) or (isinstance(tree, Call) and tree.name in _NUMBERS)


def refs(tree: Any) -> set[str]:
    """The variables in a resolved tree; "." for the answer itself."""
    if isinstance(tree, Ref):
        return {tree.name}
    parts: tuple[Any, ...] = ()
    if isinstance(tree, Op):
        parts = (tree.left, tree.right)
    elif isinstance(tree, Not):
        parts = (tree.part,)
    elif isinstance(tree, Both | Call):
        parts = tree.parts
    return {name for part in parts for name in refs(part)}
