"""DDI-Codebook: valid, one variable for each column, with the question as it was asked and every missing code."""

import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from survey_app.formats import writing
from survey_app.questionnaire.loading import load_definition
from survey_app.questionnaire.publication import assign_values
from tests.formats.writing.wholes import definition, every_type

OWN = sorted((Path(__file__).parents[3] / "questionnaires").glob("*.yaml"))
NS = {"d": "ddi:codebook:2_6"}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@cache
def book() -> ET.Element:
    return ET.fromstring(writing.write(every_type(), "ddi").data)


def variable(name: str) -> ET.Element:
    found = book().find(f".//d:var[@name='{name}']", NS)
    assert found is not None
    return found


def words(holder: ET.Element, path: str) -> dict[str, str]:
    return {element.get(LANG, ""): element.text or "" for element in holder.iterfind(path, NS)}


@pytest.fixture(scope="module")
def schema(schemas: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(schemas / "ddi-codebook" / "codebook.xsd")))


@pytest.mark.parametrize("file", [None, *OWN], ids=lambda file: file.stem if file else "every type")
def test_what_is_written_is_valid(file: Path | None, schema: etree.XMLSchema) -> None:
    of = load_definition(file.read_bytes(), file=file.name) if file else every_type()
    assert schema.validate(etree.fromstring(writing.write(of, "ddi").data)), schema.error_log


def test_the_older_version_differs_in_its_name_only() -> None:
    old, new = (writing.write(every_type(), key).data for key in ("ddi-2.5", "ddi"))
    assert b'xmlns="ddi:codebook:2_5"' in old and b'version="2.5"' in old
    assert old.replace(b"2_5", b"2_6").replace(b'version="2.5"', b'version="2.6"') == new


def test_every_column_of_the_data_is_a_variable_in_its_order() -> None:
    names = [element.get("name") for element in book().iterfind(".//d:var", NS)]
    assert names == [variable.name for variable in every_type().variables]


def test_the_question_is_repeated_with_the_row() -> None:
    assert words(variable("sat_price"), "d:qstn/d:qstnLit") == {
        "zh-CN": "题sat\n选项price",
        "en": "question sat\nchoice price",
    }
    assert words(variable("one"), "d:qstn/d:qstnLit") == {"zh-CN": "题one", "en": "question one"}
    assert words(variable("one"), "d:qstn/d:ivuInstr")["en"] == "Choose one"


def test_values_and_missing_codes_have_their_labels() -> None:
    given = {}
    for category in variable("one").iterfind("d:catgry", NS):
        given[category.findtext("d:catValu", "", NS)] = (category.get("missing"), words(category, "d:labl")["en"])
    values = {c.code: c.value for c in assign_values(every_type()).by_name["one"].choices}  # type: ignore[attr-defined]
    assert given[str(values["a"])] == (None, "choice a") and values["a"] == 7
    assert given["-95"] == ("Y", "do not know") and given["-99"] == ("Y", "does not apply")
    assert len([1 for missing, _ in given.values() if missing == "Y"]) == 6
    assert variable("one").find("d:invalrng/d:range", NS).attrib == {"UNITS": "INT", "min": "-99", "max": "-94"}  # type: ignore[union-attr]


def test_texts_and_days_have_no_missing_codes() -> None:
    for name in ("story", "day"):
        assert (
            variable(name).find("d:catgry", NS) is None
            and variable(name).find("d:varFormat", NS).get("type") == "character"
        )  # type: ignore[union-attr]


def test_several_answers_are_a_group() -> None:
    groups = {group.get("name"): group for group in book().iterfind(".//d:varGrp", NS)}
    assert (
        groups["many"].get("type") == "multipleResp"
        and groups["many"].get("var") == "V_many_1 V_many_2 V_many_3 V_many_none"
    )
    assert groups["sat"].get("type") == "grid"


def test_whom_a_question_was_asked_is_said_in_words() -> None:
    universe = words(variable("free"), "d:universe")
    assert universe["en"] == "question 2 “question one” is “choice a” or question 10 “question nps” is at most 6"
    assert universe["zh-CN"] == "第 2 题“题one”选“选项a”，或者第 10 题“题nps”不高于 6"
    assert words(variable("rate"), "d:universe")["en"] == "question 4 “question many” is “choice 1”"


def test_limits_are_written_with_all_their_digits() -> None:
    asked = {"name": "n", "type": "number", "text": "n", "min": 0.00001, "max": 1234567, "decimals": 6}
    made = writing.write(definition({"questions": [asked | {"text": {"zh-CN": "数", "en": "n"}}]}), "ddi").data
    limits = ET.fromstring(made).find(".//d:valrng/d:range", NS)
    assert limits is not None and (limits.get("min"), limits.get("max")) == ("0.00001", "1234567")
