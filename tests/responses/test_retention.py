"""The notice keeps its word: what is due goes on its day and not before, and a crash at any step is healed."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from survey_app import clock, web
from survey_app import vault as vaults
from survey_app.database import db
from survey_app.distribution import waves
from survey_app.distribution.models import Wave
from survey_app.events import COMMAND_LINE, Event
from survey_app.responses import ballots, drafts, retention
from survey_app.responses.models import Ballot, Comment, Draft, Response
from survey_app.responses.recording import Recorder
from tests.responses.world import World, answer, make_world, mint

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)  # the wave is that of March and closes on 14 April
TODAY, CLOSE = date(2026, 3, 10), date(2026, 4, 14)


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(now=NOW)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, 0, tzinfo=UTC)


def days_after(day: date, days: int) -> datetime:
    return noon(day + timedelta(days=days))


def apply(now: datetime) -> dict[str, int]:
    done = retention.apply(now=now)
    db.session.expire_all()
    return done


def found(*columns: Any) -> list[Any]:
    rows = [tuple(row) for row in db.session.execute(select(*columns))]
    db.session.rollback()
    return rows


def acts() -> list[tuple[str, str]]:
    return [
        tuple(row)
        for row in found(Event.action, Event.object_ids)
        if row[0] in (waves.STARTED, waves.DESTROYED)
    ]  # fmt: skip


# --- one clock test per row of the table ------------------------------------------------------------------------------
def test_raw_text_goes_thirty_days_after_its_day_and_what_redaction_left_stays(
    world: World, recorder: Recorder
) -> None:
    recorder.submit(answer(world, texts={"why": "电话13812345678", "more": "好"}))
    assert apply(days_after(TODAY, 29)) == {}
    assert apply(days_after(TODAY, 30)) == {"raw_texts": 2}
    assert sorted(found(Comment.redacted, Comment.raw)) == [("好", None), ("电话〔电话〕", None)]
    assert apply(days_after(TODAY, 30)) == {}


def test_raw_text_without_a_day_counts_from_the_close_of_its_wave(world: World, recorder: Recorder) -> None:
    recorder.submit(answer(world, shop_id=world.shops[0], texts={"why": "好"}))
    assert found(Response.day) == [(None,)]
    assert "raw_texts" not in apply(days_after(CLOSE, 29))
    assert apply(days_after(CLOSE, 30))["raw_texts"] == 1


def test_a_shop_with_fewer_than_ten_answers_is_left_out_when_its_wave_has_closed(
    world: World, recorder: Recorder
) -> None:
    small, large = world.shops
    for _ in range(9):
        recorder.submit(answer(world, shop_id=small, place="收银台"))
    for _ in range(10):
        recorder.submit(answer(world, shop_id=large, place="收银台"))
    recorder.submit(answer(world, shop_id=small, place="收银台", test=True))  # makes no shop larger
    assert apply(days_after(CLOSE, 0)) == {}
    midnight = noon(CLOSE) + timedelta(hours=12)
    assert apply(midnight + timedelta(minutes=40)) == {}  # a form that was open at the close may still come
    assert apply(midnight + timedelta(minutes=61)) == {"shops_left_out": 10}
    told = found(Response.shop_id, Response.place)
    assert sorted(told, key=str) == [(large, "收银台")] * 10 + [(None, "")] * 10
    assert apply(days_after(CLOSE, 1)) == {}


def test_answers_that_are_not_anonymous_keep_their_shop(world: World, recorder: Recorder) -> None:
    recorder.submit(answer(world, shop_id=world.shops[0], mode="identified"))
    apply(days_after(CLOSE, 1))
    assert found(Response.shop_id) == [(world.shops[0],)]


def test_answers_go_after_three_years_and_their_ballots_stay(world: World, recorder: Recorder) -> None:
    recorder.submit(answer(world, texts={"why": "好"}))
    recorder.submit(answer(world, day=world.day + 1))
    recorder.submit(answer(world, shop_id=world.shops[0]))  # without a day: from the close
    assert "answers" not in apply(noon(date(2029, 3, 9)))
    assert apply(noon(date(2029, 3, 10)))["answers"] == 1
    assert (found(Comment.variable), len(found(Response.id))) == ([], 2)
    assert apply(noon(date(2029, 4, 13)))["answers"] == 1
    assert apply(noon(date(2029, 4, 14)))["answers"] == 1
    assert len(found(Ballot.nullifier)) == 3


def test_three_years_before_a_leap_day_is_a_day_too(world: World) -> None:
    assert apply(noon(date(2028, 2, 29)))["wave_keys"] == 1


def test_drafts_die_after_fourteen_days(world: World, recorder: Recorder) -> None:
    drafts.save(recorder, mint(world), number=1, shop_id=None, version_id=world.version_id, last_question="q",
                day=world.day, content={})  # fmt: skip
    assert apply(days_after(TODAY, 14)) == {}
    assert apply(days_after(TODAY, 15)) == {"drafts": 1}
    assert found(Draft.day) == []


def test_the_keys_of_a_wave_go_thirty_days_after_its_close(world: World, recorder: Recorder) -> None:
    form = answer(world)
    recorder.submit(form)
    assert "wave_keys" not in apply(days_after(CLOSE, 29))
    assert web.vault().wave(world.wave_id) is not None
    assert apply(days_after(CLOSE, 30))["wave_keys"] == 1
    assert not list(web.vault().folder.glob("*00001*"))
    assert ballots.open_ticket(web.vault(), form.ticket.code) is None
    assert found(Wave.destroyed_at) == [(days_after(CLOSE, 30),)]
    assert acts() == [(waves.STARTED, "1"), (waves.DESTROYED, "1")]
    assert apply(days_after(CLOSE, 31)) == {}


def test_what_was_done_is_counted_in_one_event_and_nothing_when_nothing_was(world: World, recorder: Recorder) -> None:
    recorder.submit(answer(world, texts={"why": "好"}))
    recorder.submit(answer(world, shop_id=world.shops[0]))
    apply(NOW)
    counted = select(Event.details).where(Event.action == retention.APPLIED)
    assert db.session.scalars(counted).all() == []
    apply(days_after(CLOSE, 30))
    assert db.session.scalars(counted).all() == [{"raw_texts": 1, "shops_left_out": 1, "wave_keys": 1}]


def test_many_are_done_in_small_transactions(world: World, recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_BATCH", 4)
    recorder.bulk([answer(world, texts={"why": "好"}) for _ in range(11)])
    sizes: list[int] = []
    change = retention.shred_raw_texts

    def counted(ids: Sequence[int]) -> int:
        sizes.append(len(ids))
        return change(ids)

    monkeypatch.setattr(retention, "shred_raw_texts", counted)
    assert apply(days_after(TODAY, 30)) == {"raw_texts": 11}
    assert sizes == [4, 4, 3]


def test_a_step_that_fails_keeps_no_other_from_being_done(
    world: World, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder.submit(answer(world, texts={"why": "好"}))

    def fail(_ids: object) -> int:
        raise RuntimeError

    monkeypatch.setattr(retention, "shred_raw_texts", fail)
    with pytest.raises(RuntimeError):
        apply(days_after(CLOSE, 30))
    assert found(Wave.destroyed_at) == [(days_after(CLOSE, 30),)]


# --- keys -------------------------------------------------------------------------------------------------------------
def at_overwriting(path: Any) -> None:
    raise OSError("crash")


def at_unlinking(path: Any) -> None:
    path.write_bytes(bytes(path.stat().st_size))
    raise OSError("crash")


def at_a_place(wanted: str) -> Callable[[str], None]:
    def crash(name: str) -> None:
        if name == wanted:
            raise OSError("crash")

    return crash


@pytest.mark.parametrize(
    ("module", "name", "crash"),
    [
        (waves, "failpoint", at_a_place("keys.after_started")),
        (vaults, "overwrite", at_overwriting),
        (vaults, "overwrite", at_unlinking),
        (waves, "failpoint", at_a_place("keys.after_unlink")),
    ],
    ids=["after the start was noted", "before overwriting", "before unlinking", "before the end was noted"],
)
def test_a_destruction_that_broke_off_is_finished_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, crash: Any
) -> None:
    now, code = days_after(CLOSE, 30), mint(world).code
    with monkeypatch.context() as broken:
        broken.setattr(module, name, crash)
        with pytest.raises(OSError, match="crash"):
            waves.destroy_due(now=now, by=COMMAND_LINE)
    db.session.rollback()
    ballots.open_ticket(web.vault(), code)  # whatever is left, no page fails
    assert acts() == [(waves.STARTED, "1")]
    assert waves.destroy_due(now=now, by=COMMAND_LINE) == 1
    assert acts() == [(waves.STARTED, "1"), (waves.DESTROYED, "1")]
    assert not web.vault().has_wave(1) and found(Wave.destroyed_at) == [(now,)]
    assert waves.destroy_due(now=now, by=COMMAND_LINE) == 0


def test_keys_that_come_back_from_a_copy_are_destroyed_again(world: World) -> None:
    now, path = days_after(CLOSE, 30), web.vault().folder / "wave-00001.json"
    copy = path.read_bytes()
    waves.destroy_due(now=now, by=COMMAND_LINE)
    path.write_bytes(copy)
    path.chmod(0o600)
    assert waves.destroy_due(now=now, by=COMMAND_LINE) == 1
    assert not path.exists()
    assert [action for action, _ in acts()] == [waves.STARTED, waves.DESTROYED] * 2


def test_the_file_is_overwritten_before_it_goes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = web.vault().folder / "wave-00001.json"
    copy = path.read_bytes()
    (web.vault().folder / "same-disk-blocks").hardlink_to(path)
    waves.destroy_due(now=days_after(CLOSE, 30), by=COMMAND_LINE)
    left = (web.vault().folder / "same-disk-blocks").read_bytes()
    assert len(left) == len(copy) and left != copy


def test_every_other_process_forgets_the_keys_within_half_a_minute(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [1_000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: seconds[0])
    other = vaults.Vault(web.vault().folder)
    assert other.wave(1) is not None
    waves.destroy_due(now=days_after(CLOSE, 30), by=COMMAND_LINE)
    seconds[0] += vaults.LOOK_AGAIN_SECONDS
    assert other.wave(77) is None  # any question makes it look, also one about another wave
    assert other._waves == {}
    assert vaults.LOOK_AGAIN_SECONDS <= 60


def test_the_number_of_destroyed_keys_is_not_used_again(world: World) -> None:
    later = days_after(CLOSE, 30)
    waves.destroy_due(now=later, by=COMMAND_LINE)
    assert waves.ensure_wave(questionnaire_id=world.questionnaire_id, now=later).id == 2


def test_the_command_destroys_what_is_due(app: Flask, world: World) -> None:
    runner = app.test_cli_runner()
    before = clock.china(clock.now()).date() >= CLOSE + timedelta(days=30)
    told = runner.invoke(args=["keys", "destroy-due", "--json"])
    assert (told.exit_code, told.output.strip()) == (0, f'{{"destroyed": {int(before)}}}')
    assert db.session.scalar(select(func.count()).where(Wave.destroyed_at.is_not(None))) == int(before)
