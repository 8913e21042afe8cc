"""Customers of the sample chain, their orders, one campaign that has ended and one that runs. No such person or number exists.

Made by the code that does it for real, day by day; only what a provider would tell is drawn. Everything comes from one seed.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from survey_app import clock, web, work
from survey_app.accounts.models import User
from survey_app.campaigns import audience, drafting, following, inviting, launching, limits, links, running
from survey_app.campaigns.audience import Audience
from survey_app.campaigns.drafting import Choices
from survey_app.campaigns.models import Campaign, Invitation
from survey_app.database import db
from survey_app.demo import chain
from survey_app.demo.people import Respondent, Visit
from survey_app.design.models import Version
from survey_app.distribution.models import Wave
from survey_app.events import Actor
from survey_app.messaging import outbox
from survey_app.messaging.models import Message, Sender
from survey_app.messaging.outbox import NewMessage
from survey_app.organisation.models import Shop
from survey_app.people import orders, suppressions, tiers
from survey_app.people.contacts import NewContact
from survey_app.people.orders import NewOrder
from survey_app.responses import ballots
from survey_app.responses.recording import SMALL_SHOP, Recorder, Submission
from survey_app.runner.doors import PERSONAL

PEOPLE = 400
DAYS = 110  # of orders
BEGAN, RUNS = 46, 16  # days ago: the one that ended began, the one that runs began
SURNAMES = "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹"
GIVEN = (
    "梅",
    "建国",
    "秀英",
    "伟",
    "芳",
    "子涵",
    "丽",
    "强",
    "静",
    "志明",
    "淑珍",
    "宇",
    "敏",
    "海燕",
    "国庆",
    "晓",
    "玉兰",
    "磊",
)


@dataclass(frozen=True, slots=True)
class _Bought:
    """One purchase of somebody."""

    person: int
    at: datetime
    shop: str | None
    cents: int
    state: str


class Reaching:
    """Loads it into an installation whose shops, staff and versions are there. The caller commits."""

    def __init__(self, version: Version, recorder: Recorder, person: Respondent, *, now: datetime, seed: int) -> None:
        self.version, self.recorder, self.person, self.now = version, recorder, person, now
        self.dice = random.Random(f"{seed} reaching")
        self.shops = {shop.code: shop for shop in db.session.scalars(select(Shop))}
        self.today = clock.china(now).date()
        found = db.session.scalars(select(User).where(User.role == "researcher")).one()
        self.by = Actor(found.id, found.email, found.role)
        self.sender = db.session.scalar(select(func.min(Sender.id)).where(Sender.channel == "sms"))
        self.answered: set[int] = set()
        self.submissions: list[Submission] = []
        self.sent: dict[tuple[int, int | None], int] = {}

    def load(self, consent_version: int) -> int:
        """Everything; returns how many answers came by personal links."""
        self.consent_version = consent_version
        bought = sorted(self._purchases(), key=lambda one: one.at)
        began, runs = self._moment(BEGAN, 10), self._moment(RUNS, 10)
        self._record(bought, None, began)
        self._ended(began)
        self._record(bought, began, runs)
        self._running(bought, runs)
        for number in self.dice.sample(range(PEOPLE), 6):
            index = web.vault().blind_index(_phone(number))
            suppressions.suppress(index, reason=suppressions.OPTED_OUT, source="sms", now=self._moment(5, 11))
        tiers.assign(now=self.now)
        return self.recorder.bulk(self.submissions)

    # --- people and orders ------------------------------------------------------------------------------------------
    def _moment(self, back: int, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(self.today - timedelta(days=back), time(hour, minute), clock.CHINA)

    def _purchases(self) -> Iterator[_Bought]:
        codes, sizes = [shop.code for shop in chain.SHOPS], [shop.size for shop in chain.SHOPS]
        for person in range(PEOPLE):
            usual = None if self.dice.random() < 0.25 else self.dice.choices(codes, sizes)[0]
            for back in sorted({self.dice.randint(1, DAYS) for _ in range(self.dice.choice((1, 1, 2, 2, 3, 4)))}):
                state = "refunded" if self.dice.random() < 0.04 else "completed"
                cents = round(self.dice.lognormvariate(4.2, 0.7) * 100)
                at = self._moment(back, self.dice.randint(8, 20), self.dice.randint(0, 59))
                yield _Bought(person, at, usual, cents, state)

    def _record(self, bought: list[_Bought], since: datetime | None, until: datetime) -> None:
        """Let the shop systems report what was bought in this time."""
        part = [one for one in bought if (since is None or one.at >= since) and one.at < until]
        orders.record_orders(
            source="pos",
            orders=[
                NewOrder(
                    number=f"{one.at:%y%m%d}{one.person:04d}", state=one.state, placed_at=one.at - timedelta(minutes=20),
                    completed_at=one.at, refunded_at=one.at + timedelta(minutes=10) if one.state == "refunded" else None,
                    amount_cents=one.cents, shop_id=self._shop_id(one.shop),
                    contact=_contact(one.person, self._shop_id(one.shop)),
                )
                for one in part
            ],
            now=until,
            told="会员登记",
        )  # fmt: skip

    def _shop_id(self, code: str | None) -> int | None:
        return self.shops[code].id if code else None

    # --- campaigns --------------------------------------------------------------------------------------------------
    def _ended(self, began: datetime) -> None:
        """A one-off campaign with one reminder, answered by about a third."""
        campaign = self._launched(
            "once", began, "老顾客订单回访", reminders=1, closes_on=(began + timedelta(days=14)).date(),
            audience=Audience(since=(began - timedelta(days=45)).date(), until=began.date(), leave_small=True),
        )  # fmt: skip
        plan = audience.plan(campaign, vault=web.vault(), now=began)
        wave = db.session.get_one(Wave, campaign.wave_id)
        inviting.invite(campaign, wave, [inviting.New(who, how, began) for who, how in plan.asked], now=began)
        db.session.execute(delete(work.Work).where(work.Work.kind == inviting.KIND))
        self._let_out(campaign, step=0, until=self.now)
        self._answer(campaign, share=0.2, days=3)
        self._remind(campaign)
        self._answer(campaign, share=0.12, days=8, first=3)
        running.stop(campaign=campaign, by=self.by, now=began + timedelta(days=15))

    def _running(self, bought: list[_Bought], runs: datetime) -> None:
        """A continuous one: a day after an order is completed, half of them."""
        campaign = self._launched(
            "trigger", runs, "订单完成后评价", event="completed", delay_hours=24, daily_most=200, reminders=1
        )
        before = runs
        for back in range(RUNS - 1, -1, -1):
            noon = self._moment(back, 12, 30)
            day = min(noon, self.now)
            self._record(bought, before, day)
            following.follow(campaign, now=day)
            before = day
        self._let_out(campaign, step=0, until=self.now)
        self._answer(campaign, share=0.24, days=2)
        self._remind(campaign)

    def _launched(self, kind: str, at: datetime, name: str, **more: Any) -> Campaign:
        campaign = drafting.create(kind=kind, questionnaire=self.version.questionnaire, name=name, by=self.by, now=at)
        drafting.change(
            campaign=campaign, choices=Choices(name=name, channels=("sms", "email"), **more), by=self.by, now=at
        )
        people = launching.forecast(campaign, now=at).people
        launching.launch(campaign=campaign, confirmed=people, by=self.by, now=at)
        return campaign

    def _let_out(self, campaign: Campaign, *, step: int, until: datetime) -> None:
        """What the provider told about the messages that were due before `until`."""
        chosen = select(Message.id, Message.due_at, Message.channel).where(
            Message.campaign_id == campaign.id, Message.step == step, Message.state == "queued"
        )
        rows = []
        for number, due_at, channel in db.session.execute(chosen.order_by(Message.id)):
            at = limits.next_opening(due_at + timedelta(seconds=self.dice.randint(1, 3_000)))
            if at < until:
                state = self.dice.choices(("delivered", "failed", "expired", "unknown_reported"), (93, 3, 3.5, 0.5))[0]
                rows.append(
                    {
                        "id": number, "state": state, "sent_at": at, "ended_at": at + timedelta(seconds=9), "attempts": 1,
                        "sender_id": self.sender, "reason": _reason(channel) if state == "failed" else "",
                    }
                )  # fmt: skip
        if rows:
            db.session.execute(update(Message), rows)

    def _remind(self, campaign: Campaign) -> None:
        """Reminders three days later, to those who had not answered by then."""
        chosen = select(Message).where(
            Message.campaign_id == campaign.id, Message.step == 0, Message.state == "delivered",
            Message.sent_at < self.now - timedelta(days=campaign.reminder_days),
        )  # fmt: skip
        reminders = [
            NewMessage(
                purpose=limits.PURPOSE, subject_id=one.subject_id, channel=one.channel, step=1, campaign_id=campaign.id,
                due_at=one.sent_at + timedelta(days=campaign.reminder_days), language=one.language,
                recipient_index=one.recipient_index, segments=one.segments, cost_cents=one.cost_cents,
            )
            for one in db.session.scalars(chosen.order_by(Message.id))
            if one.subject_id not in self.answered and one.sent_at is not None
        ]  # fmt: skip
        outbox.queue(reminders, now=self.now)
        self._let_out(campaign, step=1, until=self.now)

    # --- answers ----------------------------------------------------------------------------------------------------
    def _answer(self, campaign: Campaign, *, share: float, days: int, first: int = 0) -> None:
        """A share of those who were reached answers within some days."""
        chosen = (
            select(Invitation, Message.sent_at)
            .join(Message, (Message.subject_id == Invitation.id) & (Message.purpose == limits.PURPOSE))
            .where(Invitation.campaign_id == campaign.id, Message.step == 0, Message.state == "delivered")
            .order_by(Invitation.id)
        )
        for invitation, sent_at in db.session.execute(chosen).all():
            on = clock.china(sent_at or self.now).date() + timedelta(days=self.dice.randint(first, days))
            if self.dice.random() < share and on < self.today and invitation.id not in self.answered:
                self.answered.add(invitation.id)
                self.submissions.append(self._submission(invitation, on))

    def _submission(self, invitation: Invitation, on: date) -> Submission:
        shop = next((one for one in chain.SHOPS if self._is(one.code, invitation.shop_id)), None)
        told = self.person.answer(
            Visit(
                on=on, shop=shop, place="", mood=self.dice.gauss(shop.quality if shop else 0.0, 0.72),
                winter=on.month in (12, 1, 2), english=False, careless=False, speed="normal",
            )
        )  # fmt: skip
        large = self._sent(invitation) >= SMALL_SHOP  # a way that few came would name them (privacy.md 3.3 rule 12)
        return Submission(
            ticket=links.ticket_of(invitation, web.vault()),
            nonce=ballots.new_nonce(),
            rc=ballots.new_delete_code(),
            version_id=self.version.id,
            mode=invitation.mode,
            shop_id=invitation.shop_id,
            place="",
            channel="sms" if large else PERSONAL,
            verified=True,
            language="zh-CN",
            day=clock.day_from_date(on),
            speed=self.dice.choices(("normal", "fast", "slow"), (91, 3, 6))[0],
            straightline=False,
            consent_version=self.consent_version,
            answers=told.answers,
            texts=told.texts,
        )

    def _sent(self, invitation: Invitation) -> int:
        """How many of the same wave and shop were written to."""
        key = (invitation.wave_id, invitation.shop_id)
        if key not in self.sent:
            sent = (
                select(func.count())
                .select_from(Message)
                .join(Invitation, Invitation.id == Message.subject_id)
                .where(Message.purpose == limits.PURPOSE, Message.step == 0, Message.sent_at.is_not(None))
                .where(Invitation.wave_id == key[0], Invitation.shop_id.is_not_distinct_from(key[1]))
            )
            self.sent[key] = db.session.scalar(sent) or 0
        return self.sent[key]

    def _is(self, code: str, shop_id: int | None) -> bool:
        return self.shops[code].id == shop_id


def _reason(channel: str) -> str:
    """Why a message did not arrive."""
    return "bounced" if channel == "email" else "no_such_number"


def _phone(number: int) -> str:
    return f"+861990000{number:04d}"  # 199 0000: the range of the sample comments too


def _contact(number: int, shop_id: int | None) -> NewContact:
    """The same person every time."""
    dice = random.Random(number)
    mail = dice.random() < 0.4
    return NewContact(
        name=dice.choice(SURNAMES) + dice.choice(GIVEN),
        phone=_phone(number),
        email=f"customer{number:04d}@hemu.example" if mail else "",
        shop_id=shop_id,
        language="en" if dice.random() < 0.02 else "zh-CN",
        sms_consent=dice.random() < 0.86,
        email_consent=mail and dice.random() < 0.8,
        phone_consent=dice.random() < 0.6,
    )
