"""Shop, day and channel of an invited anonymous answer, held back until ten share them (privacy.md 3.3 rule 12).

The database shows who took part and roughly when: who has no reminder row answered before it was due. So an invited answer first
stands without shop, day and way in, beside a sealed row that the wave's keys open. `release` gives answers what was held in
groups: whoever knows exactly who took part, where, when and how then still finds at least ten answers that look alike.

    seen    (wave, version, shop, day, channel) as far as they are told; every group that is seen has ten answers or more
    pool    answers with a held row. Ten always stay in it while the wave is open, so that one that arrives is never alone
"""

import hmac
import random
import secrets
import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, func, select, update

from survey_app import clock, web
from survey_app.database import db
from survey_app.distribution.models import Wave
from survey_app.responses.models import HeldBack, Response
from survey_app.vault import WaveKeys

LEAST = 10  # answers that share what is told of them
LATE_FORMS = timedelta(hours=1)  # a form that was open at the close is taken for half an hour more
UNTOLD = "personal"  # channel
_CHANNELS = (UNTOLD, "sms", "email", "receipt")
_FORM = struct.Struct(">IBi")  # shop (0: none), channel, day
_NONCE = 12
_BATCH = 500
_dice = random.SystemRandom()


class Told(NamedTuple):
    """What an answer tells of where, when and how it came."""

    shop_id: int | None
    day: int | None
    channel: str


class Held(NamedTuple):
    """An answer of the pool, opened."""

    response_id: int
    version_id: int
    came: Told


class Group(NamedTuple):
    """Answers of a wave that nobody can tell apart by where, when and how they came."""

    version_id: int
    told: Told


# --- sealing ----------------------------------------------------------------------------------------------------------
def _cipher(keys: WaveKeys) -> AESGCM:
    return AESGCM(hmac.digest(keys.ballot, b"held", "sha256"))


def seal(keys: WaveKeys, *, response_id: int, shop_id: int | None, day: int, channel: str) -> bytes:
    """What is held back, always 37 bytes; opens with the wave's keys alone, for this answer alone."""
    nonce, plain = secrets.token_bytes(_NONCE), _FORM.pack(shop_id or 0, _number(channel), day)
    return nonce + _cipher(keys).encrypt(nonce, plain, response_id.to_bytes(8, "big"))


def _number(channel: str) -> int:
    return _CHANNELS.index(channel) if channel in _CHANNELS else 0


def opened(keys: WaveKeys, *, response_id: int, sealed: bytes) -> Told | None:
    """The same, opened; None when it was changed or the keys are of another wave."""
    try:
        plain = _cipher(keys).decrypt(sealed[:_NONCE], sealed[_NONCE:], response_id.to_bytes(8, "big"))
    except InvalidTag:
        return None
    shop, channel, day = _FORM.unpack(plain)
    return Told(shop or None, day, _CHANNELS[channel])


# --- who may be told --------------------------------------------------------------------------------------------------
def _ways(one: Told, *, is_past: bool) -> Iterable[Told]:
    """What an answer may tell, best first. Its day is left out once the day is over: until then others may still join it."""
    yield one
    yield one._replace(channel=UNTOLD)
    if is_past:
        yield one._replace(day=None)
        yield one._replace(day=None, channel=UNTOLD)


def choose(pool: Sequence[Held], seen: Counter[Group], *, today: int, is_over: bool) -> dict[Group, list[int]]:
    """Which answers of the pool of one wave may be told what: groups that have ten answers with those seen already.

    Ten stay behind, drawn by lot where too few stay anyway; at the end of a wave all may go.
    """
    found: dict[Group, list[int]] = {}
    for version_id in sorted({one.version_id for one in pool}):
        mine = [one for one in pool if one.version_id == version_id]
        found |= _keep_some(_groups(mine, seen, today=today, is_over=is_over), seen, len(mine), is_over=is_over)
    return found


def _groups(pool: list[Held], seen: Counter[Group], *, today: int, is_over: bool) -> dict[Group, list[int]]:
    found: dict[Group, list[int]] = {}
    left = pool
    for rank in range(4):
        asked: dict[Group, list[Held]] = defaultdict(list)
        for one in left:
            ways = list(_ways(one.came, is_past=is_over or one.came.day is None or one.came.day < today))
            if rank < len(ways):
                asked[Group(one.version_id, ways[rank])].append(one)
        large = {group: rows for group, rows in asked.items() if len(rows) + seen[group] >= LEAST}
        for group, rows in large.items():
            found.setdefault(group, []).extend(row.response_id for row in rows)
        gone = {row.response_id for rows in large.values() for row in rows}
        left = [one for one in left if one.response_id not in gone]
    return found


def _keep_some(
    groups: dict[Group, list[int]], seen: Counter[Group], size: int, *, is_over: bool
) -> dict[Group, list[int]]:
    """Who stays is drawn from what groups have above ten; where that is not enough the smallest new group stays as a whole."""
    going = dict(groups)
    while going:
        staying = size - sum(map(len, going.values()))
        wanted = 0 if is_over and staying == 0 else max(0, LEAST - staying)
        spare: list[int] = []
        for group, rows in going.items():
            spare += _dice.sample(rows, min(len(rows), len(rows) + seen[group] - LEAST))
        if wanted <= len(spare):
            kept = set(_dice.sample(spare, wanted))
            left = {group: [row for row in rows if row not in kept] for group, rows in going.items()}
            return {group: rows for group, rows in left.items() if rows}
        del going[min(going, key=lambda group: (seen[group] >= LEAST, len(going[group])))]
    return going


# --- the tick ---------------------------------------------------------------------------------------------------------
def release(*, now: datetime) -> int:
    """Tell what may be told, and forget what is still held of waves that are over; returns how many answers were told of.

    In the caller's transaction, which settles the answers too: else their places would show who was told of when.
    """
    lock_answers()
    chosen = select(Wave.id, Wave.closes_on).where(Wave.id.in_(select(HeldBack.wave_id)))
    waves = list(db.session.execute(chosen).tuples())
    _dice.shuffle(waves)
    return sum(_release(wave_id, is_over(closes_on, now), now) for wave_id, closes_on in waves)


def is_over(closes_on: date, now: datetime) -> bool:
    """Whether a wave that closes on this day takes no form any more."""
    return closes_on < clock.china(now - LATE_FORMS).date()


def lock_answers() -> None:
    """PostgreSQL: nobody writes answers until the commit. One order of locking everywhere."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.connection().exec_driver_sql("LOCK TABLE response, comment, held_back IN SHARE ROW EXCLUSIVE MODE")


def _release(wave_id: int, over: bool, now: datetime) -> int:
    keys, told = web.vault().wave(wave_id), 0
    if keys is not None:
        groups = choose(_pool(wave_id, keys), _seen(wave_id), today=clock.day_number(now), is_over=over)
        for group, ids in groups.items():
            _tell(ids, group.told)
            told += len(ids)
    if over or keys is None:
        db.session.execute(delete(HeldBack).where(HeldBack.wave_id == wave_id))
    return told


def _pool(wave_id: int, keys: WaveKeys) -> list[Held]:
    rows = db.session.execute(
        select(HeldBack.response_id, Response.version_id, HeldBack.sealed)
        .join(Response, Response.id == HeldBack.response_id)
        .where(HeldBack.wave_id == wave_id)
    )
    found = []
    for response_id, version_id, sealed in rows:
        came = opened(keys, response_id=response_id, sealed=sealed)
        if came is not None:
            found.append(Held(response_id, version_id, came))
    return found


def _seen(wave_id: int) -> Counter[Group]:
    what = (Response.version_id, Response.shop_id, Response.day, Response.channel)
    in_pool = select(HeldBack.response_id).where(HeldBack.wave_id == wave_id)
    counted = (
        select(*what, func.count())
        .where(
            Response.wave_id == wave_id, Response.mode == "anonymous", Response.verified, Response.test.is_(False),
            Response.id.not_in(in_pool),
        )
        .group_by(*what)
    )  # fmt: skip
    return Counter({Group(row[0], Told(*row[1:4])): row[4] for row in db.session.execute(counted)})


def _tell(ids: Sequence[int], told: Told) -> None:
    for start in range(0, len(ids), _BATCH):
        part = ids[start : start + _BATCH]
        mine = update(Response).where(Response.id.in_(part)).values(told._asdict())
        db.session.execute(mine.execution_options(synchronize_session=False))
        db.session.execute(delete(HeldBack).where(HeldBack.response_id.in_(part)))
