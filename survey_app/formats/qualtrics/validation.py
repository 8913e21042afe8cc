"""Limits of answers: how many choices, how long a text, which numbers. What has no equal is told."""

from typing import Any

from survey_app.formats.qualtrics.item import Item
from survey_app.formats.qualtrics.reading import dig, entries, mapping, number, text_of, whole
from survey_app.questionnaire.texts import MAX_GRAPHEMES

_COUNTS = (
    "ChoiceRange",
    "MinChoices",
    "MaxChoices",
    "ExactChoices",
    "ChoicesRange",
    "NumChoices",
    "AnswerRange",
    "MustRank",
)
CUSTOM = "CustomValidation"
TOTALS = ("ChoicesTotal", "ChoiceTotal", "Total")
_OURS = {"ValidEmail": "email", "ValidPhone": "phone"}
PATTERNS = {
    "ValidEmail": r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$",
    "ValidNumber": r"^\s*-?([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*$",
    "ValidZip": r"^\s*[0-9]{5}(-[0-9]{4})?\s*$",
}
"""Contents that texts are compared with: an address, a number, a ZIP code of the USA."""
_MOST_REPEATED = 1_000
"""A pattern counts no further."""


def kind_of(item: Item) -> str:
    """The type of its validation; "" for none."""
    kind = text_of(item.settings.get("Type"))
    return "" if kind == "None" else kind


def choice_bounds(item: Item) -> dict[str, Any]:
    """min and max of a multiple choice or a ranking."""
    kind, place = kind_of(item), f"{item.qid} / Validation"
    if not kind:
        return {}
    if kind not in _COUNTS:
        lost(item)
        return {}
    low, high = whole(item.settings.get("MinChoices")), whole(item.settings.get("MaxChoices"))
    if kind == "MinChoices":
        high = None
    elif kind == "MaxChoices":
        low = None
    elif kind in ("ExactChoices", "NumChoices"):
        exact = whole(item.settings.get("NumChoices")) or whole(item.settings.get("ExactChoices"))
        low, high = (exact, exact) if exact else (low, high)
    bounds = {"min": low if low and low > 0 else None, "max": high if high and high > 0 else None}
    if bounds["min"] and bounds["max"] and bounds["min"] > bounds["max"]:
        lost(item)
        return {}
    item.work.building.kept("validation", place, f"{kind} {low or ''}-{high or ''}")
    return {key: value for key, value in bounds.items() if value}


def text_limits(item: Item) -> dict[str, Any]:
    """The type and limits that the validation of a text entry gives it: {} for words without limits.

    `matches`: a pattern that what is typed has to match, for a check.
    """
    kind, place = kind_of(item), f"{item.qid} / Validation"
    if kind == "ContentType" or kind.startswith("Valid"):  # some programs write the content where the kind belongs
        return _content(item, text_of(item.settings.get("ContentType")) if kind == "ContentType" else kind)
    if kind in ("TotalChar", "MaxChar", "MaxChars", "CharRange", "MinChar", "MinChars"):
        most = whole(item.settings.get("TotalChars")) or whole(item.settings.get("MaxChars"))
        found: dict[str, Any] = {}
        least = whole(item.settings.get("MinChars"))
        if least and least > 1 and not kind.startswith(("Total", "Max")):
            if least <= _MOST_REPEATED:
                item.work.building.kept("validation", place, f"{kind} {least}")
                found["matches"] = rf"(?s)^.{{{least},}}$"
            else:
                item.work.building.lost("validation", place, f"{kind} {least}", "validation_lost")
        if most and not kind.startswith("Min"):
            item.work.building.kept("validation", place, f"{kind} {most}")
            found["max_length"] = min(max(most, 1), MAX_GRAPHEMES)
        return found
    if kind:
        lost(item)
    return {}


def _content(item: Item, content: str) -> dict[str, Any]:
    place = f"{item.qid} / Validation"
    if content == "ValidNumber":
        item.work.building.kept("validation", place, content)
        return number_limits(item)
    if content == "ValidDate":
        form = text_of(dig(item.settings, "ValidDate", "DateFormat")) or text_of(item.settings.get("DateFormat"))
        item.work.building.changed("validation", place, f"ValidDate {form}", "date_form")
        return {"type": "date"}
    if content in _OURS:
        item.work.building.changed("validation", place, content, "pattern", pattern=content)
        return {"pattern": _OURS[content]}
    if content == "ValidZip" and text_of(item.settings.get("ValidZipType")) in ("", "ValidUSZip"):
        item.work.building.kept("validation", place, content)
        return {"matches": PATTERNS[content]}
    lost(item)
    return {}


def number_limits(item: Item) -> dict[str, Any]:
    """A number with its range and decimals; an empty number of decimals allows any, here six."""
    limits = mapping(item.settings.get("ValidNumber"))
    low, high = number(limits.get("Min")), number(limits.get("Max"))
    decimals = whole(limits.get("NumDecimals"))
    found: dict[str, Any] = {"type": "number", "decimals": 6 if decimals is None else min(max(decimals, 0), 6)}
    if low is not None and high is not None and low > high:
        low = high = None
    return found | {key: value for key, value in (("min", low), ("max", high)) if value is not None}


def lost(item: Item) -> None:
    """A validation without an equal; its message is a text that goes with it."""
    kind = kind_of(item)
    if kind in ("", CUSTOM):  # the latter becomes a check, or is told with it
        return
    content = text_of(item.settings.get("ContentType")) if kind == "ContentType" else ""
    message = text_of(dig(item.settings, "CustomValidation", "Message", "description"))
    source = " ".join(part for part in (kind, content, message) if part)
    item.work.building.lost("validation", f"{item.qid} / Validation", source, "validation_lost")


def total_of(item: Item) -> float | None:
    """What the items of a constant sum have to add up to; None when nothing is demanded."""
    if kind_of(item) not in TOTALS:
        lost(item)
        return None
    total = number(item.settings.get("ChoiceTotal"))
    if total is None:
        total = next((number(value) for key, value in entries(item.settings) if key.endswith("Total")), None)
    if total is None and text_of(item.settings.get("ChoiceTotal")).strip():
        return None  # another answer, which a check compares with
    if total is not None and not 0 < total <= 1_000_000_000:
        lost(item)
        return None
    if total is not None:
        item.work.building.kept("validation", f"{item.qid} / Validation", f"total {total}")
    return total
