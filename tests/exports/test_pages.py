"""The export page: ordering, making, fetching, forgetting. On both databases."""

import hashlib
import os
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_app import clock, work, worker
from survey_app.database import db
from survey_app.events import Event
from survey_app.exports import requesting
from survey_app.exports.models import Export
from survey_app.work import Work
from tests.analysis.answers import answer, publish
from tests.analysis.staff import client_of, token_in


class Desk:
    """A researcher in front of the export page of a questionnaire with three answers."""

    def __init__(self, app: Flask, role: str = "researcher") -> None:
        self.app, self.role = app, role
        version = publish()
        for _ in range(3):
            answer(version, {"nps": 9}, {"comment": "好"})
        db.session.commit()
        self.address = f"/questionnaires/{version.questionnaire_id}/exports"
        self.client: FlaskClient = client_of(app, role)

    def token(self) -> str:
        return token_in(self.client.get(self.address).get_data(as_text=True))

    def order(self, **form: str) -> Any:
        fields = {"format": "csv", "content": "values", "language": "zh-CN", "reason": "月度分析"}
        return self.client.post(self.address, data={"csrf_token": self.token(), **fields, **form})

    def make(self) -> Export:
        [(work_id, _)] = work.due(now=clock.now())
        db.session.rollback()
        assert worker.perform(self.app, work_id)
        db.session.expire_all()
        return db.session.query(Export).one()

    def fetch(self, export_id: int, part: str = "data") -> Any:
        return self.client.post(f"/exports/{export_id}/downloads", data={"csrf_token": self.token(), "part": part})


def test_a_file_is_ordered_made_and_fetched_and_each_step_recorded(app: Flask) -> None:
    desk = Desk(app)
    assert desk.order().status_code == 303
    assert "排队中" in desk.client.get(desk.address).get_data(as_text=True)
    export = desk.make()
    page = desk.client.get(desk.address).get_data(as_text=True)
    assert "可下载" in page and "hx-trigger" not in page.split('id="export-')[1]
    sent = desk.fetch(export.id)
    assert sent.status_code == 200 and hashlib.sha256(sent.data).hexdigest() == export.sha256
    assert sent.headers["Content-Disposition"].startswith("attachment; filename=small-")
    assert desk.fetch(export.id, "codebook").data.startswith(b"\xef\xbb\xbfvariable,")
    assert desk.fetch(export.id, "../../secret").status_code == 422
    actions = [
        event.action for event in db.session.query(Event).order_by(Event.seq) if event.action.startswith("export.")
    ]
    assert actions == ["export.requested", "export.finished", "export.downloaded", "export.downloaded"]
    assert db.session.query(Event).filter_by(action="export.requested").one().reason == "月度分析"


def test_the_order_its_work_and_its_record_stand_or_fall_together(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(app)
    token = desk.token()

    def broken(*_given: object, **_named: object) -> None:
        raise OSError("the log is full")

    monkeypatch.setattr("survey_app.events.record", broken)
    sent = desk.client.post(desk.address, data={"csrf_token": token, "format": "csv", "reason": "月度分析"})
    assert sent.status_code == 503
    db.session.rollback()
    assert (db.session.query(Export).count(), db.session.query(Work).count()) == (0, 0)


@pytest.mark.parametrize(("form", "words"), [({"reason": " "}, "导出用途"), ({"format": "exe"}, "文件格式")])
def test_a_faulty_order_comes_back_with_what_was_typed(sqlite_app: Flask, form: dict[str, str], words: str) -> None:
    desk = Desk(sqlite_app)
    found = desk.order(**{"content": "labels", **form})
    assert found.status_code == 422 and words in found.get_data(as_text=True)
    assert '<option value="labels" selected>' in found.get_data(as_text=True)
    assert db.session.query(Export).count() == 0


def test_a_file_can_be_fetched_for_a_day_and_is_then_deleted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(app)
    desk.order()
    export = desk.make()
    folder = app.extensions["survey_settings"].export_folder
    assert sorted(oct(path.stat().st_mode & 0o777) for path in folder.iterdir()) == ["0o600", "0o600"]
    now = clock.now() + timedelta(hours=24, minutes=1)
    assert requesting.expire(now=clock.now() + timedelta(hours=23), folder=folder) == 0
    export.expires_at = clock.now() - timedelta(seconds=1)
    db.session.commit()
    assert desk.fetch(export.id).status_code == 410
    assert requesting.expire(now=now, folder=folder) == 2
    assert list(folder.iterdir()) == []
    assert "已过期" in desk.client.get(desk.address).get_data(as_text=True)


def test_a_file_that_no_order_names_is_deleted_after_a_day(sqlite_app: Flask) -> None:
    folder = sqlite_app.extensions["survey_settings"].export_folder
    folder.mkdir(parents=True)
    (folder / ".7.csv.left").write_text("x")
    os.utime(folder / ".7.csv.left", (1, 1))
    (folder / "8.csv").write_text("just made")
    assert requesting.expire(now=clock.now(), folder=folder) == 1


def test_somebody_elses_file_is_as_missing_as_no_file(app: Flask) -> None:
    desk = Desk(app)
    desk.order()
    export_id = desk.make().id
    other = client_of(app, "administrator")
    token = token_in(other.get(desk.address).get_data(as_text=True))
    assert other.post(f"/exports/{export_id}/downloads", data={"csrf_token": token}).status_code == 404
    assert other.get(f"/exports/{export_id}", headers={"HX-Request": "true"}).status_code == 404
    assert "月度分析" not in other.get(desk.address).get_data(as_text=True)


@pytest.mark.parametrize("role", ["manager", "quality", "customer-service", "shop-staff"])
def test_exporting_needs_its_permission(sqlite_app: Flask, role: str) -> None:
    version = publish()
    address = f"/questionnaires/{version.questionnaire_id}/exports"
    assert client_of(sqlite_app, role).get(address).status_code == 403


def test_without_a_record_no_file_is_sent(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(app)
    desk.order()
    export_id, token = desk.make().id, desk.token()

    def broken() -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(db.session, "commit", broken)
    sent = desk.client.post(f"/exports/{export_id}/downloads", data={"csrf_token": token})
    assert sent.status_code == 503
    assert "好" not in sent.get_data(as_text=True).split("<main")[1]


def test_progress_is_a_fragment_that_stops_asking_when_done(app: Flask) -> None:
    desk = Desk(app)
    desk.order(format="xlsx")
    export_id = db.session.query(Export).one().id
    held = work.claim(db.session.query(Work).one().id, now=clock.now())
    db.session.commit()
    assert held is not None
    work.renew(held, now=clock.now(), progress=40, total=200)
    line = desk.client.get(f"/exports/{export_id}", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert 'hx-trigger="every 2s"' in line and '<progress id="progress-' in line and "40 / 200" in line
    requesting.make_file(held, app)
    work.finish(held, now=clock.now())
    db.session.commit()
    line = desk.client.get(f"/exports/{export_id}", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "hx-trigger" not in line and "下载数据" in line


def test_a_job_done_twice_leaves_one_whole_file(app: Flask) -> None:
    desk = Desk(app)
    desk.order()
    export = desk.make()
    first = export.sha256
    db.session.query(Work).update({"state": "queued", "attempts": 1})
    db.session.commit()
    assert desk.make().sha256 == first
    assert len(list(app.extensions["survey_settings"].export_folder.iterdir())) == 2


def test_a_person_may_have_three_files_in_the_making(sqlite_app: Flask) -> None:
    desk = Desk(sqlite_app)
    assert [desk.order().status_code for _ in range(4)] == [303, 303, 303, 422]


@pytest.mark.parametrize(("role", "has_texts"), [("researcher", True), ("administrator", False)])
def test_a_file_is_no_side_door_to_texts(sqlite_app: Flask, role: str, has_texts: bool) -> None:
    desk = Desk(sqlite_app, role)
    desk.order()
    head = desk.fetch(desk.make().id).data.decode("utf-8-sig").splitlines()[0].split(",")
    assert ("comment" in head, "why_other" in head, "nps" in head) == (has_texts, has_texts, True)
    assert ("不含文字列" in desk.client.get(desk.address).get_data(as_text=True)) != has_texts
