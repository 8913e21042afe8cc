"""The way back from a row of a data file to the answers it was made of."""

import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from survey_app.formats.cells import csv_text
from survey_app.questionnaire.codebook import codebook, row
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import load_definition
from survey_app.questionnaire.pretest import simulate
from survey_app.questionnaire.returning import Misfit, returner
from tests.exports.every_type import EVERY, FULL, FULL_TEXTS

TODAY = date(2026, 11, 20)
FILES = sorted((Path(__file__).parents[2] / "questionnaires").rglob("*.yaml"))


def cells_of(definition: Definition, answers: dict[str, Any], texts: dict[str, str]) -> dict[str, str]:
    """The row as it stands in a CSV."""
    made = row(definition, answers, texts)
    return {name: csv_text(value) if isinstance(value, str) else str(value) for name, value in made.items()}


def test_every_kind_of_column_comes_back() -> None:
    definition = load_definition(EVERY, file="every.yaml")
    answers, texts = returner(definition)(cells_of(definition, FULL, FULL_TEXTS))
    assert {key: value for key, value in answers.items() if key not in ("source", "score")} == FULL
    assert texts == FULL_TEXTS


@pytest.mark.parametrize("text", ["'=1", "''＝1", "=1", "'", "'a", "''", "'-5 度"])
def test_an_apostrophe_that_somebody_typed_comes_back(text: str) -> None:
    definition = load_definition(EVERY, file="every.yaml")
    assert returner(definition)(cells_of(definition, {}, {"comment": text}))[1] == {"comment": text}


def test_a_text_is_no_longer_than_people_can_type_and_holds_no_control_characters() -> None:
    definition = load_definition(EVERY, file="every.yaml")
    texts = returner(definition)(cells_of(definition, {}, {}) | {"comment": "x\0\x07" * 9_999})[1]
    assert texts == {"comment": "x" * 2_000}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_made_up_answers_to_the_standard_questionnaires_come_back(path: Path) -> None:
    definition = load_definition(path.read_text("utf-8"), file=path.name)
    read = returner(definition)
    for person in simulate(
        definition, respondents=30, seed=random.Random(path.stem).randrange(999), today=TODAY
    ).people:
        answers, texts = read(cells_of(definition, person.answers, person.texts))
        assert cells_of(definition, answers, texts) == cells_of(definition, person.answers, person.texts)
        assert codebook([definition])


@pytest.mark.parametrize(
    ("column", "cell"),
    [("nps", "11"), ("nps", "x"), ("how", "5"), ("why_1", "2"), ("rank_1", "0"), ("nps", "-96"), ("opinion", "nan"),
     ("late", "3"), ("day", "hello"), ("day", "2026-02-30"), ("day", "0001-01-01"), ("hour", "99:99"), ("age", "121"),
     ("age", "3.5"), ("age", "1e300"), ("balance", "-99993.5"), ("buy_r1_price", "-1"), ("split_a", "101"),
     ("warm", "101"), ("rank_1", "2")],
)  # fmt: skip
def test_a_cell_that_the_questionnaire_could_not_have_made_is_refused(column: str, cell: str) -> None:
    definition = load_definition(EVERY, file="every.yaml")
    cells = cells_of(definition, {"nps": 5}, {}) | {column: cell}
    with pytest.raises(Misfit, match=column.partition("_")[0]):
        returner(definition)(cells)
