"""The attacker of privacy.md 12: everything but keys, and a log with the exact order in which people came.

For every order the database may remember (ids, places in the file, transaction numbers, hashes) the attacker sorts the answers
of a group (wave, shop, stored day) by it, the people of the same group by the log, and matches them one by one.
"""

import math
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Visit:
    """A line of the log: who (as far as a log tells), when (its place in the order), through which door, in which wave."""

    person: int
    wave_id: int
    shop_id: int | None
    day: int


Group = tuple[int, int | None, int | None]
Row = dict[str, Any]


def groups_of_people(log: Iterable[Visit], small_shop: int) -> dict[Group, list[int]]:
    """People by what the attacker can tell of their answer: the first ten of a shop and wave keep no day."""
    found: dict[Group, list[int]] = defaultdict(list)
    seen: dict[tuple[int, int | None], int] = defaultdict(int)
    for visit in log:
        seen[visit.wave_id, visit.shop_id] += 1
        kept = visit.shop_id is None or seen[visit.wave_id, visit.shop_id] > small_shop
        found[visit.wave_id, visit.shop_id, visit.day if kept else None].append(visit.person)
    return found


def stored_group(row: Row) -> Group:
    """What every copy of the database tells of an answer."""
    return row["wave_id"], row["shop_id"], row["day"]


def linked(
    rows: Iterable[Row],
    people: Mapping[Any, list[int]],
    key: Callable[[Row], Any],
    group: Callable[[Row], Any] = stored_group,
) -> float:
    """Share of people whose answer the attacker names rightly by sorting with `key` (the better of both directions)."""
    by_group: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        by_group[group(row)].append(row)
    best = 0
    for reverse in (False, True):
        hits = 0
        for name, persons in people.items():
            ordered = sorted(by_group[name], key=key, reverse=reverse)
            assert len(ordered) == len(persons)
            hits += sum(row["person"] == person for row, person in zip(ordered, persons, strict=True))
        best = max(best, hits)
    return best / sum(map(len, people.values()))


def bound(people: Mapping[Any, list[int]], standard_errors: float = 4.5) -> tuple[float, float]:
    """What guessing inside the group gives: (mean, limit). One order alone would be judged at 3 standard errors; here the best

    of two dozen tries is, so the limit is wider. An order that is really there gives 0.3 to 1.
    """
    chances = [1 / len(persons) for persons in people.values() for _ in persons]
    mean = sum(chances) / len(chances)
    error = math.sqrt(sum(p * (1 - p) for p in chances)) / len(chances)
    return mean, mean + standard_errors * error


def orders_of_columns() -> dict[str, Callable[[Row], Any]]:
    """Orders that any copy or dump shows."""
    return {
        "id": lambda row: row["id"],
        "random part of the id": lambda row: row["id"] & ((1 << 46) - 1),
        "delete code hash": lambda row: row["rc_hash"],
        "order seed": lambda row: row["order_seed"],
        "sealed comment": lambda row: (row["raw"] or "", row["rc_hash"]),
    }


def orders_in_files(folder: Path) -> dict[str, Callable[[Row], Any]]:
    """Orders of the bytes in an SQLite file and its write-ahead log."""
    found: dict[str, Callable[[Row], Any]] = {}
    for path in (folder / "survey.sqlite", folder / "survey.sqlite-wal"):
        content = path.read_bytes() if path.exists() else b""
        if len(content) > 4096:
            found[f"first place in {path.name}"] = lambda row, content=content: content.find(row["rc_hash"])
            found[f"last place in {path.name}"] = lambda row, content=content: content.rfind(row["rc_hash"])
    return found


def dumped(path: Path) -> list[str]:
    """The lines of `.dump`, in their order."""
    connection = sqlite3.connect(path)
    try:
        return [line for line in connection.iterdump() if line.startswith('INSERT INTO "response"')]
    finally:
        connection.close()
