"""`flask keys`: what lies in the key folder, new keys for old, the end of old months' keys."""

import sys

import click
from flask.cli import AppGroup, with_appcontext

from survey_app import clock
from survey_app.commands.common import as_json, installed, refusing, settings, tell
from survey_app.events import COMMAND_LINE

group = AppGroup("keys", help="Check and rotate the keys; destroy those of months that have closed.")


@group.command("check")
@as_json
@with_appcontext
@refusing
def check(as_json: bool) -> None:
    """Look at every file of the key folder: mode, fingerprint, what it is for. Exit 1 when one is missing, wrong or readable."""
    from survey_app.safekeeping import key_folder

    found = key_folder.look(settings().key_folder, now=clock.now())
    if as_json:
        tell(True, "", **found.as_json())
    else:
        for line in found.lines():
            click.echo(line)
        for fault in found.faults:
            click.echo(f"error: {fault}", err=True)
    sys.exit(1 if found.faults else 0)


@group.command("rotate")
@click.argument("name", type=click.Choice(["contact", "text", "link", "audit", "session", "blind_index"]))
@as_json
@with_appcontext
@installed
def rotate(name: str, as_json: bool) -> None:
    """Make a new key NAME. What the old one sealed is sealed anew in the background; after eight days the old one is retired."""
    from survey_app.safekeeping import rotating

    key_id = rotating.rotate(name=name, now=clock.now(), by=COMMAND_LINE)
    follows = {
        "session": "everybody signs in again after the next restart of web and worker",
        "audit": "the old key stays, to check what it signed",
    }.get(name, "the worker seals everything anew; see: flask keys check")
    reminder = (
        "make two new sealed copies of long-lived.json; keep the old ones until the backups made before today expire"
    )
    tell(as_json, f"made {key_id}; {follows}\n{reminder}", key=key_id)


@group.command("reseal")
@click.argument("name", type=click.Choice(["contact", "text", "link"]))
@as_json
@with_appcontext
@installed
def reseal(name: str, as_json: bool) -> None:
    """Seal anew what an old key NAME sealed, here and now. The worker does the same; safe to break off and to run again."""
    from survey_app.safekeeping import rotating

    made = rotating.reseal(name=name, now=clock.now(), by=COMMAND_LINE)
    words = [f"sealed {made.done} values anew"]
    words += [f"{made.unreadable} cannot be read by any key here"] if made.unreadable else []
    words += [f"retired {', '.join(made.retired)}"] if made.retired else []
    tell(as_json, "; ".join(words), done=made.done, unreadable=made.unreadable, retired=made.retired)
    sys.exit(1 if made.unreadable else 0)


@group.command("destroy-due")
@as_json
@with_appcontext
@installed
def destroy_due_keys(as_json: bool) -> None:
    """Destroy the keys of months that closed 30 days ago. The worker does it daily; safe to run again."""
    from survey_app.distribution.waves import destroy_due

    count = destroy_due(now=clock.now(), by=COMMAND_LINE)
    tell(as_json, f"destroyed the keys of {count} months", destroyed=count)
