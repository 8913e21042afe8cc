"""Photos and documents on the result side: who sees them, from when, that looking is written down, and how they are sent."""

import io
import re
import secrets
from base64 import b64decode, b64encode
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from survey_app import events, web
from survey_app.analysis.figures import Mover
from survey_app.database import db
from survey_app.design.models import Version
from survey_app.events import Event
from survey_app.responses.models import UploadedFile
from tests.analysis import answers
from tests.analysis.answers import answer, publish
from tests.analysis.staff import client_of, token_in

PAPER = """
format: 1
name: filed
mode: identified
title: {zh-CN: 小票, en: Receipt}
languages: [zh-CN, en]
pages:
  - questions:
      - {name: nps, type: nps, text: {zh-CN: 推荐吗, en: Would you recommend us}}
      - {name: receipt, type: file, accepts: [photo, document], text: {zh-CN: 请拍小票, en: Your receipt}}
"""
PDF = b"%PDF-1.4\n%%EOF\n"


def photo(colour: str = "teal") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(made, "JPEG")
    return made.getvalue()


def hand_over(version: Version, body: bytes = b"", *, day: int = answers.TODAY - 2, **more: Any) -> str:
    """Somebody who answers and hands over a file; its reference."""
    body = body or photo()
    number, ending = secrets.token_bytes(16), "pdf" if body.startswith(b"%PDF") else "jpg"
    reference = f"{number.hex()}.{ending}"
    response = answer(version, {"nps": 9, "receipt": reference}, day=day, mode="identified", **more)
    sealed = web.vault().seal("text", b64encode(body).decode(), place=f"uploaded_file.body.{number.hex()}").encode()
    db.session.add(
        UploadedFile(
            id=number, response_id=response, wave_id=1, variable="receipt", ending=ending, day=day, body=sealed
        )
    )
    return reference


def fill(count: int, body: bytes = b"", **more: Any) -> Version:
    version = publish(PAPER)
    for _ in range(count):
        hand_over(version, body, **more)
    db.session.commit()
    Mover().tick()
    return version


def results(client: FlaskClient, questionnaire_id: int) -> str:
    return client.get(f"/questionnaires/{questionnaire_id}/results").get_data(as_text=True)


def ask(client: FlaskClient, questionnaire_id: int, what: str = "files", **form: str) -> Any:
    token = token_in(results(client, questionnaire_id))
    form = {"csrf_token": token, "variable": "receipt", **form}
    return client.post(f"/questionnaires/{questionnaire_id}/results/{what}", data=form)


def test_the_result_page_tells_how_many_files_came_and_leads_to_them(app: Flask) -> None:
    version = fill(12)
    html = results(client_of(app, "quality"), version.questionnaire_id)
    assert "12 个文件" in html and "查看文件" in html
    html = results(client_of(app, "manager"), version.questionnaire_id)
    assert "您的角色不能查看上传的文件" in html and "查看文件" not in html


def test_photos_stand_small_in_the_page_and_the_look_is_written_down(app: Flask) -> None:
    version = fill(14)
    client = client_of(app, "quality")
    found = ask(client, version.questionnaire_id)
    assert found.status_code == 200 and "no-store" in found.headers["Cache-Control"]
    assert "img-src 'self' data:" in found.headers["Content-Security-Policy"]
    html = found.get_data(as_text=True)
    pictures = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', html)
    assert len(pictures) == 12
    with Image.open(io.BytesIO(b64decode(pictures[0]))) as small:
        assert small.size == (480, 320)
    [event] = db.session.query(Event).filter_by(action="file.read")
    assert event.actor == "quality@example.org" and event.result == events.SHOWN and len(event.details["files"]) == 12
    second = ask(client, version.questionnaire_id, page="2").get_data(as_text=True)
    assert second.count("data:image/jpeg") == 2


@pytest.mark.parametrize(("body", "kind"), [(b"", "inline"), (PDF, "attachment")])
def test_one_file_is_sent_alone_and_cannot_act(app: Flask, body: bytes, kind: str) -> None:
    version = fill(11, body)
    client = client_of(app, "quality")
    reference = re.findall(
        r'name="file" value="([^"]+)"', ask(client, version.questionnaire_id).get_data(as_text=True)
    )[0]
    sent = ask(client, version.questionnaire_id, "file", file=reference)
    assert sent.status_code == 200 and sent.data == (body or photo())
    assert sent.headers["Content-Disposition"].startswith(f"{kind}; filename=")
    assert sent.headers["X-Content-Type-Options"] == "nosniff" and sent.headers["Cache-Control"] == "no-store"
    policy = sent.headers["Content-Security-Policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy
    assert sent.mimetype == ("application/pdf" if body else "image/jpeg")
    assert db.session.query(Event).filter_by(action="file.read").count() == 2


def test_nine_files_and_those_of_today_stay_unseen(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("survey_app.clock.now", lambda: answers.NOW)
    version = fill(9)
    client = client_of(sqlite_app, "quality")
    assert "还不能显示" in ask(client, version.questionnaire_id).get_data(as_text=True)
    new = [hand_over(version, day=answers.TODAY) for _ in range(20)]
    db.session.commit()
    assert "还不能显示" in ask(client, version.questionnaire_id).get_data(as_text=True)
    assert ask(client, version.questionnaire_id, "file", file=new[0]).status_code == 404


def test_what_is_not_there_and_what_is_of_another_questionnaire_answer_the_same(sqlite_app: Flask) -> None:
    first = fill(11)
    other = publish(PAPER.replace("name: filed", "name: filed2"))
    foreign = hand_over(first)
    db.session.commit()
    client = client_of(sqlite_app, "quality")
    for reference in (foreign, f"{'0' * 32}.jpg", "../../etc/passwd", "", "x" * 65):
        status = ask(client, other.questionnaire_id, "file", file=reference).status_code
        assert status == (422 if len(reference) > 64 else 404), reference
    assert ask(client, first.questionnaire_id, variable="nps").status_code == 404
    assert ask(client, first.questionnaire_id, version="7").status_code == 404
    assert db.session.query(Event).filter_by(action="file.read").count() == 0


@pytest.mark.parametrize("role", ["administrator", "manager", "shop-staff"])
def test_files_need_their_permission(sqlite_app: Flask, role: str) -> None:
    version = fill(11)
    client = client_of(sqlite_app, role)
    page = client.get("/", follow_redirects=True).get_data(as_text=True)
    token = token_in(page)
    for what in ("files", "file"):
        data = {"csrf_token": token, "variable": "receipt"}
        assert client.post(f"/questionnaires/{version.questionnaire_id}/results/{what}", data=data).status_code == 403


def test_without_a_record_no_file_is_shown(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    version = fill(11)
    client = client_of(sqlite_app, "quality")
    reference = re.findall(
        r'name="file" value="([^"]+)"', ask(client, version.questionnaire_id).get_data(as_text=True)
    )[0]
    record = events.record

    def broken(name: str, *given: Any, **named: Any) -> Any:
        if name == "file.read":
            raise OSError("the log is full")
        return record(name, *given, **named)

    monkeypatch.setattr(events, "record", broken)
    for what, form in (("files", {}), ("file", {"file": reference})):
        found = ask(client, version.questionnaire_id, what, **form)
        assert found.status_code == 503 and b"base64" not in found.data and b"JFIF" not in found.data


def test_a_file_whose_key_is_gone_leaves_a_place_and_no_crash(sqlite_app: Flask) -> None:
    version = fill(11)
    db.session.query(UploadedFile).update({"body": b"v1.gone.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAA"})
    db.session.commit()
    client = client_of(sqlite_app, "quality")
    html = ask(client, version.questionnaire_id).get_data(as_text=True)
    assert html.count("无法解密") == 11
    reference = re.findall(r'name="file" value="([^"]+)"', html)[0]
    assert ask(client, version.questionnaire_id, "file", file=reference).status_code == 410


def test_no_reference_stands_among_the_counted_codes(sqlite_app: Flask) -> None:
    from survey_app.analysis.models import Figure

    fill(6)
    kept = repr([row.counts for row in db.session.query(Figure)])
    assert ".jpg" not in kept
