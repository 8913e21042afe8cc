"""Addresses of the respondent's side: a small Flask application without session, sign-in, extensions or global hooks.

GET and HEAD never write. The first document is stitched from halves that were compressed once (see `stitching`); what is
made per request is a code, its MAC, a nonce and a delete code. No address is ever logged: it may hold a code. No address
redirects, and no error page asks the database.
"""

import gzip
import logging
import re
import traceback
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from survey_app import clock, tokens, web
from survey_app.config import Settings
from survey_app.database import db, engine_options
from survey_app.design import previewing
from survey_app.distribution.collecting import HIDDEN
from survey_app.errors import Busy
from survey_app.languages import ensure_compiled
from survey_app.questionnaire import timing
from survey_app.questionnaire.routing import path
from survey_app.responses import ballots
from survey_app.responses.ballots import Ticket
from survey_app.responses.drafts import Saved
from survey_app.responses.recording import DamagedForm, Recorder
from survey_app.runner import (
    again,
    answering,
    assets,
    closing,
    document,
    file_page,
    forms,
    incoming,
    kiosk,
    optout,
    recording_page,
    region_field,
    typed_code,
    widget,
)
from survey_app.runner.answering import Reply, Sitting, State
from survey_app.runner.changing import Changes
from survey_app.runner.document import Place
from survey_app.runner.doors import Door, Doors, Paper, WaveTerms, is_closed, is_early, is_looser
from survey_app.runner.entering import Entry
from survey_app.runner.forms import BadForm, Form, number, one
from survey_app.runner.frame import PAGE_LANGUAGES, SIZES, Chain, Frame
from survey_app.runner.incoming import Start
from survey_app.runner.interviewing import Interviews
from survey_app.runner.keeping import InForm, Sealed
from survey_app.runner.personal import Personal
from survey_app.runner.previewing import beginning_at, is_hidden_by_rules
from survey_app.runner.reading import wait_at_most
from survey_app.runner.receipts import Receipts
from survey_app.runner.sheet import Sheet, arrangement, pages_in_order
from survey_app.runner.stitching import Stitched
from survey_app.vault import Vault

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PREVIEW, PREVIEW_SECONDS = previewing.PURPOSE, previewing.SECONDS
WRONG_CODES_A_MINUTE = 10
OPEN_SECONDS, POST_SECONDS = 3.0, 30.0  # how long a request waits for a database that is away (reliability.md 2.2)
_PACKAGE = Path(__file__).parents[1]

_DELETE_CODE = re.compile(f"[{tokens.ALPHABET}]{{16}}", re.ASCII)
_DOOR = re.compile(f"[{tokens.ALPHABET}]{{6}}", re.ASCII)
_MOST_STITCHED = 1_000
_BUSY = frozenset("si")


_asked = incoming.asked
# the form stands in the request as soon as it was read
_FORM = "survey_app.form"

log = logging.getLogger("survey_app.respondents")


class Respondents:
    """Everything the views need, made once per process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.vault = Vault(settings.key_folder)
        self.doors = Doors(settings)
        self.recorder = Recorder(settings, self.vault)
        self.wrong_codes = incoming.Throttle(WRONG_CODES_A_MINUTE)
        self.changes = Changes(self)
        self.wait_seconds = {"POST": POST_SECONDS}
        self._stitched: dict[tuple[Any, ...], tuple[Chain, Stitched]] = {}

    def stitched(self, key: tuple[Any, ...], chain: Chain, make: Callable[[], Stitched]) -> Stitched:
        """A document made once per chain, as it is now."""
        found = self._stitched.get(key)
        if found is not None and found[0] is chain:
            return found[1]
        made = make()
        if len(self._stitched) >= _MOST_STITCHED:
            self._stitched.clear()
        self._stitched[key] = (chain, made)
        return made

    # --- GET --------------------------------------------------------------------------------------------------------
    def open(self, code: str) -> Response:
        """The first document of a collector."""
        door = self.find(code)
        return self.enter(widget.entry(self, door)) if door else self.refuse()

    def enter(self, entry: Entry, saved: Saved | None = None) -> Response:
        """The first document for somebody who comes in, or the page at which a saved draft goes on. Writes nothing."""
        door, ticket = entry.door, entry.ticket
        seed = ballots.order_seed(ticket, "arm") if ticket and door.arms else None
        paper = self.doors.paper(saved.version_id if saved else door.draw(seed))
        if paper is None:
            return self.refuse()
        chain = self.doors.chain()
        language = incoming.language_of(_asked.get(), paper.definition.languages)
        now, frame = (
            clock.epoch_seconds(),
            Frame(chain, language, languages=paper.definition.languages, home=entry.home, entered=entry.entered,
                  sites=widget.sites(), scripts=paper.scripts),
        )  # fmt: skip
        wave_id = ticket.wave_id if ticket else door.wave_id
        shut = _shut(frame, door, self.doors.wave(wave_id) if wave_id else None, now)
        if shut or wave_id is None or is_looser(paper.definition.mode, door.mode):
            # an old version that asks for more than the questionnaire now promises is not shown until the door is switched
            return self.page(shut or Reply(410, closing.closed(frame, {})), chain)
        if ticket is None:
            ticket = ballots.mint(self.vault, wave_id=wave_id, door=door.code)
        if saved is not None:
            return self._resume(entry, ticket, paper, frame, saved)
        order = arrangement(ballots.order_seed(ticket)) if paper.arranged else 0
        values = incoming.link_values(_asked.get(), paper) if paper.parameters else ""
        picked = incoming.picked(_asked.get(), paper) if entry.is_personal else ""
        if entry.facts:  # nobody else's page looks like this one
            made = _first_document(frame, paper, order, values, entry, picked)
        else:
            made = self.stitched(
                (
                    "first",
                    paper.version_id,
                    language,
                    order,
                    values,
                    door.mode,
                    entry.home,
                    entry.entered,
                    frame.sites,
                    *entry.carried.items(),
                    picked,
                ),
                chain,
                lambda: _first_document(frame, paper, order, values, entry, picked),
            )
        start = Start(paper.version_id, now, chain.consent_version)
        middle = (
            f'<input type=hidden name=_t value="{ticket.code}"><input type=hidden name=_i value="{now}">'
            f'<input type=hidden name=_m value="{ballots.seal_start(ticket, version_id=start.version_id, issued=start.moment)}">'
            f'<input type=hidden name=_n value="{ballots.new_nonce()}">'
            f'<input type=hidden name=_r value="{ballots.new_delete_code()}">'
        ).encode()
        return self.send_stitched(made, middle, chain, frame.script.hash)

    def _resume(self, entry: Entry, ticket: Ticket, paper: Paper, frame: Frame, saved: Saved) -> Response:
        """Where another device, or this one, goes on: nonce and delete code are new, the start is the one of the draft."""
        state, now = State.of(saved.content, saved.number), clock.epoch_seconds()
        start = Start(paper.version_id, state.issued or now, frame.chain.consent_version)
        keeper = Sealed(
            self.recorder, ticket, entry, paper, start.issued, ballots.new_nonce(), ballots.new_delete_code(),
            start.consent_version, now,
        )  # fmt: skip
        hidden = {
            "_t": ticket.code,
            "_i": str(start.issued),
            "_m": ballots.seal_start(ticket, version_id=start.version_id, issued=start.moment),
            "_n": keeper.nonce,
            "_r": keeper.rc,
            "_u": str(start.consent_version),
            **entry.carried,
        }
        sitting = self._sitting(entry, ticket, frame, paper, {}, keeper, hidden, now)
        sitting.issued = start.issued
        return self.page(answering.resumed(sitting, state), frame.chain)

    def find(self, code: str) -> Door | None:
        """The collector of an address: typed in small letters or with a full stop of the SMS app behind it, too."""
        code = incoming.trimmed(code).upper()
        door = self.doors.door(code) if _DOOR.fullmatch(code) else None
        if door is None or door.kind in HIDDEN:
            return None
        widget.framed_by(door.sites)
        return door

    # --- POST -------------------------------------------------------------------------------------------------------
    def answer(self, code: str) -> Response:
        """The next document."""
        form = self.form()
        if isinstance(form, Response):
            return form
        ticket, door = ballots.open_ticket(self.vault, one(form, "_t")), self.find(code)
        if ticket is None or door is None or door.code != ticket.door:
            return self.lapsed(door, form) or self.refuse()
        return self.take(widget.entry(self, door, ticket, form), form)

    def take(self, entry: Entry, form: Form) -> Response:
        """What answers a posted form of somebody whose code is genuine."""
        door, ticket = entry.door, entry.ticket
        wave = self.doors.wave(ticket.wave_id) if ticket else None
        if ticket is None or wave is None:
            return self.refuse()
        start = incoming.start_of(form, ticket)
        paper, chain = self.doors.paper(start.version_id) if start else None, self.doors.chain()
        nonce, rc = one(form, "_n"), one(form, "_r")
        if (
            start is None
            or paper is None
            or paper.questionnaire_id != wave.questionnaire_id
            or not ballots.is_nonce(nonce)
            or not _DELETE_CODE.fullmatch(rc)
        ):
            return self.page(Reply(400, closing.damaged(_plain_frame(chain))), chain)
        now = clock.epoch_seconds()
        frame = _posted_frame(chain, form, paper, home=entry.home, entered=entry.entered)
        if shut := _shut(frame, door, wave, now, issued=start.issued, typed=answering.typed_words(paper, form)):
            return self.page(shut, chain)
        person = incoming.address_of(_asked.get(), self.settings.trusted_hops)
        keeper = Sealed(
            self.recorder, ticket, entry, paper, start.issued, nonce, rc, start.consent_version, now, person
        )
        carried: dict[str, str] = {
            name: one(form, name) for name in ("_t", "_i", "_m", "_n", "_r", "_u", "_x") if name in form
        } | dict(entry.carried)
        sitting = self._sitting(entry, ticket, frame, paper, form, keeper, carried, now)
        if _asked.get()["QUERY_STRING"] == "draft=1":
            return self._background(sitting, chain)
        try:
            reply = answering.reply(sitting)
        except DamagedForm:
            reply = Reply(400, closing.damaged(frame))
        if reply.thanks and entry.can_change:
            return self.changes.thank(sitting, entry, ticket, tokens.grouped(rc), reply)
        return self.thank(frame, paper, rc, door.mode) if reply.thanks else self.page(reply, chain)

    def _sitting(
        self, entry: Entry, ticket: Ticket, frame: Frame, paper: Paper, form: Form, keeper: Sealed, carried: dict[str, str],
        now: float,
    ) -> Sitting:  # fmt: skip
        order = arrangement(ballots.order_seed(ticket)) if paper.arranged else 0
        parameters = incoming.parameters_of(paper, one(form, "_x")) | incoming.facts_of(paper, entry.facts)
        return Sitting(
            frame, paper, form, keeper, carried, order, parameters, entry.door.mode, now, entry.kept(paper), issued=keeper.issued,
            changeable=entry.can_change,
        )  # fmt: skip

    def lapsed(self, door: Door | None, form: Form) -> Response | None:
        """The closed page for a form whose wave has no keys any more; None for every other form."""
        claimed = incoming.claimed_wave(one(form, "_t"), door.code) if door else None
        if door is None or claimed is None or self.vault.wave(claimed) is not None:
            return None
        wave = self.doors.wave(claimed)
        if wave is None or wave.questionnaire_id != door.questionnaire_id:
            return None
        return self.ended(wave, form)

    def ended(self, wave: WaveTerms, form: Form) -> Response:
        """The closed page of a wave, with what was typed."""
        paper, chain = self.doors.paper(number(form, "_v", digits=9) or 0), self.doors.chain()
        if paper is None or paper.questionnaire_id != wave.questionnaire_id:
            return self.page(Reply(410, closing.closed(_plain_frame(chain), {})), chain)
        words = answering.typed_words(paper, form)
        return self.page(Reply(410, closing.closed(_posted_frame(chain, form, paper), words)), chain)

    def _background(self, sitting: Sitting, chain: Chain) -> Response:
        if answering.background_draft(sitting):
            return Response(status=204, headers={"Cache-Control": "no-store"})
        return self.page(Reply(400, closing.damaged(sitting.frame)), chain)

    def form(self) -> Form | Response:
        """The posted form, or the page that says why it cannot be read. Comes first, so that no error loses the form."""
        chain, environ = self.doors.last_chain, _asked.get()
        frame = _plain_frame(chain)
        try:
            most = recording_page.MOST_BYTES if environ["QUERY_STRING"] == recording_page.QUERY else forms.MOST_BYTES
            if _FORM not in environ:  # a body can be read once
                files = environ["QUERY_STRING"] == file_page.QUERY
                environ[_FORM] = file_page.read(environ) if files else forms.read(incoming.body_of(environ, most))
            form: Form = environ[_FORM]
            return form
        except incoming.TooLarge:
            return self.page(Reply(413, closing.too_large(frame)), chain)
        except BadForm:
            return self.page(Reply(400, closing.damaged(frame)), chain)

    # --- replies ----------------------------------------------------------------------------------------------------
    def thank(self, frame: Frame, paper: Paper, rc: str, mode: str) -> Response:
        """The page after the submit; made once, the delete code goes into its hole."""

        def make() -> Stitched:
            front, rest = closing.thanks(frame, paper.definition, mode).split(closing.CODE_HOLE)
            return Stitched(front, rest, closing.CODE_SHOWN)

        key = ("thanks", paper.version_id, frame.language, frame.size, frame.entered, frame.sites, mode)
        made = make() if frame.preview else self.stitched(key, frame.chain, make)  # drafts change
        ancestors = "'self'" if frame.preview else widget.NOBODY
        return self.send_stitched(
            made, tokens.grouped(rc).encode(), frame.chain, assets.closing_script().hash, ancestors
        )

    def send_stitched(
        self, made: Stitched, middle: bytes, chain: Chain, script_hash: str, ancestors: str = widget.NOBODY
    ) -> Response:
        """A stitched document, compressed when the browser takes it."""
        ancestors = widget.ancestors(ancestors)
        packed = "gzip" in _asked.get().get("HTTP_ACCEPT_ENCODING", "")
        body = made.gzip(middle) if packed else made.plain(middle)
        return Ready(body, _headers(chain.brand, chain.soft, script_hash, ancestors, packed))

    def page(self, reply: Reply, chain: Chain, ancestors: str = widget.NOBODY) -> Response:
        """A rendered document."""
        ancestors = widget.ancestors(ancestors)
        script = reply.script or (assets.again_script() if reply.status >= 500 else assets.closing_script())
        body, packed = reply.html.encode(), "gzip" in _asked.get().get("HTTP_ACCEPT_ENCODING", "")
        if packed and self.settings.compress_level:
            body = gzip.compress(body, self.settings.compress_level, mtime=0)
        packed = packed and bool(self.settings.compress_level)
        headers = _headers(chain.brand, chain.soft, script.hash, ancestors, packed, script == recording_page.script())
        response = Response(body, reply.status, headers)
        if reply.status == 503:
            response.headers["Retry-After"] = "5"
        return response

    def refuse(self) -> Response:
        """The same 404 for everything that leads nowhere."""
        chain = self.doors.last_chain
        return self.page(Reply(404, closing.not_found(_plain_frame(chain))), chain)

    def trouble(self, status: int) -> Response:
        """Busy (503) or failed (500): what was posted stays in the page."""
        environ, chain = _asked.get(), self.doors.last_chain
        form: Form | None = environ.get(_FORM)
        if form is not None and file_page.BODY in form:  # the file is chosen once more; the rest stays
            form = file_page.with_reference(form, "", None)
        frame, typed = _plain_frame(chain), {}
        if form is not None:
            frame = Frame(chain, incoming.posted_language(form, PAGE_LANGUAGES), incoming.posted_size(form))
            paper = self.doors.known_paper(number(form, "_v", digits=9) or 0)
            typed = answering.typed_words(paper, form) if paper else {}
        make = again.busy if status == 503 else again.failed
        return self.page(Reply(status, make(frame, form, typed)), chain)

    # --- pages of the chain -----------------------------------------------------------------------------------------
    def privacy(self) -> Response:
        """What respondents are told."""
        chain = self.doors.chain()
        return self.page(Reply(200, closing.privacy(_plain_frame(chain))), chain)

    def logo(self) -> Response:
        """The chain's logo, or a plain sign in its colour: browsers ask for an icon in any case."""
        chain = self.doors.chain()
        found = self.doors.logo() or (closing.sign(chain).encode(), "image/svg+xml")
        response = Response(found[0], mimetype=found[1])
        present = (
            chain.logo_key and _asked.get()["QUERY_STRING"] == chain.logo_key
        )  # this address changes with the logo
        response.headers["Cache-Control"] = f"public, max-age={'31536000, immutable' if present else '300'}"
        response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def divisions(self, name: str) -> Response:
        """What fills the lists of 省市区: the address names its content, so it is kept for good."""
        found = region_field.served(name)
        if found is None:
            return self.refuse()
        packed = "gzip" in _asked.get().get("HTTP_ACCEPT_ENCODING", "")
        response = Response(found.packed if packed else found.text, mimetype="application/json")
        present = found.address.endswith(name)  # a page from before an update asks for what there was then
        response.headers["Cache-Control"] = f"public, max-age={'31536000, immutable' if present else '300'}"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        return response

    def withdraw(self) -> Response:
        """The page that deletes an answer by its delete code, and the deletion."""
        if _asked.get()["REQUEST_METHOD"] != "POST":
            chain = self.doors.chain()
            return self.page(Reply(200, closing.withdraw(_plain_frame(chain))), chain)
        form = self.form()
        if isinstance(form, Response):
            return form
        chain = self.doors.chain()
        frame = Frame(chain, incoming.posted_language(form, PAGE_LANGUAGES), languages=PAGE_LANGUAGES)
        _ = frame.say
        typed = one(form, "code")[:60]
        code, person = tokens.ungrouped(typed), incoming.address_of(_asked.get(), self.settings.trusted_hops)
        if self.wrong_codes.is_full(person):
            words, status = _("尝试次数太多，请一分钟后再试。"), 429
        elif not _DELETE_CODE.fullmatch(code):
            words, status = _("删除码是 16 位字母和数字，请核对后再试。"), 422
        else:
            if self.recorder.withdraw(code):
                return self.page(Reply(200, closing.withdrawn(frame)), chain)
            self.wrong_codes.count(person)
            words, status = _("没有找到这个删除码对应的回答。请核对后再试；如果已经删除过，不需要再操作。"), 422
        return self.page(Reply(status, closing.withdraw(frame, typed=typed, problem=words)), chain)

    # --- preview ----------------------------------------------------------------------------------------------------
    def preview(self, token: str) -> Response:
        """The real pages of a version or a draft behind a signed short-lived link; nothing is stored."""
        form = self.form() if _asked.get()["REQUEST_METHOD"] == "POST" else {}
        if isinstance(form, Response):
            return form
        secret = self.settings.secret_key or self.vault.session_secret()
        payload = tokens.unsign(secret, PREVIEW, token, max_age_seconds=PREVIEW_SECONDS)
        if payload is None:
            return self.refuse()
        try:
            paper = self._preview_paper(payload)
            return self._previewed(payload, paper, secret, form) if paper else self.refuse()
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            if "questionnaire" not in payload:
                raise
            _note(error)  # a draft may still lack what a page needs; a published version never does
            chain = self.doors.chain()
            frame = Frame(chain, incoming.language_of(_asked.get(), PAGE_LANGUAGES), preview=True)
            return self.page(Reply(422, closing.unfinished(frame)), chain, "'self'")

    def _previewed(self, payload: dict[str, Any], paper: Paper, secret: str, form: Form) -> Response:
        definition, chain = paper.definition, self.doors.chain()
        start = str(payload.get("start") or "")
        relaxed = Paper(paper.version_id, 0, paper.seconds, beginning_at(definition, start))
        if _asked.get()["REQUEST_METHOD"] != "POST":
            wanted, size = payload.get("language"), payload.get("size")
            language = wanted if wanted in definition.languages else definition.language
            size = size if size in SIZES else ""
            hidden = is_hidden_by_rules(definition, start)
            frame = Frame(chain, language, size, definition.languages, True, hidden, scripts=paper.scripts)
            sitting = Sitting(frame, relaxed, {}, InForm(secret, {}), {"_d": ""}, 0, {}, definition.mode, 0, "", start)
            return self.page(answering.first(sitting), chain, "'self'")
        frame = _posted_frame(chain, form, paper, preview=True)
        keeper, now = InForm.of(secret, form), clock.epoch_seconds()
        sitting = Sitting(frame, relaxed, form, keeper, keeper.hidden, 0, {}, definition.mode, now, "", start)
        if _asked.get()["QUERY_STRING"] == "draft=1":
            return Response(status=204)
        reply = answering.reply(sitting)
        if reply.thanks:
            return self.thank(frame, paper, "PREVIEWPREVIEW22", definition.mode)
        return self.page(reply, chain, "'self'")

    def _preview_paper(self, payload: dict[str, Any]) -> Paper | None:
        if isinstance(payload.get("version"), int):
            return self.doors.paper(payload["version"])
        if not isinstance(payload.get("questionnaire"), int):
            return None
        definition = self.doors.draft_of(payload["questionnaire"])
        return Paper(0, 0, timing.seconds(definition), definition) if definition and definition.pages else None


class Ready(Response):
    """Bytes and a finished list of headers, sent as they are: no copies, no checks (a third of the cost of a small page)."""

    def __init__(self, body: bytes, headers: list[tuple[str, str]]) -> None:
        self._body = body
        self._ready = headers

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Send it; HEAD gets the headers alone."""
        start_response("200 OK", [*self._ready, ("Content-Length", str(len(self._body)))])
        return (b"",) if environ["REQUEST_METHOD"] == "HEAD" else (self._body,)


# --- frames and first documents ---------------------------------------------------------------------------------------
def _plain_frame(chain: Chain) -> Frame:
    language = incoming.language_of(_asked.get(), PAGE_LANGUAGES)
    return Frame(chain, language, languages=PAGE_LANGUAGES, sites=widget.sites())


def _posted_frame(
    chain: Chain, form: Form, paper: Paper, *, preview: bool = False, home: str = "", entered: str = ""
) -> Frame:
    languages = paper.definition.languages
    language, size = incoming.posted_language(form, languages), incoming.posted_size(form)
    return Frame(chain, language, size, languages, preview, home=home, entered=entered, sites=widget.sites(),
                 scripts=paper.scripts, aloud=incoming.posted_aloud(form))  # fmt: skip


_BESIDE_CODE = len(document.secrets_of({"_t": "", "_i": "x" * 10, "_m": "x" * 16, "_n": "x" * 22, "_r": "x" * 16}))


def _shut(
    frame: Frame, door: Door, wave: WaveTerms | None, now: int, *, issued: int | None = None,
    typed: dict[str, str] | None = None,
) -> Reply | None:  # fmt: skip
    """The page of a door that takes no answers now, with what was typed; None while it takes them."""
    if is_closed(door, wave, now=now, issued=issued):
        return Reply(410, closing.closed(frame, typed or {}, retired=door.retired_at is not None))
    if is_early(door, now=now):
        return Reply(403, closing.early(frame, typed or {}, door.opens_at or 0))
    return None


def _first_document(frame: Frame, paper: Paper, order: int, values: str, entry: Entry, picked: str) -> Stitched:
    """`values`: of the link, as pages carry them. `picked`: the answer of the first question that a link brought, or ""."""
    definition = paper.definition
    index = pages_in_order(definition, order)[0]
    first = next((q for q in definition.pages[0].questions if q.asks), None)
    known = path(definition, incoming.parameters_of(paper, values) | incoming.facts_of(paper, entry.facts))
    sheet = Sheet(
        definition,
        frame.language,
        order=order,
        given={first.name: [picked]} if first and picked else {},
        answers=known.answers,
        numbers=document.numbering(frame, definition, order),
        speaking=frame.speaking,
        uploading=True,
    )
    more = {"_u": str(frame.chain.consent_version), **({"_x": values} if values else {}), **entry.carried}
    place = Place(
        paper.version_id,
        str(index),
        seconds=paper.seconds,
        first=not entry.is_personal,  # a personal link goes on by its draft, not by what a tab kept of another code
        mode=entry.door.mode,
        carried=more,
        kept=entry.kept(paper),
    )
    halves = document.page_document(frame, sheet, place)
    length = ballots.PERSONAL_LENGTH if entry.is_personal else ballots.CODE_LENGTH
    return Stitched(halves.front, halves.rest, _BESIDE_CODE + length)


@lru_cache(maxsize=256)
def _headers(
    brand: str, soft: str, script_hash: str, ancestors: str, packed: bool, records: bool = False
) -> list[tuple[str, str]]:
    if ancestors not in (widget.NOBODY, "'self'"):
        script_hash += f"' 'sha256-{assets.height_script().hash}"
    found = web.respondent_headers(
        style_hash=assets.style(brand, soft).hash, script_hash=script_hash, frame_ancestors=ancestors, records=records
    )
    found += [("Content-Type", "text/html; charset=utf-8"), ("Vary", "Accept-Encoding, Accept-Language")]
    return [*found, ("Content-Encoding", "gzip")] if packed else found


# --- the application ------------------------------------------------------------------------------------------------
class Runner(Flask):
    """The respondent's side. Its busy addresses are answered before Flask builds contexts and asks its routes.

    That is two thirds of the cost of a page and a third of a submit; everything else goes the usual way.
    """

    here: Respondents
    personal: Personal

    def wsgi_app(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        environ.setdefault("QUERY_STRING", "")
        wait_at_most(self.here.wait_seconds.get(environ["REQUEST_METHOD"], OPEN_SECONDS))
        token = _asked.set(environ)
        try:
            kind, code = _code_of(environ)
            if not kind:
                return super().wsgi_app(environ, start_response)
            return self._door(kind, code, environ)(environ, start_response)
        finally:
            _asked.reset(token)

    def _door(self, kind: str, code: str, environ: "WSGIEnvironment") -> Response:
        try:
            views = self.here if kind == "s" else self.personal
            return views.answer(code) if environ["REQUEST_METHOD"] == "POST" else views.open(code)
        except Exception as error:
            return _failed(self.here, error)

    def log_exception(self, exc_info: Any) -> None:
        """What fails outside the views. Flask itself would log the address."""
        _note(exc_info[1])


def _code_of(environ: "WSGIEnvironment") -> tuple[str, str]:
    """("s", code) of a collector's address, ("i", code) of a personal link; ("", "") for every other address and method."""
    path = environ.get("PATH_INFO", "")
    kind, code = path[1:2], path[3:]
    if path[2:3] != "/" or kind not in _BUSY or "/" in code or not (code or kind == "i"):
        return "", ""
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD", "POST"}:
        return "", ""
    return kind, code if path.isascii() else code.encode("latin-1").decode(errors="replace")


def _failed(here: Respondents, error: Exception) -> Response:
    """The page of a request that raised."""
    if isinstance(error, Busy):
        return here.trouble(503)
    if isinstance(error, HTTPException) and (error.code or 500) < 500:
        return here.refuse()
    _note(error)
    return here.trouble(500)


def _note(error: BaseException) -> None:
    """Log type and place of an error, and nothing that a respondent sent."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_PACKAGE)]
    place = f"{Path(ours[-1].filename).relative_to(_PACKAGE.parent)}:{ours[-1].lineno}" if ours else "outside"
    log.error("a respondent's request failed: %s at %s", type(error).__name__, place)


def create_runner(settings: Settings) -> Flask:
    """The respondent's side as a Flask application. Opens database and keys at the first request that needs them."""
    ensure_compiled()
    app = Runner("survey_app.runner", static_folder=None, template_folder=None)
    app.config.update(SQLALCHEMY_DATABASE_URI=settings.database_url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings))
    here = app.here = Respondents(settings)
    app.personal = Personal(here)
    db.init_app(app)  # opting out writes on the people side; nothing else here uses it
    app.add_url_rule("/u/<token>", "opt_out", optout.OptOuts(here).view, methods=["GET", "POST"])
    app.add_url_rule("/u/", "opt_out_typed", app.view_functions["opt_out"], methods=["GET", "POST"])
    app.add_url_rule("/o/<path:order>", "receipt", Receipts(here, app.personal).view)
    app.extensions["respondents"] = here
    app.extensions["survey_settings"], app.extensions["survey_vault"] = settings, here.vault
    app.url_map.merge_slashes = False  # the redirect that merges them names whatever host the browser claims
    for address in ("/s", "/s/"):
        app.add_url_rule(address, f"typed_code {address}", typed_code.TypedCodes(here).view, methods=["GET", "POST"])
    app.add_url_rule("/withdraw", "withdraw", here.withdraw, methods=["GET", "POST"])
    app.add_url_rule("/privacy", "privacy", here.privacy)
    app.add_url_rule("/logo", "logo", here.logo)
    app.add_url_rule("/divisions/<name>", "divisions", here.divisions)
    app.add_url_rule("/interview/<token>", "interview", Interviews(here).view, methods=["GET", "POST"])
    app.add_url_rule("/preview/<token>", "preview", here.preview, methods=["GET", "POST"])
    kiosk.register(app, here)

    app.register_error_handler(Exception, lambda error: _failed(here, error))
    return app
