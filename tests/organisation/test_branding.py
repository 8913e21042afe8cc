"""The chain's colour, darkened until it can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.errors import DomainError
from survey_app.organisation.branding import Brand, brand, contrast, normal_colour


def test_three_real_colours() -> None:
    assert brand("#00a650") == Brand("#00833f", "#e6f3ec", 3.2)
    assert brand("#f5b800") == Brand("#906c00", "#f4f0e6", 1.79)
    red = brand("#e60012")
    assert red.ratio == 4.8
    assert contrast(red.brand, "#ffffff") >= 4.5 and red.brand == "#e40012"  # a shade darker, for the grey background


def test_the_house_colour_stays_as_it_is() -> None:
    assert brand("#0b6e4f").brand == "#0b6e4f"


def test_known_contrasts() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_every_colour_becomes_readable_and_keeps_its_proportions(parts: tuple[int, int, int]) -> None:
    made = brand("#{:02x}{:02x}{:02x}".format(*parts))
    assert min(contrast(made.brand, "#ffffff"), contrast(made.brand, "#f5f7f6")) >= 4.5
    shown = [int(made.brand[i : i + 2], 16) for i in (1, 3, 5)]
    assert all(after <= before for after, before in zip(shown, parts, strict=True))
    assert contrast("#1a1f1c", made.soft) >= 7


@pytest.mark.parametrize(("typed", "kept"), [("#0B6E4F", "#0b6e4f"), ("0b6e4f", "#0b6e4f"), (" #abc ", "#aabbcc")])
def test_a_colour_may_be_typed_in_any_usual_way(typed: str, kept: str) -> None:
    assert normal_colour(typed) == kept


@pytest.mark.parametrize("typed", ["", "red", "#12345", "#1234567", "#gggggg", "url(#a)", "#fff;color:red"])
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(DomainError) as refusal:
        normal_colour(typed)
    assert refusal.value.field == "colour"
