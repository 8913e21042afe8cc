"""What a request says: body, language, text size, start, link values, and how often somebody guessed. Knows no Flask."""

import hashlib
import hmac
import secrets
import time
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

from survey_app.responses import ballots
from survey_app.runner import forms
from survey_app.runner.doors import Paper
from survey_app.runner.forms import BadForm, Form, one
from survey_app.runner.frame import SIZES, Chain


class TooLarge(Exception):
    """The body is above the limit."""


def body_of(environ: dict[str, Any]) -> bytes:
    """The posted bytes. Raises TooLarge above 256 KB, BadForm for another content type and for a body cut short."""
    if not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        raise BadForm("another content type")
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isascii() and length.isdigit():
        wanted = int(length)
        if wanted > forms.MOST_BYTES:
            raise TooLarge
        body: bytes = environ["wsgi.input"].read(wanted)
        if len(body) != wanted:
            raise BadForm("cut short")
        return body
    if environ.get("wsgi.input_terminated"):  # chunked: the server ends the stream
        body = environ["wsgi.input"].read(forms.MOST_BYTES + 1)
        if len(body) > forms.MOST_BYTES:
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


def start_of(form: Form, ticket: ballots.Ticket) -> tuple[int, int] | None:
    """Version and issue time of the first document, when they are those that were sealed."""
    version, issued = one(form, "_v"), one(form, "_i")
    if not (version.isascii() and version.isdigit() and issued.isascii() and issued.isdigit()):
        return None
    if len(version) > 9 or len(issued) > 12:
        return None
    good = ballots.check_start(ticket, version_id=int(version), issued=int(issued), mac=one(form, "_m"))
    return (int(version), int(issued)) if good else None


def consent_shown(form: Form, chain: Chain) -> int:
    """The consent text that the first document showed."""
    text = one(form, "_u")
    shown = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    return shown if 1 <= shown <= chain.consent_version else chain.consent_version


def link_values(environ: dict[str, Any], paper: Paper) -> str:
    """Hidden values that came with the link, as the page carries them."""
    given = parse_qs(environ.get("QUERY_STRING", ""))
    pairs = ((q.name, q.accept(given.get(q.parameter or "", [None])[0])) for q in paper.parameters)
    return " ".join(f"{name}:{code}" for name, code in pairs if code)


def parameters_of(paper: Paper, carried: str) -> dict[str, str]:
    """The link values that a page carried, as answers."""
    given = dict(pair.split(":", 1) for pair in carried.split(" ") if ":" in pair) if carried else {}
    return {q.name: given[q.name] for q in paper.parameters if q.accept(given.get(q.name))}


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
