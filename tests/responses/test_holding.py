"""Shop, day and channel of invited answers are held back until ten share them, and always some of them stay back."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey_app import clock, web
from survey_app.database import db
from survey_app.responses import ballots, holding, settling
from survey_app.responses.holding import Group, Held, Told
from survey_app.responses.models import Ballot, HeldBack, Response
from survey_app.responses.recording import Recorder, Submission
from tests.responses.world import World, answer

TODAY = 20_000


def pool(*parts: tuple[int, int | None, int, str], version: int = 1) -> list[Held]:
    """Answers of a pool: (how many, shop, day, channel)."""
    cames = [Told(shop, day, channel) for number, shop, day, channel in parts for _ in range(number)]
    return [Held(number, version, came) for number, came in enumerate(cames, start=1000 * version)]


def told(
    answers: Sequence[Held], seen: dict[Told, int] | None = None, *, is_over: bool = False
) -> tuple[dict[Told, int], int]:
    """How many are told what, and how many stay behind."""
    before = Counter({Group(1, key): number for key, number in (seen or {}).items()})
    found = holding.choose(answers, before, today=TODAY, is_over=is_over)
    numbers = {group.told: len(ids) for group, ids in found.items()}
    return numbers, len(answers) - sum(numbers.values())


OTHERS = (10, 9, TODAY, "sms")  # of today, too few shops and days to be told: the pool is large enough


def test_fewer_than_ten_of_a_shop_tell_nothing() -> None:
    assert told(pool((9, 1, TODAY - 1, "sms"), (9, 2, TODAY - 2, "sms"))) == ({}, 18)


def test_ten_of_one_shop_day_and_channel_tell_all_of_it() -> None:
    assert told(pool((12, 1, TODAY, "sms"), (10, 2, TODAY, "sms")))[0].keys() <= {
        Told(1, TODAY, "sms"),
        Told(2, TODAY, "sms"),
    }
    rest = [(1, shop, TODAY, "sms") for shop in range(20, 30)]
    assert told(pool((12, 1, TODAY, "sms"), *rest)) == ({Told(1, TODAY, "sms"): 12}, 10)


def test_a_day_that_is_over_is_left_out_where_fewer_share_it() -> None:
    rest = [(1, shop, TODAY, "sms") for shop in range(20, 30)]
    days = [(3, 1, TODAY - day, "sms") for day in range(1, 5)]
    assert told(pool(*days, *rest)) == ({Told(1, None, "sms"): 12}, 10)
    assert told(pool(*[(3, 1, TODAY, "sms")] * 3, *rest)) == ({}, 19)


def test_a_channel_of_few_is_left_out() -> None:
    rest = [(1, shop, TODAY, "sms") for shop in range(20, 30)]
    assert told(pool((8, 1, TODAY - 1, "sms"), (2, 1, TODAY - 1, "email"), *rest)) == (
        {Told(1, TODAY - 1, "personal"): 10},
        10,
    )


def test_one_more_joins_the_answers_that_tell_the_same_already() -> None:
    rest = [(1, shop, TODAY, "sms") for shop in range(20, 30)]
    assert told(pool((1, 1, TODAY - 1, "sms"), *rest), {Told(1, None, "sms"): 10}) == ({Told(1, None, "sms"): 1}, 10)
    assert told(pool((1, 1, TODAY - 1, "sms"), *rest), {Told(1, None, "sms"): 8}) == ({}, 11)


def test_ten_always_stay_behind_while_the_wave_is_open() -> None:
    assert told(pool((19, 1, TODAY - 1, "sms"))) == ({}, 19)  # nine could be told, ten would stay
    assert told(pool((25, 1, TODAY - 1, "sms"))) == ({Told(1, TODAY - 1, "sms"): 15}, 10)
    assert told(pool((1, 1, TODAY - 1, "sms")), {Told(1, TODAY - 1, "sms"): 15}) == ({}, 1)


def test_at_the_end_all_are_told_or_ten_stay_behind() -> None:
    assert told(pool((12, 1, TODAY, "sms")), is_over=True) == ({Told(1, TODAY, "sms"): 12}, 0)
    assert told(pool((30, 1, TODAY, "sms"), (2, 2, TODAY, "sms")), is_over=True) == ({Told(1, TODAY, "sms"): 22}, 10)
    assert told(pool((12, 1, TODAY, "sms"), (2, 2, TODAY, "sms")), is_over=True) == ({}, 14)


def test_a_small_group_is_told_as_a_whole_while_a_large_one_leaves_some_behind() -> None:
    parts = ((10, 1, TODAY, "sms"), (30, 2, TODAY, "sms"))
    assert told(pool(*parts)) == ({Told(1, TODAY, "sms"): 10, Told(2, TODAY, "sms"): 20}, 10)


def test_versions_are_told_apart_and_so_are_held_apart() -> None:
    answers = pool((6, 1, TODAY, "sms")) + pool((6, 1, TODAY, "sms"), version=2)
    assert holding.choose(answers, Counter(), today=TODAY, is_over=True) == {}


# --- in the database --------------------------------------------------------------------------------------------------
def invited(world: World, number: int, *, shop: int = 0, **more: object) -> Submission:
    shop_id = world.shops[shop]
    ticket = ballots.personal_code(web.vault(), wave_id=world.wave_id, invitation_id=number, shop_id=shop_id)
    return answer(world, ticket=ticket, shop_id=shop_id, **({"channel": "sms", "verified": True} | more))


def seen() -> Counter[tuple[int | None, int | None, str]]:
    found = Counter(db.session.execute(select(Response.shop_id, Response.day, Response.channel)).tuples())
    db.session.rollback()
    return found


def waiting() -> int:
    number = db.session.scalar(select(func.count()).select_from(HeldBack))
    db.session.rollback()
    return number or 0


def test_an_invited_answer_shows_neither_shop_nor_day_nor_channel(world: World, recorder: Recorder) -> None:
    recorder.submit(invited(world, 1))
    recorder.submit(answer(world, shop_id=None))  # an open link has nobody to protect: it holds nothing
    assert seen() == {(None, None, "personal"): 1, (None, world.day, "link"): 1}
    assert set(db.session.scalars(select(Ballot.day).where(Ballot.day.is_(None)))) == {None}
    row = db.session.scalars(select(HeldBack)).one()
    keys = web.vault().wave(world.wave_id)
    assert keys is not None and len(row.sealed) == 37
    shop = Told(world.shops[0], world.day, "sms")
    assert holding.opened(keys, response_id=row.response_id, sealed=row.sealed) == shop
    assert holding.opened(keys, response_id=row.response_id + 1, sealed=row.sealed) is None


def test_what_many_share_is_told_and_settling_loses_nothing(world: World, recorder: Recorder) -> None:
    for number in range(24):
        recorder.submit(invited(world, number, texts={"why": "好"}))
    for number in range(24, 30):
        recorder.submit(invited(world, number, shop=1))
    assert (seen(), waiting()) == ({(None, None, "personal"): 30}, 30)
    for _ in range(2):
        settling.forget_arrivals(now=clock.now())
        assert seen() == {(None, None, "personal"): 10, (world.shops[0], world.day, "sms"): 20}
        assert waiting() == 10
    for number in range(30, 34):
        recorder.submit(invited(world, number, shop=1))
    settling.forget_arrivals(now=clock.now())
    assert (seen(), waiting()) == ({(None, None, "personal"): 10, (world.shops[0], world.day, "sms"): 24}, 10)


def test_the_end_of_a_wave_forgets_what_is_still_held(world: World, recorder: Recorder) -> None:
    for number in range(12):
        recorder.submit(invited(world, number))
    later = clock.now() + timedelta(days=60)
    settling.forget_arrivals(now=later)
    assert (seen(), waiting()) == ({(world.shops[0], world.day, "sms"): 12}, 0)


def test_few_answers_of_a_shop_lose_it_at_the_end(world: World, recorder: Recorder) -> None:
    for number in range(9):
        recorder.submit(invited(world, number))
    settling.forget_arrivals(now=clock.now() + timedelta(days=60))
    assert (seen(), waiting()) == ({(None, None, "personal"): 9}, 0)


def test_without_keys_nothing_is_told_and_nothing_stays_held(world: World, recorder: Recorder) -> None:
    for number in range(12):
        recorder.submit(invited(world, number))
    web.vault().destroy_wave(world.wave_id)
    settling.forget_arrivals(now=clock.now())
    assert (seen(), waiting()) == ({(None, None, "personal"): 12}, 0)


def test_a_withdrawn_answer_leaves_nothing_held(world: World, recorder: Recorder) -> None:
    form = invited(world, 1)
    recorder.submit(form)
    recorder.submit(invited(world, 2))
    assert recorder.withdraw(form.rc) is True
    assert waiting() == 1


def test_other_modes_and_test_answers_hold_nothing(world: World, recorder: Recorder) -> None:
    recorder.submit(invited(world, 1, mode="identified"))
    recorder.submit(invited(world, 2, test=True))
    assert waiting() == 0


@pytest.mark.parametrize("number", [1, 40])
def test_many_at_once_hold_as_one_does(world: World, recorder: Recorder, number: int) -> None:
    forms = [invited(world, n) for n in range(number)] + [invited(world, 900, mode="confidential", invitation_id=900)]
    if recorder.post is not None:
        recorder._store_together([recorder._rows(f, None, hold=f.mode == "anonymous") for f in forms])
    else:
        for form in forms:
            recorder.submit(form)
    assert waiting() == number
