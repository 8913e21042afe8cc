"""Passwords: argon2id (19 MiB, 2 passes, 1 lane; OWASP ASVS 5.0), and what a password must be."""

import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from survey_app.errors import DomainError
from survey_app.languages import N_

SHORTEST, LONGEST = 10, 128
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, type=Type.ID)

# Pieces of the passwords that guessing programs try first; a password made of little else is refused
_GUESSED = ("password", "passw0rd", "qwertyuiop", "1qaz2wsx", "12345678", "87654321", "iloveyou", "woaini", "admin")


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def check(password: str, *, email: str) -> None:
    """Raise DomainError when the password is too short, too long or among the first that anybody would try."""
    plain = _normal(password)
    if len(plain) < SHORTEST:
        raise DomainError(N_("密码至少需要 %(n)s 个字符。"), n=SHORTEST).at("password")
    if len(plain) > LONGEST:
        raise DomainError(N_("密码最多 %(n)s 个字符。"), n=LONGEST).at("password")
    rest = plain.lower()
    for piece in (*_GUESSED, email.lower(), email.split("@")[0].lower()):
        if len(piece) > 3:
            rest = rest.replace(piece, "")
    if len(rest) < 4 or len(set(plain)) < 5:
        raise DomainError(N_("这个密码太容易被猜到，请换一个更长、更少见的。")).at("password")


def hashed(password: str) -> str:
    """The argon2id hash in its usual text form, with its own salt."""
    return _hasher.hash(_normal(password))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether the password fits. The same work is done when there is no hash, so time tells nobody who has an account."""
    try:
        _hasher.verify(password_hash or _nobody(), _normal(password[: LONGEST * 4]))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
