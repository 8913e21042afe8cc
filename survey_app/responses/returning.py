"""Answers that come back from a file of ours: stored beside the others, and never taken for answers of the field.

Such an answer has no invitation, no delete code that anybody knows, no time but its month, no raw text, and nothing is to be
done about it. Its channel says where it comes from; its ballot is made of its number in the file, so that it is stored once.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from survey_app.responses.models import RANDOM_BITS
from survey_app.responses.recording import Recorder
from survey_app.responses.redaction import redact
from survey_app.responses.statements import RESPONSE_COLUMNS, Rows
from survey_app.vault import Vault

CHANNEL = "package"
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A checked answer of a file. `number`: its id there; `first_day`: of its month."""

    number: str
    version_id: int
    mode: str
    wave_id: int
    first_day: int
    shop_id: int | None
    place: str
    language: str
    layout: str
    status: str
    speed: str
    straightline: bool
    answers: Mapping[str, Any]
    texts: Mapping[str, str]


def keep(recorder: Recorder, vault: Vault, batch: Sequence[Returned]) -> int:
    """Store them in one transaction; returns how many were new."""
    return recorder.keep([_rows(vault, one) for one in batch])


def _rows(vault: Vault, one: Returned) -> Rows:
    response_id = one.first_day << RANDOM_BITS | secrets.randbits(RANDOM_BITS)
    columns: dict[str, Any] = {
        "id": response_id, "version_id": one.version_id, "mode": one.mode, "wave_id": one.wave_id, "shop_id": one.shop_id,
        "place": one.place, "channel": CHANNEL, "verified": False, "language": one.language, "layout": one.layout,
        "day": None, "rc_hash": secrets.token_bytes(32), "status": one.status, "due": 0, "speed": one.speed,
        "straightline": one.straightline, "consent_version": 0, "order_seed": 0, "test": False,
        "quotas": "", "answers": orjson.dumps(one.answers).decode(),
    }  # fmt: skip
    ballot = vault.blind_index(f"package:{one.version_id}:{one.number}")
    comments = [(response_id, name, redact(text), None) for name, text in one.texts.items() if text]
    return Rows(
        (one.wave_id, ballot, ballot, None), tuple(columns[name] for name in RESPONSE_COLUMNS.split(", ")), comments
    )
