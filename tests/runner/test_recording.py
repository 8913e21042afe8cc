"""Speaking an answer without script where possible: the page that records, the way there and back, its limits."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.config import Settings
from survey_app.responses.models import Comment, Recording, Response
from survey_app.runner import incoming, keeping, recording_page
from tests.runner.street import Respondent, publish, rows_of, site

AUDIO = b"\x1aE\xdf\xa3" + bytes(range(256)) * 800  # 200 KB: more than any other form may hold
SENT = urlsafe_b64encode(AUDIO).rstrip(b"=").decode()


@pytest.fixture
def speaker(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Respondent]:
    """Somebody at the door of a chain that can write recordings down, whose minute has just begun."""
    monkeypatch.setattr(keeping, "_recordings", incoming.Throttle(12))
    runner = site(replace(settings, transcribe_command="listen"))
    yield Respondent(runner.test_client(), publish("spoken.yaml"))
    runner.extensions["respondents"].recorder.close()
    runner.extensions["respondents"].doors.close()


def record(someone: Respondent, **given: str) -> str:
    """On the page that records: send the recording."""
    pairs = [pair for pair in someone.form(**given) if pair[0] != "_audio"]
    end = pairs.index(("_end", "1."))
    return someone.post([*pairs[:end], ("_audio", SENT), *pairs[end:], ("go", "spoken:why")], query="?recording=1")


def test_nothing_is_offered_where_nobody_can_write_it_down(app: Flask, settings: Settings) -> None:
    runner = site(settings)
    someone = Respondent(runner.test_client(), publish("spoken.yaml"))
    assert "record:why" not in someone.open()
    someone.send("record:why", overall=5)
    assert "getUserMedia" not in someone.html
    runner.extensions["respondents"].recorder.close()
    runner.extensions["respondents"].doors.close()


def test_a_spoken_answer_comes_back_as_a_mark_and_is_stored(speaker: Respondent) -> None:
    assert "name=go value=record:why" in speaker.open()
    page = speaker.send("record:why", overall=4, why="先打几个字")
    assert speaker.status == 200 and "getUserMedia" in page and "为什么？" in page
    page = record(speaker, _voice="yes")
    assert speaker.status == 200, page[page.find("role=alert") :][:200]
    assert "先打几个字 〔录音〕</textarea>" in page
    assert "checked" in page  # what was chosen before is still there
    (kept,) = rows_of(select(Recording))
    assert kept.response_id is None and kept.variable == "why"
    speaker.send()
    assert len(speaker.delete_code) == 19
    (response,) = rows_of(select(Response))
    assert rows_of(select(Recording.response_id)) == [response.id]
    assert rows_of(select(Comment.redacted)) == ["先打几个字 〔录音〕"]


def test_a_second_recording_in_another_language_leaves_one_mark(speaker: Respondent) -> None:
    speaker.open()
    speaker.send("record:why", overall=4)
    record(speaker, _voice="yes")
    speaker.send(view="lang:en")
    speaker.send("record:why")
    page = record(speaker, _voice="yes")
    assert "〔录音〕</textarea>" in page and "〔recording〕" not in page
    assert len(rows_of(select(Recording))) == 1


def test_without_the_separate_consent_nothing_is_kept(speaker: Respondent) -> None:
    speaker.open()
    speaker.send("record:why", overall=4)
    page = record(speaker)
    assert speaker.status == 422 and "<title>错误：" in page and "请先勾选同意录音" in page
    assert rows_of(select(Recording)) == []
    record(speaker, _voice="yes")
    assert len(rows_of(select(Recording))) == 1


def test_going_back_loses_nothing_that_was_typed(speaker: Respondent) -> None:
    speaker.open()
    speaker.send("record:why", overall=4, why="慢")
    page = speaker.send("silent:why")
    assert "慢</textarea>" in page and "checked" in page
    speaker.send()
    assert rows_of(select(Comment.redacted)) == ["慢"]


def test_what_is_no_sound_is_refused_in_words(speaker: Respondent) -> None:
    speaker.open()
    speaker.send("record:why", overall=4)
    pairs = [*speaker.form(_voice="yes", _audio="PGh0bWw-"), ("go", "spoken:why")]
    page = speaker.post(pairs, query="?recording=1")
    assert speaker.status == 422 and "录音没有收到" in page


def test_the_microphone_is_open_on_that_page_alone(speaker: Respondent) -> None:
    page = speaker.client.get(speaker.address)
    assert "microphone=()" in page.headers["Permissions-Policy"]
    assert "media-src" not in page.headers["Content-Security-Policy"]
    speaker.open()
    from urllib.parse import urlencode

    answer = speaker.client.post(
        speaker.address, data=urlencode([*speaker.form(overall=4), ("go", "record:why")]),
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert "microphone=(self)" in answer.headers["Permissions-Policy"]
    assert "media-src blob:" in answer.headers["Content-Security-Policy"]
    assert recording_page.script().hash in answer.headers["Content-Security-Policy"]


def test_other_forms_keep_their_limit(speaker: Respondent) -> None:
    speaker.open()
    speaker.post([*speaker.form(overall=4, why="x" * 300_000), ("go", "next")])
    assert speaker.status == 413
