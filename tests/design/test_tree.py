"""Finding the parts of a draft, and acts that are sent for parts of another kind."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from survey_app.database import db
from survey_app.design.editing import operations
from survey_app.design.editing.tree import Tree
from survey_app.design.models import Questionnaire
from tests import staff
from tests.design.test_undoing import first_draft


def test_a_part_knows_its_number_in_its_list() -> None:
    tree = Tree(first_draft())
    parts = [node for node in tree.ids() if node != "root"]
    assert [tree.number(node) for node in parts] == [tree.siblings(node).index(node) + 1 for node in parts]
    operations.move_by(tree, tree.ids("question")[0], 1)
    assert [tree.node(node)["name"] for node in tree.ids("question") if tree.number(node) == 2] == ["overall"]


@pytest.mark.parametrize(
    "act",
    [
        lambda tree, node: operations.split_page(tree, node),
        lambda tree, node: operations.join_page(tree, node),
        lambda tree, node: operations.paste_lines(tree, node, "choices", ["x"]),
        lambda tree, node: operations.paste_lines(tree, node, "questions", ["x"]),
    ],
)
def test_an_act_for_a_part_of_another_kind_is_one_for_a_part_that_is_gone(act: Callable[[Tree, str], Any]) -> None:
    tree = Tree(first_draft())
    for node in ("root", tree.ids("score")[0], tree.ids("point")[0], tree.ids("choice")[0]):
        with pytest.raises(KeyError):
            act(tree, node)


@pytest.mark.parametrize("act", ["other:{}", "join:{}", "split:{}:x", "paste:{}:questions"])
def test_an_act_that_a_question_cannot_do_any_more_is_answered_as_a_conflict(sqlite_app: Flask, act: str) -> None:
    """Somebody gave the question another type while this page was open."""
    chain = staff.fill(sqlite_app)
    draft = db.session.get_one(Questionnaire, chain.draft).draft
    node = Tree(draft).ids("page")[0] if act.startswith("split") else Tree(draft).ids("question")[0]
    db.session.rollback()
    answer = chain.signed_in("researcher").post(
        f"/questionnaires/{chain.draft}/acts", {"do": act.format(node), "lines": "x", "rev": "1"}
    )
    assert answer.status_code == 409


def test_the_translation_table_of_very_many_choices_comes_in_seconds(sqlite_app: Flask) -> None:
    chain = staff.fill(sqlite_app)
    questionnaire = db.session.get_one(Questionnaire, chain.draft)
    choices = [{"code": str(n), "text": {"zh-CN": f"选项 {n}", "en": f"Choice {n}"}} for n in range(4_000)]
    many = {"name": "many", "type": "dropdown", "text": {"zh-CN": "很多", "en": "Many"}, "choices": choices}
    questionnaire.draft = questionnaire.draft | {"pages": [{"questions": [many]}], "scores": []}
    db.session.commit()
    person, began = chain.signed_in("researcher"), time.process_time()
    assert person.get(f"/questionnaires/{chain.draft}/translations").status_code == 200
    assert time.process_time() - began < 8
