"""`flask keys`: what lies in the key folder, new keys for old, the end of old months' keys."""

from flask.cli import AppGroup, with_appcontext

from survey_app import clock
from survey_app.commands.common import as_json, installed, tell
from survey_app.events import COMMAND_LINE

group = AppGroup("keys", help="Check and rotate the keys; destroy those of months that have closed.")


@group.command("destroy-due")
@as_json
@with_appcontext
@installed
def destroy_due_keys(as_json: bool) -> None:
    """Destroy the keys of months that closed 30 days ago. The worker does it daily; safe to run again."""
    from survey_app.distribution.waves import destroy_due

    count = destroy_due(now=clock.now(), by=COMMAND_LINE)
    tell(as_json, f"destroyed the keys of {count} months", destroyed=count)
