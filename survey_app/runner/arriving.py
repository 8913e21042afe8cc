"""What is known of somebody who comes by a personal link: order data, that it was opened."""

import json
import sqlite3
from collections.abc import Mapping

from survey_app import clock
from survey_app.campaigns.inviting import facts_place
from survey_app.responses.connections import Connection
from survey_app.responses.links import answered_at
from survey_app.responses.recording import Recorder
from survey_app.responses.statements import as_stored
from survey_app.runner.doors import Invited
from survey_app.vault import UNREADABLE, Vault


def facts_of(vault: Vault, found: Invited | None) -> Mapping[str, str]:
    """Order data frozen with a confidential or identified invitation; none when it cannot be read."""
    if found is None or not found.facts:
        return {}
    text = vault.unseal(found.facts, place=facts_place(found.id))
    return {} if text == UNREADABLE else {str(key): str(value) for key, value in json.loads(text).items()}


_LITE_OPENED = "INSERT INTO opened (invitation_id, at) VALUES (?, ?) ON CONFLICT DO NOTHING"
_POST_OPENED = b"INSERT INTO opened (invitation_id, at) VALUES (%s, %s) ON CONFLICT DO NOTHING"


def note_opened(recorder: Recorder, invitation_id: int, mode: str) -> None:
    """That a confidential or identified link was opened, as finely as the mode keeps times. Raises Busy."""
    moment = answered_at(mode, clock.epoch_seconds())

    def on_sqlite(connection: sqlite3.Connection) -> None:
        connection.execute(_LITE_OPENED, (invitation_id, as_stored(moment)))

    def on_postgresql(connection: Connection) -> None:
        connection.execute(_POST_OPENED, (invitation_id, moment))

    if recorder.lite is not None:
        recorder.lite.write(on_sqlite)
    elif recorder.post is not None:
        recorder.post.write(on_postgresql)
