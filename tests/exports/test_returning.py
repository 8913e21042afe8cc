"""A package and the questionnaire that is made of it: the same result page, or no answer at all. On both databases."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest
from flask import Flask

from survey_app import clock, work, worker
from survey_app.analysis import dataset
from survey_app.analysis.results import results
from survey_app.database import db
from survey_app.design.models import Conversion, Questionnaire, Version
from survey_app.distribution.models import Wave
from survey_app.exports import returning, writing
from survey_app.formats.package import CHECKSUMS
from survey_app.questionnaire.validation import settle
from survey_app.responses.models import Ballot, Comment, Response
from survey_app.work import Work
from tests.analysis.answers import SMALL, add_shop, add_wave, answer, definition, make_sample, publish
from tests.analysis.staff import client_of, token_in
from tests.exports.every_type import EVERY, FULL, FULL_TEXTS

SECOND = SMALL.replace('{code: "2"', '{code: "3", text: {zh-CN: 位置, en: Place}}\n          - {code: "2"')


def package_of(app: Flask, questionnaire: Questionnaire, **more: Any) -> bytes:
    folder = app.extensions["survey_settings"].instance
    path = folder / "out.zip"
    db.session.commit()
    writing.write_file(
        questionnaire_id=questionnaire.id, file_format="package", path=path, labels=False, language="zh-CN",
        now=clock.now(), vault=app.extensions["survey_vault"], **more,
    )  # fmt: skip
    return path.read_bytes()


def with_members(package: bytes, changes: Mapping[str, Any]) -> bytes:
    """The package with some members changed (name: old bytes -> new bytes) and checksums that fit."""
    made, sums = io.BytesIO(), ""
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != CHECKSUMS:
                body = changes.get(name, lambda same: same)(old.read(name))
                sums += f"{hashlib.sha256(body).hexdigest()}  {name}\n"
                new.writestr(name, body)
        new.writestr(CHECKSUMS, sums)
    return made.getvalue()


class Bringing:
    """A researcher who imports a package with its answers."""

    def __init__(self, app: Flask, package: bytes) -> None:
        self.app, self.client = app, client_of(app, "researcher")
        page = self.client.get("/questionnaires/import").get_data(as_text=True)
        fields = {"csrf_token": token_in(page), "file": (io.BytesIO(package), "small.zip"), "format": ""}
        sent = self.client.post("/questionnaires/import", data=fields, content_type="multipart/form-data")
        assert sent.status_code == 303, sent.get_data(as_text=True)
        self.address = sent.headers["Location"]

    def press(self) -> Any:
        page = self.client.get(self.address).get_data(as_text=True)
        assert "创建问卷并带入回答" in page
        return self.client.post(f"{self.address}/answers", data={"csrf_token": token_in(page), "title": "", "name": ""})

    def bring(self) -> Questionnaire:
        pressed = self.press()
        assert pressed.status_code == 303, pressed.get_data(as_text=True)
        self.work()
        return db.session.query(Questionnaire).order_by(Questionnaire.id.desc()).first() or pytest.fail("none")

    def work(self) -> None:
        [(work_id, _)] = work.due(now=clock.now())
        db.session.rollback()
        assert worker.perform(self.app, work_id)
        db.session.expire_all()
        assert db.session.get_one(Work, work_id).state == "done", db.session.get_one(Work, work_id).error


def figures_of(questionnaire: Questionnaire) -> list[Any]:
    """Everything the result page shows, over all versions and for each."""
    numbers = [None, *(version.number for version in questionnaire.versions)]
    found = []
    for number in numbers:
        shown = results(questionnaire.id, number=number, language="zh-CN", _=str)
        assert shown is not None
        found.append((asdict(shown.responses), [asdict(key) for key in shown.keys], [asdict(c) for c in shown.cards]))
        assert shown.received == shown.responses.n or number is not None
    return found


def fielded() -> Questionnaire:
    """Two versions with answers of two months, shops, languages and states."""
    make_sample()
    first = publish()
    second = publish(SECOND, questionnaire=first.questionnaire)
    october = add_wave(first.questionnaire_id, date(2026, 10, 1)).id
    big, small = add_shop("S001"), add_shop("S002")
    for number in range(40):
        nps: Any = number % 11 if number % 7 else "unknown"
        answers: dict[str, Any] = {"nps": nps} | (
            {"why": ["1", "8"] if number % 2 else ["2"]} if nps != "unknown" else {}
        )
        texts = {"comment": ["=1+1", "-5 度", "'好", '很好,\n"真的"'][number % 4]} if number % 3 else {}
        if "8" in answers.get("why", []):
            texts["why_other"] = "送药慢"
        answer(
            second if number % 2 else first, answers, texts, shop_id=(big if number < 25 else small).id, channel="shop",
            place="收银台", language="en" if number % 5 == 0 else "zh-CN", wave_id=october if number % 4 == 0 else 1,
            day=None if number % 4 == 0 else clock.day_number(clock.now()), layout="grid65",
            status="screened_out" if number % 10 == 0 else "complete", speed="fast" if number % 9 == 0 else "normal",
        )  # fmt: skip
    db.session.commit()
    return first.questionnaire


def test_the_result_page_of_an_imported_package_shows_the_same_figures(app: Flask) -> None:
    source = fielded()
    made = Bringing(app, package_of(app, source)).bring()
    assert made.id != source.id and [v.number for v in sorted(made.versions, key=lambda v: v.number)] == [1, 2]
    assert figures_of(made) == figures_of(source)
    texts = [sorted(t for (t,) in db.session.query(Comment.redacted).join(Response, Response.id == Comment.response_id)
                    .join(Version, Version.id == Response.version_id).filter(Version.questionnaire_id == one.id))
             for one in (source, made)]  # fmt: skip
    assert texts[0] == texts[1]


def test_an_imported_answer_is_marked_and_holds_nothing_that_the_file_did_not(app: Flask) -> None:
    source = fielded()
    made = Bringing(app, package_of(app, source)).bring()
    ids = [version.id for version in made.versions]
    found = db.session.query(Response).filter(Response.version_id.in_(ids)).all()
    assert len(found) == 40
    assert {(row.channel, row.verified, row.day, row.due, row.test) for row in found} == {
        ("package", False, None, 0, False)
    }
    assert {row.place for row in found} == {"收银台"} and len({row.shop_id for row in found}) == 2
    assert db.session.query(Comment).filter(Comment.raw.is_not(None)).count() == 0
    months = {wave.id: wave.month for wave in db.session.query(Wave)}
    assert {months[row.wave_id] for row in found} == {date(2026, 10, 1), date(2026, 11, 1)}
    assert dataset.received_by_door(ids) == []
    assert dataset.received(ids) == 40


def test_a_job_done_twice_stores_each_answer_once(app: Flask) -> None:
    bringing = Bringing(app, package_of(app, fielded()))
    bringing.press()
    body = db.session.query(Conversion).one().package
    bringing.work()
    conversion = db.session.query(Conversion).one()
    conversion.package = body
    db.session.query(Work).update({"state": "queued", "attempts": 1})
    db.session.commit()
    bringing.work()
    assert (db.session.query(Response).count(), db.session.query(Ballot).count()) == (80, 40)
    assert db.session.query(Conversion).one().package is None


def test_a_second_press_makes_no_second_questionnaire(sqlite_app: Flask) -> None:
    bringing = Bringing(sqlite_app, package_of(sqlite_app, fielded()))
    bringing.press()
    conversion = db.session.query(Conversion).one()
    again = returning.take_along(conversion=conversion, name="", title="", by=returning.WORKER, now=clock.now())
    assert again.id == conversion.questionnaire_id
    assert (db.session.query(Questionnaire).count(), db.session.query(Work).count()) == (2, 1)


@pytest.mark.parametrize(
    ("old", "new", "place", "column"),
    [
        (b",9,", b",77,", "data/small.csv, ", "nps"),
        (b",2026-10,", b",2026-12,", "data/small.csv, ", "month"),
        (b",complete,", b",half,", "data/small.csv, ", "status"),
        (b",why_1,", b",why_7,", "data/small.csv, 1", "why_7"),
        (b",why_1,", b",why_2,", "data/small.csv, 1", "why_2"),
    ],
)
def test_one_row_that_does_not_fit_refuses_all_and_says_where(
    sqlite_app: Flask, old: bytes, new: bytes, place: str, column: str
) -> None:
    def broken(body: bytes) -> bytes:
        assert old in body
        return body.replace(old, new, 1)

    package = with_members(package_of(sqlite_app, fielded()), {"data/small.csv": broken})
    bringing = Bringing(sqlite_app, package)
    made = bringing.bring()
    assert db.session.query(Response).filter(Response.channel == "package").count() == 0
    told = returning.state_of(made)
    assert told is not None and told["state"] == "refused"
    assert [fault for fault in told["faults"] if fault[0].startswith(place) and fault[1] == column]
    page = bringing.client.get(f"/questionnaires/{made.id}/exports").get_data(as_text=True)
    assert "没有导入任何回答" in page and "data/small.csv" in page


def test_every_kind_of_column_comes_back(sqlite_app: Flask) -> None:
    make_sample()
    version = publish(EVERY)
    given = [({**FULL, "nps": number % 11}, FULL_TEXTS) for number in range(12)]
    given.append(({"how": "secret", "nps": "unknown", "opinion": "unknown", "warm": "unknown", "rank": ["1"]}, {}))
    for answers, texts in [*given, ({}, {})]:
        answer(version, *settle(definition(EVERY), answers, texts))
    made = Bringing(sqlite_app, package_of(sqlite_app, version.questionnaire)).bring()
    assert figures_of(made) == figures_of(version.questionnaire)


def test_a_version_that_moved_the_missing_codes_of_a_column_comes_back(sqlite_app: Flask) -> None:
    make_sample()
    first = publish(EVERY)
    second = publish(EVERY.replace("min: 0, max: 120", "min: -500, max: 120"), questionnaire=first.questionnaire)
    for number in range(12):
        answer(first if number % 2 else second, *settle(definition(EVERY), {"age": number} if number % 3 else {}, {}))
    made = Bringing(sqlite_app, package_of(sqlite_app, first.questionnaire)).bring()
    assert figures_of(made) == figures_of(first.questionnaire)


def test_progress_is_a_fragment_that_stops_asking_when_done(sqlite_app: Flask) -> None:
    bringing = Bringing(sqlite_app, package_of(sqlite_app, fielded()))
    bringing.press()
    made = db.session.query(Conversion).one().questionnaire_id
    address = f"/questionnaires/{made}/returned-answers"
    waiting = bringing.client.get(address, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert 'hx-trigger="every 2s"' in waiting and "正在导入" in waiting
    bringing.work()
    done = bringing.client.get(address, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "hx-trigger" not in done and "40 份回答已导入" in done


def test_only_who_brought_the_file_may_take_its_answers(sqlite_app: Flask) -> None:
    bringing = Bringing(sqlite_app, package_of(sqlite_app, fielded()))
    other = client_of(sqlite_app, "administrator")
    token = token_in(other.get("/questionnaires/import").get_data(as_text=True))
    assert other.post(f"{bringing.address}/answers", data={"csrf_token": token}).status_code == 404


def test_a_draft_without_the_answers_forgets_them(sqlite_app: Flask) -> None:
    bringing = Bringing(sqlite_app, package_of(sqlite_app, fielded()))
    token = token_in(bringing.client.get(bringing.address).get_data(as_text=True))
    assert bringing.client.post(bringing.address, data={"csrf_token": token}).status_code == 303
    assert db.session.query(Conversion).one().package is None
    assert "创建问卷并带入回答" not in bringing.client.get(bringing.address).get_data(as_text=True)
