"""REDCap data dictionaries: every kind of field, what is told of it, rules that hold for the same answers, what is refused."""

import csv
import io
import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest

from survey_app.formats import redcap
from survey_app.formats.importing import Imported, Refused
from survey_app.questionnaire.conditions import holds
from survey_app.questionnaire.routing import path
from tests.formats.redcap.making import HEADINGS, VISIT, dictionary


def question(found: Imported, name: str) -> dict[str, Any]:
    return next(q for page in found.data["pages"] for q in page["questions"] if q["name"] == name)


def only(**field: str) -> dict[str, Any]:
    """The question that one field becomes, after a checkbox, a list and a number that it may name."""
    found = redcap.parse(
        dictionary(
            {"name": "n", "type": "text", "validation": "number"},
            {"name": "q", "type": "radio", "choices": "1, A | 2, B | 3, C"},
            {"name": "m", "type": "checkbox", "choices": "1, A | 2, B"},
            {"name": "x", **field},
        )
    )
    return found.data["pages"][0]["questions"][3]


def test_a_dictionary_becomes_a_draft_with_pages_headings_and_limits() -> None:
    found = redcap.parse(VISIT)
    assert [page["title"]["zh-CN"] for page in found.data["pages"]] == ["Visit", "Health"]
    assert question(found, "age") == {
        "name": "age",
        "type": "number",
        "decimals": 0,
        "min": 0,
        "max": 120,
        "required": True,
        "text": {"zh-CN": "您的年龄"},
    }
    assert question(found, "born")["max"] == "today"
    assert question(found, "mail")["pattern"] == "email"
    assert question(found, "member_name_section")["text"] == {"zh-CN": "关于您"}
    assert [c["text"]["zh-CN"] for c in question(found, "bought")["choices"]] == ["是", "否"]
    assert question(found, "why")["text"] == {"zh-CN": "为什么来这家店？"}
    assert question(found, "thanks")["text"] == {"zh-CN": "谢谢，{{age}} 岁的顾客"}


def test_a_matrix_group_becomes_one_matrix_whose_rows_rules_can_name() -> None:
    found = redcap.parse(VISIT)
    matrix = question(found, "sat")
    assert (matrix["type"], matrix["text"]) == ("matrix", {"zh-CN": "满意度"})
    assert [(row["code"], row.get("required", False)) for row in matrix["rows"]] == [
        ("sat_price", False),
        ("sat_staff", True),
    ]
    total = question(found, "total")["expression"]
    assert total == {"add": [{"answer": "sat_sat_price"}, {"multiply": [{"answer": "sat_sat_staff"}, 2]}]}


def test_a_matrix_of_checkboxes_and_a_matrix_of_ranks() -> None:
    rows = [{"name": f"r{n}", "type": "checkbox", "choices": "1, A | 2, B", "matrix": "g"} for n in (1, 2)]
    assert question(redcap.parse(dictionary(*rows)), "g")["type"] == "matrix_multiple"
    ranks = [
        {"name": f"r{n}", "type": "radio", "choices": "1, 第一 | 2, 第二", "matrix": "g", "ranking": "y"}
        for n in (1, 2, 3)
    ]
    ranking = question(redcap.parse(dictionary(*ranks)), "g")
    assert (ranking["type"], ranking["top"], len(ranking["choices"])) == ("ranking", 2, 3)


def test_rows_of_a_matrix_with_rules_of_their_own_stay_questions() -> None:
    found = redcap.parse(
        dictionary(
            {"name": "a", "type": "yesno"},
            {"name": "r1", "type": "radio", "choices": "1, A | 2, B", "matrix": "g"},
            {"name": "r2", "type": "radio", "choices": "1, A | 2, B", "matrix": "g", "branching": "[a] = 1"},
        )
    )
    assert question(found, "r2")["show_if"] == {"a": {"is": "1"}}


@pytest.mark.parametrize(
    ("annotation", "key", "value"),
    [("@MAXCHECKED=1", "max", 1), ("@RANDOMORDER", "random_order", True)],
)
def test_action_tags_become_settings(annotation: str, key: str, value: Any) -> None:
    assert only(type="checkbox", choices="1, A | 2, B | 3, C", annotation=annotation)[key] == value


def test_none_of_the_above_is_exclusive() -> None:
    made = only(type="checkbox", choices="1, A | 2, B | 9, 以上都没有", annotation="@NONEOFTHEABOVE=9")
    assert [choice.get("exclusive", False) for choice in made["choices"]] == [False, False, True]


def test_hidden_fields_are_not_asked_and_a_default_is_a_hidden_value() -> None:
    found = redcap.parse(
        dictionary(
            {"name": "a", "type": "text", "annotation": "@HIDDEN"},
            {"name": "b", "type": "text", "annotation": "@HIDDEN @DEFAULT='web'"},
            {"name": "c", "type": "yesno", "branching": "[b] = 'web'"},
        )
    )
    assert [q["name"] for q in found.data["pages"][0]["questions"]] == ["b", "c"]
    assert question(found, "b")["value"] == "web"
    assert "show_if" not in question(found, "c")


def test_what_has_no_equal_waits_for_a_person() -> None:
    assert only(type="sql", choices="select 1")["open_rules"]
    assert only(type="text", validation="alpha_only")["open_rules"]
    assert only(type="text", validation="number", min="[n]")["open_rules"]
    assert only(type="yesno", branching="datediff([q], 'today', 'd') > 3")["open_rules"]
    assert only(type="yesno", branching="[event_1][q] = '1'")["open_rules"]
    assert only(type="yesno", branching="[q] = ")["open_rules"]


def text(given: str) -> float:
    """A field as a number: none when it is blank."""
    return float(given) if given else float("nan")


RULES: list[tuple[str, Callable[[str, str, frozenset[str]], bool]]] = [
    ("[q] = '1'", lambda q, n, m: q == "1"),
    ("[q] <> '1'", lambda q, n, m: q != "1"),
    ("[q] = ''", lambda q, n, m: q == ""),
    ('[q] <> "" and [n] > 18', lambda q, n, m: q != "" and text(n) > 18),
    ("[q] >= 2", lambda q, n, m: text(q) >= 2),
    ("[n] <= 18 or [m(2)] = '1'", lambda q, n, m: text(n) <= 18 or "2" in m),
    ("[m(1)] = '0'", lambda q, n, m: "1" not in m),
    ("[m(1)] <> '1' and not ([q] = 3)", lambda q, n, m: "1" not in m and q != "3"),
    ("([q] = '1' or [q] = '2') AND [m(1)] = 1 AND [m(2)] = 0", lambda q, n, m: q in ("1", "2") and m == {"1"}),
    ("[n] = 18", lambda q, n, m: text(n) == 18),
    ("[n] != 18", lambda q, n, m: text(n) != 18),
    ("if([q] = 1, [n] > 3, [m(1)] = 1)", lambda q, n, m: text(n) > 3 if q == "1" else "1" in m),
    ("18 < [n]", lambda q, n, m: text(n) > 18),
]


@pytest.mark.parametrize(("rule", "meaning"), RULES)
def test_branching_logic_holds_for_the_same_answers(rule: str, meaning: Callable[..., bool]) -> None:
    condition = only(type="yesno", branching=rule)["show_if"]
    for q, n, m in itertools.product(["", "1", "2", "3"], ["", "3", "18", "19"], [(), ("1",), ("2",), ("1", "2")]):
        answers: dict[str, Any] = {"m": list(m)} if m else {}
        answers |= {"q": q} if q else {}
        answers |= {"n": int(n)} if n else {}
        assert holds(condition, answers) == meaning(q, n, frozenset(m)), (rule, answers)


def test_a_field_that_is_hidden_is_blank_for_later_rules() -> None:
    found = redcap.parse(
        dictionary(
            {"name": "a", "type": "yesno"},
            {"name": "b", "type": "yesno", "branching": "[a] = '1'"},
            {"name": "c", "type": "yesno", "branching": "[b] <> '1'"},
        )
    )
    shown = path(found.definition, {"a": "0", "b": "1"}).questions
    assert "c" in shown and "b" not in shown


def test_sums_leave_blank_fields_out_and_are_blank_when_all_are() -> None:
    found = redcap.parse(
        dictionary(
            {"name": "a", "type": "text", "validation": "integer"},
            {"name": "b", "type": "text", "validation": "integer"},
            {"name": "s", "type": "calc", "choices": "sum([a], [b])"},
            {"name": "p", "type": "calc", "choices": "[a] + [b]^2"},
        )
    )
    values = [path(found.definition, answers).answers for answers in ({}, {"a": 2}, {"a": 2, "b": 3})]
    assert [(v.get("s"), v.get("p")) for v in values] == [(None, None), (2, None), (5, 11)]


def test_codes_that_cannot_be_names_are_told_with_the_rules_still_right() -> None:
    found = redcap.parse(
        dictionary(
            {"name": "q", "type": "radio", "choices": "-1, 不知道 | A-1, 是"},
            {"name": "x", "type": "text", "branching": "[q] = 'A-1'"},
        )
    )
    assert [choice["code"] for choice in question(found, "q")["choices"]] == ["m1", "a_1"]
    assert question(found, "x")["show_if"] == {"q": {"is": "a_1"}}
    assert [line.code for line in found.lines if line.kind == "choice"] == ["recoded", "recoded"]


@pytest.mark.parametrize(
    ("fields", "code", "place"),
    [
        ([{"name": "a", "type": "question"}], "bad_value", "line 2, Field Type"),
        ([{"name": "a", "type": "text"}, {"name": "A", "type": "text"}], "duplicate", "line 3, Variable / Field Name"),
        ([{"name": "", "type": "text"}], "missing_part", "line 2, Variable / Field Name"),
        ([{"name": "a", "type": "radio", "choices": "1 yes | 2, no"}], "bad_value", "line 2, Choices"),
        ([{"name": "a", "type": "radio", "choices": "1, yes | 1, no"}], "duplicate", "line 2, Choices"),
        ([], "no_questions", ""),
    ],
)
def test_broken_dictionaries_name_the_place(fields: list[dict[str, str]], code: str, place: str) -> None:
    with pytest.raises(Refused) as refused:
        redcap.parse(dictionary(*fields))
    assert refused.value.faults[0].code == code
    assert refused.value.faults[0].place.startswith(place)


def test_every_filled_cell_is_told() -> None:
    found = redcap.parse(VISIT)
    rows = list(csv.reader(io.StringIO(VISIT.decode("utf-8-sig"))))
    titles = list(HEADINGS)
    told = {line.place for line in found.lines}
    silent = {"form", "name"}  # told with the page and with the field
    missing = []
    for number, row in enumerate(rows[1:], start=2):
        for key, cell in zip(titles, row, strict=True):
            place = f"line {number}, {HEADINGS[key].title()}"
            in_matrix = key in ("choices", "matrix") and row[titles.index("matrix")]
            if cell and key not in silent and not in_matrix and place.lower() not in {p.lower() for p in told}:
                missing.append((place, cell))
    assert missing == []


def test_it_is_known_by_its_headings() -> None:
    assert redcap.looks_like(VISIT)
    assert redcap.looks_like(b"field_name,form_name,section_header,field_type\n")
    assert not redcap.looks_like(b"survey,type,name\n")
    assert not redcap.looks_like(b"")


def test_counts_are_those_of_the_dictionary() -> None:
    told = redcap.parse(VISIT).to_json()
    assert (told["pages"], told["questions"], told["choices"], told["conditions"]) == (2, 11, 12, 2)


def _mutants(data: bytes, number: int, seed: int) -> list[bytes]:
    chance = random.Random(seed)
    made = []
    for _ in range(number):
        piece = bytearray(data)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(piece))
            what = chance.randrange(4)
            if what == 0:
                del piece[at : at + chance.randint(1, 40)]
            elif what == 1:
                piece[at] = chance.randrange(256)
            elif what == 2:
                piece[at:at] = bytes(
                    chance.choice([b'"', b",", b"[", b"|", b"\r\n", b"))", b"[age]", b"@", b"\0", b"{{x}}"])
                )
            else:
                piece = piece[:at] or bytearray(b"x")
            if not piece:
                piece = bytearray(b"x")
        made.append(bytes(piece))
    return made


def _end(data: bytes) -> None:
    try:
        told: object = redcap.parse(data).data["pages"]
    except Refused as refused:
        told = refused.faults[0].sentence("en")
    assert told


def test_damaged_dictionaries_end_in_a_draft_or_a_refusal() -> None:
    for mutant in _mutants(VISIT, 100, 5):
        _end(mutant)


@pytest.mark.long
def test_many_damaged_dictionaries_end_in_a_draft_or_a_refusal() -> None:
    for mutant in _mutants(VISIT, 5_000, 6):
        _end(mutant)
