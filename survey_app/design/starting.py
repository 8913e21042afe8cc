"""Starting a questionnaire: empty, from a definition that was read somewhere, from a copy. Nothing is ever overwritten."""

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from survey_app import clock
from survey_app.database import db
from survey_app.design import drafting
from survey_app.design.models import Questionnaire
from survey_app.errors import Busy, DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import SLUG

LONGEST = 64
SECOND_PRESS = timedelta(seconds=60)
"""A form that is sent again this soon, and says exactly the same, gets the questionnaire of the first time."""
NAME_WENT = N_("刚才有人用了同样的名称，请再试一次。")
COPY = {"zh": " 副本", "en": " (copy)"}
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def slug_of(title: dict[str, str], now: datetime) -> str:
    """A name from the Latin words of a title, else from the day: `survey-20261122`."""
    words = title.get("en") or next(iter(title.values()), "")
    latin = _NOT_SLUG.sub("-", words.lower()).strip("-")[:48].rstrip("-")
    letters = sum(character.isalpha() for character in latin)
    has_chinese = any("\u3400" <= character <= "\u9fff" for character in words)
    if SLUG.fullmatch(latin) and letters >= 3 and not has_chinese:
        return latin
    return f"survey-{clock.china(now):%Y%m%d}"


def free_name(wanted: str) -> str:
    """The name, or the name with the first number that makes it a new one."""
    like = select(Questionnaire.name).where(Questionnaire.name.startswith(wanted[: LONGEST - 6], autoescape=True))
    taken = set(db.session.scalars(like))
    if wanted not in taken:
        return wanted
    number = 2
    while (name := f"{wanted[: LONGEST - 6].rstrip('-')}-{number}") in taken:
        number += 1
    return name


def check_name(name: str) -> None:
    """Raises DomainError when a person's own name cannot be used."""
    if not SLUG.fullmatch(name) or len(name) > LONGEST:
        message = N_("名称由小写字母、数字、横线组成，以字母开头，最多 %(n)s 个字符。")
        raise DomainError(message, n=LONGEST).at("name")
    if drafting.find_questionnaire(name) is not None:
        raise DomainError(N_("名称“%(name)s”已被使用，请换一个，或留空自动生成。"), name=name).at("name")


def create(
    *, definition: Definition, by: Actor, now: datetime, name: str = "", title: str = ""
) -> tuple[Questionnaire, bool]:
    """A new draft with this content, and whether it is new. `name` and `title` replace those of the definition.

    Raises DomainError when the person's own name cannot be used. A name that comes from the content is numbered instead.
    """
    document = definition.to_json()
    if title:
        document["title"] = {**document["title"], definition.language: title}
    twin = _twin(document, by=by, now=now)
    if twin is not None and name in ("", twin.name):
        return twin, False
    if name:
        check_name(name)
    document["name"] = name or free_name(document["name"])
    try:
        made = drafting.load_file(definition=Definition.from_json(document), by=by, now=now)
    except IntegrityError:
        raise Busy(NAME_WENT) from None
    if made.draft_revision != 1:  # somebody made one of this name a moment ago; theirs stays as it is
        raise Busy(NAME_WENT)
    return made, True


def _twin(document: dict[str, Any], *, by: Actor, now: datetime) -> Questionnaire | None:
    """What the same person made of the same content a moment ago: a second press of the button."""
    if by.id is None:
        return None
    recent = select(Questionnaire).where(
        Questionnaire.updated_by_id == by.id,
        Questionnaire.created_at > now - SECOND_PRESS,
        Questionnaire.draft_revision == 1,
    )
    wanted = {**document, "name": ""}
    found = db.session.scalars(recent.order_by(Questionnaire.id.desc()).limit(20))
    return next((one for one in found if {**drafting.draft_of(one).to_json(), "name": ""} == wanted), None)


def empty(*, title: str, by: Actor, now: datetime, language: str = "zh-CN") -> Questionnaire:
    """One page with one question, in Chinese and English. `title` is in `language`, that of the person."""
    languages = ["zh-CN", "en"] if language == "zh-CN" else ["en", "zh-CN"]
    first = {"zh-CN": "总体来说，您满意吗？", "en": "Overall, how satisfied or dissatisfied are you?"}
    nameless = {"zh-CN": "未命名问卷", "en": "Untitled questionnaire"}
    words = {language: title} if title else nameless
    document: dict[str, Any] = {
        "format": 1,
        "name": slug_of(words, now),
        "title": words,
        "languages": languages,
        "mode": "anonymous",
        "pages": [{"questions": [{"name": "q1", "type": "csat", "text": {tag: first[tag] for tag in languages}}]}],
    }
    made, _ = create(definition=Definition.from_json(document), by=by, now=now)
    return made


def copy(*, questionnaire: Questionnaire, by: Actor, now: datetime) -> Questionnaire:
    """A questionnaire with the same draft, a new name and 副本 in its title; versions, links and answers stay where they are."""
    document = drafting.draft_of(questionnaire).to_json()
    document["name"] = free_name(f"{document['name'][: LONGEST - 11].rstrip('-')}-copy")
    document["title"] = {
        language: text + COPY["zh" if language.startswith("zh") else "en"]
        for language, text in document["title"].items()
    }
    made, _ = create(definition=Definition.from_json(document), by=by, now=now)
    return made
