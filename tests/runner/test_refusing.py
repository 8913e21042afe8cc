"""What is not one of our forms is refused with the right status and stores nothing; GET and HEAD never write."""

import json
from collections.abc import Callable
from html import escape
from pathlib import Path
from urllib.parse import urlencode

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from survey_app import clock
from survey_app.database import db
from survey_app.distribution import collecting
from survey_app.distribution.models import Collector, Wave
from survey_app.events import COMMAND_LINE
from survey_app.organisation.models import Organisation
from survey_app.responses.models import Ballot, Comment, Draft, Response
from survey_app.runner import forms
from tests.runner.street import Respondent, rows_of

Person = Callable[[str], Respondent]
URLENCODED = "application/x-www-form-urlencoded"


def stored() -> int:
    return sum(rows_of(select(func.count()).select_from(model))[0] for model in (Response, Draft, Ballot))


@pytest.fixture
def someone(person: Person) -> Respondent:
    made = person("short.yaml")
    made.open()
    return made


def body_of(someone: Respondent) -> bytes:
    return urlencode([*someone.form(overall=4, remark="不错，谢谢"), ("go", "next")]).encode()


def test_a_body_cut_anywhere_before_its_end_is_refused(someone: Respondent) -> None:
    body = body_of(someone)
    end = body.index(b"_end=1.") + len(b"_end=1.")
    for cut in range(0, end, 7):
        answer = someone.client.post(someone.address, data=body[:cut], content_type=URLENCODED)
        assert answer.status_code in (400, 404), body[:cut]  # without a whole code there is nothing to answer
    assert stored() == 0


@pytest.mark.parametrize(
    "damage",
    [
        lambda pairs: [*pairs, ("overall", "5")],
        lambda pairs: [(k, "9" if k == "overall" else v) for k, v in pairs],
        lambda pairs: [(k, "1" if k == "_end" else v) for k, v in pairs],
        lambda pairs: [pair for pair in pairs if pair != ("_q", "remark")],
        lambda pairs: [*pairs, ("_q", "nobody")],
        lambda pairs: [*pairs, ("stranger", "1")],
        lambda pairs: [(k, str(int(v) - 60) if k == "_i" else v) for k, v in pairs],
        lambda pairs: [(k, "A" * 16 if k == "_m" else v) for k, v in pairs],
        lambda pairs: [(k, "999" if k == "_v" else v) for k, v in pairs],
        lambda pairs: [(k, "short" if k == "_n" else v) for k, v in pairs],
        lambda pairs: [(k, "O0O0O0O0O0O0O0O0" if k == "_r" else v) for k, v in pairs],
        lambda pairs: [(k, "7" if k == "_p" else v) for k, v in pairs],
        lambda pairs: [(k, "²" if k == "_p" else v) for k, v in pairs],
    ],
)
def test_a_forged_form_is_damage(
    someone: Respondent, damage: Callable[[list[tuple[str, str]]], list[tuple[str, str]]]
) -> None:
    someone.post(damage(someone.form(overall=4)))
    assert someone.status == 400 and "没有保存" in someone.html and stored() == 0


@pytest.mark.parametrize("body", [b"\xff", "好".encode("gbk"), b"_end=%ff%fe%00", b"a=" + b"%d6%d0"])
def test_bytes_that_are_not_utf_8_are_damage(someone: Respondent, body: bytes) -> None:
    answer = someone.client.post(someone.address, data=body_of(someone) + b"&x=" + body, content_type=URLENCODED)
    assert answer.status_code == 400 and stored() == 0


def test_multipart_and_json_are_damage(someone: Respondent) -> None:
    for kind in ("multipart/form-data", "application/json", ""):
        assert someone.client.post(someone.address, data=body_of(someone), content_type=kind).status_code == 400
    assert stored() == 0


def test_sizes_above_the_limits_are_refused(someone: Respondent) -> None:
    large = body_of(someone) + b"&remark=" + b"x" * forms.MOST_BYTES
    assert someone.client.post(someone.address, data=large, content_type=URLENCODED).status_code == 413
    many = body_of(someone) + b"&a=1" * forms.MOST_FIELDS
    assert someone.client.post(someone.address, data=many, content_type=URLENCODED).status_code == 400
    assert stored() == 0


def test_every_refusal_is_the_same_page(someone: Respondent, person: Person) -> None:
    other = person("ten.yaml")
    form = someone.form(overall=4)
    nowhere = ("/s/AAAAAA", "/s/abc", "/s/..%2fetc", "/s/%00", "/s/" + "A" * 20_000, "/i/" + "A" * 21)
    pages = {someone.client.get(path).data for path in nowhere}
    for code in ("", "A" * 24, dict(form)["_t"][:-1] + "A", dict(form)["_t"] + "A"):
        someone.post([(k, code if k == "_t" else v) for k, v in form])
        assert someone.status == 404
        pages.add(someone.html.encode())
    answer = someone.client.post(
        other.address, data=urlencode(form), content_type=URLENCODED
    )  # the code of another door
    pages.add(answer.data)
    assert answer.status_code == 404 and len(pages) == 1 and stored() == 0


def test_an_address_typed_in_small_letters_or_with_a_full_stop_is_found(someone: Respondent) -> None:
    for address in ("/s/" + someone.address[3:].lower(), someone.address + "。", someone.address + "）"):
        assert someone.client.get(address).status_code == 200


def test_the_typed_code_of_a_poster_opens_its_first_document_and_takes_the_answer(someone: Respondent) -> None:
    code = someone.address.removeprefix("/s/")
    for address in ("/s", "/s/", "/s?l=en"):
        page = someone.client.get(address)
        assert page.status_code == 200 and b"name=code" in page.data and b"method=get action=/s" in page.data
    assert b"The code" in someone.client.get("/s?l=en").data
    for typed in (code, code.lower(), f"{code[:3]}-{code[3:]}", f" {code[:3]} {code[3:]} "):
        assert someone.client.get("/s", query_string={"code": typed}).status_code == 200
    someone.address = f"/s?code={code}"  # where a browser without script sends the form back to
    assert someone.open() and someone.status == 200
    someone.send(overall=4, remark="不错")
    assert someone.status == 200 and stored() == 2  # answer and ballot
    assert someone.client.post("/s", data="_t=forged&_end=1.", content_type=URLENCODED).status_code == 404


def test_a_wrong_typed_code_says_so_and_stays_in_the_field(someone: Respondent) -> None:
    for typed in ("AAAAAA", "hello", "0O1I", "<b>"):
        page = someone.client.get("/s", query_string={"code": typed})
        assert page.status_code == 422 and "没有这个编码" in page.get_data(as_text=True)
        assert b"aria-invalid=true" in page.data and escape(typed) in page.get_data(as_text=True)
        assert "<b>" not in typed or 'value="<b>' not in page.get_data(as_text=True)
    assert stored() == 0


def test_opening_fifty_times_writes_nothing(someone: Respondent) -> None:
    for _ in range(25):
        assert someone.client.get(someone.address).status_code == 200
        assert someone.client.head(someone.address).data == b""
    for path in ("/privacy", "/withdraw", "/logo", "/privacy?l=en"):
        someone.client.get(path)
    assert stored() == 0


# --- closing --------------------------------------------------------------------------------------------------------
def close_door(when: float) -> None:
    with time_machine.travel(when, tick=False):
        collecting.close(collector=db.session.scalars(select(Collector)).one(), by=COMMAND_LINE, now=clock.now())
        db.session.commit()
        db.session.remove()


def test_a_closed_door_takes_forms_issued_before_for_half_an_hour(someone: Respondent, runner: Flask) -> None:
    form = someone.form(overall=4, remark="来不及了")
    now = clock.epoch_seconds()
    close_door(now + 1)
    runner.extensions["respondents"].doors.forget()
    with time_machine.travel(now + 5):
        assert "本次调查已结束" in someone.open() and "400-820-1234" in someone.html and "<form" not in someone.html
    with time_machine.travel(now + 31 * 60):
        html = someone.post(form)
        assert "本次调查已结束" in html and "来不及了" in html and stored() == 0
    with time_machine.travel(now + 29 * 60):
        someone.post(form)
        assert someone.status == 200 and someone.delete_code


def test_a_door_closes_with_its_wave(someone: Respondent, runner: Flask) -> None:
    (closes_on,) = rows_of(select(Wave.closes_on))
    end = (clock.day_from_date(closes_on) + 1) * 86_400 - 8 * 3_600
    with time_machine.travel(end - 60):
        runner.extensions["respondents"].doors.forget()
        assert someone.open() and someone.status == 200
        form = someone.form(overall=3)
    with time_machine.travel(end + 60):
        runner.extensions["respondents"].doors.forget()
        someone.post(form)
        assert someone.status == 200 and someone.delete_code
        someone.open()
        assert someone.status == 410


# --- withdraw -------------------------------------------------------------------------------------------------------
def test_the_delete_code_deletes_the_answer_and_keeps_the_ballot(someone: Respondent) -> None:
    someone.send(overall=5, remark="删掉我")
    code = someone.delete_code
    wrong = someone.client.post("/withdraw", data={"code": "ABCD-EFGH-JKLM-NPQR", "_l": "zh-CN"})
    assert wrong.status_code == 422 and "没有找到" in wrong.text and 'value="ABCD-EFGH-JKLM-NPQR"' in wrong.text
    assert someone.client.post("/withdraw", data={"code": "abc"}).status_code == 422
    done = someone.client.post("/withdraw", data={"code": code.lower().replace("-", " "), "_l": "en"})
    assert done.status_code == 200 and "Deleted" in done.text
    assert rows_of(select(func.count()).select_from(Response)) == [0] and rows_of(select(Comment)) == []
    assert rows_of(select(func.count()).select_from(Ballot)) == [1]


def test_guessing_delete_codes_is_slowed_down(someone: Respondent) -> None:
    statuses = [someone.client.post("/withdraw", data={"code": "ABCDEFGHJKLMNPQR"}).status_code for _ in range(12)]
    assert statuses[:10] == [422] * 10 and 429 in statuses


# --- headers and texts ----------------------------------------------------------------------------------------------
def test_every_page_forbids_scripts_of_others_caching_and_cookies(someone: Respondent) -> None:
    for path in (someone.address, "/privacy", "/withdraw", "/s/AAAAAA"):
        answer = someone.client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-") and "frame-ancestors 'none'" in policy
        assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in answer.headers


def test_the_privacy_page_names_its_version_in_both_languages(someone: Respondent) -> None:
    assert "第 1 版" in someone.client.get("/privacy", headers={"Accept-Language": "zh-CN"}).text
    english = someone.client.get("/privacy?l=en").text
    assert "Version 1" in english and "<html lang=en>" in english and "What anonymous means" in english


def test_the_language_follows_the_browser_and_falls_back_to_the_first(someone: Respondent) -> None:
    assert "<html lang=en>" in someone.open(**{"Accept-Language": "en-GB,zh;q=0.5"})
    assert "<html lang=zh-CN>" in someone.open(**{"Accept-Language": "fr"})
    assert "<html lang=en>" in someone.open("?l=en", **{"Accept-Language": "zh"})


def test_the_logo_is_served_and_shown(someone: Respondent, runner: Flask) -> None:
    assert "康</text>" in someone.client.get("/logo").text and "<img" not in someone.html
    chain = db.session.get_one(Organisation, 1)
    chain.logo, chain.logo_type = b"<svg/>", "image/svg+xml"
    db.session.commit()
    db.session.remove()
    runner.extensions["respondents"].doors.forget()
    assert '<img src="/logo?' in someone.open()
    answer = someone.client.get("/logo")
    assert answer.data == b"<svg/>" and "sandbox" in answer.headers["Content-Security-Policy"]


def test_naughty_strings_survive_page_and_store(someone: Respondent, cases: Path) -> None:
    from html import escape

    from survey_app.questionnaire.texts import clean
    from survey_app.responses.redaction import redact

    strings = json.loads((cases / "badinput" / "blns.json").read_text(encoding="utf-8"))
    expected = []
    for text in strings:
        someone.open()
        html = someone.send(remark=text)  # the required answer is missing: the page comes back
        shown = clean(text)
        assert someone.status == 422
        assert "\n".join(escape(line) for line in shown.split("\n")) in html.replace("\r\n", "\n").replace(
            "\r", "\n"
        ), text
        someone.send(overall=3, remark=text)
        assert someone.status == 200, text
        if shown:
            expected.append(redact(shown))
    assert sorted(rows_of(select(Comment.redacted))) == sorted(expected)
