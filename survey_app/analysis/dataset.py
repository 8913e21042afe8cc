"""The only reader of answers: streams the responses of a questionnaire, over all its versions, without test answers.

Everything that counts, draws or exports answers starts here (an import check holds that line). Nothing is decided here about
what may be shown: that is `disclosure`. Rows come from a connection of their own, in one snapshot, and never wait for or
hold up a respondent.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Text, and_, cast, func, or_, select

from survey_app import clock
from survey_app.database import db, read_only
from survey_app.design.models import Version
from survey_app.distribution.models import Wave
from survey_app.questionnaire.codebook import Codebook, codebook, row_maker
from survey_app.questionnaire.definition import Definition
from survey_app.responses.models import BreakOff, Comment, Draft, Response
from survey_app.responses.quotas import OVER
from survey_app.responses.returning import CHANNEL as RETURNED

CHUNK = 2_000  # rows in memory at a time


class Row(NamedTuple):
    """One response. `day` is None where a day could name somebody; then `month` is that of its wave."""

    id: int
    version_id: int
    status: str
    language: str
    channel: str
    shop_id: int | None
    place: str
    day: int | None
    month: date
    speed: str
    straightline: bool
    layout: str
    answers: dict[str, Any]
    texts: dict[str, str]  # redacted; empty unless asked for
    over_quota: bool = False  # it came when a quota that it fits was full


class Only(NamedTuple):
    """Some of the responses; what is empty leaves nothing out. `since`: first day of the first month; `before`: of the one
    after the last."""

    since: date | None = None
    before: date | None = None
    languages: Sequence[str] = ()
    channels: Sequence[str] = ()
    status: Sequence[str] = ()


EVERYTHING = Only()


@dataclass(frozen=True, slots=True)
class FrozenVersion:
    """A published version with its definition, parsed once per process."""

    id: int
    number: int
    definition: Definition


@lru_cache(maxsize=256)
def _definition(_digest: str, document: bytes) -> Definition:
    return Definition.from_json(orjson.loads(document))


def versions(questionnaire_id: int) -> list[FrozenVersion]:
    """The versions of a questionnaire, newest first."""
    found = db.session.execute(
        select(Version.id, Version.number, Version.digest, Version.definition)
        .where(Version.questionnaire_id == questionnaire_id)
        .order_by(Version.number.desc())
    )
    return [frozen_version(row) for row in found]


def frozen_version(row: Any) -> FrozenVersion:
    """A row of (id, number, digest, definition) with its definition parsed."""
    return FrozenVersion(row.id, row.number, _definition(row.digest, orjson.dumps(row.definition)))


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection that sees one moment of the database and only reads; large results are streamed."""
    with read_only(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.execution_options(yield_per=CHUNK).begin():
            yield connection


_COLUMNS = (
    Response.id, Response.version_id, Response.status, Response.language, Response.channel, Response.shop_id,
    Response.place, Response.day, Wave.month, Response.speed, Response.straightline, Response.layout,
    cast(Response.answers, Text), Response.quotas,
)  # fmt: skip


def rows(connection: Connection, version_ids: Sequence[int]) -> Iterator[Row]:
    """The responses of these versions, without texts, in no promised order."""
    chosen = select(*_COLUMNS).join(Wave, Wave.id == Response.wave_id)
    chosen = chosen.where(Response.version_id.in_(version_ids), Response.test.is_(False))
    for found in connection.execute(chosen):
        yield _row(found, {})


def _row(found: Any, texts: dict[str, str]) -> Row:
    day = found[7]
    month = found[8] if day is None else clock.month_of(clock.date_from_day(day))
    return Row._make((*found[:8], month, *found[9:12], orjson.loads(found[12]), texts, OVER in (found[13] or "")))


def rows_by_id(connection: Connection, ids: Sequence[int]) -> Iterator[Row]:
    """The responses with these ids, with their redacted texts, in this order; those that are gone are left out."""
    for start in range(0, len(ids), CHUNK // 4):
        part = ids[start : start + CHUNK // 4]
        chosen = select(*_COLUMNS).join(Wave, Wave.id == Response.wave_id).where(Response.id.in_(part))
        there = {found[0]: found for found in connection.execute(chosen)}
        texts: dict[int, dict[str, str]] = {}
        comments = select(Comment.response_id, Comment.variable, Comment.redacted).where(Comment.response_id.in_(part))
        for response_id, variable, redacted in connection.execute(comments):
            texts.setdefault(response_id, {})[variable] = redacted
        for response_id in part:
            if response_id in there:
                yield _row(there[response_id], texts.get(response_id, {}))


def ids_and_shops(
    connection: Connection, version_ids: Sequence[int], only: Only = EVERYTHING
) -> Iterator[tuple[int, int | None]]:
    """Id and shop of the responses of these versions, or of some of them."""
    chosen = select(Response.id, Response.shop_id)
    chosen = chosen.where(Response.version_id.in_(version_ids), Response.test.is_(False))
    if only.since or only.before:
        chosen = chosen.join(Wave, Wave.id == Response.wave_id).where(*_in_months(only.since, only.before))
    for column, wanted in (
        (Response.language, only.languages), (Response.channel, only.channels), (Response.status, only.status)
    ):  # fmt: skip
        if wanted:
            chosen = chosen.where(column.in_(wanted))
    yield from connection.execute(chosen).tuples()


def _in_months(since: date | None, before: date | None) -> list[ColumnElement[bool]]:
    """An answer without a day is of the month of its wave."""
    month, day = Wave.month, Response.day
    found = []
    if since is not None:
        found.append(or_(and_(day.is_(None), month >= since), day >= clock.day_from_date(since)))
    if before is not None:
        found.append(or_(and_(day.is_(None), month < before), day < clock.day_from_date(before)))
    return found


def received(version_ids: Sequence[int]) -> int:
    """Number of answers received, test answers left out: the one live number."""
    chosen = select(func.count()).where(Response.version_id.in_(version_ids), Response.test.is_(False))
    return int(db.session.scalar(chosen) or 0)


def channels(version_ids: Sequence[int]) -> set[str]:
    """The channels through which answers were received."""
    found = select(Response.channel).where(Response.version_id.in_(version_ids), Response.test.is_(False)).distinct()
    return set(db.session.scalars(found))


def received_by_version(version_ids: Sequence[int]) -> dict[int, int]:
    """Number of answers received by version, test answers left out; versions without any are missing."""
    counted = (
        select(Response.version_id, func.count())
        .where(Response.version_id.in_(version_ids), Response.test.is_(False))
        .group_by(Response.version_id)
    )
    return dict(db.session.execute(counted).tuples().all())


def value_counts(version_ids: Sequence[int], variable: str) -> dict[int, dict[str, int]]:
    """How often each code of a variable was given, by version: counted by the database, for a page of many questionnaires."""
    code = Response.answers[variable].as_string()
    counted = (
        select(Response.version_id, code, func.count())
        .where(Response.version_id.in_(version_ids), Response.test.is_(False), code.is_not(None))
        .group_by(Response.version_id, code)
    )
    found: dict[int, dict[str, int]] = {}
    for version_id, value, count in db.session.execute(counted):
        found.setdefault(version_id, {})[str(value)] = count
    return found


def rows_per_version(connection: Connection) -> dict[int, int]:
    """Number of stored rows by version over all questionnaires, test answers too: a cheap sign that something changed."""
    counted = select(Response.version_id, func.count()).group_by(Response.version_id)
    return dict(connection.execute(counted).tuples().all())


def unfinished(version_ids: Sequence[int]) -> int:
    """Number of answers that were begun and not submitted: saved drafts and those that died."""
    died = select(func.coalesce(func.sum(BreakOff.count), 0)).where(BreakOff.version_id.in_(version_ids))
    alive = select(func.count()).select_from(Draft).where(Draft.version_id.in_(version_ids))
    return int(db.session.scalar(died) or 0) + int(db.session.scalar(alive) or 0)


def unfinished_by_version(version_ids: Sequence[int]) -> dict[int, int]:
    """The same by version; versions without any are missing."""
    found: dict[int, int] = {}
    for counted in (
        select(BreakOff.version_id, func.sum(BreakOff.count))
        .where(BreakOff.version_id.in_(version_ids))
        .group_by(BreakOff.version_id),
        select(Draft.version_id, func.count()).where(Draft.version_id.in_(version_ids)).group_by(Draft.version_id),
    ):
        for version_id, count in db.session.execute(counted):
            found[version_id] = found.get(version_id, 0) + int(count)
    return found


def received_by_door(version_ids: Sequence[int]) -> list[tuple[str, int | None, str, int, int]]:
    """Number of answers received by (channel, shop, place, wave), test answers left out: live, like every number received."""
    place = (Response.channel, Response.shop_id, Response.place, Response.wave_id)
    counted = (
        select(*place, func.count())
        .where(Response.version_id.in_(version_ids), Response.test.is_(False), Response.channel != RETURNED)
        .group_by(*place)
    )
    return [(channel, shop, where, wave, int(n)) for channel, shop, where, wave, n in db.session.execute(counted)]


def received_in_shops(shop_ids: Sequence[int], *, since: date) -> list[tuple[int, int, str, int | None, date, int]]:
    """Number of answers received by (shop, version, channel, day, month), in waves that were open on `since` or later.

    Live, like every number received. `day` is None where none is stored; `month` is the first day of the wave's month.
    """
    group = (Response.shop_id, Response.version_id, Response.channel, Response.day, Wave.month)
    counted = (
        select(*group, func.count())
        .join(Wave, Wave.id == Response.wave_id)
        .where(Response.shop_id.in_(shop_ids), Response.test.is_(False), Response.channel != RETURNED)
        .where(Wave.closes_on >= since)
        .group_by(*group)
    )
    return [
        (shop or 0, version, way, day, month, int(n))
        for shop, version, way, day, month, n in db.session.execute(counted)
    ]


def stopped_at(version_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """How many stopped at each (version, question) without submitting: saved drafts and those that died."""
    found: dict[tuple[int, str], int] = {}
    for counted in (
        select(BreakOff.version_id, BreakOff.last_question, func.sum(BreakOff.count))
        .where(BreakOff.version_id.in_(version_ids))
        .group_by(BreakOff.version_id, BreakOff.last_question),
        select(Draft.version_id, Draft.last_question, func.count())
        .where(Draft.version_id.in_(version_ids))
        .group_by(Draft.version_id, Draft.last_question),
    ):
        for version_id, question, count in db.session.execute(counted):
            found[version_id, question] = found.get((version_id, question), 0) + int(count)
    return found


def paradata(version_ids: Sequence[int]) -> tuple[dict[str, int], int]:
    """Answers by speed (fast, normal, slow), and how many are straight-lined."""
    chosen = (Response.version_id.in_(version_ids), Response.test.is_(False))
    speeds = select(Response.speed, func.count()).where(*chosen).group_by(Response.speed)
    straight = select(func.count()).where(*chosen, Response.straightline)
    return dict(db.session.execute(speeds).tuples().all()), int(db.session.scalar(straight) or 0)


def comment_counts(connection: Connection, version_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """Number of texts by (version, variable)."""
    counted = (
        select(Response.version_id, Comment.variable, func.count())
        .join(Comment, Comment.response_id == Response.id)
        .where(Response.version_id.in_(version_ids), Response.test.is_(False))
        .group_by(Response.version_id, Comment.variable)
    )
    return {(version_id, variable): count for version_id, variable, count in connection.execute(counted)}


def comment_days(version_ids: Sequence[int], variable: str) -> dict[int, int]:
    """Number of texts of a variable by the day from which they may be talked about.

    That is the stored day; where none is stored, the last day of the wave, so that its month cannot be narrowed down.
    """
    counted = (
        select(Response.day, Wave.closes_on, func.count())
        .join(Comment, Comment.response_id == Response.id)
        .join(Wave, Wave.id == Response.wave_id)
        .where(Response.version_id.in_(version_ids), Response.test.is_(False), Comment.variable == variable)
        .group_by(Response.day, Wave.closes_on)
    )
    days: dict[int, int] = {}
    for day, closes_on, count in db.session.execute(counted):
        key = clock.day_from_date(closes_on) if day is None else day
        days[key] = days.get(key, 0) + count
    return days


def comments(version_ids: Sequence[int], variable: str, *, until: int) -> list[tuple[int, str]]:
    """Response id and redacted text of a variable up to the day `until` (see `comment_days`)."""
    chosen = (
        select(Response.id, Comment.redacted, Response.day, Wave.closes_on)
        .join(Comment, Comment.response_id == Response.id)
        .join(Wave, Wave.id == Response.wave_id)
        .where(Response.version_id.in_(version_ids), Response.test.is_(False), Comment.variable == variable)
    )
    return [
        (response_id, text)
        for response_id, text, day, closes_on in db.session.execute(chosen)
        if (clock.day_from_date(closes_on) if day is None else day) <= until
    ]


def columns(
    found: Iterable[Row], frozen: Sequence[FrozenVersion], names: Sequence[str] | None = None
) -> tuple[Codebook, Mapping[str, list[int | float | str]]]:
    """Responses as columns: the codebook over the versions (newest first) and one list per variable (all, or `names`)."""
    book = codebook([version.definition for version in frozen])
    makers = {version.id: row_maker(version.definition, book) for version in frozen}
    wanted = list(names) if names is not None else [variable.name for variable in book.variables]
    lists: dict[str, list[int | float | str]] = {name: [] for name in wanted}
    for row in found:
        made = makers[row.version_id](row.answers, row.texts)
        for name in wanted:
            lists[name].append(made[name])
    return book, lists
