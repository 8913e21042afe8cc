"""Piping: `{{overall}}` in a text is replaced by the answer to an earlier question, as plain text (the caller escapes)."""

import re

from survey_app.questionnaire.conditions import is_answered
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import Answers, Texts, text_in
from survey_app.questionnaire.question_types.hidden import Computed

_HOLE = re.compile(r"\{\{ ?([a-z][a-z0-9_]{0,63}) ?\}\}")
NOTHING = "…"


def names(text: str) -> list[str]:
    """The variables a text shows, in order."""
    return _HOLE.findall(text) if "{{" in text else []


def fill(text: str, definition: Definition, answers: Answers, texts: Texts, language: str) -> str:
    """The text with the answers in it. An unanswered variable shows "…". What was typed is never read again for holes."""
    if "{{" not in text:
        return text

    def shown(hole: re.Match[str]) -> str:
        name = hole.group(1)
        question = definition.owners.get(name)
        if isinstance(question, Computed) and question.says_nothing(answers.get(name)):
            return ""
        return shown_answer(definition, name, answers, texts, language) or NOTHING

    return _HOLE.sub(shown, text)


def shown_answer(definition: Definition, name: str, answers: Answers, texts: Texts, language: str) -> str:
    """An answer in words: labels of choices, the typed text of 其他, numbers as they are; "" when unanswered."""
    if name in texts:
        return texts[name]
    value = answers.get(name)
    if not is_answered(value):
        return ""
    question = definition.owners.get(name)
    items = value if isinstance(value, list) else [value]
    words = []
    for item in items:
        label = question.piped_choice(name, item) if question else None
        words.append(text_in(label, language, definition.language) if label else _plain(item))
    if question is not None and f"{name}_other" in texts and getattr(question, "other", None) is not None:
        words[-1 if len(words) == 1 else _other_index(question, items)] = texts[f"{name}_other"]
    return ("、" if language.startswith("zh") else ", ").join(words)


def _other_index(question: object, items: list[object]) -> int:
    code = question.other.code  # type: ignore[attr-defined]
    return items.index(code) if code in items else -1


def _plain(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
