"""Figures that move in steps, and what they are counted from. On both databases."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import event

from survey_app.analysis import dataset, figures, tallies
from survey_app.analysis.figures import Mover
from survey_app.analysis.models import Figure
from survey_app.database import db
from survey_app.design.models import Version
from survey_app.responses.models import Response
from tests.analysis import answers
from tests.analysis.answers import answer, publish

SCORED = answers.SMALL.replace("name: small", "name: scored") + (
    "  - questions:\n      - {name: ease, type: rating, text: {zh-CN: 容易吗, en: Easy}}\n"
    "scores:\n  - {name: calm, kind: mean, questions: [ease], label: {zh-CN: 轻松, en: Calm}}\n"
)


def look(version: Version, variable: str = "nps") -> tuple[int, dict[str, int]]:
    db.session.rollback()
    frozen = dataset.versions(version.questionnaire_id)
    tally = figures.current(version.questionnaire_id, frozen)[version.id].get(variable, tallies.Tally())
    return tally.n, tally.counts


def give(version: Version, count: int, value: int = 9) -> list[int]:
    made = [answer(version, {"nps": value}) for _ in range(count)]
    db.session.commit()
    return made


def test_a_figure_waits_for_five_answers_and_then_for_five_more(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    version, mover = publish(), Mover()
    monkeypatch.setattr(figures, "PAUSE_FACTOR", 0)
    seen = []
    for _ in range(11):
        give(version, 1)
        mover.tick()
        seen.append(look(version)[0])
    assert seen == [0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10]


def test_a_figure_also_moves_when_five_answers_were_withdrawn(app: Flask) -> None:
    version, mover = publish(), Mover()
    ids = give(version, 12)
    mover.tick()
    for count, expected in ((4, 12), (1, 7), (3, 7), (2, 0)):
        for response_id in [ids.pop() for _ in range(count)]:
            db.session.delete(db.session.get(Response, response_id))
        db.session.commit()
        Mover().tick()
        assert look(version)[0] == expected


def test_a_code_that_nobody_gives_any_more_leaves_its_figure(app: Flask) -> None:
    version = publish()
    gone = give(version, 6, 9)
    Mover().tick()
    for response_id in gone:
        db.session.delete(db.session.get(Response, response_id))
    give(version, 12, 3)
    Mover().tick()
    assert look(version) == (12, {"3": 12})


def test_answers_of_the_sample_chain_count_at_once(app: Flask) -> None:
    version = publish()
    answers.make_sample()
    give(version, 3)
    assert look(version) == (3, {"9": 3})
    assert Mover().tick() == []


def test_looking_at_figures_writes_nothing(app: Flask) -> None:
    version = publish()
    give(version, 8)
    Mover().tick()
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    look(version)
    dataset.received([version.id])
    assert statements
    assert not [s for s in statements if s.split()[0] in {"INSERT", "UPDATE", "DELETE"}]


def test_test_answers_are_never_counted(app: Flask) -> None:
    version = publish()
    give(version, 6)
    answer(version, {"nps": 0}, {"comment": "只是测试"}, test=True)
    db.session.commit()
    Mover().tick()
    assert dataset.received([version.id]) == 6
    assert look(version) == (6, {"9": 6})
    assert look(version, "comment") == (0, {})


def test_each_question_counts_those_who_answered_it(app: Flask) -> None:
    version = publish(SCORED)
    for count in range(1, 8):
        answer(version, {"nps": 10, "why": ["1", "8"], "ease": 4}, {"why_other": "送药慢", "comment": f"第{count}条"})
    for _ in range(5):
        answer(version, {"nps": "unknown", "ease": 5}, status="screened_out")
    db.session.commit()
    Mover().tick()
    assert look(version, "") == (12, {"complete": 7, "screened_out": 5})
    assert look(version) == (12, {"10": 7, "unknown": 5})
    assert look(version, "why") == (7, {"1": 7, "8": 7})
    assert look(version, "comment") == look(version, "why_other") == (7, {})
    assert look(version, "score:calm") == (12, {"4": 7, "5": 5})


def test_a_questionnaire_that_did_not_change_is_not_counted_again(app: Flask) -> None:
    version, mover = publish(), Mover()
    give(version, 5)
    assert mover.tick() == [version.questionnaire_id]
    assert mover.tick() == []


def test_a_large_questionnaire_is_left_alone_for_a_while_after_counting(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    version, mover = publish(), Mover()
    monkeypatch.setattr(figures, "PAUSE_FACTOR", 10_000)
    give(version, 5)
    mover.tick()
    give(version, 5)
    assert mover.tick() == []
    assert db.session.query(Figure).filter_by(variable="nps").one().n == 5


def test_columns_hold_one_value_per_response_with_missing_codes_over_all_versions(app: Flask) -> None:
    first = publish()
    second = publish(answers.SMALL.replace("pages:", "pages:\n  - questions:\n      - {name: age, type: number, min: 0, "
                                           "text: {zh-CN: 年龄, en: Age}}"), questionnaire=first.questionnaire)  # fmt: skip
    answer(first, {"nps": 9, "why": ["1", "8"]})
    answer(second, {"age": 61, "nps": "unknown"})
    db.session.commit()
    frozen = dataset.versions(first.questionnaire_id)
    with dataset.snapshot() as connection:
        found = sorted(dataset.rows(connection, [first.id, second.id]), key=lambda row: row.version_id)
    book, columns = dataset.columns(found, frozen)
    assert [variable.name for variable in book.variables][:3] == ["age", "nps", "why_1"]
    assert (columns["age"], columns["nps"]) == ([-94, 61], [9, -95])
    assert columns["why_2"] == [0, -99]


def test_a_response_without_a_day_belongs_to_the_month_of_its_wave(app: Flask) -> None:
    version = publish()
    answer(version, {"nps": 9}, day=None)
    answer(version, {"nps": 9}, day=answers.TODAY - 31)
    db.session.commit()
    with dataset.snapshot() as connection:
        months = {(row.day is None, row.month) for row in dataset.rows(connection, [version.id])}
    assert months == {(True, date(2026, 11, 1)), (False, date(2026, 10, 1))}


def test_texts_without_a_day_wait_for_the_close_of_their_wave(app: Flask) -> None:
    version = publish()
    answer(version, {}, {"comment": "一"}, day=None)
    answer(version, {}, {"comment": "二"})
    db.session.commit()
    closes = dataset.comment_days([version.id], "comment")
    assert closes == {answers.TODAY: 1, answers.TODAY + 24: 1}
    assert [text for _, text in dataset.comments([version.id], "comment", until=answers.TODAY)] == ["二"]
