"""Questions about places in the editor: their rules, their properties."""

import re
from typing import Any

from flask import Flask

from survey_app import clock
from survey_app.database import db
from survey_app.design import drafting
from survey_app.design.editing.tree import Tree
from survey_app.design.models import Questionnaire
from survey_app.events import COMMAND_LINE
from survey_app.questionnaire import regions
from tests import staff
from tests.design.test_logic import HTMX
from tests.design.test_properties import opened
from tests.questionnaire.tools import made, question

ONE_OF = {"home_city": {"one_of": ["440300", "440100"]}}


def test_a_rule_over_many_places_has_a_list_for_each_and_keeps_them(sqlite_app: Flask) -> None:
    chain = staff.fill(sqlite_app)
    pages = [{"questions": [question("home", "region")]}, {"questions": [question("near", show_if=ONE_OF)]}]
    found = drafting.load_file(definition=made(pages=pages), by=COMMAND_LINE, now=clock.now()).id
    db.session.commit()
    tree = Tree(db.session.get_one(Questionnaire, found).draft)
    db.session.remove()
    node = tree.id_at(("pages", 1, "questions", 0))
    address, person = f"/questionnaires/{found}/rules/{node}/show_if", chain.signed_in("researcher")
    page = person.text(address, headers=HTMX)
    lists = re.findall(r'<select class="value" name="value\.0".*?</select>', page, re.DOTALL)
    chosen = [re.search(r'value="(\d+)" selected', one) for one in lists]
    assert [match and match[1] for match in chosen] == ["440300", "440100", None] and 'type="checkbox"' not in page
    assert lists[0].count("<option") == len(regions.codes(1)) + 2  # nothing chosen, and who prefers not to say
    assert "不低于" not in page  # codes of places have no order
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    line: dict[str, Any] = {
        "item": "0",
        "name.0": "home_city",
        "was.0": "home_city",
        "operator.0": "one_of",
        "did.0": "one_of",
    }
    hidden.pop("csrf_token", None)
    sent = {**hidden, **line, "value.0": ["440300", "", "330100"], "join": "all", "act": "save"}
    assert person.post(address, sent, headers=HTMX).status_code == 200
    draft = Tree(db.session.get_one(Questionnaire, found).draft)
    assert draft.node(node)["show_if"] == {"home_city": {"one_of": ["440300", "330100"]}}


def test_levels_and_the_first_province_are_chosen_in_the_pane(sqlite_app: Flask) -> None:
    data = {"format": 1, "name": "one", "title": "一", "languages": ["zh-CN"]}
    data |= {"pages": [{"questions": [{"name": "home", "type": "region", "text": "住哪里？"}]}]}
    pane = opened(sqlite_app, data)
    shown = pane.show(pane.node("home"))
    assert '<option value="440000">广东省</option>' in shown and '<option value="3" selected>' in shown
    assert pane.save(pane.node("home"), "levels", "2")[0] == 200
    assert pane.save(pane.node("home"), "first", "440000")[0] == 200
    home = pane.definition.question("home")
    assert (home.levels, home.first) == (2, "440000")  # type: ignore[attr-defined]
    assert pane.save(pane.node("home"), "first", "")[0] == 200
    assert pane.definition.question("home").first is None  # type: ignore[attr-defined]
