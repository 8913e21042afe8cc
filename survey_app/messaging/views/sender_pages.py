"""The configured ways out: list, add, change, switch, try."""

import re
import secrets as random_secrets
from typing import Any

from flask import Response, request

from survey_app import clock, events, web
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.messaging import forms, listing, purposes, senders, trying
from survey_app.messaging.channels.kinds import KINDS
from survey_app.messaging.models import CHANNELS, Sender
from survey_app.messaging.views import blueprint
from survey_app.web import access, actor, found, refused, render, seen

_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_MAIL = re.compile(r"[^@\s,;<>()\"]{1,64}@[A-Za-z0-9.-]{1,190}")


@blueprint.get("/senders", endpoint="senders_page")
@access("sender:manage")
def senders_page() -> Response:
    """Every way out per channel, first choice first, and the kinds that may be added."""
    rows = db.session.query(Sender).order_by(Sender.channel.desc(), Sender.position, Sender.id).all()
    return render(
        "messaging/senders.html",
        groups=[(channel, [row for row in rows if row.channel == channel]) for channel in CHANNELS],
        kinds=_kinds(),
        all_kinds=KINDS,
        words=listing,
    )


def _kinds() -> list[Any]:
    house, production = purposes.house(), web.settings().production
    return [kind for kind in KINDS.values() if senders.usable(kind.name, house, production=production)]


@blueprint.get("/senders/new", endpoint="new_sender")
@access("sender:manage")
def new_sender() -> Response:
    """The empty form of one kind."""
    kind = next((kind for kind in _kinds() if kind.name == request.args.get("kind", "smtp")), None)
    return render("messaging/sender.html", **_shown(None, found(kind).name, _channel(found(kind).name)))


def _channel(kind: str) -> str:
    asked = request.args.get("channel", "")
    return asked if asked in KINDS[kind].channels else KINDS[kind].channels[0]


def _shown(sender: Sender | None, kind: str, channel: str) -> dict[str, Any]:
    callback = f"{web.settings().public_url}/callbacks/{sender.callback}" if sender else ""
    return {
        "sender": sender,
        "kind": KINDS[kind],
        "channel": channel,
        "callback": callback if KINDS[kind].make.receipts and not KINDS[kind].sample_only else "",
        "position": sender.position if sender else senders.next_position(channel),
        "words": listing,
    }


@blueprint.post("/senders", endpoint="create_sender")
@access("sender:manage")
def create_sender() -> Response:
    """Add one."""
    form = forms.SenderForm()
    try:
        form.check()
        made = _save(None, form)
    except DomainError as error:
        kind = form.kind.sent if form.kind.sent in KINDS else "smtp"
        channel = form.channel.sent if form.channel.sent in KINDS[kind].channels else KINDS[kind].channels[0]
        return refused(error, "messaging/sender.html", **_shown(None, kind, channel))
    return seen(f"/senders/{made.id}")


def _save(sender: Sender | None, form: forms.SenderForm) -> Sender:
    return senders.save(
        sender=sender,
        kind=sender.kind if sender else form.kind.data,
        channel=sender.channel if sender else form.channel.data,
        name=form.name.data,
        position=form.position.data,
        cost_cents=_cents(form.cost.data),
        options={name.removeprefix("option-"): value for name, value in form.options.data.items()},
        secrets={name.removeprefix("secret-"): value for name, value in form.secrets.data.items()},
        house=purposes.house(),
        production=web.settings().production,
        vault=web.vault(),
        by=actor(),
        now=clock.now(),
    )


def _cents(text: str) -> int:
    given = re.fullmatch(r"([0-9]{1,4})(?:\.([0-9]{1,2}))?", text or "0")
    if given is None:
        raise DomainError(N_("单价写成元，例如 0.05。")).at("cost")
    return int(given[1]) * 100 + int((given[2] or "0").ljust(2, "0"))


@blueprint.get("/senders/<int:sender_id>", endpoint="sender_page")
@access("sender:manage")
def sender_page(sender_id: int) -> Response:
    """One way out: settings, callback address, a test."""
    sender = found(db.session.get(Sender, sender_id))
    return render("messaging/sender.html", **_shown(sender, sender.kind, sender.channel))


@blueprint.post("/senders/<int:sender_id>", endpoint="change_sender")
@access("sender:manage")
def change_sender(sender_id: int) -> Response:
    """Change it; an empty secret keeps the one that is stored."""
    sender = found(db.session.get(Sender, sender_id))
    try:
        _save(sender, forms.SenderForm().check())
    except DomainError as error:
        db.session.rollback()
        sender = found(db.session.get(Sender, sender_id))
        return refused(error, "messaging/sender.html", **_shown(sender, sender.kind, sender.channel))
    return seen(f"/senders/{sender_id}")


@blueprint.post("/senders/<int:sender_id>/activity", endpoint="switch_sender")
@access("sender:manage")
def switch_sender(sender_id: int) -> Response:
    """Let it take new messages, or none."""
    sender = found(db.session.get(Sender, sender_id))
    senders.switch(sender=sender, active=forms.SwitchForm().check().active.data, by=actor())
    return seen("/senders")


@blueprint.post("/senders/<int:sender_id>/tests", endpoint="try_sender")
@access("sender:manage")
def try_sender(sender_id: int) -> Response:
    """Send a test message now. The transaction ends before the provider is called."""
    sender = found(db.session.get(Sender, sender_id))
    try:
        address = _address(forms.TestForm().check().address.data, sender.channel)
        house = purposes.house()
        if not senders.usable(sender.kind, house, production=web.settings().production):
            raise DomainError(N_("模拟发送只能在示例机构中使用。")).at("address")
        way = senders.way(sender, house=house, vault=web.vault())
        values = {"chain": house.chain, "link": f"{web.settings().public_url}/"}
        outgoing = trying.outgoing(channel=sender.channel, address=address, house=house, values=values)
        db.session.rollback()
        trying.send(way, outgoing, random_secrets.token_hex(16))
    except DomainError as error:
        db.session.rollback()
        sender = found(db.session.get(Sender, sender_id))
        return refused(error, "messaging/sender.html", **_shown(sender, sender.kind, sender.channel))
    sender = found(db.session.get(Sender, sender_id))
    events.record("sender.tried", sender, by=actor())
    return seen(f"/senders/{sender_id}?tried=1")


def _address(text: str, channel: str) -> str:
    if channel == "email":
        if not _MAIL.fullmatch(text):
            raise DomainError(N_("请填写一个邮箱地址。")).at("address")
        return text
    digits = re.sub(r"[\s-]", "", text)
    number = digits if digits.startswith("+") else f"+86{digits}"
    if not _PHONE.fullmatch(number):
        raise DomainError(N_("请填写手机号，国外号码以 + 开头。")).at("address")
    return number
