"""`flask orders receipt` and `till-key`: what a till prints on a receipt."""

from datetime import timedelta

import click
from flask.cli import with_appcontext

from survey_app import clock, events
from survey_app.commands.common import as_json, installed, settings, tell, vault
from survey_app.commands.orders import group
from survey_app.database import db
from survey_app.events import COMMAND_LINE


@group.command("receipt")
@click.argument("source")
@click.argument("number")
@as_json
@with_appcontext
@installed
def receipt(source: str, number: str, as_json: bool) -> None:
    """Print the address for the QR code on the receipt of order NUMBER of shop system SOURCE."""
    from survey_app.campaigns import receipts

    made = receipts.address(vault(), source=source, number=number, public_url=settings().public_url)
    tell(as_json, made, address=made, source=source, number=number)


@group.command("till-key")
@click.argument("source")
@as_json
@with_appcontext
@installed
def till_key(source: str, as_json: bool) -> None:
    """Print the key with which shop system SOURCE signs its receipts (docs/receipt-codes.md). Leaves a row in the audit log."""
    _tell_key(source, as_json)


@group.command("new-till-key")
@click.argument("source")
@click.option(
    "--keep-days", default=0, type=click.IntRange(0, 30), help="Take receipts of the old key for so many days more."
)
@as_json
@with_appcontext
@installed
def new_till_key(source: str, keep_days: int, as_json: bool) -> None:
    """Give shop system SOURCE another key and print it: the old one was lost. Receipts that it signed end at once."""
    from survey_app.campaigns import receipts

    receipts.replace_key(source=source, keep=timedelta(days=keep_days), by=COMMAND_LINE, now=clock.now())
    _tell_key(source, as_json)


def _tell_key(source: str, as_json: bool) -> None:
    from survey_app.campaigns import receipts
    from survey_app.people.models import Order

    events.record("till_key.shown", Order, by=COMMAND_LINE, source=source)
    db.session.commit()
    number = receipts.number_of(source)
    key = receipts.till_key(vault(), source, number)
    tell(as_json, key, key=key, source=source, number=number)
