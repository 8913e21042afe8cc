"""A small chain with buyers, for tests of campaigns: shops, a questionnaire, contacts with orders, a sender that costs 5 fen."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import time_machine
from flask import current_app
from sqlalchemy import func, select

from survey_app import web, work
from survey_app.accounts.models import User
from survey_app.campaigns import drafting, gate, inviting, launching, links
from survey_app.campaigns.drafting import Choices
from survey_app.campaigns.models import Campaign, Invitation
from survey_app.database import db
from survey_app.design import drafting as design_drafting
from survey_app.design import publishing
from survey_app.design.models import Questionnaire
from survey_app.events import COMMAND_LINE, Actor
from survey_app.messaging import purposes
from survey_app.messaging.models import Message, Sender
from survey_app.messaging.purposes import House
from survey_app.organisation import shops
from survey_app.people import contacts, orders
from survey_app.people.contacts import NewContact
from survey_app.people.orders import NewOrder
from survey_app.questionnaire.loading import load_definition
from survey_app.responses.models import Ballot

NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)  # a Wednesday, 12:00 in China
ANN, BOB = Actor(901, "ann@example.org", "researcher"), Actor(902, "bob@example.org", "manager")
SHORT = """
format: 1
name: after-order
title: {zh-CN: 订单评价, en: Your order}
languages: [zh-CN, en]
mode: %s
pages:
  - questions:
      - {name: overall, type: rating, points: 5, text: {zh-CN: 您满意吗, en: Are you satisfied}, low: {zh-CN: 差, en: Bad},
         high: {zh-CN: 好, en: Good}}
      - {name: comment, type: long_text, text: {zh-CN: 还想说什么, en: Anything else}}
"""


@dataclass
class World:
    """What stands in the database."""

    questionnaire_id: int
    shops: list[int]

    @property
    def questionnaire(self) -> Questionnaire:
        """The published questionnaire."""
        return db.session.get_one(Questionnaire, self.questionnaire_id)


def build(mode: str = "anonymous", *, shop_count: int = 2) -> World:
    """Make it; committed."""
    purposes.bind_house(lambda: House(paused=False, sample=True, chain="禾木大药房", signature="禾木"))
    for actor in (ANN, BOB):
        db.session.add(User(id=actor.id, email=actor.name, name=actor.name, role=actor.role, created_at=NOON))
    region = shops.create_region(code="east", name="东区", by=COMMAND_LINE)
    made = [shops.create_shop(code=f"S{n}", name=f"{n}号店", region=region, by=COMMAND_LINE) for n in range(shop_count)]
    for channel, kind, cents in (("sms", "console", 5), ("email", "console", 0)):
        db.session.add(
            Sender(
                channel=channel,
                kind=kind,
                name=channel,
                options={},
                cost_cents=cents,
                position=1,
                active=True,
                created_at=NOON,
            )
        )
    definition = load_definition((SHORT % mode), file="after-order.yaml")
    questionnaire = design_drafting.load_file(definition=definition, by=COMMAND_LINE, now=NOON)
    publishing.publish(questionnaire=questionnaire, by=COMMAND_LINE, now=NOON)
    db.session.commit()
    return World(questionnaire.id, [shop.id for shop in made])


def phone(number: int) -> str:
    """A phone number of the tests."""
    return f"+861990000{number:04d}"


def person(number: int, **more: Any) -> NewContact:
    """Somebody with consent for both channels."""
    given: dict[str, Any] = {"sms_consent": True, "email_consent": True, "phone_consent": True}
    return NewContact(name="李梅", phone=phone(number), email=f"p{number}@example.org", **(given | more))


def buy(
    world: World, numbers: Iterable[int], *, state: str = "completed", at: datetime = NOON, shop: int | None = 0,
    order: str = "A", **more: Any,
) -> None:  # fmt: skip
    """An order each; committed. Shop None: the online store."""
    orders.record_orders(
        source="pos",
        orders=[
            NewOrder(
                number=f"{order}{number}", state=state, placed_at=at - timedelta(hours=1),
                completed_at=at if state in ("completed", "refunded") else None, refunded_at=at if state == "refunded" else None,
                amount_cents=4_200, shop_id=None if shop is None else world.shops[shop], contact=person(number, **more),
            )
            for number in numbers
        ],
        now=at,
    )  # fmt: skip
    db.session.commit()


def refund(number: int, *, at: datetime, order: str = "A") -> None:
    """The order goes back; committed."""
    orders.record_order(
        source="pos", order=NewOrder(number=f"{order}{number}", state="refunded", placed_at=at, refunded_at=at), now=at
    )
    db.session.commit()


def started(world: World, kind: str = "once", *, now: datetime = NOON, by: Actor = ANN, **more: Any) -> Campaign:
    """A running campaign; committed. What the worker would do for it is not done yet."""
    campaign = draft(world, kind, now=now, **more)
    people = launching.forecast(campaign, now=now).people
    launching.launch(campaign=campaign, confirmed=people, by=by, now=now)
    db.session.commit()
    return campaign


def draft(world: World, kind: str = "once", *, now: datetime = NOON, **more: Any) -> Campaign:
    """A draft with these choices; committed."""
    campaign = drafting.create(kind=kind, questionnaire=world.questionnaire, name="满意度", by=ANN, now=now)
    given: dict[str, Any] = {
        "name": "满意度", "channels": ("sms", "email"), "event": "completed" if kind == "trigger" else "",
        "closes_on": date(2026, 12, 5) if kind == "once" else None, "sample_size": 5 if kind == "calls" else None,
    }  # fmt: skip
    drafting.change(campaign=campaign, choices=Choices(**(given | more)), by=ANN, now=now)
    db.session.commit()
    return campaign


def run_job(campaign: Campaign, *, now: datetime = NOON) -> None:
    """What the worker does after the launch of a one-off campaign."""
    with time_machine.travel(now, tick=False):
        jobs = select(work.Work).where(work.Work.kind == inviting.KIND, work.Work.state == "queued")
        mine = next(job for job in db.session.scalars(jobs) if job.args == {"campaign": campaign.id})
        held = work.claim(mine.id, now=now)
        db.session.commit()
        assert held is not None
        inviting.make_all(held, current_app)
        work.finish(held, now=now)
        db.session.commit()


def messages(**where: Any) -> list[Message]:
    """Messages in the order in which they were queued."""
    return list(db.session.scalars(select(Message).filter_by(**where).order_by(Message.id)))


def judged(now: datetime, **where: Any) -> list[str]:
    """What the gate says about every waiting message: go, or the reason."""
    waiting = messages(**({"state": "queued"} | where))
    found = gate.judge(waiting, now)
    return [
        found[message.id].reason or found[message.id].kind if message.id in found else "left_out" for message in waiting
    ]


def pretend_sent(*, now: datetime, state: str = "delivered", **where: Any) -> int:
    """Let the waiting messages leave, as the dispatcher would."""
    rows = messages(**({"state": "queued"} | where))
    for row in rows:
        row.state, row.sent_at = state, now
    db.session.commit()
    return len(rows)


def answer(invitation: Invitation) -> None:
    """A ballot for the link of this invitation; committed."""
    ticket = links.ticket_of(invitation, web.vault())
    db.session.add(
        Ballot(
            wave_id=ticket.wave_id,
            nullifier=ticket.nullifier,
            nonce_hash=hashlib.sha256(secrets.token_bytes(16)).digest(),
        )
    )
    db.session.commit()


def invitations() -> list[Invitation]:
    """All, in the order in which they were made."""
    return list(db.session.scalars(select(Invitation).order_by(Invitation.id)))


def contact_id(number: int) -> int:
    """The contact with this phone."""
    found = contacts.find_by_phone(phone(number))
    assert found is not None
    return found.id


def count(model: Any) -> int:
    """Rows of a table."""
    return db.session.scalar(select(func.count()).select_from(model)) or 0
