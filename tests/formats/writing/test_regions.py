"""省市区 in the files of others: the same answers under the names of our columns."""

import io
import json

import pytest
from pyxform.xls2xform import convert

from survey_app.formats import writing
from survey_app.questionnaire import regions
from tests.formats.writing import players
from tests.formats.writing.wholes import asked, definition

WHOLE = definition(
    {"questions": [asked("home", "region", required=True, first="440000"), asked("work", "region", levels=2)]}
)


def test_surveyjs_shows_what_lies_in_the_place_above() -> None:
    home, work = json.loads(writing.write(WHOLE, "surveyjs").data)["pages"][0]["elements"]
    provinces, cities, districts = home["elements"]
    assert provinces["choices"][0]["value"] == "440000" and len(provinces["choices"]) == 34
    found = {item["value"]: item["visibleIf"] for item in cities["choices"]}
    assert found["440300"] == "{home_province} = 440000" and found["110000"] == "{home_province} = 110000"
    found = {item["value"]: item["visibleIf"] for item in districts["choices"]}
    assert found["440305"] == "{home_city} = 440300" and found["441900"] == "{home_city} = 441900"
    assert "isRequired" not in home and all(element["isRequired"] for element in home["elements"])
    assert work["elements"][1]["showRefuseItem"] and "isRequired" not in work["elements"][0]


@pytest.mark.parametrize(
    ("name", "answers", "offered"),
    [
        ("home_city", {"home_province": "110000"}, {"110000"}),
        ("home_city", {"home_province": "440000"}, set(regions.offered("440000", 1))),
        ("home_district", {"home_city": "440300"}, set(regions.offered("440300", 2))),
        ("home_district", {"home_city": "441900"}, {"441900"}),
        ("work_city", {"work_province": "710000"}, {"710000", "refused"}),
    ],
)
def test_xlsform_filters_by_the_place_above(name: str, answers: dict[str, str], offered: set[str]) -> None:
    data = writing.write(WHOLE, "xlsform").data
    sheets = players.sheets(data)
    row = next(cells for cells in sheets["survey"] if cells.get("name") == name)
    listed = [cells for cells in sheets["choices"] if cells["list_name"] == row["type"].split()[1]]
    above = next(iter(answers.values()))
    ref, always = f"above = ${{{next(iter(answers))}}}", " or above = 'any'"
    assert row["choice_filter"] == (ref if name.startswith("home") else ref + always)
    fits = {above, "any"} if always in row["choice_filter"] else {above}
    assert {cells["name"] for cells in listed if cells.get("above") in fits} == offered


def test_the_reference_accepts_lists_that_depend_on_each_other() -> None:
    made = convert(xlsform=io.BytesIO(writing.write(WHOLE, "xlsform").data), file_type=".xlsx")
    assert not made.warnings and "itemset nodeset=\"instance('cn_district')" in made.xform


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("surveyjs", "{home_city} anyof [440300, 440100]"),
        ("xlsform", "${home_city} = '440300' or ${home_city} = '440100'"),
    ],
)
def test_rules_on_places_go_along(target: str, said: str) -> None:
    rule = {"home_city": {"one_of": ["440300", "440100"]}}
    of = definition(
        {"questions": [asked("home", "region")]}, {"questions": [asked("near", "short_text", show_if=rule)]}
    )
    made = writing.write(of, target)
    if target == "surveyjs":
        assert json.loads(made.data)["pages"][1]["elements"][0]["visibleIf"] == said
    else:
        row = next(cells for cells in players.sheets(made.data)["survey"] if cells.get("name") == "near")
        assert row["relevant"] == said
    assert [line.result for line in made.lines if line.place.endswith("show_if")] == ["kept"]


def test_lists_of_places_are_written_once() -> None:
    choices = players.sheets(writing.write(WHOLE, "xlsform").data)["choices"]
    assert sum(cells["list_name"] == "cn_city" for cells in choices) == len(regions.codes(1)) + 1


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("wjx", "[省市]（选填）\n____"),
        ("ddi", '<varGrp name="home" type="other" var="V_home_province V_home_city V_home_district"'),
    ],
)
def test_other_files_tell_of_it_as_well(target: str, expected: str) -> None:
    assert expected in writing.write(WHOLE, target).data.decode()
