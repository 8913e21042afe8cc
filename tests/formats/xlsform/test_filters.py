"""Filters of choices and rules on rows: the same are offered as in the form."""

import itertools
from collections.abc import Callable

import pytest

from survey_app.formats import xlsform
from survey_app.formats.importing import Imported
from survey_app.formats.xlsform.reading import read
from survey_app.questionnaire.checks import unmet
from survey_app.questionnaire.routing import path
from tests.formats.xlsform.making import as_csv
from tests.formats.xlsform.trying import compare

LISTS = """
[choices]
list_name | name | label | land | at least | count
land | cn | China | | |
land | fr | France | | |
land | x | Elsewhere | | |
city | bj | Beijing | cn | 0 | 1
city | sh | Shanghai | cn | 2 | 2
city | pa | Paris | fr | 1 | 3
"""
FILTERS = [
    "land = ${l}",
    "land=${l} or ${l} = 'x'",
    "land != ${l}",
    "count <= ${n}",
    "not(selected(${m}, name))",
    "selected(${m}, name) and land = current()/../l",
    "name = 'bj' or ${n} > 2",
    "land = 'cn' and ${n} != ''",
    "if(${l} = 'x', count > 1, land = ${l})",
]


def form(rule: str, *, type_: str = "select_one city", more: str = "", after: str = "") -> bytes:
    return as_csv(
        f"[survey]\ntype | name | label | choice_filter\nselect_one land | l | Where? |\nselect_multiple city | m | Seen |\n"
        f"integer | n | How many |\n{type_} | q | Which? | {rule}\n{more}{LISTS}{after}"
    )


def offered(found: Imported, answers: dict[str, object]) -> list[str]:
    way = path(found.definition, answers, {})
    return [
        str(code) for page in way.pages for one in page.questions if one.name == "q" for code in one.codes("q") or ()
    ]


@pytest.mark.parametrize("type_", ["select_one city", "select_multiple city", "rank city"])
@pytest.mark.parametrize("rule", FILTERS)
def test_the_same_choices_are_offered_for_the_same_answers(rule: str, type_: str) -> None:
    data = form(rule, type_=type_)
    found = xlsform.parse(data)
    assert not [line for line in found.lines if line.result == "lost"]
    compared, wrong = compare(read(data), found, rounds=40, seed=5)
    assert not wrong, wrong[:3]
    assert compared > 100


def test_a_cascade_stands_on_pages_of_its_own() -> None:
    found = xlsform.parse(form("land = ${l}"))
    assert offered(found, {"l": "cn"}) == ["bj", "sh"]
    assert offered(found, {"l": "x"}) == []  # nothing to choose: not asked
    assert [len(page["questions"]) for page in found.data["pages"]] == [3, 1]


@pytest.mark.parametrize(
    "rule", ["land = ${later}", "land = position(..)", "nowhere = ${l}", "land = 'de'", "land =", "land[1] = 'cn'"]
)
def test_a_filter_that_cannot_be_said_waits_for_a_person(rule: str) -> None:
    found = xlsform.parse(form(rule, more="text | later | Later |\n"))
    question = next(q for page in found.data["pages"] for q in page["questions"] if q["name"] == "q")
    assert len(question["choices"]) == 3 and len(question["open_rules"]) == 1
    assert [line.place for line in found.lines if line.result == "lost" and line.kind == "rule"] == ["survey!E6"]


def test_choices_of_one_code_under_several_parents_are_one_where_their_words_are() -> None:
    rows = "city | o | Other | cn | | 1\ncity | o | Other | fr | | 1\ncity | p | Port | cn | | 1\ncity | p | Park | fr | | 1\n"
    settings = "[settings]\nallow_choice_duplicates\nyes\n"
    found = xlsform.parse(form("land = ${l}", after=rows + settings))
    assert offered(found, {"l": "cn"}) == ["bj", "sh", "o", "p"]
    assert offered(found, {"l": "fr"}) == ["pa", "o", "p_2"]


@pytest.mark.parametrize(
    ("rule", "meaning"),
    [
        ("${c} = 'p'", lambda c, m: c == "p"),
        ("${c} != 'p'", lambda c, m: c != "p"),
        ("${c} = ''", lambda c, m: not c),
        ("${c} = 'b' or ${c} = ''", lambda c, m: c in ("b", "")),
        ("starts-with(${c}, 'p') or ${c} = 'b'", lambda c, m: bool(c)),
        ("substr(${c}, 0, 1) != 'p'", lambda c, m: c != "p"),
        ("selected(${m}, 'p')", lambda c, m: "p" in m),
        ("count-selected(${m}) = 2", lambda c, m: len(m) == 2),
    ],
)
def test_a_rule_about_a_code_that_stands_twice_means_both(rule: str, meaning: Callable[[str, list[str]], bool]) -> None:
    lists = "l | p | Port\nl | p | Park\nl | b | Bay\n[settings]\nallow_choice_duplicates\nyes\n"
    rows = f"select_one l | c | C |\nselect_multiple l | m | M |\ntext | x | X | {rule}\n[choices]\nlist_name | name | label\n"
    found = xlsform.parse(as_csv(f"[survey]\ntype | name | label | relevant\n{rows}{lists}"))
    assert not [line for line in found.lines if line.result == "lost"]
    source = {"p": "p", "p_2": "p", "b": "b"}
    for c, m in itertools.product((None, *source), ([], ["p"], ["p_2"], ["p_2", "b"], ["b"])):
        answers = {name: value for name, value in (("c", c), ("m", m)) if value}
        expected = meaning(source.get(c or "", ""), [source[code] for code in m])
        assert ("x" in path(found.definition, answers).questions) == expected, (rule, answers)


def test_rows_of_a_table_may_be_required_for_some_answers() -> None:
    data = as_csv(
        "[survey]\ntype | name | label | appearance | required\ninteger | n | How many | |\n"
        "begin group | t | How good? | table-list |\nselect_one land | bj | Beijing | | ${n} > 3\n"
        f"select_one land | sh | Shanghai | | yes\nend group | | | |\n{LISTS}"
    )
    found = xlsform.parse(data)
    assert not [line for line in found.lines if line.result == "lost" and line.kind == "rule"]
    asked = found.definition.question("t")
    given: list[tuple[dict[str, object], bool]] = [({"n": 3}, False), ({"n": 4}, True), ({"n": 4, "t_bj": "cn"}, False)]
    for answers, refused in given:
        assert bool(unmet(found.definition, asked, answers, {})) == refused


def test_rows_of_a_table_have_their_rules() -> None:
    data = as_csv(
        "[survey]\ntype | name | label | appearance | relevant\nselect_multiple city | m | Seen | |\n"
        "begin group | t | How good? | table-list |\nselect_one land | bj | Beijing | | selected(${m}, 'bj')\n"
        f"select_one land | sh | Shanghai | | \nend group | | | |\n{LISTS}"
    )
    found = xlsform.parse(data)
    question = found.data["pages"][-1]["questions"][0]
    assert question["type"] == "matrix" and [row.get("show_if") for row in question["rows"]] == [
        {"m": {"includes": "bj"}},
        None,
    ]
    compared, wrong = compare(read(data), found, rounds=30, seed=2)
    assert not wrong and compared > 50
