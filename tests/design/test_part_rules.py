"""Rules on choices, rows, fields and items in the editor; random order of pages; what a file question takes."""

from typing import Any

import pytest
from flask import Flask

from survey_app import clock
from survey_app.design import paper
from survey_app.design.editing import grouping, operations
from survey_app.design.editing.tree import Tree, plain
from survey_app.design.editing.words import UseWriter
from survey_app.errors import DomainError
from survey_app.questionnaire import loading
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.review import review
from tests.design.test_properties import HTMX, Pane, opened

KINDS = [{"code": "pill", "text": "内服药"}, {"code": "cream", "text": "外用药"}]
DRAFT: dict[str, Any] = {
    "format": 1, "name": "parts", "title": "选项的规则", "languages": ["zh-CN"],
    "pages": [
        {"questions": [
            {"name": "bought", "type": "multiple_choice", "text": "买了什么", "choices": KINDS},
            {"name": "trap", "type": "attention_check", "text": "请选一", "choices": KINDS, "expected": "pill"},
        ]},
        {"title": "第二页", "questions": [
            {"name": "best", "type": "single_choice", "text": "哪种最好",
             "choices": [KINDS[0], KINDS[1] | {"show_if": {"bought": {"includes": "cream"}}}]},
            {"name": "rate", "type": "matrix", "text": "打分", "points": 5,
             "rows": [KINDS[0], KINDS[1] | {"show_if": {"best": {"is": "cream"}}}]},
        ]},
        {"questions": [{"name": "photo", "type": "file", "text": "小票"}, {"name": "done", "type": "csat", "text": "满意？"}]},
    ],
}  # fmt: skip


def part(tree: Tree, question: str, name: str, code: str) -> str:
    owner = tree.id_of(question) or ""
    return next(key for key in tree.children(owner, name) if tree.node(key)["code"] == code)


@pytest.fixture
def pane(sqlite_app: Flask) -> Pane:
    return opened(sqlite_app, DRAFT)


def line(name: str, operator: str, *values: str) -> dict[str, Any]:
    """A form of one line, as a browser sends it."""
    return {"item": "0", "join": "all", "name.0": name, "was.0": name, "operator.0": operator, "did.0": operator,
            "value.0": list(values)}  # fmt: skip


def rule(pane: Pane, node: str, **fields: Any) -> Any:
    return pane.person.post(f"/questionnaires/{pane.id}/rules/{node}/show_if", {"act": "save"} | fields, headers=HTMX)


# --- seeing and changing -------------------------------------------------------------------------------------------------
def test_a_rule_on_a_choice_is_set_changed_deleted_and_taken_back(pane: Pane) -> None:
    node = part(pane.tree, "best", "choices", "pill")
    assert rule(pane, node, **line("bought", "includes", "pill")).status_code == 200
    assert pane.tree.node(node)["show_if"] == {"bought": {"includes": "pill"}}
    reply = rule(pane, node, **line("bought", "answered"))
    assert pane.tree.node(node)["show_if"] == {"bought": {"answered": True}}
    assert (
        f"changed-{node}" in reply.headers["HX-Trigger"]
        and f"changed-{pane.node('best')}" in reply.headers["HX-Trigger"]
    )
    rule(pane, node, act="clear")
    assert "show_if" not in pane.tree.node(node)
    pane.person.post(f"/questionnaires/{pane.id}/acts", {"do": "undo"}, headers=HTMX)
    assert pane.tree.node(node)["show_if"] == {"bought": {"answered": True}}


def test_the_rule_of_a_part_is_a_dialog_with_its_sentence_and_says_when_it_stands_too_early(pane: Pane) -> None:
    node = part(pane.tree, "best", "choices", "cream")
    dialog = pane.person.text(f"/questionnaires/{pane.id}/rules/{node}/show_if?dialog=1", headers=HTMX)
    assert "<dialog" in dialog and "里才有“外用药”" in dialog and "从新的一页开始" not in dialog
    row = part(pane.tree, "rate", "rows", "cream")
    early = pane.person.text(
        f"/questionnaires/{pane.id}/rules/{row}/show_if?dialog=1", headers=HTMX | {"HX-Current-URL": "http://x/editor"}
    )
    split = f"split:{pane.node('rate')}"
    assert "从新的一页开始" in early and f'value="{split}"' in early
    pane.person.post(f"/questionnaires/{pane.id}/acts", {"do": split}, headers=HTMX)
    assert [page.questions[0].name for page in pane.definition.pages] == ["bought", "best", "rate", "photo"]
    assert "same_page_part" not in {fault.code for fault in review(pane.definition)}


def test_the_canvas_marks_and_the_pane_tells_what_is_offered_by_rules(pane: Pane) -> None:
    node = part(pane.tree, "best", "choices", "cream")
    card = pane.person.text(f"/questionnaires/{pane.id}/editor/cards/{pane.node('best')}", headers=HTMX)
    assert card.count('class="pr"') == 1 and f"/rules/{node}/show_if" in card
    shown = pane.show(pane.node("best"))
    assert "勾选了“外用药”" in shown and f"/rules/{part(pane.tree, 'best', 'choices', 'pill')}/show_if" in shown


def test_the_logic_page_lists_the_rules_of_parts_and_draws_them_as_one_line(pane: Pane) -> None:
    page = pane.person.text(f"/questionnaires/{pane.id}/logic")
    node = part(pane.tree, "best", "choices", "cream")
    assert page.count("里才有“外用药”") == 4  # two rules, each in the list and in the table
    assert f"/rules/{node}/show_if" in page and page.count("1 个选项或行有条件") >= 2


def test_what_is_always_offered_takes_no_rule(pane: Pane) -> None:
    node = part(pane.tree, "trap", "choices", "pill")
    assert rule(pane, node, **line("bought", "answered")).status_code == 404
    assert f"/rules/{node}/" not in pane.show(pane.node("trap"))


# --- copies, and what is named ---------------------------------------------------------------------------------------------
def tree_of() -> Tree:
    return Tree(loading.definition_from(DRAFT).to_json())


def test_copies_keep_their_rules_and_those_of_a_copied_page_follow_the_copies() -> None:
    tree = tree_of()
    copied = operations.duplicate(tree, part(tree, "best", "choices", "cream"))
    assert tree.node(copied)["show_if"] == {"bought": {"includes": "cream"}}
    page = operations.duplicate(tree, tree.ids("page")[1])
    best, rate = tree.children(page, "questions")
    (ruled,) = [tree.node(key)["show_if"] for key in tree.children(rate, "rows") if "show_if" in tree.node(key)]
    assert ruled == {tree.node(best)["name"]: {"is": "cream"}}
    loading.definition_from(plain(tree.data))


def test_what_the_rule_of_a_part_names_cannot_be_removed_and_is_said_in_words() -> None:
    tree = tree_of()
    for node in (tree.id_of("bought") or "", part(tree, "bought", "choices", "cream")):
        with pytest.raises(operations.InUse) as refusal:
            operations.remove(tree, node)
        definition = Definition.from_json(plain(tree.data))
        said = [UseWriter(definition, "zh-CN", str).write(use) for use in refusal.value.uses]
        assert said == ["第 3 题“哪种最好”里的“外用药”的显示规则：第 1 题“买了什么”勾选了“外用药”"]


def test_other_names_and_codes_are_followed() -> None:
    tree = tree_of()
    operations.rename(tree, tree.id_of("bought") or "", "basket")
    operations.rename_code(tree, part(tree, "basket", "choices", "cream"), "ointment")
    assert tree.node(part(tree, "best", "choices", "cream"))["show_if"] == {"basket": {"includes": "ointment"}}


# --- random order ------------------------------------------------------------------------------------------------------------
def test_pages_change_places_with_those_that_are_chosen(pane: Pane) -> None:
    first, second, third = pane.tree.ids("page")
    status, body = pane.act(second, "pages", pages=[third])
    assert status == 200 and f'id="g-{third}" name="pages" value="{third}" checked' in body
    assert pane.definition.random_pages == (("page_2", "page_3"),)
    assert "与第 3 页随机交换先后" in pane.person.text(f"/questionnaires/{pane.id}/editor/cards/{second}", headers=HTMX)
    pane.act(first, "pages", pages=[third])
    assert pane.definition.random_pages == (("page_1", "page_3"),)
    pane.act(first, "pages")
    assert pane.definition.random_pages == ()
    pane.person.post(f"/questionnaires/{pane.id}/acts", {"do": "undo"}, headers=HTMX)
    assert pane.definition.random_pages == (("page_1", "page_3"),)


def test_a_page_that_is_gone_is_in_no_group() -> None:
    tree = tree_of()
    with pytest.raises(DomainError):
        grouping.set_group(tree, tree.ids("page")[0], ["00000000"])


# --- files -------------------------------------------------------------------------------------------------------------------
def test_a_file_question_takes_photos_documents_or_both(pane: Pane) -> None:
    node = pane.node("photo")
    assert pane.save(node, "accepts", "photo+document")[0] == 200
    assert pane.definition.question("photo").accepts == ("photo", "document")  # type: ignore[attr-defined]
    assert '<option value="photo+document" selected>' in pane.show(node)
    assert pane.save(node, "accepts", "photo")[0] == 200 and "accepts" not in pane.tree.node(node)
    assert pane.save(node, "accepts", "film")[0] == 422


# --- read and printed ----------------------------------------------------------------------------------------------------------
def test_readers_of_the_questionnaire_and_of_its_print_see_the_rules_of_parts(pane: Pane) -> None:
    rule = "第 1 题“买了什么”勾选了“外用药”"
    assert f"“外用药”只在满足时显示：{rule}" in pane.person.text(f"/questionnaires/{pane.id}")
    definition = Definition.from_json(plain(tree_of().data))
    best, rate = paper.sheet(definition, language="zh-CN", number=None, now=clock.now())["pages"][1]["questions"]
    assert [option["note"] for option in best["options"]] == ["", f"（只有：{rule}）"]
    assert rate["rows"][1] == "外用药（只有：第 3 题“哪种最好”选“外用药”）"
