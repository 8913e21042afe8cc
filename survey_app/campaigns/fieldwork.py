"""How field work goes: who was written to, reached, began, submitted; where people stop; which shops are silent.

Who took part is worked out in memory from the nullifiers of the invitations and leaves as counts alone. Once the keys of a wave
are destroyed nobody can work it out any more; then the counts of the last day before stand (see `keep_counts`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select

from survey_app import clock, web
from survey_app.analysis import dataset
from survey_app.campaigns.dispositions import Cases, Rate, by_progress, eligible_share, rates, reached
from survey_app.campaigns.limits import PURPOSE
from survey_app.campaigns.models import Call, Campaign, CampaignCount, Invitation, Opened
from survey_app.database import db
from survey_app.distribution.models import Collector, Refusal
from survey_app.messaging.models import Message
from survey_app.organisation.models import Shop
from survey_app.people.models import Order, Suppression
from survey_app.people.suppressions import COMPLAINED, OPTED_OUT
from survey_app.questionnaire.definition import Definition
from survey_app.responses import ballots, participation

UNDELIVERED = frozenset({"failed", "expired"})
LEAST_STOPPED = 5  # fewer who stopped are not drawn
LEAST_SUBMITTED = (
    10  # fewer in an anonymous questionnaire are not shown by shop or channel: the outbox names who was written to
)


@dataclass(slots=True)
class Line:
    """One channel or shop: people written to, reached, and answers that came."""

    name: str
    sent: int = 0
    delivered: int = 0
    undelivered: int = 0
    submitted: int | None = None  # of the invited; None when nobody can tell any more, or too few to be shown
    received: int = 0
    refused: int = 0


@dataclass(slots=True)
class FieldWork:
    """The numbers of one questionnaire, or of one of its campaigns."""

    invited: int = 0
    waiting: int = 0
    sent: int = 0
    delivered: int = 0
    opened: int | None = None  # confidential and identified mode alone
    started: int = 0
    submitted: int = 0
    received: int = 0
    cases: Cases = field(default_factory=Cases)
    channels: list[Line] = field(default_factory=list)
    shops: list[Line] = field(default_factory=list)
    places: list[tuple[str, str, str, int]] = field(default_factory=list)  # shop, place, channel, answers
    silent: list[str] = field(default_factory=list)  # shops with an open door and no answer
    way: list[tuple[str, int, int]] = field(default_factory=list)  # question, came as far, stopped there
    speeds: dict[str, int] = field(default_factory=dict)
    straight: int = 0
    counter: Cases = field(default_factory=Cases)  # asked in person: interviews, and refusals at the counter

    @property
    def rates(self) -> dict[str, Rate]:
        """AAPOR's rates of the invited."""
        return rates(self.cases)

    @property
    def e(self) -> float:
        """The estimated share of eligible people among the unknown."""
        return eligible_share(self.cases)


@dataclass(frozen=True, slots=True)
class _Invited:
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


def campaigns_of(questionnaire_id: int) -> list[Campaign]:
    """The campaigns of a questionnaire that were started, newest first."""
    chosen = select(Campaign).where(Campaign.questionnaire_id == questionnaire_id, Campaign.started_at.is_not(None))
    return list(db.session.scalars(chosen.order_by(Campaign.id.desc())))


def field_work(
    *, questionnaire_id: int, campaigns: Sequence[Campaign], whole: bool, definition: Definition, names: dict[int | None, str]
) -> FieldWork:  # fmt: skip
    """Count now. `whole`: all doors of the questionnaire, not only these campaigns. `names`: shop id -> its name."""
    found = FieldWork()
    versions = [version.id for version in dataset.versions(questionnaire_id)]
    invited = _sent_invitations([campaign.id for campaign in campaigns])
    _count_messages(found, [campaign.id for campaign in campaigns])
    shops: dict[int | None, Line] = {}  # two shops may have one name
    _count_people(found, campaigns, invited, definition, shops, names)
    if whole:
        _count_answers(found, questionnaire_id, versions, shops, names)
        stopped: Counter[str] = Counter()
        for (_version, question), count in dataset.stopped_at(versions).items():
            stopped[question] += count
        if sum(stopped.values()) >= LEAST_STOPPED:
            found.way = reached(found.received, stopped, asked(definition))
        found.speeds, found.straight = dataset.paradata(versions)
    return found


def asked(definition: Definition) -> list[str]:
    """The questions that people answer, in order."""
    return [question.name for question in definition.questions if question.asks]


# --- messages and people ----------------------------------------------------------------------------------------------
def _count_messages(found: FieldWork, campaign_ids: Sequence[int]) -> None:
    found.invited = int(
        db.session.scalar(
            select(func.count()).where(Invitation.campaign_id.in_(campaign_ids), Invitation.cancelled.is_(False))
        )
        or 0
    )
    states = select(Message.state, func.count()).where(
        Message.campaign_id.in_(campaign_ids), Message.purpose == PURPOSE, Message.step == 0
    )
    counted = dict(db.session.execute(states.group_by(Message.state)).tuples().all())
    found.waiting = sum(counted.get(state, 0) for state in ("queued", "claimed", "rejected"))


def _sent_invitations(campaign_ids: Sequence[int]) -> list[_Invited]:
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


def _one(rows: list[Any]) -> _Invited:
    """All messages of one invitation: reached when one of them was delivered."""
    first = rows[0]
    states = {row[5] for row in rows}
    delivered = "delivered" in states
    return _Invited(
        first[0], first[1], first[2], first[3], first[4], delivered, not delivered and states <= UNDELIVERED,
        first[6] == "refunded", any(row[7] is not None for row in rows),
    )  # fmt: skip


def _count_people(
    found: FieldWork, campaigns: Sequence[Campaign], invited: list[_Invited], definition: Definition,
    shops: dict[int | None, Line], names: dict[int | None, str],
) -> None:  # fmt: skip
    channels: dict[str, Line] = {}
    for person in invited:
        for line in (
            channels.setdefault(person.channel, Line(person.channel)),
            shops.setdefault(person.shop_id, Line(names.get(person.shop_id, "") or names[None])),
        ):
            line.sent += 1
            line.delivered += person.delivered
            line.undelivered += person.undelivered
    found.sent, found.delivered = len(invited), sum(person.delivered for person in invited)
    _count_opened(found, campaigns)
    states, dark = participation_of(invited)
    seen = [person for person in invited if person.id in states]
    found.started = sum(state is not None for state in states.values())
    found.submitted = sum(state == "" for state in states.values())
    for person in seen:
        for line in (channels[person.channel], shops[person.shop_id]):
            line.submitted = (line.submitted or 0) + (states[person.id] == "")
    found.cases = cases_of(seen, states, definition)
    _add_kept(found, campaigns, dark)
    found.cases += _cases_of_calls([campaign.id for campaign in campaigns])
    found.channels = list(channels.values())
    found.shops = sorted(shops.values(), key=lambda line: -line.sent)
    if any(campaign.questionnaire.mode == "anonymous" for campaign in campaigns):
        hide_few(found.channels)
        hide_few(found.shops)


def hide_few(lines: Sequence[Line]) -> None:
    """Leave out how many submitted where they are 1 to 9, and the smallest other line where one gap alone could be worked out."""
    few = [line for line in lines if line.submitted and line.submitted < LEAST_SUBMITTED]
    for line in few:
        line.submitted = None
    shown = [line for line in lines if line.submitted]
    if few and len(lines) - len(shown) == 1 and shown:
        min(shown, key=lambda line: line.submitted or 0).submitted = None


def _count_opened(found: FieldWork, campaigns: Sequence[Campaign]) -> None:
    if any(campaign.questionnaire.mode != "anonymous" for campaign in campaigns):
        opened = select(func.count()).select_from(Opened).join(Invitation, Invitation.id == Opened.invitation_id)
        ids = [campaign.id for campaign in campaigns]
        found.opened = int(db.session.scalar(opened.where(Invitation.campaign_id.in_(ids))) or 0)


def participation_of(invited: Iterable[_Invited]) -> tuple[dict[int, str | None], set[int]]:
    """Invitation -> "" (submitted), the question a draft stopped at, or None (nothing came); and the waves without keys."""
    by_wave: dict[int, list[_Invited]] = defaultdict(list)
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


def cases_of(invited: Iterable[_Invited], states: dict[int, str | None], definition: Definition) -> Cases:
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


def _cases_of_calls(campaign_ids: Sequence[int]) -> Cases:
    """Telephone interviews: those not called yet are not cases."""
    chosen = select(Call.outcome, func.count()).where(Call.campaign_id.in_(campaign_ids), Call.outcome != "")
    counted = dict(db.session.execute(chosen.group_by(Call.outcome)).tuples().all())
    return Cases(
        complete=counted.get("interviewed", 0),
        refused=counted.get("refused", 0),
        not_reached=counted.get("no_answer", 0),
        undelivered=counted.get("wrong_number", 0),
        other=counted.get("other", 0),
    )


# --- answers through every door ---------------------------------------------------------------------------------------
def _count_answers(
    found: FieldWork, questionnaire_id: int, versions: Sequence[int], shops: dict[int | None, Line],
    names: dict[int | None, str],
) -> None:  # fmt: skip
    by_channel: Counter[str] = Counter()
    by_shop: Counter[int | None] = Counter()
    by_place: Counter[tuple[int | None, str, str]] = Counter()
    for channel, shop, place, _wave, count in dataset.received_by_door(versions):
        by_channel[channel] += count
        by_shop[shop] += count
        by_place[shop, place, channel] += count
    found.received = sum(by_channel.values())
    lines = {line.name: line for line in found.channels}
    for channel, count in by_channel.items():
        lines.setdefault(channel, Line(channel)).received = count
    found.channels = sorted(lines.values(), key=lambda line: (-line.sent, -line.received))
    refused = _refusals(questionnaire_id)
    for shop_id in {*by_shop, *refused}:
        line = shops.setdefault(shop_id, Line(names.get(shop_id, "") or names[None]))
        line.received, line.refused = by_shop[shop_id], refused.get(shop_id, 0)
    found.shops = sorted(shops.values(), key=lambda line: (-line.received, -line.sent))
    found.places = [
        (names.get(shop, "") or names[None], place, channel, count)
        for (shop, place, channel), count in by_place.most_common()
        if place
    ]
    found.counter = Cases(complete=by_channel["interview"], refused=sum(refused.values()))
    doors = select(Collector.shop_id).where(
        Collector.questionnaire_id == questionnaire_id, Collector.kind == "shop", Collector.closed_at.is_(None)
    )
    found.silent = sorted({names[shop] for shop in db.session.scalars(doors) if shop in names and not by_shop[shop]})


def _refusals(questionnaire_id: int) -> dict[int | None, int]:
    counted = select(Refusal.shop_id, func.sum(Refusal.count)).where(Refusal.questionnaire_id == questionnaire_id)
    return {shop: int(count) for shop, count in db.session.execute(counted.group_by(Refusal.shop_id))}


def shop_names(language: str, nowhere: str) -> dict[int | None, str]:
    """Shop id -> name; None -> what stands for no shop."""
    named: dict[int | None, str] = {shop.id: shop.display_name(language) for shop in db.session.scalars(select(Shop))}
    return named | {None: nowhere}


# --- counts that outlive the keys -------------------------------------------------------------------------------------
def _add_kept(found: FieldWork, campaigns: Sequence[Campaign], dark: set[int]) -> None:
    chosen = select(CampaignCount).where(
        CampaignCount.campaign_id.in_([campaign.id for campaign in campaigns]), CampaignCount.wave_id.in_(dark)
    )
    for kept in db.session.scalars(chosen):
        found.started = found.started + kept.started
        found.submitted = found.submitted + kept.submitted
        found.cases += Cases(**kept.cases)


def keep_counts(*, now: datetime) -> int:
    """Note the counts of every campaign and wave whose keys still live; returns how many.

    Once a day and of the day's beginning, so that nothing finer than a day can be read off two copies of the database.
    """
    today, done = clock.day_number(now), 0
    running = select(Campaign).where(Campaign.started_at.is_not(None)).order_by(Campaign.id)
    for campaign in db.session.scalars(running):
        by_wave: dict[int, list[_Invited]] = defaultdict(list)
        for person in _sent_invitations([campaign.id]):
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
