"""Gives every text of the new definition its languages: one, or two that stand side by side throughout."""

from collections.abc import Iterator, Sequence
from typing import Any

from survey_app.formats.plain_text import tongues
from survey_app.formats.plain_text.parsed import Remark

CHINESE, ENGLISH = "zh-CN", "en"
SHARE = 0.6
"""So many of the questions have to say everything twice, or the second language is part of the words."""
_KEYS = ("title", "intro", "thanks", "text", "hint", "low", "high", "unsure", "unit")


def texts(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every text of the data, as (what holds it, key)."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in _KEYS and isinstance(value, str):
                yield data, key
            elif key == "labels" and isinstance(value, list):
                yield from ((value, index) for index, label in enumerate(value) if isinstance(label, str))
            elif key not in ("show_if", "end_if"):
                yield from texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from texts(value)


def give(data: dict[str, Any], stems: Sequence[tuple[str, int]]) -> list[Remark]:
    """Turns every plain text into texts per language; returns the lines that have one language only. Changes `data`."""
    asked = [(stem, line) for stem, line in stems if not tongues.is_neutral(stem)]
    twice = [stem for stem, _ in asked if tongues.sides(stem)]
    if asked and len(twice) >= SHARE * len(asked):
        return _two(data, asked)
    chinese = sum(tongues.has_chinese(stem) for stem, _ in asked)
    if not asked:
        chinese = sum(tongues.has_chinese(holder[key]) for holder, key in texts(data))
        language = CHINESE if chinese or not any(True for _ in texts(data)) else ENGLISH
    else:
        language = CHINESE if 2 * chinese >= len(asked) else ENGLISH
    data["languages"] = [language]
    for holder, key in list(texts(data)):
        holder[key] = {language: holder[key]}
    return []


def _two(data: dict[str, Any], asked: Sequence[tuple[str, int]]) -> list[Remark]:
    first = next(stem for stem, _ in asked if tongues.sides(stem))
    order = (
        [CHINESE, ENGLISH]
        if tongues.has_chinese(first[:1]) or not tongues.is_english(first[:3])
        else [ENGLISH, CHINESE]
    )
    data["languages"] = order
    alone = [Remark("one_language", line, {"text": stem[:30]}) for stem, line in asked if not tongues.sides(stem)]
    for holder, key in list(texts(data)):
        words = holder[key]
        pair = tongues.sides(words) or _halves(words)
        if pair:
            holder[key] = {language: {CHINESE: pair[0], ENGLISH: pair[1]}[language] for language in order}
        elif tongues.is_neutral(words):
            holder[key] = dict.fromkeys(order, words)
        else:
            language = CHINESE if tongues.has_chinese(words) else ENGLISH
            # the first language is what others fall back to: it is never empty
            holder[key] = {order[0]: words} if language == order[0] else {order[0]: words, language: words}
    return alone


def _halves(words: str) -> tuple[str, str] | None:
    """Several lines, some Chinese and some English."""
    lines = words.split("\n")
    chinese = [line for line in lines if tongues.has_chinese(line)]
    english = [line for line in lines if tongues.is_english(line)]
    if chinese and english and len(chinese) + len(english) == len(lines):
        return "\n".join(chinese), "\n".join(english)
    return None
