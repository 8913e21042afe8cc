"""Verdicts on pages, questions and rules: against every combination of answers, on known cases, and in time."""

import itertools
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest

from survey_app.questionnaire import conditions, offering, reach, routing
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.problems import path_of
from survey_app.questionnaire.reach import Analysis, Finding, analyse, judging
from tests.questionnaire.tools import made, question

YES = [{"code": "yes", "text": "Y"}, {"code": "no", "text": "N"}]


def _random_condition(dice: random.Random, names: list[str], depth: int = 0) -> dict[str, Any]:
    kind = dice.choice(["test"] * 4 + ["all", "any", "not", "two"])
    if depth < 2 and kind in ("all", "any"):
        return {kind: [_random_condition(dice, names, depth + 1) for _ in range(dice.randint(2, 3))]}
    if depth < 2 and kind == "not":
        return {"not": _random_condition(dice, names, depth + 1)}
    name = dice.choice(names)
    if name.startswith("m"):
        operator = dice.choice(["includes", "includes_all", "includes_none", "count", "answered"])
        right: Any = {"at_least": 2} if operator == "count" else dice.choice([True, False])
        codes = dice.sample("abc", dice.randint(1, 2))
        return {
            name: {
                operator: right if operator in ("count", "answered") else codes[0] if operator == "includes" else codes
            }
        }
    if kind == "two":
        return {name: {dice.choice(["is", "less_than"]): {"answer": dice.choice([n for n in names if n[0] != "m"])}}}
    operator = dice.choice(["is", "is_not", "at_least", "less_than", "answered"])
    return {name: {operator: dice.choice([True, False]) if operator == "answered" else dice.randint(1, 3)}}


def _random_definition(dice: random.Random, parts: float = 0) -> Definition:
    """Three pages of small questions with rules, ends and a computed value. `parts`: how often a choice has a rule."""
    pages: list[dict[str, Any]] = []
    names: list[str] = []
    for place in range(3):
        page: dict[str, Any] = {"questions": []}
        if names and dice.random() < 0.4:
            page["show_if"] = _random_condition(dice, names)
        for number in range(dice.randint(1, 2)):
            kind = dice.choice(["rating", "rating", "multiple_choice", "computed"]) if names else "rating"
            name = f"{'m' if kind == 'multiple_choice' else 'c' if kind == 'computed' else 'q'}{place}{number}"
            more: dict[str, Any] = {"points": 3, "required": dice.random() < 0.5} if kind == "rating" else {}
            if kind == "computed":
                plain = [n for n in names if n[0] != "m"]
                sums = {
                    dice.choice(["add", "mean", "max"]): [
                        {"answer": dice.choice(plain)},
                        {"answer": dice.choice(plain)},
                    ]
                }
                more = {
                    "expression": dice.choice([sums, {"if": _random_condition(dice, names), "then": 1, "else": sums}])
                }
            if names and dice.random() < 0.5:
                more["show_if"] = _random_condition(dice, names)
            if parts and names and kind == "multiple_choice":
                more["choices"] = [
                    {"code": code, "text": code}
                    | ({"show_if": _random_condition(dice, names)} if dice.random() < parts else {})
                    for code in "abc"
                ]
            page["questions"].append(question(name, kind, **more))
            names.append(name)
        if dice.random() < 0.4:
            page["end_if"] = _random_condition(dice, names)
        pages.append(page)
    return made(pages=pages)


def _all_answers(definition: Definition) -> Iterator[dict[str, Any]]:
    names, domains = [], []
    for q in definition.questions:
        if not q.asks:
            continue
        values: list[Any] = [None] if q.name not in q.needed() else []
        if q.type == "multiple_choice":
            values += [list(s) for n in (1, 2, 3) for s in itertools.combinations("abc", n)]
        else:
            values += q.codes(q.name) or ()
        names.append(q.name)
        domains.append(values)
    for combination in itertools.product(*domains):
        yield {name: value for name, value in zip(names, combination, strict=True) if value is not None}


def _by_trying(definition: Definition) -> tuple[set[str], dict[str, set[bool]]]:
    """Question names that were shown, and per rule what came out, over all answers."""
    shown: set[str] = set()
    outcomes: dict[str, set[bool]] = {}
    for answers in _all_answers(definition):
        way = routing.path(definition, answers)
        shown |= set(way.questions)
        _ask(definition, answers, outcomes)
    return shown, outcomes


def _ask(definition: Definition, answers: dict[str, Any], outcomes: dict[str, set[bool]]) -> None:
    """One way through the questionnaire, written down once more and as plainly as can be."""
    kept: dict[str, Any] = {}

    def asked(condition: Any, path: str) -> bool:
        if condition is None:
            return True
        met = conditions.holds(condition, kept)
        outcomes.setdefault(path, set()).add(met)
        return met

    for index, page in enumerate(definition.pages):
        if not asked(page.show_if, f"pages[{index}].show_if"):
            continue
        for number, q in enumerate(page.questions):
            if asked(q.show_if, f"pages[{index}].questions[{number}].show_if"):
                gone = {(r.parts, r.code) for r in offering.rules_of(q)
                        if not asked(r.condition, path_of(("pages", index, "questions", number, *r.place)))}  # fmt: skip
                offered = offering.without(q, frozenset(gone)) if gone else q
                if offered is not None and offered is not q:
                    left = offering.kept_of(offered, q.name, answers.get(q.name) or [])
                    kept |= {q.name: left} if left else {}
                elif offered is not None:
                    routing.keep(q, definition, answers, {}, kept, {})
        if page.end_if is not None and asked(page.end_if, f"pages[{index}].end_if"):
            return


@pytest.mark.parametrize("parts", [0, 0.7, 1])
@pytest.mark.parametrize("seed", range(60))
def test_verdicts_agree_with_trying_all_answers(seed: int, parts: float) -> None:
    definition = _random_definition(random.Random(seed), parts)
    shown, outcomes = _by_trying(definition)
    analysis = analyse(definition)
    assert analysis.complete
    assert set(reach.unreachable(definition).unreachable) == {q.name for q in definition.questions} - shown
    for rule in analysis.rules:
        alone = judging.finding_of(definition, rule.path)
        assert alone is not None and alone.verdict == rule.verdict
        expected = {"works": {True, False}, "always": {True}, "ends_all": {True}, "never": {False}, "unreached": set()}
        if rule.verdict == "contradiction":
            assert True not in outcomes.get(rule.path, set())
        else:
            assert outcomes.get(rule.path, set()) == expected[rule.verdict], rule


# --- known cases
def _analysed(*pages: dict[str, Any]) -> Analysis:
    return analyse(made(pages=list(pages)))


def _verdict(path: str, *pages: dict[str, Any]) -> str:
    found = _analysed(*pages).of(path)
    assert found is not None
    return found.verdict


ASKED = {"questions": [question("a", "nps"), question("b", "csat", required=True)]}
LAST = {"questions": [question("z")]}


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ({"a": {"at_most": 3}}, "works"),
        ({"a": {"at_most": 3, "at_least": 7}}, "contradiction"),
        ({"all": [{"a": {"at_most": 3}}, {"a": {"at_least": 7}}]}, "contradiction"),
        ({"any": [{"a": {"at_most": 5}}, {"a": {"at_least": 5}}, {"a": {"answered": False}}]}, "always"),
        ({"any": [{"a": {"at_most": 5}}, {"a": {"at_least": 5}}]}, "works"),
        ({"b": {"answered": False}}, "never"),
        ({"b": {"at_least": 1}}, "always"),
        ({"a": {"is": {"answer": "b"}}}, "works"),
        ({"a": {"less_than": {"answer": "a"}}}, "contradiction"),
        ({"not": {"b": {"one_of": [1, 2, 3, 4, 5]}}}, "never"),
        ({"gone": {"is": 1}}, "faulty"),
        ({"z": {"is": 1}}, "faulty"),
        ({"a": {"over": 1}}, "faulty"),
    ],
)
def test_a_rule_gets_the_verdict_that_people_would_give(condition: dict[str, Any], verdict: str) -> None:
    data = made(pages=[ASKED, LAST]).to_json()
    data["pages"][1]["questions"][0]["show_if"] = condition
    finding = analyse(Definition.from_json(data)).of("pages[1].questions[0].show_if")
    assert finding is not None
    assert (finding.verdict, bool(finding.faults)) == (verdict, verdict == "faulty")
    assert finding.is_fault == (verdict in ("contradiction", "never", "faulty"))


def test_a_sentence_says_how_much_was_tried() -> None:
    tried = _analysed(ASKED, LAST | {"show_if": {"a": {"at_most": 3}, "b": {"at_most": 3}}}).of("pages[1].show_if")
    assert tried == Finding("pages[1].show_if", "show_if", "works", "exhaustive", 4)  # 2 kinds of each
    assert _analysed(ASKED).of("pages[0]") == Finding("pages[0]", "page", "reachable")


def test_an_end_that_everybody_meets_is_a_dead_end_and_named_as_the_cause() -> None:
    analysis = _analysed(ASKED | {"end_if": {"b": {"at_most": 5}}}, LAST)
    assert [(f.path, f.verdict, f.cause) for f in analysis.faults] == [
        ("pages[0].end_if", "ends_all", ""),
        ("pages[1]", "never", "pages[0].end_if"),
        ("pages[1].questions[0]", "never", "pages[0].end_if"),
    ]
    assert _verdict("pages[0].end_if", ASKED | {"end_if": {"b": {"at_most": 5}}}) == "always"  # nothing follows


def test_a_rule_behind_a_closed_door_is_never_asked() -> None:
    shut = {
        "questions": [question("y"), question("z", show_if={"a": {"is": 1}})],
        "show_if": {"b": {"answered": False}},
    }
    analysis = _analysed(ASKED, shut)
    door = "pages[1].show_if"
    found = {f.path: (f.verdict, f.cause) for f in analysis.findings if f.path.startswith("pages[1]")}
    assert found == {
        "pages[1]": ("never", door),
        door: ("never", ""),
        "pages[1].questions[0]": ("never", door),
        "pages[1].questions[1]": ("never", door),
        "pages[1].questions[1].show_if": ("unreached", ""),
    }


def test_a_page_on_which_nothing_is_ever_shown_is_empty_and_one_of_hidden_values_is_not() -> None:
    shy = question("z", show_if={"b": {"more_than": 5}})
    assert _verdict("pages[1]", ASKED, {"questions": [shy]}) == "empty"
    assert _verdict("pages[1]", ASKED, {"questions": [question("h", "hidden", value=1)]}) == "reachable"


@pytest.mark.parametrize(
    ("asked", "condition", "verdict"),
    [
        (question("d", "date", min="2030-01-01", max="2030-12-31", required=True), {"d": {"answered": True}}, "always"),
        (question("d", "date", min="2030-01-01"), {"d": {"less_than": "2029-12-31"}}, "contradiction"),
        (question("t", "time", min="09:00"), {"t": {"at_most": "09:00"}}, "works"),
        (question("t", "time", min="09:00"), {"t": {"at_most": "08:59"}}, "contradiction"),
        (question("n", "number"), {"n": {"more_than": 2.2, "less_than": 2.8}}, "contradiction"),
        (question("n", "number", decimals=1), {"n": {"more_than": 2.2, "less_than": 2.8}}, "works"),
        (question("n", "number", required=True), {"n": {"more_than": {"answer": "n"}}}, "undecided"),
        (question("s", "short_text", pattern="postcode"), {"s": {"is": "abc"}}, "contradiction"),
        (question("o", "order_data", field="channel"), {"o": {"is": "shop"}}, "works"),
        (question("m", "multiple_choice", max=1), {"m": {"count": {"at_least": 2}}}, "contradiction"),
        (question("m", "multiple_choice", min=2, required=True), {"m": {"count": {"more_than": 1}}}, "always"),
    ],
)
def test_every_kind_of_answer_is_covered(asked: dict[str, Any], condition: dict[str, Any], verdict: str) -> None:
    definition = made(pages=[{"questions": [asked]}, LAST | {"show_if": condition}], mode="identified")
    finding = analyse(definition).of("pages[1].show_if")
    assert finding is not None
    assert finding.verdict == verdict


ROWS = [{"code": c, "text": c, "show_if": {"a": {"is": n}}} for c, n in (("x", 9), ("y", 8))]


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ({"t_x": {"at_least": 1}}, "works"),
        ({"all": [{"t_x": {"answered": True}}, {"t_y": {"answered": True}}]}, "never"),
        ({"all": [{"t_x": {"answered": True}}, {"a": {"is": 8}}]}, "never"),
        ({"all": [{"t_x": {"answered": False}}, {"a": {"is": 9}}]}, "works"),
    ],
)
def test_a_row_that_is_not_offered_is_not_answered(condition: dict[str, Any], verdict: str) -> None:
    pages = [ASKED, {"questions": [question("t", "matrix", points=3, rows=ROWS)]}]
    assert (
        _verdict("pages[2].questions[0].show_if", *pages, {"questions": [question("z", show_if=condition)]}) == verdict
    )


def test_the_rule_of_a_choice_is_judged_where_it_is_asked() -> None:
    def judged(choice: dict[str, Any], **more: Any) -> tuple[str, str]:
        choices = [{"code": "k", "text": "K", "show_if": choice}]
        found = _analysed(ASKED, {"questions": [question("t", "single_choice", choices=choices, **more)]})
        path = "pages[1].questions[0]"
        return found.by_path[f"{path}.choices[0].show_if"].verdict, found.by_path[path].verdict

    assert judged({"a": {"at_least": 5}}) == ("works", "reachable")
    assert judged({"a": {"at_least": 5, "at_most": 4}}) == ("contradiction", "never")
    assert judged({"a": {"at_least": 5}}, show_if={"a": {"at_most": 4}}) == ("never", "never")
    assert judged({"b": {"answered": True}}) == ("always", "reachable")


def test_long_lists_that_are_filtered_alike_are_decided_in_time() -> None:
    codes = [f"c{n}" for n in range(30)]
    rows = [{"code": c, "text": c, "show_if": {"known": {"includes": c}}} for c in codes]
    known = question("known", "multiple_choice", choices=[{"code": c, "text": c} for c in codes])
    pages = [
        {"questions": [known]},
        *({"questions": [question(f"t{n}", "matrix", points=5, rows=rows)]} for n in range(20)),
    ]
    later = [{"questions": [question(f"w{n}", show_if={f"t{n}_c{n}": {"at_most": 2}})]} for n in range(20)]
    started = time.process_time()
    found = _analysed(*pages, *later)
    assert {finding.verdict for finding in found.rules} == {"works"}
    assert time.process_time() - started < 10


def test_equal_definitions_are_walked_once() -> None:
    assert analyse(made(pages=[ASKED, LAST])) is analyse(made(pages=[ASKED, LAST]))
    assert analyse(made(pages=[ASKED])) is not analyse(made(pages=[LAST]))


def test_two_hundred_questions_with_rules_and_ends_are_decided_completely_in_time() -> None:
    dice = random.Random(7)

    def rule(number: int) -> dict[str, Any]:
        return {f"q{dice.randrange(number)}": {"at_least": 3}}

    pages: list[dict[str, Any]] = [
        {"questions": [question(f"q{n}", "rating", **({"show_if": rule(n)} if n > 9 and n % 3 == 0 else {}))]}
        for n in range(200)
    ]
    for place in range(20, 200, 20):
        pages[place]["end_if"] = {f"q{place - 3}": {"at_most": 1}}
    definition = made(pages=pages)
    start = time.thread_time()
    analysis = analyse(definition)
    assert analysis.complete
    assert analysis.faults == ()
    assert time.thread_time() - start < 5  # a quarter of a second on an idle machine


def test_an_open_answer_is_only_uncertain_where_it_meets_another_answer() -> None:
    asked = {"questions": [question("n", "number"), question("o", "number")]}
    other = question("y", show_if={"n": {"more_than": {"answer": "o"}}})
    none = question("z", show_if={"n": {"more_than": 5, "less_than": 6}})
    analysis = _analysed(
        asked, {"questions": [other, none, question("x", show_if={"o": {"less_than": {"answer": "o"}}})]}
    )
    found = [analysis.by_path[f"pages[1].questions[{n}].show_if"].verdict for n in range(3)]
    assert found == ["works", "contradiction", "undecided"]


def test_rules_over_many_long_multiple_choices_are_left_undecided_in_seconds() -> None:
    """Each of these questions has 4,096 answers, and each rule looks at all of them: a draft like this must not hold a server."""
    codes = [{"code": str(n), "text": str(n)} for n in range(1, 13)]
    asked = [question(f"m{n}", "multiple_choice", choices=codes) for n in range(12)]
    ruled = [
        question(
            f"s{k}",
            show_if={
                "any": [
                    {"all": [{f"m{i}": {"includes": str((i * k + n) % 12 + 1)}} for i in range(12)]} for n in range(12)
                ]
            },
        )
        for k in range(30)
    ]
    began = time.process_time()
    analysis = analyse(made(pages=[{"questions": asked}, {"questions": ruled}]))
    assert time.process_time() - began < 15
    assert not analysis.complete
    assert not [finding for finding in analysis.findings if finding.is_fault]


def test_a_chain_of_a_thousand_pages_is_judged_in_seconds() -> None:
    pages: list[dict[str, Any]] = [{"questions": [question("q0", "single_choice", choices=YES)]}]
    for n in range(1, 1_000):
        page = {"show_if": {f"q{n - 1}": {"is": "yes"}}, "questions": [question(f"q{n}", "single_choice", choices=YES)]}
        pages.append(page)
    began = time.process_time()
    analysis = analyse(made(pages=pages))
    assert time.process_time() - began < 15
    assert analysis.by_path["pages[999]"].verdict == "reachable"
