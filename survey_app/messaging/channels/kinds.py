"""The kinds of providers, with the settings that each needs; the page of senders is made from this table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_app.languages import N_
from survey_app.messaging.channels.console import Console
from survey_app.messaging.channels.port import Channel
from survey_app.messaging.channels.smtp import Smtp


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a kind. `rule`: text | host | port | url | address | one of the words of `choices`."""

    name: str
    label: str
    rule: str = "text"
    needed: bool = True
    default: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of provider."""

    name: str
    label: str
    channels: tuple[str, ...]
    make: type[Channel]
    settings: tuple[Setting, ...] = ()
    secrets: tuple[Setting, ...] = ()
    sample_only: bool = False


_KINDS = (
    Kind("console", N_("模拟发送（仅示例机构）"), ("sms", "email"), Console, sample_only=True),
    Kind(
        "smtp",
        N_("邮件服务器（SMTP）"),
        ("email",),
        Smtp,
        (
            Setting("host", N_("服务器地址"), "host", hint="smtp.example.com"),
            Setting("port", N_("端口"), "port", default="587"),
            Setting(
                "security", N_("加密方式"), "choice", default="starttls",
                choices=(("starttls", "STARTTLS"), ("tls", "TLS"), ("none", N_("不加密（仅限本机）"))),
            ),
            Setting("sender", N_("发件人邮箱"), "address", hint="survey@example.com"),
            Setting("username", N_("登录名"), needed=False),
        ),
        (Setting("password", N_("密码"), needed=False),),
    ),
)  # fmt: skip
KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}


def build(kind: str, options: Mapping[str, Any], secrets: Mapping[str, str]) -> Channel:
    """The way out of a configured sender."""
    return KINDS[kind].make(options, secrets)
