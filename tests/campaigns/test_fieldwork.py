"""Field work: who was reached and took part, as counts; also when nobody can work it out any more."""

from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from survey_app import clock, web
from survey_app.campaigns import fieldwork, turnout
from survey_app.campaigns.dispositions import Cases
from survey_app.campaigns.models import Call, Campaign, CampaignCount, Invitation, Opened
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.distribution.models import Refusal
from survey_app.messaging.models import Message
from survey_app.organisation.models import Shop
from survey_app.people.models import Contact, Order, Suppression
from survey_app.questionnaire import loading
from survey_app.questionnaire.definition import Definition
from survey_app.responses import ballots
from survey_app.responses.models import Draft
from survey_app.responses.quotas import Claim, Claims
from survey_app.responses.recording import Outcome, Recorder
from tests.responses.world import World, answer, make_world

TEN = """
format: 1
name: visit
title: {zh-CN: 到店}
languages: [zh-CN]
pages:
  - questions:
""" + "\n".join(f"      - {{name: q{n}, type: rating, text: 第{n}题}}" for n in range(1, 11))  # fmt: skip


def definition() -> Definition:
    return loading.load_definition(TEN.encode(), file="visit.yaml")


class Field:
    """A campaign with nine invited people of one shop, each in another state."""

    def __init__(self, now: datetime, mode: str = "anonymous") -> None:
        self.now, self.mode = now, mode
        self.world: World = make_world(shops=1, now=now, definition=definition().to_json())
        self.shop = self.world.shops[0]
        if mode != "anonymous":  # a published mode can only be tightened: write a questionnaire that was looser
            other = Questionnaire(name="looser", title={}, mode=mode, draft={}, created_at=now, updated_at=now)
            db.session.add(other)
            db.session.flush()
            self.world.questionnaire_id = other.id
        self.campaign = Campaign(
            name="十一月", kind="trigger", questionnaire_id=self.world.questionnaire_id, state="running", channels=["sms"],
            audience={}, created_at=now, started_at=now - timedelta(days=2),
        )  # fmt: skip
        db.session.add(self.campaign)
        db.session.flush()
        for number in range(1, 10):
            self._invite(number)
        db.session.commit()

    def _invite(self, number: int) -> None:
        index = bytes([number]) * 32
        db.session.add(Contact(id=number, phone="x", phone_index=index, created_at=self.now, updated_at=self.now))
        db.session.add(
            Order(
                id=number, source="pos", number=str(number), contact_id=number, shop_id=self.shop,
                state="refunded" if number == 7 else "completed", placed_at=self.now, received_at=self.now,
            )
        )  # fmt: skip
        db.session.flush()
        db.session.add(
            Invitation(
                id=number, campaign_id=self.campaign.id, questionnaire_id=self.world.questionnaire_id,
                wave_id=self.world.wave_id, mode=self.mode, contact_id=number, order_id=number, shop_id=self.shop,
                made_at=self.now,
            )
        )  # fmt: skip
        state = {5: "failed", 8: "queued", 9: "cancelled"}.get(number, "delivered")
        sent = None if number >= 8 else self.now - timedelta(days=1)
        db.session.add(
            Message(
                id=number, purpose="invitation", subject_id=number, step=0, campaign_id=self.campaign.id, channel="sms",
                recipient_index=index, state=state, due_at=self.now, next_try_at=self.now, created_at=self.now, sent_at=sent,
            )
        )  # fmt: skip

    def ticket(self, number: int) -> ballots.Ticket:
        return ballots.personal_code(web.vault(), wave_id=self.world.wave_id, invitation_id=number, shop_id=self.shop)

    def take_part(self, app: Flask) -> None:
        """1 and 2 submit; 3 stops at the ninth question, 4 at the second; 6 opts out."""
        recorder = Recorder(app.extensions["survey_settings"], web.vault())
        for number in (1, 2):
            recorder.submit(answer(self.world, ticket=self.ticket(number), shop_id=self.shop, channel="sms"))
        for number, question in ((3, "q9"), (4, "q2")):
            db.session.add(
                Draft(
                    nullifier=self.ticket(number).nullifier, wave_id=self.world.wave_id, shop_id=self.shop,
                    version_id=self.world.version_id, last_question=question, day=self.world.day, body=b"sealed",
                )
            )  # fmt: skip
        db.session.add(Suppression(recipient_index=bytes([6]) * 32, reason="opted_out", at=self.now))
        db.session.commit()

    def count(self, **more: Any) -> fieldwork.FieldWork:
        options = {
            "questionnaire_id": self.world.questionnaire_id, "campaigns": [self.campaign], "whole": False,
            "definition": definition(), "names": fieldwork.shop_names("zh-CN", "无"),
        }  # fmt: skip
        return fieldwork.field_work(**(options | more))


EXPECTED = Cases(complete=3, broken_off=1, refused=1, undelivered=1, not_eligible=1)  # q9 of ten counts as complete


def test_everybody_who_was_written_to_has_one_disposition(app: Flask) -> None:
    there = Field(clock.now())
    there.take_part(app)
    found = there.count()
    assert found.cases == EXPECTED
    assert (found.invited, found.waiting, found.sent, found.delivered) == (9, 1, 7, 6)
    assert (found.started, found.submitted) == (4, 2)
    assert found.opened is None  # never measured in anonymous mode
    (line,) = found.channels
    assert (line.name, line.sent, line.delivered, line.undelivered, line.submitted) == ("sms", 7, 6, 1, None)


def test_invited_people_whom_a_full_quota_turned_away_are_not_eligible(app: Flask) -> None:
    there = Field(clock.now())
    there.take_part(app)
    recorder = Recorder(app.extensions["survey_settings"], web.vault())
    claims = Claims(there.world.questionnaire_id, (Claim("women", 1),), invited=True)
    first, second = there.ticket(5), there.ticket(7)
    assert recorder.submit(answer(there.world, ticket=first, shop_id=there.shop, claims=claims)) is Outcome.STORED
    assert recorder.submit(answer(there.world, ticket=second, shop_id=there.shop, claims=claims)) is Outcome.FULL
    found = there.count()
    assert (found.cases.complete, found.cases.quota_full, found.cases.all) == (4, 1, 7)
    assert (found.submitted, found.turned_away) == (3, 1)
    other = Campaign(
        name="另一个", kind="trigger", questionnaire_id=there.world.questionnaire_id, state="running", channels=["sms"],
        audience={}, created_at=there.now, started_at=there.now,
    )  # fmt: skip
    db.session.add(other)
    db.session.flush()
    db.session.get_one(Invitation, 9).campaign_id = other.id
    db.session.commit()
    shared = there.count()  # nobody can tell whose campaign the one belonged to
    assert (shared.cases.complete, shared.turned_away) == (5, 0)
    whole = there.count(campaigns=[there.campaign, other])
    assert (whole.cases.complete, whole.turned_away) == (4, 1)


def test_few_who_submitted_are_shown_by_no_shop_and_cannot_be_worked_out() -> None:
    def shown(*submitted: int | None) -> list[int | None]:
        lines = [fieldwork.Line(str(place), submitted=number) for place, number in enumerate(submitted)]
        fieldwork.hide_few(lines)
        return [line.submitted for line in lines]

    assert shown(9, 3, 40) == [None, None, 40]
    assert shown(1, 12, 40) == [None, None, 40]  # the total less the others would be the one
    assert shown(1, 0, 40) == [None, 0, 40]  # none and few look the same
    assert shown(12, 40) == [12, 40] and shown(2) == [None] and shown(None, None) == [None, None]


def test_what_expired_in_the_queue_was_sent_to_nobody(app: Flask) -> None:
    there = Field(clock.now())
    db.session.get_one(Message, 8).state = "expired"
    db.session.commit()
    assert there.count().sent == 7


def test_a_refunded_buyer_who_answered_stays_a_complete(app: Flask) -> None:
    there = Field(clock.now())
    db.session.get_one(Order, 1).state = "refunded"
    db.session.commit()
    there.take_part(app)
    assert there.count().cases.not_eligible == 1


def test_all_doors_show_where_people_stop_and_which_shops_are_silent(app: Flask) -> None:
    there = Field(clock.now())
    there.take_part(app)
    found = there.count(whole=True)
    assert found.received == 2
    assert found.way == []  # two who stopped are too few to be drawn
    for number in range(20, 24):
        db.session.add(
            Draft(
                nullifier=bytes([number]) * 32, wave_id=there.world.wave_id, version_id=there.world.version_id,
                last_question="q2", day=there.world.day, body=b"sealed",
            )
        )  # fmt: skip
    db.session.commit()
    way = there.count(whole=True).way
    assert way[:3] == [("q1", 8, 0), ("q2", 8, 5), ("q3", 3, 0)]
    assert way[-1] == ("q10", 2, 0)


def test_two_shops_of_one_name_have_a_line_each(app: Flask) -> None:
    there = Field(clock.now())
    there.take_part(app)
    first = db.session.get_one(Shop, there.shop)
    namesake = Shop(code="twin", name=first.name, region_id=first.region_id)
    db.session.add(namesake)
    db.session.flush()
    db.session.add(
        Refusal(questionnaire_id=there.world.questionnaire_id, shop_id=namesake.id, day=there.world.day, count=3)
    )
    db.session.commit()
    found = there.count(whole=True)
    lines = {(line.name, line.sent, line.received, line.refused) for line in found.shops}
    assert {(first.name, 7, 2, 0), (first.name, 0, 0, 3)} <= lines


def test_the_counts_outlive_the_keys(app: Flask) -> None:
    there = Field(clock.now())
    there.take_part(app)
    assert turnout.keep_counts(now=there.now) == 1
    db.session.commit()
    web.vault().destroy_wave(there.world.wave_id)
    found = there.count()
    assert found.cases == EXPECTED
    assert (found.started, found.submitted) == (4, 2)
    assert turnout.keep_counts(now=there.now) == 0  # nothing is counted over it with the keys gone
    assert db.session.query(CampaignCount).one().submitted == 2


def test_calls_count_by_their_outcome(app: Flask) -> None:
    there = Field(clock.now())
    for number, outcome in enumerate(("interviewed", "refused", "no_answer", "wrong_number", ""), start=1):
        db.session.add(
            Call(
                campaign_id=there.campaign.id, month=there.world.today.replace(day=1), contact_id=number,
                outcome=outcome,
            )
        )  # fmt: skip
    db.session.commit()
    before = Cases(no_return=5, undelivered=1, not_eligible=1)
    assert there.count().cases == before + Cases(complete=1, refused=1, not_reached=1, undelivered=1)


def test_who_opened_is_counted_where_the_mode_allows_it(app: Flask) -> None:
    there = Field(clock.now(), mode="confidential")
    db.session.add(Opened(invitation_id=3, at=there.now))
    db.session.commit()
    assert there.count().opened == 1
