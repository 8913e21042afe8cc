"""How far a campaign has come: invitations and messages by state, as counts."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import func, select

from survey_app.campaigns.limits import PURPOSE
from survey_app.campaigns.models import Call, Campaign, Invitation
from survey_app.database import db
from survey_app.messaging.models import Message

# what a page tells of the states of a message
GROUPS = {
    "queued": "waiting", "rejected": "waiting", "claimed": "waiting", "accepted": "sent", "delivered": "delivered",
    "failed": "failed", "expired": "expired", "unknown": "unknown", "unknown_reported": "unknown", "cancelled": "cancelled",
}  # fmt: skip
LEFT = ("sent", "delivered", "failed", "expired", "unknown")
NEVER_LEFT = "too_late"  # the reason of what expired in the queue; the others expired without a receipt


@dataclass(slots=True)
class Progress:
    """Counts of one campaign. `steps[0]` are first messages, then reminders; keys as in GROUPS."""

    invitations: int = 0
    unsent: Counter[str] = field(default_factory=Counter)
    steps: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    reasons: Counter[str] = field(default_factory=Counter)  # why messages wait or were cancelled
    cents: int = 0
    calls: Counter[str] = field(default_factory=Counter)

    @property
    def sent(self) -> int:
        """First messages that left."""
        return sum(self.steps[0][group] for group in LEFT)


def progress(campaign: Campaign) -> Progress:
    """Everything about one campaign, in four statements."""
    found = Progress()
    unsent = select(Invitation.unsent, func.count()).where(Invitation.campaign_id == campaign.id)
    for reason, number in db.session.execute(unsent.group_by(Invitation.unsent)):
        found.invitations += number
        if reason:
            found.unsent[reason] = number
    mine = (Message.campaign_id == campaign.id, Message.purpose == PURPOSE)
    states = select(Message.step, Message.state, Message.reason, func.count()).where(*mine)
    for step, state, reason, number in db.session.execute(states.group_by(Message.step, Message.state, Message.reason)):
        found.steps[step]["cancelled" if reason == NEVER_LEFT else GROUPS[state]] += number
        if reason and state in ("queued", "cancelled", "expired"):
            found.reasons[reason] += number
    left = select(func.sum(Message.cost_cents)).where(*mine, Message.sent_at.is_not(None))
    found.cents = int(db.session.scalar(left) or 0)
    calls = select(Call.outcome, func.count()).where(Call.campaign_id == campaign.id).group_by(Call.outcome)
    found.calls = Counter(dict(db.session.execute(calls).tuples().all()))
    return found


def names(campaign_ids: Collection[int]) -> dict[int, str]:
    """Campaign -> its name, for the outbox."""
    chosen = select(Campaign.id, Campaign.name).where(Campaign.id.in_(campaign_ids))
    return dict(db.session.execute(chosen).tuples().all())


def in_short(campaign_ids: Collection[int]) -> dict[int, tuple[int, int, int]]:
    """Campaign -> (people, first messages that left, of which delivered) for the list; two statements."""
    people = dict(
        db.session.execute(
            select(Invitation.campaign_id, func.count())
            .where(Invitation.campaign_id.in_(campaign_ids))
            .group_by(Invitation.campaign_id)
        )
        .tuples()
        .all()
    )
    sent: Counter[int | None] = Counter()
    delivered: Counter[int | None] = Counter()
    states = select(Message.campaign_id, Message.state, func.count()).where(
        Message.campaign_id.in_(campaign_ids),
        Message.purpose == PURPOSE,
        Message.step == 0,
        Message.reason != NEVER_LEFT,
    )
    for campaign_id, state, number in db.session.execute(states.group_by(Message.campaign_id, Message.state)):
        if GROUPS[state] in LEFT:
            sent[campaign_id] += number
        if GROUPS[state] == "delivered":
            delivered[campaign_id] += number
    return {number: (people.get(number, 0), sent[number], delivered[number]) for number in campaign_ids}
