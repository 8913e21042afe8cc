"""What a request says: body, language, text size, start, link values, and how often somebody guessed. Knows no Flask."""

import hashlib
import hmac
import re
import secrets
import time
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from survey_app.questionnaire.question_types.hidden import OrderData
from survey_app.responses import ballots
from survey_app.runner import forms
from survey_app.runner.doors import Paper
from survey_app.runner.forms import BadForm, Form, one
from survey_app.runner.frame import SIZES

MOST_OF_A_CODE = 40
_CODE = re.compile(r"[A-Za-z0-9_-]{18}[A-Z0-9]{3}(?:[A-Z0-9]{3})?", re.ASCII)


# The request that this thread answers, as the server gave it
asked: ContextVar[dict[str, Any]] = ContextVar("asked")
_TRAILING = "。．.，,）)》>」”\"'；;：:！!？? "  # what SMS and chat apps glue to a link


def trimmed(code: str) -> str:
    """A code of an address without what an SMS or chat app glued to it."""
    return code.rstrip(_TRAILING) if len(code) <= MOST_OF_A_CODE else ""


class TooLarge(Exception):
    """The body is above the limit."""


def body_of(environ: dict[str, Any], most: int = forms.MOST_BYTES) -> bytes:
    """The posted bytes. Raises TooLarge above `most`, BadForm for another content type and for a body cut short."""
    if not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        raise BadForm("another content type")
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isascii() and length.isdigit():
        if len(length) > 9 or int(length) > most:
            raise TooLarge
        wanted = int(length)
        body: bytes = environ["wsgi.input"].read(wanted)
        if len(body) != wanted:
            raise BadForm("cut short")
        return body
    if environ.get("wsgi.input_terminated"):  # chunked: the server ends the stream
        body = environ["wsgi.input"].read(most + 1)
        if len(body) > most:
            raise TooLarge
        return body
    raise BadForm("no length")


@lru_cache(maxsize=512)
def preferred(header: str, languages: tuple[str, ...]) -> str:
    """The questionnaire's language for an Accept-Language header: its first entry decides, else the first language."""
    tag = header.split(",", 1)[0].split(";", 1)[0].strip().lower()
    exact = next((language for language in languages if language.lower() == tag), None)
    primary = tag.split("-")[0]
    return exact or next((lang for lang in languages if lang.lower().split("-")[0] == primary), languages[0])


def language_of(environ: dict[str, Any], languages: tuple[str, ...]) -> str:
    """The language asked for in the address (`?l=en`), else by the browser."""
    query = environ.get("QUERY_STRING", "")
    if "l=" in query:
        asked = parse_qs(query).get("l", [""])[0]
        if asked in languages:
            return str(asked)
    return preferred(environ.get("HTTP_ACCEPT_LANGUAGE", "")[:200], languages)


def posted_language(form: Form, languages: tuple[str, ...]) -> str:
    """The language of a posted page, or the one its button asks for."""
    wanted = one(form, "view").removeprefix("lang:")
    if wanted in languages:
        return wanted
    return one(form, "_l") if one(form, "_l") in languages else languages[0]


def posted_size(form: Form) -> str:
    """The text size of a posted page, or the one its button asks for."""
    view = one(form, "view")
    wanted = view.removeprefix("size:") if view.startswith("size:") else one(form, "_z")
    return wanted if wanted in SIZES else ""


def posted_aloud(form: Form) -> bool:
    """Whether questions are to be read aloud; the button turns it on and off."""
    return (one(form, "_e") == "1") != (one(form, "view") == "aloud")


class Start(NamedTuple):
    """What the first document showed, and when: version, issue time (seconds since 1970), consent text."""

    version_id: int
    issued: int
    consent_version: int

    @property
    def moment(self) -> int:
        """What the MAC is over beside the version: the consent version in front of the twelve digits of the issue time."""
        return self.consent_version * 10**12 + self.issued


def start_of(form: Form, ticket: ballots.Ticket) -> Start | None:
    """The start that a form claims, when it is the one that was sealed."""
    version, issued = forms.number(form, "_v", digits=9), forms.number(form, "_i", digits=12)
    consent = forms.number(form, "_u", digits=9)
    if version is None or issued is None or consent is None:
        return None
    start = Start(version, issued, consent)
    good = ballots.check_start(ticket, version_id=version, issued=start.moment, mac=one(form, "_m"))
    return start if good else None


def claimed_wave(code: str, door: str | None = None) -> int | None:
    """The wave number in a code of this door (None: of a personal link), unproven; None when the code has another shape."""
    if not _CODE.fullmatch(code) or (code[18:] != door if door else len(code) != ballots.PERSONAL_LENGTH):
        return None
    return int.from_bytes(urlsafe_b64decode(code[:4])[:2], "big")


def link_values(environ: dict[str, Any], paper: Paper) -> str:
    """Hidden values that came with the link, as the page carries them."""
    given = parse_qs(environ.get("QUERY_STRING", ""))
    pairs = ((q.name, q.accept(given.get(q.parameter or "", [None])[0])) for q in paper.parameters)
    return " ".join(f"{name}:{code}" for name, code in pairs if code)


def parameters_of(paper: Paper, carried: str) -> dict[str, str]:
    """The link values that a page carried, as answers."""
    given = dict(pair.split(":", 1) for pair in carried.split(" ") if ":" in pair) if carried else {}
    return {q.name: given[q.name] for q in paper.parameters if q.accept(given.get(q.name))}


def facts_of(paper: Paper, facts: Mapping[str, str]) -> dict[str, str]:
    """Order data of an invitation as answers of the questions that take them."""
    if not facts:
        return {}
    taken = (q for q in paper.definition.questions if isinstance(q, OrderData))
    return {q.name: facts[q.field] for q in taken if facts.get(q.field)}


def query_value(environ: dict[str, Any], name: str) -> str:
    """A value of the address; "" when it is not there."""
    query = environ.get("QUERY_STRING", "")
    return parse_qs(query).get(name, [""])[0] if f"{name}=" in query else ""


def picked(environ: dict[str, Any], paper: Paper) -> str:
    """The answer to the first question that a link brought (`?a=4`), when it is one of its answers; "" otherwise."""
    given = query_value(environ, "a")
    if not given:
        return ""
    question = next((q for q in paper.definition.pages[0].questions if q.asks), None)
    offered = question.codes(question.name) if question and question.name in question.answer_names() else None
    return given if given in map(str, offered or ()) else ""


def address_of(environ: dict[str, Any], hops: int) -> str:
    """Who asks, for the throttle alone: the address the trusted proxy saw, never kept."""
    seen: list[str] = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if hops and len(seen) >= hops:
        return seen[-hops].strip()
    return str(environ.get("REMOTE_ADDR", ""))


class Throttle:
    """Counts per person and minute, in memory only, under a key that dies with the process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._key = secrets.token_bytes(16)
        self._minute = 0
        self._counts: dict[bytes, int] = {}

    def _slot(self, person: str) -> bytes:
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        return hmac.digest(self._key, person.encode(), hashlib.sha256)

    def is_full(self, person: str) -> bool:
        """Whether this person has to wait."""
        return self._counts.get(self._slot(person), 0) >= self._most

    def count(self, person: str) -> None:
        """One more."""
        slot = self._slot(person)
        self._counts[slot] = self._counts.get(slot, 0) + 1
