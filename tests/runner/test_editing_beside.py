"""Changing an answer beside everything else: versions, pages, order data, recordings, settling, figures, exports, two at once."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import clock, web
from survey_app.analysis import dataset, figures, tallies
from survey_app.config import Settings
from survey_app.database import db
from survey_app.design import drafting, publishing
from survey_app.design.models import Questionnaire, Version
from survey_app.events import COMMAND_LINE
from survey_app.exports.writing import write_export
from survey_app.organisation.models import Organisation
from survey_app.questionnaire.loading import load_definition
from survey_app.responses import ballots, recordings, revising, settling
from survey_app.responses.ballots import Ticket
from survey_app.responses.models import Ballot, Comment, Draft, Recording, Response, ResponseLink
from survey_app.responses.recording import Outcome
from survey_app.responses.revising import Revision
from survey_app.speech import NotUnderstood
from tests.runner.invited import Guest, Mailing, guest, mailing
from tests.runner.street import HERE, rows_of, site
from tests.runner.test_editing import answered, change, link_of
from tests.runner.test_personal import everything
from tests.runner.test_recording import record


def published_again(made: Mailing, file: str, before: str, after: str) -> None:
    """A second version, as the editor publishes one."""
    text = (HERE / file).read_text("utf-8")
    assert before in text
    definition = load_definition(text.replace(before, after), file=file).model_copy(update={"mode": made.mode})
    drafting.load_file(definition=definition, by=COMMAND_LINE, now=clock.now())
    found = db.session.get_one(Questionnaire, made.questionnaire_id)
    publishing.publish(questionnaire=found, by=COMMAND_LINE, now=clock.now(), reason="two wordings")
    db.session.commit()
    db.session.remove()


def test_a_change_stays_in_the_version_that_was_answered(app: Flask, runner: Flask) -> None:
    made = mailing(mode="confidential")
    one = answered(made.guest(runner), overall=4)
    published_again(made, "short.yaml", "您满意吗？", "这一次您满意吗？")
    runner.extensions["respondents"].doors.forget()
    first, second = sorted(rows_of(select(Version.id)))
    change(one)
    assert "这一次" not in one.html and f'name=_v value="{first}"' in one.html
    one.send(overall=5)
    assert "修改已保存" in one.html and rows_of(select(Response.version_id)) == [first]
    assert f'name=_v value="{second}"' in made.guest(runner).open()


def test_pages_are_walked_again_with_what_came_with_the_link_and_leave_no_draft(app: Flask, runner: Flask) -> None:
    one = mailing("pages.yaml", mode="identified").guest(runner)
    one.open("?from=app")
    steps: list[dict[str, Any]] = [
        {"bought": "yes", "city": "上海"},
        {"kinds": ["cold", "pain"]},
        {"cold_help": 4},
        {"visits": 3},
    ]
    for given in steps:
        one.send(**given)
    assert one.delete_code
    page = change(one)
    assert 'value="上海"' in page and "restart" not in page
    before = everything()
    one.send(city="苏州")
    assert "您在苏州买了什么" in one.html and "正在修改已提交的回答" in one.html
    one.post([*one.form(), ("view", "lang:en")])
    assert "What did you buy in 苏州" in one.html and "You are changing an answer" in one.html
    page = one.html
    one.post(one.form(), "?draft=1")
    assert one.status == 204 and everything() == before  # nothing is kept before the submit
    one.html = page
    one.send("back")
    one.send(city="苏州")
    one.send(kinds=["pain"], cold_help=None)
    assert dict(one.form())["visits"] == "3"
    one.send("back")
    one.send()
    one.send()
    row = rows_of(select(Response))[0]
    assert row.answers == {"source": "app", "bought": "yes", "kinds": ["pain"], "visits": 3}
    assert rows_of(select(Comment.redacted)) == ["苏州"] and rows_of(select(Draft)) == []
    one.open(link_of(one.html, "Change my answer"))
    one.send(bought="no")
    assert rows_of(select(Response.status)) == ["screened_out"]
    assert rows_of(select(Response.answers)) == [{"source": "app", "bought": "no"}]


def test_where_answers_are_reviewed_the_change_begins_with_the_review(app: Flask, runner: Flask) -> None:
    one = mailing("ten.yaml", mode="confidential").guest(runner)
    one.open()
    one.send(overall=4, recommend=8, age="a")
    while "go value=submit" not in one.html:
        one.send()
    assert "提交后 30 分钟内可以修改" in one.html
    one.send("submit")
    page = change(one)
    assert "value=edit:overall" in page and "提交修改" in page
    assert "history.replaceState(null,'','/i/')" in page  # the code leaves the address bar here, too
    one.send("edit:overall")
    assert dict(one.form())["overall"] == "4"
    one.send(overall=2)
    while "go value=submit" not in one.html:
        one.send()
    one.send("submit")
    answers = rows_of(select(Response.answers))[0]
    assert (answers["overall"], answers["recommend"], answers["age"]) == (2, 8, "a")


@pytest.mark.parametrize("mode", ["confidential", "identified"])
def test_order_data_is_shown_whole_and_kept_as_the_mode_says(app: Flask, runner: Flask, mode: str) -> None:
    facts = {"order_number": "D-77", "order_date": "2026-11-05", "order_amount": "128.40", "shop": "南京路店"}
    one = answered(mailing("whole_order.yaml", mode=mode).guest(runner, facts=json.dumps(facts)), overall=4)
    (before,) = rows_of(select(Response.answers))
    assert "D-77" in change(one)
    one.send(overall=5)
    assert rows_of(select(Response.answers)) == [before | {"overall": 5}]


# --- two at once ---------------------------------------------------------------------------------------------------------
def raw_change(ticket: Ticket, response_id: int, before: bytes, score: int) -> Revision:
    return Revision(
        ticket=ticket, response_id=response_id, before=before, nonce=ballots.new_nonce(), status="complete",
        straightline=False, answers={"overall": score}, texts={"remark": f"第{score}次"},
    )  # fmt: skip


def together(jobs: list[Any]) -> list[Any]:
    """What these gave, begun at the same moment."""
    barrier, found = Barrier(len(jobs)), [None] * len(jobs)

    def run(place: int) -> None:
        barrier.wait()
        found[place] = jobs[place]()

    threads = [Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_of_many_changes_at_one_moment_one_is_stored_whole(app: Flask, runner: Flask) -> None:
    one = answered(mailing(mode="confidential").guest(runner), overall=3)
    recorder, ticket = runner.extensions["respondents"].recorder, ballots.open_ticket(web.vault(), one.code)
    assert ticket is not None
    (number,), (before,) = rows_of(select(Response.id)), rows_of(select(Ballot.nonce_hash))
    changes = [raw_change(ticket, number, bytes(before), score) for score in (1, 2, 3, 4, 5) * 2]
    told = together([lambda c=c: revising.revise(recorder, c) for c in changes])
    assert sorted(t.name for t in told) == ["STORED"] + ["TAKEN"] * 9
    (row,), words = rows_of(select(Response)), rows_of(select(Comment.redacted))
    assert words == [f"第{row.answers['overall']}次"]
    assert revising.revise(recorder, changes[told.index(Outcome.STORED)]) is Outcome.RETRY


def test_a_change_and_a_taking_back_at_one_moment_leave_nothing_half(app: Flask, runner: Flask) -> None:
    made = mailing(mode="identified")
    recorder = runner.extensions["respondents"].recorder
    for _ in range(6):
        one = answered(made.guest(runner), overall=3, remark="好")
        ticket = ballots.open_ticket(web.vault(), one.code)
        assert ticket is not None
        (row,) = rows_of(select(Response))
        before = recorder.ballot_nonce(ticket.wave_id, ticket.nullifier)
        told, gone = together([
            lambda t=ticket, r=row, b=before: revising.revise(recorder, raw_change(t, r.id, b, 5)),
            lambda r=row: revising.take_back(recorder, wave_id=r.wave_id, response_id=r.id),
        ])  # fmt: skip
        assert gone is True and told in (Outcome.STORED, Outcome.GONE)
        assert rows_of(select(Response)) == rows_of(select(Comment)) == rows_of(select(ResponseLink)) == []


# --- recordings ------------------------------------------------------------------------------------------------------------
class Listener:
    """Understands everything as one sentence."""

    def text_of(self, body: bytes, *, language: str) -> str:
        if not body:
            raise NotUnderstood("empty")
        return "说出来的话"


@pytest.fixture
def speaker(app: Flask, settings: Settings) -> Iterator[Guest]:
    """Somebody who has answered by speaking; nobody has written it down yet."""
    runner = site(replace(settings, transcribe_command="listen"))
    one = guest(runner, mailing("spoken.yaml", mode="confidential").invite(1)[0])
    one.open()
    one.send("record:why", overall=4)
    record(one, _voice="yes")
    one.send()
    assert one.delete_code
    yield one
    runner.extensions["respondents"].recorder.close()
    runner.extensions["respondents"].doors.close()


def test_a_recording_stays_with_the_answer_that_is_changed(speaker: Guest) -> None:
    (before,) = rows_of(select(Recording))
    assert "〔录音〕</textarea>" in change(speaker)
    speaker.send(overall=5)
    assert rows_of(select(Response.answers)) == [{"overall": 5}]
    (kept,) = rows_of(select(Recording))
    assert (kept.id, kept.response_id, kept.nullifier) == (before.id, before.response_id, None)
    assert recordings.write_down(engine=Listener()) == 1  # type: ignore[arg-type]
    assert rows_of(select(Comment.redacted)) == ["说出来的话"]


def test_who_deletes_the_mark_in_a_change_throws_the_recording_away(speaker: Guest) -> None:
    change(speaker)
    speaker.send(why="还是打字吧")
    assert rows_of(select(Recording)) == [] and rows_of(select(Comment.redacted)) == ["还是打字吧"]


def test_a_recording_made_anew_replaces_the_one_of_the_answer(speaker: Guest) -> None:
    (before,) = rows_of(select(Recording))
    change(speaker)
    speaker.send("record:why")
    record(speaker, _voice="yes")
    assert len(rows_of(select(Recording))) == 2 and "正在修改已提交的回答" in speaker.html
    speaker.send()
    (kept,) = rows_of(select(Recording))
    assert kept.id != before.id and (kept.response_id, kept.nullifier) == (before.response_id, None)


def test_words_written_down_meanwhile_are_not_overwritten_by_their_mark(speaker: Guest) -> None:
    change(speaker)
    assert recordings.write_down(engine=Listener()) == 1  # type: ignore[arg-type]
    speaker.send(overall=5)
    assert "回答刚刚有了变化" in speaker.html
    assert rows_of(select(Comment.redacted)) == ["说出来的话"] and rows_of(select(Response.answers)) == [{"overall": 4}]
    assert "说出来的话</textarea>" in change(speaker)
    speaker.send(overall=5)
    assert rows_of(select(Response.answers)) == [{"overall": 5}]


def test_taking_an_answer_back_takes_its_recording_along(speaker: Guest) -> None:
    speaker.open("?x=1")
    speaker.send("takeback")
    assert rows_of(select(Recording)) == rows_of(select(Response)) == []


# --- the rest of the house -------------------------------------------------------------------------------------------------
def test_settling_leaves_a_linked_answer_and_its_change_alone(app: Flask, runner: Flask) -> None:
    one = answered(mailing(mode="confidential").guest(runner), overall=4, remark="第一次")
    settling.forget_arrivals(now=clock.now())
    db.session.remove()
    change(one)
    one.send(overall=5, remark="第二次")
    settling.forget_arrivals(now=clock.now())
    db.session.remove()
    assert rows_of(select(Response.answers)) == [{"overall": 5}] and rows_of(select(Comment.redacted)) == ["第二次"]
    assert len(rows_of(select(ResponseLink))) == 1
    change(one)
    assert one.status == 200 and "第二次</textarea>" in one.html


def test_figures_and_exports_see_the_changed_answer(app: Flask, runner: Flask, tmp_path: Path) -> None:
    db.session.get_one(Organisation, 1).sample = True  # figures follow at once
    made = mailing(mode="confidential")
    one = answered(made.guest(runner), overall=4, remark="第一次")
    change(one)
    one.send(overall=5, remark="第二次")
    found = figures.current(made.questionnaire_id, dataset.versions(made.questionnaire_id))
    (tally,) = (t["overall"] for t in found.values())
    assert isinstance(tally, tallies.Tally) and (tally.n, tally.counts) == (1, {"5": 1})
    db.session.rollback()
    path = tmp_path / "answers.csv"
    write_export(
        questionnaire=db.session.get_one(Questionnaire, made.questionnaire_id), file_format="csv", path=path, labels=False,
        language="zh-CN", by=COMMAND_LINE, reason="check", now=clock.now(),
    )  # fmt: skip
    db.session.rollback()
    with path.open(encoding="utf-8-sig", newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["overall"], line["remark"]) == ("5", "第二次")
