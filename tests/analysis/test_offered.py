"""Choices that stand there by rules: shares are of those who were offered them, and the card says so."""

from typing import Any

from survey_app.analysis.card_shapes import Card
from survey_app.analysis.results import visible
from survey_app.analysis.tallies import Tally
from survey_app.questionnaire.definition import Definition
from tests.analysis.test_card_tables import card, counted, lines
from tests.questionnaire import tools

BRANDS = [{"code": code, "text": code.upper()} for code in "abc"]


def ruled(*codes: str) -> list[dict[str, Any]]:
    """Three choices, of which these stand there only for those who know them."""
    return [
        brand | ({"show_if": {"known": {"includes": c}}} if (c := brand["code"]) in codes else {}) for brand in BRANDS
    ]


def asking(*codes: str, kind: str = "single_choice", **more: Any) -> Definition:
    known = tools.question("known", "multiple_choice", choices=BRANDS)
    more = {"choices": ruled(*codes)} | more
    return tools.made(pages=[{"questions": [known]}, {"questions": [tools.question("best", kind, **more)]}])


def people(*groups: tuple[int, str, Any]) -> list[dict[str, Any]]:
    """So many who know these brands and gave this answer (None: none)."""
    found = []
    for n, known, best in groups:
        found += [{"known": list(known)} | ({} if best is None else {"best": best})] * n
    return found


def made(asked: Definition, *groups: tuple[int, str, Any]) -> Card:
    return card("best", counted(*people(*groups), asked=asked), (asked,))


def test_the_base_of_a_choice_is_those_who_answered_and_were_offered_it() -> None:
    asked = asking("b", "c")
    seen = counted(*people((40, "ab", "a"), (20, "ab", "b"), (60, "a", "a"), (9, "abc", None)), asked=asked)
    assert seen["best"].n == 120 and seen["best"].offered("b") == 60 and seen["best"].offered("c") == 0
    found = lines(card("best", seen, (asked,)))
    assert found["A"][:3] == ("100", "120", "83%")
    assert found["B"][:3] == ("20", "60", "33%") and found["C"] == ("–",) * 4


def test_the_card_says_what_the_shares_are_of_and_leaves_out_what_hardly_anybody_was_offered() -> None:
    found = made(asking("b", "c"), (40, "ab", "b"), (51, "a", "a"), (9, "ac", "c"))
    assert found.base == "回答此题 100 人，各选项的比例以看到它的人为基数"
    assert found.table is not None and found.table.headings[2] == "看到它的人"
    assert lines(found)["C"] == ("–",) * 4 and found.facts == ["1 个选项看到的人太少，未显示"]


def test_a_few_who_were_not_offered_it_cannot_be_told_apart() -> None:
    assert lines(made(asking("b"), (40, "ab", "b"), (4, "a", "a")))["B"][1] == "44"
    assert lines(made(asking("b"), (40, "ab", "b"), (5, "a", "a")))["B"][1] == "40"


def test_without_rules_the_card_is_as_it_always_was() -> None:
    found = made(asking(), (40, "ab", "b"))
    assert found.base == "回答此题 40 人" and found.table is not None and len(found.table.headings) == 4


def test_several_answers_tables_and_rankings_have_the_same_bases() -> None:
    several = made(asking("b", kind="multiple_choice"), (40, "ab", ["a", "b"]), (40, "a", ["a"]))
    assert lines(several)["B"][1:3] == ("40", "100%")
    ranked = made(asking("b", kind="ranking", top=1), (30, "ab", ["b"]), (10, "ab", ["a"]), (40, "a", ["a"]))
    assert lines(ranked)["B"][0] == "75% (30)" and lines(ranked)["B"][-1] == "40"
    asked = asking("b", kind="matrix_multiple", rows=[{"code": "r", "text": "R"}])
    table = counted(
        *[{"known": ["a", "b"], "best_r": ["b"]}] * 20, *[{"known": ["a"], "best_r": ["a"]}] * 20, asked=asked
    )
    part = card("best", table, (asked,)).parts[0]
    assert part.base.startswith("回答此题 40 人") and lines(part)["B"][1] == "20"
    assert lines(card("best", table, (asked,)))["R"][2] == "100%"


def test_a_rule_on_a_computed_value_counts_and_one_on_a_text_does_not() -> None:
    score = tools.question("much", "computed", expression={"add": [{"answer": "age"}, 1]})
    pages = [
        {"questions": [tools.question("age", "number", min=0), tools.question("say", "long_text"), score]},
        {"questions": [tools.question("best", "single_choice", choices=[
            BRANDS[0], BRANDS[1] | {"show_if": {"much": {"at_least": 31}}}, BRANDS[2] | {"show_if": {"say": {"answered": True}}},
        ])]},
    ]  # fmt: skip
    asked = tools.made(pages=pages)
    seen = counted(*[{"age": 30, "best": "b"}] * 20, *[{"age": 10, "best": "a"}] * 20, asked=asked)
    assert (seen["best"].offered("b"), seen["best"].offered("c")) == (20, 40)


def test_versions_with_and_without_the_rule_add_up() -> None:
    old = counted(*people((50, "a", "b")), asked=asking())["best"]
    new = counted(*people((30, "ab", "b"), (20, "a", "a")), asked=asking("b"))["best"]
    for first, second in ((old, new), (new, old)):
        both = visible({1: {"best": first}, 2: {"best": second}}, "best", None)
        assert (both.n, both.offered("b"), both.offered("a")) == (100, 80, 100)
    assert new == Tally(50, {"b": 30, "a": 20, "b:offered": 30}) and old.n == 50  # adding changed neither
