"""The configured ways out. Secrets are write-only: they are sealed, used for a call, and never shown again."""

import ipaddress
import json
import re
import secrets as random_secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from survey_app import events
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.messaging.channels.kinds import KINDS, Kind, Setting
from survey_app.messaging.models import CHANNELS, Sender
from survey_app.messaging.purposes import House
from survey_app.vault import UNREADABLE, Vault

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[a-z0-9.-]{1,190}")


@dataclass(frozen=True, slots=True)
class Way:
    """A sender as the dispatcher uses it: plain values, secrets in clear. Equal ways may share a connection."""

    id: int
    kind: str
    channel: str
    options: Mapping[str, Any]
    secrets: Mapping[str, str] = field(repr=False)


def usable(kind: str, house: House, *, production: bool) -> bool:
    """Whether this kind may send in this installation: the console only pretends, so a real chain must not have it."""
    return not KINDS[kind].sample_only or (house.sample and not production)


def ways(channel: str, *, house: House, production: bool, vault: Vault) -> list[Way]:
    """The senders that may take new messages of a channel, first choice first."""
    rows = db.session.scalars(
        select(Sender).where(Sender.channel == channel, Sender.active).order_by(Sender.position, Sender.id)
    )
    return [way(row, house=house, vault=vault) for row in rows if usable(row.kind, house, production=production)]


def way(sender: Sender, *, house: House, vault: Vault) -> Way:
    """One sender with its secrets. Addresses of the own network may be called in a sample chain alone."""
    options = {**sender.options, "local": house.sample}
    return Way(sender.id, sender.kind, sender.channel, options, _open(sender, vault))


def _open(sender: Sender, vault: Vault) -> dict[str, str]:
    if not sender.secrets:
        return {}
    text = vault.unseal(sender.secrets, place=f"message_sender.secrets.{sender.id}")
    return {} if text == UNREADABLE else json.loads(text)


def save(
    *,
    sender: Sender | None,
    kind: str,
    channel: str,
    name: str,
    position: int,
    cost_cents: int,
    options: Mapping[str, str],
    secrets: Mapping[str, str],
    house: House,
    production: bool,
    vault: Vault,
    by: Actor,
    now: datetime,
) -> Sender:
    """Add a sender or change one. An empty secret keeps what is stored, unless it would then go to another server."""
    chosen = KINDS[kind]
    if not usable(kind, house, production=production):
        raise DomainError(N_("模拟发送只能在示例机构中使用。")).at("kind")
    if channel not in chosen.channels:
        raise DomainError(N_("这种通道不能发送这类消息。")).at("channel")
    name = name.strip()
    if not name or len(name) > 60:
        raise DomainError(N_("请填写名称，最多 60 个字。")).at("name")
    kept = _checked(chosen, options, local=house.sample)
    stored = _open(sender, vault) if sender is not None else {}
    if sender is not None and _leads_elsewhere(chosen, sender.options, kept):
        _ask_again(chosen, secrets, stored, signs_in=bool(kept.get("username")))
        stored = {}
    given = {setting.name: secrets.get(setting.name, "") or stored.get(setting.name, "") for setting in chosen.secrets}
    for setting in chosen.secrets:
        if setting.needed and not given[setting.name]:
            raise DomainError(N_("请填写“%(name)s”。"), name=setting.label).at(f"secret-{setting.name}")
    is_new = sender is None
    if sender is None:
        sender = Sender(kind=kind, channel=channel, created_at=now, callback=random_secrets.token_urlsafe(24))
        db.session.add(sender)
    sender.name, sender.position, sender.cost_cents, sender.options = name, position, cost_cents, kept
    db.session.flush()
    if any(given.values()):
        sender.secrets = vault.seal("contact", json.dumps(given), place=f"message_sender.secrets.{sender.id}")
    changed = sorted(name for name, value in secrets.items() if value)
    events.record("sender.created" if is_new else "sender.changed", sender, by=by, kind=kind, new_secrets=changed)
    return sender


def _leads_elsewhere(kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return any(before.get(one.name) != after.get(one.name) for one in kind.settings if one.target)


def _ask_again(kind: Kind, given: Mapping[str, str], stored: Mapping[str, str], *, signs_in: bool) -> None:
    """What is stored was given for one server: whoever names another must know the secret, or could have it sent to himself."""
    for setting in kind.secrets:
        if stored.get(setting.name) and not given.get(setting.name) and (setting.needed or signs_in):
            told = N_("服务器或接口地址变了，请重新填写“%(name)s”。保存的内容不会发给新的地址。")
            raise DomainError(told, name=setting.label).at(f"secret-{setting.name}")


def _checked(kind: Kind, options: Mapping[str, str], *, local: bool) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for setting in kind.settings:
        value = options.get(setting.name, "").strip() or setting.default
        if not value:
            if setting.needed:
                raise DomainError(N_("请填写“%(name)s”。"), name=setting.label).at(f"option-{setting.name}")
            continue
        kept[setting.name] = check_setting(setting, value, local=local)
    if kept.get("security") == "none" and not _is_loopback(str(kept["host"])):
        raise DomainError(N_("不加密只能用于本机的邮件服务器。")).at("option-security")
    return kept


def check_setting(setting: Setting, value: str, *, local: bool) -> Any:
    """A setting as it is stored. Raises DomainError tied to its field."""
    place = f"option-{setting.name}"
    if setting.rule == "port":
        if not (value.isascii() and value.isdigit() and 0 < int(value[:6]) < 65_536):
            raise DomainError(N_("端口是 1 到 65535 的数字。")).at(place)
        return int(value)
    if setting.rule == "choice" and value not in dict(setting.choices):
        raise DomainError(N_("请从列表中选择。")).at(place)
    if setting.rule == "host" and not (_HOST.fullmatch(value.lower()) and (local or not _is_inside(value))):
        raise DomainError(N_("请填写公网上的服务器名，例如 smtp.example.com。")).at(place)
    if setting.rule == "address" and not _ADDRESS.fullmatch(value):
        raise DomainError(N_("请填写邮箱地址，例如 survey@example.com。")).at(place)
    if setting.rule == "url":
        _check_url(value, place, local=local)
    longest = 2_000 if setting.rule == "lines" else 300
    if len(value) > longest:
        raise DomainError(N_("最多 %(n)s 个字。"), n=longest).at(place)
    return value


def _check_url(value: str, place: str, *, local: bool) -> None:
    found = re.fullmatch(r"(https?)://([^/:?#@\s]+)(:[0-9]{1,5})?(/[^\s#]*)?", value)
    inside = found is None or _is_inside(found[2])
    if found is None or (not local and (found[1] != "https" or inside)):
        raise DomainError(N_("请填写以 https:// 开头的公网地址。")).at(place)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_inside(host: str) -> bool:
    """Whether a host is written as an address of the own network; names are checked again before every call."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".local", ".internal", ".localhost")) or "." not in host


def switch(*, sender: Sender, active: bool, by: Actor) -> None:
    """Let a sender take new messages, or none any more. What it has taken is still asked about."""
    if sender.active != active:
        sender.active = active
        events.record("sender.changed", sender, by=by, active=active)


def next_position(channel: str) -> int:
    """The place after the last sender of a channel."""
    return (db.session.scalar(select(func.max(Sender.position)).where(Sender.channel == channel)) or 0) + 1


def add_pretending(*, now: datetime) -> None:
    """The senders of a sample chain: they pretend, and the outbox page shows what would have left."""
    for channel in CHANNELS:
        db.session.add(
            Sender(
                kind="console",
                channel=channel,
                name="模拟发送",
                position=1,
                options={},
                created_at=now,
                callback=random_secrets.token_urlsafe(24),
                cost_cents=5 if channel == "sms" else 0,
            )  # fmt: skip
        )
    db.session.flush()
