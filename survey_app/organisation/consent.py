"""What respondents are told about their answers: numbered texts that never change; a response keeps the number.

The text is plain: paragraphs separated by an empty line, `## ` begins a heading, `- ` an entry of a list. `blocks()` reads
it for any page. The standard part says what the program does (privacy.md 2, 9, 14); the chain adds a paragraph of its own.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from survey_app import events
from survey_app.database import db
from survey_app.events import Actor
from survey_app.organisation.models import ConsentText, Organisation

AnySession = Session | scoped_session[Any]
LANGUAGES = ("zh-CN", "en")

_CHINESE = """\
本问卷由{chain}发起，用于了解和改进服务。是否填写完全自愿，不填写不影响您购药和享受服务，中途可以随时退出。

## 我们收集什么
- 您选择的答案和填写的文字。
- 从哪个门店、哪个位置或哪个链接进入，使用的语言和版面，填写的日期（只到日，不记时刻），作答速度的粗略档位。
- 我们不收集您的姓名、电话、微信号、设备标识或位置，答案里也不保存 IP 地址。不使用跟踪 Cookie，页面不请求任何第三方。

## 匿名是什么意思
问卷开头标明“匿名”的，我们无法从数据库查到这是谁填的：答案与链接分开保存，中间只留一个不可反推的凭证，每份答案的编号是随机的。
标明“保密”的，仅质量部可在投诉处理时查看您的身份，每次查看都有记录。标明“实名”的，有权限的员工可以看到是谁填的。

## 也请您知道这些限度
- 在密钥销毁之前（每月的收集结束后最多 30 天），同时掌握数据库和密钥的人在技术上有可能把个人链接和答案对应起来。
- 人数很少的门店，或者您自己写出的能认出您的内容，可能让人猜到是您。每月的收集结束后，\
回答不足 10 份的门店，匿名答案里的门店和位置会被抹去，也不再保留所属大区。\
请勿填写姓名、电话、身份证号或处方号；系统会尽量遮盖，但可能有遗漏。
- 您的手机、短信和浏览器里可能留有打开过问卷的记录。
- 数据库能看出哪些个人链接已经用过（例如没有再收到提醒的），但看不出答了什么：受邀的匿名答案先封存门店、日期和渠道，\
至少 10 份相同才显示。一次调查总共不足 10 份受邀答案，或逐日比较数据库的备份时，可能猜到是您。
- 提交后一小时内，既能直接读取数据库文件、又知道网络访问时刻的人，可能推断出答卷的先后。

## 谁能看到，保存多久
- 只有经授权的员工能看到结果，查看和导出都有记录。少于 5 人的统计不显示。
- 文字意见先遮盖电话、证件号等信息再供查看；原文加密保存，30 天后删除。
- 答案保存 3 年，之后删除。未提交的草稿 14 天后删除。
- 门店系统里用于邀请您的姓名和号码与答案分开、加密保存：您同意接收邀请的，最后一次消费或变更后 13 个月清除；\
没有同意的，90 天后清除；撤回全部同意后即清除。
- 回答很少的门店和多数受邀的匿名答案不记日期，它们的期限从当月的收集结束时算起。

## 您的权利
提交后页面会显示一个删除码。凭删除码可以在“撤回”页面删除您的回答；没有删除码，我们也找不到哪一份是您的。
"""
_CHINESE_PHONE = "有疑问请致电 {phone}。"
_CHINESE_OWN = "## {chain}的补充说明"

_ENGLISH = """\
This questionnaire comes from {chain} and is used to understand and improve our service. Answering is voluntary. Not answering \
has no effect on what you buy or how you are served, and you can stop at any time.

## What we collect
- The answers you choose and the words you write.
- The shop, place or link you came from, the language and layout you used, the date (the day only, never the time), and a \
rough band of how fast you answered.
- We do not collect your name, phone number, WeChat account, device identifier or location, and no IP address is kept with an \
answer. There are no tracking cookies, and the page asks nothing of any third party.

## What anonymous means
Where a questionnaire says "anonymous", we cannot find out from the database who filled it in: answers are kept apart from \
links, with only a one-way proof between them, and every answer has a random number.
Where it says "confidential", only the quality department can look up who you are, to handle a complaint, and each look is \
recorded. Where it says "identified", staff with permission can see who answered.

## Please also know the limits
- Until the keys are destroyed (at most 30 days after the collection of a month closes), somebody who holds both the database \
and the keys could technically match a personal link with its answer.
- In a shop with very few answers, or from something you write about yourself, others may guess that it was you. When the \
collection of a month has closed, anonymous answers of a shop that got fewer than 10 lose their shop and place, and nothing is \
kept about their region. Please do not write names, phone numbers, ID or prescription numbers; the system masks what it can, \
but may miss some.
- Your phone, messages and browser may keep a trace that you opened the questionnaire.
- The database shows which personal links were used (for one, those that got no further reminder), but not what was answered: \
shop, date and channel of an invited anonymous answer stay sealed until at least 10 answers share them. Where a whole survey got \
fewer than 10 answers by invitation, or to somebody who compares daily backups of the database, it may be guessed that it was you.
- Within an hour of your answer, somebody who reads the raw database files and also knows the exact times of network access \
might tell the order in which answers came.

## Who sees it, and for how long
- Only authorised staff see results, and each look and export is recorded. Figures from fewer than 5 people are not shown.
- Comments are shown with phone and ID numbers masked; the original words are stored encrypted and deleted after 30 days.
- Answers are kept for 3 years and then deleted. Drafts that were not submitted are deleted after 14 days.
- The name and number by which you are invited are kept encrypted and apart from answers: for 13 months after your last \
purchase or change if you agreed to be invited, otherwise for 90 days; they are erased once you take back every consent.
- Shops with few answers and most invited anonymous answers keep no date; for these the times begin when the collection of the \
month closes.

## Your rights
After you submit, the page shows a delete code. With it you can delete your answer on the "withdraw" page; without it, not even \
we can find out which one is yours.
"""
_ENGLISH_PHONE = "Questions? Please call {phone}."
_ENGLISH_OWN = "## More from {chain}"

_STANDARD = {
    "zh-CN": (_CHINESE, _CHINESE_PHONE, _CHINESE_OWN, "本机构"),
    "en": (_ENGLISH, _ENGLISH_PHONE, _ENGLISH_OWN, "our organisation"),
}


def compose(chain: Organisation) -> dict[str, str]:
    """The whole text in each language: the standard part, the help phone, the chain's own paragraph."""
    return {language: _compose(chain, language) for language in LANGUAGES}


def _compose(chain: Organisation, language: str) -> str:
    standard, phone, own_heading, nameless = _STANDARD[language]
    name = chain.display_name(language) or nameless
    # str.replace, never format: the chain's own words may hold braces
    text = standard.replace("{chain}", name).strip()
    if chain.help_phone:
        text += "\n\n" + phone.replace("{phone}", chain.help_phone)
    own = (chain.privacy_text or {}).get(language, "").strip()
    if own:
        text += "\n\n" + own_heading.replace("{chain}", name) + "\n" + own
    return text


def current_consent(session: AnySession) -> ConsentText | None:
    """The newest text: what a page opened now must show."""
    return session.scalar(select(ConsentText).order_by(ConsentText.id.desc()).limit(1))


def _publish(session: AnySession, chain: Organisation, now: datetime) -> tuple[ConsentText, bool]:
    texts = compose(chain)
    newest = current_consent(session)
    if newest is not None and newest.texts == texts:
        return newest, False
    number = (session.scalar(select(func.max(ConsentText.id))) or 0) + 1
    made = ConsentText(id=number, texts=texts, created_at=now)
    session.add(made)
    session.flush()
    return made, True


def publish_consent(*, chain: Organisation, by: Actor, now: datetime) -> ConsentText:
    """The text as it follows from the chain's data: a new number only when a word changed."""
    made, is_new = _publish(db.session, chain, now)
    if is_new:
        events.record("consent_text.published", made, by=by)
    return made


def ensure_consent(session: AnySession, now: datetime) -> ConsentText:
    """The first text of a new installation; the existing one otherwise."""
    newest = current_consent(session)
    return newest or _publish(session, session.get_one(Organisation, 1), now)[0]


def blocks(text: str) -> list[tuple[str, list[str]]]:
    """The text for a page: ("heading" | "paragraph" | "list", lines). The page escapes them."""
    found: list[tuple[str, list[str]]] = []
    for line in (part.strip() for part in text.splitlines()):
        kind, words = _block(line)
        if kind == "gap" or kind == "heading" or not found or found[-1][0] != kind:
            found.append((kind, [words]))
        else:
            found[-1][1].append(words)
    return [block for block in found if block[0] != "gap"]


def _block(line: str) -> tuple[str, str]:
    if line.startswith("## "):
        return "heading", line[3:]
    if line.startswith("- "):
        return "list", line[2:]
    return ("paragraph", line) if line else ("gap", "")


def plain_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """The chain's own paragraph as it is stored: known languages only, no control characters, at most 5,000 characters."""
    cleaned = {}
    for language in LANGUAGES:
        raw = texts.get(language, "").replace("\r\n", "\n").replace("\r", "\n")
        text = "".join(c for c in raw if c == "\n" or c.isprintable()).strip()[:5000]
        if text:
            cleaned[language] = text
    return cleaned
