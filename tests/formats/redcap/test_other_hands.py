"""Dictionaries that other programs or hands have touched: headings, dates, comments, counts of ticks, blanks, instruments."""

import io
import itertools
import zipfile
from typing import Any

import pytest

from survey_app.formats import detecting, redcap
from survey_app.formats.importing import Refused
from survey_app.questionnaire.conditions import holds
from tests.formats.redcap.making import VISIT, dictionary
from tests.formats.redcap.test_redcap import question


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Variable / Field Name", b"Variable...Field.Name"), (b"(Show field only if...)", "(Show field only if…)".encode()),
        (b"Form Name", b"form  name"), (b"Identifier?", b"Identifier"),
        (b"Choices, Calculations, OR Slider Labels", b"Choices OR Calculations"),
    ],
)  # fmt: skip
def test_headings_may_be_written_by_other_programs(old: bytes, new: bytes) -> None:
    changed = VISIT.replace(old, new)
    assert changed != VISIT and detecting.detect(changed).key == "redcap"
    assert redcap.parse(changed).data == redcap.parse(VISIT).data


@pytest.mark.parametrize(
    ("kind", "least"), [("date_dmy", "31-12-2019"), ("date_mdy", "12/31/2019"), ("date_ymd", "2019-12-31")]
)
def test_limits_of_dates_stand_in_the_order_of_their_field(kind: str, least: str) -> None:
    found = redcap.parse(dictionary({"name": "day", "type": "text", "validation": kind, "min": least}))
    assert question(found, "day")["min"] == "2019-12-31"


TICKS = {"name": "m", "type": "checkbox", "choices": "1, A | 2, B | 3, C"}


@pytest.mark.parametrize(
    ("rule", "least", "most"),
    [
        ("sum([m(1)], [m(2)], [m(3)]) > 1", 2, 3), ("[m(1)] + [m(2)] + [m(3)] >= 1", 1, 3),
        ("sum([m(1)],[m(2)],[m(3)]) = 2", 2, 2),
        ("sum([m(1)],[m(2)],[m(3)]) < 2", 0, 1), ("2 <= ([m(1)] + [m(2)] + [m(3)])", 2, 3),
    ],
)  # fmt: skip
def test_counted_ticks_hold_for_the_same_answers(rule: str, least: int, most: int) -> None:
    found = redcap.parse(dictionary(TICKS, {"name": "x", "type": "text", "branching": rule}))
    shown = question(found, "x")["show_if"]
    for ticked in itertools.chain.from_iterable(itertools.combinations("123", n) for n in range(4)):
        assert holds(shown, {"m": list(ticked)} if ticked else {}) == (least <= len(ticked) <= most)


@pytest.mark.parametrize(
    "rule",
    ["sum([m(1)], [m(1)]) > 1", "sum([m(1)],[m(2)]) > [m(3)]", "sum([m(1)],[m(2)]) > 0.5", "[m(1)] - [m(2)] > 0"],
)
def test_other_sums_wait_for_a_person(rule: str) -> None:
    found = redcap.parse(dictionary(TICKS, {"name": "x", "type": "text", "branching": rule}))
    assert "show_if" not in question(found, "x") and question(found, "x")["open_rules"]


def test_comments_in_rules_are_no_part_of_them() -> None:
    rule = "# who bought\n[q] = '1' // in the shop\n or [q] = '2#3//'"
    found = redcap.parse(dictionary({"name": "q", "type": "text"}, {"name": "x", "type": "text", "branching": rule}))
    assert question(found, "x")["show_if"] == {"q": {"one_of": ["1", "2#3//"]}}


@pytest.mark.parametrize("blank", ["''", '""', '"NaN"'])
def test_a_calculation_may_be_blank_when_its_test_holds(blank: str) -> None:
    found = redcap.parse(
        dictionary(
            {"name": "n", "type": "text", "validation": "integer"},
            {"name": "c", "type": "calc", "choices": f"if([n] = '777', {blank}, [n])", "annotation": "@HIDDEN"},
        )
    )
    assert question(found, "c")["expression"] == {"if": {"not": {"n": {"is": 777}}}, "then": {"answer": "n"}}
    assert not [line for line in found.lines if line.result == "lost"]


@pytest.mark.parametrize(("rule", "shown"), [("[t] <> ''", {"t": {"answered": True}}), ("[t] > '2024-01-01'", None)])
def test_of_a_date_with_a_time_a_rule_may_only_ask_whether_it_is_there(rule: str, shown: Any) -> None:
    moment = {"name": "t", "type": "text", "validation": "datetime_ymd"}
    found = redcap.parse(dictionary(moment, {"name": "x", "type": "text", "branching": rule, "label": "On [t]"}))
    assert question(found, "x").get("show_if") == shown
    assert question(found, "x")["text"] == {"en": "On [t]"}


def test_the_zip_of_an_instrument_is_read() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("instrument.csv", VISIT)
        archive.writestr("OriginID.txt", "library")
    assert detecting.detect(packed.getvalue()).key == "redcap"
    assert redcap.parse(packed.getvalue()).data == redcap.parse(VISIT).data
    with pytest.raises(Refused):
        redcap.parse(packed.getvalue().replace(b"visit", b"visot"))
