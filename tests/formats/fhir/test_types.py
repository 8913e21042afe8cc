"""Every item type of a FHIR Questionnaire: what it becomes, its texts, its rules, and that the report tells of it."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from survey_app.formats.fhir import looks_like, parse
from survey_app.formats.importing import Imported, Refused
from survey_app.questionnaire.routing import path

SOURCE = (Path(__file__).parent / "all_types.json").read_bytes()
BASE = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"


@pytest.fixture(scope="module")
def imported() -> Imported:
    return parse(SOURCE)


def form(*items: dict[str, Any], **more: Any) -> Imported:
    return parse(json.dumps({"resourceType": "Questionnaire", "item": items, **more}).encode())


def question(found: Imported, name: str) -> dict[str, Any]:
    return next(q for page in found.data["pages"] for q in page["questions"] if q["name"] == name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("mass", "number"), ("height", "number"), ("pain", "slider"), ("double_q", "computed"), ("fever", "single_choice"),
        ("one", "single_choice"), ("many", "multiple_choice"), ("grown_up", "dropdown"), ("open", "single_choice"),
        ("r5", "single_choice"), ("far", "short_text"), ("tbl", "matrix"), ("hour", "time"), ("moment", "short_text"),
        ("short", "short_text"), ("wide", "long_text"), ("link", "short_text"), ("who", "short_text"), ("dose", "number"),
        ("secret", "hidden"), ("told", "note"), ("kid", "short_text"),
    ],
)  # fmt: skip
def test_each_type_becomes_the_nearest_of_ours(imported: Imported, name: str, kind: str) -> None:
    assert question(imported, name)["type"] == kind


def test_settings_and_texts_come_with_their_questions(imported: Imported) -> None:
    assert imported.data["title"] == {"en": "Visit", "zh-CN": "到店"}
    mass = question(imported, "mass")
    assert (mass["min"], mass["max"], mass["required"]) == (2.5, 300, True)
    assert mass["text"] == {"en": "1. Weight"} and mass["unit"] == {"en": "kilogram"}
    assert question(imported, "pain")["low"] == {"en": "none"}
    assert question(imported, "pain")["hint"] == {"en": "Think of today."}
    assert question(imported, "double_q")["expression"] == {"add": [{"multiply": [{"answer": "mass"}, 2]}, 1]}
    assert question(imported, "many")["choices"][0]["text"] == {"en": "A", "zh-CN": "甲"}
    assert question(imported, "many")["choices"][1]["exclusive"]
    assert question(imported, "grown_up")["choices"][0]["score"] == 3
    assert question(imported, "short")["hint"] == {"en": "AB-12"} and question(imported, "short")["checks"]
    assert question(imported, "secret")["value"] == "v1"
    assert [row.get("required", False) for row in question(imported, "tbl")["rows"]] == [False, True]


def test_value_sets_inside_the_file_are_read_with_what_they_include_and_leave_out(imported: Imported) -> None:
    assert [choice["code"] for choice in question(imported, "one")["choices"]] == ["c_2", "c3"]
    assert [choice["code"] for choice in question(imported, "grown_up")["choices"]] == ["y", "z"]


def test_open_lists_have_a_field_for_other_words(imported: Imported) -> None:
    for name in ("open", "r5"):
        assert [choice["code"] for choice in question(imported, name)["choices"] if choice.get("other")] == ["other"]


def test_value_sets_outside_the_file_are_told_and_never_fetched(imported: Imported) -> None:
    line = next(line for line in imported.lines if line.code == "choices_elsewhere")
    assert (line.source, line.ours) == ("http://example.org/far", "far")
    assert question(imported, "far")["open_rules"]


def test_codes_that_rules_name_stand_for_a_list_outside_the_file() -> None:
    found = form(
        {"linkId": "a", "type": "choice", "text": "A", "answerValueSet": "http://example.org/far"},
        {
            "linkId": "b",
            "type": "string",
            "enableWhen": [{"question": "a", "operator": "=", "answerCoding": {"code": "yes"}}],
        },
    )
    assert question(found, "b")["show_if"] == {"a": {"is": "yes"}}
    assert question(found, "a")["open_rules"] and question(found, "a")["choices"][-1]["other"]


def test_every_item_and_rule_of_the_source_is_in_the_report(imported: Imported) -> None:
    told = {line.place for line in imported.lines}

    def places(items: list[dict[str, Any]], around: str) -> list[str]:
        found = []
        for index, item in enumerate(items):
            own = f"{around}item[{index}]"
            found += [own, *(f"{own}.enableWhen[{n}]" for n in range(len(item.get("enableWhen", ()))))]
            found += [f"{own}.extension[{n}]" for n, e in enumerate(item.get("extension", ())) if "regex" in e["url"]]
            found += places(item.get("item", []), f"{own}.")
        return found

    assert [place for place in places(json.loads(SOURCE)["item"], "") if place not in told] == []


def test_every_text_of_the_source_is_in_the_draft(imported: Imported) -> None:
    draft = json.dumps(imported.data, ensure_ascii=False)
    for item in all_items(json.loads(SOURCE)["item"]):
        assert item.get("text", "").replace("<b>", "").replace("</b>", "") in draft


def all_items(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for item in items for one in (item, *all_items(item.get("item", [])))]


@pytest.mark.parametrize("text", ["{{q}}", "{<b></b>{q}}", "&#123;&#123;q}}"])
def test_braces_of_the_source_never_show_an_answer(text: str) -> None:
    items = [{"linkId": name, "type": "string", "text": text, "prefix": text} for name in "qr"]
    assert "{{q" not in json.dumps(form(*items).data)


# --- rules ------------------------------------------------------------------------------------------------------------
ASKED: list[dict[str, Any]] = [
    {"linkId": "yes", "type": "boolean", "text": "Y"},
    {"linkId": "n", "type": "integer", "text": "N"},
    {"linkId": "c", "type": "choice", "text": "C", "answerOption": [{"valueCoding": {"code": code}} for code in ("A-1", "b")]},
    {"linkId": "m", "type": "choice", "repeats": True, "text": "M",
     "answerOption": [{"valueCoding": {"code": code}} for code in ("x", "y")]},
]  # fmt: skip
VALUES: dict[str, list[Any]] = {
    "yes": [None, True, False],
    "n": [None, 0, 5, 9],
    "c": [None, "A-1", "b"],
    "m": [None, ["x"], ["x", "y"]],
}
WHEN: list[dict[str, Any]] = [
    {"question": "yes", "operator": "=", "answerBoolean": True},
    {"question": "yes", "operator": "!=", "answerBoolean": True},
    {"question": "n", "operator": ">", "answerInteger": 4},
    {"question": "n", "operator": "!=", "answerInteger": 5},
    {"question": "n", "operator": "exists", "answerBoolean": False},
    {"question": "c", "operator": "=", "answerCoding": {"code": "A-1"}},
    {"question": "c", "operator": "!=", "answerCoding": {"code": "b"}},
    {"question": "m", "operator": "=", "answerCoding": {"code": "y"}},
    {"question": "m", "operator": "!=", "answerCoding": {"code": "x"}},
]


def met(when: dict[str, Any], given: dict[str, Any]) -> bool:
    """The code system of the operators, written down once more."""
    value = given[when["question"]]
    answers = value if isinstance(value, list) else [] if value is None else [value]
    wanted = next(v for k, v in when.items() if k.startswith("answer"))
    wanted = wanted["code"] if isinstance(wanted, dict) else wanted
    return {
        "exists": lambda: bool(answers) == wanted,
        "=": lambda: any(a == wanted for a in answers),
        "!=": lambda: not any(a == wanted for a in answers),
        ">": lambda: any(a > wanted for a in answers),
    }[when["operator"]]()


def shown(found: Imported, given: dict[str, Any]) -> bool:
    codes = {True: "true", False: "false", "A-1": "a_1"}
    answers = {k: v if isinstance(v, list) or k == "n" else codes.get(v, v) for k, v in given.items() if v is not None}
    return "z" in path(found.definition, answers).questions


@pytest.mark.parametrize("behaviour", ["any", "all"])
@pytest.mark.parametrize("pair", list(itertools.combinations_with_replacement(range(len(WHEN)), 2)))
def test_rules_enable_the_same_as_the_standard_says(pair: tuple[int, int], behaviour: str) -> None:
    rules = [WHEN[index] for index in dict.fromkeys(pair)]
    found = form(
        *ASKED, {"linkId": "z", "type": "string", "text": "Z", "enableWhen": rules, "enableBehavior": behaviour}
    )
    for values in itertools.product(*VALUES.values()):
        given = dict(zip(VALUES, values, strict=True))
        wanted = (all if behaviour == "all" else any)(met(rule, given) for rule in rules)
        assert shown(found, given) == wanted, (rules, given)


def answer(link: str) -> str:
    return f"%resource.item.where(linkId='{link}').answer.value"


EXPRESSIONS = [
    (answer("yes"), lambda g: g["yes"] is True),
    (f"{answer('yes')} = false", lambda g: g["yes"] is False),
    (f"{answer('yes')}.not()", lambda g: g["yes"] is False),
    (f"{answer('n')} > 4 and {answer('c')}.code = 'b'", lambda g: (g["n"] or 0) > 4 and g["c"] == "b"),
    (f"{answer('n')} != 5", lambda g: g["n"] not in (None, 5)),
    (f"{answer('n')}.exists() or {answer('c')}.empty()", lambda g: g["n"] is not None or g["c"] is None),
    (f"{answer('n')}.exists().not()", lambda g: g["n"] is None),
    ("%resource.descendants().where(linkId = 'n').answer.value >= 5", lambda g: (g["n"] or 0) >= 5),
    (f"{answer('m')}.where(code = 'y').exists()", lambda g: "y" in (g["m"] or ())),
    (f"{answer('m')}.where(code = 'y').empty()", lambda g: "y" not in (g["m"] or ())),
    (
        "%resource.item.where(linkId='m').answer.where(value.code = 'x').exists().not()",
        lambda g: "x" not in (g["m"] or ()),
    ),
    ("%resource.item.where(linkId='c').answer.exists(value.code = 'b')", lambda g: g["c"] == "b"),
    (f"{answer('m')}.code contains 'y'", lambda g: "y" in (g["m"] or ())),
    (f"'x' in {answer('m')}.code", lambda g: "x" in (g["m"] or ())),
    ("%resource.item.where(linkId='m').answer.count() > 1", lambda g: len(g["m"] or ()) > 1),
    ("%resource.item.where(linkId='m').answer.count() <= 1", lambda g: len(g["m"] or ()) <= 1),
    ("%resource.item.where(linkId='n').answer.count() = 1", lambda g: g["n"] is not None),
    (f"({answer('n')} > 4 or {answer('yes')}).not()", lambda g: g["n"] in (0,) and g["yes"] is False),
    (f"({answer('n')} > 4 and {answer('yes')}).not()", lambda g: g["n"] == 0 or g["yes"] is False),
]


@pytest.mark.parametrize(("expression", "wanted"), EXPRESSIONS)
def test_common_expressions_enable_the_same_as_fhirpath(expression: str, wanted: Any) -> None:
    rule = {
        "url": f"{SDC}enableWhenExpression",
        "valueExpression": {"language": "text/fhirpath", "expression": expression},
    }
    found = form(*ASKED, {"linkId": "z", "type": "string", "text": "Z", "extension": [rule]})
    assert not question(found, "z").get("open_rules")
    for values in itertools.product(*VALUES.values()):
        given = dict(zip(VALUES, values, strict=True))
        assert shown(found, given) == bool(wanted(given)), given


@pytest.mark.parametrize(
    "expression",
    [
        f"{answer('n')} & 'x' = '5x'", "today() > @2020-01-01", "%patient.gender = 'male'",
        f"{answer('n')}.where($this > 1).exists()", f"{answer('n')} contains 5",
        f"{answer('n')} >", "", f"{answer('m')}.code = 'x'", f"{answer('n')}.select($this > 1)", f"{answer('later')} = 1",
    ],
)  # fmt: skip
def test_what_cannot_be_said_exactly_waits_for_a_person(expression: str) -> None:
    rule = {
        "url": f"{SDC}enableWhenExpression",
        "valueExpression": {"language": "text/fhirpath", "expression": expression},
    }
    found = form(
        *ASKED,
        {"linkId": "z", "type": "string", "text": "Z", "extension": [rule]},
        {"linkId": "later", "type": "integer"},
    )
    assert question(found, "z")["open_rules"] and "show_if" not in question(found, "z")


def test_a_rule_on_a_group_rules_what_is_inside(imported: Imported) -> None:
    page = next(page for page in imported.data["pages"] if page.get("title") == {"en": "Choices"})
    assert page["show_if"] == {"mass": {"answered": True}}


# --- refusals ---------------------------------------------------------------------------------------------------------
def waiting(**when: str) -> dict[str, Any]:
    return {"linkId": "a", "type": "string", "enableWhen": [{"operator": "=", **when}]}


@pytest.mark.parametrize(
    ("item", "code", "place"),
    [
        (waiting(question="b"), "unknown_link", "item[0].enableWhen[0].question"),
        (waiting(), "missing_part", "item[0].enableWhen[0].question"),
        (waiting(question="a"), "loop_of_rules", "item[0].enableWhen"),
        ({"type": "string"}, "missing_part", "item[0].linkId"),
        ({"linkId": "a", "type": "sting"}, "bad_value", "item[0].type"),
    ],
)  # fmt: skip
def test_broken_questionnaires_are_refused_with_the_place(item: dict[str, Any], code: str, place: str) -> None:
    with pytest.raises(Refused) as refused:
        form(item)
    assert [(fault.code, fault.place) for fault in refused.value.faults] == [(code, place)]


def test_the_kind_is_seen_from_the_content() -> None:
    assert looks_like(SOURCE)
    assert looks_like(json.dumps({"resourceType": "Bundle", "entry": [{"resource": json.loads(SOURCE)}]}).encode())
    assert not looks_like(b'{"resourceType": "Patient"}')
    assert not looks_like(b"resourceType")


def test_what_it_is_for_and_how_it_was_published_are_told() -> None:
    found = form({"linkId": "a", "type": "string", "text": "A"}, purpose="To learn", status="draft", version="3")
    assert found.data["purpose"] == {"en": "To learn"}
    told = {line.place: (line.result, line.code) for line in found.lines if line.kind == "setting"}
    assert told == {"status": ("changed", "setting_ours"), "version": ("changed", "setting_ours")}


@pytest.mark.parametrize(("answer", "result"), [("Test", "changed"), ("12", "kept")])
def test_a_rule_about_typed_words_tells_that_capitals_count_as_small_letters(answer: str, result: str) -> None:
    when = {"question": "a", "operator": "=", "answerString": answer}
    found = form({"linkId": "a", "type": "string"}, {"linkId": "b", "type": "string", "enableWhen": [when]})
    assert [(line.result, line.code) for line in found.lines if line.kind == "rule"] == [
        (result, "case_ignored" if result == "changed" else "")
    ]


@pytest.mark.parametrize("kind", ["string", "integer", "group"])
def test_answers_given_several_times_over_are_told_as_lost(kind: str) -> None:
    inner = [{"linkId": "b", "type": "string"}] if kind == "group" else []
    found = form({"linkId": "a", "type": kind, "text": "Often", "repeats": True, "item": inner})
    assert [line.result for line in found.lines if line.code == "loop"] == ["lost"]


def test_a_line_to_read_needs_no_name() -> None:
    items = [{"linkId": "a", "type": "string"}, {"type": "display", "text": "Read this"}]
    imported = parse(json.dumps({"resourceType": "Questionnaire", "item": items}).encode())
    assert [question.type for question in imported.definition.questions] == ["short_text", "note"]


def test_implies_xor_and_lists_of_constants_are_rules() -> None:
    yes, number_of = (f"%resource.item.where(linkId='{link}').answer.value" for link in ("yes", "n"))
    rules = {
        "a": (f"{yes} implies {number_of} > 1", lambda y, n: y is False or n == 5),
        "b": (f"{yes} xor {number_of} > 1", lambda y, n: y is not None and n is not None and y != (n == 5)),
        "c": (f"{number_of} in (1 | 5)", lambda y, n: n in (1, 5)),
        "d": (f"({number_of} in (2 | 5)).not()", lambda y, n: n in (0, 1)),
    }
    address = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression"
    items: list[dict[str, Any]] = [{"linkId": "yes", "type": "boolean"}, {"linkId": "n", "type": "integer"}]
    for link, (rule, _) in rules.items():
        extension = {"url": address, "valueExpression": {"language": "text/fhirpath", "expression": rule}}
        items.append({"linkId": link, "type": "string", "extension": [extension]})
    imported = parse(json.dumps({"resourceType": "Questionnaire", "item": items}).encode())
    for y, n in itertools.product((None, True, False), (None, 0, 1, 5)):
        answers = {"yes": None if y is None else str(y).lower(), "n": n}
        way = path(imported.definition, {name: value for name, value in answers.items() if value is not None})
        found = {question.name for page in way.pages for question in page.questions} - {"yes", "n"}
        assert found == {link for link, (_, wanted) in rules.items() if wanted(y, n)}, (y, n)
