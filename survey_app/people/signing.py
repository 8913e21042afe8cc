"""Keys of systems that send orders and events, and the signature that each of their requests carries.

Signed are five lines joined by a line feed: method, path, time, nonce, SHA-256 of the body in hex; by HMAC-SHA256 with the
secret of the key. A request counts within five minutes of its time and once: its nonce is kept until then.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from survey_app import events, web
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.people.importing import checked_source
from survey_app.people.models import ApiKey, ApiNonce
from survey_app.vault import UNREADABLE

SKEW = timedelta(minutes=5)
SEEN_EVERY = timedelta(minutes=1)  # how exactly the last use is kept: a row that every request changed would be a queue
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_TIME = re.compile(r"[0-9]{10}")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a request says about itself."""

    key: str
    time: str  # seconds since 1970
    nonce: str
    signature: str  # hex
    method: str
    path: str
    body: bytes


def signature(secret: str, *, method: str, path: str, time: str, nonce: str, body: bytes) -> str:
    """The signature of a request, in hex."""
    text = "\n".join((method, path, time, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.digest(secret.encode(), text.encode(), "sha256").hex()


def verified(given: Signed, *, now: datetime) -> ApiKey | None:
    """The key that signed this request, whose nonce is used up now; None whatever is wrong with it."""
    key = db.session.scalar(select(ApiKey).where(ApiKey.key == given.key, ApiKey.revoked_at.is_(None)))
    secret = web.vault().unseal(key.secret, place=_place(key.key)) if key else ""
    if secret == UNREADABLE:  # the key of the folder is missing or another one: what everybody knows signs nothing
        key = None
    shaped = _NONCE.fullmatch(given.nonce) and _TIME.fullmatch(given.time) and _SIGNATURE.fullmatch(given.signature)
    right = signature(secret, method=given.method, path=given.path, time=given.time, nonce=given.nonce, body=given.body)
    # compared also when there is no such key: how long a refusal takes says nothing
    if not hmac.compare_digest(right, given.signature if shaped else "0" * 64) or key is None or not shaped:
        return None
    if abs(now - datetime.fromtimestamp(int(given.time), UTC)) > SKEW or not _use_up(key.id, given.nonce, now):
        return None
    db.session.execute(
        update(ApiKey)
        .where(ApiKey.id == key.id, or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < now - SEEN_EVERY))
        .values(last_used_at=now)
        .execution_options(synchronize_session=False)
    )
    return key


def _use_up(key_id: int, nonce: str, now: datetime) -> bool:
    flavour: Any = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    taken = flavour.insert(ApiNonce).values(key_id=key_id, nonce=nonce, at=now).on_conflict_do_nothing()
    return bool(db.session.execute(taken.returning(ApiNonce.nonce)).all())


def forget_nonces(*, now: datetime) -> int:
    """Delete nonces whose requests are too old to count anyway."""
    old = delete(ApiNonce).where(ApiNonce.at < now - 2 * SKEW - SKEW).execution_options(synchronize_session=False)
    return int(db.session.execute(old).rowcount)  # type: ignore[attr-defined]


def _place(key: str) -> str:
    return f"api_key.secret.{key}"


def all_keys() -> list[ApiKey]:
    """Keys in use first, then by source."""
    return list(db.session.scalars(select(ApiKey).order_by(ApiKey.revoked_at.is_not(None), ApiKey.source)))


def create_key(*, source: str, by: Actor, now: datetime) -> tuple[ApiKey, str]:
    """A key for a system, and its secret, which is shown once. A revoked key of the same system is replaced."""
    source = checked_source(source)
    secret, name = secrets.token_urlsafe(32), f"k_{secrets.token_hex(8)}"
    key = db.session.scalar(select(ApiKey).where(ApiKey.source == source).with_for_update())
    if key is not None and key.revoked_at is None:
        raise DomainError(N_("系统 %(source)s 已有密钥。请先停用它。"), source=source).at("source")
    if key is None:
        key = ApiKey(source=source)
        db.session.add(key)
    key.key, key.secret = name, web.vault().seal("contact", secret, place=_place(name))
    key.created_at, key.created_by_id, key.revoked_at, key.last_used_at = now, by.id, None, None
    db.session.flush()
    events.record("api_key.created", key, by=by, source=source, key=name)
    return key, secret


def revoke_key(*, key: ApiKey, by: Actor, now: datetime) -> None:
    """The key signs nothing any more, from the next request on."""
    if key.revoked_at is not None:
        raise DomainError(N_("这个密钥已经停用。"))
    key.revoked_at = now
    events.record("api_key.revoked", key, by=by, source=key.source, key=key.key)
