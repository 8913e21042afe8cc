"""Items that ask as questions of ours, and what is only read."""

import math
from typing import Any

from survey_app.formats.fhir import checks
from survey_app.formats.fhir.choices import choosing
from survey_app.formats.fhir.items import CHOICES, Item, extension_value
from survey_app.formats.fhir.options import options, written
from survey_app.formats.fhir.work import NO, YES, Work
from survey_app.formats.importing.logic import Target
from survey_app.formats.json_draft import shown
from survey_app.formats.json_files import as_number
from survey_app.questionnaire.question_types.numbers import is_iso_date, is_iso_time
from survey_app.questionnaire.texts import MAX_GRAPHEMES

_UNITS = ("questionnaire-unit", "questionnaire-unitOption", "sdc-questionnaire-unitOption")


def question(work: Work, item: Item) -> None:
    """One question, or a calculated value."""
    offered = options(item, work.questionnaire, work.default)
    kind = item.type
    if item.node.get("repeats") is True and kind not in CHOICES and not offered:
        work.draft.lost("setting", item.node.at("repeats"), "true", "loop")
    if kind in CHOICES or offered:
        choosing(work, item, offered)
    elif kind == "boolean":
        _boolean(work, item)
    elif kind in ("decimal", "integer", "quantity"):
        _number(work, item)
    elif kind in ("date", "time"):
        _moment(work, item)
    elif kind == "attachment":
        _file(work, item)
    else:
        _text(work, item)
    _finish(work, item)


def _boolean(work: Work, item: Item) -> None:
    name = work.name(item)
    choices = [{"code": "true", "text": work.draft.said(*YES)}, {"code": "false", "text": work.draft.said(*NO)}]
    work.question(item, "single_choice", name, choices=choices)
    work.know(item, Target("choice", name, {"true": "true", "false": "false"}))
    work.kept(item, name)


def _number(work: Work, item: Item) -> None:
    name = work.name(item)
    low = _bound(item, "minValue", "sdc-questionnaire-minQuantity", "minQuantity")
    high = _bound(item, "maxValue", "sdc-questionnaire-maxQuantity", "maxQuantity")
    never: list[dict[str, Any]] = []
    if low is not None and high is not None and low > high:  # no number fits, as in the file
        limits = {name: {"at_least": low, "at_most": high}}
        never = [{"that": {"any": [{name: {"answered": False}}, limits]}}]
        work.draft.kept("validation", item.node.place, f"{low} > {high}", name)
        low = high = None
    units = [text for found in item.extensions(*_UNITS) if (text := _unit(extension_value(found)))]
    unit = work.plain(units[0]) if units else None
    digits = as_number(item.value("maxDecimalPlaces", "quantity-precision"))
    if item.control() == "slider" and low is not None and high is not None and low < high:
        step = as_number(item.value("questionnaire-sliderStepValue"))
        work.question(item, "slider", name, min=low, max=high, step=step if step and step > 0 else None, unit=unit)
    else:
        decimals = 0 if item.type == "integer" else min(6, max(0, int(digits))) if digits is not None else 6
        made = work.question(
            item, "number", name, min=low, max=high, unit=unit, decimals=decimals or None, checks=never
        )
        if len(units) > 1:
            made["hint"] = work.plain(" / ".join(units))
            work.draft.changed("choice", item.node.place, shown(units), "one_unit", name, unit=units[0])
    for key, value in (("minValue", low), ("maxValue", high)):
        if value is not None:
            work.draft.kept("validation", item.node.at(key), str(value), name)
    work.know(item, Target("number", name))
    work.kept(item, name)


def _bound(item: Item, *names: str) -> float | None:
    value = item.value(*names)
    return as_number(value.get("value") if isinstance(value, dict) else value)


def _unit(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value or "")
    return str(value.get("display") or value.get("code") or value.get("unit") or "")[:40]


def _moment(work: Work, item: Item) -> None:
    name = work.name(item)
    test = is_iso_date if item.type == "date" else is_iso_time
    bounds = {}
    for ours, theirs in (("min", "minValue"), ("max", "maxValue")):
        value = str(item.value(theirs) or "")[: 10 if item.type == "date" else 5]
        if test(value):
            bounds[ours] = value
            work.draft.kept("validation", item.node.at(theirs), value, name)
    if len(bounds) == 2 and bounds["min"] > bounds["max"]:
        bounds = {}
    work.question(item, item.type, name, **bounds)
    work.know(item, Target(item.type, name))
    work.kept(item, name)


def _text(work: Work, item: Item) -> None:
    """string, text, url, dateTime, reference and types without options."""
    name = work.name(item)
    limit = item.node.number("maxLength")
    longest = min(int(limit), MAX_GRAPHEMES) if limit and limit >= 1 else None
    kind = "long_text" if item.type == "text" or item.control() == "text-area" else "short_text"
    made = work.question(item, kind, name, max_length=longest)
    if longest:
        work.draft.kept("validation", item.node.at("maxLength"), str(longest), name)
    work.know(item, Target("text", name) if item.type in ("string", "text", "url") else Target("none", name))
    if item.type in ("string", "text", "url"):
        work.kept(item, name)
    else:
        work.changed(item, name, kind=made["type"])


def _file(work: Work, item: Item) -> None:
    name = work.name(item)
    kinds = [str(extension_value(found)) for found in item.extensions("mimeType")]
    size = as_number(item.value("maxSize"))
    pictures = bool(kinds) and all(kind.startswith("image/") for kind in kinds)
    most = min(10, max(1, math.ceil(size))) if size and size > 0 else None
    work.question(item, "file", name, accepts=["photo"] if pictures else ["photo", "document"], max_mb=most)
    work.kept(item, name)
    work.know(item, Target("none", name))


def _finish(work: Work, item: Item) -> None:
    """Hints, patterns, hiding; what is left is told."""
    ours = item.ours[0]
    name = ours["name"]
    hints = [ours.get("hint", {})]
    for found in item.extensions("entryFormat"):
        key = next((key for key in found.data if key.startswith("value")), "valueString")
        hints.append(work.words(found, key, name))
    if hint := work.draft.hint(hints):
        ours["hint"] = hint
    checks.demand(work, item, ours)
    if item.flagged("questionnaire-hidden"):
        _hide(work, item, ours)
    for found in item.extensions("sdc-questionnaire-initialExpression", "questionnaire-initialExpression"):
        work.draft.lost("setting", found.place, shown(extension_value(found)), "default_value", name)
    rest(work, item, name)


def _hide(work: Work, item: Item, ours: dict[str, Any]) -> None:
    """A hidden item with a value is a constant; one without has to be decided."""
    initial = item.node.nodes("initial")
    value = next((v for node in initial for k, v in node.data.items() if k.startswith("value")), None)
    value = written(value.get("code")) if isinstance(value, dict) else value
    if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
        keep = {key: ours[key] for key in ("name", "text")}
        ours.clear()
        ours |= {**keep, "type": "hidden", "value": value}
        work.draft.changed(
            "setting", item.node.at("extension"), "hidden", "as_type", keep["name"], source=item.type, type="hidden"
        )
        if item.link in work.known:
            work.know(item, Target("none", keep["name"]))
    elif not checks.nobody(work, item, ours):
        work.draft.undecided(ours, item.node.at("extension"), "questionnaire-hidden: true")


_USED = frozenset((
    "questionnaire-itemControl", "minValue", "maxValue", "sdc-questionnaire-minQuantity", "sdc-questionnaire-maxQuantity",
    "minQuantity", "maxQuantity", *_UNITS, "maxDecimalPlaces", "quantity-precision", "questionnaire-sliderStepValue",
    "mimeType", "maxSize", "entryFormat", "minLength", "regex", "questionnaire-constraint", "targetConstraint",
    "questionnaire-hidden", "sdc-questionnaire-initialExpression", "questionnaire-initialExpression",
    "questionnaire-minOccurs", "questionnaire-maxOccurs", "sdc-questionnaire-enableWhenExpression", "variable",
    "sdc-questionnaire-calculatedExpression", "questionnaire-optionExclusive", "sdc-questionnaire-openLabel", "openLabel",
    "questionnaire-displayCategory",
))  # fmt: skip


def rest(work: Work, item: Item, name: str) -> None:
    """Tells of extensions and keys that nothing here has."""
    node = item.node
    node.get(
        "extension",
        "enableWhen",
        "enableBehavior",
        "required",
        "repeats",
        "prefix",
        "text",
        "maxLength",
        "answerConstraint",
    )
    node.get("answerOption", "answerValueSet", "option", "options", "modifierExtension")
    for found in node.nodes("extension"):
        address = str(found.data.get("url", ""))
        if address.rsplit("/", 1)[-1] not in _USED:
            value = extension_value(found)
            work.draft.lost(
                "setting",
                found.place,
                f"{address} {shown(value if value is not None else found.data)}",
                "setting_lost",
                name,
            )
    work.settings(node, name)
