"""What the list of questionnaires shows of answers."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from survey_app.analysis import listed
from survey_app.analysis.figures import Mover
from survey_app.database import db
from survey_app.responses.models import BreakOff
from tests.analysis import answers
from tests.analysis.answers import answer, publish

PAGED = answers.SMALL.replace("name: small", "name: paged") + (
    "  - questions:\n      - {name: ease, type: rating, text: {zh-CN: 容易吗, en: Easy}}\n"
)


def numbers(questionnaire_id: int) -> Any:
    return listed.numbers([questionnaire_id], str)[questionnaire_id]


def test_the_number_is_live_while_nps_moves_in_steps_over_all_versions(app: Flask) -> None:
    first = publish()
    second = publish(answers.SMALL.replace("推荐吗", "会推荐吗"), questionnaire=first.questionnaire)
    for version, value, count in ((first, 10, 6), (second, 0, 6)):
        for _ in range(count):
            answer(version, {"nps": value})
    db.session.commit()
    mover = Mover()
    mover.tick()
    for _ in range(4):
        answer(second, {"nps": 0})
    answer(second, {"nps": 0}, test=True)
    db.session.commit()
    mover.tick()
    made = numbers(first.questionnaire_id)
    assert (made.answers, made.nps, made.nps_n, made.nps_few) == (16, "0", 12, True) and "95%" in made.nps_interval


def test_fewer_than_five_show_neither_nps_nor_completion(app: Flask) -> None:
    version = publish(PAGED)
    for _ in range(4):
        answer(version, {"nps": 10})
    db.session.commit()
    Mover().tick()
    made = numbers(version.questionnaire_id)
    assert (made.answers, made.nps, made.completion) == (4, "", "")


def test_the_sample_chain_counts_nps_at_once_in_the_database(app: Flask) -> None:
    version = publish()
    answers.make_sample()
    for value in (10, 10, 9, 7, 0, "unknown"):
        answer(version, {"nps": value})
    answer(version, {"why": ["1"]})
    db.session.commit()
    made = numbers(version.questionnaire_id)
    assert (made.answers, made.nps, made.nps_n) == (7, "+40", 5)


@pytest.mark.parametrize(
    ("submitted", "unfinished", "words"),
    [(4, 0, ""), (5, 0, "100%"), (96, 1, "≥96%"), (96, 4, "≥96%"), (95, 5, "95%"), (5, 995, "0%")],
)
def test_one_to_four_unfinished_ones_are_not_told_apart(submitted: int, unfinished: int, words: str) -> None:
    assert listed.completion(submitted, unfinished) == words


def test_completion_counts_only_versions_that_keep_begun_answers(app: Flask) -> None:
    short = publish()
    paged = publish(PAGED.replace("name: paged", "name: small"), questionnaire=short.questionnaire)
    for version, count in ((short, 50), (paged, 30)):
        for _ in range(count):
            answer(version, {"nps": 9})
    db.session.add(BreakOff(version_id=paged.id, week=answers.TODAY, last_question="nps", count=10))
    db.session.commit()
    made = numbers(short.questionnaire_id)
    assert (made.answers, made.completion) == (80, "75%")


def test_many_questionnaires_cost_no_more_statements_than_one(sqlite_app: Flask) -> None:
    ids = []
    for index in range(12):
        version = publish(PAGED.replace("name: paged", f"name: paged-{index}"))
        answer(version, {"nps": index % 11})
        ids.append(version.questionnaire_id)
    db.session.commit()
    listed.numbers(ids, str)  # the definitions are read once
    said: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    listed.numbers(ids[:1], str)
    one = len(said)
    listed.numbers(ids, str)
    assert len(said) - one == one <= 6
