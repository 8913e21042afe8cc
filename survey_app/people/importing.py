"""Importing files of contacts, orders and events: taken sealed, looked at, told apart by columns, done in the background.

The job reads a thousand rows, records them and how far it came in one transaction, and goes on; killed, it starts again after
the last row that was committed. A file that is imported twice, or overlaps another, changes nothing twice: orders and events
are known by (source, number), people by phone number. The file is deleted when the job is done, rejected rows after a week.
Neither a row of `import_job`, nor an event, nor an error holds anything of what stands in the file.
"""

import json
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import delete, select, update

from survey_app import clock, events, web, work
from survey_app.accounts.permissions import ADMINISTRATOR
from survey_app.database import db, next_ids
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, WORKER, Actor
from survey_app.failpoints import failpoint
from survey_app.formats import tables
from survey_app.languages import N_
from survey_app.people import columns, contacts, orders, rejects, sealed_files
from survey_app.people.cells import Unfit
from survey_app.people.intake import Consents, Intake
from survey_app.people.models import Import, Order
from survey_app.people.rejects import Reject
from survey_app.people.sealed_files import Damaged, SealedWriter
from survey_app.questionnaire.texts import clean
from survey_app.vault import Vault
from survey_app.work import Claim, LeaseLost, Work

KIND = "import"
KINDS = tuple(columns.FIELDS)
CHUNK = 1_000
SHOWN = 10  # rows of the preview
KEEP = timedelta(days=7)  # rejected rows
ABANDONED = timedelta(hours=24)  # a file that nobody started
_RUNS_THE_SYSTEM = {ADMINISTRATOR, COMMAND_LINE.role}
_SOURCE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


# --- files ---------------------------------------------------------------------------------------------------------------
def folder() -> Path:
    """Where files wait for their import, each in a folder of its own."""
    return web.settings().instance / "imports"


def _place(token: str, name: str) -> str:
    return f"import.{token}.{name}"


class Upload:
    """A file that is being received: sealed piece by piece as it arrives, so that it never stands on a disk in clear."""

    def __init__(self) -> None:
        self.token = secrets.token_hex(12)
        self.folder = folder() / self.token
        self._writer = SealedWriter(self.folder / "file", vault=web.vault(), place=_place(self.token, "file"))
        self.kept = False

    @property
    def size(self) -> int:
        """Bytes received so far."""
        return self._writer.size

    def write(self, data: bytes) -> int:
        """Take some bytes. Raises DomainError beyond the limit."""
        if self.size + len(data) > tables.MOST_BYTES:
            raise DomainError(N_("文件超过 100 MB，请分成几个文件。")).at("file")
        return self._writer.write(data)

    def finish(self) -> None:
        """The file is whole."""
        self._writer.close()

    def close(self) -> None:
        """The end: what was not kept, as an import that is committed, goes."""
        self._writer.close()
        if not self.kept:
            shutil.rmtree(self.folder, ignore_errors=True)


def _open(token: str) -> Any:
    return sealed_files.opened(folder() / token / "file", vault=web.vault(), place=_place(token, "file"))


def _rows(token: str) -> Iterator[tables.Row]:
    return tables.rows(lambda: _open(token))


# --- taking a file -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Preview:
    """What a person sees before the import: the heading and the first rows, in clear (the page masks them)."""

    heading: list[str]
    rows: list[list[str]]


def receive(*, upload: Upload, name: str, kind: str, source: str, by: Actor, now: datetime) -> Import:
    """Take a file that was received: read it once, guess its columns. The import waits for `start`."""
    upload.finish()
    source = checked_source(source)
    if kind not in KINDS:
        raise DomainError(N_("请选择文件内容。")).at("kind")
    if not upload.size:
        raise DomainError(N_("请选择一个文件。")).at("file")
    reading = _rows(upload.token)
    first = list(islice(reading, SHOWN + 1))
    count = len(first) - 1 + sum(1 for _ in reading)
    if count < 1:
        raise DomainError(N_("文件里只有一行。第一行须是列名，从第二行起是数据。")).at("file")
    heading = first[0][1]
    preview = json.dumps({"heading": heading, "rows": [cells for _, cells in first[1:]]}).encode()
    sealed_files.write_whole(
        upload.folder / "preview", preview, vault=web.vault(), place=_place(upload.token, "preview")
    )
    guessed = {str(place): field for place, field in columns.guess(kind, heading).items()}
    job = Import(
        kind=kind, source=source, name=clean(Path(name.replace("\\", "/")).name, 120), file=upload.token,
        options={"columns": guessed, "rows": count}, requested_by_id=by.id, requested_at=now,
    )  # fmt: skip
    db.session.add(job)
    db.session.flush()
    events.record("import.uploaded", job, by=by, kind=kind, source=source, rows=count, size=upload.size)
    return job


def checked_source(source: str) -> str:
    """The name of a system as it is kept. Raises DomainError."""
    source = source.strip().lower()
    if not _SOURCE.fullmatch(source):
        raise DomainError(N_("来源系统请用小写字母、数字和横线，例如 pos、tmall。")).at("source")
    return source


def preview(job: Import) -> Preview:
    """The first rows of a waiting file. Raises DomainError when the file is gone or cannot be opened."""
    path = folder() / job.file / "preview"
    try:
        found = json.loads(sealed_files.read_whole(path, vault=web.vault(), place=_place(job.file, "preview")))
    except (FileNotFoundError, Damaged) as error:
        raise DomainError(N_("文件已删除或无法打开，请重新上传。")) from error
    return Preview(found["heading"], found["rows"])


def is_waiting(job: Import) -> bool:
    """Whether somebody has still to say what the columns are."""
    return job.work_id is None and job.finished_at is None


# --- starting it ---------------------------------------------------------------------------------------------------------
def start(
    *, job: Import, chosen: dict[int, str], consents: dict[str, bool | None], consent_source: str, by: Actor, now: datetime
) -> None:  # fmt: skip
    """Let the job begin. `chosen`: column -> field; `consents`: what everybody in the file agreed to, by channel.

    A consent, told for all or in a column, needs its source: where and how these people agreed.
    """
    if not is_waiting(job):
        raise DomainError(N_("这次导入已经开始。"))
    _check_columns(job.kind, list(chosen.values()))
    says = any(consents.values()) or any(field.startswith("consent_") for field in chosen.values())
    consent_source = clean(consent_source, 60)
    if says and len(consent_source) < 4:
        raise DomainError(N_("请写明同意的来源，例如“会员入会协议 2026 版”。")).at("consent_source")
    job.options = {
        **job.options,
        "columns": {str(place): field for place, field in sorted(chosen.items())},
        "consents": {channel: given for channel, given in consents.items() if given is not None},
        "consent_source": consent_source,
    }
    job.work_id = work.enqueue(KIND, {"import": job.id}, now=now, total=int(job.options["rows"])).id
    events.record(
        "import.started", job, by=by, reason=consent_source, kind=job.kind, source=job.source, rows=job.options["rows"],
        consents=[channel for channel, given in consents.items() if given],
    )  # fmt: skip


def _check_columns(kind: str, chosen: Sequence[str]) -> None:
    known = {field.name for field in columns.FIELDS[kind]}
    if not set(chosen) <= known or len(set(chosen)) != len(chosen):
        raise DomainError(N_("每项内容只能选一列。")).at("columns")
    if said := columns.missing(kind, chosen):
        raise DomainError(said).at("columns")


def discard(*, job: Import, by: Actor, now: datetime) -> None:
    """Throw a waiting file away."""
    if not is_waiting(job):
        raise DomainError(N_("这次导入已经开始。"))
    _delete_files(job.file)
    job.file, job.finished_at, job.error = "", now, json.dumps([N_("已放弃，文件已删除。"), {}])
    events.record("import.discarded", job, by=by)


# --- doing it ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Plan:
    """What the job needs, apart from the session."""

    id: int
    kind: str
    source: str
    token: str
    columns: dict[int, str]
    consents: Consents
    consent_source: str
    total: int
    vault: Vault

    @property
    def told(self) -> str:
        """Where a consent comes from, as its proof says."""
        return f"import:{self.source} #{self.id} {self.consent_source}".strip()


def run(held: Claim, app: Flask) -> None:
    """The job. Safe to run twice and to be killed anywhere."""
    job = db.session.get(Import, held.args["import"])
    if job is None:
        return
    if job.finished_at is None:
        plan, done = _plan(job, app), job.done_rows
        db.session.rollback()
        try:
            _take_rest(plan, done, held)
            problem = None
        except DomainError as error:
            db.session.rollback()
            problem = json.dumps([error.message, error.values])
        except (Damaged, FileNotFoundError):
            db.session.rollback()
            problem = json.dumps([N_("文件已删除或无法打开，请重新上传。"), {}])
        _finish(plan.id, problem)
        job = db.session.get_one(Import, plan.id)
    _delete_file(job.file)


def _plan(job: Import, app: Flask) -> _Plan:
    options = job.options
    return _Plan(
        id=job.id, kind=job.kind, source=job.source, token=job.file,
        columns={int(place): field for place, field in options["columns"].items()},
        consents=Consents(**options.get("consents", {})), consent_source=options.get("consent_source", ""),
        total=int(options["rows"]), vault=app.extensions["survey_vault"],
    )  # fmt: skip


def _take_rest(plan: _Plan, done: int, held: Claim) -> None:
    reading = _rows(plan.token)
    next(reading, None)  # the heading
    for _ in islice(reading, done):
        pass  # committed before
    while chunk := list(islice(reading, CHUNK)):
        _take_chunk(plan, chunk, done)
        done += len(chunk)
        work.renew(held, now=clock.now(), progress=done, total=max(plan.total, done))


def _take_chunk(plan: _Plan, chunk: list[tables.Row], done: int) -> None:
    """Record some rows and how far the job is, in one transaction. Raises LeaseLost when another worker was here."""
    now = clock.now()
    outcomes, refused = _record(plan, chunk, now)
    rejects.keep(folder() / plan.token, first=done, found=refused, vault=plan.vault)
    mine = (
        update(Import)
        .where(Import.id == plan.id, Import.done_rows == done)
        .values(
            done_rows=done + len(chunk),
            added=Import.added + outcomes.count("added"),
            changed=Import.changed + outcomes.count("changed"),
            unchanged=Import.unchanged + outcomes.count("unchanged"),
            rejected=Import.rejected + len(refused),
            rejects_file=plan.token if refused else Import.rejects_file,
        )
        .execution_options(synchronize_session=False)
    )
    if db.session.execute(mine).rowcount != 1:  # type: ignore[attr-defined]
        raise LeaseLost
    failpoint("import.before_commit")
    db.session.commit()
    failpoint("import.after_commit")


def _record(plan: _Plan, chunk: list[tables.Row], now: datetime) -> tuple[list[str], list[Reject]]:
    intake = Intake(now=now, consents=plan.consents)
    read = {"orders": intake.order, "events": intake.event, "contacts": intake.contact}[plan.kind]
    fit: list[tuple[tables.Row, Any]] = []
    refused: list[Reject] = []
    for row in chunk:
        try:
            fit.append((row, read(_fields(plan.columns, row[1]))))
        except Unfit as problem:
            refused.append(Reject(*row, problem))
    outcomes = []
    for (row, _), outcome in zip(fit, _taken(plan, [each for _, each in fit], now), strict=True):
        if isinstance(outcome, Unfit):
            refused.append(Reject(*row, outcome))
        else:
            outcomes.append(outcome)
    return outcomes, sorted(refused, key=lambda each: each.line)


def _fields(places: dict[int, str], cells: list[str]) -> dict[str, str]:
    return {field: cells[place] for place, field in places.items() if place < len(cells)}


def _taken(plan: _Plan, rows: list[Any], now: datetime) -> Sequence[str | Unfit]:
    if not rows:
        return []
    if plan.kind == "orders":
        return orders.record_orders(source=plan.source, orders=rows, now=now, told=plan.told)
    if plan.kind == "events":
        return orders.record_events(source=plan.source, rows=rows, now=now, told=plan.told)
    next_ids(Order, 1)  # one after the other with everybody who brings people
    gone = Unfit(N_("此人已要求删除个人信息，不能再导入。")).at("phone")
    return [
        gone if taken.outcome == "erased" else taken.outcome for taken in contacts.take(rows, now=now, source=plan.told)
    ]


def _finish(job_id: int, problem: str | None) -> None:
    job = db.session.get_one(Import, job_id)
    job.finished_at, job.error = clock.now(), problem or ""
    events.record(
        "import.finished", job, by=WORKER, rows=job.done_rows, added=job.added, changed=job.changed,
        unchanged=job.unchanged, rejected=job.rejected, broken=problem is not None,
    )  # fmt: skip
    db.session.commit()


# --- what is left of it --------------------------------------------------------------------------------------------------
def _delete_file(token: str) -> None:
    if token:
        (folder() / token / "file").unlink(missing_ok=True)


def _delete_files(token: str) -> None:
    if token:
        shutil.rmtree(folder() / token, ignore_errors=True)


def is_over(job: Import) -> bool:
    """Whether nothing more will happen to this import: finished, or given up after several failures."""
    if job.finished_at is not None or job.work_id is None:
        return True
    state = db.session.scalar(select(Work.state).where(Work.id == job.work_id))
    return state not in ("queued", "claimed")


def has_rejects(job: Import, *, now: datetime) -> bool:
    """Whether a list of rejected rows can be fetched."""
    return bool(job.rejects_file) and job.finished_at is not None and now < job.finished_at + KEEP


def may_fetch(job: Import, *, by: Actor) -> bool:
    """The rows hold names and numbers as they stood in the file: they go back to who had it, or to those who run the system."""
    return by.role in _RUNS_THE_SYSTEM or (by.id is not None and by.id == job.requested_by_id)


def fetch_rejects(*, job: Import, by: Actor, now: datetime) -> Preview:
    """What is needed to write the list. Commits its record first; raises Busy when that fails, DomainError when it is gone."""
    if not has_rejects(job, now=now):
        raise DomainError(N_("没有未导入的行，或已过 7 天被删除。"))
    if not may_fetch(job, by=by):
        raise DomainError(N_("只有导入这个文件的人和管理员可以下载未导入的行。"))
    events.record_read("import.rejects_downloaded", job, by=by, rows=job.rejected)
    return preview(job)


def expire(*, now: datetime) -> int:
    """Delete what is left of imports that finished a week ago, of files that nobody started, and folders of no import."""
    old = select(Import).where(Import.file != "", Import.finished_at < now - KEEP)
    gone = 0
    for job in db.session.scalars(old):
        _delete_files(job.file)
        job.file = job.rejects_file = ""
        gone += 1
    abandoned = (Import.work_id.is_(None), Import.finished_at.is_(None), Import.requested_at < now - ABANDONED)
    for token in db.session.scalars(select(Import.file).where(*abandoned)):
        _delete_files(token)
        gone += 1
    db.session.execute(delete(Import).where(*abandoned).execution_options(synchronize_session=False))
    kept = set(db.session.scalars(select(Import.file)))
    for path in folder().iterdir() if folder().is_dir() else ():
        if path.name not in kept and now.timestamp() - path.stat().st_mtime > ABANDONED.total_seconds():
            shutil.rmtree(path, ignore_errors=True)
            gone += 1
    return gone


def all_imports(*, limit: int, offset: int = 0) -> list[tuple[Import, Work | None]]:
    """Imports with their work, newest first."""
    query = select(Import, Work).outerjoin(Work, Work.id == Import.work_id).order_by(Import.id.desc())
    return [(job, job_work) for job, job_work in db.session.execute(query.limit(limit).offset(offset))]


def sources() -> list[str]:
    """Names of systems that were used before."""
    return list(db.session.scalars(select(Import.source).distinct().order_by(Import.source)))
