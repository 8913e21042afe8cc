"""Rules of SurveyJS against a small evaluator of their own: the same questions are shown for every combination of answers."""

import itertools
import json
import re
from typing import Any

import pytest

from survey_app.formats.importing import Imported
from survey_app.formats.importing.logic import BadExpression
from survey_app.formats.surveyjs import parse
from survey_app.formats.surveyjs.expressions import parse as tree_of
from survey_app.questionnaire.routing import path

QUESTIONS: list[dict[str, Any]] = [
    {"type": "radiogroup", "name": "one", "choices": ["Item 1", "item2", 3]},
    {"type": "checkbox", "name": "many", "choices": ["a", "b", "c"]},
    {"type": "boolean", "name": "yes"},
    {"type": "text", "name": "n", "inputType": "number"},
    {"type": "text", "name": "word"},
]
ANSWERS: dict[str, list[Any]] = {
    "one": [None, "Item 1", "item2", 3],
    "many": [None, ["a"], ["b", "a"], ["c"], ["a", "b", "c"]],
    "yes": [None, True, False],
    "n": [None, 0, 3, 7.5],
    "word": [None, "Red", "blue"],
}
OURS = {"Item 1": "item_1", "item2": "item2", 3: "3", True: "true", False: "false"}


# --- what survey-core does, written down once more and apart from the importer ---------------------------------------------
def is_empty(value: Any) -> bool:
    return value is None or value == "" or value == []


def number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def equal(left: Any, right: Any) -> bool:
    if is_empty(left) or is_empty(right):
        return is_empty(left) and is_empty(right)
    if isinstance(left, list) or isinstance(right, list):
        if not (isinstance(left, list) and isinstance(right, list)) or len(left) != len(right):
            return False
        return all(any(equal(a, b) for b in right) for a in left)
    if isinstance(left, bool) or isinstance(right, bool):
        return (
            str(left).lower() == str(right).lower() or number(int(left)) == number(right)
            if isinstance(left, bool)
            else False
        )
    if number(left) is not None and number(right) is not None:
        return number(left) == number(right)
    return str(left).strip().lower() == str(right).strip().lower()


def contains(left: Any, right: Any) -> bool:
    if left in (None, "", []):
        return False
    if isinstance(left, list):
        return all(any(equal(a, b) for a in left) for b in (right if isinstance(right, list) else [right]))
    return str(right).lower() in str(left).lower()


def anyof(left: Any, right: list[Any]) -> bool:
    if is_empty(left):
        return False
    return (
        any(contains(left, item) for item in right)
        if isinstance(left, list)
        else any(equal(left, item) for item in right)
    )


def less(left: Any, right: Any) -> bool:
    a, b = number(left), number(right)
    return a is not None and b is not None and a < b


def evaluate(source: str, answers: dict[str, Any]) -> bool:
    """The expression as Python, for the forms used below."""
    text = re.sub(r"\{([^}]+)\}", lambda m: f"v[{m[1].strip()!r}]", source)
    text = text.replace("true", "True").replace("false", "False")
    text = re.sub(r"(\S+) notempty", r"(not is_empty(\1))", text)
    text = re.sub(r"(v\['\w+'\]) empty", r"is_empty(\1)", text)
    text = re.sub(r"!(v\['\w+'\])", r"(not equal(\1, True))", text)
    for word, name in (
        ("notcontains", "not contains"),
        ("contains", "contains"),
        ("noneof", "not anyof"),
        ("anyof", "anyof"),
    ):
        text = re.sub(rf"(v\['\w+'\]) {word} (\[[^\]]*\]|'[^']*'|\w+)", rf"({name}(\1, \2))", text)
    operand = r"(v\['\w+'\](?: [+*] v\['\w+'\])?|\[[^\]]*\]|'[^']*'|-?[\d.]+|True|False)"
    patterns = (("<>", "not equal({}, {})"), ("!=", "not equal({}, {})"), (">=", "(less({1}, {0}) or equal({0}, {1}))"),
                ("<=", "(less({0}, {1}) or equal({0}, {1}))"), ("==", "equal({}, {})"), ("=", "equal({}, {})"),
                (">", "less({1}, {0})"), ("<", "less({0}, {1})"))  # fmt: skip
    for sign, form in patterns:
        text = re.sub(
            rf"{operand} {re.escape(sign)} {operand}",
            lambda m, f=form: "(" + f.format(arith(m[1]), arith(m[2])) + ")",
            text,
        )
    scope = {
        "v": answers,
        "is_empty": is_empty,
        "equal": equal,
        "contains": contains,
        "anyof": anyof,
        "less": less,
        "num": num,
    }
    return bool(eval(text, {"__builtins__": {}}, scope))  # our own few sentences, never a file


def arith(text: str) -> str:
    return re.sub(r"(v\['\w+'\]) ([+*]) (v\['\w+'\])", r"(num(\1) \2 num(\3))", text)


def num(value: Any) -> float:
    return number(value) or 0.0


RULES = [
    "{one} = 'item 1'", "{one} == 'ITEM2'", "{one} != 'item2'", "{one} <> 3", "{one} = 3", "{one} empty", "{one} notempty",
    "{one} contains 'item'", "{one} notcontains 'item'", "{one} anyof ['item2', 3]", "{one} noneof ['item2', 3]",
    "{many} contains 'a'", "{many} contains ['a', 'b']", "{many} notcontains 'a'", "{many} anyof ['b', 'c']",
    "{many} noneof ['b', 'c']", "{many} = ['a', 'b']", "{many} != ['a', 'b']", "{many} empty", "{many} notempty",
    "{yes} = true", "{yes} = false", "{yes} != true", "!{yes}", "{n} > 2", "{n} <= 3", "{n} >= 7.5", "{n} < 3",
    "{n} = 0", "{n} != 3",
    "{word} = 'red'", "{word} != 'RED'", "{word} notempty", "{n} > 2 and {yes} = true or {one} = 3",
    "{n} > 2 and ({yes} = true or {one} = 3)", "{many} contains 'a' and {many} notcontains 'b'", "{n} + {n} > 5",
]  # fmt: skip


def drafted(rule: str) -> Imported:
    elements = [*QUESTIONS, {"type": "comment", "name": "shown_or_not", "visibleIf": rule}]
    return parse(json.dumps({"elements": elements}).encode())


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_shows_the_same_as_in_its_own_program(rule: str) -> None:
    imported = drafted(rule)
    used = sorted(set(re.findall(r"\{(\w+)\}", rule)))
    assert any(line.kind == "rule" and line.result == "kept" for line in imported.lines), rule
    for values in itertools.product(*(ANSWERS[name] for name in used)):
        given = {**dict.fromkeys(ANSWERS), **dict(zip(used, values, strict=True))}
        answers, texts = stored(given)
        way = path(imported.definition, answers, texts)
        assert ("shown_or_not" in way.questions) == evaluate(rule, given), (rule, given)


def stored(given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The answers as this system stores them."""
    answers = {}
    for name, value in given.items():
        if value is None or name == "word":
            continue
        answers[name] = OURS.get(value, value) if name in ("one", "yes") else value
    return answers, {"word": given["word"]} if given["word"] else {}


@pytest.mark.parametrize(
    "rule",
    [
        "{one} > 'a'", "{n} % 2 = 0", "today() > {n}", "{many} = 'a'", "{unknown} = 1", "{one}", "{n} >", "age({n}) > 18",
        "{many} > 2", "propertyValue('one', 'x') = 1", "{word} > 'a'", "{one} = {word}",
    ],
)  # fmt: skip
def test_what_cannot_be_said_exactly_waits_for_a_person(rule: str) -> None:
    question = drafted(rule).definition.question("shown_or_not")
    assert question.show_if is None
    assert question.open_rules


def test_a_panel_hides_what_it_holds_and_a_page_too() -> None:
    source = {
        "pages": [
            {"elements": [{"type": "boolean", "name": "a"}]},
            {
                "visibleIf": "{a} = true",
                "elements": [
                    {"type": "text", "name": "b"},
                    {"type": "panel", "name": "p", "title": "P", "visibleIf": "{b} notempty", "elements": [
                        {"type": "text", "name": "c"}, {"type": "text", "name": "d", "visibleIf": "{c} = 'x'"}]},
                ],
            },
        ]
    }  # fmt: skip
    imported = parse(json.dumps(source).encode())

    def shown(answers: dict[str, Any], **texts: str) -> tuple[str, ...]:
        return path(imported.definition, answers, texts).questions

    assert shown({"a": "false"}, b="y", c="x") == ("a",)
    assert shown({"a": "true"}) == ("a", "b")
    assert shown({"a": "true"}, b="y") == ("a", "b", "p", "c")
    assert shown({"a": "true"}, b="y", c="X") == ("a", "b", "p", "c", "d")


def test_an_answer_inside_a_matrix_or_a_loop_is_found() -> None:
    elements = [
        {"type": "matrix", "name": "m", "rows": ["r1", "r2"], "columns": [1, 2]},
        {"type": "paneldynamic", "name": "kids", "templateElements": [
            {"type": "text", "name": "age", "inputType": "number"},
            {"type": "text", "name": "school", "visibleIf": "{panel.age} > 5"}]},
        {"type": "text", "name": "x", "visibleIf": "{m.r2} = 2"},
        {"type": "text", "name": "y", "visibleIf": "{kids[0].age} > 5"},
    ]  # fmt: skip
    imported = parse(json.dumps({"elements": elements}).encode())
    assert imported.definition.question("x").show_if == {"m_r2": {"is": "2"}}
    assert imported.definition.question("school").show_if == {"age": {"more_than": 5}}
    assert imported.definition.question("y").show_if == {"age": {"more_than": 5}}


def test_dates_may_be_moved() -> None:
    elements = [
        {"type": "text", "name": "sold", "inputType": "date"}, {"type": "text", "name": "back", "inputType": "date"},
        {"type": "text", "name": "late", "visibleIf": "{back} > dateAdd({sold}, 7, 'days')"},
    ]  # fmt: skip
    imported = parse(json.dumps({"elements": elements}).encode())
    assert imported.definition.question("late").show_if == {
        "back": {"more_than": {"answer": "sold", "plus": {"days": 7}}}
    }


@pytest.mark.parametrize("text", ["", "{a} =", "= 1", "{a} 'b'", "(" * 200 + "{a}", "{a} = 'b", "{a} and", "[1, 2"])
def test_a_broken_expression_is_no_expression(text: str) -> None:
    with pytest.raises(BadExpression):
        tree_of(text)


@pytest.mark.parametrize(
    "rule",
    [
        "{ n } > 3",  # survey-core looks for a question called " n "
        "{many[0]} = 'a'",  # the first of several choices
        "{bit} = true", "{bit} != false", "{bit} anyof [true]", "{n} != false",  # there, 1 is true
        "{bit} contains 0", "{bit} notcontains false",  # nothing to look for
        "{word} > '1'", "{size} > '5'",  # words are sorted by their letters
        "{word} > {one}", "{one} < {n}",
        "{yes} = '1'",
    ],
)  # fmt: skip
def test_a_rule_that_survey_core_sees_in_another_way_waits_for_a_person(rule: str) -> None:
    more = [
        {"type": "boolean", "name": "bit", "valueTrue": 1, "valueFalse": 0},
        {"type": "radiogroup", "name": "size", "choices": ["1", "5", "10"]},
        {"type": "text", "name": "x", "visibleIf": rule},
    ]
    imported = parse(json.dumps({"elements": [*QUESTIONS, *more]}).encode())
    assert imported.definition.question("x").open_rules and imported.definition.question("x").show_if is None


def test_texts_that_look_like_numbers_are_compared_with_numbers_as_such() -> None:
    more = [
        {"type": "radiogroup", "name": "size", "choices": ["1", "5", "10"]},
        {"type": "text", "name": "x", "visibleIf": "{size} > 4"},
    ]
    imported = parse(json.dumps({"elements": more}).encode())
    assert imported.definition.question("x").show_if == {"size": {"one_of": ["5", "10"]}}


def conditions_of(*elements: dict[str, Any], **survey: Any) -> dict[str, Any]:
    imported = parse(json.dumps({"elements": list(elements), **survey}).encode())
    return {question.name: question.show_if for question in imported.definition.questions if not question.open_rules}


def test_words_that_are_calculated_are_compared_one_by_one() -> None:
    kinds = [{"name": "kind", "expression": "iif({n} < 18, 'child', iif({n} > 64, 'old', 'mid'))"}]
    rule = {"type": "text", "name": "x", "visibleIf": "{kind} = 'old'"}
    imported = parse(json.dumps({"elements": [QUESTIONS[3], rule], "calculatedValues": kinds}).encode())
    for number_given, there in ((None, False), (5, False), (30, False), (70, True)):
        answers = {} if number_given is None else {"n": number_given}
        shown_names = {q.name for page in path(imported.definition, answers).pages for q in page.questions}
        assert ("x" in shown_names) == there, number_given


def test_nothing_chosen_has_the_length_0() -> None:
    rules = {"a": "{many.length} = 0", "b": "{many.length} < 2", "c": "{many.length} != 2", "d": "{many.length} > 1"}
    found = conditions_of(QUESTIONS[1], *({"type": "text", "name": k, "visibleIf": rule} for k, rule in rules.items()))
    assert found["a"] == {"any": [{"many": {"answered": False}}, {"many": {"count": {"is": 0}}}]}
    assert found["b"] == {"any": [{"many": {"answered": False}}, {"many": {"count": {"less_than": 2}}}]}
    assert found["c"] == {"not": {"many": {"count": {"is": 2}}}}
    assert found["d"] == {"many": {"count": {"more_than": 1}}}


HIDDEN = {"type": "text", "name": "x", "visible": False}


def trigger(operator: str, value: Any = "item2", **more: Any) -> dict[str, Any]:
    return {"type": "visible", "operator": operator, "value": value, "name": "one", "questions": ["x"], **more}


def test_a_trigger_shows_what_was_hidden_once_its_answer_is_there() -> None:
    assert conditions_of(QUESTIONS[0], HIDDEN, triggers=[trigger("equal")])["x"] == {"one": {"is": "item2"}}
    assert conditions_of(QUESTIONS[0], HIDDEN, triggers=[trigger("notequal")])["x"] == {"one": {"is_not": "item2"}}


def test_a_trigger_shows_all_that_a_panel_holds() -> None:
    panel = {"type": "panel", "name": "x", "visible": False, "elements": [{"type": "text", "name": "inner"}]}
    assert conditions_of(QUESTIONS[0], panel, triggers=[trigger("equal")])["inner"] == {"one": {"is": "item2"}}


def test_two_triggers_of_one_question_and_one_of_what_is_not_hidden_wait_for_a_person() -> None:
    for shown, triggers in (
        (HIDDEN, [trigger("equal"), trigger("equal", 3)]),
        ({**HIDDEN, "visible": True}, [trigger("equal")]),
    ):
        imported = parse(json.dumps({"elements": [QUESTIONS[0], shown], "triggers": triggers}).encode())
        assert {line.result for line in imported.lines if line.kind == "rule"} == {"lost"}
        assert imported.definition.question("one").open_rules


def test_what_is_never_shown_is_asked_of_nobody_after_the_first_question() -> None:
    found = conditions_of(
        QUESTIONS[0], HIDDEN, {"type": "panel", "name": "p", "visible": False, "elements": [QUESTIONS[4]]}
    )
    nobody = {"all": [{"one": {"answered": True}}, {"one": {"answered": False}}]}
    assert found["x"] == nobody and found["word"] == nobody


def test_the_mean_of_nothing_is_0() -> None:
    found = conditions_of(
        QUESTIONS[3], {**QUESTIONS[3], "name": "k"}, {"type": "expression", "name": "m", "expression": "avg({n}, {k})"}
    )
    assert "m" in found
    imported = parse(
        json.dumps({"elements": [QUESTIONS[3], {"type": "text", "name": "x", "visibleIf": "avg({n}) < 4"}]}).encode()
    )
    assert "x" in {question.name for page in path(imported.definition, {}).pages for question in page.questions}
    assert "x" not in {
        question.name for page in path(imported.definition, {"n": 9}).pages for question in page.questions
    }


def test_a_word_and_a_number_have_no_order() -> None:
    kinds = [{"name": "kind", "expression": "iif({n} < 18, 'x', 'y')"}]
    found = conditions_of(
        QUESTIONS[3], {"type": "text", "name": "x", "visibleIf": "{kind} > 3"}, calculatedValues=kinds
    )
    assert "x" not in found  # never true: a person decides


def test_rules_longer_than_people_write_wait() -> None:
    long = " or ".join(["{one} = 'item2'"] * 1_000)
    elements = [{"type": "text", "name": f"x{number}", "visibleIf": long} for number in range(40)]
    imported = parse(json.dumps({"elements": [QUESTIONS[0], *elements]}).encode())
    assert imported.definition.question("x0").show_if == {"one": {"is": "item2"}}
    assert imported.definition.question("x39").open_rules
