"""Addresses under `/i/`: personal links. A code names its wave and shop; whether the wave takes answers is decided first, then

the tag; everything else is the same 404 and never asks the database for a code (privacy.md 4, T1).
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Response

from survey_app import clock
from survey_app.responses import ballots, drafts
from survey_app.responses.ballots import Ticket
from survey_app.runner import arriving, assets, closing, incoming, turning_away
from survey_app.runner.answering import Reply
from survey_app.runner.changing import STATE
from survey_app.runner.changing_pages import TAKE_BACK
from survey_app.runner.doors import Door, WaveTerms, is_looser
from survey_app.runner.entering import Entry, Way
from survey_app.runner.forms import one
from survey_app.runner.frame import PAGE_LANGUAGES, Frame

if TYPE_CHECKING:
    from survey_app.runner.views import Respondents

HOME = assets.PERSONAL_HOME
CHANNELS = ("sms", "email", "receipt")
_OF_LINKS = {"e": "email"}  # `?c=e` stands in the links of e-mails; everything else was sent by SMS
BAD_CODES_A_MINUTE = 20
SLOW_SECONDS = 0.5


class Personal:
    """The views. `here`: doors, keys, recorder and pages of the respondent's side."""

    def __init__(self, here: "Respondents") -> None:
        self.here = here
        self.changes = here.changes
        self.bad_codes = incoming.Throttle(BAD_CODES_A_MINUTE)
        self.slow_seconds = SLOW_SECONDS
        self._slowed = threading.Semaphore(2)  # however many guess, the other threads go on serving
        self._opened: set[int] = set()

    # --- GET --------------------------------------------------------------------------------------------------------
    def open(self, code: str) -> Response:
        """The first document, the page where a draft goes on, or why there is none. Writes nothing."""
        if not code:
            return self.reopen()
        code = incoming.trimmed(code)
        claimed, waves = incoming.claimed_wave(code), self.here.doors.waves()
        wave = waves.get(claimed) if claimed is not None else None
        if wave is not None and clock.epoch_seconds() >= wave.ends_at:
            return self.closed()
        ticket = ballots.open_ticket(self.here.vault, code)
        if ticket is None or wave is None or not ticket.is_personal:
            return self.wrong()
        asked = incoming.query_value(incoming.asked.get(), "c")
        return self.meet(ticket, wave, _OF_LINKS.get(asked, "sms"))

    def meet(self, ticket: Ticket, wave: WaveTerms, channel: str) -> Response:
        """Somebody whose code is genuine: new, with a draft, or done."""
        door = self.here.doors.personal(wave.questionnaire_id)
        if door is None:
            return self.here.refuse()
        entry = self.entry(door, ticket, channel)
        if entry is None:
            return self.closed()
        used = self.here.recorder.read(
            "SELECT day FROM ballot WHERE wave_id = ? AND nullifier = ?", (ticket.wave_id, ticket.nullifier)
        )
        if used is not None:
            if entry.can_change and channel != "receipt":  # a receipt is left lying about
                return self.changes.done(entry, ticket, wave, used[0], self._frame())
            sure = not turning_away.may_have(self.here.doors, door)
            return self.page(lambda frame: closing.submitted(frame, used[0], sure=sure))
        saved = drafts.load(self.here.recorder, ticket)
        paper = self.here.doors.paper(saved.version_id) if saved else None
        if paper is None or is_looser(paper.definition.mode, door.mode):
            saved = None
        return self.here.enter(entry, saved)

    def reopen(self) -> Response:
        """The bare address, reloaded: what this tab kept goes on, else the link has to be opened again."""
        frame = self._frame()
        return self.here.page(Reply(200, closing.reopen(frame), script=assets.reopen_script()), frame.chain)

    # --- POST -------------------------------------------------------------------------------------------------------
    def answer(self, _code: str) -> Response:
        """The next document; the code that counts stands in the form."""
        form = self.here.form()
        if isinstance(form, Response):
            return form
        claimed, waves = incoming.claimed_wave(one(form, "_t")), self.here.doors.waves()
        wave = waves.get(claimed) if claimed is not None else None
        ticket = ballots.open_ticket(self.here.vault, one(form, "_t"))
        if ticket is None or wave is None or not ticket.is_personal:
            if wave is not None and claimed is not None and self.here.vault.wave(claimed) is None:
                return self.here.ended(wave, form)
            return self.wrong()
        door, channel = self.here.doors.personal(wave.questionnaire_id), one(form, "_w")
        entry = self.entry(door, ticket, channel if channel in CHANNELS else "sms") if door else None
        if entry is None:
            return self.here.ended(wave, form)
        if entry.invitation_id is not None and entry.invitation_id not in self._opened:
            arriving.note_opened(self.here.recorder, entry.invitation_id, entry.door.mode)
            self._opened.add(entry.invitation_id)
        if entry.can_change and STATE in form:
            return self.changes.answer(entry, ticket, wave, form)
        if entry.can_change and one(form, "go") == TAKE_BACK:
            return self.changes.take_back(entry, ticket, self._frame(incoming.posted_language(form, PAGE_LANGUAGES)))
        return self.here.take(entry, form)

    # --- who it is --------------------------------------------------------------------------------------------------
    def entry(self, door: Door, ticket: Ticket, channel: str) -> Entry | None:
        """How this person comes in; None when the invitation was taken back. Anonymous ones are never looked up."""
        there = replace(door, code=ticket.door, shop_id=ticket.shop_id)
        found = None
        if door.mode != "anonymous":
            found = self.here.doors.invitation(ballots.code_index(self.here.vault, ticket.code))
            if found is not None and found.cancelled:
                return None
        return Entry(
            there,
            ticket,
            home=HOME,
            carried={"_w": channel},
            facts=arriving.facts_of(self.here.vault, found),
            invitation_id=found.id if found else None,
            stored_way=lambda: Way(channel, True),  # an anonymous answer holds it back (responses.holding)
        )

    # --- replies ----------------------------------------------------------------------------------------------------
    def wrong(self) -> Response:
        """The same 404 for everything that is no code; who tries many waits."""
        person = incoming.address_of(incoming.asked.get(), self.here.settings.trusted_hops)
        if self.bad_codes.is_full(person) and self._slowed.acquire(blocking=False):
            try:
                time.sleep(self.slow_seconds)
            finally:
                self._slowed.release()
        self.bad_codes.count(person)
        return self.here.refuse()

    def closed(self) -> Response:
        """The wave takes no more answers, whatever else is wrong with the code."""
        return self.page(lambda frame: closing.closed(frame, {}), status=410)

    def page(self, make: Callable[[Frame], str], status: int = 200) -> Response:
        """A closing page in the browser's language."""
        frame = self._frame()
        return self.here.page(Reply(status, make(frame)), frame.chain)

    def _frame(self, language: str = "") -> Frame:
        language = language or incoming.language_of(incoming.asked.get(), PAGE_LANGUAGES)
        return Frame(self.here.doors.chain(), language, languages=PAGE_LANGUAGES)
