"""Groups that only KoBoToolbox knows: matrices of several columns, ratings of several items, rankings level by level."""

from typing import Any

from survey_app.formats.importing.logic import Target
from survey_app.formats.importing.naming import Codes
from survey_app.formats.importing.offering import choices, name_with_columns, room_for_codes
from survey_app.formats.xlsform import lists
from survey_app.formats.xlsform.outline import Group, Node
from survey_app.formats.xlsform.questions import Maker, source_of
from survey_app.formats.xlsform.workshop import Question

_CELLS = {"text": "short_text", "integer": "number", "decimal": "number", "select_one": "dropdown"}


def _list(group: Group, key: str) -> str:
    return group.row.get(f"kobo--{key}") or group.row.get("list_name") or group.type.list


def add_kobo_matrix(maker: Maker, group: Group) -> bool:
    """A matrix whose rows are the choices of a list and whose columns are questions."""
    shop = maker.shop
    rows = shop.lists.find(_list(group, "matrix_list"))
    columns = [node for node in group.children if node.kind in _CELLS and not node.row.get("relevant")]
    if not rows or not columns or len(columns) != len(group.children):
        return False
    offered = lists.offered(rows, shop.wording, shop.building)
    row_codes, column_codes = Codes(10), Codes(10)
    made_rows: list[dict[str, Any]] = [{"code": row_codes.give(row.code), "text": dict(row.text)} for row in offered]
    made_columns = [_column(maker, node, column_codes.give(node.name)) for node in columns]
    ends = [f"{row['code']}_{column['code']}" for row in made_rows for column in made_columns]
    name = name_with_columns(shop.building.names, group.name or "matrix", ends)
    for row, made in zip(offered, made_rows, strict=True):
        shop.fates.setdefault((_list(group, "matrix_list"), row.code), (name, made["code"]))
    shop.lists.use(_list(group, "matrix_list"), name)
    _add(maker, group, {"name": name, "type": "matrix_fields", "rows": made_rows, "columns": made_columns})
    return True


def _column(maker: Maker, node: Node, code: str) -> dict[str, Any]:
    shop = maker.shop
    text = shop.wording.text(node.row, "label", node.name, node) or {shop.wording.first: node.name or code}
    made: dict[str, Any] = {"code": code, "text": text, "type": _CELLS[node.kind]}
    if node.kind == "decimal":
        made["decimals"] = 6
    if node.kind == "select_one":
        found, table = choices(maker.offered(node, ruled=False))
        made["choices"] = found
        maker.uses(node, node.name, table)
    if node.row.get("required").lower() in ("yes", "true", "true()", "1"):
        made["required"] = True
    shop.building.kept("row", node.row.place("type"), source_of(node), node.name)
    if given := node.row.get("constraint"):
        shop.building.lost("rule", node.row.place("constraint"), given, "rule_kept_as_note", node.name)
    return made


def add_kobo_score(maker: Maker, group: Group) -> bool:
    """Several items rated on one list."""
    shop = maker.shop
    rows = shop.lists.find(_list(group, "score_choices")) or shop.lists.find(_list(group, "score-choices"))
    items = [node for node in group.children if not isinstance(node, Group)]
    if not rows or len(rows) < 2 or len(rows) > 50 or not items:
        return False
    made, table = choices(lists.offered(rows, shop.wording, shop.building))
    codes = Codes(12)
    named = [(node, codes.give(node.name)) for node in items]
    name = name_with_columns(shop.building.names, group.name or "score", [code for _, code in named])
    list_name = rows[0].get("list_name")
    shop.lists.use(list_name, name)
    for code, ours in table.items():
        shop.fates.setdefault((list_name, code), (name, ours))
    question: Question = {"name": name, "type": "matrix", "choices": made, "rows": []}
    for node, code in named:
        text = shop.wording.text(node.row, "label", name, node) or {shop.wording.first: node.name}
        required = {"required": True} if node.row.get("required").lower() in ("yes", "true") else {}
        question["rows"].append({"code": code, "text": text, **required})
        shop.resolver.put(node, Target("choice", f"{name}_{code}", table))
        shop.building.kept("row", node.row.place("type"), source_of(node), f"{name}_{code}")
    _add(maker, group, question)
    return True


def add_kobo_rank(maker: Maker, group: Group) -> bool:
    """A list put in order, level by level."""
    shop = maker.shop
    rows = shop.lists.find(_list(group, "rank_items")) or shop.lists.find(_list(group, "rank-items"))
    levels = [node for node in group.children if not isinstance(node, Group)]
    if not rows or len(rows) < 2 or not levels:
        return False
    offered = lists.offered(rows, shop.wording, shop.building)
    made, table = choices(offered, room_for_codes(group.name, [choice.code for choice in offered]))
    name = name_with_columns(shop.building.names, group.name or "rank", [choice["code"] for choice in made])
    list_name = rows[0].get("list_name")
    shop.lists.use(list_name, name)
    for code, ours in table.items():
        shop.fates.setdefault((list_name, code), (name, ours))
    for node in levels:
        shop.wording.text(node.row, "label", name, node)
        shop.building.changed("row", node.row.place("type"), source_of(node), "rank_level", name)
    top = {"top": len(levels)} if len(levels) < len(made) else {}
    _add(maker, group, {"name": name, "type": "ranking", "choices": made, **top})
    return True


def _add(maker: Maker, group: Group, question: Question) -> None:
    shop = maker.shop
    own = shop.relevant(group, question["name"])
    question["text"] = shop.wording.text(group.row, "label", question["name"], group)
    if hint := shop.wording.text(group.row, "hint", question["name"], group):
        question["hint"] = hint
    if group.row.get("required").lower() in ("yes", "true"):
        question["required"] = True
    shop.building.kept("question", group.row.place("type"), source_of(group), question["name"])
    shop.add(question, group.row.place("type"), own)
