"""Half a year of answers, written by the code that records real ones: codes, ballots, days, redaction, sealed raw text.

Only two things differ from real answers: all come in one transaction, the caller's, and afterwards the past is made to look
its age: keys of waves that closed long ago are destroyed, raw text older than its retention is gone.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar, cast

from sqlalchemy import select

from survey_app import clock
from survey_app.config import Settings
from survey_app.database import db
from survey_app.demo.people import Told, Visit
from survey_app.design.models import Version
from survey_app.distribution import waves
from survey_app.distribution.models import Collector, Wave
from survey_app.questionnaire import validation
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.question_types.rating import Nps
from survey_app.responses import ballots, retention
from survey_app.responses.recording import Recorder, Submission
from survey_app.vault import Vault

T = TypeVar("T")
_LAYOUTS = ("grid65", "grid65", "grid65", "row11", "grid43")  # what people saw of the 0-10 scale


class InvalidSample(Exception):
    """An answer that the engine would not accept."""


class _Within:
    """The session's own connection in the place of the recorder's: the sample comes in whole or not at all."""

    def __init__(self) -> None:
        self._connection: Any = db.session.connection().connection.driver_connection

    def write(self, job: Callable[[Any], T]) -> T:
        return job(self._connection)

    def read(self, statement: str, values: tuple[Any, ...]) -> Any:
        return self._connection.execute(statement, values).fetchone()


@dataclass(frozen=True, slots=True)
class Doors:
    """The collectors of one questionnaire by shop code ("" for the open link) and place."""

    by_place: dict[tuple[str, str], Collector]

    def of(self, visit: Visit) -> Collector:
        """The door that a visitor came through."""
        return self.by_place[visit.shop.code if visit.shop else "", visit.place]


def doors_of(version: Version) -> Doors:
    """Every collector that shows this version."""
    found = db.session.scalars(
        select(Collector).where(Collector.version_id == version.id, Collector.kind != "personal")
    )
    return Doors({(door.shop.code if door.shop else "", door.place): door for door in found})


def recorder_in_session(settings: Settings, vault: Vault) -> Recorder:
    """The recorder of real answers, writing inside the caller's transaction."""
    recorder = Recorder(settings, vault)
    within = cast(Any, _Within())
    recorder.lite, recorder.post = (within, None) if settings.is_sqlite else (None, within)
    return recorder


def write(
    recorder: Recorder,
    *,
    version: Version,
    told: Iterable[tuple[Visit, Told]],
    vault: Vault,
    consent_version: int,
    now: datetime,
) -> int:
    """Store the answers to one version; returns how many. Raises InvalidSample before anything is stored."""
    return recorder.bulk(list(_submissions(version, told, vault, consent_version, now)))


def _submissions(
    version: Version, told: Iterable[tuple[Visit, Told]], vault: Vault, consent_version: int, now: datetime
) -> Iterator[Submission]:
    definition = Definition.from_json(version.definition)
    has_scale = any(isinstance(question, Nps) for question in definition.questions)
    doors, made = doors_of(version), dict[date, Wave]()
    for number, (visit, one) in enumerate(told):
        _check(definition, one)
        month = clock.month_of(visit.on)
        if month not in made:
            made[month] = waves.ensure_wave(questionnaire_id=version.questionnaire_id, now=now, month=month)
        door = doors.of(visit)
        yield Submission(
            ticket=ballots.mint(vault, wave_id=made[month].id, door=door.code),
            nonce=ballots.new_nonce(),
            rc=ballots.new_delete_code(),
            version_id=version.id,
            mode=definition.mode,
            shop_id=door.shop_id,
            place=door.place,
            channel=door.kind,
            language="en" if visit.english else definition.language,
            day=clock.day_from_date(visit.on),
            speed=visit.speed,
            straightline=False,  # no scale of these questionnaires has the five items that the flag needs
            consent_version=consent_version,
            answers=one.answers,
            texts=one.texts,
            layout=_LAYOUTS[number % len(_LAYOUTS)] if has_scale else "",
        )


def _check(definition: Definition, told: Told) -> None:
    settled = validation.settle(definition, told.answers, told.texts)
    if settled != (told.answers, told.texts) or validation.complete(definition, told.answers, told.texts):
        raise InvalidSample(f"{definition.name}: {told.answers}")


def let_age(*, vault: Vault, now: datetime) -> int:
    """Do what the daily retention would have done by now, in the caller's transaction; returns the number of waves."""
    within = db.session.connection()
    for find, change in (
        (retention.old_raw_texts, retention.shred_raw_texts),
        (retention.answers_of_small_shops, retention.leave_shop_out),
    ):
        ids = find(within, now)
        for start in range(0, len(ids), 500):
            change(ids[start : start + 500])
    done = waves.due_for_destruction(now=now)
    for wave in done:
        wave.destroyed_at = now
    db.session.flush()
    for wave in done:
        vault.destroy_wave(wave.id)
    return len(done)
