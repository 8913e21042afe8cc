"""Texts side by side: states, coverage, and a CSV that goes out and comes in without loss."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from survey_app import clock
from survey_app.database import db
from survey_app.design import drafting, translating
from survey_app.design.editing import marks
from survey_app.design.editing.tree import Tree, flatten, plain
from survey_app.design.models import Questionnaire
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE
from survey_app.questionnaire import loading, review
from survey_app.questionnaire.definition import Definition
from tests import staff

ROOT = Path(__file__).parents[2]
SOURCE = """
format: 1
name: small-shop
title: {zh-CN: 小店, en: Small shop}
languages: [zh-CN, en, ja]
scales:
  agree: {points: [{code: "1", text: {zh-CN: 否}}, {code: "2", text: {zh-CN: 是, en: "Yes"}}]}
pages:
  - title: {zh-CN: 开始}
    questions:
      - name: overall
        type: rating
        points: 2
        style: labels
        text: {zh-CN: "=总体", en: Overall}
        labels: [{zh-CN: 差, en: Bad}, {zh-CN: 好}]
      - name: why
        type: multiple_choice
        text: {zh-CN: "原因\\n两行", en: Why}
        choices: [{code: slow, text: {zh-CN: 慢, en: Slow}}, {code: rude, text: {zh-CN: 态度, en: Rude}}]
scores:
  - {name: total, kind: mean, questions: [overall], label: {zh-CN: 总分}}
"""


def draft() -> dict[str, Any]:
    return loading.load_definition(SOURCE, file="x", incomplete=True).to_json()


def states(tree: Tree, language: str = "en") -> dict[str, str]:
    return {cell.name: cell.state(language, "zh-CN") for cell in translating.cells(tree)}


def test_texts_that_wait_for_a_translation_are_counted_and_hide_no_other_fault() -> None:
    document = draft()
    document["pages"][0]["questions"][1]["text"] = {"en": "Why"}
    rest, waiting = translating.apart(review.review(Definition.from_json(document)), "zh-CN")
    assert [(fault.code, fault.values["language"]) for fault in rest] == [("missing_text", "zh-CN")]
    assert waiting == {"en": 4, "ja": 11}


def after(tree: Tree, before: Any) -> Tree:
    marks.note_old_translations(before, flatten(tree), tree)
    return tree


def test_every_text_has_a_row_with_its_state() -> None:
    assert states(Tree(draft())) == {
        "questionnaire.title": "done",
        "page.1.title": "missing",
        "overall.text": "done",
        "overall.labels.0": "done",
        "overall.labels.1": "missing",
        "why.text": "done",
        "why.choices.slow.text": "done",
        "why.choices.rude.text": "done",
        "scale.agree.points.1.text": "missing",
        "scale.agree.points.2.text": "done",
        "score.total.label": "missing",
    }
    assert translating.coverage(draft()) == {"en": (7, 11), "ja": (0, 11)}


def test_a_changed_source_is_old_until_it_is_translated_or_confirmed() -> None:
    tree = Tree(draft())
    before = flatten(tree)
    cells = {cell.name: cell for cell in translating.cells(tree)}
    for name in ("overall.text", "overall.labels.0", "why.choices.slow.text"):
        translating.write(tree, cells[name], "zh-CN", "新")
    after(tree, before)
    assert [name for name, state in states(tree).items() if state == "old"] == [
        "overall.text",
        "overall.labels.0",
        "why.choices.slow.text",
    ]
    translating.confirm(tree, "overall.labels.0", "en")
    before = flatten(tree)
    translating.write(tree, cells["overall.text"], "en", "New")
    after(tree, before)
    assert [name for name, state in states(tree).items() if state == "old"] == ["why.choices.slow.text"]


def test_csv_goes_out_and_in_without_changing_anything() -> None:
    tree = Tree(draft())
    data = translating.to_csv(draft(), {"overall.text": "第 1 题"})
    assert data.startswith(b"\xef\xbb\xbf")
    rows = translating.read_csv(data)
    assert {row["key"]: row for _, row in rows}["overall.text"]["zh-CN"] == "=总体"
    result = translating.import_rows(tree, rows)
    assert (result.changed, result.unknown, result.sources_differ) == (0, [], [])
    assert plain(tree.data) == draft()
    cells = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert ["'=总体" in row for row in cells].count(True) == 1, "a spreadsheet must not take it for a formula"


@pytest.mark.parametrize("words", ["=1+1", "'=1+1", "''=1+1", "''quoted''", "'", "@x", "-", "＝1", "it's"])
def test_any_beginning_of_a_text_survives_a_spreadsheet_and_is_no_formula_in_it(words: str) -> None:
    cell = translating._safe(words)
    assert translating._unsafe(cell) == words
    assert not cell.startswith(translating.RISKY)


def test_an_import_fills_in_and_says_what_it_did_not_use() -> None:
    tree = Tree(draft())
    before = flatten(tree)
    text = (
        "key,zh-CN,en,ja\npage.1.title,开始,Start,開始\n"
        "why.text,另一种问法,Reasons,\nnobody.text,无,None,\nwhy.choices.slow.text,慢,,\n"
    )
    result = translating.import_rows(tree, translating.read_csv(text.encode()))
    after(tree, before)
    assert (result.changed, result.emptied) == (3, 1)
    assert result.unknown == [(4, "nobody.text")] and result.sources_differ == [3]
    found = states(tree)
    assert found["page.1.title"] == "done" and found["why.text"] == "old", "it was translated from another wording"
    assert Definition.from_json(plain(tree.data)).question("why").text["en"] == "Reasons"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a,b\n1,2\n",
        b"key\nx\n",
        b"key,en,en\n",
        b'key,en\nx,"open',
        b"\x00\x01\x02\x00",
        b"key,en\nx,\xff\xff\xff",
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes) -> None:
    with pytest.raises(DomainError) as caught:
        translating.read_csv(data)
    assert str(caught.value)


def test_a_file_from_chinese_excel_is_read() -> None:
    data = "key;zh-CN;en\npage.1.title;开始;Start\n".encode("gb18030")
    assert translating.read_csv(data) == [(2, {"key": "page.1.title", "zh-CN": "开始", "en": "Start"})]


def test_every_text_of_the_library_has_a_row() -> None:
    for file in ROOT.glob("questionnaires/*.yaml"):
        definition = loading.load_definition(file.read_bytes(), file=file.name)
        tree = Tree(definition.to_json())
        names = [cell.name for cell in translating.cells(tree)]
        assert len(set(names)) == len(names), file.name
        counted = sum(len(question.texts()) for question in definition.questions)
        questions = [name for name in names if name.split(".")[0] in definition.by_name]
        # texts a type brings along by itself (the ends of NPS) are not in the file
        assert 0 <= counted - len(questions) <= 2 * len(definition.questions), file.name


# --- pages -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


@pytest.fixture
def number(chain: staff.Chain) -> int:
    definition = loading.load_definition(SOURCE, file="x", incomplete=True)
    made = drafting.load_file(definition=definition, by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    return made.id


def test_the_table_saves_a_cell_shows_old_ones_and_confirms_them(chain: staff.Chain, number: int) -> None:
    person = chain.signed_in("researcher", "en")
    page = person.text(f"/questionnaires/{number}/translations?language=en&state=missing")
    assert "scale.agree.points.1.text" in page and "why.choices.slow.text" not in page
    node = Tree(db.session.get_one(Questionnaire, number).draft).id_of("overall")
    db.session.rollback()
    saved = person.post(f"/questionnaires/{number}/fields", {f"f:{node}:text:zh-CN": "新的问法"})
    assert saved.status_code in (200, 303)
    page = person.text(f"/questionnaires/{number}/translations?language=en&state=old")
    assert "overall.text" in page and "Still right" in page and "why.text" not in page
    state = person.text(f"/questionnaires/{number}/translations/state?cell=overall.text&language=en")
    assert "Old" in state
    address = f"/questionnaires/{number}/translations/confirmations?language=en"
    assert person.post(address, {"cell": "overall.text"}).status_code == 303
    assert "Done" in person.text(f"/questionnaires/{number}/translations/state?cell=overall.text&language=en")
    assert person.get(f"/questionnaires/{number}/translations/state?cell=nothing&language=en").status_code == 404


def test_csv_is_downloaded_changed_and_imported(chain: staff.Chain, number: int) -> None:
    person = chain.signed_in("researcher", "en")
    file = person.get(f"/questionnaires/{number}/translations.csv")
    assert file.mimetype == "text/csv" and b"overall.text" in file.data
    address = f"/questionnaires/{number}/translations/imports"
    empty = person.post(address)
    assert empty.status_code == 422 and "Choose a CSV file" in empty.get_data(as_text=True)
    bad = person.post(address, {"file": (io.BytesIO(b"a,b\n"), "a.csv")}, content_type="multipart/form-data")
    assert bad.status_code == 422 and "Line 1 must be the header" in bad.get_data(as_text=True)
    good = "key,zh-CN,en,fr\npage.1.title,开始,<script>Start</script>,Début\nx.y,a,b,c\n".encode()
    answer = person.post(address, {"file": (io.BytesIO(good), "a.csv")}, content_type="multipart/form-data")
    assert answer.status_code == 303
    page = person.text(f"/questionnaires/{number}/translations")
    assert "1 translations imported" in page and "Lines 3 have keys" in page and "The file holds fr" in page
    assert "&lt;script&gt;Start" in page and "<script>Start" not in page
    assert person.post(f"/questionnaires/{number}/languages", {"language": "fr"}).status_code == 303
    assert "Français" in person.text(f"/questionnaires/{number}/translations?language=fr")
    assert chain.signed_in("manager").get(f"/questionnaires/{number}/translations").status_code == 403
