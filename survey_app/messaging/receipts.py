"""What providers tell us unasked: receipts, replies, bounces."""

import mailbox
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

from flufl.bounce import all_failures
from sqlalchemy import select

from survey_app.database import db
from survey_app.messaging import outcomes, purposes
from survey_app.messaging.channels.port import News, Reply
from survey_app.messaging.models import Message

OPT_OUT_WORDS = frozenset({"R", "T", "TD", "N", "0000", "退订", "拒收", "STOP", "UNSUBSCRIBE", "QUIT", "CANCEL"})
_E164 = re.compile(r"\+[1-9][0-9]{5,14}")
# RFC 3463: 5.1 is about the address, 5.2.1 a mailbox out of use; 5.2.2 is full and 5.7 a policy, which pass
_NO_SUCH = re.compile(rb"^Status:\s*5\.(?:1\.|2\.1\b|0\.0\b)", re.MULTILINE | re.IGNORECASE)
_OURS = re.compile(rb"<([0-9a-f]{32})@")


def take(news: Sequence[News], replies: Iterable[Reply], *, sender_id: int, now: datetime) -> int:
    """Take over the news of one callback and the refusals among the replies; returns how many were about our messages."""
    known = 0
    for one in sorted(news, key=lambda told: (told.attempt_id, told.number)):  # one order for all: no deadlock
        known += outcomes.settle(one, sender_id=sender_id, now=now) is not None
    for reply in replies:
        if is_refusal(reply.text) and _E164.fullmatch(reply.address):
            purposes.opted_out(reply.address, now)
    return known


def is_refusal(text: str) -> bool:
    """Whether an answer to an SMS means "no more": R, TD, 退订 and the like, whatever its width, case and stops."""
    plain = unicodedata.normalize("NFKC", text).strip(" \t\r\n.。,，!！;；").upper()
    return plain in OPT_OUT_WORDS


@dataclass(frozen=True, slots=True)
class Bounces:
    """What a mailbox held: mails read, those that say an address does not exist, and those about our messages."""

    read: int
    lasting: int
    ours: int


def read_bounces(path: Path, *, now: datetime) -> Bounces:
    """Read bounces from an mbox file, a maildir or a single mail, in the running transaction. Nothing of them is kept."""
    read = lasting = ours = 0
    for raw in _mails(path):
        read += 1
        mail = message_from_bytes(raw)
        if not all_failures(mail)[1]:  # (for a while, for good)
            continue
        lasting += 1
        ours += _bounce(raw, now)
    return Bounces(read, lasting, ours)


def _mails(path: Path) -> Iterable[bytes]:
    if path.is_dir():
        box: mailbox.Mailbox[Any] = mailbox.Maildir(path, create=False)
    elif path.open("rb").read(5) == b"From ":
        box = mailbox.mbox(path, create=False)
    else:
        yield path.read_bytes()
        return
    for key in box.keys():  # noqa: SIM118 - a mailbox is no dict
        yield box.get_bytes(key)


def _bounce(raw: bytes, now: datetime) -> bool:
    attempts = {found.decode() for found in _OURS.findall(raw)}
    rows = db.session.scalars(select(Message).where(Message.attempt_id.in_(attempts), Message.channel == "email")).all()
    for row in rows:
        outcomes.settle(News("failed", row.attempt_id or "", code="bounced"), sender_id=row.sender_id or 0, now=now)
        if row.recipient_index is not None and _NO_SUCH.search(raw):  # a full mailbox (4.2.2) may be empty next time
            purposes.bounced(bytes(row.recipient_index), now)
    return bool(rows)
