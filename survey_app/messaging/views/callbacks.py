"""Where providers tell what became of messages. The secret part of the address is one proof, a signature the other."""

from urllib.parse import parse_qsl

from flask import Response, abort, request
from sqlalchemy import select, update

from survey_app import clock, web
from survey_app.database import db
from survey_app.extensions import csrf
from survey_app.messaging import purposes, receipts, senders
from survey_app.messaging.channels.kinds import KINDS, build
from survey_app.messaging.channels.port import Callback, Forged
from survey_app.messaging.models import Sender
from survey_app.messaging.views import blueprint
from survey_app.web import PUBLIC, access

MOST_BYTES = 256_000


@blueprint.post("/callbacks/<token>")
@access(PUBLIC)
def callback(token: str) -> Response:
    """One callback, one transaction. What is forged is counted and changes nothing."""
    request.max_content_length = MOST_BYTES
    sender = db.session.scalar(select(Sender).where(Sender.callback == token)) if len(token) <= 40 else None
    if sender is None or KINDS[sender.kind].sample_only:
        abort(404)
    way = senders.way(sender, house=purposes.house(), vault=web.vault())
    channel = build(way.kind, way.options, way.secrets)
    body = request.get_data(cache=True)
    address = f"{web.settings().public_url}{request.full_path.rstrip('?')}"
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        news, replies = channel.read_callback(Callback(address, headers, _fields(body), body))
    except Forged:
        counted = update(Sender).where(Sender.id == way.id).values(strange_receipts=Sender.strange_receipts + 1)
        db.session.execute(counted.execution_options(synchronize_session=False))
        db.session.commit()  # an answer of 400 keeps nothing by itself
        return Response("{}", 400, mimetype="application/json")
    receipts.take(news, replies, sender_id=way.id, now=clock.now())
    return Response(channel.thanks(), mimetype="application/json")


def _fields(body: bytes) -> dict[str, str]:
    """The fields of a form; the first of each name. Empty for anything else."""
    if request.mimetype != "application/x-www-form-urlencoded":
        return {}
    return dict(reversed(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=100)))


csrf.exempt(callback)  # a provider has no session, and nothing here uses one
