"""What became of the people who were invited: reached, began, submitted. Worked out in memory, kept as counts alone.

Once the keys of a wave are destroyed nobody can work it out any more; then the counts of the last day before stand.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from survey_app import clock, web
from survey_app.analysis import dataset
from survey_app.campaigns.dispositions import Cases, by_progress
from survey_app.campaigns.limits import PURPOSE
from survey_app.campaigns.models import Campaign, CampaignCount, Invitation
from survey_app.database import db
from survey_app.messaging.models import Message
from survey_app.people.models import Order, Suppression
from survey_app.people.suppressions import COMPLAINED, OPTED_OUT
from survey_app.questionnaire.definition import Definition
from survey_app.responses import ballots, participation

UNDELIVERED = frozenset({"failed", "expired"})


@dataclass(frozen=True, slots=True)
class Invited:
    """One invitation that was sent, as far as counting needs it."""

    id: int
    campaign_id: int | None
    wave_id: int
    shop_id: int | None
    channel: str
    delivered: bool
    undelivered: bool
    refunded: bool
    opted_out: bool


def asked(definition: Definition) -> list[str]:
    """The questions that people answer, in order."""
    return [question.name for question in definition.questions if question.asks]


def sent_invitations(campaign_ids: Sequence[int]) -> list[Invited]:
    """The invitations of these campaigns of which a message left, or may have left."""
    left_out = and_(
        Suppression.recipient_index == Message.recipient_index,
        Suppression.reason.in_((OPTED_OUT, COMPLAINED)),
        Suppression.at >= Message.sent_at,
    )
    chosen = (
        select(
            Invitation.id, Invitation.campaign_id, Invitation.wave_id, Invitation.shop_id, Message.channel, Message.state,
            Order.state, Suppression.at,
        )
        .join(Message, and_(Message.subject_id == Invitation.id, Message.purpose == PURPOSE))
        .outerjoin(Order, Order.id == Invitation.order_id)
        .outerjoin(Suppression, left_out)
        .where(
            Invitation.campaign_id.in_(campaign_ids), Message.campaign_id.in_(campaign_ids),
            Message.sent_at.is_not(None),  # what expired in the queue reached nobody and has no time
        )
        .order_by(Invitation.id, Message.step)
    )  # fmt: skip
    by_id: dict[int, list[Any]] = {}
    for row in db.session.execute(chosen):
        by_id.setdefault(row[0], []).append(row)
    return [_one(rows) for rows in by_id.values()]


def _one(rows: list[Any]) -> Invited:
    """All messages of one invitation: reached when one of them was delivered."""
    first = rows[0]
    states = {row[5] for row in rows}
    delivered = "delivered" in states
    return Invited(
        first[0], first[1], first[2], first[3], first[4], delivered, not delivered and states <= UNDELIVERED,
        first[6] == "refunded", any(row[7] is not None for row in rows),
    )  # fmt: skip


def participation_of(invited: Iterable[Invited]) -> tuple[dict[int, str | None], set[int]]:
    """Invitation -> "" (submitted), the question a draft stopped at, or None (nothing came); and the waves without keys."""
    by_wave: dict[int, list[Invited]] = defaultdict(list)
    for person in invited:
        by_wave[person.wave_id].append(person)
    states, dark = dict[int, str | None](), set[int]()
    for wave_id, people in by_wave.items():
        if web.vault().wave(wave_id) is None:
            dark.add(wave_id)
            continue
        keys = ballots.personal_nullifiers(
            web.vault(), wave_id=wave_id, invitations=[(person.id, person.shop_id) for person in people]
        )
        used, begun = participation.used(wave_id), participation.begun(wave_id)
        for person, key in zip(people, keys, strict=True):
            states[person.id] = "" if key in used else begun[key][1] if key in begun else None
    return states, dark


def cases_of(invited: Iterable[Invited], states: dict[int, str | None], definition: Definition) -> Cases:
    """The invited by disposition. Who answered and was refunded later stays eligible: the answer counts."""
    stopped: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for person in invited:
        state = states[person.id]
        if state == "":
            counts["complete"] += 1
        elif state is not None:
            stopped[state] += 1
        elif person.refunded:
            counts["not_eligible"] += 1
        elif person.opted_out:
            counts["refused"] += 1
        elif person.undelivered:
            counts["undelivered"] += 1
        else:
            counts["no_return"] += 1
    return Cases(**counts) + by_progress(stopped, asked(definition))


def keep_counts(*, now: datetime) -> int:
    """Note the counts of every campaign and wave whose keys still live; returns how many.

    Once a day and of the day's beginning, so that nothing finer than a day can be read off two copies of the database.
    """
    today, done = clock.day_number(now), 0
    running = select(Campaign).where(Campaign.started_at.is_not(None)).order_by(Campaign.id)
    for campaign in db.session.scalars(running):
        by_wave: dict[int, list[Invited]] = defaultdict(list)
        for person in sent_invitations([campaign.id]):
            by_wave[person.wave_id].append(person)
        definition = dataset.versions(campaign.questionnaire_id)[0].definition
        for wave_id, people in by_wave.items():
            states, dark = participation_of(people)
            if not dark:
                _keep(campaign.id, wave_id, today, states, cases_of(people, states, definition))
                done += 1
    return done


def _keep(campaign_id: int, wave_id: int, day: int, states: dict[int, str | None], cases: Cases) -> None:
    kept = db.session.get(CampaignCount, (campaign_id, wave_id))
    if kept is None:
        kept = CampaignCount(campaign_id=campaign_id, wave_id=wave_id)
        db.session.add(kept)
    kept.day = day
    kept.started = sum(state is not None for state in states.values())
    kept.submitted = sum(state == "" for state in states.values())
    kept.cases = {name: getattr(cases, name) for name in cases.__dataclass_fields__}
