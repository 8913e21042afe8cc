"""Charts and bins: geometry that must hold for any answers."""

import re

from hypothesis import given
from hypothesis import strategies as st

from survey_app.analysis import charts, measures, spread
from survey_app.analysis.charts import WIDTH, Bar, Item, Part

shares = st.lists(st.integers(0, 50), min_size=2, max_size=11).filter(any)


def parts_of(counts: list[int]) -> tuple[Part, ...]:
    n = sum(counts)
    return tuple(Part(f"点{i}", c / n, f"{c}", f"{100 * c / n:.0f}%") for i, c in enumerate(counts))


def boxes(chart: charts.Chart, height: str) -> list[tuple[float, float]]:
    """Left edge and width of the rectangles of this height."""
    found = [s.attributes for s in chart.shapes if s.name == "rect" and str(s.attributes["height"]) == height]
    return [(float(box["x"]), float(box["width"])) for box in found]


@given(shares)
def test_the_parts_of_a_stacked_bar_fill_it_without_gap(counts: list[int]) -> None:
    placed = boxes(charts.stacked("t", "d", parts_of(counts)), "34")
    assert len(placed) == sum(count > 0 for count in counts)
    assert abs(sum(width for _, width in placed) - (WIDTH - 1)) < 0.2
    for (x, width), (following, _) in zip(placed, placed[1:], strict=False):
        assert abs(x + width - following) < 0.05


@given(shares)
def test_a_diverging_bar_has_as_much_below_the_centre_as_low_answers_and_half_the_neutral(counts: list[int]) -> None:
    parts = parts_of(counts)
    placed = boxes(charts.battery("t", "d", [Item("行", parts, 0, "+0")]), "22")
    half, middle = len(counts) // 2, counts[len(counts) // 2] / 2 if len(counts) % 2 else 0
    centre = (WIDTH - 44) / 2
    assert abs(centre - placed[0][0] - centre * (sum(counts[:half]) + middle) / sum(counts)) < 0.2
    assert all(x >= 0 and x + width <= WIDTH - 43 for x, width in placed)


def test_a_bar_carries_its_interval_and_grey_marks_what_is_uncertain() -> None:
    found = measures.share(10, 40)
    loud, quiet = (
        charts.bars("t", "d", [Bar("选项", found.value, found.low, found.high, "25% (10)", q)]) for q in (False, True)
    )
    lines = [s.attributes for s in loud.shapes if s.name == "line"]
    length = WIDTH - 104
    assert (float(lines[0]["x1"]), float(lines[0]["x2"])) == (
        round(length * found.low, 2),
        round(length * found.high, 2),
    )
    fills = [{s.attributes["fill"] for s in chart.shapes if s.name == "rect"} for chart in (loud, quiet)]
    assert charts.GREY not in fills[0] and charts.GREY in fills[1]


@given(st.text(alphabet="药店abc ,。", max_size=200), st.integers(60, 320))
def test_broken_labels_fit_and_keep_their_words(text: str, width: int) -> None:
    lines = charts.break_lines(text, width, 99)
    plain = re.sub(r"\s+", "", text)
    assert re.sub(r"\s+", "", "".join(lines)) == plain
    for line in lines:
        assert sum(charts._units(c) for c in line) * charts.FONT <= width + 1e-6


def test_a_label_that_is_too_long_ends_with_an_ellipsis() -> None:
    assert charts.break_lines("很长的选项" * 40, 280, 2)[-1].endswith("…")
    assert charts.break_lines("To ask a pharmacist for advice", 120) == ["To ask a", "pharmacist", "for advice"]


def test_labels_are_black_or_white_whichever_reads_better() -> None:
    assert [charts.ink_on(colour) for colour in charts.DIVERGING] == [charts.INK] * 4 + ["#ffffff"]


def test_colours_go_from_orange_over_white_to_purple() -> None:
    assert charts.colours(5) == charts.DIVERGING
    assert charts.colours(3) == (charts.DIVERGING[0], charts.DIVERGING[2], charts.DIVERGING[4])
    assert len(set(charts.colours(11))) == 11


@given(
    st.dictionaries(
        st.one_of(st.integers(-1000, 10_000).map(float), st.floats(-1e6, 1e6)), st.integers(1, 9), min_size=1
    )
)
def test_bins_hold_every_number_and_are_at_most_ten(counts: dict[float, int]) -> None:
    found = spread.of_numbers(counts)
    assert sum(count for _, count in found.bins) == sum(counts.values())
    assert 1 <= len(found.bins) <= spread.MOST_BINS
    assert -0.001 <= found.middle <= 1.001


def test_bins_have_round_edges() -> None:
    ages = {18.0: 1, 34.0: 5, 67.0: 2, 90.0: 1}
    assert [label for label, _ in spread.of_numbers(ages).rows][:3] == ["10–19", "20–29", "30–39"]
    assert spread.of_numbers({3.0: 5, 5.0: 1}).rows == (("3", 5), ("4", 0), ("5", 1))
    assert spread.of_numbers({7.0: 5}).rows == (("7", 5),)
    assert spread.of_numbers({1234567.0: 5}).rows == (("1234567", 5),)


def test_dates_fall_into_months_or_years_and_times_into_parts_of_the_day() -> None:
    found = spread.of_dates({"2026-10-31": 2, "2026-11-01": 1, "2027-01-05": 2})
    assert found.rows == (("2026-10", 2), ("2026-11", 1), ("2026-12", 0), ("2027-01", 2))
    assert found.median == "2026-11-01"
    assert [label for label, _ in spread.of_dates({"1950-01-01": 3, "2020-05-05": 3}).rows][:2] == [
        "1950–1959",
        "1960–1969",
    ]
    times = spread.of_times({"08:30": 2, "09:00": 1, "23:59": 2})
    assert [count for _, count in times.rows] == [0, 0, 2, 1, 0, 0, 0, 2] and times.median == "09:00"
