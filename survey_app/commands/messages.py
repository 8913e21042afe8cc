"""`flask messages`: send what is due once, tell how the outbox stands, read bounces."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from survey_app import clock
from survey_app.commands.common import as_json, installed, tell
from survey_app.database import db

group = AppGroup("messages", help="Messages: send what is due, see how it stands, read bounces.")


@group.command("deliver-once")
@click.option("--rounds", default=1_000, show_default=True, help="Batches per channel, at most.")
@as_json
@with_appcontext
@installed
def deliver_once(rounds: int, as_json: bool) -> None:
    """Send what is due now and ask about what is unknown, then end. A running worker does the same all the time."""
    from survey_app.messaging import asking, delivery

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    tally = delivery.deliver_due(app, clock.now(), rounds=rounds)
    asked = asking.reconcile(app, clock.now())
    tell(
        as_json,
        f"looked at {tally.looked} due messages, handed over {tally.called}, asked about {asked}",
        looked=tally.looked,
        called=tally.called,
        asked=asked,
    )


@group.command("status")
@as_json
@with_appcontext
@installed
def status(as_json: bool) -> None:
    """How many messages are in each state, and whether sending is paused."""
    from survey_app.messaging import listing, purposes

    found, paused = listing.counts(listing.Wanted()), purposes.house().paused
    db.session.rollback()
    lines = [f"{state}: {count}" for state, count in found.items()] or ["no messages"]
    tell(as_json, "\n".join([*lines, *(["sending is paused"] if paused else [])]), states=found, paused=paused)


@group.command("bounces")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@as_json
@with_appcontext
@installed
def bounces(path: Path, as_json: bool) -> None:
    """Read returned mails from PATH: an mbox file, a maildir, or one mail. Addresses that do not exist get no more mail."""
    from survey_app.messaging import receipts

    found = receipts.read_bounces(path, now=clock.now())
    db.session.commit()
    tell(
        as_json,
        f"read {found.read} mails: {found.lasting} lasting bounces, {found.ours} of them about our messages",
        read=found.read,
        lasting=found.lasting,
        ours=found.ours,
    )
