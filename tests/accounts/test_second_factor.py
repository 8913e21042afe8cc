"""Codes of an app: who needs them, that each counts once, that guessing is slow, how one gets out and in again."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import clock
from survey_app.accounts import attempts, second_factor, signing_in
from survey_app.accounts.models import ROLES, User
from survey_app.database import db
from survey_app.events import COMMAND_LINE, Event
from survey_app.organisation import chain as organisation
from survey_app.organisation import parts
from tests import staff

NOW = datetime(2026, 11, 21, 8, 0, 10, tzinfo=UTC)
EMAIL = "quality@example.org"


def code(at: datetime) -> str:
    return pyotp.TOTP(staff.SECRET).at(int(at.timestamp()))


def half(user: User, at: datetime = NOW) -> str:
    signed = signing_in.sign_in(email=user.email, password=staff.PASSWORD, address="192.0.2.1", now=at)
    db.session.commit()
    return signing_in.half_ticket(signed, at)


def enter(ticket: str, typed: str, at: datetime = NOW) -> str:
    """The sentence of the refusal, or "" when it went well. Kept as a request keeps it."""
    try:
        signing_in.sign_in_with_code(half=ticket, code=typed, address="192.0.2.1", now=at)
    except attempts.GuessRefused as refusal:
        return str(refusal)
    finally:
        db.session.commit()
    return ""


@pytest.fixture
def user(app: Flask) -> User:
    made = staff.make_user("quality")
    db.session.commit()
    return made


def test_the_codes_are_those_of_the_standard() -> None:
    # RFC 6238, appendix B, SHA-1, the last six of eight digits
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, digits in ((59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")):
        assert (
            second_factor._step_of(secret, digits, after=0, now=datetime.fromtimestamp(seconds, UTC)) == seconds // 30
        )


def test_whoever_sees_people_or_exports_needs_a_code_and_nobody_else(sqlite_app: Flask) -> None:
    needing = {role for role in ROLES if second_factor.is_needed(User(role=role))}
    assert needing == {"administrator", "researcher", "customer-service", "quality"}
    assert not second_factor.is_needed(User(role="researcher", region_id=1))  # sees no answer and no person


def test_a_right_password_alone_signs_nobody_in(user: User) -> None:
    half(user)
    assert user.last_sign_in_at is None
    assert not db.session.scalars(select(Event).where(Event.action == "user.signed_in")).all()


def test_a_code_counts_once(user: User) -> None:
    ticket = half(user)
    assert enter(ticket, code(NOW)) == ""
    assert "已经用过" in enter(ticket, code(NOW))
    assert "已经用过" in enter(ticket, code(NOW - timedelta(seconds=30)))  # older than the one that was used
    assert enter(ticket, code(NOW + timedelta(seconds=30))) == ""


@pytest.mark.parametrize(("seconds", "taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_the_clock_of_the_phone_may_differ_by_half_a_minute(user: User, seconds: int, taken: bool) -> None:
    assert (enter(half(user), code(NOW + timedelta(seconds=seconds))) == "") is taken


def test_spaces_in_a_code_do_not_matter_and_other_digits_are_wrong(user: User) -> None:
    shown = code(NOW)
    ticket = half(user)
    for wrong in ("", "12345", "1234567", "１２３４５６", "abcdef", "\ud83d", shown[:-1]):
        assert "验证码不正确" in enter(ticket, wrong)
        attempts.forget(user.email)
    assert enter(ticket, f"{shown[:3]} {shown[3:]}") == ""


def test_five_wrong_codes_lock_even_for_one_who_knows_the_password(user: User) -> None:
    for _ in range(attempts.FREE_TRIES):
        assert "验证码不正确" in enter(half(user), "000000")  # the right password in between forgives nothing
    with pytest.raises(attempts.GuessRefused, match="1 分钟"):
        half(user)
    later = NOW + timedelta(minutes=2)
    assert enter(half(user, later), code(later), later) == ""


def test_the_code_is_awaited_for_five_minutes_only(user: User) -> None:
    ticket = half(user)
    later = NOW + timedelta(minutes=5, seconds=1)
    assert "重新登录" in enter(ticket, code(later), later)


def test_the_secret_stands_sealed_and_bound_to_the_account(user: User) -> None:
    other = staff.make_user("customer-service")
    assert staff.SECRET not in user.totp_secret and user.totp_secret.startswith("v1.")
    other.totp_secret = user.totp_secret  # copied by somebody with access to the database
    db.session.commit()
    assert "验证码不正确" in enter(half(other), code(NOW))


# --- pages -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def without_app(chain: staff.Chain, role: str) -> staff.Person:
    user = db.session.get_one(User, chain.users[role])
    user.totp_secret = ""
    db.session.commit()
    db.session.remove()
    return chain.signed_in(role)


def test_until_it_is_set_up_every_page_leads_to_the_set_up(chain: staff.Chain) -> None:
    person = without_app(chain, "quality")
    for path in ("/", "/questionnaires", "/account"):
        assert person.get(path).location == "/account/second-factor"
    assert (
        person.get("/questionnaires", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/account/second-factor"
    )
    assert "请先启用" in person.text("/account/second-factor")
    assert person.post("/sign-out").location == "/sign-in"


def test_a_sample_chain_offers_it_only(chain: staff.Chain) -> None:
    organisation.the_chain().sample = True
    db.session.commit()
    person = without_app(chain, "quality")
    assert person.get("/questionnaires").status_code == 200 and "建议启用" in person.text("/account")


def test_it_is_set_up_with_the_code_that_the_app_shows(chain: staff.Chain) -> None:
    person, elsewhere = without_app(chain, "quality"), chain.signed_in("quality")
    assert person.post("/account/second-factor", {"code": "000000"}).status_code == 422  # nothing was shown yet
    person.post("/account/second-factor/secret")
    page = person.text("/account/second-factor")
    secret = re.search(r'class="code">([A-Z2-7 ]{39})<', page)
    assert secret is not None and '<svg class="qr"' in page
    cookie = person.client.get_cookie("staff")
    assert cookie is not None and secret[1].replace(" ", "") not in cookie.decoded_value
    assert person.post("/account/second-factor", {"code": "000000"}).status_code == 422
    shown = pyotp.TOTP(secret[1].replace(" ", "")).at(int(clock.now().timestamp()))
    assert person.post("/account/second-factor", {"code": shown}).status_code == 303
    assert person.get("/questionnaires").status_code == 200
    assert elsewhere.get("/questionnaires").location.startswith("/sign-in")  # signed in without a code
    newest = db.session.scalars(select(Event).order_by(Event.seq.desc())).first()
    assert newest is not None and newest.action == "user.second_factor_set" and newest.details == {}


def test_an_administrator_resets_it_for_somebody_who_lost_the_phone(chain: staff.Chain) -> None:
    lost, administrator = chain.signed_in("quality"), chain.signed_in("administrator")
    path = f"/users/{chain.users['quality']}"
    assert "重置动态验证码" in administrator.text(path)
    assert administrator.post(f"{path}/second-factor/reset").status_code == 303
    assert administrator.post(f"{path}/second-factor/reset").status_code == 422  # there is none any more
    assert lost.get("/questionnaires").location.startswith("/sign-in")
    again = chain.nobody()
    assert again.post("/sign-in", {"email": EMAIL, "password": staff.PASSWORD}).location == "/"
    assert again.get("/").location == "/account/second-factor"
    acts = [event.action for event in db.session.scalars(select(Event).order_by(Event.seq))]
    assert acts.count("user.second_factor_reset") == 1


def test_whose_role_needs_none_may_turn_it_off_with_a_code(chain: staff.Chain) -> None:
    user = db.session.get_one(User, chain.users["manager"])
    user.totp_secret = second_factor.seal(user, staff.SECRET)
    db.session.commit()
    email = user.email
    db.session.remove()
    person = chain.signed_in("manager")
    assert person.post("/account/second-factor/removal", {"code": "000000"}).status_code == 422
    assert person.post("/account/second-factor/removal", {"code": staff.code_of(email)}).status_code == 303
    assert "未启用" in person.text("/account")
    quality = chain.signed_in("quality")
    refused = quality.post("/account/second-factor/removal", {"code": staff.code_of(EMAIL)})
    assert refused.status_code == 422 and "必须使用" in refused.get_data(as_text=True)


def test_the_page_of_the_code_opens_nothing_else(chain: staff.Chain) -> None:
    person = chain.nobody()
    assert person.get("/sign-in/code").location == "/sign-in"
    data = {"email": EMAIL, "password": staff.PASSWORD, "next": "/questionnaires"}
    assert person.post("/sign-in", data).location == "/sign-in/code?next=/questionnaires"
    assert person.get("/questionnaires").location.startswith("/sign-in")
    wrong = person.post("/sign-in/code", {"code": "000000", "next": "/questionnaires"})
    assert wrong.status_code == 422 and "验证码不正确" in wrong.get_data(as_text=True)
    right = person.post("/sign-in/code", {"code": staff.code_of(EMAIL), "next": "/questionnaires"})
    assert right.location == "/questionnaires" and person.get("/questionnaires").status_code == 200


def test_a_department_is_chosen_for_a_user_and_stands_in_the_log(chain: staff.Chain) -> None:
    department = parts.create_department(code="quality", name="质量部", by=COMMAND_LINE)
    db.session.commit()
    number = department.id
    db.session.remove()
    administrator = chain.signed_in("administrator")
    sent = {"name": "王芳", "role": "quality", "department": str(number)}
    assert administrator.post(f"/users/{chain.users['quality']}", sent).status_code == 303
    assert "质量部" in administrator.text("/users")
    assert chain.signed_in("quality").post("/sign-out").status_code == 303
    newest = db.session.scalars(select(Event).order_by(Event.seq.desc())).first()
    assert newest is not None and (newest.action, newest.department) == ("user.signed_out", "quality")
