"""The offered answers of an item: written into it, or in a ValueSet inside the file. Nothing is fetched."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from babel import Locale

from survey_app.formats.fhir.items import TYPES, Item, extension_value, extensions, translated
from survey_app.formats.importing.building import MAX_CHOICES
from survey_app.formats.importing.refusing import refuse
from survey_app.formats.json_files import Node, as_number

MAX_NESTING = 8
_SYSTEM = "http://terminology.hl7.org/CodeSystem/"
_KNOWN: dict[str, list[tuple[str, str, str]]] = {
    "http://hl7.org/fhir/ValueSet/yesnodontknow": [
        (f"{_SYSTEM}v2-0136", "Y", "Yes"), (f"{_SYSTEM}v2-0136", "N", "No"),
        (f"{_SYSTEM}data-absent-reason", "asked-unknown", "Don't know"),
    ],
    "http://terminology.hl7.org/ValueSet/v2-0136": [(f"{_SYSTEM}v2-0136", "Y", "Yes"), (f"{_SYSTEM}v2-0136", "N", "No")],
    "http://hl7.org/fhir/ValueSet/administrative-gender": [
        ("http://hl7.org/fhir/administrative-gender", code, code.title()) for code in ("male", "female", "other", "unknown")
    ],
    "http://hl7.org/fhir/ValueSet/item-type": [
        ("http://hl7.org/fhir/item-type", code, code[:1].upper() + code[1:]) for code in sorted(TYPES)
    ],
}  # fmt: skip
"""Small code sets of the standard itself."""


@dataclass(frozen=True)
class Option:
    """One offered answer. `key`: what rules compare with (the code, or the value as text)."""

    key: str
    system: str
    text: dict[str, str]
    place: str
    score: float | None = None
    exclusive: bool = False
    prefix: str = ""


def options(item: Item, questionnaire: Node, default: str) -> list[Option] | None:
    """The offered answers; None when they lie outside the file; [] when there are none at all."""
    if len(item.node.listed("answerOption", "option")) > MAX_CHOICES:
        raise refuse("too_much", item.node.at("answerOption"), what=("choices", "选项"), limit=MAX_CHOICES)
    listed = [_option(node, default) for node in item.node.nodes("answerOption", "option")]
    if listed:
        return [option for option in listed if option is not None]
    address = item.node.words("answerValueSet")
    if not address:
        reference = item.node.node("options")  # R3 and drafts of R4
        address = reference.words("reference") if reference is not None else ""
    return value_set(questionnaire, address, default) if address else []


def _option(node: Node, default: str) -> Option | None:
    key = next((key for key in node.data if key.startswith("value") and not key.startswith("_")), None)
    value = node.get(key) if key else None
    if value is None:
        return None
    scores = [
        extension_value(found) for found in extensions(node, "ordinalValue", "itemWeight", "questionnaire-ordinalValue")
    ]
    exclusive = any(found.get("valueBoolean") is True for found in extensions(node, "questionnaire-optionExclusive"))
    prefix = next((str(extension_value(found)) for found in extensions(node, "questionnaire-optionPrefix")), "")
    if isinstance(value, dict):
        return _coded(Node(value, node.at(str(key))), default, scores, exclusive, prefix)
    beside = {language: text for language, text in translated(node, str(key), default).items() if language != default}
    text = {default: written(value), **beside}
    return Option(written(value), "", text, node.place, _score(scores), exclusive, prefix)


def _coded(coding: Node, default: str, scores: list[Any], exclusive: bool, prefix: str) -> Option | None:
    scores = scores + [
        extension_value(found)
        for found in extensions(coding, "ordinalValue", "itemWeight", "questionnaire-ordinalValue")
    ]
    text = translated(coding, "display", default) or {default: coding.words("reference")}
    key = coding.words("code") or next(iter(text.values()))
    if not key:
        return None
    if not any(text.values()):
        text = {default: key}
    return Option(key, coding.words("system"), text, coding.place, _score(scores), exclusive, prefix)


def _score(values: list[Any]) -> float | None:
    return next((number for value in values if (number := as_number(value)) is not None), None)


def written(value: Any) -> str:
    """A value as rules write it."""
    if isinstance(value, bool):
        return str(value).lower()
    number = as_number(value) if not isinstance(value, str) else None
    return str(number) if number is not None else str(value)


# --- value sets -------------------------------------------------------------------------------------------------------
def value_set(
    questionnaire: Node, address: str, default: str, seen: frozenset[str] = frozenset()
) -> list[Option] | None:
    """The codes of a ValueSet inside the file, with those it includes; None when it lies outside, or includes itself."""
    if address in seen or len(seen) > MAX_NESTING:
        return None
    seen = seen | {address}
    for node in questionnaire.nodes("contained"):
        if node.data.get("resourceType") == "ValueSet" and address.split("|")[0] in (
            f"#{node.data.get('id')}",
            node.data.get("url"),
        ):
            key = ("value set", address, default)
            if key not in questionnaire.memo:
                questionnaire.memo[key] = _codes_of(node, questionnaire, default, seen)
            found: list[Option] | None = questionnaire.memo[key]
            return found
    known = _KNOWN.get(address.split("|")[0])
    if known is None:
        return None
    return [Option(code, system, {default: text}, address) for system, code, text in known]


def _codes_of(node: Node, questionnaire: Node, default: str, seen: frozenset[str]) -> list[Option] | None:
    expansion = node.node("expansion")
    if expansion is not None and expansion.listed("contains"):
        return list(_contained(expansion, default, 0))
    compose = node.node("compose")
    found: dict[tuple[str, str], Option] = {}
    for include in compose.nodes("include") if compose is not None else ():
        for option in _included(include, questionnaire, default, seen) or ():
            found.setdefault((option.system, option.key), option)
    for exclude in compose.nodes("exclude") if compose is not None else ():
        for option in _included(exclude, questionnaire, default, seen) or ():
            found.pop((option.system, option.key), None)
    return list(found.values()) or None


def _contained(holder: Node, default: str, depth: int) -> Iterator[Option]:
    if depth > MAX_NESTING:
        return
    for node in holder.nodes("contains"):
        if node.words("code") and node.get("abstract") is not True:
            option = _coded(node, default, [], False, "")
            if option is not None:
                yield option
        yield from _contained(node, default, depth + 1)


def _included(include: Node, questionnaire: Node, default: str, seen: frozenset[str]) -> list[Option] | None:
    system = include.words("system")
    found = []
    for node in include.nodes("concept"):
        option = _coded(node, default, [], False, "")
        if option is not None:
            found.append(Option(option.key, system, option.text, option.place, option.score))
    for address in include.listed("valueSet"):
        found += value_set(questionnaire, str(address), default, seen) or []
    if not found and system:
        found += _code_system(system, questionnaire, default)
    return found or None


def _code_system(system: str, questionnaire: Node, default: str) -> list[Option]:
    for node in questionnaire.nodes("contained"):
        if node.data.get("resourceType") == "CodeSystem" and node.data.get("url") == system:
            made = [_coded(concept, default, [], False, "") for concept in node.nodes("concept")]
            return [Option(one.key, system, one.text, one.place, one.score) for one in made if one is not None]
    return []


def country_codes() -> frozenset[str]:
    """Two-letter codes of countries, as in the value set of jurisdictions."""
    return frozenset(str(code) for code in Locale("en").territories if len(str(code)) == 2 and str(code).isalpha())


def mentioned(items: list[Item], default: str) -> dict[str, list[Option]]:
    """The codes that rules compare each item with."""
    found: dict[str, dict[tuple[str, str], Option]] = {}
    for item in items:
        for when in item.node.nodes("enableWhen"):
            coding = when.node("answerCoding")
            option = _coded(coding, default, [], False, "") if coding is not None else None
            if option is not None:
                found.setdefault(when.words("question"), {}).setdefault((option.system, option.key), option)
    return {link: list(options_of.values()) for link, options_of in found.items()}
