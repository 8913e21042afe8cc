"""Filters of choices: which rows of a list a question offers, given what was answered before."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from survey_app.formats.importing.logic import BadExpression, Both, Call, Const, Inexpressible, Not, Op, Ref, together
from survey_app.formats.xlsform import xpath
from survey_app.formats.xlsform.columns import Row
from survey_app.formats.xlsform.outline import Node
from survey_app.formats.xlsform.resolving import Resolver
from survey_app.formats.xlsform.rules import Condition, Rules

Truth = Condition | bool


def filtered(rows: Sequence[Row], node: Node, resolver: Resolver, rules: Rules) -> list[tuple[Row, Truth]]:
    """The rows that may be offered, each with the condition under which it is (True: always). Raises Inexpressible.

    `resolver.elsewhere` and `rules.folded` tell the same of all rows as of one rule.
    """
    try:
        tree = xpath.parse(node.row.get("choice_filter"))
    except BadExpression:
        raise Inexpressible("rule_unreadable") from None
    columns = sorted(_columns(tree))
    for name in columns:
        if not any(_cell(row, name) for row in rows):
            raise Inexpressible("rule_unknown_name", name=name)
    made: dict[tuple[str, ...], Truth] = {}
    elsewhere = folded = False
    found: list[tuple[Row, Truth]] = []
    for row in rows:
        cells = tuple(_cell(row, name) for name in columns)
        if cells not in made:
            about = replaced(tree, dict(zip(columns, map(Const, cells), strict=True)))
            made[cells] = rules.condition(resolver.resolved(about, node))
            elsewhere, folded = elsewhere or resolver.elsewhere, folded or rules.folded
        if made[cells] is not False:
            rules.spend_on(made[cells])
            found.append((row, made[cells]))
    if not found:
        raise Inexpressible  # a question that offers nothing: a person has to look
    resolver.elsewhere, rules.folded = elsewhere, folded
    return found


def under(conditions: Sequence[Truth]) -> dict[str, Condition]:
    """What a choice of these rows gets: `show_if`, or nothing where one of them is always offered."""
    found = together("any", list(conditions)) if len(conditions) > 1 else conditions[0]
    return {"show_if": copy.deepcopy(found)} if isinstance(found, dict) else {}


def _cell(row: Row, name: str) -> str:
    """The cell under a heading as the filter names it: as it stands, or by its usual name."""
    low = name.lower()
    own = next((text for column, text in row.cells.items() if column.given.strip().lower() == low), None)
    return row.get(low) if own is None else own


def _columns(tree: Any) -> set[str]:
    """The bare names of a tree: columns of the list."""
    if isinstance(tree, Ref):
        return set() if tree.part else {tree.name}
    return {name for part in _parts(tree) for name in _columns(part)}


def _parts(tree: Any) -> tuple[Any, ...]:
    if isinstance(tree, Op):
        return tree.left, tree.right
    if isinstance(tree, Not):
        return (tree.part,)
    return tree.parts if isinstance(tree, Both | Call) else ()


def replaced(tree: Any, values: Mapping[str, Any]) -> Any:
    """The tree with others in the place of bare names; `.` stands for the answer itself."""
    if isinstance(tree, Ref):
        bare = not tree.part or tree.name == "."
        return values[tree.name] if bare and tree.name in values else tree
    if isinstance(tree, Op):
        return Op(tree.op, replaced(tree.left, values), replaced(tree.right, values))
    if isinstance(tree, Not):
        return Not(replaced(tree.part, values))
    if isinstance(tree, Both):
        return Both(tree.word, tuple(replaced(part, values) for part in tree.parts))
    if isinstance(tree, Call):
        return Call(tree.name, tuple(replaced(part, values) for part in tree.parts))
    return tree
