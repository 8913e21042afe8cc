"""省市区: the list itself, the questions that it answers, and what rules and data files make of them."""

import csv
import hashlib
import json
import re

import pytest

from survey_app.config import ROOT
from survey_app.questionnaire import codebook, piping, regions, validation
from survey_app.questionnaire.problems import InvalidQuestionnaire
from survey_app.questionnaire.question_types.region import REFUSED, Region
from survey_app.questionnaire.review import review
from tests.questionnaire.tools import codes, made, question, read, tiny

FOLDER = ROOT / "survey_app" / "questionnaire" / "regions"


# --- the list -----------------------------------------------------------------------------------------------------------
def test_the_list_is_the_one_that_was_noted() -> None:
    notes = re.findall(r"\| (\S+\.csv) \| .* \| ([0-9a-f]{64}) \|", (FOLDER / "README.md").read_text("utf-8"))
    assert [name for name, _ in notes] == ["divisions.csv"]
    for name, digest in notes:
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest


def test_every_place_can_be_chosen_at_one_level_and_every_answer_has_a_name() -> None:
    listed = [row["code"] for row in csv.DictReader((FOLDER / "divisions.csv").open(encoding="utf-8"))]
    assert listed == sorted(set(listed)) and all(re.fullmatch("[1-8][0-9]{5}", code) for code in listed)
    chosen = list(regions.offered("", 0))
    for level in (1, 2):
        chosen += [code for above in regions.codes(level - 1) for code in regions.offered(above, level)]
    assert sorted(chosen) == listed
    assert [len(regions.codes(level)) for level in range(3)] == [34, 372, 2881]
    assert all(regions.place(code) for code in regions.codes(2)) and len(set(regions.codes(2))) == 2881


def test_provinces_and_cities_have_english_names() -> None:
    named = [regions.places()[code].english for code in (*regions.codes(0), *regions.codes(1))]
    assert all(re.fullmatch("[A-Z][A-Za-zü' ]+", name) for name in named)
    assert regions.places()["610100"].english == "Xi'an"


@pytest.mark.parametrize(
    ("above", "level", "first"),
    [
        ("110000", 1, None),  # the municipalities have districts alone
        ("110000", 2, "东城区"),
        ("500000", 2, "万州区"),
        ("810000", 1, None),
        ("810000", 2, "中西区"),
        ("820000", 2, "花地玛堂区"),
        ("710000", 1, None),
        ("710000", 2, None),
        ("440000", 1, "广州市"),
        ("440000", 2, None),
        ("441900", 2, None),  # 东莞 has none
        ("419001", 2, None),  # 济源 is directly below its province
        ("", 1, None),
    ],
)
def test_what_is_offered_below_a_place(above: str, level: int, first: str | None) -> None:
    offered = regions.offered(above, level)
    assert (regions.places()[offered[0]].name if offered else None) == first


def test_a_county_directly_below_its_province_stands_among_the_cities() -> None:
    assert "419001" in regions.offered("410000", 1) and "429021" in regions.offered("420000", 1)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("levels", [2, 3])
def test_the_file_of_the_script_says_the_same(levels: int, language: str) -> None:
    listing = json.loads(regions.listing(levels, language))
    for level in range(1, levels):
        for above in regions.codes(level - 1):
            offered = regions.offered(above, level)
            if offered:
                found = re.findall(r"(\d+)(\D+)", listing[above])
                assert tuple(above[: 6 - len(end)] + end for end, _ in found) == offered
                assert found[0][1] == regions.places()[offered[0]].name_in(language)
    given = sum(len(re.findall(r"\d+", text)) for text in listing.values())
    assert given == {2: 365, 3: len(regions.places()) - 34}[levels]


@pytest.mark.parametrize(
    ("code", "chinese", "english"),
    [
        ("440000", "广东省", "Guangdong"),
        ("440300", "深圳市", "Shenzhen"),
        ("440305", "深圳市 南山区", "Shenzhen 南山区"),
        ("110105", "北京市 朝阳区", "Beijing 朝阳区"),
        ("341300", "宿州市", "Suzhou (Anhui)"),
        ("419001", "济源市", "Jiyuan"),
        ("810002", "香港特别行政区 湾仔区", "Hong Kong Wan Chai"),
    ],
)
def test_a_place_is_called_so_that_it_cannot_be_mistaken(code: str, chinese: str, english: str) -> None:
    assert regions.label(code) == {"zh-CN": chinese, "en": english}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_no_two_places_are_called_the_same(language: str) -> None:
    named = [regions.label(code)[language] for code in regions.places()]
    assert len(set(named)) == len(named) and regions.label("999999") == {}


# --- the question -------------------------------------------------------------------------------------------------------
def test_a_list_that_the_page_did_not_have_yet_is_no_fault() -> None:
    definition = tiny("region")
    result = read(definition, home_province="440000", work_province="330000")
    assert (codes(result), result.new_questions, result.good) == ({}, ["home", "work"], False)
    assert result.answers == {"home_province": "440000", "work_province": "330000"}
    wrong = read(definition, home_province="440000", work_province="990000")
    assert codes(wrong) == {"home_city": "next_level", "work_province": "no_such_region"} and not wrong.new_questions


def test_a_city_left_from_another_province_is_told_and_the_province_stays() -> None:
    result = read(tiny("region"), home_province="330000", home_city="440300", home_district="440305")
    assert codes(result) == {"home_city": "region_elsewhere"} and result.answers == {"home_province": "330000"}


def test_half_an_answer_to_an_optional_question_is_complete_and_to_a_required_one_is_not() -> None:
    whole = {"home_province": "110000", "home_city": "110000", "home_district": "110101"}
    assert validation.complete(tiny("region"), whole | {"work_province": "440000"}, {}) == []
    found = validation.complete(tiny("region"), {"home_province": "440000", "home_city": "440300"}, {})
    assert [(problem.variable, problem.code) for problem in found] == [("home_district", "required_choice")]


def test_two_answers_to_one_list_are_damage() -> None:
    assert read(tiny("region"), home_province=["110000", "120000"]).damaged


def test_the_first_province_leads_the_list_and_must_be_one() -> None:
    home = tiny("region").question("home")
    assert isinstance(home, Region) and home.provinces()[:2] == ("440000", "110000") and len(home.provinces()) == 34
    with pytest.raises(InvalidQuestionnaire) as refused:
        made(question("home", "region", first="440300"))
    assert [problem.code for problem in refused.value.problems] == ["no_province"]


def test_data_hold_the_codes_as_numbers_and_refusals_as_missing() -> None:
    definition = tiny("region")
    answers = {"home_province": "440000", "home_city": "440300", "home_district": "440305", "born_province": REFUSED}
    row = codebook.row(definition, answers, {})
    assert (row["home_district"], row["work_city"], row["born_province"]) == (440305, -97, -96)
    book = codebook.codebook([definition]).by_name
    assert book["home_city"].label == {"zh-CN": "您住在哪里？ - 城市", "en": "Where do you live? - City"}
    assert book["born_province"].label == {"zh-CN": "您出生在哪里？", "en": "Where were you born?"}
    assert len(book["home_district"].values) == 2881 and codebook.measure(book["home_city"]) == "nominal"


def test_rules_name_places_by_their_codes_and_a_wrong_code_is_a_fault() -> None:
    rule = {"home_city": {"is": "440300"}}
    good = made(pages=[{"questions": [question("home", "region")]}, {"questions": [question("b", show_if=rule)]}])
    assert review(good) == []
    with pytest.raises(InvalidQuestionnaire) as refused:
        made(question("home", "region"), question("b", show_if={"home_city": {"is": "440305"}}))
    assert [problem.code for problem in refused.value.problems] == ["unknown_answer"]


def test_places_have_no_order_and_make_no_score() -> None:
    with pytest.raises(InvalidQuestionnaire) as refused:
        made(question("home", "region"), question("b", show_if={"home_city": {"at_least": 440300}}))
    assert [problem.code for problem in refused.value.problems] == ["wrong_operator"]
    with pytest.raises(InvalidQuestionnaire) as refused:
        made(question("home", "region"), scores=[{"name": "s", "kind": "sum", "questions": ["home_city"]}])
    assert [problem.code for problem in refused.value.problems] == ["unknown_question"]


def test_later_texts_show_the_name() -> None:
    later = question("b", text="How is {{home_city}}?")
    definition = made(pages=[{"questions": [question("home", "region")]}, {"questions": [later]}])
    text = definition.text(definition.question("b").text, "en")
    assert piping.fill(text, definition, {"home_city": "440300"}, {}, "en") == "How is Shenzhen?"
