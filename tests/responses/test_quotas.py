"""The last place of a quota under load: any number of submits at once, of several quotas, from several processes' recorders."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.database import db
from survey_app.responses.models import Ballot, Quota, Response, TurnedAway
from survey_app.responses.quotas import Claim, Claims
from survey_app.responses.recording import Outcome, Recorder, Submission
from tests.responses.world import World, answer

A, B = Claim("a", 7), Claim("b", 5)


def form(world: World, *quotas: Claim) -> Submission:
    return answer(world, claims=Claims(world.questionnaire_id, quotas))


def counts() -> dict[str, int]:
    found = {row.name: row.count for row in db.session.scalars(select(Quota))}
    db.session.rollback()
    return found


def test_no_place_is_given_twice_and_none_stays_free(world: World, app: Flask) -> None:
    recorders = [Recorder(app.extensions["survey_settings"], app.extensions["survey_vault"]) for _ in range(2)]
    forms = [form(world, *quotas) for quotas in ((A,), (B,), (A, B), (B, A), ()) for _ in range(8)]
    tries = [(recorders[n % 2], forms[n % len(forms)]) for n in range(2 * len(forms))]  # every form is sent twice
    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(lambda pair: pair[0].submit(pair[1]), tries))
    for recorder in recorders:
        recorder.close()
    assert told.count(Outcome.TAKEN) == 0
    stored = [row.quotas.split() for row in db.session.scalars(select(Response)) if row.quotas]
    assert told.count(Outcome.STORED) == len(stored) + 8  # 8 fit no quota
    assert counts() == {name: sum(name in names for names in stored) for name in ("a", "b")}
    assert counts() == {"a": 7, "b": 5}
    away = sum(row.count for row in db.session.scalars(select(TurnedAway)))
    assert away == len(forms) - told.count(Outcome.STORED) and told.count(Outcome.FULL) == 2 * away
    assert len(list(db.session.scalars(select(Ballot)))) == len(forms)


def test_one_of_two_quotas_that_is_full_turns_away_and_leaves_the_other_as_it_was(
    world: World, recorder: Recorder
) -> None:
    for _ in range(5):
        assert recorder.submit(form(world, B)) is Outcome.STORED
    assert recorder.submit(form(world, A, B)) is Outcome.FULL
    assert counts() == {"a": 0, "b": 5}
    assert [row.name for row in db.session.scalars(select(TurnedAway))] == ["b"]


@pytest.mark.parametrize("first", ["submit", "turn_away"])
def test_a_code_that_was_used_is_neither_counted_nor_turned_away_again(
    world: World, recorder: Recorder, first: str
) -> None:
    mine = form(world, A)
    if first == "submit":
        assert recorder.submit(mine) is Outcome.STORED
        assert recorder.turn_away(mine, "a") is Outcome.RETRY
        assert counts() == {"a": 1} and not list(db.session.scalars(select(TurnedAway)))
    else:
        assert recorder.turn_away(mine, "a") is Outcome.FULL
        assert recorder.submit(mine) is Outcome.FULL
        assert recorder.turned_away_by(mine.ticket, mine.nonce, ["b", "a"]) == "a"
        assert sum(row.count for row in db.session.scalars(select(TurnedAway))) == 1
        assert not list(db.session.scalars(select(Response)))


def test_a_withdrawn_answer_leaves_all_its_places_once(world: World, recorder: Recorder) -> None:
    mine = form(world, A, B)
    recorder.submit(mine)
    assert recorder.withdraw(mine.rc) and not recorder.withdraw(mine.rc)
    assert counts() == {"a": 0, "b": 0}
