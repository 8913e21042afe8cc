"""Scores against their definitions, and against published vectors where the shared folder is present."""

import json
from typing import Any

import pytest

from survey_app.questionnaire import scoring
from survey_app.questionnaire.definition import Score
from tests.questionnaire.tools import INSTRUMENTS, made, question, tiny

needs_instruments = pytest.mark.skipif(not INSTRUMENTS.is_dir(), reason=f"the shared cases are absent: {INSTRUMENTS}")


def vectors(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((INSTRUMENTS / f"{name}.json").read_text("utf-8"))
    return found


@needs_instruments
def test_nps_agrees_with_the_published_vectors() -> None:
    data = vectors("nps")
    for case in data["raw_vectors"]:
        assert scoring.nps(case["x"]) == case["nps"], case
    for value, kind in data["category_vectors"]:
        assert scoring.nps_category(value) == kind
    for case in data["count_vectors"]:
        counts = (case["p"], case["n"], case["d"])
        assert scoring.nps_of(*counts) == pytest.approx(case["nps"])
        if "variance" in case:
            error = scoring.nps_error(*counts)
            assert scoring.nps_variance(*counts) == pytest.approx(case["variance"], abs=1e-6)
            assert error == pytest.approx(case["se"], abs=1e-6)
            low, high = (case["nps"] + sign * 1.959964 * 100 * (error or 0) for sign in (-1, 1))
            assert [low, high] == pytest.approx(case["ci95_points"], abs=1e-2)
    for case in data["pooled_vectors"]:
        assert scoring.nps_of(*(sum(part[key] for part in case["parts"]) for key in ("p", "n", "d"))) == case["nps"]


@needs_instruments
def test_sus_agrees_with_the_published_vectors() -> None:
    definition = tiny("sus")
    for case in vectors("sus")["vectors"]:
        answers = {f"s{i}": str(x) for i, x in enumerate(case["x"], start=1)}
        assert scoring.score(definition.scores[0], definition, answers) == case["sus"], case


@needs_instruments
def test_ces_csat_and_umux_agree_with_the_published_vectors() -> None:
    data = vectors("umux_lite_ces_csat")
    for case in data["ces2"]["vectors"]:
        assert scoring.ces(case["x"]) == pytest.approx(case["mean"])
        assert scoring.ces_share(case["x"]) == pytest.approx(case["top3_pct"])
        assert scoring.ces_share(case["x"], top=2) == pytest.approx(case["top2_pct"])
    for case in data["csat"]["vectors"]:
        assert scoring.csat(case["x"]) == pytest.approx(case["top2_pct"])
        assert scoring.mean(case["x"], points=5) == pytest.approx(case["mean"])
    items = made(
        *(question(n, "rating", points=7) for n in ("i1", "i2")),
        scores=[{"name": "umux", "kind": "mean", "questions": ["i1", "i2"], "rescale": [0, 100], "min_answered": 2}],
    )
    for case in data["umux_lite"]["vectors"]:
        given = dict(zip(("i1", "i2"), case["x"], strict=True))
        assert scoring.score(items.scores[0], items, given) == pytest.approx(case["score"])


@needs_instruments
def test_servperf_dimensions_are_means() -> None:
    dimensions = vectors("servqual_servperf")["dimensions"]
    items = made(*(question(f"p{i}", "rating", points=7) for i in range(1, 23)))
    for numbers in dimensions.values():
        score = Score(name="d", kind="mean", questions=tuple(f"p{i}" for i in numbers))
        assert scoring.score(score, items, {f"p{i}": i % 7 + 1 for i in range(1, 23)}) == pytest.approx(
            sum(i % 7 + 1 for i in numbers) / len(numbers)
        )


def test_nps_leaves_out_what_is_no_answer() -> None:
    assert scoring.nps([10, "unknown", None, 11, -1, True, 0]) == 0
    assert scoring.nps([]) is None
    assert scoring.csat(["unknown"]) is None


ITEMS = made(*(question(name, "rating", points=5) for name in ("a", "b", "c")))


def score(answers: dict[str, Any], **more: Any) -> float | None:
    return scoring.score(Score.model_validate({"name": "s", "questions": ("a", "b", "c")} | more), ITEMS, answers)


@pytest.mark.parametrize(
    ("more", "answers", "value"),
    [
        ({"kind": "sum"}, {"a": 1, "b": 2, "c": 3}, 6),
        ({"kind": "sum"}, {"a": 1, "b": 2}, None),
        ({"kind": "sum", "min_answered": 2}, {"a": 1, "b": 2}, 4.5),
        ({"kind": "sum", "min_answered": 2}, {"a": 1}, None),
        ({"kind": "sum", "reverse": ("a",)}, {"a": 1, "b": 2, "c": 3}, 10),
        ({"kind": "sum", "rescale": (0, 100)}, {"a": 5, "b": 5, "c": 5}, 100),
        ({"kind": "sum", "rescale": (0, 100), "min_answered": 1}, {"a": 1}, 0),
        ({"kind": "mean"}, {"a": 1, "c": 4}, 2.5),
        ({"kind": "mean"}, {}, None),
        ({"kind": "mean", "min_answered": 3}, {"a": 1, "c": 4}, None),
        ({"kind": "mean"}, {"a": 1, "b": "unknown", "c": 4}, 2.5),
        ({"kind": "mean", "rescale": (0, 10)}, {"a": 3, "b": 3, "c": 3}, 5),
        ({"kind": "weighted", "weights": {"a": 2, "b": 1, "c": 1}}, {"a": 5, "b": 1, "c": 1}, 3),
        ({"kind": "weighted", "weights": {"a": 2, "b": 1, "c": 1}}, {"a": 5, "b": 1}, None),
        ({"kind": "weighted", "weights": {"a": 2, "b": 1}, "min_answered": 1, "rescale": (0, 100)}, {"a": 5}, 100),
    ],
)
def test_a_score_follows_its_rule(more: Any, answers: dict[str, Any], value: float | None) -> None:
    assert score(answers, **more) == value


def test_scores_of_one_answer_average_to_the_measure() -> None:
    nps, csat, ces = tiny("nps"), tiny("csat"), tiny("ces")
    assert [scoring.scores(nps, {"nps": n})["nps_score"] for n in (0, 6, 7, 8, 9, 10)] == [-100, -100, 0, 0, 100, 100]
    assert scoring.scores(nps, {"nps": "unknown"}) == {"nps_score": None}
    assert [scoring.scores(csat, {"csat": n})["csat_score"] for n in (3, 4, 5)] == [0, 100, 100]
    assert scoring.scores(ces, {"ces": 5}) == {"ces_mean": 5, "ces_top3": 100}


def test_a_choice_may_carry_its_own_score() -> None:
    definition = tiny("matrix_scale")
    assert scoring.scores(definition, {"use_shop": "often", "use_app": "never"}) == {"uses": 1}
    assert scoring.scores(definition, {"use_shop": "often"}) == {"uses": 2}
