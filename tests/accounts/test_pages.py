"""The pages of accounts, as a browser uses them."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from survey_app import clock
from survey_app.accounts import attempts, signing_in, users
from survey_app.accounts.models import ROLES, User
from survey_app.accounts.permissions import PERMISSIONS
from survey_app.database import db
from survey_app.events import COMMAND_LINE
from tests import staff


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def sign_in(person: staff.Person, role: str = "researcher", password: str = staff.PASSWORD, goal: str = "") -> str:
    """Where the sign-in, with a code where one is asked, leads; or the text of the refusal."""
    email = f"{role}@example.org"
    response = person.post("/sign-in", {"email": email, "password": password, "next": goal})
    if response.status_code == 303 and response.location.startswith("/sign-in/code"):
        assert 'name="code"' in person.text(response.location) and not is_inside(person)
        response = person.post("/sign-in/code", {"code": staff.code_of(email), "next": goal})
    return response.location if response.status_code == 303 else response.get_data(as_text=True)


def is_inside(person: staff.Person) -> bool:
    return person.get("/account").status_code == 200


def test_who_is_not_signed_in_comes_back_to_the_page_asked_for(chain: staff.Chain) -> None:
    person = chain.nobody()
    asked = person.get("/questionnaires?state=draft")
    assert asked.location == "/sign-in?next=/questionnaires?state%3Ddraft"
    assert 'name="next" value="/questionnaires?state=draft"' in person.text(asked.location)
    assert sign_in(person, goal="/questionnaires?state=draft") == "/questionnaires?state=draft"


@pytest.mark.parametrize("goal", ["//evil.example/", "https://evil.example", "/\\evil.example"])
def test_signing_in_never_leads_to_another_site(chain: staff.Chain, goal: str) -> None:
    assert sign_in(chain.nobody(), goal=goal) == "/"


def test_every_role_arrives_where_its_work_is(chain: staff.Chain) -> None:
    arrived = {}
    for role in ROLES:
        person = chain.nobody()
        assert sign_in(person, role) == "/"
        arrived[role] = person.get("/").location
    assert arrived.pop("shop-staff") == "/counters"  # the page of the own shop, for the phone at its counter
    assert set(arrived.values()) == {"/questionnaires"}


def test_a_refused_sign_in_keeps_the_address_typed_and_counts(chain: staff.Chain) -> None:
    person = chain.nobody()
    text = sign_in(person, password="wrong")
    assert "邮箱或密码不正确" in text and 'value="researcher@example.org"' in text and "wrong" not in text
    for _ in range(4):
        sign_in(person, password="wrong")
    assert "1 分钟后再试" in sign_in(person)


def test_signing_in_begins_a_new_session(chain: staff.Chain) -> None:
    person = chain.nobody()
    with person.client.session_transaction() as kept:
        kept["planted"] = "before"
    sign_in(person)
    with person.client.session_transaction() as kept:
        assert "planted" not in kept and "ticket" in kept


def test_a_copied_cookie_is_refused_after_signing_out(chain: staff.Chain) -> None:
    person, thief = chain.nobody(), chain.nobody()
    sign_in(person)
    cookie = person.client.get_cookie("staff")
    assert cookie is not None and cookie.http_only and cookie.same_site == "Lax"
    thief.client.set_cookie("staff", cookie.value)
    assert is_inside(thief)
    assert person.post("/sign-out").location == "/sign-in"
    assert not is_inside(person) and not is_inside(thief)


def test_sessions_end_with_a_new_password_and_with_deactivation(chain: staff.Chain) -> None:
    acts: list[Callable[[User], None]] = [
        lambda user: users.set_password(user=user, password="another long one 9", by=COMMAND_LINE, now=clock.now()),
        lambda user: users.deactivate(user=user, by=COMMAND_LINE, now=clock.now()),
    ]
    for act in acts:
        person = chain.signed_in("researcher")
        assert is_inside(person)
        act(db.session.get_one(User, chain.users["researcher"]))
        db.session.commit()
        db.session.remove()
        assert not is_inside(person)


def test_a_session_ends_after_twelve_hours(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    user = db.session.get_one(User, chain.users["researcher"])
    old = signing_in.ticket(user, clock.now() - timedelta(hours=12, minutes=1))
    db.session.remove()
    with person.client.session_transaction() as kept:
        kept["ticket"] = old
    assert not is_inside(person)


def test_htmx_is_sent_to_the_sign_in_page_when_the_session_ended(chain: staff.Chain) -> None:
    response = chain.nobody().get(
        "/questionnaires?q=x", headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/questionnaires?q=x"}
    )
    assert response.status_code == 204
    assert response.headers["HX-Redirect"] == "/sign-in?next=/questionnaires?q%3Dx"


def test_a_new_user_sets_a_password_by_the_link_that_is_shown_once(chain: staff.Chain) -> None:
    administrator = chain.signed_in("administrator")
    made = administrator.post("/users", {"email": "wang@example.org", "name": "王芳", "role": "quality"})
    assert made.status_code == 201 and made.headers["Cache-Control"] == "no-store"
    link = re.search(r'value="http://127.0.0.1:8000(/invitations/[\w-]{22})"', made.get_data(as_text=True))
    assert link is not None
    person = chain.nobody()
    assert "wang@example.org" in person.text(link[1])
    assert "不一致" in person.post(link[1], {"password": staff.PASSWORD, "again": "x"}).get_data(as_text=True)
    assert person.post(link[1], {"password": staff.PASSWORD, "again": staff.PASSWORD}).status_code == 303
    assert person.get("/account").location == "/account/second-factor"  # this role needs one before anything else
    assert chain.nobody().get(link[1]).status_code == 410


def test_changing_the_password_keeps_this_browser_and_ends_the_others(chain: staff.Chain) -> None:
    here, there = chain.signed_in("manager"), chain.signed_in("manager")
    new = "another long one 9"
    response = here.post("/account/password", {"old": staff.PASSWORD, "password": new, "again": new})
    assert response.status_code == 303
    assert is_inside(here) and not is_inside(there)


def test_guessing_the_present_password_locks_like_the_sign_in(chain: staff.Chain) -> None:
    thief = chain.signed_in("manager")
    new = "another long one 9"

    def guess(old: str) -> str:
        return thief.post("/account/password", {"old": old, "password": new, "again": new}).get_data(as_text=True)

    assert [("当前密码不正确" in guess("wrong")) for _ in range(5)] == [True] * 5
    assert "1 分钟后再试" in guess(staff.PASSWORD)
    assert "1 分钟后再试" in sign_in(chain.nobody(), "manager")
    assert "暂时锁定" in chain.signed_in("administrator").text("/users")
    db.session.remove()
    attempts.expire(now=clock.now() + timedelta(days=1, seconds=1))
    db.session.commit()
    db.session.remove()
    assert sign_in(chain.nobody(), "manager") == "/"


def test_users_are_listed_changed_and_closed(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    path = f"/users/{chain.users['shop-staff']}"
    assert "人民路店" in person.text("/users")
    person.post(path, {"name": "王芳", "role": "shop-staff", "shop": str(chain.shops[1])})
    assert "中山路店" in person.text("/users")
    person.post(f"{path}/activity", {"active": "0"})
    assert "已停用" in person.text("/users")
    refused = person.post(f"/users/{chain.users['administrator']}/activity", {"active": "0"})
    assert refused.status_code == 422 and "最后一位" in refused.get_data(as_text=True)


def test_a_refused_form_keeps_what_was_typed_and_names_the_field(chain: staff.Chain) -> None:
    text = chain.signed_in("administrator").post(
        "/users", {"email": "not-an-address", "name": "<i>王</i>", "role": "quality"}
    ).get_data(as_text=True)  # fmt: skip
    assert '<a href="#email">' in text and 'aria-invalid="true"' in text and "<title>错误" in text
    assert 'value="not-an-address"' in text and "&lt;i&gt;王&lt;/i&gt;" in text
    assert re.search(r'<option value="quality" selected>', text)


def test_the_permission_table_is_the_one_that_is_enforced(chain: staff.Chain) -> None:
    text = chain.signed_in("administrator").text("/permissions")
    assert all(f">{name}<" in text for name in PERMISSIONS)
    assert text.count('<span class="sr">可以</span>') == sum(len(roles) for roles in PERMISSIONS.values())


def test_the_log_is_filtered_by_act_and_person_and_paged(chain: staff.Chain) -> None:
    person = chain.signed_in("quality")
    everything = person.text("/events")
    assert "创建问卷" in everything and "command line" in everything
    shops_only = person.text("/events?action=shop.created")
    assert shops_only.count("<tr>") == 3  # the head and two shops
    assert "没有符合条件的记录" in person.text("/events?person=nobody%25")
    for number in range(60):
        users.create_user(email=f"u{number}@example.org", role="manager", by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    db.session.remove()
    first = person.text("/events")
    assert first.count("<tr>") == 51 and 'rel="next"' in first and "page=2" in first
    assert 'rel="prev"' in person.text("/events?page=2")
    piece = person.text("/events?person=command", headers={"HX-Request": "true"})
    assert "<html" not in piece and '<div id="rows">' in piece


def test_the_language_is_kept_in_the_session_and_then_with_the_user(chain: staff.Chain) -> None:
    person = chain.nobody()
    assert '<html lang="zh-CN">' in person.text("/sign-in")
    assert '<html lang="en">' in person.text("/sign-in", headers={"Accept-Language": "en-GB,en;q=0.8"})
    assert person.post("/language", {"language": "en", "next": "/sign-in"}).location == "/sign-in"
    assert '<html lang="en">' in person.text("/sign-in")
    sign_in(person)
    again = chain.nobody()
    sign_in(again)
    assert "My account" in again.text("/account")
    again.post("/language", {"language": "zh", "next": "/account"})
    assert "我的账号" in again.text("/account")
    assert again.post("/language", {"language": "xx", "next": "https://evil.example"}).location == "/"


def test_the_menu_shows_what_the_role_may_open_and_nothing_else(chain: staff.Chain) -> None:
    for role in ROLES:
        person = chain.signed_in(role)
        menu = person.text("/account").split('id="menu"')[1].split("</nav>")[0]
        for path in re.findall(r'href="([^"]+)"', menu):
            assert person.get(path, follow_redirects=True).status_code == 200, (
                role,
                path,
            )  # one shop: its page at once
    assert "/users" not in chain.signed_in("researcher").text("/account")
