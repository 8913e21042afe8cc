"""Key periods: one wave per questionnaire and calendar month, or per one-off campaign; its number was never used before.

Its keys die 30 days after the close.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from survey_app import clock, events, web
from survey_app.database import db, read_only
from survey_app.distribution.models import Collector, Wave
from survey_app.errors import DomainError
from survey_app.events import Actor, Event
from survey_app.failpoints import failpoint
from survey_app.vault import Vault

GRACE_DAYS = 14
KEYS_LIVE_DAYS = 30  # after the close (privacy.md 3.3 rule 13)
STARTED, DESTROYED = "wave_keys.destruction_started", "wave_keys.destroyed"
_HIGHEST = 65_535


def closing_day(month: date) -> date:
    """The last day that takes answers: 14 days after the month's last day."""
    return clock.next_month(month) - timedelta(days=1) + timedelta(days=GRACE_DAYS)


def find_wave(*, questionnaire_id: int, month: date) -> Wave | None:
    """The wave of a questionnaire and month, or None. Waves of campaigns are never found here."""
    return db.session.scalar(
        select(Wave).where(
            Wave.questionnaire_id == questionnaire_id, Wave.kind == "month", Wave.month == clock.month_of(month)
        )
    )


def ensure_wave(*, questionnaire_id: int, now: datetime, month: date | None = None) -> Wave:
    """The wave of a questionnaire and month (None: that of `now`), made with its keys when it does not exist.

    Two processes at once make one. A key file whose transaction is rolled back stays unused: its number is passed over.
    """
    vault = web.vault()
    month = clock.month_of(month or clock.china(now).date())
    found = find_wave(questionnaire_id=questionnaire_id, month=month)
    if found is not None:
        return found
    number, fingerprint = _new_keys(vault)
    wave = Wave(
        id=number,
        questionnaire_id=questionnaire_id,
        month=month,
        closes_on=closing_day(month),
        fingerprint=fingerprint,
    )
    try:
        with db.session.begin_nested():
            db.session.add(wave)
    except IntegrityError:  # somebody made it at the same moment; our keys were never used
        vault.remove_waves([number])
        found = find_wave(questionnaire_id=questionnaire_id, month=month)
        if found is None:
            raise
        return found
    return wave


def create_campaign_wave(*, questionnaire_id: int, now: datetime, closes_on: date) -> Wave:
    """A wave of its own for a one-off campaign; `closes_on`: the last day that takes its answers.

    The campaign keeps its number: whoever launches twice must look there first. Answers without a day count in the month
    in which the campaign began.
    """
    return create_returned_wave(
        questionnaire_id=questionnaire_id, month=clock.month_of(clock.china(now).date()), closes_on=closes_on
    )


def create_returned_wave(*, questionnaire_id: int, month: date, closes_on: date) -> Wave:
    """A wave of its own for answers of a month that come back from a file."""
    number, fingerprint = _new_keys(web.vault())
    wave = Wave(
        id=number,
        questionnaire_id=questionnaire_id,
        kind="campaign",
        month=month,
        closes_on=closes_on,
        fingerprint=fingerprint,
    )
    db.session.add(wave)
    db.session.flush()
    return wave


def _new_keys(vault: Vault) -> tuple[int, str]:
    """A number above every number in database and key folder, and the fingerprint of its new key file."""
    number = max(db.session.scalar(select(func.max(Wave.id))) or 0, vault.highest_wave())
    while number < _HIGHEST:
        number += 1
        try:
            return number, vault.create_wave(number)
        except FileExistsError:  # taken by another process between the look and the making
            continue
    raise DomainError("no wave number is left")


def ensure_waves(*, now: datetime) -> list[Wave]:
    """This month's and next month's wave for every questionnaire with an open collector."""
    month = clock.month_of(clock.china(now).date())
    ids = db.session.scalars(
        select(Collector.questionnaire_id)
        .where(Collector.closed_at.is_(None))
        .distinct()
        .order_by(Collector.questionnaire_id)
    ).all()
    return [
        ensure_wave(questionnaire_id=questionnaire_id, now=now, month=when)
        for questionnaire_id in ids
        for when in (month, clock.next_month(month))
    ]


def due_for_destruction(*, now: datetime) -> list[Wave]:
    """Waves that closed 30 days ago and have keys, or are not known to have lost them; also when a copy brought keys back."""
    last = clock.china(now).date() - timedelta(days=KEYS_LIVE_DAYS)
    closed = db.session.scalars(select(Wave).where(Wave.closes_on <= last).order_by(Wave.id))
    return [wave for wave in closed if wave.destroyed_at is None or web.vault().has_wave(wave.id)]


def destroy_due(*, now: datetime, by: Actor) -> int:
    """Destroy the keys of waves that closed 30 days ago; returns how many. Commits, because files cannot be rolled back.

    Each wave leaves one "started" and one "destroyed" in the audit log, also when a crash at any step made it begin again
    or when two processes do it at once.
    """
    with read_only():
        ids = [wave.id for wave in due_for_destruction(now=now)]
        db.session.rollback()
    for wave_id in ids:
        _destroy(wave_id, now=now, by=by)
    return len(ids)


def _destroy(wave_id: int, *, now: datetime, by: Actor) -> None:
    vault, wave = web.vault(), _locked(wave_id)
    if _last_act(wave_id) != STARTED and (wave.destroyed_at is None or vault.has_wave(wave_id)):
        events.record(STARTED, wave, by=by)
    db.session.commit()
    failpoint("keys.after_started")
    vault.destroy_wave(wave_id)
    failpoint("keys.after_unlink")
    wave = _locked(wave_id)
    if _last_act(wave_id) == STARTED:
        wave.destroyed_at = now
        events.record(DESTROYED, wave, by=by)
    db.session.commit()


def _locked(wave_id: int) -> Wave:
    return db.session.get_one(Wave, wave_id, with_for_update=True, populate_existing=True)


def _last_act(wave_id: int) -> str | None:
    return db.session.scalar(
        select(Event.action)
        .where(Event.action.in_((STARTED, DESTROYED)), Event.object_class == "Wave", Event.object_ids == str(wave_id))
        .order_by(Event.seq.desc())
        .limit(1)
    )
