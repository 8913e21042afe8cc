"""Campaigns that run: pausing, going on, ending."""

from datetime import datetime

from sqlalchemy import select

from survey_app import clock, events
from survey_app.campaigns import withdrawing
from survey_app.campaigns.launching import lock
from survey_app.campaigns.models import Campaign
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import WORKER, Actor
from survey_app.languages import N_


def pause(*, campaign: Campaign, by: Actor) -> None:
    """Send nothing further until it is resumed; answers are still taken."""
    lock(campaign)
    if campaign.state != "running":
        raise DomainError(N_("活动不在进行中。"))
    campaign.state = "paused"
    events.record("campaign.paused", campaign, by=by)


def resume(*, campaign: Campaign, by: Actor, now: datetime) -> None:
    """Go on; what waited leaves within its hours, limits and deadlines."""
    lock(campaign)
    if campaign.state != "paused":
        raise DomainError(N_("活动不在暂停中。"))
    campaign.state = "running"
    withdrawing.hurry(campaign, now=now)
    events.record("campaign.resumed", campaign, by=by)


def stop(*, campaign: Campaign, by: Actor, now: datetime) -> None:
    """End for good: everything that waits is cancelled. Answers are taken until the wave closes."""
    lock(campaign)
    if campaign.state not in ("running", "paused"):
        raise DomainError(N_("活动不在进行中。"))
    cancelled = _end(campaign, now)
    events.record("campaign.ended", campaign, by=by, cancelled=cancelled)


def _end(campaign: Campaign, now: datetime) -> int:
    campaign.state, campaign.ended_at = "ended", now
    return withdrawing.cancel_all(campaign, now=now)


def end_due(*, now: datetime) -> int:
    """The tick: campaigns whose last day is over."""
    today = clock.china(now).date()
    late = select(Campaign).where(Campaign.state.in_(("running", "paused")), Campaign.closes_on < today)
    ended = list(db.session.scalars(late))
    for campaign in ended:
        events.record("campaign.ended", campaign, by=WORKER, cancelled=_end(campaign, now))
    return len(ended)
