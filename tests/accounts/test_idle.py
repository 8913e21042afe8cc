"""A quarter of an hour without a request: pages that show people ask again who it is, all others go on (T19)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask import Flask

from survey_app import clock
from survey_app.accounts.permissions import PERMISSIONS, SENSITIVE
from survey_app.config import ROOT
from survey_app.organisation import chain as organisation
from tests import staff

NOW = datetime(2026, 11, 21, 2, 0, 5, tzinfo=UTC)
AGAIN = "/sign-in/again"
Later = Callable[..., None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Sets the clock to so many minutes (and seconds) after NOW."""

    def move(minutes: int, seconds: int = 0) -> None:
        monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=minutes, seconds=seconds))

    move(0)
    return move


@pytest.fixture
def chain(sqlite_app: Flask, later: Later) -> staff.Chain:
    return staff.fill(sqlite_app)


def asked(person: staff.Person, path: str) -> bool:
    """Whether the page asks who it is; otherwise it was shown."""
    answer = person.get(path)
    assert answer.status_code == 200 or (answer.location or "").startswith(AGAIN), (path, answer.status_code)
    return answer.status_code == 302


def code(chain: staff.Chain, at: datetime | None = None) -> str:
    return pyotp.TOTP(staff.SECRET).at(at or clock.now())


def test_people_are_hidden_after_a_quarter_of_an_hour_and_nothing_else_is(chain: staff.Chain, later: Later) -> None:
    person = chain.signed_in("customer-service")
    assert not asked(person, "/contacts")
    later(14, 59)
    assert not asked(person, "/contacts")
    later(29, 58)
    assert not asked(person, "/contacts")  # the last look was less than a quarter of an hour ago
    later(44, 59)
    assert asked(person, "/contacts")
    assert not asked(person, "/questionnaires")


def test_every_sensitive_page_asks_and_every_other_page_does_not(chain: staff.Chain, later: Later) -> None:
    shown = f"/questionnaires/{chain.questionnaire}"
    for role, paths, others in (
        ("administrator", ["/contacts", "/orders", "/imports", "/messages", "/events", "/reads", f"{shown}/exports"],
         ["/users", "/senders", "/campaigns", "/account", f"{shown}/results"]),
        ("quality", ["/contacts", "/unsealings", "/reads"], [f"{shown}/results"]),
    ):  # fmt: skip
        later(0)
        person = chain.signed_in(role)
        later(15)
        assert [path for path in paths if not asked(person, path)] == []
        assert [path for path in others if asked(person, path)] == []
        comments = person.post(f"{shown}/results/comments", {"question": "x"})  # only quality may
        assert (comments.status_code, comments.location) == ((303, AGAIN) if role == "quality" else (403, None))


def test_what_is_sensitive_is_a_part_of_the_table() -> None:
    assert PERMISSIONS.keys() >= SENSITIVE
    shows_people = re.compile(r"contact:|order:|call:|comment:|file:|message:|audit:|response:(export|unseal)")
    assert {name for name in PERMISSIONS if shows_people.match(name)} == SENSITIVE


def test_a_look_at_another_page_does_not_bring_the_time_back(chain: staff.Chain, later: Later) -> None:
    person = chain.signed_in("customer-service")
    later(15)
    assert not asked(person, "/questionnaires")
    assert asked(person, "/contacts")


def test_work_on_other_pages_counts_as_presence(chain: staff.Chain, later: Later) -> None:
    person = chain.signed_in("researcher")
    for minutes in range(10, 60, 10):
        later(minutes)
        assert not asked(person, "/questionnaires")
    assert not asked(person, "/contacts")


def test_who_has_an_app_shows_its_code_and_comes_back_to_the_same_place(chain: staff.Chain, later: Later) -> None:
    person = chain.signed_in("customer-service")
    later(20)
    answer = person.get("/contacts?consent=sms")
    page = person.text(answer.location)
    assert "动态验证码" in page and 'type="password"' not in page
    assert person.post(AGAIN, {"proof": staff.PASSWORD, "next": "/contacts"}).status_code == 422
    assert asked(person, "/contacts")
    done = person.post(AGAIN, {"proof": code(chain), "next": "/contacts?consent=sms"})
    assert (done.status_code, done.location) == (303, "/contacts?consent=sms")
    assert not asked(person, "/contacts")


def test_who_has_no_app_types_the_password(chain: staff.Chain, later: Later) -> None:
    chain_ = organisation.the_chain()
    chain_.sample = True  # a sample chain offers the second factor only
    staff.make_user("quality", email="plain@example.org", with_app=False)
    staff.db.session.commit()
    person = chain.nobody()
    assert person.post("/sign-in", {"email": "plain@example.org", "password": staff.PASSWORD}).status_code == 303
    later(15)
    assert asked(person, "/reads")
    assert 'type="password"' in person.text(AGAIN + "?next=/reads")
    assert person.post(AGAIN, {"proof": "wrong", "next": "/reads"}).status_code == 422
    assert person.post(AGAIN, {"proof": staff.PASSWORD, "next": "/reads"}).location == "/reads"
    assert not asked(person, "/reads")


def test_wrong_proofs_are_counted_like_wrong_passwords(chain: staff.Chain, later: Later) -> None:
    person = chain.signed_in("customer-service")
    later(15)
    for _ in range(5):
        person.post(AGAIN, {"proof": "000000"})
    assert person.post(AGAIN, {"proof": code(chain)}).status_code == 422
    assert asked(person, "/contacts")


def test_the_proof_does_not_lengthen_the_twelve_hours(chain: staff.Chain, later: Later) -> None:
    person = chain.signed_in("customer-service")
    later(11 * 60 + 50)
    assert person.post(AGAIN, {"proof": code(chain)}).status_code == 303
    later(12 * 60)
    assert person.get("/contacts").location.startswith("/sign-in?")


def test_an_act_is_not_done_and_its_page_is_the_place_to_return_to(chain: staff.Chain, later: Later) -> None:
    person = chain.signed_in("customer-service")
    token = person.token()
    later(15)
    sent = {"csrf_token": token, "number": "13800138000"}
    answer = person.open("/contacts/find", method="POST", data=sent, headers={"Referer": "http://localhost/contacts"})
    assert (answer.status_code, answer.location) == (303, f"{AGAIN}?next=/contacts")
    page = {"HX-Request": "true", "HX-Current-URL": "http://localhost/opt-outs"}
    answer = person.get("/contacts", headers=page)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"{AGAIN}?next=/opt-outs")


def test_the_answer_to_an_act_is_no_place_to_return_to(chain: staff.Chain, later: Later) -> None:
    person = chain.signed_in("customer-service")
    later(15)
    for wanted, goal in (("/contacts/7/unmask", "/contacts/7"), ("/no/such/page", "/"), ("//evil.example", "/")):
        assert f'name="next" value="{goal}"' in person.text(f"{AGAIN}?next={wanted}")


def test_pages_that_look_by_themselves_keep_nobody_in(chain: staff.Chain, later: Later) -> None:
    person = chain.signed_in("administrator")
    path = f"/questionnaires/{chain.questionnaire}/exports"
    for minutes in range(1, 16):
        later(minutes)
        if minutes < 15:
            person.get(path, headers={"X-Waiting": "1"})
            person.get("/account/idle")
    assert asked(person, path)


def test_every_page_that_looks_by_itself_says_so() -> None:
    looking = []
    for page in (ROOT / "survey_app/templates").rglob("*.html"):
        for tag in re.findall(r"<[^<]*hx-trigger=\"every[^\n]*", page.read_text()):
            looking.append((page.name, "X-Waiting" in tag))
    assert len(looking) >= 5
    assert all(said for _, said in looking), looking


def test_the_page_knows_how_long_there_is_left_and_a_press_keeps_somebody_in(chain: staff.Chain, later: Later) -> None:
    person = chain.signed_in("customer-service")
    assert 'data-left="900"' in person.text("/contacts")
    assert 'id="idle"' not in person.text("/questionnaires")
    later(13)
    assert person.get("/account/idle").json == {"left": 120}
    assert person.post("/account/idle").status_code == 204
    assert person.get("/account/idle").json == {"left": 900}
    later(28)
    assert person.get("/account/idle").json == {"left": 0}
    assert person.post("/account/idle").status_code == 204  # too late: only the proof helps
    assert person.get("/account/idle").json == {"left": 0}


def test_who_was_present_in_another_tab_is_sent_back_without_a_question(chain: staff.Chain) -> None:
    answer = chain.signed_in("customer-service").get(f"{AGAIN}?next=/contacts")
    assert (answer.status_code, answer.location) == (302, "/contacts")


def test_a_clock_that_was_set_back_lets_nobody_in_for_longer(chain: staff.Chain, later: Later) -> None:
    person = chain.signed_in("customer-service")
    later(10)
    assert not asked(person, "/contacts")
    later(5)
    assert asked(person, "/contacts")
