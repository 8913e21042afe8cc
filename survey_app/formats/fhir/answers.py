"""One answer of a QuestionnaireResponse against its item: its type, its options, its limits."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any, Literal

from survey_app.formats.fhir.items import CHOICES, Item, extension_value
from survey_app.formats.fhir.options import Option, country_codes, options, written
from survey_app.formats.json_files import Node, as_number
from survey_app.questionnaire import patterns

Found = tuple[Literal["fatal", "error", "warning"], str, str]
_TYPES = {
    "boolean": ("valueBoolean",), "decimal": ("valueDecimal",), "integer": ("valueInteger",), "date": ("valueDate",),
    "dateTime": ("valueDateTime",), "instant": ("valueInstant", "valueDateTime"), "time": ("valueTime",),
    "string": ("valueString",),
    "text": ("valueString",), "url": ("valueUri",), "choice": ("valueCoding",), "coding": ("valueCoding",),
    "open-choice": ("valueCoding", "valueString"), "attachment": ("valueAttachment",), "reference": ("valueReference",),
    "quantity": ("valueQuantity",),
}  # fmt: skip
_JSON: dict[str, tuple[type, ...]] = {
    "valueBoolean": (bool,), "valueDecimal": (int, float), "valueInteger": (int,), "valueCoding": (dict,),
    "valueAttachment": (dict,), "valueReference": (dict,), "valueQuantity": (dict,),
}  # fmt: skip
_SHAPES = {
    "valueDate": re.compile(r"\d{4}(-\d{2}(-\d{2})?)?"),
    "valueDateTime": re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?"),
    "valueTime": re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d+)?)?"),
}
_REFERENCE = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}(?:/_history/[A-Za-z0-9.-]{1,64})?$")
_JURISDICTIONS = "http://hl7.org/fhir/ValueSet/jurisdiction"


def check_answer(item: Item, answer: Node, asked: Node) -> Iterator[Found]:
    """The problems of one answer."""
    key = next((key for key in answer.data if key.startswith("value")), "")
    if not key:
        return
    value = answer.get(key)
    allowed = _allowed(item)
    if key not in allowed or not _fits(key, value):
        said = f"Invalid datatype {key[5:]} provided for a {item.type} item"
        yield "fatal", "invalidAnswerType", said
        return
    yield from _offered(item, key, value, asked)
    yield from _limits(item, value)
    yield from _formed(item, value)
    if key == "valueString":
        yield from _length(item, value)
        if item.type == "string" and ("\n" in value or "\r" in value):
            yield "error", "invalidNewLine", "A string has one line"
    elif key == "valueUri" and not _is_address(value):
        yield "error", "invalidUrlValue", f"The value '{value}' is not a valid URL"
    elif key == "valueReference":
        yield from _reference(item, Node(value))
    elif key == "valueQuantity":
        yield from _quantity(item, Node(value))
    elif key == "valueAttachment":
        yield from _attachment(item, Node(value))


def _allowed(item: Item) -> set[str]:
    allowed = set(_TYPES.get(item.type, ()))
    for option in item.node.nodes("answerOption"):
        allowed |= {key for key in option.data if key.startswith("value")} if item.type in CHOICES else set()
    if item.type == "coding" and item.node.words("answerConstraint") in ("optionsOrString", "optionsOrType"):
        allowed.add("valueString")
    return allowed


def _fits(key: str, value: Any) -> bool:
    if key in _JSON:
        return isinstance(value, _JSON[key]) and (key == "valueBoolean" or not isinstance(value, bool))
    shape = _SHAPES.get(key)
    return isinstance(value, str) and (shape is None or shape.fullmatch(value) is not None)


# --- options ----------------------------------------------------------------------------------------------------------
def _offered(item: Item, key: str, value: Any, asked: Node) -> Iterator[Found]:
    node = item.node
    is_open = item.type == "open-choice" or node.words("answerConstraint") in ("optionsOrString", "optionsOrType")
    if is_open and key == "valueString":
        return
    offered = options(item, asked, "")
    if node.listed("answerOption"):
        if (
            not any(_is(option, value) for option in offered or ())
            and node.words("answerConstraint") != "optionsOrType"
        ):
            yield "error", "invalidAnswerOption", "was not in the set of permitted values"
    elif node.words("answerValueSet"):
        yield from _in_value_set(node.words("answerValueSet").split("|")[0], value, offered)


def _in_value_set(address: str, value: Any, offered: list[Option] | None) -> Iterator[Found]:
    if address == _JURISDICTIONS:
        code = value.get("code") if isinstance(value, dict) else value
        if not isinstance(code, str) or code.split("-")[0] not in country_codes():
            yield "error", "invalidCoding", f"invalid selection '{_said(value)}'"
    elif offered is None:
        yield "error", "tsError", "ValueSet not available: nothing is fetched"
    elif not any(_is(option, value) and _is_called(option, value) for option in offered):
        yield "error", "invalidCoding", f"invalid selection '{_said(value)}'"


def _said(value: Any) -> str:
    return str(value.get("display") or value.get("code")) if isinstance(value, dict) else str(value)


def _is(option: Option, value: Any) -> bool:
    if not isinstance(value, dict):
        return option.key == written(value)
    systems = {option.system, str(value.get("system") or "")} - {""}
    return option.key == str(value.get("code") or value.get("display") or value.get("reference")) and len(systems) <= 1


def _is_called(option: Option, value: Any) -> bool:
    """Whether the words of the answer are those of the code."""
    said = str(value.get("display") or "").strip().casefold() if isinstance(value, dict) else ""
    return not said or said in {text.strip().casefold() for text in option.text.values()}


# --- limits -----------------------------------------------------------------------------------------------------------
def _limits(item: Item, value: Any) -> Iterator[Found]:
    if isinstance(value, dict):
        return
    low, high = item.value("minValue"), item.value("maxValue")
    if low is not None and _below(value, low):
        yield "error", "minValue", f"Expected the minimum value {written(low)}, received {written(value)}"
    if high is not None and _below(high, value):
        yield "error", "maxValue", f"Exceeded the maximum value {written(high)}, received {written(value)}"
    digits = as_number(item.value("maxDecimalPlaces"))
    if digits is not None and isinstance(value, float) and len(repr(value).partition(".")[2]) > digits:
        yield "error", "maxDecimalPlaces", f"Exceeded the {written(digits)} decimal places"


def _formed(item: Item, value: Any) -> Iterator[Found]:
    """The pattern of the item has to match the whole answer; one that no engine here reads is left alone."""
    given = item.value("regex")
    whole = f"^(?:{given})$" if isinstance(given, str) and not isinstance(value, dict | bool) else ""
    if patterns.is_pattern(whole) and not patterns.matches(written(value), whole):
        yield "error", "regex", f"The value '{written(value)}' does not match the pattern {given}"


def _is_address(value: str) -> bool:
    """A URI: no spaces, and a scheme or a path."""
    return bool(value) and not re.search(r"[\s<>\"{}|\\^`]", value)


def _reference(item: Item, value: Node) -> Iterator[Found]:
    """`Patient/1`, an address, a urn or something inside the response; of the types that the item allows."""
    address = value.words("reference")
    if not address or address.startswith(("#", "urn:")):
        return
    if not _is_address(address):
        yield "error", "invalidRefValue", f"The value '{address}' is no reference"
        return
    named = _REFERENCE.search(address)
    kind = named[1] if named else ""
    allowed = {str(extension_value(found)) for found in item.extensions("questionnaire-referenceResource")}
    if not kind and "://" not in address:
        yield "error", "invalidRefResourceType", f"'{address}' names no type of resource"
    elif kind and allowed and kind not in allowed:
        yield "error", "invalidRefResourceTypeRestriction", f"'{kind}' is none of {sorted(allowed)}"


def _below(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        shorter = min(len(left), len(right))
        return left[:shorter] < right[:shorter]
    a, b = as_number(left), as_number(right)
    return a is not None and b is not None and a < b


def _length(item: Item, value: str) -> Iterator[Found]:
    low, high = as_number(item.value("minLength")), item.node.number("maxLength")
    if low is not None and len(value) < low:
        yield "error", "minLength", f"Expected the minimum value {written(low)} characters, received {len(value)}"
    if high is not None and len(value) > high:
        yield "error", "maxLength", f"Exceeded maximum of {written(high)} characters, received {len(value)}"


def _quantity(item: Item, value: Node) -> Iterator[Found]:
    amount = value.number("value")
    for which, names in (
        ("min", ("sdc-questionnaire-minQuantity", "minQuantity")),
        ("max", ("sdc-questionnaire-maxQuantity", "maxQuantity")),
    ):
        bound = item.value(*names)
        limit = as_number(bound.get("value")) if isinstance(bound, dict) else None
        if limit is None or amount is None:
            continue
        if _unit(Node(bound)) != _unit(value):
            yield "error", f"{which}ValueIncompatUnits", f"Cannot convert '{_unit(value)}' to '{_unit(Node(bound))}'"
        elif amount < limit if which == "min" else amount > limit:
            yield "error", f"{which}Value", f"Expected the {which}imum {written(limit)}, received {written(amount)}"
    allowed = [
        extension_value(found) for found in item.extensions("questionnaire-unitOption", "sdc-questionnaire-unitOption")
    ]
    known = {
        text for unit in allowed if isinstance(unit, dict) for text in (unit.get("code"), unit.get("display")) if text
    }
    if known and not known & {value.words("code"), value.words("unit")}:
        yield (
            "error",
            "invalidUnit",
            f"The value '{written(amount)} {_unit(value)}' does not use one of the units {sorted(known)}",
        )


def _unit(quantity: Node) -> str:
    return quantity.words("code") or quantity.words("unit")


def _attachment(item: Item, value: Node) -> Iterator[Found]:
    size = value.number("size")
    actual = _bytes(value.words("data"))
    if actual is not None and size is not None and size != actual:
        said = f"attachment size reported {written(size)} bytes, does not match the actual data size {actual} bytes"
        yield "fatal", "attachmentSizeInconsistent", said
    most, real = as_number(item.value("maxSize")), actual if actual is not None else size
    if most is not None and real is not None and real > most:
        yield (
            "error",
            "maxAttachmentSize",
            f"Exceeded the maximum attachment size {written(most)} bytes, received {written(real)} bytes",
        )

    kinds = [str(extension_value(found)) for found in item.extensions("mimeType")]
    if kinds and not any(_is_kind(value.words("contentType"), kind) for kind in kinds):
        yield "error", "invalidAttachmentType", f"'{value.words('contentType')}' is none of {kinds}"


def _is_kind(given: str, allowed: str) -> bool:
    """`image/png` is `image/png` and `image/*`; what follows a semicolon says nothing."""
    kind = given.split(";")[0].strip().lower()
    return kind == allowed.lower() or allowed.endswith("/*") and kind.startswith(allowed[:-1].lower())


def _bytes(data: str) -> int | None:
    if not data:
        return None
    try:
        return len(base64.b64decode(data, validate=False))
    except (binascii.Error, ValueError):
        return None
