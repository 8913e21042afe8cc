"""Huge and winding FHIR files are answered within five seconds."""

import contextlib
import json
import time
from typing import Any

import pytest

from survey_app.formats.fhir import parse, validate_response
from survey_app.formats.importing import Refused


def asked(*items: Any, **more: Any) -> bytes:
    return json.dumps({"resourceType": "Questionnaire", "item": items, **more}).encode()


def chain(number: int) -> list[dict[str, Any]]:
    """Every item waits for the one before."""
    return [
        {
            "linkId": f"q{n}",
            "type": "boolean",
            "enableWhen": [{"question": f"q{n - 1}", "operator": "exists", "answerBoolean": True}],
        }
        if n
        else {"linkId": "q0", "type": "boolean"}
        for n in range(number)
    ]


def nested(depth: int) -> dict[str, Any]:
    item: dict[str, Any] = {"linkId": "last", "type": "string"}
    for level in range(depth):
        item = {"linkId": f"g{level}", "type": "group", "text": f"{level}", "item": [item]}
    return item


INCLUDES = [
    {
        "resourceType": "ValueSet",
        "id": f"v{n}",
        "compose": {"include": [{"valueSet": [f"#v{(n + 1) % 40}", f"#v{(n + 2) % 40}"]}]},
    }
    for n in range(40)
]
VARIABLES = [
    {"url": "http://hl7.org/fhir/StructureDefinition/variable",
     "valueExpression": {"name": f"v{n}", "expression": f"%v{n + 1} + %v{n + 1}" if n < 38 else "1"}}
    for n in range(39)
]  # fmt: skip
OFTEN = [
    {"resourceType": "ValueSet", "id": f"v{n}", "compose": {"include": [{"valueSet": [f"#v{n + 1}"] * 60}]}}
    for n in range(9)
]
MANY = [{"valueCoding": {"code": str(n % 7)}} for n in range(5_000)]
RULE = {"url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-enableWhenExpression"}


def ruled(expression: str) -> dict[str, Any]:
    return {"linkId": "a", "type": "string", "extension": [{**RULE, "valueExpression": {"expression": expression}}]}


@pytest.mark.parametrize(
    "data",
    [
        asked(*chain(1_000)),
        asked(*reversed(chain(1_000))),
        asked(*({"linkId": "same", "type": "string"} for _ in range(5_000))),
        asked(nested(45)),
        asked({"linkId": "a", "type": "choice", "repeats": True, "answerOption": MANY}),
        asked({"linkId": "a", "type": "choice", "answerValueSet": "#v0"}, contained=INCLUDES),
        asked(
            {"linkId": "a", "type": "string", "extension": [{**RULE, "valueExpression": {"expression": "(" * 9_000}}]}
        ),
        asked(
            {
                "linkId": "a",
                "type": "string",
                "extension": [{**RULE, "valueExpression": {"expression": "%x" + ".not()" * 3_000}}],
            }
        ),
        asked({"linkId": "a", "type": "choice", "answerValueSet": "#v0"}, contained=OFTEN),
        asked(
            {"linkId": "a", "type": "string", "extension": [{**RULE, "valueExpression": {"expression": "%v0 = 1"}}]},
            extension=VARIABLES,
        ),
    ],
    ids=[
        "chain",
        "chain upwards",
        "same names",
        "nested",
        "choices",
        "value sets",
        "brackets",
        "calls",
        "often included",
        "variables",
    ],
)
def test_it_ends_in_time(data: bytes) -> None:
    begun = time.monotonic()
    with contextlib.suppress(Refused):
        parse(data)
    with contextlib.suppress(Refused):
        validate_response(
            data,
            b'{"resourceType": "QuestionnaireResponse", "item": [{"linkId": "a", "answer": [{"valueCoding": {}}]}]}',
        )
    assert time.monotonic() - begun < 5
