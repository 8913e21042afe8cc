"""Files: every fault at once, with its place and remedy; hostile ones refused quickly and in one line."""

import ast
import json
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.questionnaire import loading
from survey_app.questionnaire.checking import check_bytes, check_file
from survey_app.questionnaire.problems import InvalidQuestionnaire, Problem, line_of, sentence
from survey_app.questionnaire.sentences import PHRASES, SENTENCES
from tests.questionnaire.tools import FOLDER, NAMES, made, question, tiny

GOOD = (FOLDER / "single_choice.yaml").read_text("utf-8")


def faults(text: bytes | str, file: str = "bad.yaml") -> list[Problem]:
    with pytest.raises(InvalidQuestionnaire) as caught:
        loading.load_definition(text, file=file)
    for problem in caught.value.problems:
        for language in ("en", "zh-CN"):
            line = line_of(problem, language)
            assert "\n" not in line
            assert "?" not in sentence(problem, language).replace('"?"', "").split("Did you mean")[0], line
        assert problem.file == file
    return caught.value.problems


def found(text: bytes | str, file: str = "bad.yaml") -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in faults(text, file)]


def test_all_faults_of_a_file_are_told_at_once_in_the_order_of_its_lines() -> None:
    text = """format: 1
name: Bad Name
title: {zh-CN: 一}
languages: [zh-CN, en]
colour: red
scales:
  agree: {points: [{code: 1, text: {zh-CN: 一, en: a}}, {code: 1, text: {zh-CN: 二, en: b}}]}
pages:
  - questions:
      - {name: good, type: ratin, text: {zh-CN: 一, en: a}}
      - {name: good2, type: csat, requird: true, text: {zh-CN: 一}}
      - {name: good2, type: csat, text: {zh-CN: 一, en: a}}
      - {name: l, type: likert, scale: agre, text: {zh-CN: 一, en: a}}
      - {name: x, type: csat, show_if: {later: {is: 1}}, text: {zh-CN: 一, en: a}}
      - {name: later, type: csat, show_if: {goood2: {is: 1}}, text: {zh-CN: 一, en: a}}
      - {name: y, type: csat, show_if: {good: {at_most: 2}}, text: {zh-CN: 一, en: "a {{nobody}}"}}
"""
    problems = faults(text)
    assert [(p.line, p.code, p.path) for p in problems] == [
        (2, "bad_slug", "name"),
        (3, "missing_text", "title"),
        (5, "unknown_key", "colour"),
        (7, "duplicate_code", "scales.agree.points[1].code"),
        (10, "unknown_type", "pages[0].questions[0].type"),
        (11, "unknown_key", "pages[0].questions[1].requird"),
        (11, "missing_text", "pages[0].questions[1].text"),
        (12, "duplicate_name", "pages[0].questions[2].name"),
        (13, "unknown_scale", "pages[0].questions[3].scale"),
        (14, "later_variable", "pages[0].questions[4].show_if.later"),
        (15, "unknown_variable", "pages[0].questions[5].show_if.goood2"),
        (16, "bad_piping", "pages[0].questions[6].text"),
    ]
    sentences = {p.code: sentence(p) for p in problems}
    assert 'Did you mean "rating"?' in sentences["unknown_type"]
    assert 'Did you mean "required"?' in sentences["unknown_key"] or any(
        'Did you mean "required"?' in sentence(p) for p in problems
    )
    assert 'Did you mean "agree"?' in sentences["unknown_scale"]
    assert 'Did you mean "good2"?' in sentences["unknown_variable"]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: [1, 2", "bad_yaml", 2),
        ("a: 'x", "bad_yaml", 1),
        ("\tx: 1", "bad_yaml", 1),
        ("a: b: c", "bad_yaml", 1),
        ("", "empty_file", None),
        ("  \n\n", "empty_file", None),
        ("just words", "not_a_mapping", 1),
        ("- 1", "not_a_mapping", 1),
        ("null", "not_a_mapping", 1),
        (b"title: \xff\xfe", "not_utf8", None),
        ("标题".encode("gb18030"), "not_utf8", None),
        ("a: \x00", "control_character", 1),
        ("x: 1\na: \x1b[31m", "control_character", 2),
        ("a: 1\n---\nb: 2", "several_documents", 2),
        ("a: *x", "bad_alias", 1),
        ("a: &a [*a]", "bad_alias", 1),
        ("? [1, 2]\n: 3", "bad_key", 1),
        ("? {a: 1}\n: 3", "bad_key", 1),
        ("1.5: 3", "bad_key", 1),
        ("format: 1\n" + "a: " + "[" * 200, "too_deep", 2),
        ('{"a": ' + "[" * 200 + "]" * 200 + "}", "too_deep", None),
        ('{"a": 1,}', "bad_json", 1),
        ('{"a"', "bad_json", 1),
        ("{a: 1", "bad_json", 1),
    ],
)
def test_an_unreadable_file_is_one_clear_line(text: bytes | str, code: str, line: int | None) -> None:
    problems = faults(text, "x.json" if code == "bad_json" else "bad.yaml")
    assert (problems[0].code, problems[0].line, len(problems)) == (code, line, 1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("format: 1", "format: 2"), "bad_format"),
        (("format: 1\n", ""), "missing_key"),
        (("languages: [zh-CN, en]", "languages: []"), "too_few"),
        (("[zh-CN, en]", "[zh-CN, zh-CN, en]"), "duplicate_language"),
        (("[zh-CN, en]", "[Chinese, en]"), "bad_language"),
        (("name: channel_used", "name: select"), "reserved_name"),
        (("name: channel_used", "name: Channel"), "bad_name"),
        (("name: channel_used", "name: " + "x" * 33), "long_name"),
        (("name: channel_used", "name: ends_"), "bad_name"),
        (("code: shop", "code: Shop!"), "bad_code"),
        (("code: shop", "code: app"), "duplicate_code"),
        (("required: true", "required: perhaps"), "wrong_kind"),
        (("required: true", "required: !!python/object/apply:os.system [ls]"), "yaml_tag"),
        (("required: true", "required: true\n        required: false"), "duplicate_key"),
        (("required: true", "max: .nan\n        required: true"), "not_finite"),
        (("required: true", "max: 1" + "0" * 40 + "\n        required: true"), "big_number"),
        (("text: {zh-CN: 门店, en: In a shop}", "text: 门店"), "missing_text"),
        (("text: {zh-CN: 门店, en: In a shop}", "text: {zh-CN: 门店, en: In a shop, fr: Ici}"), "undeclared_language"),
        (("text: {zh-CN: 门店, en: In a shop}", "text: {zh-CN: 门店, en: In, a shop}"), "split_text"),
        (
            ("text: {zh-CN: 门店, en: In a shop}", "value: -97, text: {zh-CN: 门店, en: In a shop}"),
            "value_is_missing_code",
        ),
        (("text: {zh-CN: 门店, en: In a shop}", "exclusive: true, text: {zh-CN: 门店, en: x}"), "only_in_multiple"),
        (("text: {zh-CN: 门店, en: In a shop}", "other: true, text: {zh-CN: 门店, en: x}"), "two_others"),
        (("text: {zh-CN: 门店, en: In a shop}", 'text: {zh-CN: 门店, en: "a\\x07"}'), "control_character"),
        (("type: single_choice", "type: rating"), "unknown_key"),
    ],
)
def test_each_fault_has_its_code(change: tuple[str, str], code: str) -> None:
    assert change[0] in GOOD
    assert code in [problem.code for problem in faults(GOOD.replace(*change, 1))]


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [("response", "multiple_choice", "id"), ("store", "ranking", "code"), ("over", "text_fields", "quota")],
)
def test_no_column_is_called_like_those_that_every_file_begins_with(name: str, kind: str, code: str) -> None:
    key = "fields" if kind == "text_fields" else "choices"
    with pytest.raises(InvalidQuestionnaire) as refused:
        made({"name": name, "type": kind, "text": "q", key: [{"code": code, "text": "a"}, {"code": "b", "text": "b"}]})
    [problem] = refused.value.problems
    assert (problem.code, problem.values["given"]) == ("reserved_name", f"{name}_{code}")


LISTS: list[dict[str, Any]] = [
    {"type": "ranking"},
    {"type": "matrix", "rows": [{"code": "r", "text": "r"}]},
    {"type": "matrix_multiple", "rows": [{"code": "r", "text": "r"}]},
    {"type": "hidden", "parameter": "from"},
]


@pytest.mark.parametrize("kind", LISTS, ids=lambda kind: kind["type"])
def test_a_choice_carries_a_text_field_only_where_one_is_drawn(kind: dict[str, Any]) -> None:
    choices = [{"code": "a", "text": "a"}, {"code": "b", "text": "b", "other": True}]
    with pytest.raises(InvalidQuestionnaire) as refused:
        made({"name": "q", "text": "q", "choices": choices, **kind})
    [problem] = refused.value.problems
    assert (problem.code, problem.path) == ("other_not_here", "pages[0].questions[0].choices[1].other")


def test_a_list_in_a_table_has_no_text_field() -> None:
    column = {"code": "c", "text": "c", "type": "dropdown", "choices": [{"code": "b", "text": "b", "other": True}]}
    with pytest.raises(InvalidQuestionnaire) as refused:
        made(
            {
                "name": "q",
                "text": "q",
                "type": "matrix_fields",
                "rows": [{"code": "r", "text": "r"}],
                "columns": [column],
            }
        )
    assert [problem.code for problem in refused.value.problems] == ["other_not_here"]


@pytest.mark.parametrize(
    ("condition", "code", "place"),
    [
        ({}, "bad_condition", ""),
        ([], "wrong_kind", ""),
        ({"good": 3}, "bad_condition", ".good"),
        ({"good": {}}, "bad_condition", ".good"),
        ({"good": {"is": 9}}, "unknown_answer", ".good.is"),
        ({"good": {"at_moist": 2}}, "unknown_operator", ".good.at_moist"),
        ({"good": {"includes": 2}}, "wrong_operator", ".good.includes"),
        ({"good": {"at_most": "two"}}, "bad_condition", ".good.at_most"),
        ({"good": {"one_of": []}}, "bad_condition", ".good.one_of"),
        ({"good": {"is": [1]}}, "bad_condition", ".good.is"),
        ({"good": {"answered": "yes"}}, "bad_condition", ".good.answered"),
        ({"good": {"is": {"answer": "nobody"}}}, "unknown_variable", ".good.is.answer"),
        ({"good": {"is": {"answer": "good", "plus": {"days": 1}}}}, "bad_condition", ".good.is.plus"),
        ({"day": {"less_than": "2026-02-30"}}, "bad_date", ".day.less_than"),
        ({"many": {"count": 2}}, "bad_condition", ".many.count"),
        ({"many": {"is": "a"}}, "wrong_operator", ".many.is"),
        ({"words": {"at_least": 1}}, "wrong_operator", ".words.at_least"),
        ({"words": {"is": "z"}}, "unknown_answer", ".words.is"),
        ({"all": []}, "bad_condition", ".all"),
        ({"any": [{"good": {"is": 1}}, {"nobody": {"is": 1}}]}, "unknown_variable", ".any[1].nobody"),
        ({"not": {"not": {"late": {"is": 1}}}}, "later_variable", ".not.not.late"),
    ],
)
def test_a_condition_that_makes_no_sense_is_told_with_its_place(condition: Any, code: str, place: str) -> None:
    with pytest.raises(InvalidQuestionnaire) as caught:
        made(
            question("good"),
            question("day", "date"),
            question("many", "multiple_choice"),
            question("words", "single_choice"),
            question("asked", show_if=condition),
            question("late"),
        )
    assert [(p.code, p.path) for p in caught.value.problems] == [(code, f"pages[0].questions[4].show_if{place}")]


@pytest.mark.parametrize(
    "expression",
    [
        {},
        {"add": []},
        {"add": 3},
        {"subtract": [1]},
        {"answer": "nobody"},
        {"if": {"good": {"is": 1}}},
        {"power": [1, 2]},
        {"add": [1], "multiply": [2]},
        {"count": ["nobody"]},
        {"add": ["good"]},
    ],
)
def test_an_expression_that_makes_no_sense_is_told(expression: Any) -> None:
    with pytest.raises(InvalidQuestionnaire):
        made(question("good"), question("made_up", "computed", expression=expression))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"type": "matrix", "rows": [{"code": "a", "text": "a"}]}, "one_cell_kind"),
        ({"type": "matrix", "rows": [{"code": "a", "text": "a"}], "points": 5, "cell": "nps"}, "one_cell_kind"),
        ({"type": "matrix", "rows": [{"code": "a", "text": "a"}] * 2, "points": 5}, "duplicate_code"),
        ({"type": "rating", "points": 12}, "out_of_range"),
        ({"type": "rating", "points": 3, "labels": ["a"]}, "labels_count"),
        ({"type": "hidden"}, "one_value_kind"),
        ({"type": "hidden", "value": 1, "parameter": "p"}, "one_value_kind"),
        ({"type": "number", "min": 5, "max": 1}, "min_above_max"),
        ({"type": "date", "min": "yesterday"}, "bad_date"),
        ({"type": "time", "min": "8:00"}, "bad_date"),
        ({"type": "short_text", "pattern": "(a+)+$"}, "not_one_of"),
        ({"type": "attention_check", "choices": [{"code": "a", "text": "a"}], "expected": "b"}, "expected_not_offered"),
        ({"type": "multiple_choice", "choices": [], "min": 1}, "too_few"),
        ({"type": 5}, "unknown_type"),
        ({}, "missing_key"),
    ],
)
def test_a_question_that_cannot_be_asked_is_told(more: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidQuestionnaire) as caught:
        made({"name": "q", "text": "q"} | more)
    assert code in [problem.code for problem in caught.value.problems]


def test_columns_of_two_questions_may_not_collide() -> None:
    row = {"code": "b", "text": "b"}
    with pytest.raises(InvalidQuestionnaire) as caught:
        made(question("a", "matrix", points=5, rows=[row]), question("a_b"))
    assert [p.code for p in caught.value.problems] == ["duplicate_name"]


def test_scores_name_their_faults() -> None:
    scores = [
        {"name": "s", "kind": "sum", "questions": ["god"], "weights": {"good": 1}, "top": 2},
        {"name": "s", "kind": "weighted", "questions": ["good"], "rescale": [5, 1]},
    ]
    with pytest.raises(InvalidQuestionnaire) as caught:
        made(question("good"), scores=scores)
    codes = [problem.code for problem in caught.value.problems]
    assert codes == [
        "duplicate_name",
        "unknown_question",
        "unknown_question",
        "score_option",
        "score_option",
        "missing_key",
        "min_above_max",
    ]


def test_yaml_words_stay_words() -> None:
    text = (
        "format: 1\nname: n\ntitle: no\nlanguages: [en]\npages: [{questions: [{name: q, type: single_choice, text: 12:30, "
        "choices: [{code: no, text: on}, {code: 2, text: 2024-01-01}]}]}]\n"
    )
    definition = loading.load_definition(text, file="x.yaml")
    assert definition.title == {"en": "no"}
    assert [c.code for c in definition.question("q").choices] == ["no", "2"]  # type: ignore[attr-defined]
    assert loading.load_definition(loading.dump_yaml(definition), file="y.yaml") == definition


def test_json_is_read_as_strictly_as_yaml() -> None:
    text = json.dumps(tiny("single_choice").to_json())
    assert loading.load_definition(text, file="x.json") == tiny("single_choice")
    assert found(text.replace('"required": true', '"required": true, "required": false'), "x.json") == [
        ("duplicate_key", "")
    ]
    assert ("not_finite", "") in found(text.replace('"required": true', '"columns": NaN'), "x.json")
    assert ("lone_surrogate", "pages[0].questions[0].choices[0].text.en") in found(
        text.replace("In a shop", "In a \\ud83d shop"), "x.json"
    )


def test_a_byte_order_mark_is_accepted() -> None:
    assert loading.load_definition("\ufeff".encode() + GOOD.encode(), file="x.yaml") == tiny("single_choice")


def quick(data: bytes, code: str) -> None:
    """Refused within two seconds and 60 MB, in one line."""
    tracemalloc.start()
    before = time.perf_counter()
    problems = faults(data)
    took, (_, peak) = time.perf_counter() - before, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [p.code for p in problems] == [code]
    assert took < 2
    assert peak < 60_000_000


def test_a_yaml_bomb_is_refused_quickly_and_without_memory() -> None:
    lines = ['a0: &a0 ["lol", "lol", "lol", "lol", "lol", "lol", "lol", "lol", "lol"]']
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    quick("\n".join(lines).encode(), "alias_limit")


def test_a_deep_file_is_refused_quickly() -> None:
    quick(b"a: " + b"[" * 1_000_000, "too_deep")
    quick(b"a: " + b"{a: " * 100_000, "too_deep")
    quick(b"{" + b'"a":[' * 100_000, "too_deep")


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    before = time.perf_counter()
    report = check_file(huge)
    assert time.perf_counter() - before < 0.5
    assert [p.code for p in report.problems] == ["too_large"]
    quick(b"x" * (21 * 1024 * 1024), "too_large")


def test_more_than_two_thousand_questions_are_refused() -> None:
    with pytest.raises(InvalidQuestionnaire) as caught:
        made(*(question(f"q{n}", "note") for n in range(2001)))
    assert [p.code for p in caught.value.problems] == ["too_many_questions"]


def test_a_report_is_lines_or_data(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(GOOD, "utf-8")
    bad.write_text(GOOD.replace(", en: In a shop", ""), "utf-8")
    assert check_file(good).ok
    assert check_file(good).as_dict()["questions"] == 1
    report = check_file(bad)
    assert report.definition is not None  # a draft may lack a translation
    assert not report.ok
    assert report.lines() == [
        f"{bad}:12: pages[0].questions[0].choices[0].text: The text in en is missing. Add the translation."
    ]
    assert check_file(tmp_path / "absent.yaml").problems[0].code == "unreadable"
    assert check_file(tmp_path).problems[0].code == "unreadable"


def test_the_reason_of_a_bad_condition_is_told_in_chinese_too() -> None:
    tree = ast.parse((FOLDER.parents[1] / "survey_app/questionnaire/condition_checking.py").read_text("utf-8"))
    reasons = {
        ast.literal_eval(value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "reason"
    }
    assert len(reasons) > 10
    assert reasons <= set(PHRASES)
    problem = Problem("bad_condition", "", {"reason": "the list is empty"})
    assert sentence(problem, "zh-CN").startswith("这不是有效的条件：列表是空的。")


def test_every_sentence_exists_in_both_languages_with_the_same_holes() -> None:
    for code, (english, chinese) in SENTENCES.items():
        holes = [{part.split("}")[0] for part in text.replace("{{", "").split("{")[1:]} for text in (english, chinese)]
        assert {h.removesuffix("_zh") for h in holes[0]} == {h.removesuffix("_zh") for h in holes[1]}, code


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_no_damage_to_a_file_makes_a_traceback(name: str, data: Any) -> None:
    text = (FOLDER / f"{name}.yaml").read_text("utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    put = data.draw(
        st.one_of(
            st.sampled_from(["", "{", "}", "[", ": ", "- ", "\n", "*a", "&a ", "!!x ", "null", "'", "1e400"]),
            st.text(max_size=6),
        )
    )
    report = check_bytes((text[:start] + put + text[end:]).encode("utf-8", "surrogatepass"), file="x.yaml")
    assert report.ok or report.lines()
    assert report.as_dict()["ok"] == report.ok


JSON_LIKE = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(["csat", "a", "en"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(
                [
                    "format",
                    "name",
                    "title",
                    "languages",
                    "pages",
                    "questions",
                    "type",
                    "text",
                    "choices",
                    "code",
                    "show_if",
                    "scores",
                    "scales",
                    "points",
                    "rows",
                    "x",
                ]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=30,
)


@settings(max_examples=200, deadline=None)
@given(JSON_LIKE)
def test_no_data_makes_a_traceback(data: Any) -> None:
    base = tiny("csat").to_json()
    for changed in (
        data,
        base | {"pages": data},
        base | {"scales": data},
        base | {"pages": [{"questions": [data]}]},
        base | {"scores": data},
        base | (data if isinstance(data, dict) else {}),
    ):
        assert all(map(line_of, problems_of(changed)))


def problems_of(data: Any) -> list[Problem]:
    try:
        loading.definition_from(data)
    except InvalidQuestionnaire as error:
        return error.problems
    return []


def test_a_page_that_is_no_page_and_a_faulty_one_behind_it_are_both_told() -> None:
    data = tiny("csat").to_json() | {"pages": [None, {"format": None, "questions": [None]}]}
    assert {problem.path for problem in problems_of(data)} >= {"pages[0]", "pages[1].questions[0]"}
