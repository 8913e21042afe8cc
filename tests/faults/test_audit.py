"""When the audit log cannot be written, nothing sensitive is shown and answers still come in (F14, T11)."""

import hashlib
import http.client
import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask import Flask

from survey_app import clock
from survey_app.accounts import signing_in
from survey_app.analysis.figures import Mover
from survey_app.database import db
from survey_app.distribution.models import Wave
from survey_app.events import SHOWN, Event
from survey_app.responses.models import Response
from survey_app.vault import Vault
from tests import staff
from tests.analysis import answers
from tests.faults.serving import Phone, Server
from tests.faults.test_submits import GIVEN, SENT

pytestmark = pytest.mark.faults


class Desk:
    """Somebody who signed in while the log still worked, at a real server."""

    def __init__(self, app: Flask, role: str) -> None:
        ticket = signing_in.ticket(staff.make_user(role), clock.now())
        db.session.commit()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        self.cookie = f"staff={serializer.dumps({'ticket': ticket, 'language': 'zh'})}"
        self.port = 0

    def ask(self, method: str, path: str, **form: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body=urlencode(form) if form else None, headers=headers)
        answer = connection.getresponse()
        kept = answer.headers.get("Set-Cookie", "").partition(";")[0]
        self.cookie = kept if kept.startswith("staff=") else self.cookie
        html = answer.read().decode()
        connection.close()
        return answer.status, html

    def act(self, page: str, path: str, **form: str) -> tuple[int, str]:
        status, html = self.ask("GET", page)
        found = re.search(r'name="csrf_token" value="([^"]+)"', html)
        assert status == 200 and found is not None, (status, html[:300])
        return self.ask("POST", path, csrf_token=found[1], **form)


def test_without_a_log_reads_are_refused_and_answers_taken(
    app: Flask, address: str, serve: Callable[..., Server]
) -> None:
    version = answers.publish()
    for _ in range(12):
        answers.answer(version, {"nps": 9}, {"comment": "柜台的阿姨很耐心"}, day=answers.TODAY - 2)
    vault: Vault = app.extensions["survey_vault"]
    for wave in db.session.query(Wave):
        wave.fingerprint = vault.wave_fingerprint(wave.id) or vault.create_wave(wave.id)
    db.session.commit()
    Mover().tick()
    desk, page = Desk(app, "researcher"), f"/questionnaires/{version.questionnaire_id}"
    db.session.remove()
    server = serve(SURVEY_FAILPOINTS="audit.append=raise")
    desk.port = server.port
    status, html = desk.act(f"{page}/results", f"{page}/results/comments", variable="comment")
    assert status == 503 and "很耐心" not in html and "暂时无法" in html
    order = {"format": "csv", "content": "values", "language": "zh-CN", "reason": "月度分析"}
    assert desk.act(f"{page}/exports", f"{page}/exports", **order)[0] == 503
    phone = Phone(server.port, address, GIVEN).open()
    assert phone.insist() == 1
    stored = db.session.query(Response).filter_by(rc_hash=hashlib.sha256(phone.value("_r").encode()).digest()).one()
    assert stored.answers == SENT
    assert db.session.query(Event).filter_by(result=SHOWN).count() == 0
    db.session.rollback()
    server.stop()
    desk.port = serve().port  # with the log, the same page shows them
    status, html = desk.act(f"{page}/results", f"{page}/results/comments", variable="comment")
    assert status == 200 and "很耐心" in html
    assert db.session.query(Event).filter_by(action="comment.read", result=SHOWN).count() == 1
    db.session.rollback()
