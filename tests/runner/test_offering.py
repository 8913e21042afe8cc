"""Choices and rows that depend on earlier pages, as somebody without script meets them."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from survey_app.responses.models import Response
from tests.runner.street import Respondent, rows_of

Person = Callable[[str], Respondent]


@pytest.fixture
def someone(person: Person) -> Respondent:
    visitor = person("offered.yaml")
    visitor.open()
    return visitor


def test_only_the_rows_of_what_was_chosen_are_asked_and_required(someone: Respondent) -> None:
    html = someone.send(visited=["kang", "web"])
    assert "康宁店" in html and "网店店" in html and "别家店" not in html
    assert "康宁好" in html and "都一样" in html and "别家好" not in html
    html = someone.send(rated_kang="4")
    assert someone.status == 422 and "网店店" in html and "别家店" not in html
    html = someone.send(rated_web="2", best="same")
    assert "总体满意度" in html
    someone.send(again="5")
    (stored,) = rows_of(select(Response))
    assert stored.answers == {"visited": ["kang", "web"], "rated_kang": 4, "rated_web": 2, "best": "same", "again": 5}


def test_a_changed_filter_takes_what_was_answered_of_the_rest_and_asks_for_the_new(someone: Respondent) -> None:
    someone.send(visited=["kang", "rival"])
    someone.send(rated_kang="4", rated_rival="1", best="rival")
    someone.send("back")
    someone.send("back", best="rival")
    html = someone.send(visited=["kang", "web"])
    assert "别家" not in html and "网店店" in html
    someone.send(rated_kang="4", rated_web="3")
    someone.send(again="5")
    (stored,) = rows_of(select(Response))
    assert stored.answers == {"visited": ["kang", "web"], "rated_kang": 4, "rated_web": 3, "again": 5}


def test_a_question_of_which_nothing_is_left_is_not_shown(someone: Respondent) -> None:
    html = someone.send(visited=[])
    assert "请评价" not in html and "都一样" in html
    someone.send()
    someone.send(again="5")
    (stored,) = rows_of(select(Response))
    assert stored.answers == {"again": 5}
