"""Editing rankings, amounts and tables; rules of an imported file; names that quotas and random pages follow."""

import copy
from typing import Any

import pytest
from flask import Flask

from survey_app.design.editing import operations, renaming, settings
from survey_app.design.editing.tree import Tree, compare, flatten, plain, unflatten
from survey_app.errors import DomainError
from survey_app.questionnaire import loading
from survey_app.questionnaire.definition import Definition
from tests.design.test_properties import Pane, opened

CHOICES = [{"code": "x", "text": "东门店"}, {"code": "z", "text": "西门店"}]
DRAFT: dict[str, Any] = {
    "format": 1,
    "name": "tables",
    "title": "表格",
    "languages": ["zh-CN"],
    "pages": [
        {
            "name": "first",
            "questions": [
                {
                    "name": "split", "type": "constant_sum", "text": "请分配", "total": 100,
                    "items": [{"code": "price", "text": "价格"}, {"code": "staff", "text": "店员"}],
                },
                {
                    "name": "drugs", "type": "matrix_fields", "text": "买的药",
                    "rows": [{"code": "p", "text": "第一种"}, {"code": "q", "text": "第二种"}],
                    "columns": [
                        {"code": "boxes", "text": "盒数", "type": "number", "min": 0},
                        {"code": "shop", "text": "门店", "type": "dropdown", "choices": CHOICES},
                    ],
                },
                {
                    "name": "wish", "type": "multiple_choice", "text": "想要", "choices": CHOICES, "columns": 2,
                    "open_rules": ["if (a) then b", "quota 50"],
                },
            ],
        },
        {
            "name": "second",
            "questions": [
                {"name": "why", "type": "long_text", "text": "{{drugs_p_boxes}} 盒？", "show_if": {"drugs_q_shop": {"is": "x"}}}
            ],
        },
        {"name": "third", "questions": [{"name": "more", "type": "csat", "text": "满意？"}]},
    ],
    "random_pages": [["second", "third"]],
    "scores": [{"name": "much", "kind": "mean", "questions": ["split_price", "more"], "reverse": ["split_price"]}],
    "quotas": [
        {"name": "east", "limit": 50, "when": {"any": [{"drugs_p_shop": {"is": "x"}}, {"split_price": {"at_least": 60}}]}},
        {"name": "many", "limit": 9, "when": {"not": {"wish": {"includes": "x"}}}, "message": "选了 {{drugs_p_boxes}}"},
    ],
}  # fmt: skip


def made() -> Tree:
    return Tree(loading.definition_from(DRAFT).to_json())


def child(tree: Tree, question: str, name: str, code: str) -> str:
    owner = tree.id_of(question) or ""
    return next(key for key in tree.children(owner, name) if tree.node(key)["code"] == code)


def whole(tree: Tree) -> Definition:
    """The definition, which must make sense."""
    return loading.definition_from(plain(tree.data))


def test_items_and_columns_are_parts_and_a_number_of_columns_is_none() -> None:
    tree = made()
    assert [tree.kind(child(tree, "split", "items", "price")), tree.kind(child(tree, "drugs", "columns", "shop"))] == [
        "item", "column",
    ]  # fmt: skip
    assert unflatten(flatten(tree)) == tree.data
    wish = tree.id_of("wish") or ""
    operations.set_value(tree, wish, "columns", 3)
    assert whole(tree).question("wish").columns == 3  # type: ignore[attr-defined]
    with pytest.raises(KeyError):
        operations.add_child(tree, wish, "columns")
    with pytest.raises(KeyError):
        operations.set_value(tree, tree.id_of("drugs") or "", "columns", 2)


def test_items_and_columns_are_added_copied_moved_and_removed() -> None:
    tree = made()
    split, drugs = tree.id_of("split") or "", tree.id_of("drugs") or ""
    operations.paste_lines(tree, split, "items", ["药品齐全", "停车|park"])
    assert [tree.node(key)["code"] for key in tree.children(split, "items")] == ["price", "staff", "3", "park"]
    operations.remove(tree, child(tree, "split", "items", "staff"))
    with pytest.raises(operations.InUse):
        operations.remove(tree, child(tree, "split", "items", "price"))
    column = operations.add_child(tree, drugs, "columns", words="批号")
    assert tree.node(column)["type"] == "short_text"
    copied = operations.duplicate(tree, child(tree, "drugs", "columns", "shop"))
    operations.move_by(tree, copied, -1)
    assert [c.type for c in whole(tree).question("drugs").columns] == [  # type: ignore[attr-defined]
        "number", "dropdown", "dropdown", "short_text",
    ]  # fmt: skip
    with pytest.raises(operations.InUse):
        operations.remove(tree, child(tree, "drugs", "columns", "shop"))


def test_a_column_changes_its_way_with_what_it_can_have() -> None:
    tree = made()
    boxes, shop = child(tree, "drugs", "columns", "boxes"), child(tree, "drugs", "columns", "shop")
    settings.set_field(tree, boxes, "type", "dropdown")
    assert "min" not in tree.node(boxes) and len(tree.children(boxes, "choices")) == 2
    settings.set_field(tree, boxes, "type", "short_text")
    assert set(plain(tree.node(boxes))) == {"code", "text", "type"}
    with pytest.raises(operations.InUse):  # a rule compares with one of its choices
        settings.set_field(tree, shop, "type", "number")
    with pytest.raises(operations.InUse):
        operations.remove(tree, tree.children(shop, "choices")[0])
    with pytest.raises(DomainError):
        settings.set_field(tree, boxes, "type", "slider")


# --- names -------------------------------------------------------------------------------------------------------------
def test_another_name_of_a_question_is_followed_by_quotas() -> None:
    tree = made()
    operations.rename(tree, tree.id_of("drugs") or "", "bought")
    operations.rename(tree, tree.id_of("split") or "", "parts")
    operations.rename(tree, tree.id_of("wish") or "", "wanted")
    east, many = whole(tree).quotas
    assert east.when == {"any": [{"bought_p_shop": {"is": "x"}}, {"parts_price": {"at_least": 60}}]}
    assert many.when == {"not": {"wanted": {"includes": "x"}}} and many.message == {"zh-CN": "选了 {{bought_p_boxes}}"}
    assert whole(tree).question("why").show_if == {"bought_q_shop": {"is": "x"}}
    assert whole(tree).scores[0].reverse == ("parts_price",)


def test_another_code_of_a_row_column_item_or_choice_is_followed_by_quotas() -> None:
    tree = made()
    operations.rename_code(tree, child(tree, "drugs", "rows", "p"), "one")
    operations.rename_code(tree, child(tree, "drugs", "columns", "shop"), "place")
    operations.rename_code(tree, child(tree, "split", "items", "price"), "cost")
    operations.rename_code(tree, child(tree, "wish", "choices", "x"), "east")
    column = child(tree, "drugs", "columns", "place")
    operations.rename_code(tree, tree.children(column, "choices")[0], "gate")
    found = whole(tree)
    assert found.quotas[0].when == {"any": [{"drugs_one_place": {"is": "gate"}}, {"split_cost": {"at_least": 60}}]}
    assert found.quotas[1].when == {"not": {"wish": {"includes": "east"}}}
    assert found.quotas[1].message == {"zh-CN": "选了 {{drugs_one_boxes}}"}
    assert found.question("why").show_if == {"drugs_q_place": {"is": "gate"}}
    assert found.question("why").text == {"zh-CN": "{{drugs_one_boxes}} 盒？"}
    assert (found.scores[0].questions, found.scores[0].reverse) == (("split_cost", "more"), ("split_cost",))


def test_another_name_of_a_page_is_followed_by_the_pages_in_random_order() -> None:
    tree = made()
    page = tree.ids("page")[1]
    settings.set_field(tree, page, "name", "later")
    assert whole(tree).random_pages == (("later", "third"),)
    with pytest.raises(DomainError):
        settings.set_field(tree, page, "name", "")
    renaming.rename_page(tree, tree.ids("page")[0], "")
    assert whole(tree).pages[0].name is None


@pytest.mark.parametrize("act", [operations.join_page, operations.remove])
def test_a_page_that_goes_leaves_its_group(act: Any) -> None:
    tree = made()
    operations.remove(tree, tree.ids("score")[0])
    act(tree, tree.ids("page")[2])
    assert whole(tree).random_pages == ()


# --- rules of an imported file -----------------------------------------------------------------------------------------
def test_an_open_rule_is_decided_and_taken_back(sqlite_app: Flask) -> None:
    pane = opened(sqlite_app, DRAFT)
    node = pane.node("wish")
    shown = pane.person.text(f"/questionnaires/{pane.id}/editor?node={node}")
    assert "if (a) then b" in shown and f'value="decided:{node}:1"' in shown
    before = pane.tree.data
    assert acted(pane, f"decided:{node}:0") == 200
    assert pane.definition.question("wish").open_rules == ("quota 50",)
    assert acted(pane, f"decided:{node}:0") == 200
    assert "open_rules" not in pane.tree.node(node)
    assert acted(pane, f"decided:{node}:0") == 409  # somebody was faster
    assert acted(pane, "undo") == 200
    assert acted(pane, "undo") == 200
    assert not compare(flatten(Tree(before)), flatten(pane.tree))


@pytest.mark.parametrize("more", ["", "x", "-1", "99999"])
def test_a_rule_that_is_not_there_is_not_decided(sqlite_app: Flask, more: str) -> None:
    pane = opened(sqlite_app, DRAFT)
    assert acted(pane, f"decided:{pane.node('wish')}:{more}") == 409
    assert len(pane.definition.question("wish").open_rules) == 2


def acted(pane: Pane, do: str) -> int:
    return pane.person.post(f"/questionnaires/{pane.id}/acts", {"do": do}, headers={"HX-Request": "true"}).status_code


# --- checks of the answers ---------------------------------------------------------------------------------------------
CHECK = {
    "let": {"most": {"answer": "split_price"}},
    "that": {"drugs_p_boxes": {"at_most": {"answer": "split_price"}}, "most": {"at_least": 1}},
}
CHECKED = copy.deepcopy(DRAFT)
CHECKED["pages"][0]["questions"][1]["checks"] = [
    CHECK,
    {"that": {"drugs_p_shop": {"is": "x"}}, "message": "请选东门店"},
]


def test_checks_follow_new_names_and_codes() -> None:
    tree = Tree(loading.definition_from(CHECKED).to_json())
    renaming.rename_question(tree, tree.id_of("split") or "", "shares")
    renaming.rename_code(tree, child(tree, "shares", "items", "price"), "cost")
    column = child(tree, "drugs", "columns", "shop")
    choice = next(key for key in tree.children(column, "choices") if tree.node(key)["code"] == "x")
    renaming.rename_code(tree, choice, "xx")
    first, second = whole(tree).question("drugs").checks
    assert (first.let, dict(first.that)) == (
        {"most": {"answer": "shares_cost"}},
        {"drugs_p_boxes": {"at_most": {"answer": "shares_cost"}}, "most": {"at_least": 1}},
    )
    assert dict(second.that) == {"drugs_p_shop": {"is": "xx"}}


def test_checks_are_shown_in_words_and_can_be_removed(sqlite_app: Flask) -> None:
    pane = opened(sqlite_app, CHECKED)
    node = pane.node("drugs")
    shown = pane.person.text(f"/questionnaires/{pane.id}/editor?node={node}")
    assert "不高于" in shown and "请选" in shown and f'value="unchecked:{node}:1"' in shown
    assert acted(pane, f"unchecked:{node}:0") == 200
    assert [check.message for check in pane.definition.question("drugs").checks] == [{"zh-CN": "请选东门店"}]
    assert acted(pane, f"unchecked:{node}:0") == 200
    assert "checks" not in pane.tree.node(node)
    assert acted(pane, f"unchecked:{node}:0") == 409  # somebody was faster
    assert acted(pane, "undo") == 200
    assert len(pane.definition.question("drugs").checks) == 1


# --- the pane ----------------------------------------------------------------------------------------------------------
def test_the_pane_shows_items_columns_and_the_choices_of_a_column(sqlite_app: Flask) -> None:
    pane = opened(sqlite_app, DRAFT)
    tree = pane.tree
    price = child(tree, "split", "items", "price")
    assert f'name="f:{price}:min"' in pane.show(pane.node("split"))
    assert pane.save(price, "max", "80")[0] == 200
    assert pane.definition.question("split").items[0].max == 80  # type: ignore[attr-defined]
    assert pane.save(price, "min", "90")[0] == 422
    shop = child(tree, "drugs", "columns", "shop")
    assert f'name="f:{shop}:type"' in pane.show(pane.node("drugs"))
    alone = pane.show(shop)
    assert f'name="f:{tree.children(shop, "choices")[0]}:code"' in alone and f'name="f:{shop}:min"' not in alone
    assert f'name="f:{child(tree, "drugs", "columns", "boxes")}:decimals"' in pane.show(
        child(tree, "drugs", "columns", "boxes")
    )
    assert pane.act(pane.node("split"), "add:items")[0] == 200
    assert pane.act(shop, "add:choices")[0] == 200
    assert len(pane.definition.question("drugs").columns[1].choices) == 3  # type: ignore[attr-defined]
    page = pane.tree.ids("page")[0]
    assert pane.save(page, "random_order", "1")[0] == 200
    assert "随机排列" in pane.person.text(f"/questionnaires/{pane.id}/editor?node={page}").split('class="ph on"')[1]
