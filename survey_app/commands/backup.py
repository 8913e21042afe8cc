"""`flask backup` and `flask restore`."""

import sys
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from survey_app import clock, events
from survey_app.commands.common import as_json, installed, refusing, settings, tell
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE
from survey_app.safekeeping.dumping import Broken


class _BackupGroup(AppGroup):
    """`flask backup DIR` is `flask backup to DIR`."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["to", *args]
        return super().resolve_command(ctx, args)


group = _BackupGroup("backup", help="Write a sealed, checked backup: flask backup DIR.")


@group.command("to")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@as_json
@with_appcontext
@installed
def to(folder: Path, as_json: bool) -> None:
    """Write a backup of the database into FOLDER, sealed to the public key; the key folder is never inside."""
    from survey_app.safekeeping import backups

    try:
        made = backups.make(folder=folder.absolute(), settings=settings(), now=clock.now())
    except (Broken, OSError) as error:
        raise DomainError(f"there is no backup: {error}") from error
    events.record("backup.made", None, by=COMMAND_LINE, file=made.path.name, rows=made.rows)
    db.session.commit()
    tell(
        as_json, f"{made.path} ({made.rows} rows, {made.size / 1e6:.1f} MB)", path=str(made.path), rows=made.rows,
        bytes=made.size,
    )  # fmt: skip


@group.command("keygen")
@with_appcontext
@installed
def keygen() -> None:
    """Make the pair of keys of backups: the public part stays in the key folder, the private part is printed once."""
    from survey_app.safekeeping import backups

    _public, private = backups.new_key(settings())
    click.echo(private)
    click.echo(
        "This line opens every backup. Keep it off this host, twice, with two people; it is not stored here.", err=True
    )


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--private-key", "private_key", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True,
    help="File with the private part that `flask backup keygen` printed.",
)  # fmt: skip
@click.option("--replace", is_flag=True, help="Move a database that is there aside (SQLite).")
@as_json
@with_appcontext
@refusing
def restore(file: Path, private_key: Path, replace: bool, as_json: bool) -> None:
    """Put backup FILE in place of the database. Stop web and worker first; sending stays paused until it is confirmed."""
    from survey_app.safekeeping import restoring

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    report = restoring.restore(
        app, path=file, private=private_key.read_text("ascii", "replace"), now=clock.now(), replace=replace
    )
    tell(
        as_json, "\n".join(report.lines()), made_at=report.made_at.isoformat(), restored_at=report.restored_at.isoformat(),
        rows=report.rows, erased=report.people_erased, waves=report.waves_destroyed, unknown=report.messages_unknown,
        audit_lost=report.audit_lost, audit_faults=report.audit_faults, moved_aside=report.moved_aside,
    )  # fmt: skip
    for seq, text in report.audit_faults:
        click.echo(f"audit log, row {seq}: {text}", err=True)
    sys.exit(1 if report.audit_faults else 0)
