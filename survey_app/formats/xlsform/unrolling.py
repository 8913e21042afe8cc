"""Loops over a list, and repeats of a known number of rounds: the questions once for each of them, as the form means it."""

from dataclasses import replace

from survey_app.formats.importing.refusing import refuse
from survey_app.formats.xlsform.columns import Column, Row
from survey_app.formats.xlsform.lists import Lists
from survey_app.formats.xlsform.outline import Group, Node
from survey_app.formats.xlsform.types import Type

MOST_NODES, MOST_ROUNDS = 2_000, 20


def unroll(group: Group, found: Lists) -> None:
    """Puts copies in the place of loops over a list; a loop over an unknown list stays a group."""
    _unroll(group, found, [MOST_NODES])


def _unroll(group: Group, found: Lists, left: list[int]) -> None:
    for child in group.children:
        if not isinstance(child, Group):
            continue
        _unroll(child, found, left)
        if rounds := _rounds(child):
            child.children = [_round(child, number, left) for number in range(1, rounds + 1)]
        rows = found.find(child.type.list) if child.type.group == "loop" else None
        if rows:
            inside = child.children
            child.children = [_copy(inside, child, row, left) for row in rows]
            found.use(child.type.list, child.name)


def _rounds(group: Group) -> int:
    """How often a repeat is asked; 0 when that depends on an answer or on the person."""
    given = group.row.get("repeat_count").strip()
    if not group.repeated or not given.isascii() or not given.isdigit() or len(given) > 2:
        return 0
    return int(given) if 1 <= int(given) <= MOST_ROUNDS else 0


def _round(repeat: Group, number: int, left: list[int]) -> Node:
    """One round: the same names; those of the draft get a number, and a rule means its own round."""
    made = Group(repeat.row, Type("begin", group="group"), repeat.name, repeat, round=number)
    made.children = [_again(child, made, left) for child in repeat.children]
    return made


def _again(node: Node, parent: Group, left: list[int]) -> Node:
    left[0] -= 1
    if left[0] < 0:
        raise refuse("too_much", node.row.place("type"), what=("questions", "题目"), limit=MOST_NODES)
    if isinstance(node, Group):
        made = Group(node.row, node.type, node.name, parent, round=node.round)
        made.children = [_again(child, made, left) for child in node.children]
        return made
    return Node(node.row, node.type, node.name, parent)


def _copy(children: list[Node], parent: Group, choice: Row, left: list[int]) -> Node:
    name = choice.get("name")
    made = Group(_row(choice, choice), Type("begin", group="group"), name, parent)
    made.children = [_node(child, made, choice, left) for child in children]
    return made


def _node(node: Node, parent: Group, choice: Row, left: list[int]) -> Node:
    left[0] -= 1
    if left[0] < 0:
        raise refuse("too_much", node.row.place("type"), what=("questions", "题目"), limit=MOST_NODES)
    row = _row(node.row, choice)
    if isinstance(node, Group):
        made = Group(row, node.type, node.name, parent)
        made.children = [_node(child, made, choice, left) for child in node.children]
        return made
    return Node(row, node.type, f"{choice.get('name')}_{node.name}", parent)


def _row(row: Row, choice: Row) -> Row:
    """The row with `%(label)s` and `%(name)s` filled in."""
    labels = choice.texts("label")
    cells: dict[Column, str] = {}
    for column, text in row.cells.items():
        if "%(" in text:
            label = labels.get(column.language) or next(iter(labels.values()), choice.get("name"))
            text = text.replace("%(label)s", label).replace("%(name)s", choice.get("name"))
        cells[column] = text
    return replace(row, cells=cells)
