"""The signed order that a site names in the address of its widget: what is no order leaves an ordinary page."""

import json
from base64 import urlsafe_b64encode

import pytest
from flask import Flask

from survey_app import clock
from survey_app.database import db
from survey_app.design import drafting, publishing
from survey_app.distribution import widgets
from survey_app.events import COMMAND_LINE
from survey_app.questionnaire.loading import load_definition
from tests.runner.street import HERE


@pytest.fixture
def widget(app: Flask) -> str:
    """The address of an identified questionnaire in pages of another site."""
    by, now = COMMAND_LINE, clock.now()
    text = (HERE / "ordered.yaml").read_text().replace("format: 1\n", "format: 1\nmode: identified\n", 1)
    questionnaire = drafting.load_file(definition=load_definition(text.encode(), file="ordered.yaml"), by=by, now=now)
    publishing.publish(questionnaire=questionnaire, by=by, now=now)
    made = widgets.create_widget(
        questionnaire=questionnaire, name="官网", sites="https://www.example.com", own="https://wj.example.cn", code=None,
        by=by, now=now,
    )  # fmt: skip
    address = f"/s/{made.code}"
    db.session.commit()
    db.session.remove()
    return address


def test_what_no_database_takes_is_ignored(widget: str, runner: Flask) -> None:
    for wrong in ({"key": "\0"}, {"key": "\ud800"}, {"key": "k" * 65}, {"order": "\0"}, {"order": "\ud800"}):
        claimed = {"key": "k", "order": "1", "at": clock.epoch_seconds()} | wrong
        payload = urlsafe_b64encode(json.dumps(claimed).encode()).rstrip(b"=").decode()
        answer = runner.test_client().get(widget, query_string={"o": f"{payload}.mac"})
        assert answer.status_code == 200 and "您对这次订单满意吗？" in answer.text, wrong
