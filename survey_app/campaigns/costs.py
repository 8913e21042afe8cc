"""What a campaign's messages cost: segments of a sample text, the price of the sender that would take it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from survey_app import web
from survey_app.campaigns import composing
from survey_app.campaigns.models import Campaign
from survey_app.database import db
from survey_app.messaging import segments
from survey_app.messaging.models import Sender
from survey_app.messaging.purposes import Outgoing
from survey_app.messaging.segments import Segments
from survey_app.responses.ballots import PERSONAL_LENGTH

SAMPLE_CODE = "AbCd3fGhIjKlMnOpQrStU"[:PERSONAL_LENGTH]


@dataclass(frozen=True, slots=True)
class Price:
    """One message of a channel in a language. `cents` is None while no sender of the channel is set up."""

    outgoing: Outgoing
    segments: Segments | None  # of an SMS
    cents: int | None


def sample_link() -> str:
    """A link of the right length that opens nothing."""
    return f"{web.settings().public_url}/i/{SAMPLE_CODE}"


def price(campaign: Campaign, channel: str, language: str, *, step: int = 0) -> Price:
    """What one message costs. Raises DomainError when its words are missing."""
    name = campaign.reminder_template if step else campaign.template
    outgoing = composing.sample(campaign.questionnaire_id, name, channel, language, link=sample_link())
    counted = segments.count(outgoing.text) if channel == "sms" else None
    unit = db.session.scalar(
        select(Sender.cost_cents)
        .where(Sender.channel == channel, Sender.active)
        .order_by(Sender.position, Sender.id)
        .limit(1)
    )
    return Price(outgoing, counted, None if unit is None else unit * (counted.count if counted else 1))


def of_messages(
    campaign: Campaign, wanted: Iterable[tuple[str, str]], *, step: int = 0
) -> dict[tuple[str, str], tuple[int, int]]:
    """(channel, language) -> segments and cents of one message, as its row keeps them."""
    found = {}
    for channel, language in set(wanted):
        one = price(campaign, channel, language or "zh-CN", step=step)
        found[channel, language] = (one.segments.count if one.segments else 0, one.cents or 0)
    return found


def cost(campaign: Campaign, messages: Iterable[tuple[tuple[str, str], int]], *, with_reminders: bool) -> int:
    """Cents of messages given as ((channel, language), number); with all reminders if nobody answered."""
    total = 0
    for (channel, language), number in messages:
        steps = range(campaign.reminders + 1) if with_reminders else range(1)
        total += sum((price(campaign, channel, language or "zh-CN", step=step).cents or 0) * number for step in steps)
    return total
