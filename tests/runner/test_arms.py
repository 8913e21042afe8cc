"""A door that compares two versions: the draw, and that nobody changes over while answering. On both databases."""

import re
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import event, select

from survey_app import clock
from survey_app.database import db
from survey_app.design import drafting, publishing
from survey_app.design.models import Version
from survey_app.distribution import variants
from survey_app.distribution.models import Collector
from survey_app.events import COMMAND_LINE
from survey_app.questionnaire.loading import load_definition
from survey_app.responses.models import Draft, Response
from survey_app.runner.doors import Door
from tests.runner.street import HERE, Respondent, publish, rows_of

WORDS = "你好吗，第二种问法？"


def revise(address: str, file: str, before: str, after: str) -> tuple[Collector, list[Version]]:
    """Publish a second version; the door still shows the first. Nothing is committed."""
    collector = db.session.scalars(select(Collector).where(Collector.code == address[-6:])).one()
    text = (HERE / file).read_text("utf-8")
    assert before in text
    definition = load_definition(text.replace(before, after), file=file)
    drafting.load_file(definition=definition, by=COMMAND_LINE, now=clock.now())
    publishing.publish(questionnaire=collector.questionnaire, by=COMMAND_LINE, now=clock.now(), reason="two wordings")
    return collector, list(reversed(collector.questionnaire.versions))


def commit() -> None:
    db.session.commit()
    db.session.remove()


def both(address: str, file: str, before: str, after: str, share: int = 50) -> list[int]:
    """Two versions behind a door; their ids."""
    collector, (first, second) = revise(address, file, before, after)
    variants.start(collector=collector, first=first, second=second, share=share, by=COMMAND_LINE, now=clock.now())
    ids = [first.id, second.id]
    commit()
    return ids


def version_in(html: str) -> int:
    found = re.search(r"name=_v value=\"?(\d+)", html)
    assert found is not None
    return int(found[1])


def until(someone: Respondent, version_id: int) -> str:
    """Open the link until this version is drawn."""
    for _ in range(200):
        if version_in(someone.open()) == version_id:
            return someone.html
    raise AssertionError("this version is never drawn")


@pytest.fixture
def short(app: Flask, runner: Flask) -> tuple[Respondent, list[int]]:
    address = publish("short.yaml")
    ids = both(address, "short.yaml", *question_of("short.yaml"))
    return Respondent(runner.test_client(), address), ids


def question_of(file: str) -> tuple[str, str]:
    """A text of the first question and another wording for it."""
    definition = load_definition((HERE / file).read_bytes(), file=file)
    first = next(q for q in definition.questions if q.asks)
    return definition.text(first.text, "zh-CN"), WORDS


def test_both_versions_are_drawn_and_each_is_stored_with_its_answer(short: tuple[Respondent, list[int]]) -> None:
    someone, ids = short
    for version_id in ids:
        html = until(someone, version_id)
        assert (WORDS in html) == (version_id == ids[1])
        someone.send("submit", overall=4)
        assert someone.delete_code
    assert sorted(rows_of(select(Response.version_id))) == ids


def test_the_shares_are_kept_by_the_draw() -> None:
    door = Door("ABCDEF", "link", 1, 7, None, "", None, 1, "anonymous", ((7, 80), (9, 20)))
    drawn = Counter(door.draw() for _ in range(20_000))
    assert set(drawn) == {7, 9} and abs(drawn[7] / 20_000 - 0.8) < 0.02
    alone = Door("ABCDEF", "link", 1, 7, None, "", None, 1, "anonymous")
    assert {alone.draw() for _ in range(50)} == {7}


def test_a_form_cannot_go_over_to_the_other_version(short: tuple[Respondent, list[int]]) -> None:
    someone, ids = short
    until(someone, ids[0])
    for wrong in (ids[1], 999_999):
        someone.post([*someone.form(overall=4, _v=wrong), ("go", "submit")])
        assert someone.status == 400
        until(someone, ids[0])
    assert rows_of(select(Response.id)) == []


def test_a_version_that_is_no_arm_is_never_drawn_nor_taken(app: Flask, runner: Flask) -> None:
    address = publish("short.yaml")
    before, after = question_of("short.yaml")
    both(address, "short.yaml", before, after)
    _, versions = revise(address, "short.yaml", before, "第三种问法？")
    third = versions[2].id
    commit()
    someone = Respondent(runner.test_client(), address)
    assert third not in {version_in(someone.open()) for _ in range(40)}
    someone.post([*someone.form(overall=4, _v=third), ("go", "submit")])
    assert someone.status == 400


def test_the_version_stays_through_all_pages_and_the_end_of_the_test(app: Flask, runner: Flask) -> None:
    address = publish("pages.yaml")
    ids = both(address, "pages.yaml", *question_of("pages.yaml"))
    someone = Respondent(runner.test_client(), address)
    until(someone, ids[0])
    someone.send(bought="yes")
    collector = db.session.scalars(select(Collector)).one()
    kept = db.session.get_one(Version, ids[1])
    variants.stop(collector=collector, keep=kept, by=COMMAND_LINE, now=clock.now())
    commit()
    runner.extensions["respondents"].doors.forget()
    someone.send()
    assert version_in(someone.html) == ids[0]
    someone.send("submit", visits=1)
    assert someone.delete_code
    assert rows_of(select(Response.version_id)) == [ids[0]]
    assert {version_in(someone.open()) for _ in range(20)} == {ids[1]}


def test_a_tab_goes_on_with_its_version_when_the_reload_drew_the_other(app: Flask, runner: Flask) -> None:
    address = publish("ten.yaml")
    first = next(q for q in load_definition((HERE / "ten.yaml").read_bytes(), file="").questions if q.asks).name
    ids = both(address, "ten.yaml", f"name: {first}", f"name: {first}_two")
    someone = Respondent(runner.test_client(), address)
    until(someone, ids[0])
    form = [pair for pair in someone.form(**{first: 3}) if pair[0] not in ("_a", "_s")]
    someone.post([*form, ("_a", "s-recommend"), ("_s", "1")], "?draft=1")
    assert someone.status == 204 and rows_of(select(Draft.version_id)) == [ids[0]]
    kept = re.search(r"<div id=_k hidden>(.*?)</div>", until(someone, ids[0]))
    assert kept is not None and "name=_v" in kept[1] and "name=_u" in kept[1]
    html = until(someone, ids[1])  # the reload: fields of the other version, and in them what the tab had kept
    own = {name: value for name, value in form if name in ("_t", "_i", "_m", "_n", "_r", "_v", "_u")}
    someone.html = html
    html = someone.send("resume", **own)
    assert someone.status == 200 and version_in(html) == ids[0] and f"name={first} " in html
    assert 'data-at="s-recommend"' in html


def test_a_door_is_read_with_as_many_statements_as_before(app: Flask, runner: Flask) -> None:
    address = publish("short.yaml")
    someone = Respondent(runner.test_client(), address)
    someone.open()
    here = runner.extensions["respondents"]
    said: list[str] = []
    event.listen(here.doors._reader._connections(), "before_cursor_execute", lambda *given: said.append(given[2]))
    here.doors.forget()
    someone.open()
    assert sum("FROM collector" in text for text in said) == 1 and sum("collector_arm" in text for text in said) == 1
    said.clear()
    for _ in range(5):
        someone.open()
    assert said == []


def test_nothing_about_the_draw_is_left_with_the_person(short: tuple[Respondent, list[int]]) -> None:
    someone, _ = short
    answer = someone.client.get(someone.address)
    assert "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "no-store"
    names = set(re.findall(r"name=(_\w+)", answer.get_data(as_text=True)))
    assert names == {"_v", "_u", "_t", "_i", "_m", "_n", "_r", "_p", "_l", "_z", "_y", "_a", "_s", "_end", "_q"}
