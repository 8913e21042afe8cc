"""Words by condition in texts say the same as in LimeSurvey, for every combination of answers."""

from itertools import product
from typing import Any

import pytest

from survey_app.formats.limesurvey import parse
from survey_app.questionnaire import piping, validation
from survey_app.questionnaire.review import review
from tests.formats.limesurvey.files import q, survey
from tests.formats.limesurvey.meaning import Source

FIRST = [q("yes", "Y"), q("num", "N", relevance="yes == 'Y'"), q("list", "L", answers={"1": "One"}, other="Y")]
PHRASES = [
    ("if(yes == 'Y', 'his', 'her')", [("yes == 'Y'", "his"), ("1", "her")]),
    ("if(yes == 'Y', 'his', '')", [("yes == 'Y'", "his"), ("1", "")]),
    ("if(num.NAOK > 3, 'many', if(num.NAOK > 1, 'some', 'none'))",
     [("num.NAOK > 3", "many"), ("num.NAOK > 1", "some"), ("1", "none")]),
    ("if(num > 3, 'many', 'few')", [("num > 3", "many"), ("num <= 3", "few"), ("1", "")]),
    ("if(yes == 'Y' and num > 3, 'a', 'b')", [("yes == 'Y' and num > 3", "a"), ("num.NAOK == num", "b"), ("1", "")]),
]  # fmt: skip


def said(found: Any, name: str, answers: dict[str, Any], texts: dict[str, str] | None = None) -> str:
    definition = found.definition
    counted, typed = validation.settle(definition, answers, texts or {})
    text = definition.text(definition.question(name).text, "en")
    return piping.fill(text, definition, counted, typed, "en")


@pytest.mark.parametrize(("phrase", "cases"), PHRASES, ids=[phrase for phrase, _ in PHRASES])
def test_a_text_says_the_same_words(phrase: str, cases: list[tuple[str, str]]) -> None:
    found = parse(survey(FIRST, [q("asked", text=f"It is {{{phrase}}}.")]))
    assert [line.result for line in found.lines if line.kind == "rule"] == ["kept", "kept"]
    assert not found.definition.question("asked").open_rules
    assert review(found.definition) == []
    for yes, num in product(("", "Y", "N"), ("", "2", "5")):
        answers = {"yes": yes.lower()} if yes else {}
        answers |= {"num": int(num)} if num else {}
        hidden = set() if yes == "Y" else {"num"}
        values = {"yes": yes, "num": num}
        expected = next(word for test, word in cases if Source(values, hidden).true(test))
        assert said(found, "asked", answers) == f"It is {expected}.", (yes, num)


def test_every_language_has_its_own_words_of_one_value() -> None:
    text = {"en": "{if(yes == 'Y', 'his', 'her')} dog", "zh-Hans": "{if(yes == 'Y', '他', '她')}的狗"}
    found = parse(survey(FIRST, [q("asked", text=text)], languages=("en", "zh-Hans")))
    (made,) = [question for question in found.data["pages"][1]["questions"] if question["type"] == "computed"]
    assert made["words"] == [{"en": "his", "zh-CN": "他"}, {"en": "her", "zh-CN": "她"}]
    assert found.definition.question("asked").text == {
        "en": f"{{{{{made['name']}}}}} dog",
        "zh-CN": f"{{{{{made['name']}}}}}的狗",
    }


def test_the_page_keeps_its_title_when_its_first_text_has_words_by_condition() -> None:
    found = parse(survey(FIRST, [q("asked", text="{if(yes == 'Y', 'a', 'b')}")]))
    shown = [page for page in found.definition.pages if any(question.shown for question in page.questions)]
    assert [page.title for page in shown] == [{"en": "Group 1"}, {"en": "Group 2"}]


@pytest.mark.parametrize("phrase", ["if(strlen(list_other) >= 1, list_other, list.shown)",
                                    "if(is_empty(list_other), list.shown, list_other)"])  # fmt: skip
def test_what_was_typed_or_chosen_is_shown_as_ours_shows_it(phrase: str) -> None:
    found = parse(survey(FIRST, [q("asked", text=f"{{{phrase}}}!")]))
    assert found.definition.question("asked").text == {"en": "{{list}}!"}
    assert said(found, "asked", {"list": "1"}) == "One!"
    assert said(found, "asked", {"list": "other"}, {"list_other": "Third"}) == "Third!"


def test_words_that_are_made_of_answers_are_a_lost_rule_and_wait() -> None:
    found = parse(survey(FIRST, [q("asked", text="{if(yes == 'Y', implode(' ', 'Hi', list), 'Hello')}")]))
    assert [(line.kind, line.result) for line in found.lines if line.place.startswith("asked") and "if(" in line.source] == [
        ("rule", "lost"), ("text", "changed"),
    ]  # fmt: skip
    assert len(found.definition.question("asked").open_rules) == 1


def test_an_equation_of_words_is_a_number_that_texts_and_rules_know_by_its_words() -> None:
    equation = {"en": "{if(num.NAOK > 3, 'many', 'few')}", "zh-Hans": "{if(num.NAOK > 3, '多', '少')}"}
    later = [q("asked", text="So {size}."), q("more", relevance="size == 'many'")]
    found = parse(survey(FIRST, [q("size", "*", text=equation)], later, languages=("en", "zh-Hans")))
    made = found.definition.question("size")
    assert [dict(text) for text in made.words] == [{"en": "many", "zh-CN": "多"}, {"en": "few", "zh-CN": "少"}]
    assert said(found, "asked", {"yes": "y", "num": 5}) == "So many."
    assert said(found, "asked", {}) == "So few."
    from survey_app.questionnaire import routing

    shown = {num: "more" in routing.path(found.definition, {"yes": "y", "num": num}).questions for num in (2, 5)}
    assert shown == {2: False, 5: True}
