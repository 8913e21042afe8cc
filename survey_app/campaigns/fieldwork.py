"""How field work goes: who was written to, reached, began, submitted; where people stop; which shops are silent.

The numbers of the page; what became of each invited person is worked out in `turnout` and arrives here as counts.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select

from survey_app.analysis import dataset
from survey_app.campaigns import quotas, turnout
from survey_app.campaigns.dispositions import Cases, Rate, eligible_share, rates, reached
from survey_app.campaigns.limits import PURPOSE
from survey_app.campaigns.models import Call, Campaign, CampaignCount, Invitation, Opened
from survey_app.campaigns.turnout import Invited
from survey_app.database import db
from survey_app.distribution.models import Collector, Refusal
from survey_app.messaging.models import Message
from survey_app.organisation.models import Shop
from survey_app.questionnaire.definition import Definition

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
    turned_away: int = 0  # of the invited: a quota was full
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
    invited = turnout.sent_invitations([campaign.id for campaign in campaigns])
    _count_messages(found, [campaign.id for campaign in campaigns])
    shops: dict[int | None, Line] = {}  # two shops may have one name
    _count_people(found, campaigns, invited, definition, shops, names)
    if whole:
        _count_answers(found, questionnaire_id, versions, shops, names)
        stopped: Counter[str] = Counter()
        for (_version, question), count in dataset.stopped_at(versions).items():
            stopped[question] += count
        if sum(stopped.values()) >= LEAST_STOPPED:
            found.way = reached(found.received, stopped, turnout.asked(definition))
        found.speeds, found.straight = dataset.paradata(versions)
    return found


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


def _count_people(
    found: FieldWork, campaigns: Sequence[Campaign], invited: list[Invited], definition: Definition,
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
    states, dark = turnout.participation_of(invited)
    seen = [person for person in invited if person.id in states]
    found.started = sum(state is not None for state in states.values())
    found.submitted = sum(state == "" for state in states.values())
    for person in seen:
        for line in (channels[person.channel], shops[person.shop_id]):
            line.submitted = (line.submitted or 0) + (states[person.id] == "")
    found.cases = turnout.cases_of(seen, states, definition)
    _add_kept(found, campaigns, dark)
    _set_turned_away_apart(found, campaigns)
    found.cases += _cases_of_calls([campaign.id for campaign in campaigns])
    found.channels = list(channels.values())
    found.shops = sorted(shops.values(), key=lambda line: -line.sent)
    if any(campaign.questionnaire.mode == "anonymous" for campaign in campaigns):
        hide_few(found.channels)
        hide_few(found.shops)


def _set_turned_away_apart(found: FieldWork, campaigns: Sequence[Campaign]) -> None:
    """Of the codes that were used up, some belong to people whom a full quota turned away; nobody can tell which.

    Counted by wave: left among the complete where campaigns that are not looked at share the wave.
    """
    ids = {campaign.id for campaign in campaigns}
    number = sum(
        quotas.turned_away_of_invited(questionnaire_id, ids)
        for questionnaire_id in {campaign.questionnaire_id for campaign in campaigns}
    )
    found.turned_away = min(number, found.cases.complete, found.submitted)
    found.submitted -= found.turned_away
    less = replace(found.cases, complete=found.cases.complete - found.turned_away)
    found.cases = less + Cases(quota_full=found.turned_away)


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
