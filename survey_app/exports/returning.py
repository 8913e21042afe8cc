"""Answers of our own package: taken along when its questionnaire is imported, stored in the background, all or none.

The questionnaire is made and its versions are published, oldest first, in one press of a button: nobody can answer them
before somebody opens a door. Then a job reads every row; one that does not fit its version refuses all of them. Only then are
they stored, in batches, so that no respondent waits; a job that was killed goes on and stores nothing twice. What a file does
not hold does not come back: day and time, channel, delete code, invitation, handed-over files, what redaction took out.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from flask import Flask
from sqlalchemy import select

from survey_app import clock, events, work
from survey_app.database import db
from survey_app.design import converting, drafting, publishing
from survey_app.design.models import Conversion, Questionnaire, Version
from survey_app.distribution import waves
from survey_app.errors import DomainError
from survey_app.events import WORKER, Actor
from survey_app.exports.package_rows import MOST_FAULTS, Answered, Reading, RowFault
from survey_app.formats import package_answers
from survey_app.formats.importing import Refused
from survey_app.languages import N_
from survey_app.organisation.models import Shop
from survey_app.questionnaire.definition import Definition
from survey_app.responses import returning
from survey_app.responses.recording import Recorder
from survey_app.responses.returning import Returned
from survey_app.work import Claim, Work

KIND = "returned_answers"
REASON = N_("从导出包导入")


def take_along(*, conversion: Conversion, name: str, title: str, by: Actor, now: datetime) -> Questionnaire:
    """Make the questionnaire of a package, publish its versions and order that its answers be stored.

    Raises DomainError when a version cannot be published, also because a second person has to agree first. A second press of
    the button finds the first questionnaire.
    """
    if conversion.questionnaire_id is not None:
        return db.session.get_one(Questionnaire, conversion.questionnaire_id)
    if conversion.package is None:
        raise DomainError(N_("这份文件里没有可以导入的回答。"))
    try:
        with package_answers.opened(conversion.package) as found:
            older = list(found.older.values())
    except Refused:
        raise DomainError(N_("这份文件里没有可以导入的回答。")) from None
    body = conversion.package
    made = converting.take(conversion=conversion, name=name, title=title, by=by, now=now)
    newest = drafting.draft_of(made)
    versions = []
    for definition in (*(_named(one, made.name) for one in older), newest):
        if definition is not newest or older:
            drafting.load_file(definition=definition, by=by, now=now)
        version = publishing.publish(questionnaire=made, by=by, now=now, note=REASON, reason=REASON, same_meaning=True)
        versions.append(version.id)
    conversion.package = body
    ordered = work.enqueue(KIND, {"conversion": conversion.id}, now=now)
    _note(conversion, state="waiting", work=ordered.id, versions=versions)
    return made


def _named(definition: Definition, name: str) -> Definition:
    return definition.model_copy(update={"name": name})


def _note(conversion: Conversion, **more: Any) -> None:
    before = conversion.counts.get("answers", {})
    conversion.counts = {**conversion.counts, "answers": {**before, **more}}


def state_of(questionnaire: Questionnaire) -> dict[str, Any] | None:
    """How far the answers of a questionnaire's package are: `state` is waiting, done, refused or failed; None without any."""
    conversion = converting.of_questionnaire(questionnaire)
    found = dict(conversion.counts.get("answers") or {}) if conversion is not None else {}
    if not found:
        return None
    ordered = db.session.get(Work, found["work"])
    if found["state"] == "waiting" and (ordered is None or ordered.state == "quarantined"):
        found["state"] = "failed"
    found["progress"] = (ordered.progress, ordered.total) if ordered is not None and ordered.total else None
    return found


def bring(held: Claim, app: Flask) -> None:
    """The job. Safe to run twice and to be killed anywhere."""
    conversion = db.session.get(Conversion, held.args["conversion"])
    if conversion is None or conversion.package is None:
        return
    conversion_id, body = conversion.id, conversion.package
    noted = dict(conversion.counts["answers"])
    db.session.rollback()
    try:
        with package_answers.opened(body) as package:
            reading = Reading(package, last_month=clock.month_of(clock.china(clock.now()).date()))
            months, faults, total = _judge(reading)
            if not faults:
                stored = _Storing(app, conversion_id, noted["versions"], months, held, total)
                stored.all(reading)
    except Refused as refused:
        faults = [RowFault(fault.place, "", fault.sentence("en")) for fault in refused.faults]
    _settle(conversion_id, faults, total if not faults else 0)


def _judge(reading: Reading) -> tuple[set[date], list[RowFault], int]:
    """The months of all rows, what is wrong with them, and how many there are."""
    faults, months, total = reading.head_faults(), set[date](), 0
    if faults:
        return months, faults, 0
    for row in reading.rows():
        total += 1
        if isinstance(row, RowFault):
            faults.append(row)
            if len(faults) == MOST_FAULTS:
                break
        else:
            months.add(row.month)
    return months, faults, total


def _settle(conversion_id: int, faults: list[RowFault], total: int) -> None:
    conversion = db.session.get_one(Conversion, conversion_id)
    conversion.package = None
    told = [[fault.place, fault.column, fault.given] for fault in faults]
    _note(conversion, state="refused" if faults else "done", rows=total, faults=told)
    questionnaire = db.session.get_one(Questionnaire, conversion.questionnaire_id)
    events.record("response.imported", questionnaire, by=WORKER, rows=total, faults=len(faults))
    db.session.flush()


class _Storing:
    """Stores the good rows of one package."""

    def __init__(
        self, app: Flask, conversion_id: int, versions: list[int], months: Iterable[date], held: Claim, total: int
    ) -> None:
        self._app, self._held, self._total = app, held, total
        self._waves = _waves(conversion_id, months)
        self._shops = dict(db.session.execute(select(Shop.code, Shop.id)).tuples().all())
        found = db.session.scalars(select(Version).where(Version.id.in_(versions)))
        modes = {version.id: str(version.definition.get("mode", "anonymous")) for version in found}
        self._versions = [(version, modes[version]) for version in versions]
        db.session.commit()

    def all(self, reading: Reading) -> None:
        """Every row, in batches."""
        vault = self._app.extensions["survey_vault"]
        recorder = Recorder(self._app.extensions["survey_settings"], vault)
        done = 0
        try:
            rows = reading.rows()
            while batch := list(islice(rows, returning.BATCH)):
                good = [self._returned(row) for row in batch if isinstance(row, Answered)]
                returning.keep(recorder, vault, good)
                done += len(good)
                work.renew(self._held, now=clock.now(), progress=done, total=self._total)
        finally:
            recorder.close()

    def _returned(self, row: Answered) -> Returned:
        version_id, mode = self._versions[row.version]
        return Returned(
            number=row.number, version_id=version_id, mode=mode, wave_id=self._waves[row.month.isoformat()],
            first_day=clock.day_from_date(row.month), shop_id=self._shops.get(row.store_code), place=row.place,
            language=row.language, layout=row.layout, status=row.status, speed=row.speed, straightline=row.straightline,
            answers=row.answers, texts=row.texts,
        )  # fmt: skip


def _waves(conversion_id: int, months: Iterable[date]) -> Mapping[str, int]:
    """A wave of its own for each month, so that these answers are no crowd for those of the field; made once."""
    conversion = db.session.get_one(Conversion, conversion_id)
    made: dict[str, int] = dict(conversion.counts["answers"].get("waves", {}))
    today = clock.china(clock.now()).date()
    for month in sorted(months):
        if month.isoformat() not in made:
            closes_on = min(clock.next_month(month) - timedelta(days=1), today)
            wave = waves.create_returned_wave(
                questionnaire_id=conversion.questionnaire_id or 0, month=month, closes_on=closes_on
            )
            made[month.isoformat()] = wave.id
    _note(conversion, waves=made)
    return made
