"""Every questionnaire opens in the editor, and saving each field as it is shown leaves an equal definition."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import clock
from survey_app.config import ROOT
from survey_app.database import db
from survey_app.design import drafting
from survey_app.design.editing.tree import Tree
from survey_app.design.models import Edit, Questionnaire
from survey_app.events import COMMAND_LINE
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import load_definition
from tests.staff import Person, fill

FILES = [*sorted((ROOT / "questionnaires").glob("*.yaml")), *sorted((ROOT / "tests" / "questionnaires").glob("*.yaml"))]
HTMX = {"HX-Request": "true"}


class Forms(HTMLParser):
    """The forms of a page with their fields, as a browser without script would send them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: dict[str, list[tuple[str, str]]] = {}
        self.actions: dict[str, str] = {}
        self.form = self.select = ""
        self.area: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.form = a.get("id") or f"form{len(self.forms)}"
            self.forms[self.form], self.actions[self.form] = [], a.get("action", "")
        place = a.get("form", self.form)
        if tag == "input" and "name" in a and "disabled" not in a:
            if a.get("type") not in ("radio", "checkbox") or "checked" in a:
                self._add(place, a["name"], a.get("value", ""))
        elif tag == "select":
            self.select, self.place = a.get("name", ""), place
        elif tag == "option" and "selected" in a:
            self._add(self.place, self.select, a.get("value", ""))
        elif tag == "textarea":
            self.area = [place, a["name"], ""]

    def _add(self, form: str, name: str, value: str) -> None:
        if form in self.forms:
            self.forms[form].append((name, value))

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.area[2] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area is not None:
            place, name, value = self.area
            self._add(place, name, value.removeprefix("\n").replace("\n", "\r\n"))  # as browsers send it
            self.area = None
        elif tag == "form":
            self.form = ""


class Editor:
    """A researcher who opens one questionnaire."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.person: Person = fill(app).signed_in("researcher")
        self.token = self.person.token()

    def load(self, file: Path) -> tuple[int, Definition]:
        definition = load_definition(file.read_bytes(), file=file.name)
        made = drafting.load_file(definition=definition, by=COMMAND_LINE, now=clock.now())
        db.session.commit()
        found = made.id
        db.session.remove()
        return found, definition

    def tree(self, questionnaire_id: int) -> Tree:
        draft = db.session.get_one(Questionnaire, questionnaire_id).draft
        db.session.remove()
        return Tree(draft)

    def forms(self, questionnaire_id: int, node: str, language: str) -> Forms:
        address = f"/questionnaires/{questionnaire_id}/editor/properties?node={node}&language={language}&all=1"
        answer = self.person.get(address, headers=HTMX)
        assert answer.status_code == 200, address
        found = Forms()
        found.feed(answer.get_data(as_text=True))
        return found

    def post(self, address: str, fields: list[tuple[str, str]]) -> None:
        data: dict[str, list[str]] = {"csrf_token": [self.token]}
        for name, value in fields:
            if name != "csrf_token":
                data.setdefault(name, []).append(value)
        answer = self.person.open(address, method="POST", data=data)
        assert answer.status_code == 303, (address, answer.status_code, answer.get_data(as_text=True)[-2000:])

    def save_back(self, questionnaire_id: int, forms: Forms) -> int:
        """Send every form of the pane as it is shown; the number of fields."""
        count = 0
        for name, fields in forms.forms.items():
            action = forms.actions[name]
            own = [pair for pair in fields if pair[0].startswith("f:")]
            if own and action.endswith("/fields"):
                self.post(action, fields)
                count += len(own)
            elif name in ("expression", "score-items"):
                self.post(action, fields)
                count += len(fields)
        return count


@pytest.fixture
def editor(sqlite_app: Flask) -> Editor:
    return Editor(sqlite_app)


def check(editor: Editor, file: Path, *, languages: int) -> int:
    found, before = editor.load(file)
    page = editor.person.get(f"/questionnaires/{found}/editor")
    assert page.status_code == 200
    count = 0
    for node in editor.tree(found).ids():
        for language in before.languages[:languages]:
            count += editor.save_back(found, editor.forms(found, node, language))
    after = drafting.draft_of(db.session.get_one(Questionnaire, found))
    assert after == before and after.digest() == before.digest()
    # loading a file over a draft of its name is a change itself
    edits = db.session.scalars(select(Edit.changes).where(Edit.questionnaire_id == found, Edit.kind != "file"))
    assert list(edits) == []  # nothing was changed, so there is nothing to take back
    db.session.remove()
    assert editor.person.get(f"/questionnaires/{found}/editor/preview", headers=HTMX).status_code == 200
    return count


def test_every_definition_is_equal_after_each_field_was_saved_as_shown(editor: Editor, full: bool) -> None:
    assert len(FILES) > 40
    fields = sum(check(editor, file, languages=30 if full else 1) for file in FILES)
    assert fields > 3_000


def test_all_languages_of_a_questionnaire_are_saved_as_shown(editor: Editor) -> None:
    for name in ("order-satisfaction", "golden"):
        check(editor, next(file for file in FILES if file.stem == name), languages=30)
