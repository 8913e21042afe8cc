"""The logic of forms: the draft shows what the form shows and accepts what the form accepts, over all answers tried."""

import itertools
from typing import Any

import pytest

from survey_app.formats import xlsform
from survey_app.formats.importing import Imported
from survey_app.formats.importing.logic import Both, Call, Op
from survey_app.formats.xlsform import xpath
from survey_app.formats.xlsform.reading import read
from survey_app.questionnaire.checks import unmet
from survey_app.questionnaire.conditions import holds
from survey_app.questionnaire.routing import path
from tests.formats.xlsform.making import as_csv
from tests.formats.xlsform.reference import Player, Row, yes
from tests.formats.xlsform.trying import compare, rows_of

ASKED = """
[survey]
type | name | label | relevant | calculation | constraint
select_one codes | q | Q | | |
select_one codes | r | R | | |
select_multiple codes | m | M | | |
integer | n | N | | |
integer | k | K | | |
text | t | T | | |
date | d | D | | |
date | e | E | | |
calculate | double | | | ${n} * 2 |
calculate | half | | | ${q} div 2 |
calculate | word | | | if(${n} > 3, 'big', if(${n} != '', 'small', '')) |
"""
CHOICES = "\n[choices]\nlist_name | name | label\ncodes | 1 | One\ncodes | 2 | Two\ncodes | b | Bee\n"

RULES = [
    "${q} = '1'",
    "${q} = 1",
    "${q} != 'b'",
    "${q} = ''",
    "${q} != '' and ${n} > 3",
    "${q} >= 2",
    "not(${q} < 2)",
    "selected(${q}, 'b') or selected(${m}, 'b')",
    "not(selected(${m}, '1'))",
    "count-selected(${m}) >= 2",
    "count-selected(${m}) < 1",
    "count-selected(${m}) != 1",
    "${m} = '1'",
    "${m} != 'b'",
    "${m} = ''",
    "${n} = 5 or ${n} = 13",
    "${n} != 5",
    "${n} <= ${k}",
    "${n} = ${k}",
    "${n} != ${k}",
    "${n} + ${k} > 10",
    "${n} - 2 >= ${k}",
    "${n} div 2 = 1",
    "${double} > 9",
    "${double} != 10",
    "${word} = 'big'",
    "${word} != 'big'",
    "${word} = ''",
    "${word} = ${q}",
    "${t} = 'yes'",
    "${t} != ''",
    "string-length(${t}) > 0",
    "string-length(${q}) = 1",
    "if(${q} = '1', ${n} > 3, ${k} > 3)",
    "coalesce(${n}, ${k}) = 5",
    "${q} = '1' and (${n} > 3 or not(${k} > 3))",
    "contains(${q}, 'b')",
    "(${q} = '1') = true()",
    "../q = '1' and ../n > 2",
    "/form/q = 'b'",
    "'b' = ${q}",
    "5 < ${n}",
    "-1 < ${n}",
    "${q} = '1' or ${q} = '2' and ${n} > 3",
    "${q} = ‘b’",
    "number(${n}) > 3",
    "${double} = ''",
    "${double} != '' and ${q} != ''",
    "${half} != ''",
    "max(${n}, ${k}) > 4",
    "abs(${n} - ${k}) > 2",
    "pow(${n}, 2) > 20",
    "selected(${q}, 'b') + selected(${m}, 'b') >= 1",
    "(${q} = '1') * 3 + ${n} > 6",
    "(${q} = '1') = (${n} > 3)",
    "(${q} = '1') != selected(${m}, 'b')",
    "selected(${m}, 'b') > 0",
    "${q} = ${r}",
    "${q} > ${r} or ${q} = ''",
    "selected(${m}, 'unknown') or ${q} = 'b'",
]


def last(rule: str, column: str = "relevant") -> Imported:
    row = f"text | x | X | {rule} | |" if column == "relevant" else ""
    return xlsform.parse(as_csv(ASKED + row + CHOICES))


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_holds_for_the_same_answers(rule: str) -> None:
    found = last(rule)
    assert not [line for line in found.lines if line.result == "lost"], rule
    root = rows_of(read(as_csv(ASKED + f"text | x | X | {rule} | |" + CHOICES)))
    row = next(row for row in root.children if row.name == "x")
    numbers = {child.name: child.number for child in root.children}
    seen = set()
    for q, m, n, k, t in itertools.product(
        ("", "1", "2", "b"), ((), ("1",), ("b",), ("1", "2")), ("", "2", "5", "13"), ("", "5"), ("", "yes")
    ):
        given = {"q": q, "m": " ".join(m), "n": n, "k": k, "t": t}
        expected = Player(root, {numbers[name]: text for name, text in given.items() if text}).shown(row)
        answers: dict[str, Any] = {"q": q or None, "m": list(m), "n": int(n) if n else None, "k": int(k) if k else None}
        shown = path(
            found.definition, {a: v for a, v in answers.items() if v not in (None, [])}, {"t": t} if t else {}
        ).questions
        assert ("x" in shown) == expected, (rule, given)
        seen.add(expected)
    assert seen == {True, False}, f"{rule} is no test: it never differs"


@pytest.mark.parametrize(
    ("rule", "meaning"),
    [
        ("${d} > ${e}", lambda d, e: d > e),
        ("${d} <= ${e} + 30", lambda d, e: d <= e + 30),
        ("decimal-date-time(${d}) - decimal-date-time(${e}) > 7", lambda d, e: d - e > 7),
        ("${d} >= date('2026-01-10')", lambda d, e: d >= 9),
        ("${d} = ${e}", lambda d, e: d == e),
    ],
)
def test_days_are_compared_as_in_the_form(rule: str, meaning: Any) -> None:
    condition = last(rule).data["pages"][-1]["questions"][-1]["show_if"]
    for d, e in itertools.product(range(0, 30, 3), repeat=2):
        answers = {"d": f"2026-01-{d + 1:02}", "e": f"2026-01-{e + 1:02}"}
        assert holds(condition, answers) == meaning(d, e), (rule, answers)
    if not rule.endswith("= ${e}"):
        assert not holds(condition, {"e": "2026-01-01"})


@pytest.mark.parametrize(
    "rule",
    [
        "${d} > today()",
        "regex(${t}, '^a+$')",
        "${t} > 5",
        "${later} = '1'",
        "${unknown} = 1",
        "position(..) = 1",
        "${q} =",
        "((",
        "${m} = '1 2'",
        "indexed-repeat(${n}, ${g}, 1) > 1",
        "jr:choice-name(${q}, '${q}') = 'One'",
    ],
)
def test_what_cannot_be_said_waits_for_a_person(rule: str) -> None:
    found = xlsform.parse(as_csv(ASKED + f"text | x | X | {rule} | |\ntext | later | L | | |" + CHOICES))
    made = next(q for q in found.data["pages"][0]["questions"] if q["name"] == "x")
    assert "show_if" not in made and len(made["open_rules"]) == 1
    assert [line.place for line in found.lines if line.kind == "rule"] == ["survey!E14"]


@pytest.mark.parametrize("sign", ["=", "!=", "<", "<=", ">", ">="])
def test_the_year_of_a_day_is_no_day(sign: str) -> None:
    condition = last(f"format-date(${{d}}, '%Y') {sign} 2005").data["pages"][-1]["questions"][-1]["show_if"]
    for day in ("2004-12-31", "2005-01-01", "2005-12-31", "2006-01-01"):
        year = int(day[:4])
        expected = {"=": year == 2005, "!=": year != 2005, "<": year < 2005}.get(sign)
        expected = {"<=": year <= 2005, ">": year > 2005, ">=": year >= 2005}.get(sign, expected)
        assert holds(condition, {"d": day}) == expected, (sign, day)
    assert holds(condition, {}) == (sign == "!=")


def test_words_without_regard_to_case_are_told() -> None:
    found = last("${t} = 'yes'")
    assert [line.code for line in found.lines if line.kind == "rule"] == ["case_ignored"]


def test_groups_hide_what_is_in_them_and_their_answers() -> None:
    text = """
    [survey]
    type | name | label | relevant | calculation
    select_one yn | a | A | |
    begin group | g | G | ${a} = 'y' |
    select_one yn | b | B | |
    begin group | h | H | ${b} = 'y' |
    select_one yn | c | C | |
    calculate | sum | | | if(${c} = 'y', 1, 0)
    end group | | | |
    select_one yn | d | D | ../h/c = 'y' |
    end group | | | |
    select_one yn | e | E | ${c} = 'y' or ${d} != 'n' |
    select_one yn | f | F | ${sum} = 1 |
    begin repeat | r | R | ${e} = 'y' |
    select_one yn | i | I | ${f} = 'y' |
    end repeat | | | |
    [choices]
    list_name | name | label
    yn | y | Yes
    yn | n | No
    """
    data = as_csv(text)
    number, wrong = compare(read(data), xlsform.parse(data), rounds=300, seed=2)
    assert number > 2_000 and wrong == []


def test_signs_bind_as_in_xpath() -> None:
    tree = xpath.parse("${a} = 1 or ${b} != 2 and ${c} + 1 < 3 * 2")
    assert isinstance(tree, Both) and tree.word == "any"
    second = tree.parts[1]
    assert isinstance(second, Both) and isinstance(second.parts[1], Op) and second.parts[1].op == "<"
    call = xpath.parse("count-selected(${a}) - 1")
    assert isinstance(call, Op) and isinstance(call.left, Call) and call.left.name == "count-selected"


# --- constraints ------------------------------------------------------------------------------------------------------
NUMBERS = [str(n) for n in range(-2, 15)]
LIMITS = [
    ("integer", ". >= 1 and . <= 5", NUMBERS),
    ("integer", ". > 1 and . < 5", NUMBERS),
    ("integer", "not(. > 5) and not(. < 0)", NUMBERS),
    ("integer", "5 >= .", NUMBERS),
    ("integer", ". = 3", NUMBERS),
    ("integer", ". > 2.5", NUMBERS),
    ("integer", ". = 3 or . = 4", NUMBERS),
    ("decimal", ". > 1.5 and . <= 3", ["1.4", "1.5", "1.51", "2", "3", "3.01"]),
    ("text", "string-length(.) <= 3", ["a", "abc", "abcd"]),
    ("text", "string-length(.) < 3", ["a", "ab", "abc"]),
    ("select_multiple c", "not(selected(., 'n')) or count-selected(.) = 1", None),
    ("select_multiple c", "not(selected(., 'n') and count-selected(.) > 1)", None),
    ("select_multiple c", "count-selected(.) <= 2", None),
    ("select_multiple c", "count-selected(.) >= 2 and count-selected(.) < 4", None),
    ("select_multiple c", "if(selected(., 'n'), count-selected(.) = 1, count-selected(.) <= 2)", None),
    ("select_one c", "true()", None),
    ("select_one c", ". != 'a'", None),
    ("integer", ". = 1 or . > 5", NUMBERS),
    ("integer", "regex(., '1?[2-9]')", NUMBERS),
    ("integer", ". * 2 + 1 > 10", NUMBERS),
    ("integer", ". < 3 and . > 8", NUMBERS),
    ("integer", "string-length(.) = 2", NUMBERS),
    ("text", "regex(., '(a+)+')", ["a", "aaa", "ab", "ba"]),
    ("text", "not(regex(., '^[a-c]+$'))", ["a", "abc", "abd", "d"]),
    ("text", "string-length(.) > 2", ["a", "ab", "abc", "a b c"]),
    ("text", "string-length(.) != 2 and . != 'abc'", ["a", "ab", "abc", "a b c"]),
    ("text", "contains(., '.b') or starts-with(., 'c') or ends-with(., '$')", ["a.b", "acb", "cab", "ac", "a$", "$a"]),
    ("select_multiple c", "not(selected(., 'a') and selected(., 'b'))", None),
    ("select_multiple c", "selected(., 'a') and not(selected(., 'b') and selected(., 'd'))", None),
]
PATTERNS = {
    r"regex(., '^[0-9]{6}$')": ("postcode", ""),
    r"regex(., '^[^@\s]+@[^@\s]+\.[^@\s]+$')": ("email", "pattern_ours"),
    r"regex(., '^1[3-9][0-9]{9}$')": ("phone", "pattern_ours"),
}


def _constrained(type_: str, rule: str) -> tuple[dict[str, Any], Imported]:
    lists = "\n[choices]\nlist_name | name | label\nc | a | A\nc | b | B\nc | d | D\nc | n | None\n"
    found = xlsform.parse(as_csv(f"[survey]\ntype | name | label | constraint\n{type_} | x | X | {rule}{lists}"))
    return found.data["pages"][0]["questions"][0], found


@pytest.mark.parametrize(("type_", "rule", "given"), LIMITS)
def test_a_constraint_accepts_the_same_answers(type_: str, rule: str, given: list[str] | None) -> None:
    question, found = _constrained(type_, rule)
    assert "open_rules" not in question
    read_ = found.definition.questions[0].reader()
    lists = [" ".join(part) for size in range(1, 5) for part in itertools.combinations("abdn", size)]
    for answer in given or ([*"abdn"] if type_ == "select_one c" else lists):
        root = Row("begin", "", 0)
        row = Row(type_, "x", 1, relevant=rule, parent=root)
        root.children.append(row)
        player = Player(root, {1: answer})
        player._values[id(row)] = answer
        expected = player.shown(row)
        problems: list[Any] = []
        answers: dict[str, Any] = {}
        texts: dict[str, str] = {}
        read_({"x": answer.split() if "multiple" in type_ else [answer]}, answers, texts, problems, None)
        problems += unmet(found.definition, found.definition.questions[0], answers, texts)
        assert (not problems) == expected, (rule, answer, question)


@pytest.mark.parametrize("rule", PATTERNS)
def test_known_patterns_become_ours_and_near_ones_are_told(rule: str) -> None:
    question, found = _constrained("text", rule)
    pattern, code = PATTERNS[rule]
    assert question["pattern"] == pattern
    assert [line.code for line in found.lines if line.kind == "validation"] == [code]


CHECKS = [
    ". <= ${n}",
    ". > ${n} + ${k}",
    ". = ${n} or . = ${k}",
    "if(${q} = 'b', . > 3, . <= 13)",
    "selected(${m}, '1') or . > 2",
    "${t} = '' or . != ${n}",
    ". > 1 and . <= ${n} and not(. = 5 and ${q} = '1')",
    "regex(${t}, '[b-y ]*') and . > 1",
]


@pytest.mark.parametrize("rule", CHECKS)
def test_a_constraint_that_looks_at_other_answers_accepts_the_same(rule: str) -> None:
    data = as_csv(ASKED + f"integer | x | X | | | {rule}\n" + CHOICES)
    found = xlsform.parse(data)
    assert not [line for line in found.lines if line.kind in ("rule", "validation") and line.result == "lost"]
    root = rows_of(read(data))
    numbers = {row.name: row.number for row in root.children}
    by_name = {row.name: row for row in root.children}
    row, refused = by_name["x"], 0
    question = found.definition.question("x")
    for q, m, n, k, t, x in itertools.product(
        ("", "1", "b"), ("", "1 b"), ("", "3", "13"), ("", "5"), ("", "a y"), ("", "2", "5", "13")
    ):
        given = {"q": q, "m": m, "n": n, "k": k, "t": t, "x": x}
        player = Player(root, {numbers[name]: value for name, value in given.items()})
        player._values[id(row)] = x
        expected = not x or yes(player.value_of(rule, row))
        answers: dict[str, Any] = {name: int(given[name]) for name in "nkx" if given[name]}
        answers |= {"q": q} if q else {}
        answers |= {"m": m.split()} if m else {}
        texts = {"t": t} if t else {}
        problems: list[Any] = []
        question.reader()({"x": [x]}, {}, {}, problems, None)
        problems += unmet(found.definition, question, answers, texts)
        assert (not problems) == expected, (rule, given, question)
        refused += not expected
    assert refused


def test_words_of_a_limit_stand_where_they_are_said() -> None:
    rows = "integer | n | N | | |\ninteger | x | X | . <= ${n} | Not more than before | ${n} > 3 | Please say\n"
    head = "type | name | label | constraint | constraint_message | required | required_message"
    found = xlsform.parse(as_csv(f"[survey]\n{head}\n{rows}integer | y | Y | . > 1 | More than one | |\n"))
    x, y = found.data["pages"][0]["questions"][1:]
    assert [check["message"] for check in x["checks"]] == [{"en": "Please say"}, {"en": "Not more than before"}]
    assert "hint" not in x and y["hint"] == {"en": "More than one"}
    definition, question = found.definition, found.definition.question("x")
    assert [len(unmet(definition, question, {"n": n}, {})) for n in (3, 4)] == [0, 1]
    assert not unmet(definition, question, {"n": 4, "x": 4}, {})


def test_a_sum_may_say_when_an_answer_is_required() -> None:
    rows = "integer | n | N |\ninteger | k | K |\ninteger | x | X | ${n} + ${k} > 5\n"
    found = xlsform.parse(as_csv(f"[survey]\ntype | name | label | required\n{rows}"))
    question = found.definition.question("x")
    assert not [line for line in found.lines if line.result == "lost"]
    for n, k in itertools.product((None, 1, 4), repeat=2):
        answers = {name: value for name, value in (("n", n), ("k", k)) if value is not None}
        assert bool(unmet(found.definition, question, answers, {})) == (n is not None and k is not None and n + k > 5)


def test_times_as_parts_of_a_day() -> None:
    question, _ = _constrained("time", "decimal-time(.) * 1440 >= 479.5 and decimal-time(.) * 1440 <= 1080.5")
    assert (question["min"], question["max"]) == ("08:00", "18:00")


@pytest.mark.parametrize(
    ("type_", "rule"),
    [
        ("integer", ". mod 2 = 0"),
        ("text", "regex(., '(?=a)b')"),
        ("text", r"regex(., '(a)\1')"),
        ("text", "regex(., '[a-z&&[^b]]')"),
        ("text", ". = ${later}"),
        ("date", ". <= today() + 30"),
        ("date", ". >= now()"),
        ("date", "format-date(., '%m') = 2"),
    ],
)
def test_constraints_that_no_limit_says_wait_for_a_person(type_: str, rule: str) -> None:
    question, found = _constrained(type_, rule)
    assert len(question["open_rules"]) == 1
    assert [line.place for line in found.lines if line.kind == "rule"] == ["survey!E3"]


def test_the_part_of_a_constraint_that_can_be_said_is_kept() -> None:
    question, _ = _constrained("date", ". >= today() and . <= today() + 30")
    assert question["min"] == "today" and len(question["open_rules"]) == 1
