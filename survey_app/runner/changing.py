"""Changing one's own answer for half an hour, and taking it back: by the personal link, never in anonymous mode.

The pages are those of the questionnaire, filled with what is stored, of the version that was answered. What is typed travels in
the form, sealed, until it replaces the answer in one transaction; looking writes nothing. In anonymous mode nothing leads from a
link to an answer, so none of this can exist there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Response as Answer
from sqlalchemy import select

from survey_app import clock
from survey_app.questionnaire.question_types.hidden import Hidden, OrderData
from survey_app.questionnaire.routing import Path, path
from survey_app.responses import ballots, flags, links, order_data, recordings, revising, uploads
from survey_app.responses.ballots import Ticket
from survey_app.responses.models import RANDOM_BITS, Ballot, Comment, Response, ResponseLink
from survey_app.responses.recording import Outcome, comment_place
from survey_app.runner import answering, assets, changing_marks, changing_pages, closing, incoming, turning_away
from survey_app.runner.answering import REVIEW, Reply, Sitting, State
from survey_app.runner.changing_marks import SECONDS, Begun
from survey_app.runner.doors import Paper, WaveTerms, is_closed, is_looser
from survey_app.runner.entering import Entry
from survey_app.runner.forms import Form, number, one
from survey_app.runner.frame import PAGE_LANGUAGES, Frame
from survey_app.runner.keeping import Sealed
from survey_app.runner.sheet import arrangement, pages_in_order
from survey_app.vault import UNREADABLE

if TYPE_CHECKING:
    from survey_app.runner.views import Respondents

STATE = "_d"  # the hidden field with what was filled in so far


@dataclass(frozen=True, slots=True)
class Found:
    """The answer behind a personal link. `at`: the hour or the second of its submit. `before`: the ballot's nonce hash."""

    id: int
    version_id: int
    mode: str
    language: str
    answers: dict[str, Any]
    at: datetime
    before: bytes


def find(here: "Respondents", ticket: Ticket, invitation_id: int | None) -> Found | None:
    """The answer that this link gave; None in anonymous mode, and when it is not there any more. Raises Busy.

    No column leads from a link to its answer: wave, shop, day and order seed leave one or two, and the sealed link tells which.
    """
    if invitation_id is None:
        return None
    b, r, k = Ballot.__table__.c, Response.__table__.c, ResponseLink.__table__.c
    used = here.doors.rows(
        select(b.nonce_hash, b.day).where(b.wave_id == ticket.wave_id, b.nullifier == ticket.nullifier)
    )
    if not used or used[0].day is None:
        return None
    rows = here.doors.rows(
        select(r.id, r.version_id, r.mode, r.language, r.answers, k.sealed_link, k.answered_at)
        .join_from(Response.__table__, ResponseLink.__table__, k.response_id == r.id)
        .where(
            r.wave_id == ticket.wave_id,
            r.shop_id == ticket.shop_id if ticket.shop_id is not None else r.shop_id.is_(None),
            r.id >= used[0].day << RANDOM_BITS,
            r.id < (used[0].day + 1) << RANDOM_BITS,
            r.order_seed == ballots.order_seed(ticket),
            r.mode != "anonymous",
        )
    )
    for row in rows:
        if links.opened(here.vault, response_id=row.id, sealed_link=row.sealed_link) == invitation_id:
            return Found(
                row.id, row.version_id, row.mode, row.language, row.answers, row.answered_at, bytes(used[0].nonce_hash)
            )
    return None


@dataclass(slots=True)
class Changing(Sealed):
    """Where the state of a change lives: in the form, sealed. Recordings are kept under the code, as before a submit."""

    found: Found | None = None
    begun: Begun | None = None
    hidden: dict[str, str] = field(default_factory=dict)

    def load(self) -> State | None:
        """What the form brought."""
        if self.begun is None:
            return None
        return State.of({k: v for k, v in self.begun.state.items() if k != "number"}, self.begun.state["number"])

    def save(self, state: State, last_question: str) -> None:
        """Into the next page."""
        assert self.begun is not None
        self.begun = Begun(self.begun.since, self.begun.before, state.content() | {"number": state.number})
        self.hidden[STATE] = changing_marks.seal(self.ticket, self.begun)

    def so_far(self) -> Outcome | None:
        """The code was used, and may be."""
        return None

    def is_deleted(self) -> bool:
        """Whether the answer was taken back since."""
        return self.found is None

    def full_quota(self, way: Path) -> str:
        """Whoever changes an answer was taken already."""
        return ""

    def turned_away_by(self) -> str:
        """Nobody was."""
        return ""

    def submit(self, sitting: Sitting, way: Path, layout: str) -> Outcome:
        """Replace the answer."""
        if self.found is None or self.begun is None:
            return Outcome.GONE
        return revising.revise(
            self.recorder,
            revising.Revision(
                ticket=self.ticket,
                response_id=self.found.id,
                before=self.begun.before,
                nonce=self.nonce,
                status=way.outcome,
                straightline=flags.straightline(way.answers, self.paper.batteries),
                answers=order_data.kept(self.paper.definition, way.answers, self.entry.door.mode),
                texts=way.texts,
                spoken=recordings.spoken_in(way.texts, self.paper.spoken) if self.paper.spoken else None,
                files=uploads.named_in(way.answers, self.paper.files) if self.paper.files else None,
                claims=turning_away.claims(self.paper, way, strict=False),
            ),
        )


class Changes:
    """The views. `here`: doors, keys, recorder and pages of the respondent's side."""

    def __init__(self, here: "Respondents") -> None:
        self.here = here

    # --- GET --------------------------------------------------------------------------------------------------------
    def done(self, entry: Entry, ticket: Ticket, wave: WaveTerms, day: int | None, frame: Frame) -> Answer:
        """A used link, opened: what can be done with the answer, the form filled with it, or the form that deletes it."""
        found, environ = find(self.here, ticket, entry.invitation_id), incoming.asked.get()
        if found is None:
            sure = not turning_away.may_have(self.here.doors, entry.door)
            return self._page(200, closing.submitted(frame, day, sure=sure), frame)
        if incoming.query_value(environ, "x"):
            return self._page(200, changing_pages.take_back(frame, ticket.code, entry.home), frame)
        since = changing_marks.read(ticket, incoming.query_value(environ, "e"))
        # a mark that does not fit what is stored is none: the answer's mode was tightened, or its clock was another
        if since is None or links.answered_at(found.mode, since) != found.at:
            return self._page(200, closing.submitted(frame, day, self._acts(frame, ticket, found, None)), frame)
        paper, now = self.here.doors.paper(found.version_id), clock.epoch_seconds()
        if paper is None or is_closed(entry.door, wave, now=now) or is_looser(paper.definition.mode, entry.door.mode):
            return self._page(410, closing.closed(frame, {}), frame)
        if now >= since + SECONDS:
            return self._page(410, changing_pages.too_late(frame, {}, self._acts(frame, ticket, found, None)), frame)
        return self._filled(entry, ticket, paper, found, since)

    def _filled(self, entry: Entry, ticket: Ticket, paper: Paper, found: Found, since: int) -> Answer:
        languages = paper.definition.languages
        asked = incoming.query_value(incoming.asked.get(), "l")
        language = asked if asked in languages else found.language if found.language in languages else languages[0]
        frame = Frame(self.here.doors.chain(), language, languages=languages, home=entry.home, scripts=paper.scripts)
        state = self._state_of(paper, found, since, incoming.facts_of(paper, entry.facts), _order(paper, ticket))
        keeper = self._keeper(entry, ticket, paper, ballots.new_nonce(), found, Begun(since, found.before, {}))
        keeper.hidden |= {"_t": ticket.code, "_n": keeper.nonce}
        keeper.save(state, "")
        sitting = self._sitting(keeper, frame, {}, state.answers)
        return self.here.page(answering.resumed(sitting, state), frame.chain)

    def _state_of(self, paper: Paper, found: Found, since: int, facts: dict[str, str], order: int) -> State:
        """The stored answer as the state of somebody who has filled in everything. `facts`: answers keep less of an order."""
        c = Comment.__table__.c
        texts = {}
        for row in self.here.doors.rows(select(c.variable, c.redacted, c.raw).where(c.response_id == found.id)):
            raw = (
                self.here.vault.unseal(row.raw, place=comment_place(found.id, row.variable)) if row.raw else UNREADABLE
            )
            texts[row.variable] = row.redacted if raw == UNREADABLE else raw
        answers = found.answers | facts
        way = path(paper.definition, answers, texts)
        on_way = {page.index for page in way.pages}
        start = next((index for index in pages_in_order(paper.definition, order) if index in on_way), 0)
        return State(
            page=REVIEW if paper.reviewed else str(start),
            answers=answers,
            texts=texts,
            seen=[q.name for page in way.pages for q in page.questions if q.asks],
            reviewed=paper.reviewed,
            issued=since,
        )

    # --- POST -------------------------------------------------------------------------------------------------------
    def answer(self, entry: Entry, ticket: Ticket, wave: WaveTerms, form: Form) -> Answer:
        """The next document of a change."""
        begun, nonce = changing_marks.unseal(ticket, one(form, STATE)), one(form, "_n")
        found, now = find(self.here, ticket, entry.invitation_id), clock.epoch_seconds()
        version = found.version_id if found else number(form, "_v", digits=9) or 0
        paper, chain = self.here.doors.paper(version), self.here.doors.chain()
        if (
            begun is None
            or paper is None
            or paper.questionnaire_id != wave.questionnaire_id
            or not ballots.is_nonce(nonce)
        ):
            frame = Frame(chain, incoming.posted_language(form, PAGE_LANGUAGES))
            return self._page(400, closing.damaged(frame), frame)
        languages = paper.definition.languages
        frame = Frame(chain, incoming.posted_language(form, languages), incoming.posted_size(form), languages,
                      home=entry.home, scripts=paper.scripts, aloud=incoming.posted_aloud(form))  # fmt: skip
        keeper = self._keeper(entry, ticket, paper, nonce, found, begun)
        stored = found is not None and self.here.recorder.so_far(ticket, nonce) is Outcome.RETRY
        if not stored and (refused := self._refused(entry, ticket, wave, keeper, frame, form, now)):
            return refused
        if incoming.asked.get()["QUERY_STRING"] == "draft=1":
            return Answer(status=204, headers={"Cache-Control": "no-store"})  # nothing is kept before the submit
        keeper.hidden |= {name: one(form, name) for name in ("_t", "_n", STATE)}
        sitting = self._sitting(keeper, frame, form, begun.state["answers"], now)
        sitting.acts = self._acts(frame, ticket, found, begun.since) if found else ""
        reply = answering.reply(sitting)
        if not reply.thanks:
            return self.here.page(reply, chain)
        return self._page(200, changing_pages.changed(frame, sitting.acts), frame)

    def _refused(
        self, entry: Entry, ticket: Ticket, wave: WaveTerms, keeper: Changing, frame: Frame, form: Form, now: int
    ) -> Answer | None:
        """The page of a change that comes too late, with what was typed."""
        assert keeper.begun is not None
        typed = answering.typed_words(keeper.paper, form)
        if is_closed(entry.door, wave, now=now, issued=keeper.begun.since):
            return self._page(410, closing.closed(frame, typed), frame)
        if now >= keeper.begun.since + SECONDS:
            acts = self._acts(frame, ticket, keeper.found, None) if keeper.found else ""
            return self._page(410, changing_pages.too_late(frame, typed, acts), frame)
        return None

    def take_back(self, entry: Entry, ticket: Ticket, frame: Frame) -> Answer:
        """Delete the answer; twice is once."""
        found = find(self.here, ticket, entry.invitation_id)
        if found is not None:
            revising.take_back(self.here.recorder, wave_id=ticket.wave_id, response_id=found.id)
        elif self.here.recorder.ballot_nonce(ticket.wave_id, ticket.nullifier) is None:
            return self.here.refuse()  # nothing was answered: no page of ours sends this
        return self._page(200, changing_pages.taken_back(frame), frame)

    # --- after a submit ---------------------------------------------------------------------------------------------
    def thank(self, sitting: Sitting, entry: Entry, ticket: Ticket, rc: str, reply: Reply) -> Answer:
        """The page of thanks with what can be done now. An earlier try's second is known no more finely than its mode keeps."""
        frame, definition = sitting.frame, sitting.paper.definition
        if reply.again:
            found = find(self.here, ticket, entry.invitation_id)
            acts = self._acts(frame, ticket, found, None) if found else ""
        else:
            acts = self._links(frame, ticket, int(sitting.now))
        front, rest = closing.thanks(frame, definition, entry.door.mode, acts).split(closing.CODE_HOLE)
        return self._page(200, front + rc + rest, frame)

    # --- small things -----------------------------------------------------------------------------------------------
    def _acts(self, frame: Frame, ticket: Ticket, found: Found, since: int | None) -> str:
        return self._links(frame, ticket, int(found.at.timestamp()) if since is None else since)

    @staticmethod
    def _links(frame: Frame, ticket: Ticket, since: int) -> str:
        open_still = clock.epoch_seconds() < since + SECONDS
        return changing_pages.acts(
            frame, address=f"{assets.PERSONAL_HOME}{ticket.code}",
            mark=changing_marks.minted(ticket, since) if open_still else "", until=changing_pages.time_of(since),
        )  # fmt: skip

    def _keeper(
        self, entry: Entry, ticket: Ticket, paper: Paper, nonce: str, found: Found | None, begun: Begun
    ) -> Changing:
        person = incoming.address_of(incoming.asked.get(), self.here.settings.trusted_hops)
        return Changing(
            self.here.recorder,
            ticket,
            entry,
            paper,
            begun.since,
            nonce,
            "",
            0,
            clock.epoch_seconds(),
            person,
            found,
            begun,
        )

    @staticmethod
    def _sitting(
        keeper: Changing, frame: Frame, form: Form, answers: Mapping[str, Any], now: float | None = None
    ) -> Sitting:
        paper, entry = keeper.paper, keeper.entry
        order = _order(paper, keeper.ticket)
        given = (q.name for q in paper.definition.questions if isinstance(q, Hidden | OrderData))
        assert keeper.begun is not None
        return Sitting(
            frame, paper, form, keeper, keeper.hidden, order, {n: answers[n] for n in given if n in answers}, entry.door.mode,
            keeper.now if now is None else now, "no", until=changing_pages.time_of(keeper.begun.since),
        )  # fmt: skip

    def _page(self, status: int, html: str, frame: Frame) -> Answer:
        return self.here.page(Reply(status, html), frame.chain)


def _order(paper: Paper, ticket: Ticket) -> int:
    """Which of the random orders this person sees."""
    return arrangement(ballots.order_seed(ticket)) if paper.arranged else 0


__all__ = ["STATE", "Changes", "find"]
