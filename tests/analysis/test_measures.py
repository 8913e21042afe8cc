"""Measures against vectors worked out by others."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from survey_app.analysis import measures


@pytest.fixture(scope="module")
def nps_case(cases: Path) -> Any:
    return json.loads((cases / "instruments" / "nps.json").read_text())


def test_nps_of_raw_answers_agrees_with_published_vectors(nps_case: Any) -> None:
    tried = [case for case in nps_case["raw_vectors"] if case["x"]]
    assert len(tried) >= 10
    for case in tried:
        assert measures.nps(Counter(case["x"])).value == pytest.approx(case["nps"], abs=1e-6)


def test_nps_of_counts_agrees_with_published_vectors_and_lies_in_its_interval(nps_case: Any) -> None:
    for case in nps_case["count_vectors"]:
        found = measures.nps({3: case["d"], 7: case["n"], 10: case["p"]})
        assert found.value == pytest.approx(case["nps"], abs=1e-5)
        assert found.low <= found.high and found.low >= -100 and found.high <= 100
        if "ci95_points" in case:  # plain Wald; with many answers the added three hardly matter
            assert [found.low, found.high] == pytest.approx(case["ci95_points"], abs=0.5)


def test_nps_of_a_public_data_set(cases: Path) -> None:
    expected = json.loads((cases / "expected" / "datasets.json").read_text())["NPS_testdata"]
    with (cases / "datasets" / "NPS_testdata" / "nps_testdata.csv").open() as file:
        found = measures.nps(Counter(int(row["REC"]) for row in csv.DictReader(file) if row["REC"] not in {"", "NA"}))
    [wanted] = [check for check in expected["checks"] if check["what"] == "NPS"]
    assert found.value == pytest.approx(wanted["expect"], abs=wanted.get("tol", 0.01))


@pytest.mark.parametrize(("n", "half"), [(30, 26.6), (100, 15.1), (200, 10.7), (1000, 4.8)])
def test_nps_interval_has_the_width_of_the_design(n: int, half: float) -> None:
    found = measures.nps({10: n * 50 // 100, 8: n * 30 // 100, 2: n * 20 // 100})
    assert (found.high - found.low) / 2 == pytest.approx(half, abs=0.06)


def test_csat_and_ces_agree_with_published_vectors(cases: Path) -> None:
    both = json.loads((cases / "instruments" / "umux_lite_ces_csat.json").read_text())
    for case in both["csat"]["vectors"]:
        counts = Counter(case["x"])
        assert 100 * measures.top_box(counts, points=range(1, 6), top=2).value == pytest.approx(
            case["top2_pct"], abs=1e-5
        )
        assert measures.mean(counts).value == pytest.approx(case["mean"])
    for case in both["ces2"]["vectors"]:
        counts = Counter(case["x"])
        assert measures.mean(counts).value == pytest.approx(case["mean"])
        assert 100 * measures.top_box(counts, points=range(1, 8), top=3).value == pytest.approx(
            case["top3_pct"], abs=1e-5
        )
        assert 100 * measures.top_box(counts, points=range(1, 8), top=2).value == pytest.approx(
            case["top2_pct"], abs=1e-5
        )


@pytest.mark.parametrize(  # Wilson score, from the worked examples in Newcombe 1998, Stat. Med. 17:857-872, table I
    ("count", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_interval_agrees_with_newcombe(count: int, n: int, low: float, high: float) -> None:
    found = measures.share(count, n)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (9, 2.2622), (29, 2.0452), (100, 1.9840), (10_000, 1.9602)],
)
def test_students_t_agrees_with_the_tables(freedom: int, quantile: float) -> None:
    assert measures.t_quantile(freedom) == pytest.approx(quantile, abs=6e-5)


def test_a_mean_carries_the_interval_of_students_t() -> None:
    found = measures.mean({1: 1, 2: 1, 3: 1, 4: 1, 5: 1})
    assert (found.value, found.n) == (3, 5)
    assert found.high - 3 == pytest.approx(2.7764 * (2.5 / 5) ** 0.5, abs=1e-4)
    assert measures.mean({4: 9}).low == measures.mean({4: 9}).high == 4


@pytest.mark.parametrize(
    ("values", "middle"), [([3], 3), ([1, 9], 5), ([1, 2, 9], 2), ([1, 1, 2, 9], 1.5), ([5, 5, 5, 1], 5)]
)
def test_the_median_is_the_middle(values: list[float], middle: float) -> None:
    assert measures.median(Counter(values)) == middle
