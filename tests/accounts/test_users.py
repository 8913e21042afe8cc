"""Staff accounts: made, changed, closed; the last administrator; one-time links."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.accounts import attempts, passwords, users
from survey_app.accounts.models import OneTimeLink, User
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, Event
from tests import staff

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
GOOD = "violet tram umbrella 7"


def make(email: str = "li@example.org", role: str = "researcher") -> tuple[User, str]:
    return users.create_user(email=email, role=role, by=COMMAND_LINE, now=NOW, name="李华")


def test_a_new_user_has_no_password_and_a_link_that_is_not_stored(app: Flask) -> None:
    user, token = make(" Li@Example.org ")
    db.session.flush()
    assert (user.email, user.password_hash, user.active) == ("li@example.org", None, True)
    stored = db.session.scalars(select(OneTimeLink)).one()
    assert token.encode() not in stored.token_hash and len(stored.token_hash) == 32


@pytest.mark.parametrize(
    "email",
    ["", "li", "li@", "@x.org", "li@x", "li x@x.org", "li@x.org,wang@x.org", "a" * 250 + "@x.org", "<li>@x.org"],
)
def test_an_address_that_cannot_be_one_is_refused(app: Flask, email: str) -> None:
    with pytest.raises(DomainError) as refusal:
        make(email)
    assert refusal.value.field == "email"


def test_one_address_has_one_account(app: Flask) -> None:
    make()
    with pytest.raises(DomainError, match="li@example.org"):
        make("LI@example.org")


def test_a_role_that_does_not_exist_is_refused(app: Flask) -> None:
    with pytest.raises(DomainError) as refusal:
        make(role="owner")
    assert refusal.value.field == "role"


def test_a_link_sets_the_password_once(app: Flask) -> None:
    user, token = make()
    assert users.link_owner(token, now=NOW) is user
    users.use_link(token=token, password=GOOD, now=NOW)
    assert passwords.is_right(GOOD, user.password_hash)
    assert users.link_owner(token, now=NOW) is None
    with pytest.raises(DomainError):
        users.use_link(token=token, password=GOOD + "!", now=NOW)


def test_a_refused_password_leaves_the_link_usable(app: Flask) -> None:
    _, token = make()
    with pytest.raises(DomainError):
        users.use_link(token=token, password="short", now=NOW)
    assert users.link_owner(token, now=NOW) is not None


def test_a_link_dies_after_three_days_with_a_newer_one_and_with_the_account(app: Flask) -> None:
    user, token = make()
    assert users.link_owner(token, now=NOW + timedelta(days=3)) is None
    newer = users.create_link(user=user, by=COMMAND_LINE, now=NOW)
    assert users.link_owner(token, now=NOW) is None and users.link_owner(newer, now=NOW) is user
    users.deactivate(user=user, by=COMMAND_LINE, now=NOW)
    assert users.link_owner(newer, now=NOW) is None
    with pytest.raises(DomainError):
        users.create_link(user=user, by=COMMAND_LINE, now=NOW)


def test_a_new_password_ends_sessions_lock_and_links(app: Flask) -> None:
    user, token = make()
    epoch = user.sign_in_epoch
    for _ in range(5):
        attempts.failed(user.email, user=user, now=NOW)
    assert attempts.locked([user.email, "other@example.org"], now=NOW) == {user.email}
    users.set_password(user=user, password=GOOD, by=COMMAND_LINE, now=NOW)
    assert user.sign_in_epoch == epoch + 1
    attempts.refuse_while_locked(user.email, now=NOW)
    assert users.link_owner(token, now=NOW) is None


def test_changing_the_own_password_asks_the_old_one(app: Flask) -> None:
    user = staff.make_user("manager")
    with pytest.raises(DomainError) as refusal:
        users.change_password(user=user, old="guess", new=GOOD + "!", now=NOW)
    assert refusal.value.field == "old"
    users.change_password(user=user, old=staff.PASSWORD, new=GOOD + "!", now=NOW)
    assert passwords.is_right(GOOD + "!", user.password_hash)


def change(user: User, role: str) -> None:
    users.change_role(user=user, role=role, region_id=None, shop_id=None, name="", by=COMMAND_LINE, now=NOW)


def test_the_last_administrator_who_can_sign_in_stays(app: Flask) -> None:
    last = staff.make_user("administrator")
    make("other@example.org", "administrator")  # has no password yet
    with pytest.raises(DomainError, match="最后一位"):
        change(last, "manager")
    with pytest.raises(DomainError, match="最后一位"):
        users.deactivate(user=last, by=COMMAND_LINE, now=NOW)
    staff.make_user("administrator", email="second@example.org")
    change(last, "manager")
    assert last.role == "manager"


def test_deactivation_ends_the_sessions_and_activation_opens_again(app: Flask) -> None:
    user = staff.make_user("researcher")
    epoch = user.sign_in_epoch
    users.deactivate(user=user, by=COMMAND_LINE, now=NOW)
    assert (user.active, user.sign_in_epoch) == (False, epoch + 1)
    users.activate(user=user, by=COMMAND_LINE, now=NOW)
    assert user.active


def test_a_place_is_kept_only_for_roles_that_have_one(app: Flask) -> None:
    from survey_app.organisation import shops

    region = shops.create_region(code="e", name="东区", by=COMMAND_LINE)
    shop = shops.create_shop(code="S1", name="一店", region=region, by=COMMAND_LINE)
    found = {}
    for number, role in enumerate(("shop-staff", "manager", "administrator")):
        user, _ = users.create_user(
            email=f"u{number}@example.org", role=role, region_id=region.id, shop_id=shop.id, by=COMMAND_LINE, now=NOW
        )
        found[role] = (user.region_id, user.shop_id)
    assert found == {"shop-staff": (None, shop.id), "manager": (region.id, None), "administrator": (None, None)}


def test_every_act_is_in_the_audit_log_without_passwords(app: Flask) -> None:
    user, token = make()
    users.use_link(token=token, password=GOOD, now=NOW)
    change(user, "quality")
    users.deactivate(user=user, by=COMMAND_LINE, now=NOW)
    db.session.flush()
    events = list(db.session.scalars(select(Event).order_by(Event.seq)))
    assert [e.action for e in events] == ["user.created", "user.password_set", "user.changed", "user.deactivated"]
    assert events[2].details["before"]["role"] == "researcher" and events[2].details["after"]["role"] == "quality"
    assert GOOD not in str([e.details for e in events]) and token not in str([e.details for e in events])
