"""What the notice promises about time, kept: raw text 30 days, keys 30 days after the close, answers three years (privacy.md 9).

Run once a day and at every start of a worker. Everything is found by reading, then changed in small transactions in which
nobody waits long; each step may be cut off anywhere and is done by the next run. What was done is counted in one audit event.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, or_, select, update

from survey_app import clock, events
from survey_app.database import db, read_only
from survey_app.distribution import waves
from survey_app.distribution.models import Wave
from survey_app.events import WORKER
from survey_app.responses import drafts, quotas
from survey_app.responses.holding import LATE_FORMS
from survey_app.responses.models import RANDOM_BITS, Comment, Response
from survey_app.responses.recording import SMALL_SHOP

log = logging.getLogger("survey_app.retention")

RAW_LIVES_DAYS = 30
ANSWERS_LIVE_YEARS = 3
APPLIED = "retention.applied"
_BATCH = 500


def apply(*, now: datetime) -> dict[str, int]:
    """Do all that is due at `now` and commit; returns what was done, by name. Safe to run again and in two processes.

    A step that fails does not keep the others from being done; its error is raised at the end.
    """
    steps: dict[str, Callable[[], int]] = {
        "raw_texts": lambda: _in_batches(old_raw_texts, shred_raw_texts, now),
        "shops_left_out": lambda: _in_batches(answers_of_small_shops, leave_shop_out, now),
        "drafts": lambda: drafts.expire(now=now),
        "answers": lambda: _in_batches(old_answers, delete_answers, now),
        "wave_keys": lambda: waves.destroy_due(now=now, by=WORKER),
    }
    done, failed = dict[str, int](), list[Exception]()
    for name, step in steps.items():
        db.session.rollback()
        try:
            done[name] = step()
            db.session.commit()
        except Exception as error:
            db.session.rollback()
            log.exception("retention: %s could not be done", name)
            failed.append(error)
    counts: dict[str, Any] = {name: number for name, number in done.items() if number}
    if counts:
        events.record(APPLIED, None, by=WORKER, **counts)
        db.session.commit()
    if failed:
        raise failed[0]
    return counts


def _in_batches(
    find: Callable[[Connection, datetime], list[int]], change: Callable[[Sequence[int]], int], now: datetime
) -> int:
    with read_only(), db.engine.connect() as connection:
        ids = find(connection, now)
    done = 0
    for start in range(0, len(ids), _BATCH):
        done += change(ids[start : start + _BATCH])
        db.session.commit()
    return done


def _since(last: date) -> ColumnElement[bool]:
    """Answers of `last` or earlier; those that keep no day count from the close of their wave."""
    day = clock.day_from_date(last)
    started = Response.id < (day + 1) << RANDOM_BITS  # an id begins with the day, or the month, and is quick to find
    return started & or_(Response.day <= day, and_(Response.day.is_(None), Wave.closes_on <= last))


def old_raw_texts(connection: Connection, now: datetime) -> list[int]:
    """Ids of the answers whose raw text has lived for 30 days."""
    last = clock.china(now).date() - timedelta(days=RAW_LIVES_DAYS)
    chosen = (
        select(Response.id).join(Wave, Wave.id == Response.wave_id).join(Comment, Comment.response_id == Response.id)
    )
    found = connection.execute(chosen.where(Comment.raw.is_not(None), _since(last)).distinct().order_by(Response.id))
    return [row[0] for row in found]


def shred_raw_texts(ids: Sequence[int]) -> int:
    """Forget what was typed; what redaction left of it stays. Returns the number of texts."""
    return _count(update(Comment).where(Comment.response_id.in_(ids), Comment.raw.is_not(None)).values(raw=None))


def answers_of_small_shops(connection: Connection, now: datetime) -> list[int]:
    """Ids of the anonymous answers of shops that have fewer than ten in a wave that has closed (rule 12)."""
    last = clock.china(now - LATE_FORMS).date() - timedelta(days=1)
    counted = func.sum(case((Response.test, 0), else_=1))
    small = (
        select(Response.wave_id, Response.shop_id)
        .join(Wave, Wave.id == Response.wave_id)
        .where(Wave.closes_on <= last, Response.shop_id.is_not(None), Response.mode == "anonymous")
        .group_by(Response.wave_id, Response.shop_id)
        .having(counted < SMALL_SHOP)
    )
    return sorted(_of_shops(connection, connection.execute(small).tuples().all()))


def _of_shops(connection: Connection, groups: Sequence[Any]) -> Iterator[int]:
    for wave_id, shop_id in groups:
        mine = (Response.wave_id == wave_id, Response.shop_id == shop_id, Response.mode == "anonymous")
        yield from connection.scalars(select(Response.id).where(*mine))


def leave_shop_out(ids: Sequence[int]) -> int:
    """Forget shop and place of these answers. Returns how many."""
    return _count(update(Response).where(Response.id.in_(ids)).values(shop_id=None, place=""))


def old_answers(connection: Connection, now: datetime) -> list[int]:
    """Ids of the answers that have lived for three years."""
    today = clock.china(now).date()
    leap_day = (today.month, today.day) == (2, 29)
    last = today.replace(year=today.year - ANSWERS_LIVE_YEARS, day=28 if leap_day else today.day)
    found = connection.execute(
        select(Response.id).join(Wave, Wave.id == Response.wave_id).where(_since(last)).order_by(Response.id)
    )
    return [row[0] for row in found]


def delete_answers(ids: Sequence[int]) -> int:
    """Delete these answers with their texts; they leave their places in quotas. Returns how many."""
    quotas.let_go_of(ids)
    return _count(delete(Response).where(Response.id.in_(ids)))


def _count(statement: Any) -> int:
    result: Any = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)
