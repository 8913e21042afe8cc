"""Which door leads where: collectors, waves, versions, the chain. Read with Core statements, kept for two seconds.

Closing a door therefore takes effect within two seconds. Versions never change and are kept for good. While the database
is away the last known values serve (see `reading`).
"""

import random
import zlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import accumulate
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from survey_app import clock
from survey_app.campaigns.models import Invitation
from survey_app.config import Settings
from survey_app.design.editing.tree import plain
from survey_app.design.models import Questionnaire, Version
from survey_app.distribution.models import Collector, CollectorArm, Device, Wave
from survey_app.organisation.models import ConsentText, Organisation
from survey_app.questionnaire.definition import MODES, Definition
from survey_app.questionnaire.question_types.files import File
from survey_app.questionnaire.question_types.hidden import Hidden
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.rating import Likert, Nps
from survey_app.questionnaire.question_types.writing import LongText
from survey_app.runner.document import keeps_drafts, wants_review
from survey_app.runner.fields import SCRIPTS
from survey_app.runner.frame import Chain
from survey_app.runner.reading import LastKnown, Reader
from survey_app.runner.sheet import is_arranged

_chance = random.SystemRandom()  # not to be foreseen, whatever was drawn before
PERSONAL = "personal"
GRACE_SECONDS = 30 * 60  # a form issued before the close is taken for this long after it


@dataclass(frozen=True, slots=True)
class Door:
    """A collector as the respondent's side needs it. Moments are seconds since 1970."""

    code: str
    kind: str
    questionnaire_id: int
    version_id: int
    shop_id: int | None
    place: str
    closed_at: float | None
    wave_id: int | None  # the wave a page opened now belongs to; None: no wave takes answers
    mode: str  # of the questionnaire: it may have been tightened since the version was published
    arms: tuple[tuple[int, int], ...] = ()  # while two versions are compared: (version, share); usually none
    opens_at: float | None = None  # none of the questionnaire's doors takes answers before
    closes_at: float | None = None  # nor after
    retired_at: float | None = None  # nor while retired
    sites: tuple[str, ...] = ()  # of a widget: origins whose pages may show it in a frame

    def draw(self, seed: int | None = None) -> int:
        """The version for somebody who opens the door now: its own, or one of the arms, by their shares.

        Nothing about the person goes into the draw and nothing about it is kept: no cookie, no key. Who opens the bare link
        again may get the other version. From the first document on the version travels in the page, under the MAC of its
        code, so nobody can change over while answering. `seed` (16 bits of a personal code) draws the same on every open.
        """
        if not self.arms:
            return self.version_id
        ids, shares = zip(*self.arms, strict=True)
        if seed is None:
            return int(_chance.choices(ids, shares)[0])
        place = seed * sum(shares) >> 16
        return next(int(id_) for id_, end in zip(ids, accumulate(shares), strict=True) if place < end)


@dataclass(frozen=True, slots=True)
class Tablet:
    """An enrolled counter tablet. `code`: of its door."""

    id: int
    code: str


@dataclass(frozen=True, slots=True)
class Invited:
    """A confidential or identified invitation. `facts`: order data, sealed; "" for none."""

    id: int
    facts: str
    cancelled: bool


@dataclass(frozen=True, slots=True)
class WaveTerms:
    """What a submit must know of its wave. `ends_at`: the first second that takes no answers, seconds since 1970."""

    questionnaire_id: int
    ends_at: float


@dataclass(frozen=True)
class Paper:
    """A published version, with what is worked out once for it."""

    version_id: int
    questionnaire_id: int
    seconds: int
    definition: Definition

    @cached_property
    def reviewed(self) -> bool:
        """Whether people see their answers before the submit."""
        return wants_review(self.definition)

    @cached_property
    def kept(self) -> str:
        """Whether drafts are saved."""
        return keeps_drafts(self.definition)

    @cached_property
    def arranged(self) -> bool:
        """Whether anything stands in random order."""
        return is_arranged(self.definition)

    @cached_property
    def scripts(self) -> tuple[str, ...]:
        """The scripts that make questions of its types handier."""
        asked = {q.type for q in self.definition.questions}
        return tuple(name for name, types in SCRIPTS.items() if asked & types)

    @cached_property
    def zero_to_ten(self) -> str:
        """The layout that the 0-10 scales of this version ask for: auto or row; "" when there is none."""
        wanted = [
            q.layout if isinstance(q, Nps) else "auto"
            for q in self.definition.questions
            if isinstance(q, Nps) or (isinstance(q, Matrix) and q.cell)
        ]
        return min(wanted, default="")

    @cached_property
    def spoken(self) -> tuple[str, ...]:
        """Questions that may be spoken."""
        return tuple(q.name for q in self.definition.questions if isinstance(q, LongText) and q.speech)

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Questions that take a file."""
        return tuple(q.name for q in self.definition.questions if isinstance(q, File))

    @cached_property
    def parameters(self) -> tuple[Hidden, ...]:
        """Hidden values that a link may carry."""
        return tuple(q for q in self.definition.questions if isinstance(q, Hidden) and q.parameter)

    @cached_property
    def batteries(self) -> tuple[tuple[str, ...], ...]:
        """Variables that share a scale: rows of each matrix, likert items of each scale."""
        groups: dict[str, tuple[str, ...]] = {}
        for question in self.definition.questions:
            if isinstance(question, Matrix):
                groups[f"matrix {question.name}"] = question.answer_names()
            elif isinstance(question, Likert):
                groups[question.scale] = (*groups.get(question.scale, ()), question.name)
        return tuple(groups.values())


class Doors:
    """Reads of the respondent's side. Safe for any number of threads. Every read raises Busy when nothing is known."""

    def __init__(self, settings: Settings) -> None:
        self._reader = Reader(settings)
        self._speaking = bool(settings.transcribe_command)
        self._papers: dict[int, Paper] = {}
        self.last_chain = Chain()  # for pages that must not ask the database; a neutral one before the first read
        self.forget()

    def rows(self, query: Select[Any]) -> list[Any]:
        """What a query of a part of this room finds. Raises Busy."""
        return self._reader.rows(query)

    def forget(self) -> None:
        """Ask everything anew (tests, and after a change by the same process)."""
        self._doors: LastKnown[Door | None] = LastKnown(self._reader)
        self._personal: LastKnown[Door | None] = LastKnown(self._reader)
        self._waves: LastKnown[WaveTerms | None] = LastKnown(self._reader)
        self._all_waves: LastKnown[dict[int, WaveTerms]] = LastKnown(self._reader)
        self._tablets: LastKnown[Tablet | None] = LastKnown(self._reader)
        self._chain: LastKnown[Chain] = LastKnown(self._reader)
        self._logo: LastKnown[tuple[bytes, str] | None] = LastKnown(self._reader)

    def close(self) -> None:
        """Let the connections go."""
        self._reader.close()

    # --- doors ------------------------------------------------------------------------------------------------------
    def door(self, code: str) -> Door | None:
        """The collector with this code, or None."""
        c = Collector.__table__.c
        # the code of a personal door opens nothing: its links have codes of their own
        return self._doors.get(code, lambda: self._read_door(and_(c.code == code, c.kind != PERSONAL)))

    def personal(self, questionnaire_id: int) -> Door | None:
        """The door behind the personal links of a questionnaire; without one of its own it leads to the newest version."""
        return self._personal.get(questionnaire_id, lambda: self._read_personal(questionnaire_id))

    def _read_personal(self, questionnaire_id: int) -> Door | None:
        c = Collector.__table__.c
        found = self._read_door(and_(c.questionnaire_id == questionnaire_id, c.kind == PERSONAL))
        return found or self._newest(questionnaire_id)

    def _newest(self, questionnaire_id: int) -> Door | None:
        q, v = Questionnaire.__table__.c, Version.__table__.c
        rows = self._reader.rows(
            select(v.id, q.mode, q.opens_at, q.closes_at, q.retired_at)
            .join_from(Version.__table__, Questionnaire.__table__, v.questionnaire_id == q.id)
            .where(q.id == questionnaire_id)
            .order_by(v.number.desc())
            .limit(1)
        )
        if not rows:
            return None
        row = rows[0]
        return Door(
            code="",
            kind=PERSONAL,
            questionnaire_id=questionnaire_id,
            version_id=row.id,
            shop_id=None,
            place="",
            closed_at=None,
            wave_id=self._read_accepting_wave(questionnaire_id),
            mode=row.mode,
            opens_at=_seconds(row.opens_at),
            closes_at=_seconds(row.closes_at),
            retired_at=_seconds(row.retired_at),
        )

    def _read_door(self, chosen: ColumnElement[bool]) -> Door | None:
        c, q, a = Collector.__table__.c, Questionnaire.__table__.c, CollectorArm.__table__.c
        running = and_(a.collector_id == c.id, a.ended_at.is_(None))
        rows = self._reader.rows(  # one row, or one for each arm
            select(c.code, c.kind, c.questionnaire_id, c.version_id, c.shop_id, c.place, c.closed_at, c.sites, q.mode)
            .add_columns(a.version_id.label("arm"), a.share, q.opens_at, q.closes_at, q.retired_at)
            .join_from(Collector.__table__, Questionnaire.__table__, c.questionnaire_id == q.id)
            .outerjoin(CollectorArm.__table__, running)
            .where(chosen)
            .order_by(a.version_id)
        )
        if not rows:
            return None
        row = rows[0]
        closed_at = _seconds(row.closed_at)
        return Door(
            row.code,
            row.kind,
            row.questionnaire_id,
            row.version_id,
            row.shop_id,
            row.place,
            closed_at,
            self._read_accepting_wave(row.questionnaire_id),
            row.mode,
            tuple((row.arm, row.share) for row in rows if row.arm is not None),
            _seconds(row.opens_at),
            _seconds(row.closes_at),
            _seconds(row.retired_at),
            tuple(row.sites or ()) if row.kind == "widget" else (),
        )

    def _read_accepting_wave(self, questionnaire_id: int) -> int | None:
        today = clock.china(clock.now()).date()
        w = Wave.__table__.c
        rows = self._reader.rows(
            select(w.id)
            .where(
                w.questionnaire_id == questionnaire_id,
                w.kind == "month",  # those of campaigns take personal links alone
                w.month <= clock.month_of(today),
                w.closes_on >= today,
                w.destroyed_at.is_(None),
            )
            .order_by(w.month.desc())
            .limit(1)
        )
        return rows[0].id if rows else None

    def wave(self, wave_id: int) -> WaveTerms | None:
        """The terms of a wave, or None when there is none."""
        return self._waves.get(wave_id, lambda: self._read_wave(wave_id))

    def _read_wave(self, wave_id: int) -> WaveTerms | None:
        w = Wave.__table__.c
        rows = self._reader.rows(select(w.questionnaire_id, w.closes_on).where(w.id == wave_id))
        return WaveTerms(rows[0].questionnaire_id, _end_of(rows[0].closes_on)) if rows else None

    def month_wave(self, questionnaire_id: int, month: date) -> int | None:
        """The wave of a calendar month, or None when there is none. Months never lose theirs."""
        w = Wave.__table__.c
        rows = self._reader.rows(
            select(w.id).where(w.questionnaire_id == questionnaire_id, w.kind == "month", w.month == month)
        )
        return rows[0].id if rows else None

    def tablet(self, token_hash: bytes) -> Tablet | None:
        """The enrolled tablet with this cookie; None when there is none or it was revoked."""
        return self._tablets.get(token_hash, lambda: self._read_tablet(token_hash))

    def _read_tablet(self, token_hash: bytes) -> Tablet | None:
        d, c = Device.__table__.c, Collector.__table__.c
        rows = self._reader.rows(
            select(d.id, c.code)
            .join_from(Device.__table__, Collector.__table__, d.collector_id == c.id)
            .where(d.token_hash == token_hash, d.revoked_at.is_(None))
        )
        return Tablet(rows[0].id, rows[0].code) if rows else None

    def invitation(self, code_index: bytes) -> Invited | None:
        """The confidential or identified invitation of a link code, by its keyed index."""
        i = Invitation.__table__.c
        rows = self._reader.rows(select(i.id, i.facts, i.cancelled).where(i.code_index == code_index))
        return Invited(rows[0].id, rows[0].facts, rows[0].cancelled) if rows else None

    def waves(self) -> dict[int, WaveTerms]:
        """The terms of every wave. Asked whatever a code says, so that what is refused costs the same (T1)."""
        return self._all_waves.get("all", self._read_waves)

    def _read_waves(self) -> dict[int, WaveTerms]:
        w = Wave.__table__.c
        rows = self._reader.rows(select(w.id, w.questionnaire_id, w.closes_on))
        return {row.id: WaveTerms(row.questionnaire_id, _end_of(row.closes_on)) for row in rows}

    # --- papers -----------------------------------------------------------------------------------------------------
    def paper(self, version_id: int) -> Paper | None:
        """A published version."""
        found = self._papers.get(version_id)
        if found is None:
            v = Version.__table__.c
            rows = self._reader.rows(
                select(v.id, v.questionnaire_id, v.seconds, v.definition).where(v.id == version_id)
            )
            if not rows:
                return None
            row = rows[0]
            found = Paper(row.id, row.questionnaire_id, row.seconds, Definition.from_json(row.definition))
            if len(self._papers) >= 256:
                self._papers.clear()
            self._papers[version_id] = found
        return found

    def known_paper(self, version_id: int) -> Paper | None:
        """A published version that this process has read before. Never asks the database."""
        return self._papers.get(version_id)

    def draft_of(self, questionnaire_id: int) -> Definition | None:
        """The draft of a questionnaire as it stands now, for the preview."""
        q = Questionnaire.__table__.c
        rows = self._reader.rows(select(q.draft).where(q.id == questionnaire_id))
        return Definition.from_json(plain(rows[0].draft)) if rows else None

    # --- the chain --------------------------------------------------------------------------------------------------
    def chain(self) -> Chain:
        """The organisation; the same object as long as nothing changed."""
        return self._chain.get("chain", self._read_chain)

    def _read_chain(self) -> Chain:
        o, t = Organisation.__table__.c, ConsentText.__table__.c
        rows = self._reader.rows(select(o.name, o.name_en, o.help_phone, o.brand, o.brand_soft, o.logo, o.sample))
        texts = self._reader.rows(select(t.id, t.texts).order_by(t.id.desc()).limit(1))
        if not rows:
            return self.last_chain
        row = rows[0]
        chain = Chain(
            name=row.name,
            name_en=row.name_en,
            help_phone=row.help_phone,
            brand=row.brand,
            soft=row.brand_soft,
            logo_key=_key(row.logo),
            consent_version=texts[0].id if texts else 0,
            consent_texts=texts[0].texts if texts else {},
            sample=bool(row.sample),
            speaking=self._speaking,
        )
        if chain != self.last_chain:
            self.last_chain = chain
        return self.last_chain

    def logo(self) -> tuple[bytes, str] | None:
        """The logo and its content type."""
        return self._logo.get("logo", self._read_logo)

    def _read_logo(self) -> tuple[bytes, str] | None:
        o = Organisation.__table__.c
        rows = self._reader.rows(select(o.logo, o.logo_type))
        return (bytes(rows[0].logo), rows[0].logo_type) if rows and rows[0].logo else None


def _end_of(day: date) -> float:
    """The first second after a day in China, seconds since 1970."""
    return float((clock.day_from_date(day) + 1) * 86_400 - 8 * 3_600)


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _key(logo: bytes | None) -> str:
    return f"{zlib.crc32(logo):08x}" if logo else ""


def is_closed(door: Door, wave: WaveTerms | None, *, now: float, issued: float | None = None) -> bool:
    """Whether the door takes nothing any more; a form issued before the close has half an hour."""
    known = (door.closed_at, door.closes_at, door.retired_at, wave.ends_at if wave else None)
    ends = [moment for moment in known if moment is not None]
    if not ends or now < min(ends):
        return False
    return issued is None or issued >= min(ends) or now >= min(ends) + GRACE_SECONDS


def is_early(door: Door, *, now: float) -> bool:
    """Whether the questionnaire takes answers later, but not yet."""
    return door.opens_at is not None and now < door.opens_at


def is_looser(mode: str, promised: str) -> bool:
    """Whether a version shows more of its respondents than the questionnaire promises now: it was tightened since."""
    return MODES.index(mode) > MODES.index(promised)
