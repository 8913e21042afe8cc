"""What is known of somebody who comes by a personal link: how coarsely the way is kept, order data, that it was opened.

In anonymous mode an answer keeps its day and its channel only where at least ten people may have come like this: one invitation
by e-mail, one shop and one day would be a name (privacy.md 3.3 rule 12, docs/decisions).
"""

import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from survey_app import clock
from survey_app.campaigns.inviting import facts_place
from survey_app.responses.ballots import Ticket
from survey_app.responses.connections import Connection
from survey_app.responses.links import answered_at
from survey_app.responses.recording import SMALL_SHOP, Recorder
from survey_app.runner.doors import PERSONAL, Invited
from survey_app.runner.entering import Way
from survey_app.vault import UNREADABLE, Vault

_AGAIN_SECONDS = 60  # a count may be so old: it is too small at most

# how many were sent to by each channel, and how many have an invitation; at most ten of each are counted
_SENT = (
    "(SELECT count(*) FROM (SELECT 1 FROM invitation i JOIN message m ON m.purpose = 'invitation' AND m.subject_id = i.id "
    "AND m.step = 0 WHERE i.wave_id = ? AND {shop} AND m.channel = '{channel}' AND m.sent_at IS NOT NULL LIMIT 10) AS x)"
)
_INVITED = "(SELECT count(*) FROM (SELECT 1 FROM invitation i WHERE i.wave_id = ? AND {shop} LIMIT 10) AS x)"
_counts: dict[tuple[int, int, int | None], tuple[float, dict[str, int]]] = {}


def way(recorder: Recorder, ticket: Ticket, channel: str, mode: str) -> Way:
    """What an answer keeps of how it came. Raises Busy."""
    if mode != "anonymous":
        return Way(channel, True)
    counts = _crowds(recorder, ticket)
    sent = counts["sms"] + counts["email"]
    if channel == "receipt":
        return Way(channel if counts["invited"] >= SMALL_SHOP else PERSONAL, True, counts["invited"])
    # a channel of few would name them, and so would the rest: all channels in use are large, or none is kept
    large = counts[channel] >= SMALL_SHOP and all(n == 0 or n >= SMALL_SHOP for n in (counts["sms"], counts["email"]))
    return Way(channel if large else PERSONAL, True, sent)


def _crowds(recorder: Recorder, ticket: Ticket) -> dict[str, int]:
    key = (id(recorder), ticket.wave_id, ticket.shop_id)
    found = _counts.get(key)
    if found is not None and found[0] > clock.monotonic():
        return found[1]
    shop = "i.shop_id = ?" if ticket.shop_id is not None else "i.shop_id IS NULL"
    parts = [_SENT.format(shop=shop, channel=name) for name in ("sms", "email")] + [_INVITED.format(shop=shop)]
    values: tuple[Any, ...] = (ticket.wave_id,) if ticket.shop_id is None else (ticket.wave_id, ticket.shop_id)
    row = recorder.read("SELECT " + ", ".join(parts), values * 3)
    counts = dict(zip(("sms", "email", "invited"), row or (0, 0, 0), strict=True))
    if len(_counts) > 10_000:
        _counts.clear()
    _counts[key] = (clock.monotonic() + _AGAIN_SECONDS, counts)
    return counts


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
        connection.execute(_LITE_OPENED, (invitation_id, _as_stored(moment)))

    def on_postgresql(connection: Connection) -> None:
        connection.execute(_POST_OPENED, (invitation_id, moment))

    if recorder.lite is not None:
        recorder.lite.write(on_sqlite)
    elif recorder.post is not None:
        recorder.post.write(on_postgresql)


def _as_stored(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
