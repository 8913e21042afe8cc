"""The table of settings covers every key of the models, and every setting can be changed from the pane."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from flask import Flask

from survey_app import clock
from survey_app.database import db
from survey_app.design import drafting
from survey_app.design.editing import building, operations, settings, shaping
from survey_app.design.editing.tree import Tree
from survey_app.design.models import Questionnaire
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE
from survey_app.questionnaire import loading
from survey_app.questionnaire.definition import Definition, Page, Quota, Score
from survey_app.questionnaire.parts import Choice, Point, Scale
from survey_app.questionnaire.question_types import TYPES
from survey_app.questionnaire.question_types.amounts import SumItem
from survey_app.questionnaire.question_types.matrix import Row
from survey_app.questionnaire.question_types.tables import Column
from survey_app.questionnaire.question_types.writing import TextItem
from tests.staff import Person, fill

MODELS = {
    "root": Definition, "page": Page, "choice": Choice, "row": Row, "field": TextItem, "scale": Scale, "point": Point,
    "score": Score, "item": SumItem, "column": Column, "quota": Quota,
}  # fmt: skip

HTMX = {"HX-Request": "true"}
SMALL: dict[str, Any] = yaml.safe_load(
    """
format: 1
name: small
title: {zh-CN: 小问卷, en: Small}
languages: [zh-CN, en]
scales:
  agree: {points: [{code: "1", text: {zh-CN: 不, en: "No"}}, {code: "2", text: {zh-CN: 是, en: "Yes"}}]}
pages:
  - questions:
      - name: why
        type: single_choice
        text: {zh-CN: 为什么？, en: "Why?"}
        columns: 2
        choices: [{code: "1", text: {zh-CN: 贵, en: Price}}, {code: "2", text: {zh-CN: 慢, en: Slow}}]
      - {name: stars, type: rating, text: {zh-CN: 几星？, en: "Stars?"}, low: {zh-CN: 差, en: Bad}}
      - {name: item, type: likert, text: {zh-CN: 容易。, en: Easy.}, scale: agree}
      - {name: grid, type: matrix, text: {zh-CN: 逐项, en: Each}, scale: agree, rows: [{code: a, text: {zh-CN: 甲, en: A}}]}
      - {name: sum_up, type: computed, expression: {add: [{answer: stars}, 1]}}
      - {name: more, type: long_text, text: {zh-CN: 还有呢？, en: "More?"}, show_if: {why: {is: "2"}}}
scores:
  - {name: total, kind: mean, questions: [stars, item], reverse: [item]}
"""
)
ONE: dict[str, Any] = yaml.safe_load(
    "{format: 1, name: one, title: 一, languages: [zh-CN], pages: [{questions: [{name: rec, type: nps, text: 推荐？}]}]}"
)


class Pane:
    """A researcher in front of the pane of one questionnaire."""

    def __init__(self, person: Person, questionnaire_id: int) -> None:
        self.person, self.id = person, questionnaire_id
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.show("root"))
        assert token is not None
        person.token = lambda: token[1]  # type: ignore[method-assign]  # that of the page in front of the person

    @property
    def tree(self) -> Tree:
        with self.person.client.application.app_context():
            draft = db.session.get_one(Questionnaire, self.id).draft
            db.session.remove()
        return Tree(draft)

    @property
    def definition(self) -> Definition:
        from survey_app.design.editing.tree import plain

        return Definition.from_json(plain(self.tree.data))

    def node(self, name: str) -> str:
        tree = self.tree
        found = tree.id_of(name) or next(
            (key for key in tree.ids() if tree.node(key).get("name") == name and tree.kind(key) != "root"), None
        )
        return found or str(tree.data["scales"][name]["_id"])

    def show(self, node: str, **more: str) -> str:
        query = "&".join(f"{key}={value}" for key, value in {"node": node, **more}.items())
        return self.person.text(f"/questionnaires/{self.id}/editor/properties?{query}", headers=HTMX)

    def save(self, node: str, key: str, value: str, language: str = "") -> tuple[int, str]:
        data = {"node": node, "key": key, "value": value, "language": language}
        answer = self.person.post(f"/questionnaires/{self.id}/fields", data, headers=HTMX)
        return answer.status_code, answer.get_data(as_text=True)

    def act(self, node: str, act: str, **more: Any) -> tuple[int, str]:
        answer = self.person.post(
            f"/questionnaires/{self.id}/properties", {"node": node, "act": act, **more}, headers=HTMX
        )
        return answer.status_code, answer.get_data(as_text=True)


def opened(app: Flask, data: dict[str, Any], role: str = "researcher", language: str = "zh") -> Pane:
    chain = fill(app)
    made = drafting.load_file(definition=loading.definition_from(data), by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    found = made.id
    db.session.remove()
    return Pane(chain.signed_in(role, language), found)


@pytest.fixture
def pane(sqlite_app: Flask) -> Pane:
    return opened(sqlite_app, SMALL)


# --- the table ---------------------------------------------------------------------------------------------------------
def tables() -> Iterator[tuple[str, type, tuple[settings.Setting, ...], str]]:
    for kind, model in MODELS.items():
        yield kind, model, settings.SETTINGS[kind], kind
    for name, cls in TYPES.items():
        yield name, cls, settings.of_question(name), "question"


@pytest.mark.parametrize("case", tables(), ids=lambda case: case[0])
def test_every_key_of_a_model_has_a_control_or_a_named_other_place(
    case: tuple[str, Any, tuple[settings.Setting, ...], str],
) -> None:
    name, model, table, kind = case
    shown = {setting.key for setting in table if not setting.key.startswith("_")}
    elsewhere = set(settings.ELSEWHERE.get(kind, {}))
    keys = set(model.model_fields)
    unsaid = {"required"} if name in ("note", "section", "hidden", "computed", "order_data") else set()
    assert keys - elsewhere - unsaid == shown, name
    assert not shown & elsewhere


@pytest.mark.parametrize("case", tables(), ids=lambda case: case[0])
def test_limits_and_defaults_of_the_table_are_those_of_the_engine(
    case: tuple[str, Any, tuple[settings.Setting, ...], str],
) -> None:
    name, model, table, _kind = case
    for setting in table:
        field = model.model_fields.get(setting.key)
        if field is None or setting.control in settings.OWN | {"text", "area", "mode"}:
            continue
        limits = {type(m).__name__: m for m in field.metadata}
        if "Ge" in limits and setting.low is not None:
            assert setting.low == limits["Ge"].ge, (name, setting.key)
        if "Le" in limits and setting.control == "whole":
            assert setting.high == limits["Le"].le, (name, setting.key)
        default = None if field.is_required() else field.default
        assert setting.default == default, (name, setting.key)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_everything_on_a_list_is_taken_by_the_engine(name: str) -> None:
    tree = Tree(loading.definition_from(SMALL).to_json())
    node = tree.id_of("stars") or ""
    shaping.change_type(tree, node, name)
    for setting in settings.of_question(name):
        for value, _words in setting.options:
            settings.set_field(tree, node, setting.key, value)
            question = operations.definition_of(tree).question("stars")
            assert settings.shown(setting, getattr(question, setting.key)) == value, setting.key


# --- single values -----------------------------------------------------------------------------------------------------
def test_a_value_is_saved_and_a_wrong_one_says_why(pane: Pane) -> None:
    more = pane.node("more")
    assert pane.save(more, "lines", "６")[0] == 200
    assert pane.definition.question("more").lines == 6  # type: ignore[attr-defined]
    status, said = pane.save(more, "lines", "99")
    assert status == 422 and "2 到 20 之间的整数" in said
    assert pane.save(more, "lines", "")[0] == 200
    assert "lines" not in pane.tree.node(more)


def test_the_engine_says_what_the_table_cannot_know(pane: Pane) -> None:
    status, said = pane.save("root", "category", "Not A Slug")
    assert status == 422 and "Not A Slug" in said


def test_a_rename_is_followed_by_rules_and_scores(pane: Pane) -> None:
    assert pane.save(pane.node("why"), "name", "reason")[0] == 200
    assert pane.definition.question("more").show_if == {"reason": {"is": "2"}}
    assert pane.save(pane.node("stars"), "name", "rating_1")[0] == 200
    assert pane.definition.scores[0].questions == ("rating_1", "item")
    assert pane.definition.question("sum_up").expression["add"][0] == {"answer": "rating_1"}  # type: ignore[attr-defined]


def test_a_scale_is_renamed_with_its_questions(pane: Pane) -> None:
    assert pane.save(pane.node("agree"), "_code", "likert2")[0] == 200
    assert pane.definition.question("item").scale == "likert2"  # type: ignore[attr-defined]
    assert "likert2" in pane.definition.scales


def test_unknown_keys_and_nodes_are_refused(pane: Pane) -> None:
    assert pane.save(pane.node("why"), "expression", "1")[0] == 422
    assert pane.save(pane.node("why"), "_id", "x")[0] == 422
    assert pane.save("gone", "name", "x")[0] in (409, 422)


def test_texts_are_saved_per_language_and_escaped(pane: Pane) -> None:
    node = pane.node("why")
    assert pane.save(node, "hint", '<b hx-get="/x">x</b>', "en")[0] == 200
    assert pane.definition.question("why").hint == {"en": '<b hx-get="/x">x</b>'}
    html = pane.show(node, language="en")
    assert "&lt;b hx-get=&#34;/x&#34;&gt;x&lt;/b&gt;" in html and "<b hx-get" not in html
    assert pane.save(node, "hint", "x", "fr")[0] == 422


def test_a_standard_text_that_is_changed_keeps_only_languages_of_the_questionnaire(sqlite_app: Flask) -> None:
    pane = opened(sqlite_app, ONE)
    node = pane.node("rec")
    assert "完全不可能" in pane.show(node)
    assert pane.save(node, "low", "绝不", "zh-CN")[0] == 200
    assert pane.definition.question("rec").low == {"zh-CN": "绝不"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("given", "stored"),
    [("3", 3), ("2.50", 2.5), ('"7"', "7"), ("app", "app"), ("１２", 12)],
)
def test_a_constant_is_a_number_or_a_text(given: str, stored: object) -> None:
    setting = next(s for s in settings.of_question("hidden") if s.key == "value")
    value = settings._value(setting, given)
    assert value == stored and type(value) is type(stored)
    assert settings._value(setting, settings.shown(setting, stored)) == stored


# --- acts --------------------------------------------------------------------------------------------------------------
def test_the_pane_says_what_another_type_would_lose_before_it_is_changed(pane: Pane) -> None:
    node = pane.node("why")
    html = pane.show(node, type="long_text")
    assert "会失去 各选项（2 项）、列数" in html and "改题型" in html
    assert pane.definition.question("why").type == "single_choice"
    assert "所有设置都保留" in pane.show(node, type="multiple_choice")
    assert pane.act(node, "type:multiple_choice")[0] == 200
    changed = pane.definition.question("why")
    assert changed.type == "multiple_choice" and len(changed.choices) == 2 and changed.columns == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_every_type_can_become_every_other_one(kind: str) -> None:
    data = loading.definition_from(SMALL).to_json()
    for start in sorted(TYPES):
        tree = Tree(data)
        node = tree.id_of("stars")
        assert node is not None
        shaping.change_type(tree, node, start)
        shaping.change_type(tree, node, kind)
        found = operations.definition_of(tree).question("stars")
        assert found.type == kind and found.text["en"] == "Stars?"


def test_cells_of_a_matrix_change_as_a_whole_and_what_a_rule_uses_stays(pane: Pane) -> None:
    node = pane.node("grid")
    assert pane.save(node, "cell", "points")[0] == 200
    assert pane.definition.question("grid").points == 5 and pane.definition.question("grid").scale is None  # type: ignore[attr-defined]
    assert pane.save(node, "cell", "choices")[0] == 200
    assert len(pane.definition.question("grid").choices) == 2  # type: ignore[attr-defined]
    assert pane.save(node, "cell", "pictures")[0] == 422


def test_words_at_every_point_follow_the_number_of_points(pane: Pane) -> None:
    node = pane.node("stars")
    assert pane.act(node, "labels:1")[0] == 200
    assert pane.definition.question("stars").labels[0] == {"zh-CN": "差", "en": "Bad"}  # type: ignore[attr-defined]
    assert pane.save(node, "points", "7")[0] == 200
    assert len(pane.definition.question("stars").labels) == 7  # type: ignore[attr-defined]
    assert pane.act(node, "labels:0")[0] == 200
    assert pane.definition.question("stars").labels is None  # type: ignore[attr-defined]


def test_a_choice_that_a_rule_uses_is_not_removed(pane: Pane) -> None:
    tree = pane.tree
    choice = tree.children(pane.node("why"), "choices")[1]
    status, said = pane.act(pane.node("why"), f"remove:{choice}")
    assert status == 422 and "还被其他地方使用" in said
    assert pane.tree.has(choice)


def test_an_act_on_what_a_colleague_changed_shows_both_and_can_be_carried_out(pane: Pane) -> None:
    node, old = pane.node("stars"), re.search(r'name="rev" value="([0-9]+)"', pane.show("root"))
    assert old is not None
    stranger = {"node": node, "key": "points", "value": "7", "page": "beefbeef"}
    assert pane.person.post(f"/questionnaires/{pane.id}/fields", stranger, headers=HTMX).status_code == 200
    mine = {"rev": old[1], "page": "cafecafe"}
    status, said = pane.act(node, "type:long_text", **mine)
    assert status == 409 and "用我的" in said and pane.definition.question("stars").type == "rating"
    assert pane.act(node, "type:long_text", **mine, force="1")[0] == 200
    assert pane.definition.question("stars").type == "long_text"


def test_choices_are_added_and_moved(pane: Pane) -> None:
    node = pane.node("why")
    assert pane.act(node, "add:choices")[0] == 200
    made = pane.tree.children(node, "choices")[-1]
    assert pane.act(node, f"up:{made}")[0] == 200
    assert pane.tree.children(node, "choices")[1] == made


def test_languages_are_added_put_first_and_removed_with_their_texts(pane: Pane) -> None:
    assert "段 English 文字" in pane.show("root")
    assert pane.act("root", "language", **{"value_language": "ja"})[0] == 200
    assert pane.act("root", "language", **{"value_language": "Klingon!"})[0] == 422
    assert pane.definition.languages == ("zh-CN", "en", "ja")
    assert pane.act("root", "first:en")[0] == 200
    assert pane.definition.languages == ("en", "zh-CN", "ja")
    assert pane.act("root", "no-language:zh-CN")[0] == 200
    assert "zh-CN" not in str(pane.definition.to_json())


def test_scales_and_scores_are_made_and_edited(pane: Pane) -> None:
    status, html = pane.act("root", "scale:new")
    assert status == 200 and 'value="scale1"' in html
    status, html = pane.act("root", "score", **{"value_score": "weighted"})
    assert status == 200
    made = pane.definition.scores[-1]
    assert made.kind == "weighted" and set(made.weights or {}) == set(made.questions)
    node = pane.node(made.name)
    chosen = {"questions": ["stars", "item"], "reverse": ["item"], "weight:stars": "2", "weight:item": "0.5"}
    assert pane.act(node, "items", **chosen)[0] == 200
    made = pane.definition.scores[-1]
    assert made.weights == {"stars": 2, "item": 0.5} and made.reverse == ("item",)
    assert pane.act(node, "items", questions=[])[0] == 422
    assert pane.save(node, "rescale", "0 到 100")[0] == 200
    assert list(pane.definition.scores[-1].rescale or ()) == [0, 100]
    assert pane.save(node, "rescale", "viel")[0] == 422
    assert pane.save(node, "kind", "nps")[0] == 200
    last = pane.definition.scores[-1]
    assert (last.weights, last.rescale) == (None, None)


def test_a_published_questionnaire_offers_only_stricter_modes(sqlite_app: Flask) -> None:
    chain = fill(sqlite_app)
    pane = Pane(chain.signed_in("researcher"), chain.questionnaire)
    html = pane.show("root")
    assert re.search(r'value="identified"[^>]* disabled', html) and not re.search(
        r'value="anonymous"[^>]* disabled', html
    )
    assert pane.save("root", "mode", "identified")[0] == 422
    assert pane.save("root", "name", "other-name")[0] == 422


# --- computed values ---------------------------------------------------------------------------------------------------
def fields_of(part: building.Part) -> dict[str, list[str]]:
    """What the form of an expression sends when nothing is changed."""
    if part.kept:
        return {f"keep:{part.path}": ["1"]}
    sent = {f"kind:{part.path}": [part.kind]}
    if part.kind == "number":
        sent[f"number:{part.path}"] = [settings.plain(part.tree)]
    if part.kind == "answer":
        sent[f"answer:{part.path}"] = [part.tree["answer"]]
    if part.kind == "count":
        sent[f"names:{part.path}"] = list(part.tree["count"])
    if part.test:
        for key, value in zip(("name", "operator", "value"), part.test, strict=True):
            sent[f"{key}:{part.path}"] = [value]
    for inner in part.parts:
        sent |= fields_of(inner)
    return sent


class Form(dict[str, list[str]]):
    def get(self, key: str, default: Any = None, /) -> Any:
        return self[key][0] if self.getlist(key) else default

    def getlist(self, key: str, /) -> list[str]:
        return dict.get(self, key, [])


TREES: list[Any] = [
    3,
    2.5,
    {"answer": "a"},
    {"add": [1, {"answer": "a"}, {"multiply": [2, 3]}]},
    {"divide": [{"answer": "a"}, {"count": ["a", "b"]}]},
    {"if": {"a": {"at_least": 3}}, "then": 1, "else": {"answer": "b"}},
    {"if": {"all": [{"a": {"is": "x"}}, {"b": {"answered": True}}]}, "then": 1},
    {"if": {"a": {"is": 2}}, "then": 1.0},
    {"add": [{"add": [{"add": [{"add": [{"add": [{"answer": "deep"}, 1]}, 2]}, 3]}, 4]}, 5]},
]


@pytest.mark.parametrize("tree", TREES, ids=repr)
def test_an_expression_sent_back_as_shown_is_the_same(tree: Any) -> None:
    assert repr(building.build(Form(fields_of(building.parts_of(tree))), tree)) == repr(tree)


def test_parts_of_an_expression_are_added_turned_and_removed() -> None:
    tree = {"add": [1, {"answer": "a"}]}
    shown = fields_of(building.parts_of(tree))
    assert building.build(Form({**shown, "do": ["add:e"]}), tree) == {"add": [1, {"answer": "a"}, 0]}
    assert building.build(Form({**shown, "do": ["remove:e.0"]}), tree) == {"add": [{"answer": "a"}]}
    assert building.build(Form({**shown, "kind:e": ["subtract"]}), tree) == {"subtract": [1, {"answer": "a"}]}
    assert building.build(Form({**shown, "kind:e.0": ["mean"]}), tree) == {"add": [{"mean": [1, 0]}, {"answer": "a"}]}
    made = building.build(Form({**shown, "kind:e": ["if"], "first": ["a"]}), tree)
    assert made == {"if": {"a": {"answered": True}}, "then": 1, "else": {"answer": "a"}}
    with pytest.raises(DomainError):
        building.build(Form({**shown, "number:e.0": ["viel"]}), tree)


def test_an_expression_is_saved_from_the_pane(pane: Pane) -> None:
    node = pane.node("sum_up")
    sent = fields_of(building.parts_of({"add": [{"answer": "stars"}, 1]}))
    assert pane.act(node, "expression", **{**sent, "number:e.1": ["4"]})[0] == 200
    assert pane.definition.question("sum_up").expression == {"add": [{"answer": "stars"}, 4]}  # type: ignore[attr-defined]


# --- the pages ---------------------------------------------------------------------------------------------------------
def test_the_pane_works_as_a_page_of_its_own_without_script(pane: Pane) -> None:
    node = pane.node("stars")
    page = pane.person.text(f"/questionnaires/{pane.id}/editor/properties?node={node}")
    assert "<html" in page and "保存</button>" in page and "hx-post" not in page
    answer = pane.person.post(f"/questionnaires/{pane.id}/properties", {"node": node, "act": "labels:1"})
    assert answer.status_code == 303
    answer = pane.person.post(
        f"/questionnaires/{pane.id}/fields", {f"f:{node}:points": "3", f"f:{node}:required": ["", "1"]}
    )
    assert answer.status_code == 303
    assert pane.definition.question("stars").points == 3 and pane.definition.question("stars").required  # type: ignore[attr-defined]


def test_a_node_that_is_gone_says_so(pane: Pane) -> None:
    assert "已被删除" in pane.show("deadbeef")


def test_readers_may_see_the_preview_but_not_the_settings(sqlite_app: Flask) -> None:
    chain = fill(sqlite_app)
    manager = chain.signed_in("manager")
    assert manager.get(f"/questionnaires/{chain.questionnaire}/editor/preview").status_code == 200
    assert manager.get(f"/questionnaires/{chain.questionnaire}/editor/properties").status_code == 403


def test_the_preview_pane_begins_at_the_selected_question(pane: Pane) -> None:
    node = pane.node("item")
    html = pane.person.text(
        f"/questionnaires/{pane.id}/editor/preview?node={node}&width=320&size=huge&language=en", headers=HTMX
    )
    assert 'class="phone w320"' in html and "不会保存" in html
    assert f'value="{node}" selected' in html


def test_a_preview_can_be_opened_on_a_phone_by_a_code(pane: Pane) -> None:
    page = pane.person.text(f"/questionnaires/{pane.id}/preview-code?start=item&size=big")
    assert "<svg" in page and "http://127.0.0.1:8000/preview/" in page
    assert "preview-code" in pane.person.text(f"/questionnaires/{pane.id}/editor/preview", headers=HTMX)
