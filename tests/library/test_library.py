"""The shipped questionnaires: every file is sound, complete in both languages, short, and what the README says of it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from survey_app.config import ROOT
from survey_app.questionnaire import codebook, conditions, loading, review, schema, scoring, timing, validation, wording
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.writing import LongText, ShortText

LIBRARY = ROOT / "questionnaires"
FILES = sorted(LIBRARY.glob("*.yaml"))
INDICATORS = json.loads((LIBRARY / "indicators.json").read_text("utf-8"))["indicators"]
MAIN = ("response_speed", "resolution", "service_attitude", "product_information", "order_fulfilment")
HAN = re.compile(r"[\u3400-\u9fff\u3001\u3002\uff01-\uff5e]")


def load(file: Path) -> Definition:
    return loading.load_definition(file.read_bytes(), file=file.name)


DEFINITIONS = {file.stem: load(file) for file in FILES}
every = pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=DEFINITIONS)


def texts_of(data: Any, path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every text of a definition's JSON with its place."""
    if isinstance(data, dict):
        if "zh-CN" in data or "en" in data:
            yield path, data
            return
        for key, value in data.items():
            yield from texts_of(value, f"{path}/{key}")
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from texts_of(value, f"{path}/{index}")


def test_the_library_offers_what_was_asked_for() -> None:
    assert {
        "order-satisfaction",
        "shop-visit",
        "delivery",
        "return-exchange",
        "device-repair",
        "pharmacist-consultation",
        "product-information",
        "complaint-follow-up",
        "nps",
        "csat",
        "ces",
        "sus",
        "service-quality",
        "care-experience",
    } <= set(DEFINITIONS)


@every
def test_a_file_is_named_like_its_questionnaire(definition: Definition) -> None:
    assert DEFINITIONS[definition.name] is definition


@every
def test_nothing_forbids_publishing(definition: Definition) -> None:
    assert review.review(definition, None) == []


@every
def test_advice_is_followed(definition: Definition) -> None:
    given = {advice.code for advice in wording.advice(definition)}
    assert given <= ({"agree_scale"} if definition.name == "sus" else set())  # an instrument that prescribes its scale


@every
def test_every_text_is_there_in_both_languages_and_translated(definition: Definition) -> None:
    assert definition.languages == ("zh-CN", "en")
    for path, text in texts_of(definition.to_json()):
        assert set(text) == {"zh-CN", "en"}, path
        assert HAN.search(text["zh-CN"]), f"{path}: not Chinese: {text['zh-CN']}"
        assert not HAN.search(text["en"]), f"{path}: Chinese in the English text: {text['en']}"


@every
def test_customers_are_addressed_with_respect(definition: Definition) -> None:
    for path, text in texts_of(definition.to_json()):
        assert "你" not in text["zh-CN"] and "亲，" not in text["zh-CN"], path
        assert not re.search(r"[,?!;]", text["zh-CN"]), f"{path}: half-width punctuation in Chinese"


@every
def test_it_takes_less_than_five_minutes_and_asks_at_most_twelve_questions(definition: Definition) -> None:
    assert timing.seconds(definition) < 300
    assert sum(1 for question in definition.questions if question.asks) <= 12
    assert all(len(question.rows) <= 5 for question in definition.questions if isinstance(question, Matrix))


@every
def test_it_is_anonymous_and_says_what_it_is_for_where_it_comes_from_and_who_may_use_it(definition: Definition) -> None:
    assert definition.mode == "anonymous"
    assert definition.purpose and definition.source and definition.licence and definition.scores
    assert "CC0-1.0" in definition.licence


@every
def test_open_text_is_optional_and_warns_against_personal_data(definition: Definition) -> None:
    for question in definition.questions:
        if isinstance(question, LongText | ShortText):
            assert not question.required
            assert question.hint and question.hint["zh-CN"].startswith("选填")


@every
def test_every_indicator_exists(definition: Definition) -> None:
    known = {entry["key"] for entry in INDICATORS}
    used = {question.indicator for question in definition.questions if question.indicator}
    assert used and used <= known


@every
def test_the_page_script_can_decide_every_condition_on_its_own_page(definition: Definition) -> None:
    for page in definition.pages:
        here = {question.name for question in page.questions}
        for question in page.questions:
            if question.show_if and here & set(question.show_if):
                assert conditions.to_script(question.show_if) is not None, question.name


def best_and_worst(definition: Definition, *, best: bool) -> dict[str, Any]:
    """Answers of somebody who gives every scored variable its highest (or lowest) number."""
    answers: dict[str, Any] = {}
    for variable in definition.variables:
        if variable.kind in ("rating", "likert", "nps", "csat", "ces"):
            label = max(variable.values, key=lambda v: v.value) if best else min(variable.values, key=lambda v: v.value)
            answers[variable.name] = label.code if variable.kind == "likert" else label.value
    return answers


@every
def test_scores_can_be_computed_and_stay_in_their_range(definition: Definition) -> None:
    for score in definition.scores:
        low = scoring.score(score, definition, best_and_worst(definition, best=False))
        high = scoring.score(score, definition, best_and_worst(definition, best=True))
        assert low is not None and high is not None, score.name
        if score.rescale and not score.reverse:
            assert (low, high) == pytest.approx(score.rescale), score.name
        assert scoring.score(score, definition, {}) is None, f"{score.name}: a score of nobody"


def test_sus_is_scored_as_its_author_says() -> None:
    sus = DEFINITIONS["sus"]
    positive, negative = sus.scores[0].questions[0::2], sus.scores[0].questions[1::2]
    assert set(sus.scores[0].reverse) == set(negative)
    best = dict.fromkeys(positive, 5) | dict.fromkeys(negative, 1)
    mixed = dict.fromkeys(positive, 4) | dict.fromkeys(negative, 3)  # (5 * 3 + 5 * 2) * 2.5
    assert scoring.score(sus.scores[0], sus, best) == pytest.approx(100)
    assert scoring.score(sus.scores[0], sus, mixed) == pytest.approx(62.5)
    assert scoring.score(sus.scores[0], sus, dict.fromkeys((*positive, *negative), 3)) == pytest.approx(50)


def test_reasons_are_asked_only_after_a_low_score() -> None:
    order = DEFINITIONS["order-satisfaction"]
    given = {"overall": 4, "went_wrong": ["late"]}
    kept, _ = validation.settle(order, given, {})
    assert kept == {"overall": 4}
    assert validation.settle(order, given | {"overall": 2}, {})[0]["went_wrong"] == ["late"]


@every
def test_the_data_columns_of_a_file_have_names_that_fit_every_format(definition: Definition) -> None:
    names = [variable.name for variable in codebook.codebook([definition]).variables]
    assert len(names) == len({name.lower() for name in names})
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name) and not name.endswith("_") for name in names)


def test_the_five_main_indicators_have_sub_indicators_and_all_are_asked_about() -> None:
    parents = {entry["parent"] for entry in INDICATORS if "parent" in entry}
    assert set(MAIN) <= parents
    keys = [entry["key"] for entry in INDICATORS]
    assert len(keys) == len(set(keys))
    for entry in INDICATORS:
        assert entry["key"].rpartition(".")[0] == entry.get("parent", "")
        assert set(entry["name"]) == {"zh-CN", "en"}
    used = {q.indicator for definition in DEFINITIONS.values() for q in definition.questions if q.indicator}
    assert {key for key in keys if "." in key} <= used, "an indicator that nothing measures"


def row_of(definition: Definition) -> str:
    """The line of a questionnaire in the README."""
    mains = sorted({q.indicator.split(".")[0] for q in definition.questions if q.indicator})
    asked = sum(1 for question in definition.questions if question.asks)
    minutes = timing.minutes(definition)
    licence = "CC0-1.0" if definition.licence == "CC0-1.0" else "CC0-1.0 and see file"
    title = f"{definition.title['zh-CN']} / {definition.title['en']}"
    return f"| `{definition.name}` | {title} | {asked} | {minutes} | {licence} | {', '.join(mains)} |"


def test_the_readme_is_true() -> None:
    lines = (LIBRARY / "README.md").read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| `") and line.count("|") == 7]
    assert rows == [row_of(definition) for definition in DEFINITIONS.values()]


def test_the_published_schema_is_current_and_accepts_the_library() -> None:
    import jsonschema
    import yaml

    text = (LIBRARY / "format-1.schema.json").read_text("utf-8")
    assert text == schema.schema_text(), "write it anew: python -m survey_app.questionnaire.schema"
    published = json.loads(text)
    validator = jsonschema.validators.validator_for(published)(published)
    for file in FILES:
        assert [e.message for e in validator.iter_errors(yaml.safe_load(file.read_text("utf-8")))] == [], file.name
