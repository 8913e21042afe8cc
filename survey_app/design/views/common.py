"""What the pages of one questionnaire share: loading it, its languages, the head of the page."""

from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from survey_app import web
from survey_app.database import db
from survey_app.design import drafting, library, publishing, reading
from survey_app.design.models import Questionnaire, Version
from survey_app.questionnaire import timing
from survey_app.questionnaire.definition import Definition

LANGUAGE_NAMES = {
    "zh-CN": "中文", "en": "English", "zh-TW": "繁體中文", "ja": "日本語", "ko": "한국어", "vi": "Tiếng Việt", "th": "ไทย",
    "ru": "Русский", "mn": "Монгол", "bo": "བོད་སྐད", "fr": "Français", "de": "Deutsch", "es": "Español",
}  # fmt: skip


def questionnaire_or_404(questionnaire_id: int) -> Questionnaire:
    """The questionnaire of this number."""
    found: Questionnaire = web.found(db.session.get(Questionnaire, questionnaire_id))
    return found


def version_or_404(questionnaire: Questionnaire, number: int) -> Version:
    """One of its versions."""
    query = select(Version).where(Version.questionnaire_id == questionnaire.id, Version.number == number)
    found: Version = web.found(db.session.scalar(query))
    return found


def asked_version(questionnaire: Questionnaire) -> Version | None:
    """The version that the address names (404 when there is no such); None: the draft."""
    number = request.args.get("version", "")
    if not number:
        return None
    if not number.isascii() or not number.isdigit() or len(number) > 6:
        abort(404)
    return version_or_404(questionnaire, int(number))


def reading_language(definition: Definition) -> str:
    """The questionnaire language to read in: the one asked for, else that of the interface, else the first."""
    for wanted in (request.args.get("language", ""), web.language_tag()):
        if wanted in definition.languages:
            return wanted
    return definition.language


def languages_of(definition: Definition) -> list[tuple[str, str]]:
    """Its languages for links: (tag, name)."""
    return [(language, LANGUAGE_NAMES.get(language, language)) for language in definition.languages]


def waiting_translations(questionnaire_id: int, waiting: dict[str, int]) -> list[tuple[str, str, str]]:
    """One line for each language that texts wait for: (address of the translation table, language, sentence)."""
    return [
        (
            url_for("design.translations", questionnaire_id=questionnaire_id, language=tag, state="missing"),
            LANGUAGE_NAMES.get(tag, tag),
            _("还缺 %(n)s 处译文。", n=n),
        )
        for tag, n in waiting.items()
    ]


def reading_values(definition: Definition) -> dict[str, Any]:
    """What the templates need that show a whole definition."""
    reader = reading.Reader(definition, reading_language(definition), _)
    return {
        "definition": definition,
        "reader": reader,
        "language": reader.language,
        "languages": languages_of(definition),
        "minutes": timing.minutes(definition),
        "number_of_questions": library.number_of_questions(definition),
    }


def head(questionnaire: Questionnaire) -> dict[str, Any]:
    """What the head of every page about one questionnaire shows."""
    definition = drafting.draft_of(questionnaire)
    newest = publishing.newest_version(questionnaire)
    return {
        "questionnaire": questionnaire,
        "title": definition.text(definition.title, web.language_tag()),
        "newest": newest,
        "has_news": publishing.has_news(questionnaire),
        "mode": reading.MODES[questionnaire.mode],
    }
