"""Words of a computed value: a text says one thing or another."""

from typing import Any

import pytest

from survey_app.questionnaire import loading, piping, routing, validation
from survey_app.questionnaire.definition import Definition


def made(words: list[Any]) -> Definition:
    choices = [{"code": code, "text": code} for code in ("m", "f", "x")]
    second = {"if": {"sex": {"is": "f"}}, "then": 2, "else": 0}
    first = {"if": {"sex": {"is": "m"}}, "then": 1, "else": second}
    return loading.definition_from({
        "format": 1, "name": "words", "title": "说法", "languages": ["zh-CN", "en"], "pages": [
            {"questions": [
                {"name": "sex", "type": "single_choice", "text": "性别", "choices": choices},
                {"name": "word", "type": "computed", "expression": first, "words": words},
                {"name": "plain", "type": "computed", "expression": 0},
            ]},
            {"questions": [{"name": "note", "type": "note", "text": {"zh-CN": "这是{{word}}。", "en": "This is {{word}}."}}]},
        ],
    })  # fmt: skip


WORDS = [{"zh-CN": "他", "en": "him"}, {"zh-CN": "她"}]


@pytest.mark.parametrize(
    ("sex", "chinese", "english"),
    [("m", "这是他。", "This is him."), ("f", "这是她。", "This is 她."), ("x", "这是。", "This is .")],
)
def test_a_text_says_the_words_of_a_value_and_nothing_for_0(sex: str, chinese: str, english: str) -> None:
    definition = made(WORDS)
    answers, texts = validation.settle(definition, {"sex": sex}, {})
    for language, expected in (("zh-CN", chinese), ("en", english)):
        text = definition.text(definition.question("note").text, language)
        assert piping.fill(text, definition, answers, texts, language) == expected


def test_a_value_without_words_is_a_number_and_0_is_one_too() -> None:
    definition = made([])
    answers = routing.path(definition, {"sex": "f"}).answers
    assert piping.fill("{{word}} {{plain}}", definition, answers, {}, "en") == "2 0"


def test_words_are_translated_like_any_text() -> None:
    from survey_app.questionnaire.meaning import check

    assert [(fault.code, fault.path) for fault in check(made(WORDS)) if "words" in fault.path] == [
        ("missing_text", "pages[0].questions[1].words[1]")
    ]
