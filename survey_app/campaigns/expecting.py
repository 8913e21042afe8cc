"""What a continuous campaign will have to do: events that wait for it, and those of the last thirty days as a measure."""

from collections import Counter
from datetime import datetime, timedelta

from survey_app import web
from survey_app.campaigns import audience, following, inviting
from survey_app.campaigns.models import Campaign

MEASURED = timedelta(days=30)


def expected(campaign: Campaign, *, now: datetime) -> tuple[int, Counter[tuple[str, str]]]:
    """(people who would be written to at once, (channel, language) -> people in thirty days). The cap is applied inside each."""
    begin = audience.begin_of(inviting.first_day(campaign, now=now))
    vault = web.vault()
    seen: set[int] = set()
    month: Counter[tuple[str, str]] = Counter()
    waiting = 0
    for row in following.happened(campaign, since=now - MEASURED):
        person = row.person
        channel = person.channel(campaign.channels)
        if person.contact_id in seen or person.is_suppressed or not channel:
            continue
        if not audience.is_drawn(campaign, row.event_id, vault):
            continue
        seen.add(person.contact_id)
        month[channel, person.language] += 1
        waiting += row.at >= begin
    return waiting, month
