"""Page breaks of imported questionnaires: only where our pages need them, and nothing else changes."""

from typing import Any

from survey_app.formats.importing.breaking import break_pages
from survey_app.questionnaire.loading import definition_from
from survey_app.questionnaire.review import review


def draft(*pages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "format": 1,
        "name": "x",
        "title": {"en": "X"},
        "languages": ["en"],
        "mode": "anonymous",
        "pages": list(pages),
    } | more


def number(name: str, text: str = "", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "number", "text": {"en": text or name}} | more


def names(data: dict[str, Any]) -> list[list[str]]:
    return [[question["name"] for question in page["questions"]] for page in data["pages"]]


def choice(name: str, **more: Any) -> dict[str, Any]:
    choices = [{"code": code, "text": {"en": code}} for code in ("a", "b")]
    return {"name": name, "type": "single_choice", "text": {"en": name}, "choices": choices} | more


def test_a_text_that_says_an_answer_of_its_page_comes_on_the_next() -> None:
    data = draft(
        {"title": {"en": "T"}, "questions": [number("a"), number("b", "You said {{a}}."), number("c", "And {{a}}.")]}
    )
    assert break_pages(data) == [("a", 2)]
    assert names(data) == [["a"], ["b", "c"]]
    assert "title" in data["pages"][0] and "title" not in data["pages"][1]


def test_more_than_twenty_questions_stand_on_several_pages() -> None:
    data = draft({"questions": [number(f"q{n}") for n in range(45)]})
    assert break_pages(data) == [("q0", 3)]
    assert [len(page) for page in names(data)] == [20, 20, 5]


def test_what_a_choice_looks_at_and_what_a_script_cannot_decide_stand_before() -> None:
    second = choice("d", show_if={"c": {"is": "a"}})  # the page itself decides this one
    third = choice("e")
    third["choices"][0]["show_if"] = {"c": {"is": "a"}}
    words = {"name": "t", "type": "short_text", "text": {"en": "t"}}
    data = draft({"questions": [choice("c"), second, third, words, number("f", show_if={"t": {"is": "yes"}})]})
    break_pages(data)
    assert names(data) == [["c", "d"], ["e", "t"], ["f"]]
    assert review(definition_from(data)) == []


def test_the_rule_of_a_page_holds_for_all_its_parts_and_its_end_for_the_last() -> None:
    first = {"questions": [choice("z")]}
    page = {
        "show_if": {"z": {"is": "a"}},
        "end_if": {"a": {"above": 3}},
        "questions": [number("a"), number("b", "{{a}}?")],
    }
    data = draft(first, page, {"questions": [number("last")]})
    break_pages(data)
    assert [page.get("show_if") for page in data["pages"]] == [None, {"z": {"is": "a"}}, {"z": {"is": "a"}}, None]
    assert [page.get("end_if") for page in data["pages"]] == [None, None, {"a": {"above": 3}}, None]


def test_pages_in_random_order_and_pages_that_need_nothing_stay_whole() -> None:
    asked = [number(f"q{n}") for n in range(25)]
    data = draft({"questions": asked, "random_order": True}, {"questions": [number("a"), number("b")]})
    assert break_pages(data) == []
    assert [len(page) for page in names(data)] == [25, 2]
