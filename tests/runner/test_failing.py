"""A program that fails and addresses that nobody meant: a page of its own, the form kept, nothing told to others."""

import logging
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask

from survey_app.config import Settings
from tests.runner.street import Respondent, publish, site
from tests.runner.test_away import kept

Person = Callable[[str], Respondent]
URLENCODED = "application/x-www-form-urlencoded"


@pytest.fixture
def failing(runner: Flask, settings: Settings) -> Iterator[Flask]:
    """Another process: it has read no keys yet."""
    made = site(settings)
    yield made
    made.extensions["respondents"].recorder.close()
    made.extensions["respondents"].doors.close()


def damage_keys(settings: Settings) -> None:
    for path in settings.key_folder.glob("wave-*.json"):
        path.write_bytes(b"{")


def test_a_failure_keeps_the_form_and_logs_type_and_place_alone(
    person: Person, failing: Flask, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    someone = person("short.yaml")
    someone.open()
    form = [*someone.form(overall=4, remark="别丢了"), ("go", "next")]
    damage_keys(settings)
    client = failing.test_client()
    with caplog.at_level(logging.DEBUG):
        opened = client.get(someone.address)
        posted = client.post(someone.address, data=urlencode(form), content_type=URLENCODED)
        preview = client.get("/preview/" + "x" * 20)
    assert opened.status_code == posted.status_code == 500 and preview.status_code == 404
    assert "页面出错了" in opened.text and sorted(kept(posted.text)) == sorted(form)
    told = "\n".join(record.getMessage() + (record.exc_text or "") for record in caplog.records)
    assert told.count("ConfigurationError at survey_app/keyring.py:") == 2
    code = someone.address.removeprefix("/s/")
    assert code not in told and dict(form)["_t"] not in told and "别丢了" not in told
    assert all(record.exc_info is None for record in caplog.records)


@pytest.mark.parametrize("name", ["_s", "_p", "_v", "_i", "_u"])
@pytest.mark.parametrize("value", ["9" * 5_000, "", "-1", "²", "1.0", "1e3"])
def test_a_hidden_number_that_is_none_is_damage(sqlite_person: Respondent, name: str, value: str) -> None:
    someone = sqlite_person
    form = [(k, value if k == name else v) for k, v in someone.form(overall=4)]
    for query in ("", "?draft=1"):
        someone.post(form, query)
        assert someone.status == 400, query


@pytest.mark.parametrize("value", ["9" * 5_000, "1" * 10])
def test_a_length_that_no_body_has_is_too_large(sqlite_person: Respondent, value: str) -> None:
    someone = sqlite_person
    answer = someone.client.post(someone.address, environ_overrides={"CONTENT_LENGTH": value}, content_type=URLENCODED)
    assert answer.status_code == 413


ODD = (
    "/s//{0}",
    "//s/{0}",
    "/s/{0}/",
    "/s/{0}//",
    "/s/./{0}",
    "//evil.example/s/{0}",
    "/s",
    "/s/",
    "//withdraw",
    "/withdraw/",
    "/privacy/",
    "//privacy",
    "/logo/",
    "/preview//x",
    "/preview/",
    "/S/{0}",
    "/s/%2f{0}",
    "///",
    "",
)


@pytest.mark.parametrize("path", ODD)
def test_no_address_redirects(sqlite_person: Respondent, path: str) -> None:
    someone = sqlite_person
    client, address = someone.client, path.format(someone.address.removeprefix("/s/"))
    for method in ("GET", "HEAD", "POST", "PUT", "OPTIONS"):
        answer = client.open(
            "/", method=method, headers={"Host": "evil.example"}, environ_overrides={"PATH_INFO": address}
        )
        assert answer.status_code in (200, 400, 404) and "Location" not in answer.headers, method
        assert b"evil.example" not in answer.data


@pytest.fixture
def sqlite_person(sqlite_app: Flask, sqlite_settings: Settings) -> Iterator[Respondent]:
    """Somebody who has opened a short questionnaire."""
    made = site(sqlite_settings)
    someone = Respondent(made.test_client(), publish("short.yaml"))
    someone.open()
    yield someone
    made.extensions["respondents"].recorder.close()
    made.extensions["respondents"].doors.close()
