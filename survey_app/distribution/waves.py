"""Making key periods: one wave per questionnaire and calendar month, with a number that was never used before."""

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from survey_app import clock, web
from survey_app.database import db
from survey_app.distribution.models import Collector, Wave
from survey_app.errors import DomainError
from survey_app.vault import Vault

GRACE_DAYS = 14
_HIGHEST = 65_535


def closing_day(month: date) -> date:
    """The last day that takes answers: 14 days after the month's last day."""
    return clock.next_month(month) - timedelta(days=1) + timedelta(days=GRACE_DAYS)


def find_wave(*, questionnaire_id: int, month: date) -> Wave | None:
    """The wave of a questionnaire and month, or None."""
    return db.session.scalar(
        select(Wave).where(Wave.questionnaire_id == questionnaire_id, Wave.month == clock.month_of(month))
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


def accepting_wave(*, questionnaire_id: int, today: date) -> Wave | None:
    """The wave that a page opened today belongs to: this month's, else the newest that still takes answers."""
    return db.session.scalar(
        select(Wave)
        .where(
            Wave.questionnaire_id == questionnaire_id,
            Wave.month <= clock.month_of(today),
            Wave.closes_on >= today,
            Wave.destroyed_at.is_(None),
        )
        .order_by(Wave.month.desc())
        .limit(1)
    )
