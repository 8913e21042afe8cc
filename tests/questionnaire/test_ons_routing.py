"""Our path against the routing cases of the ONS questionnaire runner, where the shared folder is present."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.questionnaire import ons

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"
EXPECTED = CASES / "expected" / "ons_routing_cases.json"
SCHEMAS = CASES / "questionnaires" / "ons_eq"

needs_cases = pytest.mark.skipif(not EXPECTED.exists(), reason=f"the shared cases are absent: {EXPECTED}")


def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(EXPECTED.read_text("utf-8")) if EXPECTED.exists() else []
    return found


def schema(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    return read


@needs_cases
def test_every_routing_case_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    agreed, differing = 0, []
    for case in cases():
        path = ons.full_path(schema(case["schema"]), case["answers"])
        right = (
            set(case["must_visit"]) <= set(path)
            and not set(case["must_not_visit"]) & set(path)
            and ("full_path" not in case or path == case["full_path"])
        )
        agreed += right
        if not right:
            differing.append((case["schema"], case["answers"], path, case.get("full_path")))
    with capsys.disabled():
        print(f" ONS routing: {agreed} of {len(cases())} agree", end="")
    assert differing == []
    assert agreed == len(cases()) == 31


@needs_cases
@pytest.mark.parametrize("name", sorted(p.stem for p in SCHEMAS.glob("*.json")) or ["absent"])
def test_every_ons_questionnaire_translates_and_can_be_walked(name: str) -> None:
    assert ons.full_path(schema(name), {})


def block(name: str, answer: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    question = {"question": {"answers": [answer]}} if answer else {}
    return {"id": name, "type": "Question", **question, **more}


def questionnaire(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"sections": [{"id": "s", "groups": [{"id": "g", "blocks": list(blocks)}]}]}


NUMBER = {"id": "n", "type": "Number"}
BOX = {"id": "box", "type": "Checkbox", "options": [{"value": v} for v in ("A", "B", "C")]}
DAY = {"id": "day", "type": "Date"}


@pytest.mark.parametrize(
    ("when", "answers", "met"),
    [
        ([{"id": "n", "condition": "equals", "value": 2}], {"n": 2}, True),
        ([{"id": "n", "condition": "equals", "value": 2}], {}, False),
        ([{"id": "n", "condition": "not equals", "value": 2}], {}, True),
        ([{"id": "n", "condition": "greater than or equal to", "value": 2}], {"n": 2}, True),
        ([{"id": "n", "condition": "set"}, {"id": "box", "condition": "not set"}], {"n": 1}, True),
        ([{"id": "box", "condition": "contains", "value": "A"}], {"box": ["A", "B"]}, True),
        ([{"id": "box", "condition": "contains any", "values": ["A", "C"]}], {"box": ["B"]}, False),
        ([{"id": "box", "condition": "contains all", "values": ["A", "B"]}], {"box": ["A", "B"]}, True),
        ([{"id": "box", "condition": "contains all", "values": ["A", "B"]}], {"box": ["A"]}, False),
        (
            [{"id": "day", "condition": "less than", "date_comparison": {"value": "now", "offset_by": {"years": -16}}}],
            {"day": "2009-12-31"},
            True,
        ),
        (
            [{"id": "day", "condition": "less than", "date_comparison": {"value": "now", "offset_by": {"years": -16}}}],
            {"day": "2010-01-02"},
            False,
        ),
        ({">": [{"count": [{"source": "answers", "identifier": "box"}]}, 1]}, {"box": ["A", "B"]}, True),
        ({"==": [{"count": [{"source": "answers", "identifier": "box"}]}, 0]}, {}, True),
        ({"any-in": [["A", "Z"], {"source": "answers", "identifier": "box"}]}, {"box": ["A"]}, True),
        ({"all-in": [["A", "Z"], {"source": "answers", "identifier": "box"}]}, {"box": ["A"]}, False),
        ({"not": [{"in": ["A", {"source": "answers", "identifier": "box"}]}]}, {"box": ["B"]}, True),
        ({">": [{"sum": [{"source": "answers", "identifier": "n"}, 3]}, 4]}, {"n": 2}, True),
        (
            {"<=": [{"date": ["now", {"years": -16}]}, {"date": [{"source": "answers", "identifier": "day"}]}]},
            {"day": "2010-01-01"},
            True,
        ),
        (
            {"<=": [{"date": ["now", {"years": -16}]}, {"date": [{"source": "answers", "identifier": "day"}]}]},
            {"day": "2009-12-31"},
            False,
        ),
        ({"==": [{"source": "metadata", "identifier": "region"}, None]}, {}, True),
    ],
)
def test_old_and_new_rules_mean_the_same_here(when: Any, answers: dict[str, Any], met: bool) -> None:
    made = questionnaire(
        block("first", NUMBER),
        block("second", BOX),
        block("third", DAY, routing_rules=[{"block": "yes", "when": when}, {"block": "no"}]),
        block("yes", routing_rules=[{"section": "End"}]),
        block("no"),
    )
    assert ons.full_path(made, answers)[3:] == (["yes"] if met else ["no"])


def test_a_jump_to_a_group_or_back_or_to_the_end_is_understood() -> None:
    made = {
        "sections": [
            {
                "id": "s1",
                "groups": [
                    {
                        "id": "g1",
                        "blocks": [
                            block(
                                "a",
                                NUMBER,
                                routing_rules=[
                                    {"goto": {"group": "g3", "when": [{"id": "n", "condition": "equals", "value": 1}]}},
                                    {
                                        "goto": {
                                            "section": "End",
                                            "when": [{"id": "n", "condition": "equals", "value": 2}],
                                        }
                                    },
                                    {"goto": {"block": "b"}},
                                ],
                            )
                        ],
                    },
                    {"id": "g2", "blocks": [block("b", routing_rules=[{"block": "a"}])]},
                    {"id": "g3", "blocks": [block("c")]},
                ],
            },
            {"id": "s2", "groups": [{"id": "g4", "blocks": [block("d")]}]},
        ]
    }
    assert ons.full_path(made, {"n": 1}) == ["a", "c", "d"]
    assert ons.full_path(made, {"n": 2}) == ["a", "d"]
    assert ons.full_path(made, {"n": 3}) == ["a", "b", "d"]


def test_a_section_that_is_not_enabled_is_left_out() -> None:
    when = {"==": [{"source": "answers", "identifier": "n"}, 1]}
    made = {
        "sections": [
            {"id": "s1", "groups": [{"id": "g1", "blocks": [block("a", NUMBER)]}]},
            {"id": "s2", "enabled": {"when": when}, "groups": [{"id": "g2", "blocks": [block("b")]}]},
        ]
    }
    assert ons.full_path(made, {"n": 1}) == ["a", "b"]
    assert ons.full_path(made, {"n": 2}) == ["a"]
