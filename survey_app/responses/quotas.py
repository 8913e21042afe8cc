"""Quotas: how many complete answers count in each, whether there is room for one more, who was turned away (as counts).

One row per questionnaire and name of a quota, over all versions: a corrected version goes on counting, a new name begins at 0.
The row is locked and counted up in the transaction that stores the answer, so of two who are last at once one is turned away:
by the same transaction, which then stores the ballot alone. That ballot's nonce hash is `mark(nonce, quota)`: whoever posts
the form again is turned away again and counted once, and nothing in the database tells such a ballot from the others.

The rows are locked in the order of their keys, and before the ballot: so no two submits ever wait for each other.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select, update

from survey_app.database import db
from survey_app.distribution.models import Wave
from survey_app.responses.models import Quota, Response, TurnedAway

Execute = Callable[[str, tuple[Any, ...]], Any]  # a statement with `?` marks; returns a cursor of either database
OVER = "+"  # behind the name of a quota that was full when the answer came

_COUNT = "SELECT count FROM quota WHERE questionnaire_id = ? AND name = ?"
_BEGIN = (
    "INSERT INTO quota (questionnaire_id, name, count, shown, shown_of) VALUES (?, ?, 0, 0, 0) "
    "ON CONFLICT (questionnaire_id, name) DO NOTHING"
)
_MOVE = "UPDATE quota SET count = count + ? WHERE questionnaire_id = ? AND name = ?"
_TURN_AWAY = (
    "INSERT INTO turned_away (wave_id, name, invited, count) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (wave_id, name, invited) DO UPDATE SET count = turned_away.count + excluded.count"
)
_OWNER = "SELECT questionnaire_id FROM version WHERE id = ?"

Key = tuple[int, str]  # questionnaire, name of the quota


class Claim(NamedTuple):
    """A quota that an answer fits, and how many it takes."""

    name: str
    limit: int


@dataclass(frozen=True, slots=True)
class Claims:
    """The quotas that an answer fits, in the order of the questionnaire.

    `strict`: a full quota turns the answer away; else it is stored and marked (a tablet's, a change of a stored one).
    """

    questionnaire_id: int
    quotas: tuple[Claim, ...]
    strict: bool = True
    invited: bool = False

    @property
    def keys(self) -> list[Key]:
        """Of their counters."""
        return [(self.questionnaire_id, claim.name) for claim in self.quotas]

    def full(self, counts: Mapping[Key, int]) -> str:
        """The first quota without room; "" when there is room in all."""
        there = (c for c in self.quotas if counts.get((self.questionnaire_id, c.name), 0) >= c.limit)
        return next((claim.name for claim in there), "")

    def stored(self, counts: Mapping[Key, int]) -> str:
        """What the answer keeps: the names it counts in, marked where it came when the quota was full."""
        over = {c.name for c in self.quotas if counts.get((self.questionnaire_id, c.name), 0) >= c.limit}
        return " ".join(claim.name + OVER * (claim.name in over) for claim in self.quotas)


def mark(nonce: str, name: str) -> bytes:
    """The nonce hash of a ballot whose holder was turned away by a quota."""
    return hashlib.sha256(f"{nonce} {name}".encode("utf-8", "replace")).digest()


def names_in(stored: str) -> list[str]:
    """The quotas that an answer counts in."""
    return [name.removesuffix(OVER) for name in stored.split()]


# --- inside the transaction of an answer --------------------------------------------------------------------------------
def held(execute: Execute, keys: Iterable[Key], lock: str = "") -> dict[Key, int]:
    """The counts, with their rows locked (`lock`: " FOR UPDATE" on PostgreSQL); rows that are missing are made."""
    counts = {}
    for key in sorted(set(keys)):
        found = execute(_COUNT + lock, key).fetchone()
        if found is None:
            execute(_BEGIN, key)
            found = execute(_COUNT + lock, key).fetchone()
        counts[key] = int(found[0])
    return counts


def move(execute: Execute, changes: Mapping[Key, int]) -> None:
    """Count up and down."""
    for key in sorted(changes):
        if changes[key]:
            execute(_MOVE, (changes[key], *key))


def let_go(execute: Execute, version_id: int, stored: str | None) -> None:
    """An answer is gone: it leaves its places."""
    if stored:
        questionnaire_id = int(execute(_OWNER, (version_id,)).fetchone()[0])
        move(execute, {(questionnaire_id, name): -1 for name in names_in(stored)})


def count_turned_away(execute: Execute, people: Mapping[tuple[int, str, bool], int]) -> None:
    """`people`: (wave, quota, invited) -> how many."""
    for key in sorted(people):
        execute(_TURN_AWAY, (*key, people[key]))


# --- for the pages of staff -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Counted:
    """A quota's counter. `shown`: what it was when `shown_of` answers had been received."""

    count: int
    shown: int
    shown_of: int


def counted(questionnaire_id: int | None = None) -> dict[Key, Counted]:
    """The counters of a questionnaire, or of all; quotas that nobody has fitted yet are missing."""
    chosen = select(Quota.questionnaire_id, Quota.name, Quota.count, Quota.shown, Quota.shown_of)
    if questionnaire_id is not None:
        chosen = chosen.where(Quota.questionnaire_id == questionnaire_id)
    return {(row[0], row[1]): Counted(*row[2:]) for row in db.session.execute(chosen)}


def show(key: Key, count: int, received: int) -> None:
    """From now on this count is shown. The caller commits."""
    mine = update(Quota).where(Quota.questionnaire_id == key[0], Quota.name == key[1])
    db.session.execute(mine.values(shown=count, shown_of=received).execution_options(synchronize_session=False))


def turned_away(questionnaire_id: int) -> dict[tuple[int, str, bool], int]:
    """(wave, quota, invited) -> how many people were turned away."""
    chosen = (
        select(TurnedAway.wave_id, TurnedAway.name, TurnedAway.invited, TurnedAway.count)
        .join(Wave, Wave.id == TurnedAway.wave_id)
        .where(Wave.questionnaire_id == questionnaire_id)
    )
    return {(row[0], row[1], row[2]): row[3] for row in db.session.execute(chosen)}


# --- for many answers at once ---------------------------------------------------------------------------------------------
def let_go_of(response_ids: Collection[int]) -> None:
    """Answers that are about to be deleted leave their places. In the caller's transaction."""
    table = Response.__table__.c
    rows = db.session.execute(
        select(table.version_id, table.quotas).where(table.id.in_(response_ids), table.quotas != "")
    ).all()
    connection = db.session.connection()

    def execute(statement: str, values: tuple[Any, ...]) -> Any:
        text = statement if connection.dialect.name == "sqlite" else statement.replace("?", "%s")
        return connection.exec_driver_sql(text, values)

    gone = Counter((row.version_id, name) for row in rows for name in names_in(row.quotas or ""))
    owners = {version: int(execute(_OWNER, (version,)).fetchone()[0]) for version in {version for version, _ in gone}}
    changes: Counter[Key] = Counter()
    for (version, name), number in gone.items():
        changes[owners[version], name] -= number
    move(execute, changes)


def forget_order() -> None:
    """Write the counters anew, by one transaction: what wrote the last step of each would name a ballot. The caller commits."""
    db.session.execute(update(Quota).values(count=Quota.count))
    db.session.execute(update(TurnedAway).values(count=TurnedAway.count))
