"""A town that is invited: orders, contacts, invitations, messages, reminders, receipts, opt-outs, drafts, retries, withdrawals.

Everybody who answers does it through the respondent's side, on one of three days, and gives the own number as an answer: so the
attack can be marked. The log has the exact order in which people came.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update

from survey_app import clock, web
from survey_app.campaigns import receipts
from survey_app.campaigns.models import Invitation
from survey_app.database import db, next_ids
from survey_app.design import drafting, publishing
from survey_app.distribution import waves
from survey_app.events import COMMAND_LINE
from survey_app.messaging.models import Message
from survey_app.organisation.models import Region, Shop
from survey_app.people import contacts
from survey_app.people.contacts import NewContact
from survey_app.people.models import Order
from survey_app.questionnaire.loading import load_definition
from survey_app.responses import ballots, settling
from survey_app.responses.models import Ballot
from tests.runner.street import fields_of

SIZES = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89)
DAYS = 3
PAPER = """
format: 1
name: town
title: {zh-CN: 购药评价}
languages: [zh-CN]
pages:
  - questions:
      - {name: overall, type: csat, required: true, text: {zh-CN: 您满意吗？}}
  - questions:
      - {name: person, type: number, min: 0, max: 99999, required: true, text: {zh-CN: 号码}}
      - {name: remark, type: long_text, text: {zh-CN: 还想说什么？}}
"""


@dataclass
class Citizen:
    """Somebody who was invited. What a provider knows: phone, code, channel, day of sending."""

    number: int
    wave_id: int
    shop_id: int | None
    channel: str
    phone: str
    name: str
    order: str
    invitation_id: int = 0
    code: str = ""
    sent_on: int = 0
    came_on: int | None = None
    came_by: str = ""
    answered: bool = False
    withdrew: bool = False
    reminded: bool = False


@dataclass
class Town:
    """The people, in three waves, and who came in which order."""

    people: list[Citizen] = field(default_factory=list)
    log: list[Citizen] = field(default_factory=list)
    secrets: list[str] = field(
        default_factory=list
    )  # tokens, delete codes, nonces: nothing of it may be found anywhere
    backups: list[dict[int, Any]] = field(default_factory=list)  # of each day: the ids of the answers in it


def build(app: Flask, runner: Flask, people_per_wave: int, seed: int) -> Town:
    """Three waves go by. Needs an application context; commits."""
    rng, start = random.Random(seed), clock.now().replace(hour=4, minute=0)  # noon in China
    town = Town()
    with time_machine.travel(start, tick=True):
        questionnaire, shops = _chain(start)
        month = clock.month_of(clock.china(start).date())
        ids = []
        for _ in range(3):
            ids.append(waves.ensure_wave(questionnaire_id=questionnaire, now=start, month=month).id)
            month = clock.next_month(month)
        db.session.commit()
        for wave_id in ids:
            _invite(town, questionnaire, wave_id, shops, people_per_wave, start, rng)
    for day in range(DAYS):
        with time_machine.travel(start + timedelta(days=day), tick=True):
            runner.extensions["respondents"].doors.forget()
            _one_day(town, runner, day, rng)
            if day == 1:
                _remind(town, clock.now())
            settling.forget_arrivals(now=clock.now())
            db.session.remove()
            town.backups.append(_answers())
    return town


def _chain(now: datetime) -> tuple[int, list[int]]:
    definition = load_definition(PAPER.encode(), file="town.yaml")
    questionnaire = drafting.load_file(definition=definition, by=COMMAND_LINE, now=now)
    publishing.publish(questionnaire=questionnaire, by=COMMAND_LINE, now=now)
    region = Region(code="east", name="华东")
    db.session.add(region)
    db.session.flush()
    shops = [Shop(code=f"s{i}", name=f"{i}号店", region_id=region.id) for i in range(len(SIZES))]
    db.session.add_all(shops)
    db.session.flush()
    return questionnaire.id, [shop.id for shop in shops]


def _invite(
    town: Town, questionnaire: int, wave_id: int, shops: list[int], number: int, now: datetime, rng: random.Random
) -> None:
    first = len(town.people)
    made = [
        Citizen(
            first + n, wave_id, rng.choices(shops, weights=SIZES)[0], "email" if rng.random() < 0.15 else "sms",
            f"+86139{rng.randrange(10**8):08}", f"顾客甲{first + n:05}", f"T{wave_id}-{n:05}",
        )
        for n in range(number)
    ]  # fmt: skip
    people = contacts.upsert_contacts(
        [NewContact(name=c.name, phone=c.phone, sms_consent=True) for c in made], now=now, source="import:1"
    )
    orders, invitations, messages = (next_ids(t, number) for t in (Order, Invitation, Message))
    today = clock.day_number(now)
    rows: dict[Any, list[dict[str, Any]]] = {Order: [], Invitation: [], Message: []}
    for citizen, contact, order, id_, message in zip(made, people, orders, invitations, messages, strict=True):
        citizen.sent_on = today + rng.randrange(2)
        citizen.invitation_id = id_
        citizen.code = ballots.personal_code(
            web.vault(), wave_id=wave_id, invitation_id=id_, shop_id=citizen.shop_id
        ).code
        rows[Order].append(
            {
                "id": order, "source": "pos", "number": citizen.order, "contact_id": contact, "shop_id": citizen.shop_id,
                "state": "completed", "placed_at": now, "completed_at": now, "received_at": now,
            }
        )  # fmt: skip
        rows[Invitation].append(
            {
                "id": id_, "questionnaire_id": questionnaire, "wave_id": wave_id, "mode": "anonymous", "contact_id": contact,
                "order_id": order, "shop_id": citizen.shop_id, "made_at": now,
            }
        )  # fmt: skip
        rows[Message].append(_message(message, citizen, 0, now + timedelta(days=citizen.sent_on - today)))
    for table, listed in rows.items():
        db.session.execute(insert(table), listed)
    db.session.commit()
    db.session.remove()
    town.people += made


def _message(id_: int, citizen: Citizen, step: int, at: datetime) -> dict[str, Any]:
    return {
        "id": id_, "purpose": "invitation", "subject_id": citizen.invitation_id, "step": step, "channel": citizen.channel,
        "state": "delivered", "due_at": at, "next_try_at": at, "created_at": at, "sent_at": at if step else None,
        "attempt_id": f"{id_:032x}",
        "recipient_index": web.vault().blind_index(citizen.phone),
    }  # fmt: skip


def _remind(town: Town, now: datetime) -> None:
    """Those who have not answered, found in memory."""
    used = set(db.session.execute(select(Ballot.wave_id, Ballot.nullifier)).tuples())
    for wave_id in {c.wave_id for c in town.people}:
        mine = [c for c in town.people if c.wave_id == wave_id]
        found = ballots.personal_nullifiers(
            web.vault(), wave_id=wave_id, invitations=((c.invitation_id, c.shop_id) for c in mine)
        )
        for citizen, nullifier in zip(mine, found, strict=True):
            citizen.reminded = (wave_id, nullifier) not in used
    due = [c for c in town.people if c.reminded]
    ids = next_ids(Message, len(due))
    db.session.execute(insert(Message), [_message(i, c, 1, now) for i, c in zip(ids, due, strict=True)])
    db.session.commit()
    db.session.remove()


def _one_day(town: Town, runner: Flask, day: int, rng: random.Random) -> None:
    now, today = clock.now(), clock.day_number(clock.now())
    _send(town, today, now)
    waiting = [c for c in town.people if not c.answered and c.sent_on <= today]
    coming = [c for c in waiting if rng.random() < 0.35]
    rng.shuffle(coming)
    client = runner.test_client()
    for citizen in coming:
        if rng.random() < 0.05:
            _opt_out(town, client, citizen)
            continue
        citizen.came_on = today
        citizen.came_by = "receipt" if rng.random() < 0.2 else citizen.channel
        _come(town, client, citizen, rng)
        if citizen.answered:
            town.log.append(citizen)


def _send(town: Town, today: int, now: datetime) -> None:
    """The messages of this day leave, before anybody comes."""
    mine = [c.invitation_id for c in town.people if c.sent_on == today]
    for start in range(0, len(mine), 500):
        some = Message.subject_id.in_(mine[start : start + 500])
        db.session.execute(update(Message).where(some, Message.step == 0).values(sent_at=now))
    db.session.commit()
    db.session.remove()


def _opt_out(town: Town, client: FlaskClient, citizen: Citizen) -> None:
    token = ballots.unsubscribe_token(
        web.vault(), wave_id=citizen.wave_id, invitation_id=citizen.invitation_id, channel=citizen.channel
    )
    assert client.post(f"/u/{token}", data={"_l": "zh-CN"}).status_code == 200
    town.secrets.append(token)


def _come(town: Town, client: FlaskClient, citizen: Citizen, rng: random.Random) -> None:
    page = client.get(_address(citizen))
    assert page.status_code == 200, page.text[:500]
    form = _filled(page.text, overall=str(rng.randint(1, 5)), go="next")
    page = client.post("/i/", data=form)
    if rng.random() < 0.1:
        return  # a draft is left
    form = _filled(page.text, person=str(citizen.number), remark=f"意见{citizen.number}", go="submit")
    for _ in range(2 if rng.random() < 0.1 else 1):  # some replies are lost
        page = client.post("/i/", data=form)
        assert page.status_code == 200 and "class=code" in page.text, page.text[page.text.index("<body") :]
    citizen.answered = True
    town.secrets += [*form["_n"], *form["_r"]]
    if rng.random() < 0.03:
        citizen.withdrew = client.post("/withdraw", data={"code": form["_r"][0]}).status_code == 200


def _filled(html: str, **given: str) -> dict[str, list[str]]:
    form: dict[str, list[str]] = {}
    for name, value in fields_of(html):
        form.setdefault(name, []).append(value)
    wanted = {
        name: [value]
        for name, value in given.items()
        if name == "go" or name in form or f'name="{name}"' in html or f"name={name}" in html
    }
    return form | wanted


def _address(citizen: Citizen) -> str:
    if citizen.came_by == "receipt":
        address = receipts.address(web.vault(), source="pos", number=citizen.order, public_url="")
        db.session.rollback()  # it read the number of the till's key: no lock may be held while the page writes
        return address
    return f"/i/{citizen.code}" + ("?c=e" if citizen.came_by == "email" else "")


def _answers() -> dict[int, Any]:
    from survey_app.responses.models import Response

    found = {row.id: row.day for row in db.session.execute(select(Response.id, Response.day))}
    db.session.rollback()
    return found
