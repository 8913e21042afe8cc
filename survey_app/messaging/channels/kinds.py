"""The kinds of providers, with the settings that each needs; the page of senders is made from this table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_app.languages import N_
from survey_app.messaging.channels.aliyun import Aliyun
from survey_app.messaging.channels.console import Console
from survey_app.messaging.channels.gateway import Gateway
from survey_app.messaging.channels.port import Channel
from survey_app.messaging.channels.smtp import Smtp
from survey_app.messaging.channels.tencent import Tencent
from survey_app.messaging.channels.twilio import Twilio


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a kind. `rule`: text | lines | host | port | url | address | choice (one of `choices`)."""

    name: str
    label: str
    rule: str = "text"
    needed: bool = True
    default: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    target: bool = False  # says to whom the secrets are handed


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


_SIGNATURE = Setting("signature", N_("已审核的签名"), needed=False, hint=N_("留空则用机构的短信签名"))
_TEMPLATES = Setting(
    "templates", N_("已审核的模板编号"), "lines", needed=False,
    hint=N_("每行一个：模板名称/语言、空格、编号，例如 invitation/zh-CN SMS_123456"),
)  # fmt: skip

_KINDS = (
    Kind("console", N_("模拟发送（仅示例机构）"), ("sms", "email"), Console, sample_only=True),
    Kind(
        "smtp",
        N_("邮件服务器（SMTP）"),
        ("email",),
        Smtp,
        (
            Setting("host", N_("服务器地址"), "host", hint="smtp.example.com", target=True),
            Setting("port", N_("端口"), "port", default="587", target=True),
            Setting(
                "security", N_("加密方式"), "choice", default="starttls",
                choices=(("starttls", "STARTTLS"), ("tls", "TLS"), ("none", N_("不加密（仅限本机）"))), target=True,
            ),
            Setting("sender", N_("发件人邮箱"), "address", hint="survey@example.com"),
            Setting("username", N_("登录名"), needed=False),
        ),
        (Setting("password", N_("密码"), needed=False),),
    ),
    Kind(
        "aliyun",
        N_("阿里云短信"),
        ("sms",),
        Aliyun,
        (Setting("key_id", "AccessKey ID"), _SIGNATURE, _TEMPLATES),
        (Setting("key_secret", "AccessKey Secret"),),
    ),
    Kind(
        "tencent",
        N_("腾讯云短信"),
        ("sms",),
        Tencent,
        (
            Setting("key_id", "SecretId"),
            Setting("app_id", "SmsSdkAppId"),
            Setting("region", N_("地域"), default="ap-guangzhou", target=True),
            _SIGNATURE,
            _TEMPLATES,
        ),
        (Setting("key_secret", "SecretKey"),),
    ),
    Kind(
        "twilio",
        N_("Twilio 及兼容接口"),
        ("sms",),
        Twilio,
        (
            Setting("account", "Account SID"),
            Setting("sender", N_("发送号码"), hint="+1202… / MG…"),
            Setting("base", N_("接口地址"), "url", needed=False, hint="https://api.twilio.com", target=True),
        ),
        (Setting("token", "Auth Token"),),
    ),
    Kind(
        "gateway",
        N_("自有短信网关（签名的 HTTP JSON）"),
        ("sms",),
        Gateway,
        (Setting("url", N_("接口地址"), "url", hint="https://sms.example.com/send", target=True),),
        (Setting("secret", N_("签名密钥")),),
    ),
)  # fmt: skip
KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}


def build(kind: str, options: Mapping[str, Any], secrets: Mapping[str, str]) -> Channel:
    """The way out of a configured sender."""
    return KINDS[kind].make(options, secrets)
