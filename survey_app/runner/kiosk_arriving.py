"""What a counter tablet sends: whole answers, perhaps days old, and break-offs. The same engine checks them as on every page.

`N` follows from the tablet and the UUID of the answer, so an answer that is sent again (its reply was lost) is recognised by its
ballot. The tablet's own day picks the wave. Only what can never be taken is refused; everything else is tried again.
"""

import re
from dataclasses import dataclass
from typing import Any

from survey_app import clock
from survey_app.errors import Busy
from survey_app.languages import N_, translator
from survey_app.questionnaire import validation
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.routing import Path, path
from survey_app.responses import ballots, drafts, flags
from survey_app.responses.ballots import Ticket
from survey_app.responses.recording import Outcome, Recorder, Submission
from survey_app.runner import answering, incoming, turning_away
from survey_app.runner.doors import Door, Doors, Paper, Tablet
from survey_app.runner.forms import Form, number, one
from survey_app.vault import Vault

CHANNEL = "kiosk"
OLDEST_DAYS = 7
_RANDOM = re.compile(r"[0-9a-f]{32}", re.ASCII)

DAY = N_("平板的日期不对，或者这份回答超过 7 天才上传。")
CLOSED = N_("填写那天，问卷已经关闭或还没有开放。")
VERSION = N_("这份回答属于另一份问卷：平板换过问卷。")
INVALID = N_("答案与问卷不符：%(names)s。")
TAKEN = N_("这个编号已经保存过另一份回答。")


class Damaged(Exception):
    """Something was lost on the way, or this is not from our page: the tablet tries again."""


class Refused(Exception):
    """This can never be taken. `sentence`: catalogue key, with values."""

    def __init__(self, sentence: str, **values: str) -> None:
        super().__init__(sentence)
        self.sentence, self.values = sentence, values


@dataclass(frozen=True, slots=True)
class Parcel:
    """One posted item, as far as it says itself."""

    answer: str
    nonce: str
    version_id: int
    day: int
    form: Form

    @classmethod
    def of(cls, form: Form) -> "Parcel":
        """Raises Damaged."""
        version, day = number(form, "_v", digits=9), number(form, "_day", digits=6)
        answer, nonce = one(form, "_d"), one(form, "_n")
        if form.get("_end") != ["1."] or version is None or day is None:
            raise Damaged
        if not _RANDOM.fullmatch(answer) or not _RANDOM.fullmatch(nonce):
            raise Damaged
        return cls(answer, nonce, version, day, form)


@dataclass(frozen=True, slots=True)
class Counter:
    """What takes parcels: doors, keys, recorder."""

    doors: Doors
    vault: Vault
    recorder: Recorder

    def take(self, tablet: Tablet, parcel: Parcel, *, now: int) -> None:
        """Store it, or find it stored. Raises Refused, Damaged, errors.Busy. `now`: seconds since 1970."""
        door, paper = self.doors.door(tablet.code), self.doors.paper(parcel.version_id)
        if door is None or paper is None or paper.questionnaire_id != door.questionnaire_id:
            raise Refused(VERSION)
        ticket = self._ticket(tablet, door, parcel, now)
        if "_left" in parcel.form:
            self._break_off(ticket, door, paper, parcel)
            return
        outcome = self.recorder.so_far(ticket, parcel.nonce)
        if outcome is None:
            outcome = self.recorder.submit(self._submission(ticket, door, paper, parcel, now))
        if outcome is Outcome.TAKEN:
            raise Refused(TAKEN)

    def _ticket(self, tablet: Tablet, door: Door, parcel: Parcel, now: int) -> Ticket:
        today = clock.day_of_epoch(now)
        if not today - OLDEST_DAYS <= parcel.day <= today + 1:  # its clock may run ahead a little
            raise Refused(DAY)
        wave_id = self.doors.month_wave(door.questionnaire_id, clock.month_of(clock.date_from_day(parcel.day)))
        if wave_id is None:
            raise Busy  # the worker makes it within the hour; another wave would be another ballot
        try:
            return ballots.device_code(
                self.vault, wave_id=wave_id, device_id=tablet.id, answer=parcel.answer, door=door.code
            )
        except KeyError as error:
            raise Refused(DAY) from error

    def _break_off(self, ticket: Ticket, door: Door, paper: Paper, parcel: Parcel) -> None:
        last = one(parcel.form, "_left")
        if last not in paper.definition.by_name:
            raise Damaged
        drafts.save(
            self.recorder, ticket, number=0, shop_id=door.shop_id, version_id=paper.version_id, last_question=last,
            day=parcel.day, content={},
        )  # fmt: skip

    def _submission(self, ticket: Ticket, door: Door, paper: Paper, parcel: Parcel, now: int) -> Submission:
        form = parcel.form
        if _was_shut(door, parcel.day):
            raise Refused(CLOSED)
        way = _read(paper.definition, form, parcel.day)
        languages = paper.definition.languages
        taken = number(form, "_s", digits=6)
        chain = self.doors.chain()
        return Submission(
            ticket=ticket,
            nonce=parcel.nonce,
            rc=ballots.new_delete_code(),  # nobody is told: the next person at the counter would see it
            version_id=paper.version_id,
            mode=door.mode,
            shop_id=door.shop_id,
            place=door.place,
            channel=CHANNEL,
            language=incoming.posted_language(form, languages),
            day=min(parcel.day, clock.day_of_epoch(now)),
            speed=flags.speed(paper.seconds if taken is None else taken, paper.seconds),
            straightline=flags.straightline(way.answers, paper.batteries),
            consent_version=min(number(form, "_u", digits=9) or 0, chain.consent_version),
            answers=way.answers,
            texts=way.texts,
            layout=answering.layout_of(paper, one(form, "_y"), incoming.posted_size(form)),
            status=way.outcome,
            claims=turning_away.claims(paper, way, strict=False),  # it was thanked on the tablet, perhaps days ago
        )


def _was_shut(door: Door, day: int) -> bool:
    """Whether the door took no answers on that day. On the day of its end everything is still taken."""
    ends = [moment for moment in (door.closed_at, door.closes_at, door.retired_at) if moment is not None]
    if ends and day > clock.day_of_epoch(int(min(ends))):
        return True
    return door.opens_at is not None and day < clock.day_of_epoch(int(door.opens_at))


def _read(definition: Definition, form: Form, day: int) -> Path:
    """The way through the questionnaire that this form went, page by page. Raises Refused."""
    owners = {name: q.name for q in definition.questions for name in (*q.answer_names(), *q.field_names())}
    today, index = clock.date_from_day(day), -1
    answers: dict[str, Any] = {}
    texts: dict[str, str] = {}
    strange = [key for key in form if key[:1] != "_" and key not in owners]
    strange += [name for name in form.get("_q", ()) if name not in definition.page_of]
    wrong: list[str] = strange[:5]
    while (page := path(definition, answers, texts).next_page(index)) is not None and not wrong:
        index = page.index
        part: Form = {key: form[key] for key in form if definition.page_of.get(owners.get(key, "")) == index}
        part |= {"_q": [name for name in form.get("_q", ()) if definition.page_of.get(name) == index], "_end": ["1."]}
        result = validation.page_form(definition, index).read(part, answers, texts, today=today)
        if result.damaged is not None:
            wrong = [result.damaged]
        wrong += [problem.variable for problem in result.problems] + result.new_questions
        answers, texts = result.answers, result.texts
    way = path(definition, answers, texts)
    wrong = wrong or [
        problem.variable for problem in validation.complete(definition, answers, texts, today=today, way=way)
    ]
    if wrong:
        raise Refused(INVALID, names=", ".join(wrong[:5]))
    return way


def in_words(refusal: Refused, language: str) -> str:
    """Why, for the staff at the counter."""
    text = translator(language)(refusal.sentence)
    return text % refusal.values if refusal.values else text
