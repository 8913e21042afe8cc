"""The second factor of staff: time-based one-time codes (RFC 6238: SHA-1, 30 seconds, six digits) from an app on a phone.

The secret stands sealed in the account. A code counts once: the account keeps the step of the last one. Wrong codes count
like wrong passwords, in the same count. Who lost the phone asks an administrator to reset it.
"""

import hmac
from datetime import datetime

import pyotp
import qrcode
from qrcode.constants import ERROR_CORRECT_M
from sqlalchemy import update

from survey_app import events, web
from survey_app.accounts import attempts, users
from survey_app.accounts.models import User
from survey_app.accounts.permissions import GUARDED, permissions_of
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_

STEP_SECONDS = 30
DRIFT = 1  # codes of the step before and after count too: clocks of phones differ
QUIET_ZONE = 4

WRONG = N_("验证码不正确，或者已经用过。请等下一个。")


def is_needed(user: User) -> bool:
    """Whether this account may export data or see people in clear, so that a password alone is not enough."""
    return bool(GUARDED & permissions_of(user.role, bound=users.is_bound(user)))


def is_set_up(user: User) -> bool:
    """Whether a code is asked at the sign-in."""
    return bool(user.totp_secret)


def new_secret() -> str:
    """160 random bits in base32, as apps take them."""
    return pyotp.random_base32()


def seal(user: User, secret: str) -> str:
    """The secret as it is kept, in the account or (before it is confirmed) in the session cookie."""
    return web.vault().seal("contact", secret, place=_place(user))


def opened(user: User, sealed: str) -> str:
    """The secret in clear; 〔无法解密〕, which no code fits, when the key is gone."""
    return web.vault().unseal(sealed, place=_place(user))


def _place(user: User) -> str:
    return f"user.totp_secret.{user.id}"


def address(user: User, secret: str, *, issuer: str) -> str:
    """What the QR code says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=issuer or "survey")


def drawing(text: str) -> tuple[int, str]:
    """A QR code as (modules per side, path of an SVG), for a page that shows it inline."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE, box_size=1)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return len(rows), path


def set_up(*, user: User, secret: str, code: str, now: datetime) -> None:
    """Turn the second factor on, when the code shows that the app has the secret. Ends all other sessions."""
    step = _step_of(secret, code, after=0, now=now)
    if step is None:
        raise DomainError(N_("验证码不正确。请确认手机时间准确，再输入当前显示的 6 位数字。")).at("code")
    user.totp_secret, user.totp_step = seal(user, secret), step
    users.end_sessions(user)
    events.record("user.second_factor_set", user, by=users.actor(user))


def check(*, user: User, code: str, now: datetime) -> None:
    """Take a code at the sign-in. Raises GuessRefused; a wrong or used one is counted like a wrong password."""
    attempts.refuse_while_locked(user.email, now=now)
    step = _step_of(opened(user, user.totp_secret), code, after=user.totp_step, now=now)
    if step is None or not _use(user, step):
        attempts.failed(user.email, user=user, now=now)
        raise attempts.GuessRefused(WRONG).at("code")


def _use(user: User, step: int) -> bool:
    # two requests with one code at the same moment: one wins
    used = update(User).where(User.id == user.id, User.totp_step < step).values(totp_step=step)
    done = db.session.execute(used.execution_options(synchronize_session=False)).rowcount == 1  # type: ignore[attr-defined]
    db.session.refresh(user)
    return bool(done)


def _step_of(secret: str, code: str, *, after: int, now: datetime) -> int | None:
    """The step that a code belongs to: near now, and later than the last used one."""
    typed = "".join(character for character in code if character not in " -\u3000")
    try:
        maker = pyotp.TOTP(secret)
        present = int(now.timestamp()) // STEP_SECONDS
        for step in range(present - DRIFT, present + DRIFT + 1):
            right = hmac.compare_digest(maker.generate_otp(step).encode(), typed.encode())
            if right and step > after:
                return step
    except ValueError:  # the secret could not be opened
        return None
    return None


def turn_off(*, user: User, code: str, now: datetime) -> None:
    """Turn one's own second factor off, with a code; not where the role needs it."""
    if is_needed(user):
        raise DomainError(N_("您的角色必须使用动态验证码。")).at("code")
    check(user=user, code=code, now=now)
    user.totp_secret, user.totp_step = "", 0
    events.record("user.second_factor_removed", user, by=users.actor(user))


def reset(*, user: User, by: Actor) -> None:
    """What an administrator does for somebody who lost the phone: the next sign-in starts the set-up again."""
    if not user.totp_secret:
        raise DomainError(N_("这个账号没有启用动态验证码。"))
    user.totp_secret, user.totp_step = "", 0
    users.end_sessions(user)
    events.record("user.second_factor_reset", user, by=by)
