"""Each feature by its tiny definition: it loads, keeps itself, and answers as its truth table says."""

import json
from typing import Any

import jsonschema  # type: ignore[import-untyped,unused-ignore]
import pytest

from survey_app.questionnaire import loading, piping, routing, validation
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.question_types import TYPES
from survey_app.questionnaire.review import review
from survey_app.questionnaire.schema import questionnaire_schema
from tests.questionnaire.tools import FOLDER, NAMES, codes, read, shown, tiny

SCHEMA = jsonschema.Draft202012Validator(questionnaire_schema())


@pytest.mark.parametrize("name", NAMES)
def test_yaml_and_json_give_back_an_equal_definition(name: str) -> None:
    definition = tiny(name)
    again = loading.load_definition(loading.dump_yaml(definition), file="again.yaml")
    stored = Definition.from_json(json.loads(json.dumps(definition.to_json())))
    assert again == stored == definition
    assert again.digest() == stored.digest() == definition.digest()
    assert again.variables == definition.variables


@pytest.mark.parametrize("name", NAMES)
def test_a_tiny_definition_may_be_published_and_fits_the_schema(name: str) -> None:
    assert review(tiny(name)) == []
    assert list(SCHEMA.iter_errors(tiny(name).to_json())) == []


def test_there_is_a_tiny_definition_for_every_type() -> None:
    used = {question.type for name in NAMES for question in tiny(name).questions}
    assert used == set(TYPES)


def test_the_schema_refuses_an_unknown_key() -> None:
    data = tiny("csat").to_json() | {"colour": "red"}
    assert not SCHEMA.is_valid(data)


READ: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, str]]] = [
    ("single_choice", {"channel_used": "app"}, {"channel_used": "app"}, {}),
    (
        "single_choice",
        {"channel_used": "elsewhere", "channel_used_other": " 集市 "},
        {"channel_used": "elsewhere"},
        {"channel_used_other": "集市"},
    ),
    ("single_choice", {"channel_used": "app", "channel_used_other": "集市"}, {"channel_used": "app"}, {}),
    ("dropdown", {"age_group": "2"}, {"age_group": "2"}, {}),
    ("dropdown", {"age_group": ""}, {}, {}),
    ("multiple_choice", {"why": ["slow", "1"]}, {"why": ["1", "slow"]}, {}),
    ("multiple_choice", {"why": "8", "why_other": "停车"}, {"why": ["8"]}, {"why_other": "停车"}),
    ("multiple_choice", {"why": "none"}, {"why": ["none"]}, {}),
    ("rating", {"numbers": "0", "stars": "unknown", "words": "3"}, {"numbers": 0, "stars": "unknown", "words": 3}, {}),
    ("likert", {"easy": "4", "clean": "unknown"}, {"easy": "4", "clean": "unknown"}, {}),
    ("nps", {"nps": "10"}, {"nps": 10}, {}),
    ("nps", {"nps": "unknown"}, {"nps": "unknown"}, {}),
    ("csat", {"csat": "5"}, {"csat": 5}, {}),
    ("ces", {"ces": "7"}, {"ces": 7}, {}),
    ("matrix_scale", {"use_shop": "often"}, {"use_shop": "often"}, {}),
    ("matrix_rating", {"sat_price": "5", "sat_staff": "unknown"}, {"sat_price": 5, "sat_staff": "unknown"}, {}),
    ("matrix_choices", {"who_brand": "me", "who_shop": "family"}, {"who_brand": "me", "who_shop": "family"}, {}),
    ("matrix_nps", {"rec_chain": "9", "rec_rival": "0"}, {"rec_chain": 9, "rec_rival": 0}, {}),
    ("texts", {"remark": "很好\r\n谢谢", "contact_name": "李"}, {}, {"remark": "很好\n谢谢", "contact_name": "李"}),
    ("numbers", {"visits": "３", "amount": "12.50", "balance": "-5"}, {"visits": 3, "amount": 12.5, "balance": -5}, {}),
    (
        "dates",
        {"bought": "2024-02-29", "any_day": "2026年1月3日", "came_at": "08:00"},
        {"bought": "2024-02-29", "any_day": "2026-01-03", "came_at": "08:00"},
        {},
    ),
    ("consent", {"agree": "yes", "ill": "no"}, {"agree": "yes", "ill": "no"}, {}),
    ("attention_check", {"attentive": "a"}, {"attentive": "a"}, {}),
    ("display", {"good": "3"}, {"good": 3}, {}),
    (
        "ranking",
        {"wish_speed": "1", "wish_price": "２", "taste_tea": "2"},
        {"wish": ["speed", "price"], "taste": ["tea"]},
        {},
    ),
    (
        "constant_sum",
        {"share_price": "70", "share_speed": "", "share_staff": "30"},
        {"share_price": 70, "share_speed": 0, "share_staff": 30},
        {},
    ),
    (
        "constant_sum",
        {"share_price": "100", "hours_a": "1.1", "hours_b": "0.4"},
        {"share_price": 100, "share_speed": 0, "share_staff": 0, "hours_a": 1.1, "hours_b": 0.4},
        {},
    ),
    ("slider", {"warmth": ["35", ""], "trust": "-0.25"}, {"warmth": 35, "trust": -0.25}, {}),
    ("slider", {"warmth": ["", "unknown"]}, {"warmth": "unknown"}, {}),
    (
        "matrix_multiple",
        {"seen_chain": ["tv", "web"], "seen_rival": "none"},
        {"seen_chain": ["web", "tv"], "seen_rival": ["none"]},
        {},
    ),
    (
        "matrix_fields",
        {"drug_a_title": "感冒灵", "drug_a_boxes": "2", "drug_a_form": "dk", "drug_b_boxes": ""},
        {"drug_a_boxes": 2, "drug_a_form": "dk"},
        {"drug_a_title": "感冒灵"},
    ),
    (
        "region",
        {"home_province": "440000", "home_city": "440300", "home_district": "440305", "work_province": "refused"},
        {
            "home_province": "440000",
            "home_city": "440300",
            "home_district": "440305",
            "work_province": "refused",
            "work_city": "refused",
        },
        {},
    ),
    (  # Beijing has no cities and Dongguan no districts: the place above stands for them
        "region",
        {"home_province": "110000", "home_district": "110105", "work_province": "110000", "born_province": "710000"},
        {
            "home_province": "110000",
            "home_city": "110000",
            "home_district": "110105",
            "work_province": "110000",
            "work_city": "110000",
            "born_province": "710000",
        },
        {},
    ),
    (
        "region",
        {"home_province": "440000", "home_city": "441900", "work_province": "440000", "work_city": ""},
        {"home_province": "440000", "home_city": "441900", "home_district": "441900", "work_province": "440000"},
        {},
    ),
]


@pytest.mark.parametrize(("name", "fields", "answers", "texts"), READ)
def test_a_page_gives_the_answers_of_its_fields(name: str, fields: dict[str, Any], answers: Any, texts: Any) -> None:
    result = read(tiny(name), **fields)
    assert result.damaged is None
    assert (codes(result), result.answers, result.texts) == ({}, answers, texts)
    assert validation.complete(tiny(name), result.answers, result.texts) == []


REFUSED: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("single_choice", {}, {"channel_used": "required_choice"}),
    ("multiple_choice", {"why": ["1", "none"]}, {"why": "exclusive"}),
    ("multiple_choice", {"why": ["1", "2", "slow"]}, {"why": "too_many_choices"}),
    ("nps", {}, {"nps": "required_choice"}),
    ("matrix_scale", {}, {"use_shop": "required_row"}),
    ("matrix_rating", {"sat_price": "1"}, {"sat_staff": "required_row"}),
    ("consent", {}, {"agree": "required_consent"}),
    ("texts", {"remark": " \u200b ", "contact_name": "李"}, {"remark": "required_text"}),
    ("texts", {"remark": "x", "contact_city": "上海"}, {"contact_name": "required_text"}),
    ("texts", {"remark": "x", "contact_name": "李", "one_line": "一二三四五六"}, {"one_line": "text_too_long"}),
    (
        "texts",
        {"remark": "x", "contact_name": "李", "phone": "12345", "mail": "a@b", "digits": "一", "postcode": "1234"},
        {"phone": "bad_phone", "mail": "bad_email", "digits": "bad_number", "postcode": "bad_postcode"},
    ),
    ("numbers", {"visits": "100", "amount": "-0.5"}, {"visits": "number_too_large", "amount": "number_too_small"}),
    ("numbers", {"visits": "1.5", "amount": "1.234"}, {"visits": "whole_number", "amount": "too_many_decimals"}),
    (
        "dates",
        {"bought": "2023-12-31", "any_day": "2023-02-29", "came_at": "22:00"},
        {"bought": "date_too_early", "any_day": "no_such_date", "came_at": "time_too_late"},
    ),
    ("dates", {"any_day": "0000-00-00", "came_at": "23:59:60"}, {"any_day": "no_such_date", "came_at": "bad_time"}),
    ("ranking", {"wish_speed": "1"}, {"wish": "required_ranking"}),
    ("ranking", {}, {"wish": "required_ranking"}),
    (
        "ranking",
        {"wish_speed": "1", "wish_price": "1", "taste_tea": "3"},
        {"wish": "same_rank", "taste": "bad_rank"},
    ),
    ("ranking", {"wish_speed": "1", "wish_price": "2", "taste_tea": "first"}, {"taste": "bad_rank"}),
    ("constant_sum", {}, {"share": "required_sum"}),
    ("constant_sum", {"share_price": "60", "share_staff": "30"}, {"share": "sum_differs"}),
    ("constant_sum", {"share_price": "30", "share_speed": "70"}, {"share_speed": "number_too_large"}),
    ("constant_sum", {"share_price": "100", "hours_b": "1.5"}, {"hours_a": "number_too_small"}),
    ("constant_sum", {"share_price": "100", "hours_a": "0.5", "hours_b": "0.9"}, {"hours": "sum_differs"}),
    ("constant_sum", {"share_price": "一百"}, {"share_price": "bad_number"}),
    ("slider", {}, {"warmth": "required_text"}),
    ("slider", {"warmth": "33", "trust": "2"}, {"warmth": "off_step", "trust": "number_too_large"}),
    ("slider", {"warmth": ["35", "unknown"]}, {"warmth": "number_or_unsure"}),
    ("matrix_multiple", {}, {"seen_chain": "required_choice"}),
    (
        "matrix_multiple",
        {"seen_chain": ["web", "none"], "seen_rival": ["web", "tv", "road"]},
        {"seen_chain": "exclusive", "seen_rival": "too_many_choices"},
    ),
    (
        "matrix_fields",
        {"drug_a_title": "x" * 21, "drug_a_boxes": "0"},
        {"drug_a_title": "text_too_long", "drug_a_boxes": "number_too_small", "drug_a_form": "required_choice"},
    ),
    ("region", {}, {"home_province": "required_choice"}),
    (
        "region",
        {"home_province": "440000", "home_city": "", "work_province": "440000", "work_city": "330100"},
        {"home_city": "required_choice", "work_city": "region_elsewhere"},
    ),
    ("region", {"home_province": "990000"}, {"home_province": "no_such_region"}),
    ("region", {"home_province": "refused"}, {"home_province": "no_such_region"}),
    (
        "region",
        {"home_province": "440000", "home_city": "440300", "home_district": "110101", "work_province": "440300"},
        {"home_district": "region_elsewhere", "work_province": "region_elsewhere"},
    ),
    ("dates", {"any_day": "9999-01-01", "came_at": "7.30"}, {"any_day": "date_too_late", "came_at": "bad_time"}),
]


@pytest.mark.parametrize(("name", "fields", "problems"), REFUSED)
def test_an_answer_to_correct_is_told_and_not_taken(
    name: str, fields: dict[str, Any], problems: dict[str, str]
) -> None:
    result = read(tiny(name), **fields)
    assert result.damaged is None
    assert codes(result) == problems
    unfinished = {name for name, code in problems.items() if code == "required_ranking"}  # kept in the draft
    assert not (set(problems) - unfinished) & {*result.answers, *result.texts}
    for problem in result.problems:
        for language in ("zh-CN", "en"):
            words = validation.message(problem, language, tiny(name))
            assert words and "{" not in words


def test_a_message_names_the_row_and_the_exclusive_choice() -> None:
    row = read(tiny("matrix_rating"), sat_price="1").problems[0]
    assert validation.message(row, "zh-CN", tiny("matrix_rating")) == "请您为“店员”选择一项"
    lonely = read(tiny("multiple_choice"), why=["1", "none"]).problems[0]
    assert "None of these" in validation.message(lonely, "en", tiny("multiple_choice"))


PATHS: list[tuple[str, dict[str, Any], dict[str, str], list[str]]] = [
    ("conditions", {"score": 6}, {}, ["low", "neither", "silent"]),
    ("conditions", {"score": "unknown"}, {}, ["neither", "silent"]),
    ("conditions", {"score": 9, "kind": "x", "why": ["a", "c"]}, {"remark": "hm"}, ["high_x", "either", "two"]),
    ("conditions", {"score": 7, "kind": "y", "why": ["a"]}, {"remark": "hm"}, ["either"]),
    ("conditions", {"score": 7, "kind": "y", "why": ["c"], "day": "2026-02-28"}, {}, ["neither", "silent", "early"]),
    ("conditions", {"why": ["b"], "day": "2026-03-01"}, {"remark": "hm"}, []),
    ("off_path", {"used": "no"}, {}, ["used", "bye"]),
    ("off_path", {"used": "yes", "good": 1}, {}, ["used", "good", "why_bad", "bye"]),
    ("off_path", {"used": "no", "good": 1}, {}, ["used", "bye"]),
    ("end_if", {"adult": "yes"}, {}, ["adult", "good"]),
    ("end_if", {"adult": "no", "good": 3}, {}, ["adult"]),
    ("date_shift", {"bought": "2026-01-31", "came": "2026-02-03"}, {}, ["bought", "came"]),
    ("date_shift", {"bought": "2026-01-31", "came": "2026-02-04"}, {}, ["bought", "came", "late"]),
    ("date_shift", {"bought": "2024-01-31", "came": "2024-02-29"}, {}, ["bought", "came", "late", "month_later"]),
    ("date_shift", {"came": "2026-02-04"}, {}, ["bought", "came"]),
    ("computed", {"price": 2, "speed_felt": 3}, {}, ["price", "speed_felt", "sorry"]),
    ("computed", {"price": 5, "speed_felt": 4}, {}, ["price", "speed_felt"]),
    ("hidden", {"door": "north"}, {}, ["good", "more"]),
    ("hidden", {"door": "south"}, {}, ["good"]),
]


@pytest.mark.parametrize(("name", "answers", "texts", "expected"), PATHS)
def test_the_path_is_the_one_of_the_truth_table(name: str, answers: Any, texts: Any, expected: list[str]) -> None:
    first = len(tiny(name).pages[0].questions) if name == "conditions" else 0
    assert shown(tiny(name), answers, texts)[first:] == expected


def test_answers_that_left_the_path_are_dropped_and_computed_ones_made() -> None:
    assert validation.settle(tiny("off_path"), {"used": "no", "good": 1, "bye": 4}, {"why_bad": "x"}) == (
        {"used": "no", "bye": 4},
        {},
    )
    answers, _ = validation.settle(tiny("computed"), {"price": 5, "speed_felt": 4, "level": 99}, {})
    assert answers == {"price": 5, "speed_felt": 4, "average": 4.5, "level": 45}
    assert validation.settle(tiny("hidden"), {"door": "north"}, {})[0] == {"origin": "poster", "door": "north"}


def test_a_screened_out_path_says_so() -> None:
    assert routing.path(tiny("end_if"), {"adult": "no"}).outcome == "screened_out"
    assert routing.path(tiny("end_if"), {"adult": "yes"}).outcome == "complete"


@pytest.mark.parametrize(
    ("answers", "texts", "language", "expected"),
    [
        ({"fav": "tea", "likes": ["a", "b"]}, {}, "zh-CN", "为什么喜欢茶与甲、乙?"),
        ({"fav": "tea", "likes": ["a", "b"]}, {}, "en", "Why Tea and A, B?"),
        ({"fav": "oth"}, {"fav_other": "{{likes}}<b>"}, "en", "Why {{likes}}<b> and …?"),
        ({}, {}, "en", "Why … and …?"),
    ],
)
def test_piped_text_shows_the_answer_in_words(answers: Any, texts: Any, language: str, expected: str) -> None:
    definition = tiny("piping")
    text = definition.text(definition.question("why").text, language)
    assert piping.fill(text, definition, answers, texts, language) == expected


def test_every_shipped_questionnaire_is_sound_and_the_published_schema_is_current() -> None:
    from survey_app.questionnaire.schema import schema_text

    library = FOLDER.parents[1] / "questionnaires"
    assert (library / "format-1.schema.json").read_text("utf-8") == schema_text()
    for path in sorted(library.glob("*.yaml")):
        assert review(loading.load_definition(path.read_bytes(), file=path.name)) == [], path.name
