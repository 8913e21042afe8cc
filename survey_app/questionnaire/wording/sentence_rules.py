"""Rules about the words of one question, in the two languages that have rules."""

import re
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.tables import MatrixFields
from survey_app.questionnaire.question_types.writing import TextFields
from survey_app.questionnaire.wording import chinese, english, fixes
from survey_app.questionnaire.wording.kinds import Noticed, Place, is_chinese, is_english

MAX_HAN, MAX_WORDS = 40, 25
RATES = frozenset({"rating", "csat", "likert", "ces", "nps"})
PICKS = frozenset({"single_choice", "dropdown"})
_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_CAPITALS = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2,}[0-9]*(?![A-Za-z0-9])|(?<![A-Za-z0-9])[A-Z][0-9][A-Z](?![A-Za-z0-9])")
_KNOWN = frozenset(
    re.split(
        " ",
        "APP WIFI SMS VIP QR ID PC TV KTV ATM PDF USB GPS NFC LED CD DVD OK CT DNA AI UK US USA EU UN PIN FAQ CEO DIY WC NBA EMS "
        "SF UPS DHL URL WWW AM PM A4 BMI ICU MRI HIV COVID VAT HR IT XS XL XXL NOT YES NO AND OR",
    )
)


def rules_of(language: str) -> ModuleType | None:
    """The module of sentence rules for a language; None when there is none."""
    return chinese if is_chinese(language) else english if is_english(language) else None


def notice(question: Question, place: Place, data: Mapping[str, Any] | None = None) -> Iterator[Noticed]:
    """Everything about the words of one question."""
    if not question.shown:
        return
    for language, text in question.text.items():
        rules = rules_of(language)
        if rules is None or not text:
            continue
        where = (*place, "text")
        if question.asks and question.type != "consent":
            yield from _asked(question, place, text, language, rules)
            yield from _length(where, text, language)
        yield from _words(where, text, language, rules)
    if isinstance(question, Matrix):
        yield from _rows(question, place)


def _asked(question: Question, place: Place, text: str, language: str, rules: ModuleType) -> Iterator[Noticed]:
    where = (*place, "text")
    closed = question.type in RATES or (question.type in PICKS and rules.asks_closed(text))
    if closed and (span := rules.two_ideas(text)):
        yield Noticed("double_barrelled", where, {"words": span}, language, fixes.split_question(question, place))
    if question.type in {
        "single_choice",
        "multiple_choice",
        "rating",
        "csat",
        "nps",
        "likert",
    } and not rules.is_question(text):
        yield Noticed("no_question", where, {"words": text}, language, fixes.ask(question, place))
    if question.why is None:
        yield from _personal(question, place, text, language, rules)


def _personal(question: Question, place: Place, text: str, language: str, rules: ModuleType) -> Iterator[Noticed]:
    if question.type not in {"short_text", "long_text", "number", "date", "text_fields", "matrix_fields"}:
        return
    if span := rules.personal_data(text):
        yield Noticed("personal_data", (*place, "text"), {"words": span}, language)
        return
    key = "columns" if isinstance(question, MatrixFields) else "fields"
    fields = getattr(question, key) if isinstance(question, TextFields | MatrixFields) else ()
    for number, item in enumerate(fields):
        if span := rules.personal_data(item.text.get(language, "")):
            yield Noticed("personal_data", (*place, key, number, "text"), {"words": span}, language)


def _length(where: Place, text: str, language: str) -> Iterator[Noticed]:
    chinese_text = is_chinese(language)
    given = len(_HAN.findall(text)) if chinese_text else len(_WORD.findall(text))
    limit = MAX_HAN if chinese_text else MAX_WORDS
    if given > limit:
        unit = {"unit": "characters" if chinese_text else "words", "unit_zh": "个字" if chinese_text else "个英文词"}
        yield Noticed("long_text", where, {"given": given, "limit": limit, **unit}, language)


def _words(where: Place, text: str, language: str, rules: ModuleType) -> Iterator[Noticed]:
    """Rules that hold for every sentence a respondent is to judge or answer, rows of a matrix too."""
    if span := rules.leading(text):
        changed = rules.without_leading(text)
        steps = (fixes.set_text(where, language, changed),) if changed != text and not rules.leading(changed) else ()
        yield Noticed("leading", where, {"words": span}, language, steps)
    if span := rules.and_or(text):
        yield Noticed(
            "and_or", where, {"words": span}, language, (fixes.set_text(where, language, rules.without_and_or(text)),)
        )
    for code in ("absolute", "double_negative", "hypothetical", "vague_period"):
        if span := getattr(rules, code)(text):
            yield Noticed(code, where, {"words": span}, language)
    if span := rules.term(text) or abbreviation(rules.plain(text), text):
        yield Noticed("jargon", where, {"words": span}, language)


def abbreviation(words: str, text: str) -> str:
    """An abbreviation that is not explained in brackets and not known to everybody."""
    if words.isupper() and len(words) > 12 and " " in words:
        return ""
    for found in _CAPITALS.finditer(words):
        name = found.group()
        if name not in _KNOWN and not re.search(rf"{name} ?[（(]", text):
            return name
    return ""


def _rows(question: Matrix, place: Place) -> Iterator[Noticed]:
    for number, row in enumerate(question.rows):
        for language, text in row.text.items():
            rules = rules_of(language)
            if rules is None or not text:
                continue
            where = (*place, "rows", number, "text")
            if span := rules.two_ideas(text):
                yield Noticed("double_barrelled", where, {"words": span}, language)
            yield from _words(where, text, language, rules)
