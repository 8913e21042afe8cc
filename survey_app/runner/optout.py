"""Addresses under `/u/`: no more invitations. GET shows a button; POST does it, also the one-click POST of mail programs.

A link whose keys are gone still opens the page, and the number can be typed (privacy.md 3.3 rule 9). No reply tells whether a
number is known. The only place of the respondent's side that writes on the people side: never because of an answer.
"""

from typing import TYPE_CHECKING

from flask import Response
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from survey_app import clock
from survey_app.campaigns.models import Invitation
from survey_app.database import db
from survey_app.errors import Busy
from survey_app.people import suppressions
from survey_app.people.models import Contact
from survey_app.responses import ballots
from survey_app.runner import closing, incoming
from survey_app.runner.answering import Reply
from survey_app.runner.forms import one
from survey_app.runner.frame import PAGE_LANGUAGES, Frame

if TYPE_CHECKING:
    from survey_app.runner.views import Respondents

NUMBERS_A_MINUTE = 10
_ONE_CLICK = "List-Unsubscribe"  # RFC 8058


class OptOuts:
    """The views."""

    def __init__(self, here: "Respondents") -> None:
        self.here = here
        self.typed = incoming.Throttle(NUMBERS_A_MINUTE)

    def view(self, token: str = "") -> Response:
        """The page, and the act."""
        environ = incoming.asked.get()
        token = incoming.trimmed(token)
        known = ballots.open_unsubscribe(self.here.vault, token)
        if environ["REQUEST_METHOD"] != "POST":
            frame = Frame(self.here.doors.chain(), incoming.language_of(environ, PAGE_LANGUAGES))
            return self._page(frame, closing.opt_out(frame, token=token if known else ""))
        if known is not None and environ.get("CONTENT_TYPE", "").lower().startswith("multipart/form-data"):
            # mail programs may send their one click like this (RFC 8058 section 3.2); the page's own form never does
            frame = Frame(self.here.doors.chain(), incoming.language_of(environ, PAGE_LANGUAGES))
            self._end(known.invitation_id)
            return self._page(frame, closing.opted_out(frame))
        form = self.here.form()
        if isinstance(form, Response):
            return form
        frame = Frame(self.here.doors.chain(), incoming.posted_language(form, PAGE_LANGUAGES))
        number = one(form, "number")[:60].strip()
        if known is not None and (not number or _ONE_CLICK in form):
            self._end(known.invitation_id)
            return self._page(frame, closing.opted_out(frame))
        return self._by_number(frame, number)

    def _by_number(self, frame: Frame, number: str) -> Response:
        _ = frame.say
        person = incoming.address_of(incoming.asked.get(), self.here.settings.trusted_hops)
        address = suppressions.address_of(number) if number else None
        if self.typed.is_full(person):
            words, status = _("尝试次数太多，请一分钟后再试。"), 429
        elif address is None:
            words, status = _("请填写收到邀请的手机号或邮箱，并检查是否完整。"), 422
        else:
            self.typed.count(person)
            self._suppress([suppressions.index_of(address)])
            return self._page(frame, closing.opted_out(frame))
        return self._page(frame, closing.opt_out(frame, typed=number, problem=words), status)

    def _end(self, invitation_id: int) -> None:
        """End it for number and address of whoever was invited."""
        chosen = select(Contact.phone_index, Contact.email_index).join(Invitation, Invitation.contact_id == Contact.id)
        try:
            row = db.session.execute(chosen.where(Invitation.id == invitation_id)).first()
        except OperationalError as error:
            raise Busy("the database is busy") from error
        self._suppress([bytes(index) for index in row or () if index is not None])

    @staticmethod
    def _suppress(indexes: list[bytes]) -> None:
        try:
            for index in indexes:
                suppressions.suppress(index, reason=suppressions.OPTED_OUT, source="opt-out page", now=clock.now())
            db.session.commit()
        except OperationalError as error:
            db.session.rollback()
            raise Busy("the database is busy") from error

    def _page(self, frame: Frame, html: str, status: int = 200) -> Response:
        return self.here.page(Reply(status, html), frame.chain)
