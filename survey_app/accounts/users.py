"""Making and changing staff accounts. Every function records one event and leaves the commit to the request."""

import re
from datetime import datetime, timedelta

from sqlalchemy import select, update

from survey_app import events, tokens
from survey_app.accounts import attempts, passwords
from survey_app.accounts.models import ROLES, OneTimeLink, User
from survey_app.accounts.permissions import ADMINISTRATOR, MANAGER, RESEARCHER, SHOP_STAFF
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import INTERFACE, N_
from survey_app.organisation.models import Department

LINK_LIVES = timedelta(days=3)
_EMAIL = re.compile(r"[^@\s,;<>\"'\\]{1,64}@[^@\s,;<>\"'\\.]+(\.[^@\s,;<>\"'\\.]+)+")
_REGIONAL = frozenset({MANAGER, RESEARCHER})  # roles that may be bound to one region


def actor(user: User) -> Actor:
    """Who acts, for the audit log."""
    department = db.session.get(Department, user.department_id) if user.department_id is not None else None
    return Actor(user.id, user.email, user.role, department.code if department else "")


def is_bound(user: User) -> bool:
    """Whether this user sees one region or shop only."""
    return user.region_id is not None or user.shop_id is not None


def normal_email(text: str) -> str:
    """The address as it is stored and compared."""
    return text.strip().lower()


def find_by_email(email: str) -> User | None:
    """The account of an address."""
    return db.session.scalar(select(User).where(User.email == normal_email(email)))


def all_users() -> list[User]:
    """Every account: active ones first, then by name."""
    return list(db.session.scalars(select(User).order_by(User.active.desc(), User.role, User.email)))


def create_user(
    *,
    email: str,
    role: str,
    by: Actor,
    now: datetime,
    name: str = "",
    region_id: int | None = None,
    shop_id: int | None = None,
    department_id: int | None = None,
    language: str = "zh",
) -> tuple[User, str]:
    """A new account without a password, and the token of the one-time link that sets it (shown once, never stored)."""
    email = normal_email(email)
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise DomainError(N_("请填写完整的邮箱地址，例如 name@example.com。")).at("email")
    if find_by_email(email) is not None:
        raise DomainError(N_("邮箱 %(email)s 已有账号。"), email=email).at("email")
    region_id, shop_id = _checked_place(role, region_id, shop_id)
    user = User(
        email=email,
        name=name.strip()[:80],
        role=role,
        region_id=region_id,
        shop_id=shop_id,
        department_id=department_id,
        language=language if language in INTERFACE else "zh",
        created_at=now,
    )
    db.session.add(user)
    db.session.flush()
    token = _new_link(user, now)
    events.record("user.created", user, by=by, role=role, region=region_id, shop=shop_id, department_id=department_id)
    return user, token


def _checked_place(role: str, region_id: int | None, shop_id: int | None) -> tuple[int | None, int | None]:
    """Region and shop as the role allows them: shop staff may have a shop, managers and researchers a region."""
    if role not in ROLES:
        raise DomainError(N_("没有“%(role)s”这个角色。"), role=role).at("role")
    return (region_id if role in _REGIONAL else None), (shop_id if role == SHOP_STAFF else None)


def _new_link(user: User, now: datetime) -> str:
    db.session.execute(
        update(OneTimeLink).where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None)).values(used_at=now)
    )
    token, token_hash = tokens.secret_link()
    db.session.add(OneTimeLink(token_hash=token_hash, user_id=user.id, expires_at=now + LINK_LIVES))
    return token


def create_link(*, user: User, by: Actor, now: datetime) -> str:
    """A fresh one-time link for an account; earlier ones stop working. The present password stays until it is used."""
    if not user.active:
        raise DomainError(N_("账号已停用，请先启用。"))
    token = _new_link(user, now)
    events.record("user.link_created", user, by=by)
    return token


def link_owner(token: str, *, now: datetime) -> User | None:
    """Whose one-time link this is; None when it is unknown, used, expired or its owner inactive."""
    link = db.session.get(OneTimeLink, tokens.token_hash(token))
    if link is None or link.used_at is not None or link.expires_at <= now or not link.user.active:
        return None
    return link.user


def use_link(*, token: str, password: str, now: datetime) -> User:
    """Set the password by a one-time link. Two uses at the same moment: one wins."""
    user = link_owner(token, now=now)
    if user is None:
        raise DomainError(N_("这个链接已失效，请向管理员要一个新的。"))
    passwords.check(password, email=user.email)
    used = db.session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.token_hash == tokens.token_hash(token), OneTimeLink.used_at.is_(None))
        .values(used_at=now)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]
        raise DomainError(N_("这个链接已失效，请向管理员要一个新的。"))
    set_password(user=user, password=password, by=actor(user), now=now)
    return user


def set_password(*, user: User, password: str, by: Actor, now: datetime) -> None:
    """Give an account a password; ends its sessions, its lock and its open one-time links."""
    passwords.check(password, email=user.email)
    user.password_hash = passwords.hashed(password)
    attempts.forget(user.email)
    end_sessions(user)
    db.session.execute(
        update(OneTimeLink).where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None)).values(used_at=now)
    )
    events.record("user.password_set", user, by=by)


def change_password(*, user: User, old: str, new: str, now: datetime) -> None:
    """Change one's own password; the old one is asked again, and guesses at it count like those at the sign-in."""
    attempts.refuse_while_locked(user.email, now=now)
    if not passwords.is_right(old, user.password_hash):
        attempts.failed(user.email, user=user, now=now)
        raise attempts.GuessRefused(N_("当前密码不正确。")).at("old")
    set_password(user=user, password=new, by=actor(user), now=now)


def end_sessions(user: User) -> None:
    """Every browser that is signed in to this account is refused from its next request on."""
    user.sign_in_epoch = user.sign_in_epoch + 1


def change_role(
    *,
    user: User,
    role: str,
    region_id: int | None,
    shop_id: int | None,
    name: str,
    by: Actor,
    now: datetime,
    department_id: int | None = None,
) -> None:
    """Give an account another role, place, department or name. The last administrator stays one."""
    region_id, shop_id = _checked_place(role, region_id, shop_id)
    if user.role == ADMINISTRATOR and role != ADMINISTRATOR:
        _keep_an_administrator(user)
    before = _place_of(user)
    user.role, user.region_id, user.shop_id, user.name = role, region_id, shop_id, name.strip()[:80]
    user.department_id = department_id
    events.record("user.changed", user, by=by, before=before, after=_place_of(user))


def _place_of(user: User) -> dict[str, object]:
    return {"role": user.role, "region": user.region_id, "shop": user.shop_id, "department": user.department_id}


def deactivate(*, user: User, by: Actor, now: datetime) -> None:
    """Close an account: nobody signs in to it, its sessions end at once. Its name stays in the audit log."""
    if user.role == ADMINISTRATOR:
        _keep_an_administrator(user)
    user.active = False
    end_sessions(user)
    events.record("user.deactivated", user, by=by)


def activate(*, user: User, by: Actor, now: datetime) -> None:
    """Open a closed account again."""
    user.active = True
    attempts.forget(user.email)
    events.record("user.activated", user, by=by)


def _keep_an_administrator(user: User) -> None:
    # locking the rows makes two administrators who remove each other at the same moment take turns
    others = db.session.scalars(
        select(User.id)
        .where(User.role == ADMINISTRATOR, User.active.is_(True), User.password_hash.is_not(None))
        .order_by(User.id)
        .with_for_update()
    ).all()
    if not [other for other in others if other != user.id]:
        raise DomainError(N_("这是最后一位可以登录的管理员。请先让另一位管理员设置好密码。"))
