"""The outbox: what was sent, what waits and why."""

from typing import Any

from flask import Response, request

from survey_app import clock, web
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.messaging import forms, listing, purposes
from survey_app.messaging.listing import Wanted
from survey_app.messaging.models import CHANNELS, STATES, Message, Sender
from survey_app.messaging.views import blueprint
from survey_app.web import access, actor, found, refused, render, seen


def _wanted() -> Wanted:
    state, channel, campaign = (request.args.get(name, "") for name in ("state", "channel", "campaign"))
    return Wanted(
        state if state in STATES else "",
        channel if channel in CHANNELS else "",
        int(campaign) if campaign.isascii() and campaign.isdigit() and len(campaign) < 10 else None,
    )


@blueprint.get("/messages", endpoint="outbox_page")
@access("message:read")
def outbox_page() -> Response:
    """Counts per state and the newest messages; in a sample chain with their words and links."""
    wanted = _wanted()
    messages, more = listing.find(wanted, page=web.page_number(), size=web.PAGE_SIZE)
    production = web.settings().production
    return render(
        "messaging/outbox.html",
        fragment="messaging/_messages.html",
        messages=messages,
        composed=listing.composed(messages, now=clock.now(), production=production),
        campaign_names=listing.campaign_names(messages),
        counts=listing.counts(wanted),
        total=sum(listing.counts(Wanted()).values()),
        wanted=wanted,
        words=listing,
        house=purposes.house(),
        page=web.page_number(),
        more=more,
        has_senders=db.session.query(Sender.id).filter(Sender.active).first() is not None,
    )


@blueprint.get("/messages/<int:message_id>", endpoint="message_page")
@access("message:read")
def message_page(message_id: int) -> Response:
    """One message: its way through the states, receipts, and the button to send it once more."""
    return render("messaging/message.html", form={}, **_shown(found(db.session.get(Message, message_id))))


def _shown(message: Message) -> dict[str, Any]:
    composed = listing.composed([message], now=clock.now(), production=web.settings().production)
    return {
        "message": message,
        "campaign_names": listing.campaign_names([message]),
        "outgoing": composed.get(message.id),
        "receipts": listing.receipts_of(message),
        "sender": db.session.get(Sender, message.sender_id) if message.sender_id else None,
        "words": listing,
    }


@blueprint.post("/messages/<int:message_id>/resending", endpoint="resend")
@access("message:resend")
def resend(message_id: int) -> Response:
    """Send it once more, with a reason."""
    message = found(db.session.get(Message, message_id))
    try:
        form = forms.ResendForm().check()
        listing.resend(message=message, reason=form.reason.data, by=actor(), now=clock.now())
    except DomainError as error:
        db.session.rollback()
        return refused(error, "messaging/message.html", **_shown(found(db.session.get(Message, message_id))))
    return seen(f"/messages/{message_id}")
