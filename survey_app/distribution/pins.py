"""PINs of counter tablets: 4 to 6 digits, kept as argon2id here and as a slow hash on the tablet itself."""

import base64
import hashlib
import re
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from survey_app.errors import DomainError
from survey_app.languages import N_

PIN_ROUNDS = 200_000  # PBKDF2 on the tablet: a fifth of a second on a cheap one
_PIN = re.compile(r"[0-9]{4,6}", re.ASCII)
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, type=Type.ID)


def checked(pin: str) -> str:
    """The PIN, or DomainError: 4 to 6 digits, not all the same and not in a row."""
    plain = pin.strip()
    if not _PIN.fullmatch(plain):
        raise DomainError(N_("PIN 是 4 到 6 位数字。")).at("pin")
    if len(set(plain)) == 1 or plain in "01234567890" or plain in "09876543210":
        raise DomainError(N_("这个 PIN 太容易被猜到，请换一个。")).at("pin")
    return plain


def hashed(pin: str) -> str:
    """argon2id, in its usual text form."""
    return _hasher.hash(pin)


def is_right(pin: str, pin_hash: str) -> bool:
    """Whether the PIN fits."""
    try:
        return _hasher.verify(pin_hash, pin.strip()[:16])
    except (VerificationError, InvalidHashError):
        return False


def for_tablet(pin: str) -> str:
    """`salt.hash`, both base64url: PBKDF2-HMAC-SHA256, which every browser can compute without a network."""
    salt = secrets.token_bytes(16)
    slow = hashlib.pbkdf2_hmac("sha256", pin.strip().encode(), salt, PIN_ROUNDS)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (salt, slow))
