"""What changed between two definitions: nothing is silent, and what breaks a trend is said."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from survey_app.questionnaire.comparability import means_the_same
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.difference import Change, difference
from survey_app.questionnaire.problems import path_of
from tests.questionnaire.tools import NAMES, made, question, tiny

SCALE = {"agree": {"points": [{"code": str(n), "text": f"point {n}"} for n in (1, 2, 3)]}}


def brief(before: Definition, after: Definition) -> list[tuple[str, str, str, str]]:
    """(kind, node, key or item, trend) of every change."""
    return [(c.kind, c.node, c.key or c.item or c.question, c.trend) for c in difference(before, after)]


def edited(definition: Definition, **changes: Any) -> Definition:
    """The definition with some keys of its only question changed; None removes one."""
    data = copy.deepcopy(definition.to_json())
    target = data["pages"][0]["questions"][0]
    for key, value in changes.items():
        target[key] = value
        if value is None:
            del target[key]
    return Definition.from_json(data)


@pytest.mark.parametrize("name", NAMES)
def test_a_definition_does_not_differ_from_its_own_copy(name: str) -> None:
    assert difference(tiny(name), Definition.from_json(tiny(name).to_json())) == []


# --- what breaks a trend ----------------------------------------------------------------------------------------------
RATING = question("overall", "rating", points=5, low="bad", high="good")
CHOICE = question("reason", "single_choice")
NOTE = question("hello", "note")


@pytest.mark.parametrize(
    ("base", "change", "expected"),
    [
        (RATING, {"text": "How was it"}, ("text", "question", "text", "may")),
        (RATING, {"text": "OVERALL ?!"}, ("text", "question", "text", "")),
        (RATING, {"points": 7}, ("value", "question", "points", "breaks")),
        (RATING, {"low": "awful"}, ("text", "question", "low", "breaks")),
        (RATING, {"low": "Bad."}, ("text", "question", "low", "")),
        (RATING, {"low": None}, ("text", "question", "low", "breaks")),
        (question("overall", "rating"), {"low": "bad"}, ("text", "question", "low", "breaks")),
        (question("age", "number", unit="years"), {"unit": None}, ("text", "question", "unit", "breaks")),
        (RATING, {"unsure": "no idea"}, ("value", "question", "unsure", "breaks")),
        (RATING, {"style": "stars"}, ("value", "question", "style", "may")),
        (RATING, {"required": True}, ("value", "question", "required", "hint")),
        (RATING, {"indicator": "care"}, ("value", "question", "indicator", "")),
        (RATING | {"indicator": "care"}, {"indicator": "price"}, ("value", "question", "indicator", "breaks")),
        (RATING, {"show_if": {"x": {"is": "y"}}}, ("rule", "question", "show_if", "breaks")),
        (RATING, {"source": "a book"}, ("value", "question", "source", "")),
        (CHOICE, {"text": "Why then"}, ("text", "question", "text", "")),
        (CHOICE | {"indicator": "care"}, {"text": "Why then"}, ("text", "question", "text", "may")),
        (CHOICE, {"random_order": True}, ("value", "question", "random_order", "may")),
        (NOTE, {"show_if": {"x": {"is": "y"}}}, ("rule", "question", "show_if", "")),
        (NOTE, {"text": "Welcome"}, ("text", "question", "text", "")),
        (question("age", "number"), {"max": 99.0}, ("value", "question", "max", "")),
        (question("many", "multiple_choice"), {"max": 2}, ("value", "question", "max", "may")),
    ],
)  # fmt: skip
def test_each_change_says_whether_figures_stay_comparable(
    base: dict[str, Any], change: dict[str, Any], expected: tuple[str, str, str, str]
) -> None:
    before = made(base)
    assert brief(before, edited(before, **change)) == [expected]


def choices(*pairs: str) -> list[dict[str, str]]:
    """`a=Price`: code and text."""
    return [dict(zip(("code", "text"), pair.split("="), strict=True)) for pair in pairs]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (("a=Price", "b=Staff"), []),
        (("a=Price", "b=Staff", "c=Other"), [("added", "choice", "c", "breaks")]),
        (("a=Price",), [("removed", "choice", "b", "breaks")]),
        (("a=Price!", "b=Staff"), [("text", "choice", "text", "")]),
        (("a=Prices", "b=Staff"), [("text", "choice", "text", "breaks")]),
        (("b=Staff", "a=Price"), [("order", "choice", "choices", "may")]),
        (("a=Price", "x=Staff"), [("renamed", "choice", "x", "breaks")]),
    ],
)  # fmt: skip
def test_choices_are_matched_by_code(after: tuple[str, ...], expected: list[tuple[str, ...]]) -> None:
    before = made(CHOICE | {"choices": choices("a=Price", "b=Staff")})
    assert brief(before, edited(before, choices=choices(*after))) == expected


def test_punctuation_is_no_meaning_but_numbers_are() -> None:
    assert means_the_same("您满意吗?", "您 满意吗？") and means_the_same("Yes, please", "yes please")
    assert not any(
        means_the_same(*pair) for pair in [("1.5", "15"), ("-5", "5"), ("50%", "50"), ("a/b", "ab"), ("不满意", "满意")]
    )
    ranges = [
        ("1–5 次", "15 次"),
        ("10:30", "1030"),
        ("第 1、2 项", "第 12 项"),
        ("7 8", "78"),
        ("1,5", "15"),
        ("1…5", "1.5"),
    ]
    assert not any(means_the_same(*pair) for pair in ranges)
    alike = [("1–5", "1-5"), ("1 - 5", "1—5"), ("1,000 元", "1000元"), ("1、2", "1，2"), ("10：30", "10:30")]
    assert all(means_the_same(*pair) for pair in alike)


def test_a_scale_breaks_the_trend_only_where_it_is_used() -> None:
    other = copy.deepcopy(SCALE)
    other["agree"]["points"][0]["text"] = "never"
    used = question("q", "likert", scale="agree")
    assert brief(made(used, scales=SCALE), made(used, scales=other)) == [("text", "point", "text", "breaks")]
    assert brief(made(CHOICE, scales=SCALE), made(CHOICE, scales=other)) == [("text", "point", "text", "")]
    other["agree"]["points"] = list(reversed(SCALE["agree"]["points"]))
    assert brief(made(used, scales=SCALE), made(used, scales=other)) == [("order", "point", "points", "breaks")]


def test_a_scale_under_another_name_is_the_same_scale() -> None:
    before = made(question("q", "likert", scale="agree"), scales=SCALE)
    after = made(question("q", "likert", scale="consent"), scales={"consent": SCALE["agree"]})
    assert {(c.key, c.trend) for c in difference(before, after)} == {("", ""), ("scale", "")}


def test_the_end_of_a_tracked_question_is_the_end_of_its_trend() -> None:
    both, rating, choice = made(RATING, CHOICE), made(RATING), made(CHOICE)
    assert brief(both, choice) == [("removed", "question", "overall", "breaks")]
    assert brief(both, rating) == [("removed", "question", "reason", "hint")]
    assert brief(choice, both) == [("added", "question", "overall", "")]


def test_a_matrix_row_that_goes_ends_a_trend_and_a_new_one_begins_its_own() -> None:
    rows = choices("wait=Wait", "help=Help")
    before, less = (made(question("m", "matrix", points=5, rows=r)) for r in (rows, rows[:1]))
    assert brief(before, less) == [("removed", "row", "help", "breaks")]
    assert brief(less, before) == [("added", "row", "help", "")]
    assert brief(before, edited(before, rows=choices("wait=Waiting", "help=Help"))) == [("text", "row", "text", "may")]


def test_a_renamed_question_is_found_by_its_text_or_its_bank_key_and_its_rules_follow() -> None:
    follows = question("why", "long_text", show_if={"overall": {"at_most": 2}})
    renamed = question("why", "long_text", show_if={"general": {"at_most": 2}})
    before = made(pages=[{"questions": [RATING]}, {"questions": [follows]}])
    after = made(pages=[{"questions": [RATING | {"name": "general"}]}, {"questions": [renamed]}])
    assert brief(before, after) == [("rule", "question", "show_if", ""), ("renamed", "question", "general", "breaks")]
    kept = made(RATING | {"bank": "overall@1"})
    other = made(RATING | {"bank": "overall@2", "name": "general", "text": "In general"})
    assert [c[0] for c in brief(kept, other)] == ["text", "renamed", "value"]


def test_of_a_question_of_another_type_only_what_both_types_have_is_compared() -> None:
    found = brief(made(RATING), made(question("overall", "nps", low="bad", high="good", hint="0 to 10")))
    assert found == [("text", "question", "hint", ""), ("type", "question", "overall", "breaks")]


def test_only_the_question_that_was_carried_counts_as_moved() -> None:
    a, b, c, d = (question(name) for name in "abcd")
    assert brief(made(a, b, c, d), made(b, c, d, a)) == [("moved", "question", "a", "hint")]
    two = made(pages=[{"questions": [a, b]}, {"questions": [c, d]}])
    after = made(pages=[{"questions": [a]}, {"questions": [c, b, d]}])
    assert brief(two, after) == [("moved", "question", "b", "hint")]


def test_a_question_moved_behind_another_rule_has_another_base() -> None:
    a, b, c = (question(name) for name in "abc")
    rule = {"show_if": {"a": {"at_least": 4}}}
    before = made(pages=[{"questions": [a]}, {"questions": [b]}, {"questions": [c], **rule}])
    after = made(pages=[{"questions": [a]}, {"questions": []}, {"questions": [b, c], **rule}])
    assert brief(before, after) == [("moved", "question", "b", "breaks")]


def test_whole_pages_move_as_pages() -> None:
    pages = [{"questions": [question(name)]} for name in "abc"]
    assert brief(made(pages=pages), made(pages=[pages[2], *pages[:2]])) == [("moved", "page", "1", "hint")]
    gone = brief(made(pages=pages), made(pages=pages[:2]))
    assert gone == [("removed", "page", "3", ""), ("removed", "question", "c", "breaks")]


def test_a_new_screening_page_changes_the_base_of_the_rest() -> None:
    screen = {"questions": [question("age", "number")], "end_if": {"age": {"less_than": 18}}}
    assert ("added", "page", "1", "breaks") in brief(made(RATING), made(pages=[screen, {"questions": [RATING]}]))


def test_who_is_carried_over_an_end_is_answered_by_others() -> None:
    screen = {"questions": [question("age", "number")], "end_if": {"age": {"less_than": 18}}}
    first, second = question("a"), question("b")
    before = made(pages=[screen, {"questions": [first, second]}])
    swapped = made(pages=[{"questions": [first, second]}, screen])
    assert [(c.kind, c.node, c.trend, c.why) for c in difference(before, swapped)] == [
        ("moved", "page", "breaks", "base")
    ]
    carried = made(pages=[screen | {"questions": [*screen["questions"], first]}, {"questions": [second]}])
    assert brief(before, carried) == [("moved", "question", "a", "breaks")]
    assert brief(carried, before) == [("moved", "question", "a", "breaks")]
    named = screen | {"name": "screen"}
    before = made(pages=[named, {"questions": [first, second]}])
    merged = made(pages=[named | {"questions": [*screen["questions"], first, second]}])
    assert {("moved", "question", "a", "breaks"), ("moved", "question", "b", "breaks")} <= set(brief(before, merged))
    pages = [{"questions": [question(name)]} for name in "cd"]
    calm = brief(made(pages=[screen, *pages]), made(pages=[screen, *reversed(pages)]))
    assert [trend for *_, trend in calm] == ["hint"]  # nothing is carried over the end


def test_a_translation_that_is_added_breaks_nothing() -> None:
    before = made(RATING, languages=["en"])
    data = before.to_json()
    data["languages"] = ["en", "zh-CN"]
    data["pages"][0]["questions"][0]["text"]["zh-CN"] = "总体"
    found = difference(before, Definition.from_json(data))
    assert [(c.kind, c.language or c.item, c.trend) for c in found] == [("text", "zh-CN", ""), ("added", "zh-CN", "")]


def test_scores_tell_another_formula_from_another_label() -> None:
    score = {"name": "total", "kind": "mean", "questions": ["overall"], "label": "Total"}
    before = made(RATING, scores=[score])
    assert brief(before, made(RATING, scores=[score | {"kind": "sum"}])) == [("value", "score", "kind", "breaks")]
    assert brief(before, made(RATING, scores=[score | {"label": "Sum"}])) == [("text", "score", "label", "")]
    assert brief(before, made(RATING)) == [("removed", "score", "total", "breaks")]
    renamed = made(RATING | {"name": "general"}, scores=[score | {"questions": ["general"]}])
    assert ("value", "score", "questions", "") in brief(before, renamed)


def test_values_given_at_publication_are_no_break_but_other_values_are() -> None:
    bare, given_ = ([{"code": "a", "text": "A"} | more] for more in ({}, {"value": 1}))
    before, after = made(CHOICE | {"choices": bare}), made(CHOICE | {"choices": given_})
    assert brief(before, after) == [("value", "choice", "value", "")]
    other = edited(after, choices=[{"code": "a", "text": "A", "value": 2}])
    assert brief(after, other) == [("value", "choice", "value", "breaks")]


# --- nothing is silent --------------------------------------------------------------------------------------------------
def leaves(
    node: Any, place: tuple[Any, ...], address: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[Any, ...], str]]:
    """Every leaf under an address of names (not of numbers), so that both sides can be laid over each other."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*place, key), (*address, key))
    elif isinstance(node, list):
        seen: dict[str, int] = {}
        for index, value in enumerate(node):
            named = (value.get("name") or value.get("code")) if isinstance(value, dict) else value
            name = str(named or index)
            seen[name] = seen.get(name, 0) + 1
            yield from leaves(value, (*place, index), (*address, f"{name}#{seen[name]}"))
    else:
        yield address, place, json.dumps(node)


Table = dict[tuple[str, ...], tuple[list[tuple[Any, ...]], str]]


def table(definition: Definition) -> Table:
    """Address -> places and value. A page has no name of its own: what it says belongs to each of its questions."""
    data = definition.to_json()
    pages = data.pop("pages")
    found: Table = {address: ([place], value) for address, place, value in leaves(data, (), ())}
    seen: dict[str, int] = {}
    for number, page in enumerate(pages):
        own = {key: value for key, value in page.items() if key != "questions"}
        for index, node in enumerate(page.get("questions", [])):
            name, at = str(node["name"]), ("pages", number, "questions", index)
            seen[name] = seen.get(name, 0) + 1
            for address, place, value in leaves(own, ("pages", number), ()):
                found[name, str(seen[name]), "page", *address] = [place, at], value
            for address, place, value in leaves(node, at, ()):
                found[name, str(seen[name]), *address] = [place], value
    return found


def covered(places: list[tuple[Any, ...]], paths: set[str]) -> bool:
    """Whether a change stands at one of the places, above it or below it."""
    own = [path_of(place) for place in places]
    return any(
        a == b or a.startswith((f"{b}.", f"{b}[")) or b.startswith((f"{a}.", f"{a}[")) for a in own for b in paths
    )


def uncovered(before: Definition, after: Definition, found: list[Change]) -> list[str]:
    old, new = table(before), table(after)
    paths = {c.path_before for c in found} - {""}, {c.path_after for c in found} - {""}
    missed = []
    for address in old.keys() | new.keys():
        a, b = old.get(address), new.get(address)
        if a and b and a[1] == b[1]:
            continue
        if not ((a and covered(a[0], paths[0])) or (b and covered(b[0], paths[1]))):
            missed.append("/".join(address))
    return missed


def places_in(node: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield place
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from places_in(value, (*place, key))


WORDS = st.sampled_from(["other", "您满意吗", "a", "", "x < y", "{{overall}}"])
ACTS = ["set", "set", "delete", "swap", "copy", "drop", "rename", "lift", "flip"]


def mutate(data: dict[str, Any], draw: Any) -> None:
    """One change somewhere in the plain data; it may make it invalid."""
    place = draw(st.sampled_from(sorted(places_in(data), key=str)))
    holder: Any = None
    node: Any = data
    for part in place:
        holder, node = node, node[part]
    act = draw(st.sampled_from(ACTS))
    if act == "set" and isinstance(node, str):
        holder[place[-1]] = draw(WORDS)
    elif act == "set" and isinstance(node, int | float):
        holder[place[-1]] = not node if isinstance(node, bool) else node + draw(st.sampled_from([1, -1, 0.5]))
    elif act == "delete" and holder is not None:
        del holder[place[-1]]
    elif act == "swap" and isinstance(node, list) and len(node) > 1:
        index = draw(st.integers(0, len(node) - 2))
        node.insert(draw(st.integers(0, len(node) - 1)), node.pop(index))
    elif act == "copy" and isinstance(node, list) and node:
        node.append(copy.deepcopy(draw(st.sampled_from(node))))
    elif act == "drop" and isinstance(node, list) and node:
        node.pop(draw(st.integers(0, len(node) - 1)))
    elif act == "rename" and isinstance(node, dict) and ("name" in node or "code" in node):
        node["name" if "name" in node else "code"] = draw(st.sampled_from(["zz", "overall", "a1"]))
    elif act == "lift" and place[:1] == ("pages",) and len(place) == 4 and isinstance(holder, list):
        holder.remove(node)
        draw(st.sampled_from(data["pages"]))["questions"].append(node)
    elif act == "flip" and isinstance(node, dict) and "text" in node:
        key = draw(st.sampled_from(["required", "random_order", "show_if", "hint", "exclusive", "score", "other"]))
        node[key] = {"show_if": {"a": {"is": "b"}}, "hint": {"en": "hint"}, "score": 2.0}.get(key, True)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_difference_is_silent(name: str, data: st.DataObject) -> None:
    before = tiny(name)
    changed = copy.deepcopy(before.to_json())
    try:
        for _ in range(data.draw(st.integers(1, 4))):
            mutate(changed, data.draw)
        after = Definition.from_json(changed)
    except (ValidationError, KeyError, TypeError, AttributeError):
        assume(False)
        raise
    for first, second in ((before, after), (after, before)):
        found = difference(first, second)
        assert (found == []) == (first.digest() == second.digest())
        assert uncovered(first, second, found) == []


@given(st.permutations("abcdef"))
@settings(max_examples=50, deadline=None)
def test_any_other_order_is_told(order: list[str]) -> None:
    before, after = (made(*(question(name) for name in names)) for names in ("abcdef", order))
    moved = [change.question for change in difference(before, after)]
    assert bool(moved) == (list(order) != list("abcdef"))
    assert [n for n in order if n not in moved] == [n for n in "abcdef" if n not in moved]
