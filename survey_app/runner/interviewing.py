"""Staff enter what a customer says, or what a spot check finds, behind a signed short-lived link (privacy.md 4).

The same pages and the same ballots as everywhere. What differs: the channel that is stored, what the page promises (the
interviewer knows the answers), and that the thanks page leads to the next person.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Response

from survey_app import tokens
from survey_app.distribution import interviewing
from survey_app.responses import ballots
from survey_app.runner import incoming
from survey_app.runner.entering import Entry, Way
from survey_app.runner.forms import one

if TYPE_CHECKING:
    from survey_app.runner.views import Respondents


class Interviews:
    """The address `/interview/<token>`."""

    def __init__(self, here: "Respondents") -> None:
        self._here = here

    def view(self, token: str) -> Response:
        """The first document with a fresh code, or the next one."""
        if incoming.asked.get()["REQUEST_METHOD"] != "POST":
            entry = self._entry(token, interviewing.SECONDS)
            return self._here.enter(entry) if entry else self._here.refuse()
        form = self._here.form()
        if isinstance(form, Response):
            return form
        entry = self._entry(token, interviewing.SECONDS + interviewing.GRACE_SECONDS)
        ticket = ballots.open_ticket(self._here.vault, one(form, "_t"))
        if entry is None or ticket is None or entry.door.code != ticket.door:
            return (self._here.lapsed(entry.door, form) if entry else None) or self._here.refuse()
        return self._here.take(replace(entry, ticket=ticket), form)

    def _entry(self, token: str, seconds: int) -> Entry | None:
        """The way in; None for a link that is forged, too old, or whose door is gone."""
        secret = self._here.settings.secret_key or self._here.vault.session_secret()
        payload = tokens.unsign(secret, interviewing.PURPOSE, token, max_age_seconds=seconds) or {}
        door, channel = self._here.doors.door(str(payload.get("door"))), str(payload.get("channel"))
        if door is None or door.kind != interviewing.KIND or channel not in interviewing.CHANNELS:
            return None
        given = payload.get("invitation")
        linked = given if isinstance(given, int) and door.mode != "anonymous" else None
        if channel == "call" and door.mode == "anonymous":
            # the call list keeps who was interviewed on which day, for which shop: beside a shop or a day it would be a name
            return Entry(
                replace(door, shop_id=None, place=""), entered=channel, stored_way=lambda: Way(channel, crowd=0)
            )
        return Entry(door, entered=channel, invitation_id=linked, stored_way=lambda: Way(channel))
