"""Texts, languages, order, quotas, scores, settings; and nothing is dropped in silence."""

from typing import Any

import pytest

from survey_app.formats.importing import Imported
from survey_app.formats.limesurvey import looks_like, parse
from survey_app.questionnaire import piping, routing
from tests.formats.limesurvey.files import archive, q, survey

ANSWERS = {"1": "Yes", "2": "No"}


def lines(found: Imported, kind: str, result: str = "") -> list[str]:
    return [line.place for line in found.lines if line.kind == kind and result in ("", line.result)]


def test_title_welcome_and_end_are_texts_of_the_survey() -> None:
    words = {"surveyls_description": "What it is", "surveyls_welcometext": "<p>Hello</p>", "surveyls_endtext": "Bye"}
    found = parse(survey([q("a")], words=words, languages=("en", "de-informal")))
    assert found.definition.title == {"en": "Title en", "de": "Title de-informal"}
    assert found.definition.intro == {"en": "What it is\nHello", "de": "What it is\nHello"}
    assert found.definition.thanks == {"en": "Bye", "de": "Bye"}


def test_the_own_language_of_the_survey_comes_first_and_left_over_ones_are_told() -> None:
    data = survey([q("a")], languages=("de", "en"), settings={"language": "en"}, old=True)
    left = data.replace(b"  <language>de</language>\n", b"")
    assert parse(data).definition.languages == ("en", "de")
    found = parse(left)
    assert found.definition.languages == ("en",)
    assert [line.code for line in found.lines if line.place == "language de"] == ["language_left"]


def test_of_two_languages_that_are_one_here_the_first_is_taken() -> None:
    found = parse(survey([q("a", text={"de": "Sie", "de-informal": "Du"})], languages=("de", "de-informal")))
    assert found.definition.languages == ("de",)
    assert found.definition.question("a").text == {"de": "Sie"}
    assert "Du" in [line.source for line in found.lines if line.code == "language_twice"]


def test_answers_in_texts_are_piped_and_what_cannot_be_is_left_open() -> None:
    text = "Dear {name}, {INSERTANS:123456X1X2} {list.shown} {num + 1} {if(num > 5, 'a', list(1))} "
    text += "{TOKEN:FIRSTNAME} { x } \\{y\\}"
    first = [q("name"), q("list", "L", answers=ANSWERS), q("num", "N")]
    found = parse(survey([*first, q("asked", text=text)]))
    asked = found.definition.question("asked")
    assert asked.text["en"] == (
        "Dear {{name}}, {{list}} {{list}} {{asked_calc}} {if(num > 5, 'a', list(1))} {TOKEN:FIRSTNAME} { x } {y}"
    )
    assert len(asked.open_rules) == 2
    assert found.definition.question("asked_calc").type == "computed"


def test_braces_of_a_text_never_become_piping() -> None:
    asked = q("asked", text="{{nothing}} {{{name}}} {\n}")
    found = parse(survey([q("name"), asked, q("code", text="<style>p {name}</style>x")]))
    assert found.definition.question("asked").text["en"] == "{ {nothing}} { {{{name}}}} {\n}"
    assert piping.names(found.definition.question("asked").text["en"]) == ["name"]
    assert found.definition.question("code").text == {"en": "x"}


def test_groups_are_pages_with_their_name_and_description() -> None:
    found = parse(survey({"questions": [q("a")], "name": "First", "description": "<b>Read</b> this"}, [q("b")]))
    assert [page.title for page in found.definition.pages] == [{"en": "First"}, {"en": "Group 2"}]
    assert [question.type for question in found.definition.pages[0].questions] == ["note", "short_text"]
    assert (found.source.groups, found.source.questions) == (2, 2)


def test_one_question_per_page_keeps_the_rule_of_its_group() -> None:
    groups = [[q("num", "N")], {"questions": [q("a"), q("b")], "grelevance": "num > 5"}]
    found = parse(survey(*groups, settings={"format": "S"}))
    assert [[question.name for question in page.questions] for page in found.definition.pages] == [
        ["num"],
        ["a"],
        ["b"],
    ]
    assert [page.show_if for page in found.definition.pages[1:]] == [{"num": {"more_than": 5}}] * 2


def test_random_groups_and_questions_keep_their_chance() -> None:
    some = {
        "questions": [q("a", attributes={"random_group": "x"}), q("b", attributes={"random_group": "x"})],
        "random": "r",
    }
    found = parse(survey(some, {"questions": [q("c")], "random": "r"}, [q("d")]))
    assert found.definition.random_pages == (("page", "page_2"),)
    assert [page.random_order for page in found.definition.pages] == [True, False, False]


def quota(limit: int, members: list[tuple[int, str]], **more: Any) -> dict[str, list[dict[str, Any]]]:
    return {
        "quota": [{"id": 7, "sid": 123456, "name": "Dark", "qlimit": limit, "action": 1, "active": 1, **more}],
        "quota_members": [
            {"id": n, "sid": 1, "qid": qid, "quota_id": 7, "code": code} for n, (qid, code) in enumerate(members)
        ],
        "quota_languagesettings": [
            {"quotals_id": 1, "quotals_quota_id": 7, "quotals_language": "en", "quotals_message": "Full"}
        ],
    }


def test_a_quota_joins_members_of_a_question_by_or_and_questions_by_and() -> None:
    questions = [q("list", "L", answers=ANSWERS), q("ticks", "M", rows={"a": "A", "b": "B"})]
    found = parse(survey(questions, tables=quota(5, [(1, "1"), (1, "2"), (2, "a")])))
    made = found.definition.quotas[0]
    assert (made.name, made.limit, made.message) == ("dark", 5, {"en": "Full"})
    assert made.when == {"all": [{"any": [{"list": {"is": "1"}}, {"list": {"is": "2"}}]}, {"ticks": {"includes": "a"}}]}


def test_a_quota_of_none_ends_the_page_and_one_that_is_off_is_told() -> None:
    questions = [q("list", "L", answers=ANSWERS), q("after")]
    found = parse(survey(questions[:1], questions[1:], tables=quota(0, [(1, "2")])))
    assert routing.path(found.definition, {"list": "2"}).outcome == "screened_out"
    assert routing.path(found.definition, {"list": "1"}).outcome == "complete"
    off = parse(survey(questions, tables=quota(5, [(1, "2")], active=0)))
    assert [line.code for line in off.lines if line.kind == "quota"] == ["quota_off"]


def test_assessments_become_a_sum_and_notes_for_its_ranges() -> None:
    common = {"sid": 1, "scope": "T", "gid": 0, "language": "en"}
    rows = [
        {"id": 1, **common, "name": "Low", "minimum": "0", "maximum": "2", "message": "Few"},
        {"id": 2, **common, "name": "High", "minimum": "3", "maximum": "9", "message": "Many"},
    ]
    ticks = q("ticks", "M", rows={"a": "A"}, attributes={"assessment_value": "2"})
    questions = [q("list", "L", answers={"1": ("Yes", 3), "2": ("No", 1)}), ticks]
    found = parse(survey(questions, tables={"assessments": rows}, settings={"assessments": "Y"}))
    seen = {
        key: [name for name in routing.path(found.definition, answers).questions if name.startswith("assessment")]
        for key, answers in {"low": {"list": "2"}, "high": {"list": "2", "ticks": ["a"]}, "none": {}}.items()
    }
    assert seen == {"low": ["assessment_1"], "high": ["assessment_2"], "none": ["assessment_1"]}
    assert found.definition.question("assessment_2").text == {"en": "High\nMany"}


def test_the_notice_that_must_be_accepted_is_a_consent() -> None:
    words = {"surveyls_policy_notice": "We keep it safe", "surveyls_policy_notice_label": "I accept"}
    found = parse(survey([q("a")], words=words, settings={"showsurveypolicynotice": "2"}))
    consent = found.definition.questions[0]
    assert (consent.type, consent.required, consent.text) == ("consent", True, {"en": "We keep it safe"})


def test_a_hidden_list_that_the_link_fills_is_a_parameter() -> None:
    rows = [{"id": 1, "sid": 1, "parameter": "shop", "targetqid": 1, "targetsqid": ""}]
    rows.append({"id": 2, "sid": 1, "parameter": "who", "targetqid": 2, "targetsqid": ""})
    shop = q("origin", "L", answers=ANSWERS, attributes={"hidden": "1"})
    found = parse(survey([shop, q("a", relevance="origin == 1")], tables={"survey_url_parameters": rows}))
    hidden = found.data["pages"][0]["questions"][0]
    assert (hidden["type"], hidden["parameter"], [choice["code"] for choice in hidden["choices"]]) == (
        "hidden",
        "shop",
        ["1", "2"],
    )
    assert found.definition.question("a").show_if == {"origin": {"is": "1"}}
    assert [line.source for line in found.lines if line.code == "setting_ours"] == ["who"]


def test_defaults_mails_and_settings_are_told() -> None:
    tables = {"defaultvalues": [{"dvid": 3, "qid": 1, "scale_id": 0, "sqid": 0, "specialtype": ""}]}
    tables["defaultvalue_l10ns"] = [{"id": 1, "dvid": 3, "language": "en", "defaultvalue": "5"}]
    words = {"surveyls_email_invite": "Please come", "surveyls_url": "https://example.org"}
    found = parse(survey([q("a")], tables=tables, words=words, settings={"usecaptcha": "A", "expires": "2030-01-01"}))
    told = {(line.source, line.code) for line in found.lines if line.kind == "setting" and line.result == "lost"}
    assert told == {
        ("5", "default_value"), ("Please come", "setting_ours"), ("https://example.org", "setting_lost"),
        ("A", "setting_ours"), ("2030-01-01", "setting_ours"),
    }  # fmt: skip


def test_a_group_a_question_and_an_archive_are_read_too() -> None:
    group = parse(survey([q("a")], kind="Group"))
    assert (group.definition.title, group.source.groups) == ({"en": "Group 1"}, 1)
    single = parse(survey([q("a")], kind="Question"))
    assert (single.definition.title, single.source.groups) == ({"en": "a"}, 0)
    whole = archive({"survey_1.lss": survey([q("a")]), "survey_1_responses.lsr": b"<document/>"})
    found = parse(whole)
    assert [line.place for line in found.lines if line.code == "answers_not_imported"] == ["survey_1_responses.lsr"]
    assert looks_like(whole) and looks_like(survey([q("a")]))
    assert not looks_like(b"<?xml version='1.0'?><survey/>") and not looks_like(archive({"a.txt": b"x"}))


def test_every_item_and_every_text_of_the_source_is_in_the_report() -> None:
    questions = [
        q("list", "L", answers=ANSWERS, help="Help", relevance="1"), q("grid", "F", rows={"r": "Row"}, answers=ANSWERS),
        q("ticks", "M", rows={"a": "A", "b": "B"}, relevance="list == 1"), q("rank", "R", answers={"x": "X", "y": "Y"}),
    ]  # fmt: skip
    found = parse(
        survey({"questions": questions, "description": "About", "grelevance": "1"}, languages=("en", "zh-Hans"))
    )
    assert found.source.conditions == len(lines(found, "rule")) == 1
    assert found.source.questions == len(lines(found, "question")) == 4
    assert found.source.choices == len(lines(found, "choice")) == 6
    assert found.source.rows == len(lines(found, "row")) == 3
    assert found.source.groups == len(lines(found, "group")) == 1
    texts = 1 + 2 + 4 + 1 + 6 + 3  # title, group, questions, help, answers, rows
    assert len(lines(found, "text", "kept")) == 2 * texts
    assert not lines(found, "text", "lost")


def test_a_question_with_a_look_of_its_own_is_told() -> None:
    data = survey([q("x", "L", answers={"1": "/a.png"}), q("y", "S")])
    data = data.replace(b"<title>", b"<question_theme_name>image_select-listradio</question_theme_name><title>", 1)
    assert [line.place for line in parse(data).lines if line.source == "image_select-listradio"] == [
        "x (line 34) / theme"
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_file_saved_in_another_encoding_than_it_says_is_read(encoding: str) -> None:
    text = survey([q("x", "S", text="年龄")]).decode().replace("\n", "\r\n")
    data = text.encode(encoding) if encoding == "utf-8-sig" else f"\ufeff{text}".encode(encoding)
    assert looks_like(data)
    assert parse(data).definition.question("x").text["en"] == "年龄"


def test_the_name_of_an_assessment_stands_above_its_words() -> None:
    row = {"id": 1, "scope": "T", "gid": 0, "name": "Low", "minimum": "0", "maximum": "2", "message": "<b>few</b>"}
    data = survey(
        [q("x", "L", answers=ANSWERS)],
        settings={"assessments": "Y"},
        tables={"assessments": [row | {"language": "en"}]},
    )
    assert parse(data).definition.question("assessment_1").text["en"] == "Low\nfew"


def test_a_type_that_nobody_knows_is_told_once() -> None:
    found = parse(survey([q("x", "?"), q("y")]))
    assert [line.code for line in found.lines if line.kind == "question" and line.place.startswith("x ")] == [
        "no_equal"
    ]
    assert found.definition.question("x").type == "note"
