"""Answers that do not fit each other, as somebody without script meets them."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from survey_app.responses.models import Response
from tests.runner.street import Respondent, rows_of

Person = Callable[[str], Respondent]


@pytest.fixture
def someone(person: Person) -> Respondent:
    visitor = person("checked.yaml")
    visitor.open()
    return visitor


def test_what_does_not_fit_is_told_beside_its_question_and_everything_typed_stays(someone: Respondent) -> None:
    html = someone.send(spent="1", what=["drug", "food"], split_drug_n="3", number="ab1")
    assert someone.status == 422
    for words in ("件数多于金额，请您检查", "合计与总额不符", "这里的回答不符合要求，请您检查"):
        assert words in html
    assert 'value="ab1"' in html and 'value="3"' in html


def test_what_fits_is_taken_and_only_answers_are_stored(someone: Respondent) -> None:
    html = someone.send(spent="5", what=["drug", "food"], split_drug_n="3", split_rest_n="2", number="AB12")
    assert "好的" in html
    someone.send()
    someone.send(again="ab12")
    (stored,) = rows_of(select(Response))
    assert stored.answers == {"spent": 5, "what": ["drug", "food"], "split_drug_n": 3, "split_rest_n": 2}


def test_what_a_check_says_shows_an_earlier_answer_as_it_was_typed(someone: Respondent) -> None:
    someone.send(spent="5", number="AB12<i>{{spent}}")
    someone.send()
    html = someone.send(again="AB13")
    assert someone.status == 422
    assert html.count("应与“AB12&lt;i&gt;{{spent}}”相同") == 2  # in the summary and beside the question
