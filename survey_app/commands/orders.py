"""`flask orders import`: a file of orders, contacts or events, as the page of imports takes it, without a browser."""

import json
import os
import sys
import time
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from survey_app import clock, worker
from survey_app.commands.common import as_json, installed, tell
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE
from survey_app.languages import translator
from survey_app.people import importing, rejects
from survey_app.people.consents import CHANNELS
from survey_app.people.models import Import
from survey_app.vault import Vault

group = AppGroup("orders", help="Orders, contacts and events from files.")

_PIECE = 1 << 20
_WAIT_SECONDS = 0.5


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--source", required=True, help="The system that the file comes from, such as pos.")
@click.option("--kind", type=click.Choice(importing.KINDS), default="orders", show_default=True)
@click.option("--column", "columns", multiple=True, help="HEADING=FIELD, where the guess is wrong; FIELD - for none.")
@click.option(
    "--consent", "consents", multiple=True, type=click.Choice(CHANNELS), help="Everybody in it agreed to this."
)
@click.option("--consent-source", default="", help="Where they agreed; needed with any consent, also one in a column.")
@click.option("--rejects", "target", type=click.Path(path_type=Path, dir_okay=False), help="Write rejected rows here.")
@as_json
@with_appcontext
@installed
def import_file(
    file: Path, source: str, kind: str, columns: tuple[str, ...], consents: tuple[str, ...], consent_source: str,
    target: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Import FILE (CSV, XLSX or XLS) and wait for the end. Exit 1 when the file could not be read to its end."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    job = _received(file, kind, source)
    _start(job, columns, consents, consent_source)
    job_id, work_id = job.id, job.work_id or 0
    db.session.remove()
    worker.perform(app, work_id)
    job = _ended(job_id)
    if target is not None and job.rejected:
        _write_rejects(job, target, app.extensions["survey_vault"])
    numbers = {name: getattr(job, name) for name in ("added", "changed", "unchanged", "rejected")}
    line = ", ".join(f"{count} {name}" for name, count in numbers.items())
    tell(
        as_json,
        f"read {job.done_rows} rows: {line}",
        id=job.id,
        rows=job.done_rows,
        finished=bool(job.finished_at) and not job.error,
        **numbers,
    )
    if not job.finished_at or job.error:
        message, values = (
            json.loads(job.error) if job.error else ("the import failed several times and has stopped", {})
        )
        translated = translator("en")(message)
        click.echo(f"error: {translated % values if values else translated}", err=True)
        sys.exit(1)


def _start(job: Import, columns: tuple[str, ...], consents: tuple[str, ...], consent_source: str) -> None:
    """Begin; what is refused leaves no file that waits."""
    given: dict[str, bool | None] = dict.fromkeys(consents, True)
    job_id = job.id
    try:
        importing.start(
            job=job, chosen=_chosen(job, columns), consents=given, consent_source=consent_source, by=COMMAND_LINE,
            now=clock.now(),
        )  # fmt: skip
    except DomainError:
        db.session.rollback()
        importing.discard(job=db.session.get_one(Import, job_id), by=COMMAND_LINE, now=clock.now())
        db.session.commit()
        raise
    db.session.commit()


def _received(file: Path, kind: str, source: str) -> Import:
    upload = importing.Upload()
    try:
        with file.open("rb") as opened:
            while piece := opened.read(_PIECE):
                upload.write(piece)
        job = importing.receive(
            upload=upload, name=file.name, kind=kind, source=source, by=COMMAND_LINE, now=clock.now()
        )
        db.session.commit()
        upload.kept = True
    finally:
        upload.close()
    return job


def _chosen(job: Import, columns: tuple[str, ...]) -> dict[int, str]:
    """The guess, with what was told by hand."""
    chosen = {int(place): field for place, field in job.options["columns"].items()}
    heading = importing.preview(job).heading
    for told in columns:
        name, _, field = told.rpartition("=")
        if name not in heading:
            raise DomainError(f"there is no column named {name}; there are: {', '.join(heading)}")
        chosen = {place: each for place, each in chosen.items() if each != field}
        chosen[heading.index(name)] = field
    return {place: field for place, field in chosen.items() if field != "-"}


def _ended(job_id: int) -> Import:
    """The import when it is over: done here, or by a worker that was faster."""
    while True:
        job = db.session.get_one(Import, job_id)
        if importing.is_over(job):
            return job
        db.session.remove()
        time.sleep(_WAIT_SECONDS)


def _write_rejects(job: Import, target: Path, vault: Vault) -> None:
    shown = importing.fetch_rejects(job=job, by=COMMAND_LINE, now=clock.now())
    db.session.commit()  # written down first
    lines = rejects.as_csv(
        importing.folder() / job.file, kind=job.kind, heading=shown.heading, columns=job.options["columns"], vault=vault,
        translate=translator("en"),
    )  # fmt: skip
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.writelines(lines)
