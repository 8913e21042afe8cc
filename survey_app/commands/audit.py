"""`flask audit`: check that nobody changed the audit log."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup, with_appcontext

from survey_app import archiving, chaining, clock
from survey_app.commands.common import as_json, installed, settings, tell, vault
from survey_app.database import read_only

group = AppGroup("audit", help="Check the audit log, sign how far it has come.")


@group.command("verify")
@click.option(
    "--checkpoints", type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with copies of signed checkpoints; without it the one of CHECKPOINT_DIR.",
)  # fmt: skip
@as_json
@with_appcontext
@installed
def verify(checkpoints: Path | None, as_json: bool) -> None:
    """Compute the chain over the audit log again and compare it with every signed checkpoint. Exit 1 at the first bad row."""
    folder = checkpoints or settings().checkpoint_folder
    with read_only():
        report = chaining.verify(keys=chaining.public_keys(vault().keys_of("audit")), folder=folder)
    if as_json:
        tell(
            True, "", good=not report.faults, rows=report.events, waiting=report.waiting, checkpoints=report.checkpoints,
            lost=report.lost, first_bad=report.first_bad, faults=report.faults, notes=report.notes,
        )  # fmt: skip
    else:
        for seq, text in report.faults:
            click.echo(f"row {seq}: {text}", err=True)
        for note in report.notes:
            click.echo(f"note: {note}", err=True)
        if not report.faults:
            click.echo(_good(report))
        if folder is None:
            click.echo(
                "note: no copies of checkpoints were compared; give CHECKPOINT_DIR a folder off this host", err=True
            )
    sys.exit(1 if report.faults else 0)


def _good(report: chaining.Report) -> str:
    parts = [
        f"good: {report.events} rows",
        f"{report.checkpoints} signed checkpoints",
        f"{report.waiting} rows not chained yet",
    ]
    return ", ".join(parts) + (f"; {report.lost} rows were lost with a restore, as signed" if report.lost else "")


@group.command("checkpoint")
@as_json
@with_appcontext
@installed
def sign(as_json: bool) -> None:
    """Sign how far the audit log has come now, and copy it to CHECKPOINT_DIR. The worker does it every hour."""
    made = chaining.checkpoint(now=clock.now(), seed=vault().key("audit"))
    folder = settings().checkpoint_folder
    copied = chaining.copy_checkpoints(folder) if folder is not None else 0
    count = made.count if made else 0
    sentence = f"signed a checkpoint over {count} rows" if made else "nothing is new since the last checkpoint"
    tell(as_json, f"{sentence}, copied {copied}", rows=count, copied=copied)


@group.command("archive")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@as_json
@with_appcontext
@installed
def archive(folder: Path, as_json: bool) -> None:
    """Move rows older than three years into a file in FOLDER. Needs the owner of the database."""
    path, rows = archiving.archive(folder=folder.absolute(), now=clock.now(), seed=vault().key("audit"))
    sentence = f"moved {rows} rows to {path}" if path else "no signed row is older than three years"
    tell(as_json, sentence, rows=rows, path=str(path) if path else None)
