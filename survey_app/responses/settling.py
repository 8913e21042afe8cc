"""The order of arrival is forgotten: answers are written anew, by one transaction, in an order by chance.

A database remembers more than its columns: PostgreSQL keeps rows in the order they came (ctid) and the transaction that wrote
them (xmin), SQLite the order of cells inside a page and, in its write-ahead log, the steps. Beside a proxy's log with exact
times that order would name people. After `settle` all answers of a day stand as if they had come at once, under ids that
are random inside the day; `tidy` drops what the old places still hold. Run every hour: what came since is not yet settled.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Engine, Table, delete, insert, select

from survey_app import clock
from survey_app.database import db, prepare_sqlite
from survey_app.distribution.models import Wave
from survey_app.errors import Busy
from survey_app.responses import holding, quotas, uploads
from survey_app.responses.models import RANDOM_BITS, Comment, HeldBack, Response

_LONGEST_WAIT = 1_000  # milliseconds; writers wait meanwhile
DAYS_BACK = 3  # also heals what a worker that stood still left over


def settle(*, now: datetime, days_back: int = DAYS_BACK) -> int:
    """Rewrite the answers of today and the last days, and those without a day of every wave that took answers then.

    Returns how many. An answer without a day stands at the first day of its wave: a month's, or a campaign's.
    """
    return sum(_rewrite(period) for period in _periods(now, days_back))


def _periods(now: datetime, days_back: int = DAYS_BACK) -> list[int]:
    """The days, as answers are numbered by, to which an answer may have come of late."""
    today = clock.day_number(now)
    periods = {today - back for back in range(days_back + 1)}
    open_since = clock.date_from_day(today) - timedelta(days=days_back)
    periods |= {
        clock.day_from_date(first)
        for first in db.session.scalars(select(Wave.month).where(Wave.closes_on >= open_since).distinct())
    }
    return sorted(periods)


def _rewrite(period: int) -> int:
    responses, comments = cast(Table, Response.__table__), cast(Table, Comment.__table__)
    held = cast(Table, HeldBack.__table__)
    first, beyond = period << RANDOM_BITS, (period + 1) << RANDOM_BITS
    holding.lock_answers()  # a withdrawal that waited for one of these rows must find the new one
    # answers that are linked to people have nothing to forget, and must not lose their links
    mine = (responses.c.id >= first) & (responses.c.id < beyond) & (responses.c.mode == "anonymous")
    rows = db.session.execute(select(responses).where(mine).order_by(responses.c.id)).mappings().all()
    if not rows:
        return 0
    of_mine = (comments.c.response_id >= first) & (comments.c.response_id < beyond)
    texts = (
        db.session.execute(select(comments).where(of_mine).order_by(comments.c.response_id, comments.c.variable))
        .mappings()
        .all()
    )
    in_pool = (held.c.response_id >= first) & (held.c.response_id < beyond)
    pool = db.session.execute(select(held).where(in_pool).order_by(held.c.response_id)).mappings().all()
    db.session.execute(delete(held).where(in_pool))
    db.session.execute(delete(comments).where(of_mine))
    db.session.execute(delete(responses).where(mine))
    for table, found in ((responses, rows), (comments, texts), (held, pool)):
        if found:
            db.session.execute(insert(table), _mixed(found))
    return len(rows)


def _mixed(rows: Sequence[Mapping[Any, Any]]) -> list[dict[str, Any]]:
    """In an order by chance. Rows of a kilobyte and more fill pages of their own, which SQLite gives out by the order of writing:

    in a fixed order anybody could compute whose old pages a row has now, and old pages tell when they were first filled.
    """
    made = [dict(row) for row in rows]
    secrets.SystemRandom().shuffle(made)
    return made


def forget_arrivals(*, now: datetime) -> int:
    """The hourly tick: tell what was held back of large enough groups, settle, commit, tidy.

    Raises Busy when the old places could not be dropped yet; try again soon.
    """
    holding.release(now=now)
    number = settle(now=now)
    periods = _periods(now)
    db.session.commit()
    uploads.forget_order(periods=periods)
    db.session.commit()
    quotas.forget_order()  # apart from the answers: a submit locks its quotas first
    db.session.commit()
    tidy(db.engine)
    return number


def tidy(engine: Engine) -> None:
    """After the commit of `settle`: empty SQLite's write-ahead log; let PostgreSQL reuse the old places.

    Raises Busy when somebody reads or writes the SQLite file for longer than a second: nobody may wait for this.
    """
    pooled = engine.raw_connection()
    try:
        driver = cast(Any, pooled.driver_connection)
        if engine.dialect.name == "sqlite":
            driver.execute(f"PRAGMA busy_timeout={_LONGEST_WAIT}")
            busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            prepare_sqlite(driver)
            if busy:
                raise Busy("the write-ahead log is in use")
        else:
            driver.autocommit = True
            driver.execute("VACUUM response, comment, held_back, ballot, draft, uploaded_file, quota, turned_away")
            driver.autocommit = False
    finally:
        pooled.close()
