"""The words of a campaign as people would read them: every channel, both languages, with length and price."""

from dataclasses import dataclass

from survey_app.campaigns import costs
from survey_app.campaigns.costs import Price
from survey_app.campaigns.models import Campaign
from survey_app.errors import DomainError

LANGUAGES = ("zh-CN", "en")


@dataclass(frozen=True, slots=True)
class Sample:
    """One message, or why there is none."""

    channel: str
    language: str
    step: int
    price: Price | None
    error: DomainError | None = None


def samples(campaign: Campaign) -> list[Sample]:
    """First messages of every channel and language; the reminder of the first channel in Chinese."""
    if campaign.kind == "calls":
        return []
    wanted = [(channel, language, 0) for channel in campaign.channels for language in LANGUAGES]
    if campaign.reminders and campaign.channels:
        wanted.append((campaign.channels[0], LANGUAGES[0], 1))
    return [_sample(campaign, *one) for one in wanted]


def _sample(campaign: Campaign, channel: str, language: str, step: int) -> Sample:
    try:
        return Sample(channel, language, step, costs.price(campaign, channel, language, step=step))
    except DomainError as error:
        return Sample(channel, language, step, None, error)
