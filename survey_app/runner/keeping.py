"""Where the state between pages lives: in the sealed draft of a respondent, or in the form of a preview."""

import hashlib
from dataclasses import dataclass, replace

from survey_app import clock, tokens
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire.question_types.files import File
from survey_app.questionnaire.routing import Path
from survey_app.responses import drafts, flags, order_data, recordings, uploads
from survey_app.responses.ballots import Ticket
from survey_app.responses.recording import Outcome, Recorder, Submission
from survey_app.runner import incoming, turning_away
from survey_app.runner.answering import Sitting, State
from survey_app.runner.doors import Paper
from survey_app.runner.entering import Entry
from survey_app.runner.forms import Form, one

_PURPOSE = "preview-state"
_recordings = incoming.Throttle(12)  # a minute and address
_files = incoming.Throttle(30)  # an address may be that of a whole shop
_SECONDS = 24 * 3600


@dataclass(slots=True)
class Sealed:
    """The answers side: drafts sealed with the key of the code, submits by the recorder."""

    recorder: Recorder
    ticket: Ticket
    entry: Entry
    paper: Paper
    issued: int
    nonce: str
    rc: str
    consent_version: int
    now: float
    person: str = ""  # who asks, for the throttle of recordings alone: the address the trusted proxy saw, never kept

    def load(self) -> State | None:
        """The saved state of this code."""
        saved = drafts.load(self.recorder, self.ticket)
        return State.of(saved.content, saved.number) if saved and saved.version_id == self.paper.version_id else None

    def save(self, state: State, last_question: str) -> None:
        """Seal and keep it."""
        drafts.save(
            self.recorder,
            self.ticket,
            number=state.number,
            shop_id=self.entry.door.shop_id,
            version_id=self.paper.version_id,
            last_question=last_question,
            day=clock.day_of_epoch(int(self.now)),
            content=state.content(),
        )

    def so_far(self) -> Outcome | None:
        """Whether the ballot of this code was used, and by this form."""
        found = self.recorder.so_far(self.ticket, self.nonce)
        return Outcome.FULL if found is Outcome.TAKEN and self.turned_away_by() else found

    def is_deleted(self) -> bool:
        """Whether no answer has this form's delete code."""
        rc_hash = hashlib.sha256(self.rc.encode()).digest()
        return self.recorder.read("SELECT 1 FROM response WHERE rc_hash = ?", (rc_hash,)) is None

    def keep_recording(self, variable: str, language: str, body: bytes) -> None:
        """Seal and keep what was spoken, until it is written down."""
        if _recordings.is_full(self.person):
            raise DomainError(N_("录音太频繁，请稍等一分钟再试，或改用文字填写。"))
        _recordings.count(self.person)
        day = clock.day_of_epoch(int(self.now))
        recordings.keep(
            self.recorder, self.recorder.vault, self.ticket, variable=variable, language=language, day=day, body=body
        )

    def keep_file(self, question: File, body: bytes) -> str:
        """Clean, seal and keep what was handed over."""
        if _files.is_full(self.person):
            raise DomainError(N_("上传太频繁，请稍等一分钟再试。"))
        _files.count(self.person)
        day = clock.day_of_epoch(int(self.now))
        return uploads.keep(self.recorder, self.recorder.vault, self.ticket, question=question, day=day, body=body)

    def has_file(self, reference: str) -> bool:
        """Whether a reference leads to a file of this code."""
        return uploads.is_there(self.recorder, self.ticket, reference)

    def full_quota(self, way: Path) -> str:
        """Of the quotas that are certain."""
        claims = turning_away.early_claims(self.paper, way, invited=self.ticket.is_personal)
        return self.recorder.full_quota(claims) if claims else ""

    def turn_away(self, sitting: Sitting, way: Path, name: str) -> Outcome:
        """The ballot is used; of the answers nothing stays."""
        claims = turning_away.early_claims(self.paper, way, invited=self.ticket.is_personal)
        empty = replace(self._submission(sitting, way, ""), claims=claims, answers={}, texts={})
        return self.recorder.turn_away(empty, name)

    def turned_away_by(self) -> str:
        """By the mark of the ballot."""
        names = [quota.name for quota in self.paper.definition.quotas]
        return self.recorder.turned_away_by(self.ticket, self.nonce, names) if names else ""

    def submit(self, sitting: Sitting, way: Path, layout: str) -> Outcome:
        """Store the answers on the path."""
        return self.recorder.submit(self._submission(sitting, way, layout))

    def _submission(self, sitting: Sitting, way: Path, layout: str) -> Submission:
        door, came = self.entry.door, self.entry.way()
        return Submission(
            ticket=self.ticket,
            nonce=self.nonce,
            rc=self.rc,
            version_id=self.paper.version_id,
            mode=door.mode,
            shop_id=door.shop_id,
            place=door.place,
            channel=came.channel,
            verified=came.verified,
            crowd=came.crowd,
            invitation_id=self.entry.invitation_id,
            moment=self.now,
            language=sitting.frame.language,
            day=clock.day_of_epoch(int(self.now)),
            speed=flags.speed(self.now - self.issued, self.paper.seconds),
            straightline=flags.straightline(way.answers, self.paper.batteries),
            consent_version=self.consent_version,
            answers=order_data.kept(self.paper.definition, way.answers, door.mode),
            texts=way.texts,
            layout=layout,
            status=way.outcome,
            claims=turning_away.claims(self.paper, way, invited=self.ticket.is_personal),
            spoken=recordings.spoken_in(way.texts, self.paper.spoken) if self.paper.spoken else None,
            files=uploads.named_in(way.answers, self.paper.files) if self.paper.files else None,
        )


@dataclass(slots=True)
class InForm:
    """A preview: the state travels in the form, signed, and nothing is stored."""

    secret: str
    hidden: dict[str, str]
    state: State | None = None

    @classmethod
    def of(cls, secret: str, form: Form) -> "InForm":
        """From a posted preview page; state that is not ours counts as none."""
        content = tokens.unsign(secret, _PURPOSE, one(form, "_d"), max_age_seconds=_SECONDS)
        return cls(secret, {"_d": one(form, "_d")}, State.of(content, 0) if content else None)

    def load(self) -> State | None:
        """What the form brought."""
        return self.state

    def save(self, state: State, last_question: str) -> None:
        """Into the next page."""
        self.state = state
        self.hidden["_d"] = tokens.sign(self.secret, _PURPOSE, state.content())

    def so_far(self) -> Outcome | None:
        """A preview is never used up."""
        return None

    def is_deleted(self) -> bool:
        """Nothing was stored."""
        return False

    def keep_recording(self, variable: str, language: str, body: bytes) -> None:
        """A preview records nothing; its pages do not offer it."""

    def keep_file(self, question: File, body: bytes) -> str:
        """A preview keeps nothing; its pages do not ask for files."""
        return ""

    def has_file(self, reference: str) -> bool:
        """A preview believes what it made up."""
        return True

    def full_quota(self, way: Path) -> str:
        """A preview counts nothing and turns nobody away."""
        return ""

    def turn_away(self, sitting: Sitting, way: Path, name: str) -> Outcome:
        """Never asked for."""
        return Outcome.FULL

    def turned_away_by(self) -> str:
        """Nobody was."""
        return ""

    def submit(self, sitting: Sitting, way: Path, layout: str) -> Outcome:
        """Nothing is stored."""
        return Outcome.STORED
