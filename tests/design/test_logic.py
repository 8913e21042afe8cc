"""The pages of rules: saving, what is not lost, verdicts, and the map."""

import json
import re
import time
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask

from survey_app import clock
from survey_app.database import db
from survey_app.design import drafting, in_words, logic_map
from survey_app.design.editing.tree import Tree
from survey_app.design.models import Questionnaire
from survey_app.events import COMMAND_LINE
from survey_app.languages import translator
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.reach import analyse
from tests import staff
from tests.questionnaire.tools import made, question

HTMX = {"HX-Request": "true"}
DEEP = {"any": [{"nps": {"is": 9}}, {"all": [{"sat": {"is": 1}}, {"any": [{"nps": {"is": 1}}, {"sat": {"is": 2}}]}]}]}


def _survey() -> Definition:
    return made(
        pages=[
            {"questions": [question("sat", "rating", required=True, text="<b>Sat</b>"), question("nps", "nps")]},
            {
                "questions": [
                    question("why", "long_text", show_if={"sat": {"at_most": 2}}),
                    question("deep", show_if=DEEP),
                ]
            },
            {
                "show_if": {"nps": {"at_most": 3, "at_least": 7}},
                "questions": [question("never")],
                "end_if": {"sat": {"at_least": 1}},
            },
            {"questions": [question("last")]},
        ]
    )


class _Editor:
    """A researcher with the survey above."""

    def __init__(self, app: Flask) -> None:
        chain = staff.fill(app)
        self.id = drafting.load_file(definition=_survey(), by=COMMAND_LINE, now=clock.now()).id
        db.session.commit()
        db.session.remove()
        self.person = chain.signed_in("researcher")
        self.reader = chain.signed_in("manager")
        self.tree = Tree(self.draft())

    def draft(self) -> dict[str, Any]:
        draft = dict(db.session.get_one(Questionnaire, self.id).draft)
        db.session.remove()  # a transaction that stays open would keep the next request waiting
        return draft

    def at(self, *place: str | int) -> str:
        return self.tree.id_at(place)

    def address(self, key: str, *place: str | int) -> str:
        return f"/questionnaires/{self.id}/rules/{self.at(*place)}/{key}"

    def fields(self, address: str) -> dict[str, Any]:
        """What a browser would send from the form as it stands."""
        page = self.person.text(address, headers=HTMX)
        found: dict[str, Any] = {}
        for tag in re.findall(r"<input [^>]*>", page):
            name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
            if name and ('type="checkbox"' not in tag or " checked" in tag):
                found.setdefault(name[1], []).append(_plain(value[1]) if value else "")
        for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
            chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
            found[name] = [_plain(chosen[1])] if chosen else []
        found.pop("csrf_token")
        return found

    def condition(self, key: str, *place: str | int) -> Any:
        return Tree(self.draft()).node(self.at(*place)).get(key)


def _plain(text: str) -> str:
    return text.replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


WHY: tuple[str | int, ...] = ("pages", 1, "questions", 0)
DEEPER: tuple[str | int, ...] = ("pages", 1, "questions", 1)


@pytest.fixture
def editor(sqlite_app: Flask) -> _Editor:
    return _Editor(sqlite_app)


def test_a_rule_is_chosen_from_lists_saved_and_judged_at_once(editor: _Editor) -> None:
    address = editor.address("show_if", "pages", 3, "questions", 0)
    assert "没有显示条件" in editor.person.text(address, headers=HTMX)
    begun = editor.person.post(address, {**editor.fields(address), "act": "add"}, headers=HTMX)
    text = begun.get_data(as_text=True)
    assert "还没有保存" in text and "HX-Trigger" not in begun.headers and '<optgroup label="第 1 页">' in text
    line = {"item": "0", "name.0": "nps", "was.0": "nps", "operator.0": "at_most", "did.0": "at_most", "value.0": "6"}
    saved = editor.person.post(address, {**editor.fields(address), **line}, headers=HTMX)
    text = saved.get_data(as_text=True)
    assert saved.status_code == 200 and "不高于 6，显示第 6 题" in text and "已检验全部 12 种" in text
    assert editor.condition("show_if", "pages", 3, "questions", 0) == {"nps": {"at_most": 6}}
    heard = json.loads(saved.headers["HX-Trigger"])
    assert "outline-changed" in heard and f"changed-{editor.at('pages', 3, 'questions', 0)}" in heard


def test_an_unchanged_form_changes_nothing_even_where_it_cannot_show_everything(editor: _Editor) -> None:
    before = editor.draft()
    rules = (("show_if", WHY), ("show_if", DEEPER), ("show_if", ("pages", 2)), ("end_if", ("pages", 2)))
    for key, place in rules:
        address = editor.address(key, *place)
        assert editor.person.post(address, editor.fields(address), headers=HTMX).status_code == 200
    assert editor.draft() == before
    assert "复杂条件，原样保留" in editor.person.text(editor.address("show_if", *DEEPER), headers=HTMX)


def test_a_deep_condition_stays_when_a_line_is_added_and_goes_only_when_it_is_replaced(editor: _Editor) -> None:
    address = editor.address("show_if", *DEEPER)
    more = {"item": ["0", "1", "2"], "name.2": "sat", "was.2": "sat", "operator.2": "is", "did.2": "is", "value.2": "5"}
    editor.person.post(address, {**editor.fields(address), **more}, headers=HTMX)
    assert editor.condition("show_if", *DEEPER) == {"any": [*DEEP["any"], {"sat": {"is": 5}}]}
    replaced = editor.person.post(address, {**editor.fields(address), "act": "replace.1"}, headers=HTMX)
    assert "现在生效的规则" in replaced.get_data(as_text=True)
    assert editor.condition("show_if", *DEEPER) == {"any": [*DEEP["any"], {"sat": {"is": 5}}]}


def test_without_script_the_form_saves_and_leads_back_to_the_rule(editor: _Editor) -> None:
    address = editor.address("show_if", *WHY)
    page = editor.person.text(address)
    assert "<noscript><button" in page and f'action="{address}"' in page
    answer = editor.person.post(address, {**editor.fields(address), "value.0": "3", "act": "save"})
    assert (answer.status_code, answer.location) == (303, address)
    assert editor.condition("show_if", *WHY) == {"sat": {"at_most": 3}}
    editor.person.post(address, {**editor.fields(address), "act": "clear"})
    assert editor.condition("show_if", *WHY) is None


def test_a_form_that_makes_no_sense_is_refused_and_nothing_is_lost(editor: _Editor) -> None:
    address = editor.address("show_if", *DEEPER)
    before = editor.draft()
    for kept in ("{", "[]", '{"sat": {"over": 1}}', '{"all": 5}'):
        refused = editor.person.post(address, {**editor.fields(address), "kept.1": kept}, headers=HTMX)
        assert refused.status_code == 422 and "verdict bad" in refused.get_data(as_text=True)
    assert editor.draft() == before


def test_two_people_who_change_one_rule_are_both_shown(editor: _Editor) -> None:
    address = editor.address("show_if", *WHY)
    mine, theirs = (
        {**editor.fields(address), "page": page * 8, "value.0": v} for page, v in (("ab", "1"), ("cd", "4"))
    )
    assert editor.person.post(address, theirs, headers=HTMX).status_code == 200
    refused = editor.person.post(address, mine, headers=HTMX)
    assert refused.status_code == 409 and refused.headers["HX-Retarget"].endswith("-said")
    assert editor.condition("show_if", *WHY) == {"sat": {"at_most": 4}}
    assert editor.person.post(address, {**mine, "force": "1"}, headers=HTMX).status_code == 200
    assert editor.condition("show_if", *WHY) == {"sat": {"at_most": 1}}


def test_only_what_has_rules_has_an_address(editor: _Editor) -> None:
    page = editor.at("pages", 0)
    for node, key in (
        (page, "title"),
        (page, "_id"),
        ("nobody", "show_if"),
        (editor.at(*WHY), "end_if"),
        ("root", "show_if"),
    ):
        assert editor.person.get(f"/questionnaires/{editor.id}/rules/{node}/{key}").status_code == 404
    assert editor.reader.get(editor.address("show_if", *WHY)).status_code == 403


def test_the_page_of_the_logic_lists_every_rule_with_its_verdict_and_leads_to_it(editor: _Editor) -> None:
    text = editor.person.text(f"/questionnaires/{editor.id}/logic")
    assert "有 2 处走不通" in text and "自相矛盾" in text and "走不到" in text and "用不到" in text
    assert f'id="{editor.at(*WHY)}"' in text and editor.address("show_if", *WHY) in text
    assert f"/questionnaires/{editor.id}/editor?node={editor.at('pages', 2)}" in text
    assert "<b>Sat" not in text and "&lt;b&gt;Sat" in text
    fragment = editor.person.text(f"/questionnaires/{editor.id}/logic", headers=HTMX)
    assert fragment.lstrip().startswith("<div") and 'hx-trigger="outline-changed from:body"' in fragment
    seen = editor.reader.text(f"/questionnaires/{editor.id}/logic")
    assert "/rules/" not in seen and "/editor" not in seen and "自相矛盾" in seen


def test_alternatives_beside_other_conditions_stand_in_brackets() -> None:
    writer = in_words.ConditionWriter(_survey(), "en", translator("zh"))
    either = {"any": [{"sat": {"is": 1}}, {"nps": {"is": 2}}]}
    assert "（" not in writer.write(either)
    assert writer.write({"nps": {"answered": True}, **either}).count("（") == 1
    assert writer.short({"nps": {"answered": True}, **either}) == "Q2 已答 · Q1 = 1 / Q2 = 2"


# --- the map
def _drawn(definition: Definition, **more: Any) -> logic_map.Drawing:
    zh = translator("zh")
    writer = in_words.ConditionWriter(definition, "en", zh)
    return logic_map.draw(
        definition,
        analyse(definition),
        writer,
        zh,
        place_link=lambda p: f"/at/{p}",
        rule_link=lambda p: f"/rule/{p}",
        **more,
    )


def _words(drawing: logic_map.Drawing) -> list[str]:
    return [shape.text for part in drawing.parts for shape in part.shapes if shape.text]


def test_the_map_draws_every_page_question_and_rule_and_says_what_is_wrong_in_words() -> None:
    drawing = _drawn(_survey())
    links = {part.href for part in drawing.parts}
    assert {f"/at/pages[{n}]" for n in range(4)} <= links
    assert {"/rule/pages[1].questions[0].show_if", "/rule/pages[2].show_if", "/rule/pages[2].end_if"} <= links
    words = _words(drawing)
    assert words.count("走不到") == 2 and "自相矛盾" in words and "Q1 ≤ 2" in words  # the page, its question
    red = [
        s for part in drawing.parts for s in part.shapes if s.name == "polygon" and s.attributes["fill"] == "#b3261e"
    ]
    assert len(red) >= 3  # signs have a shape of their own


def test_the_map_holds_only_presentation_attributes_and_lies_inside_its_size() -> None:
    drawing = _drawn(_survey())
    for part in drawing.parts:
        for shape in part.shapes:
            assert not {"style", "class", "onclick"} & set(shape.attributes)
            attributes = " ".join(f'{k}="{v}"' for k, v in shape.attributes.items())
            ElementTree.fromstring(f"<{shape.name} {attributes}/>")
            for key, value in shape.attributes.items():
                if key in ("x", "cx"):
                    assert 0 <= float(value) <= drawing.width
                if key in ("y", "cy"):
                    assert 0 <= float(value) <= drawing.height


def test_a_long_questionnaire_is_folded_to_what_takes_part_in_a_rule() -> None:
    pages = [{"questions": [question(f"q{p}x{n}", "rating") for n in range(5)]} for p in range(40)]
    pages[30]["questions"][2]["show_if"] = {"q3x1": {"at_most": 2}}
    definition = made(pages=pages)
    start = time.thread_time()
    folded, whole = _drawn(definition), _drawn(definition, fold=False)
    assert time.thread_time() - start < 3
    assert folded.folded == 198 and whole.folded == 0
    assert folded.height < 700 < whole.height
    assert "第 1–3 页 · 15 题，没有逻辑" in _words(folded) and "… 1 题，没有逻辑" in _words(folded)


def test_lines_in_one_lane_never_lie_on_each_other() -> None:
    definition = made(
        pages=[
            {"questions": [question(f"q{n}", "rating", **({"show_if": {f"q{n // 2}": {"is": 1}}} if n else {}))]}
            for n in range(40)
        ]
    )
    spans: dict[float, list[tuple[float, float]]] = {}
    for part in _drawn(definition).parts:
        for shape in part.shapes:
            if shape.name == "polyline" and shape.attributes["stroke"] in logic_map.COLOURS:
                (x1, y1), (x2, y2) = (map(float, p.split(",")) for p in shape.attributes["points"].split())
                if x1 == x2:
                    spans.setdefault(x1, []).append((y1, y2))
    assert len(spans) > 3
    for lane in spans.values():
        for (_, end), (start, _) in zip(sorted(lane), sorted(lane)[1:], strict=False):
            assert start > end
