"""`flask orders receipt` and `till-key`: what a till prints on a receipt."""

import click
from flask.cli import with_appcontext

from survey_app import events
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
    from survey_app.campaigns import receipts
    from survey_app.people.models import Order

    events.record("till_key.shown", Order, by=COMMAND_LINE, source=source)
    db.session.commit()
    key = receipts.till_key(vault(), source)
    tell(as_json, key, key=key, source=source)
