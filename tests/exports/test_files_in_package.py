"""Photos and documents in the package: only for those who may see them, only when asked for, and the log says so."""

import csv
import hashlib
import io
import zipfile

import pytest
from flask import Flask

from survey_app import clock, web, work, worker
from survey_app.analysis.figures import Mover
from survey_app.database import db
from survey_app.events import Event
from survey_app.exports import shape
from survey_app.exports.models import Export
from survey_app.responses.models import Response
from tests.analysis.answers import answer, publish
from tests.analysis.staff import client_of, token_in
from tests.analysis.test_files_page import PAPER, PDF, hand_over, photo


@pytest.fixture
def address(app: Flask) -> str:
    version = publish(PAPER)
    hand_over(version, photo())
    hand_over(version, PDF)
    answer(version, {"nps": 3})
    hand_over(version, photo("red"), test=True)
    db.session.commit()
    Mover().tick()
    return f"/questionnaires/{version.questionnaire_id}/exports"


def order(app: Flask, address: str, role: str = "researcher", **form: str) -> int:
    client = client_of(app, role)
    page = client.get(address).get_data(as_text=True)
    fields = {"format": "package", "content": "values", "language": "zh-CN", "reason": "月度分析", **form}
    return client.post(address, data={"csrf_token": token_in(page), **fields}).status_code


def made(app: Flask) -> zipfile.ZipFile:
    [(work_id, _)] = work.due(now=clock.now())
    db.session.rollback()
    assert worker.perform(app, work_id)
    db.session.expire_all()
    export = db.session.query(Export).one()
    return zipfile.ZipFile(web.settings().export_folder / export.file)


def test_a_package_holds_files_by_answer_and_question(app: Flask, address: str) -> None:
    assert order(app, address, files="1") == 303
    archive = made(app)
    names = [name for name in archive.namelist() if name.startswith("files/")]
    expected = {
        f"files/{shape.pseudonym(web.vault(), row.id)}-receipt.{row.answers['receipt'][-3:]}": row.answers["receipt"]
        for row in db.session.query(Response)
        if "receipt" in row.answers and not row.test
    }
    assert sorted(names) == sorted(expected) and len(names) == 2
    assert {archive.read(name) for name in names} == {photo(), PDF}
    rows = list(csv.DictReader(io.StringIO(archive.read("data/filed.csv").decode("utf-8-sig"))))
    assert {f"files/{r['response_id']}-receipt.{r['receipt'][-3:]}" for r in rows if r["receipt"]} == set(names)
    assert {r["receipt"] for r in rows if r["receipt"]} == set(expected.values())
    sums = dict(reversed(line.split("  ", 1)) for line in archive.read("SHA256SUMS").decode().splitlines())  # type: ignore[arg-type]
    assert all(sums[name] == hashlib.sha256(archive.read(name)).hexdigest() for name in names)
    log = archive.read("cleaning-log.csv").decode("utf-8-sig")
    assert "files,,2," in log and "files/" in archive.read("README.txt").decode()
    [event] = db.session.query(Event).filter_by(action="export.requested")
    assert event.details["files"] is True


@pytest.mark.parametrize("form", [{}, {"files": ""}, {"files": "1", "format": "csv"}])
def test_without_the_tick_or_in_another_format_there_are_none(app: Flask, address: str, form: dict[str, str]) -> None:
    assert order(app, address, **form) == 303
    [event] = db.session.query(Event).filter_by(action="export.requested")
    assert "files" not in event.details
    if "format" not in form:
        archive = made(app)
        assert not [name for name in archive.namelist() if name.startswith("files/")]
        assert "files" not in archive.read("README.txt").decode()


def test_the_tick_is_offered_to_those_who_may_see_files(sqlite_app: Flask) -> None:
    version = publish(PAPER)
    db.session.commit()
    address = f"/questionnaires/{version.questionnaire_id}/exports"
    offered = ['name="files"' in client_of(sqlite_app, r).get(address).text for r in ("researcher", "administrator")]
    assert offered == [True, False]


def test_a_forged_tick_is_refused(sqlite_app: Flask) -> None:
    version = publish(PAPER)
    hand_over(version)
    db.session.commit()
    assert order(sqlite_app, f"/questionnaires/{version.questionnaire_id}/exports", "administrator", files="1") == 403
    assert db.session.query(Export).count() == 0
