"""Rows that share one list side by side: table-list groups, `label` with `list-nolabel`, the matrices of KoBo."""

from collections.abc import Sequence

from survey_app.formats.importing.logic import Inexpressible, Target
from survey_app.formats.importing.naming import LONGEST, Codes, plain
from survey_app.formats.importing.offering import choices, name_with_columns
from survey_app.formats.importing.tidying import tidied
from survey_app.formats.xlsform.limits import apply_required
from survey_app.formats.xlsform.outline import Group, Node
from survey_app.formats.xlsform.questions import Maker, joined, source_of
from survey_app.formats.xlsform.workshop import Question, Workshop

_MOST_CHOICES, _MOST_ROWS = 50, 200
_YES = frozenset(("yes", "true", "true()", "1"))
_ALONE = ("constraint", "calculation")


def run_of(children: Sequence[Node], at: int) -> tuple[Node | None, list[Node]]:
    """The grid that begins at a child: its heading row, if any, and its rows; no rows when none begins there."""
    first = children[at]
    heading = first if "label" in first.looks and first.kind.startswith("select") else None
    rows: list[Node] = []
    for node in children[at + (heading is not None) :]:
        if not ({"list-nolabel", "list"} & set(node.looks)) or not _fits(node, (heading or first), heading is None):
            break
        rows.append(node)
    return (heading, rows) if rows and (heading is not None or len(rows) > 1) else (None, [])


def _fits(node: Node, first: Node, own: bool) -> bool:
    return (
        node.kind in ("select_one", "select_multiple")
        and (node.kind, node.type.list) == (first.kind, first.type.list)
        and node.row.get("choice_filter") == first.row.get("choice_filter")
        and not node.type.other
        and not any(node.row.get(key) for key in _ALONE)
    )


def of_table(group: Group) -> tuple[Node | None, list[Node]]:
    """The grid that a table-list group is; no rows when its questions do not fit one."""
    children = group.children
    if "table-list" not in group.looks or not children:
        return None, []
    heading = children[0] if "label" in children[0].looks and len(children) > 1 else None
    rows = children[1:] if heading else children
    if len(rows) > _MOST_ROWS or not all(_fits(node, children[0], True) for node in rows):
        return None, []
    return heading, list(rows)


def add_grid(maker: Maker, holder: Node, heading: Node | None, rows: Sequence[Node]) -> bool:
    """A matrix of rows with one list. `holder` gives its name, text and display rule. False when the list does not fit."""
    shop = maker.shop
    if not _apart(shop, rows):
        return False
    found = maker.offered(rows[0])
    kind = "matrix" if rows[0].kind == "select_one" else "matrix_multiple"
    if not (2 if kind == "matrix" else 1) <= len(found) <= _MOST_CHOICES:
        return False
    wanted = holder.name or f"table_{holder.row.number}"
    room = max(LONGEST - 1 - len(plain(wanted)), 10)
    deepest = max((len(plain(choice.code)) for choice in found), default=1) if kind == "matrix_multiple" else 0
    row_room = min(room, max(len(plain(node.name)) for node in rows))
    if deepest:
        deepest, row_room = min(deepest, 9), min(row_room, 11)
    made, table = choices(found, deepest or LONGEST)
    codes = Codes(row_room)
    named = [(node, codes.give(node.name or f"row_{node.row.number}")) for node in rows]
    ends = [f"_{choice['code']}" for choice in made] if deepest else []
    columns = [code + end for _, code in named for end in ("", *ends)]
    name = name_with_columns(shop.building.names, wanted, columns)
    own = shop.relevant(holder, name) if isinstance(holder, Group) else None
    if heading is not None and (given := heading.row.get("relevant")):  # it hides the heading alone
        shop.building.changed("rule", heading.row.place("relevant"), given, "grid_heading", name)
    question: Question = {"name": name, "type": kind, "rows": [], "choices": made}
    question["text"] = _heading(maker, holder, heading, name)
    if isinstance(holder, Group) and (hint := shop.wording.text(holder.row, "hint", name, holder)):
        question["hint"] = hint
    for node in rows[1:]:
        if given := node.row.get("choice_filter"):
            shop.building.kept("rule", node.row.place("choice_filter"), given, name)
    for node, code in named:
        question["rows"].append(row := _row(maker, node, code, name))
        if checks := row.pop("checks", None):
            question.setdefault("checks", []).extend(checks)
        shop.resolver.twin(f"{name}_{code}", found, made)
        shop.resolver.put(node, Target("choice" if kind == "matrix" else "multiple", f"{name}_{code}", table))
        maker.uses(node, name, table)
    rules = [row.get("show_if") for row in question["rows"]]
    if own and all(rules) and own == tidied({"any": rules}):
        own = None  # a table is not asked when none of its rows is
    shop.add(question, holder.row.place("type"), own)
    return True


def _apart(shop: Workshop, rows: Sequence[Node]) -> bool:
    """Whether no row has a rule that waits for a person or looks at a row of the same table."""
    try:
        for node in rows:
            if given := node.row.get("relevant"):
                shop.rules.condition(shop.resolver.tree(given, node))
    except Inexpressible:
        return False
    return True


def _required_sometimes(maker: Maker, node: Node, made: Question, variable: str) -> None:
    """A row that has to be answered for some answers alone: a check of the table."""
    shop, given, place = maker.shop, node.row.get("required"), node.row.place("required")
    try:
        apply_required(shop, node, made, Target("choice", variable))
    except Inexpressible:
        shop.building.lost("rule", place, given, "required_sometimes", variable)
        return
    shop.building.kept("validation", place, given, variable)


def _heading(maker: Maker, holder: Node, heading: Node | None, name: str) -> dict[str, str]:
    shop = maker.shop
    texts = [shop.wording.text(holder.row, "label", name, holder)] if isinstance(holder, Group) else []
    if heading is not None:
        place = heading.row.place("type")
        shop.building.changed("question", place, source_of(heading), "grid_heading", name)
        texts.append(shop.wording.text(heading.row, "label", name, heading))
        texts.append(shop.wording.text(heading.row, "hint", name, heading))
    return shop.wording.complete(joined([text for text in texts if text]))


def _row(maker: Maker, node: Node, code: str, name: str) -> Question:
    shop, row = maker.shop, node.row
    shop.building.kept("row", row.place("type"), source_of(node), f"{name}_{code}")
    if code != node.name:
        ours = f"{name}_{code}"
        shop.building.changed("setting", row.place("name"), node.name, "renamed", ours, wanted=node.name, name=ours)
    keys = ("label", "hint", "guidance_hint", "constraint_message")
    text = shop.wording.complete(joined([shop.wording.text(row, key, name, node) for key in keys]))
    if not text:
        shop.building.changed("text", row.place("type"), "", "text_missing", name)
    made: Question = {"code": code, "text": text or {shop.wording.first: code}}
    if own := shop.relevant(node, f"{name}_{code}"):
        made["show_if"] = own
    if given := row.get("required"):
        if given.lower() in _YES:
            made["required"] = True
        kept = given.lower() in (*_YES, "no", "false", "false()", "0")
        tell = shop.building.kept if kept else None
        if tell:
            tell("validation", row.place("required"), given, name)
        else:
            _required_sometimes(maker, node, made, f"{name}_{code}")
    for key, fate in (("default", "default_value"), ("media", "media")):
        if given := next((text for column, text in row.cells.items() if column.key == key), ""):
            shop.building.lost("setting", row.place(key), given, fate, name)
    if given := row.get("appearance"):
        shop.building.changed("setting", row.place("appearance"), given, "looks_ours", name)
    return made
