"""People who were invited by name answer, and nobody who holds all but the wave keys can say who said what (privacy.md 12).

The attacker has the database with contacts, orders, invitations and messages, the files and logs of every day, every link code
with the phone it went to (the provider's records), the exact order in which people came, and in the second run every key that
is left after the waves are over.
"""

import hmac
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import clock, web
from survey_app.config import Settings
from survey_app.database import db
from survey_app.distribution import waves
from survey_app.events import WORKER
from survey_app.responses import ballots
from survey_app.responses.models import Ballot, Draft
from survey_app.responses.recording import SMALL_SHOP
from tests.anonymity.attack import bound, linked, orders_of_columns
from tests.anonymity.test_linking import GUESSES, rows_with_orders
from tests.anonymity.town import Citizen, Town, build
from tests.runner.street import site

Row = dict[str, Any]


@pytest.fixture
def runner(settings: Settings) -> Iterator[Flask]:
    made = site(settings)
    made.personal.slow_seconds = 0  # type: ignore[attr-defined]
    yield made
    made.extensions["respondents"].recorder.close()
    made.extensions["respondents"].doors.close()


def answers_of(settings: Settings, town: Town) -> tuple[list[Row], Mapping[str, Callable[[Row], Any]]]:
    """The rows that are there, and every order that the database remembers."""
    rows, hidden = rows_with_orders(settings)
    who = {c.number: c for c in town.people}
    for row in rows:
        row["came_on"], row["came_by"] = who[row["person"]].came_on, who[row["person"]].came_by
    return rows, orders_of_columns() | dict(hidden)


def groups(town: Town, rows: list[Row], group: Callable[[Row], Any]) -> dict[str, dict[Any, list[int]]]:
    """People by what can be told of their answer, in the orders in which the attacker can put people."""
    of = {row["person"]: group(row) for row in rows}
    orders: dict[str, list[Citizen]] = {
        "arrival": town.log,
        "invitation": sorted(town.log, key=lambda c: c.invitation_id),
        "sending": sorted(town.log, key=lambda c: (c.sent_on, c.invitation_id)),
        "phone": sorted(town.log, key=lambda c: c.phone),
    }
    found: dict[str, dict[Any, list[int]]] = {}
    for name, people in orders.items():
        grouped: dict[Any, list[int]] = defaultdict(list)
        for citizen in people:
            if citizen.number in of:
                grouped[of[citizen.number]].append(citizen.number)
        found[name] = grouped
    return found


GROUPS: dict[str, Callable[[Row], Any]] = {
    "stored": lambda row: (row["wave_id"], row["shop_id"], row["day"], row["channel"]),
    "with the backups of every day": lambda row: (row["wave_id"], row["shop_id"], row["came_on"], row["channel"]),
}


def attack(settings: Settings, town: Town, what: str) -> None:
    rows, orders = answers_of(settings, town)
    assert len(rows) == sum(not c.withdrew for c in town.log) > 100
    for kind, group in GROUPS.items():
        people = groups(town, rows, group)
        mean, limit = bound(people["arrival"], standard_errors=4.8)  # the best of four times as many tries as before
        rates = {
            f"{answer} x {person}": linked(rows, grouped, key, group)
            for answer, key in orders.items()
            for person, grouped in people.items()
        }
        best = max(rates, key=lambda name: rates[name])
        print(
            f"\n{what}, {kind}: guessing {mean:.3f}, limit {limit:.3f}; best of {len(rates)}: {best} {rates[best]:.3f}"
        )
        assert rates[best] <= limit, rates


def no_group_is_small(town: Town, rows: list[Row]) -> None:
    """Whoever knows exactly who came where, when and how finds ten answers that look alike (but for withdrawn ones)."""
    sizes = Counter((row["wave_id"], row["shop_id"], row["day"], row["channel"]) for row in rows)
    gone = Counter(c.wave_id for c in town.people if c.withdrew)
    assert all(number + gone[group[0]] >= SMALL_SHOP for group, number in sizes.items()), sizes


def reproduced(keys: list[bytes], town: Town) -> int:
    """How many nullifiers somebody finds who has these keys, every code and every invitation."""
    used = set(db.session.scalars(select(Ballot.nullifier))) | set(db.session.scalars(select(Draft.nullifier)))
    db.session.rollback()
    tries = {guess(citizen.code) for citizen in town.people for guess in GUESSES}
    for key in keys:
        for citizen in town.people:
            texts = (citizen.code.encode(), citizen.code[:18].encode(), citizen.invitation_id.to_bytes(8, "big"))
            tries.update(hmac.digest(key, text, "sha256") for text in texts)
    return len(used & tries)


def long_lived(settings: Settings) -> list[bytes]:
    return [web.vault().key(name) for name in ("contact", "blind_index", "text", "link", "audit", "session")]


def by_wave_keys(town: Town, settings: Settings) -> float:
    """What somebody links who holds the wave keys, too: nullifier, then the seed of the random order."""
    rows, _ = answers_of(settings, town)
    candidates: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        candidates[row["wave_id"], row["order_seed"]].append(row)
    right = 0
    for citizen in town.log:
        ticket = ballots.open_ticket(web.vault(), citizen.code)
        assert ticket is not None
        found = candidates[citizen.wave_id, ballots.order_seed(ticket)]
        right += len(found) == 1 and found[0]["person"] == citizen.number
    return right / len(rows)


def nothing_is_written_down(settings: Settings, town: Town) -> None:
    """Codes, tokens, delete codes, phones and names stand nowhere in clear: files of the installation, every table."""
    everything = b"\n".join(path.read_bytes() for path in settings.instance.rglob("*") if path.is_file())
    for table in db.metadata.tables.values():
        everything += repr(db.session.execute(select(table)).all()).encode()
    db.session.rollback()
    assert b"town" in everything  # the search does see what is there
    for citizen in town.people:
        for text in (citizen.code, citizen.phone, citizen.phone.removeprefix("+86"), citizen.name):
            assert text.encode() not in everything
    assert not [text for text in town.secrets if text.encode() in everything]


@pytest.mark.anonymity
def test_invited_people_are_linked_by_chance_alone(app: Flask, settings: Settings, runner: Flask, full: bool) -> None:
    town = build(app, runner, 2_000 if full else 300, seed=7)
    rows, _ = answers_of(settings, town)
    no_group_is_small(town, rows)
    assert sum(row["shop_id"] is not None for row in rows) > len(rows) / 2  # most are told where
    assert sum(row["day"] is not None for row in rows) > len(rows) / 5
    assert {row["channel"] for row in rows} >= {"sms", "personal"}
    nothing_is_written_down(settings, town)

    attack(settings, town, "no keys")
    assert reproduced([], town) == 0

    live = by_wave_keys(town, settings)
    print(f"\nKNOWN LIMIT: whoever holds database and live wave keys links {live:.0%}")
    assert live > 0.9

    assert waves.destroy_due(now=clock.now() + timedelta(days=250), by=WORKER) == 3
    db.session.remove()
    assert not any(web.vault().has_wave(wave_id) for wave_id in {c.wave_id for c in town.people})
    attack(settings, town, "every key that is left")
    assert reproduced(long_lived(settings), town) == 0
