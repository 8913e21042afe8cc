"""The words of messages: placeholders of a fixed set, per channel and language. Changing one makes a new row.

Shipped words stand in `shipped.py`; a row of the chain's own with the same name, channel and language replaces them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from survey_app import events
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.messaging import shipped
from survey_app.messaging.models import Template

# placeholder -> (what it stands for, a sample value)
PLACEHOLDERS: dict[str, tuple[str, str]] = {
    "chain": (N_("机构名称"), "禾木大药房"),
    "title": (N_("问卷标题"), "购药体验调查"),
    "link": (N_("问卷链接"), "https://wj.hemu.example/i/AbCd3fGhIjKlMnOpQrStU"),
    "questions": (N_("题数"), "5"),
    "minutes": (N_("大约几分钟"), "1"),
    "shop": (N_("门店"), "人民路店"),
    "phone": (N_("服务电话"), "400-800-1234"),
    "optout": (N_("退订链接"), "https://wj.hemu.example/u/AbCd3fGhIjKlMnOp"),
}
_PLACE = re.compile(r"\{([a-z_]*)\}")
_BRACKETS = str.maketrans("", "", "【】")
LONGEST = {"sms": 500, "email": 4_000}


@dataclass(frozen=True, slots=True)
class Words:
    """A template as it is used. `number` 0: shipped, never changed here."""

    name: str
    channel: str
    language: str
    subject: str
    body: str
    provider_template: str = ""
    number: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with its places filled; `variables`: placeholder -> value in the order of the text."""

    subject: str
    text: str
    variables: Mapping[str, str]


def newest(name: str, channel: str, language: str) -> Words | None:
    """The words in use: the chain's own, else the shipped ones; in another language of ours when this one has none."""
    for code in dict.fromkeys((language, "zh-CN" if language.startswith("zh") else "en", "zh-CN", "en")):
        row = db.session.scalar(
            select(Template)
            .where(Template.name == name, Template.channel == channel, Template.language == code)
            .order_by(Template.number.desc())
            .limit(1)
        )
        if row is not None:
            return _words(row)
        if (name, channel, code) in shipped.WORDS:
            return _shipped(name, channel, code)
    return None


def names(channel: str) -> list[str]:
    """Every name that has words for a channel, shipped ones first."""
    own = db.session.scalars(
        select(Template.name).where(Template.channel == channel).distinct().order_by(Template.name)
    )
    return list(dict.fromkeys([name for name, kind, _ in shipped.WORDS if kind == channel] + list(own)))


def fill(words: Words, values: Mapping[str, str]) -> Filled:
    """Put values into the places. Values lose 【】, so that nobody's name can pretend to be a signature; an unknown or
    missing value is an empty text.
    """
    safe = {name: clean(value) for name, value in values.items() if name in PLACEHOLDERS}

    def put(text: str) -> str:
        return _PLACE.sub(lambda found: safe.get(found[1], "") if found[1] in PLACEHOLDERS else found[0], text)

    order = dict.fromkeys(found for found in _PLACE.findall(words.body) if found in PLACEHOLDERS)
    return Filled(" ".join(put(words.subject).split()), put(words.body), {name: safe.get(name, "") for name in order})


def clean(value: str) -> str:
    """A value fit for the inside of a message: one line, no signature brackets."""
    return " ".join(value.translate(_BRACKETS).split())


def sms_text(filled: Filled, signature: str) -> str:
    """The whole SMS as the phone shows it; what is counted and paid for."""
    return f"【{clean(signature)}】{filled.text}" if signature else filled.text


def samples(language: str = "zh-CN") -> dict[str, str]:
    """A value for each placeholder, for previews of words in this language."""
    given = {name: sample for name, (_, sample) in PLACEHOLDERS.items()}
    return (
        given
        if language == "zh-CN"
        else given | {"chain": "Hemu Pharmacy", "title": "Your purchase", "shop": "Main Street"}
    )


def _words(row: Template) -> Words:
    return Words(row.name, row.channel, row.language, row.subject, row.body, row.provider_template, row.number, row.id)


def _shipped(name: str, channel: str, language: str) -> Words:
    subject, body = shipped.WORDS[name, channel, language]
    return Words(name, channel, language, subject, body)


def save(
    *, name: str, channel: str, language: str, subject: str, body: str, provider_template: str, by: Actor, now: datetime
) -> Template:
    """Store changed words as a new row; the older ones stay for the record."""
    name = name.strip()
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,39}", name):
        raise DomainError(N_("模板名称用小写字母、数字和连字符，例如 vip-invitation。")).at("name")
    check(channel=channel, subject=subject, body=body)
    last = db.session.scalar(
        select(func.max(Template.number)).where(
            Template.name == name, Template.channel == channel, Template.language == language
        )
    )
    row = Template(
        name=name, channel=channel, language=language, number=(last or 0) + 1, subject=" ".join(subject.split()),
        body=body.strip(), provider_template=provider_template.strip(), created_at=now, created_by_id=by.id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    events.record("template.saved", row, by=by, template=name, channel=channel, language=language, number=row.number)
    return row


def check(*, channel: str, subject: str, body: str) -> None:
    """Refuse words that could not be sent."""
    if not body.strip() or len(body) > LONGEST[channel]:
        raise DomainError(N_("请填写内容，最多 %(most)s 个字。"), most=LONGEST[channel]).at("body")
    if channel == "email" and (not subject.strip() or len(subject) > 120 or len(subject.splitlines()) > 1):
        raise DomainError(N_("请填写一行主题，最多 120 个字。")).at("subject")
    for field, text in (("subject", subject), ("body", body)):
        unknown = [place for place in _PLACE.findall(text) if place not in PLACEHOLDERS]
        if unknown:
            raise DomainError(N_("没有占位符 {%(name)s}，请从列表中选择。"), name=unknown[0]).at(field)
    if channel == "sms" and ("【" in body or "】" in body):
        raise DomainError(N_("签名由系统加在开头，内容里请不要写【】。")).at("body")
    if "{link}" not in body:
        raise DomainError(N_("内容里要有问卷链接 {link}。")).at("body")
    if channel == "sms" and not re.search(r"\{link\}(?![A-Za-z0-9/_?&=#.-])", body):
        raise DomainError(N_("{link} 后面请留一个空格或汉字，否则手机会把后面的字当作网址。")).at("body")


def missing(words: Words) -> Sequence[str]:
    """Advice, as catalogue texts: what a good message has and this one has not."""
    found = []
    if words.channel == "sms" and not re.search("退订|拒收|opt out|STOP", words.body):
        found.append(N_("缺少退订说明，例如“拒收请回复R”。"))
    if words.channel == "email" and "{optout}" not in words.body:
        found.append(N_("退订链接会自动加在邮件末尾。"))
    return found
