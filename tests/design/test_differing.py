"""Differences in words, with what went and what came marked."""

import copy
import re
import time

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from survey_app.design.differing import KEYS, KINDS_OF_CHANGE, Teller
from survey_app.design.marking import Piece, marked
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.difference import difference
from tests.questionnaire.test_difference import mutate
from tests.questionnaire.tools import made, question, tiny


def shown(before: str, after: str) -> str:
    """[-gone-]{+new+}"""
    form = {"": "{}", "del": "[-{}-]", "ins": "{{+{}+}}"}
    return "".join(form[piece.mark].format(piece.text) for piece in marked(before, after))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("您对本次服务满意吗？", "您对这次服务满意吗？", "您对[-本-]{+这+}次服务满意吗？"),
        ("How satisfied were you?", "How satisfied or dissatisfied were you?", "How satisfied {+or dissatisfied +}were you?"),
        ("送药 30 分钟内", "送药 45 分钟内", "送药 [-30-]{+45+} 分钟内"),
        ("价格", "速度", "[-价格-]{+速度+}"),
        ("", "新的", "{+新的+}"),
        ("旧的", "", "[-旧的-]"),
        ("same", "same", "same"),
        ("👨‍👩‍👧 一家", "👨‍👩‍👦 一家", "[-👨‍👩‍👧-]{+👨‍👩‍👦+} 一家"),
    ],
)  # fmt: skip
def test_words_and_characters_are_marked(before: str, after: str, expected: str) -> None:
    assert shown(before, after) == expected


WORDS = st.text(alphabet="药店服务满意 ab<>&1。?\u200d\u0301👨", max_size=40)


@given(WORDS, WORDS)
@settings(max_examples=200, deadline=None)
def test_both_texts_are_found_in_the_pieces(before: str, after: str) -> None:
    pieces = marked(before, after)
    assert "".join(p.text for p in pieces if p.mark != "ins") == before
    assert "".join(p.text for p in pieces if p.mark != "del") == after
    assert all(p.text for p in pieces)


def test_long_texts_take_no_time() -> None:
    began = time.thread_time()
    before, after = (
        "".join(chr(0x4E00 + n % 997) for n in range(10_000)),
        "".join(chr(0x4E00 + n * 7 % 991) for n in range(10_000)),
    )
    assert len(marked(before, after)) == 2 and time.thread_time() - began < 2


def told(before: Definition, after: Definition) -> list[tuple[str, str, str, tuple[Piece, ...]]]:
    """(chapter, place, what, pieces) of every difference."""
    chapters = Teller(before, after, "en", lambda text: text).chapters()
    return [(c.key, p.place, line.what, line.pieces) for c in chapters for p in c.parts for line in p.lines]


def test_a_rule_is_told_as_two_sentences() -> None:
    first, why = question("a"), question("why", "long_text")
    pages = [{"questions": [first]}, {"questions": [why]}]
    ruled = [{"questions": [first]}, {"questions": [why | {"show_if": {"a": {"at_most": 2}}}]}]
    ((chapter, place, what, pieces),) = told(made(pages=pages), made(pages=ruled))
    assert (chapter, what, [p.mark for p in pieces]) == ("logic", "显示规则", ["del", "ins"])
    assert pieces[0].text == "总是显示" and "不高于 2" in pieces[1].text and "第 2 题" in place


def test_what_moved_says_from_where_to_where() -> None:
    a, b, c = (question(name) for name in "abc")
    ((chapter, _, what, pieces),) = told(made(a, b, c), made(b, c, a))
    assert (chapter, what) == ("structure", "移动")
    assert [piece.text for piece in pieces] == ["第 1 页，第 1 题", "第 1 页，第 3 题"]


def test_what_touches_a_trend_is_listed_strongest_first() -> None:
    rating = question("r", "rating", low="bad")
    before = made(rating, question("c", "single_choice", indicator="care"))
    after = made(rating | {"low": "awful"}, question("c", "single_choice", indicator="care", text="Changed"))
    found = Teller(before, after, "en", lambda text: text).touching()
    assert [line.trend for _, line in found] == ["breaks", "may"] and all(line.why for _, line in found)


@pytest.mark.parametrize(
    "name", ["golden", "conditions", "matrix_scale", "computed", "multiple_choice", "sus", "texts"]
)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_every_difference_has_words(name: str, data: st.DataObject) -> None:
    before = tiny(name)
    changed = copy.deepcopy(before.to_json())
    try:
        for _ in range(data.draw(st.integers(1, 4))):
            mutate(changed, data.draw)
        after = Definition.from_json(changed)
    except (ValidationError, KeyError, TypeError, AttributeError):
        assume(False)
        raise
    for first, second in ((before, after), (after, before)):
        lines = told(first, second)
        assert len(lines) == len(difference(first, second))
        assert all(place and re.search(r"[一-鿿]", what) for _, place, what, _ in lines)


def test_every_key_of_a_definition_has_a_name() -> None:
    from survey_app.questionnaire.definition import Page, Score
    from survey_app.questionnaire.parts import Choice, Point, Scale
    from survey_app.questionnaire.question_types import TYPES
    from survey_app.questionnaire.question_types.matrix import Row
    from survey_app.questionnaire.question_types.writing import TextItem

    models: list[type[BaseModel]] = [Definition, Page, Score, Choice, Point, Scale, Row, TextItem, *TYPES.values()]
    keys = {key for model in models for key in model.model_fields}
    lists = {"pages", "scales", "scores", "languages", "choices", "rows", "fields", "items"}
    assert keys - KEYS.keys() - lists == {"code", "type", "format"}
    assert ("question", "type") in KINDS_OF_CHANGE
