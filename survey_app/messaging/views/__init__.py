"""Pages about messages: the outbox, senders, templates; and the address where providers call back."""

from flask import Blueprint

blueprint = Blueprint("messaging", __name__)

from survey_app.messaging.views import callbacks, outbox_pages, sender_pages, template_pages  # noqa: E402, F401
