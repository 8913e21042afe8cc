"""A town where few answer: shops of 10 to 300 invited, one answer in twenty to one in three, and two reminders to all others.

The attacker has the database alone, at one moment, and no keys: who was written to where, when and by which channel, and whose
reminders were never made. Who has none answered before it was due.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import insert, select

from survey_app import clock, web
from survey_app.campaigns.models import Invitation
from survey_app.database import db, next_ids
from survey_app.design import drafting, publishing
from survey_app.distribution import waves
from survey_app.events import COMMAND_LINE
from survey_app.messaging.models import Message
from survey_app.organisation.models import Region, Shop
from survey_app.people import contacts
from survey_app.people.contacts import NewContact
from survey_app.questionnaire.loading import load_definition
from survey_app.responses import ballots, settling
from survey_app.responses.models import Response
from tests.anonymity.town import _filled

PAUSE = 3  # days before each of two reminders
WAITS = 2.5  # days, on average, until somebody answers who does
ONCE, TRIGGER = 0, 1
SIZES, RATES = (10, 20, 40, 80, 150, 300), (0.05, 0.1, 0.2, 0.35)
PAPER = """
format: 1
name: low
title: {zh-CN: 购药评价}
languages: [zh-CN]
pages:
  - questions:
      - {name: person, type: number, min: 0, max: 99999, required: true, text: {zh-CN: 号码}}
"""


@dataclass
class Invited:
    """Somebody who was written to. `answers_on`: the day on which they mean to answer, None for most."""

    number: int
    wave_id: int
    shop_id: int
    channel: str
    sent_on: int
    answers_on: int | None
    invitation_id: int = 0
    code: str = ""
    answered: bool = False
    reminded_on: list[int] = field(default_factory=list)


@dataclass
class LowTown:
    """The people, and where the next day begins."""

    start: datetime
    questionnaire_id: int
    waves: tuple[int, int]
    people: list[Invited]
    runner: Flask
    dice: random.Random

    @property
    def first(self) -> int:
        return clock.day_number(self.start)


def found(runner: Flask, *, shops_of_each: int, seed: int) -> LowTown:
    """Shops of every size and rate, a mailing to all at once, and purchases: one a day and shop, or ten. Commits."""
    start = clock.now().replace(hour=2, minute=0, day=1) + timedelta(days=32)
    start, dice = start.replace(day=1), random.Random(seed)
    with time_machine.travel(start, tick=True):
        definition = load_definition(PAPER.encode(), file="low.yaml")
        questionnaire = drafting.load_file(definition=definition, by=COMMAND_LINE, now=start)
        publishing.publish(questionnaire=questionnaire, by=COMMAND_LINE, now=start)
        month = clock.month_of(clock.china(start).date())
        made = [
            waves.ensure_wave(questionnaire_id=questionnaire.id, now=start, month=one).id
            for one in (month, clock.next_month(month))
        ]
        kinds = [(size, rate, size) for size in SIZES for rate in RATES] + [(20, rate, 1) for rate in RATES * 3]
        kinds += [(200, rate, 10) for rate in (0.1, 0.35)]
        kinds *= shops_of_each
        region = Region(code="east", name="华东")
        db.session.add(region)
        db.session.flush()
        shops = [Shop(code=f"s{n}", name=f"{n}号店", region_id=region.id) for n in range(len(kinds))]
        db.session.add_all(shops)
        db.session.commit()
        town = LowTown(start, questionnaire.id, (made[0], made[1]), [], runner, dice)
        for shop_id, (size, rate, a_day) in zip([shop.id for shop in shops], kinds, strict=True):
            wave_id = made[ONCE if a_day == size else TRIGGER]
            for place in range(size):
                sent = town.first + place // a_day
                comes = sent + int(dice.expovariate(1 / WAITS)) if dice.random() < rate else None
                channel = "email" if dice.random() < 0.15 else "sms"
                town.people.append(Invited(len(town.people), wave_id, shop_id, channel, sent, comes))
    return town


def live(town: LowTown, days: Iterable[int]) -> None:
    """These days go by: invitations, reminders, answers; at night the order of arrival is forgotten."""
    for day in days:
        with time_machine.travel(town.start + timedelta(days=day), tick=True):
            town.runner.extensions["respondents"].doors.forget()
            _write(town, town.first + day)
            coming = [one for one in town.people if one.answers_on == town.first + day]
            town.dice.shuffle(coming)
            client = town.runner.test_client()
            for one in coming:
                address = f"/i/{one.code}" + ("?c=e" if one.channel == "email" else "")
                page = client.post("/i/", data=_filled(client.get(address).text, person=str(one.number), go="submit"))
                assert page.status_code == 200 and "class=code" in page.text
                one.answered = True
        night = town.start + timedelta(days=day, hours=15)
        with time_machine.travel(night, tick=True):
            settling.forget_arrivals(now=clock.now())
            db.session.remove()


def _write(town: LowTown, today: int) -> None:
    now = clock.now()
    new = [one for one in town.people if one.sent_on == today]
    due = [
        one
        for one in town.people
        if not one.answered and len(one.reminded_on) < 2 and one.sent_on + PAUSE * (len(one.reminded_on) + 1) == today
    ]
    rows = []
    if new:
        phones = [f"+86139{one.number:08}" for one in new]
        known = [
            NewContact(name=f"顾客{one.number}", phone=p, sms_consent=True) for one, p in zip(new, phones, strict=True)
        ]
        owners = contacts.upsert_contacts(known, now=now, source="import:1")
        for one, owner, id_ in zip(new, owners, next_ids(Invitation, len(new)), strict=True):
            one.invitation_id = id_
            one.code = ballots.personal_code(
                web.vault(), wave_id=one.wave_id, invitation_id=id_, shop_id=one.shop_id
            ).code
            rows.append(
                {
                    "id": id_, "questionnaire_id": town.questionnaire_id, "wave_id": one.wave_id, "mode": "anonymous",
                    "contact_id": owner, "shop_id": one.shop_id, "made_at": now,
                }
            )  # fmt: skip
        db.session.execute(insert(Invitation), rows)
    for one in due:
        one.reminded_on.append(today)
    asked = [(one, 0) for one in new] + [(one, len(one.reminded_on)) for one in due]
    messages = [
        {
            "id": id_, "purpose": "invitation", "subject_id": one.invitation_id, "step": step, "channel": one.channel,
            "state": "delivered", "due_at": now, "next_try_at": now, "created_at": now, "sent_at": now,
            "attempt_id": f"{id_:032x}", "recipient_index": id_.to_bytes(32, "big"),
        }
        for (one, step), id_ in zip(asked, next_ids(Message, len(asked)), strict=True)
    ]  # fmt: skip
    if messages:
        db.session.execute(insert(Message), messages)
    db.session.commit()
    db.session.remove()


# --- what the database tells ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Known:
    """A person as the rows of messages tell: answered for certain between two days, or later than `since` if at all."""

    number: int
    wave_id: int
    shop_id: int
    channel: str
    since: int
    until: int | None  # None: whether they answered is not known


def known_people(today: int) -> list[Known]:
    """From invitations and messages alone, as the database stands at the end of a day."""
    steps: dict[int, dict[int, tuple[int, str]]] = defaultdict(dict)
    chosen = select(Message.subject_id, Message.step, Message.sent_at, Message.channel)
    for subject, step, sent_at, channel in db.session.execute(chosen):
        steps[subject][step] = (clock.day_number(sent_at), channel)
    people = []
    for id_, wave_id, shop_id in db.session.execute(select(Invitation.id, Invitation.wave_id, Invitation.shop_id)):
        sent, last = steps[id_], max(steps[id_])
        since, due = sent[last][0], sent[last][0] + PAUSE
        until = due if last < 2 and due <= today else None
        people.append(Known(id_, wave_id, shop_id or 0, sent[0][1], since, until))
    db.session.rollback()
    return people


Row = dict[str, Any]


def answers(town: LowTown) -> list[Row]:
    """The answers as they stand, and whose they are (only to count what was guessed right)."""
    owner = {one.number: one.invitation_id for one in town.people}
    table = Response.__table__
    rows = [{**row, "owner": owner[row["answers"]["person"]]} for row in db.session.execute(select(table)).mappings()]
    db.session.rollback()
    return rows


def may_be(one: Known, row: Row) -> bool:
    """Whether this person may have given this answer."""
    if row["wave_id"] != one.wave_id or row["shop_id"] not in (None, one.shop_id):
        return False
    if row["channel"] not in (one.channel, "personal", "receipt"):
        return False
    return row["day"] is None or one.since <= row["day"] <= (one.until or row["day"])


def candidates(people: Iterable[Known], row: Row) -> list[Known]:
    """Everybody who may have given an answer."""
    return [one for one in people if may_be(one, row)]


def _all(found: list[Known], _row: Row) -> list[Known]:
    return found


def _certain(found: list[Known], _row: Row) -> list[Known]:
    """Those who took part for certain; without them, all."""
    return [one for one in found if one.until is not None] or found


def _late(found: list[Known], _row: Row) -> list[Known]:
    """Those of the shortest time: who was written to last."""
    newest = max(one.since for one in found)
    return [one for one in _certain(found, _row) if one.since == newest] or found


GUESSES: dict[str, Callable[[list[Known], Row], list[Known]]] = {
    "anybody who may": _all,
    "who took part for certain": _certain,
    "who was written to last": _late,
}
