"""Questions that are typed, moved, uploaded or only read: texts, numbers, sliders, sums, files, notes."""

from typing import Any

from survey_app.formats.qualtrics import checking, validation
from survey_app.formats.qualtrics.choosing import add_row_texts
from survey_app.formats.qualtrics.item import Item
from survey_app.formats.qualtrics.reading import entries, is_on, number, text_of, whole
from survey_app.formats.qualtrics.source import asks
from survey_app.formats.qualtrics.work import Asked, Made

_LONG = ("ML", "ESTB")
MOST_FIELDS = 50


def text_entry(item: Item) -> Made:
    """TE: one line, several lines, a form, a number or a date."""
    selector = text_of(item.payload.get("Selector"))
    if selector == "FORM":
        return _form(item)
    limits = {"type": "number", "decimals": 6} if checking.is_number(item) else validation.text_limits(item)
    usual = "long_text" if selector in _LONG else "date" if selector == "CalendarSingle" else "short_text"
    kind, pattern = limits.pop("type", usual), limits.pop("matches", "")
    if kind == "long_text":
        limits.pop("pattern", None)
    name = item.work.name(item.wanted, item.qid)
    question = {"name": name, "type": kind, "text": item.text("QuestionText"), **limits, "required": item.required}
    if pattern:
        question["checks"] = [{"that": {"any": [{name: {"answered": False}}, {name: {"matches": pattern}}]}}]
    if selector not in ("SL", "", *_LONG):
        item.work.building.changed(
            "setting", f"{item.qid} / Selector", selector, "as_type", name, source=selector, type=kind
        )
    return Made([question], Asked(name, kind if kind in ("number", "date") else "text"))


def _form(item: Item) -> Made:
    listed = item.listed()[:MOST_FIELDS]
    codes = item.row_codes(listed)
    name = item.work.name(item.wanted, item.qid, codes.values())
    asked = Asked(name, "none", texts={field: f"{name}_{code}" for field, code in codes.items()})
    limits = validation.text_limits(item)
    pattern, words = "number" if limits.get("type") == "number" else limits.get("pattern"), limits.get("matches")
    fields = []
    for field, entry in listed:
        one: dict[str, Any] = {"code": codes[field], "text": item.display("Choices", field, codes[field])}
        one |= {key: value for key, value in (("pattern", pattern), ("max_length", limits.get("max_length"))) if value}
        if is_on(entry.get("TextEntryForceResponse")):
            one["required"] = True
        item.rule_part(asked, "Choices", field, entry, one)
        fields.append(one)
    for field, entry in item.listed()[MOST_FIELDS:]:
        item.work.building.lost(
            "row", f"{item.qid} / Choices / {field}", text_of(entry.get("Display")), "shortened", limit=50
        )
    text = item.text("QuestionText")
    if not fields:
        return Made([_heading(item, f"{name}_heading", text)], asked)
    question = {"name": name, "type": "text_fields", "text": text, "fields": fields, "required": item.required}
    each = [asked.texts[field] for field, _ in listed]
    checks = [{"that": {"any": [{one: {"answered": False}}, {one: {"matches": words}}]}} for one in each if words]
    for field, entry in listed:
        checks += checking.content_of(item, field, entry, name, asked.texts[field])
    if checks:
        question["checks"] = checks[:50]
    return Made([question], asked)


def _heading(item: Item, name: str, text: dict[str, str]) -> dict[str, Any]:
    item.work.building.names.reserve(name)
    return {"name": name, "type": "note", "text": text}


# --- sliders and sums ---------------------------------------------------------------------------------------------------
def slider(item: Item) -> Made:
    """Slider of every selector: a slider, or stars, for each item."""
    validation.lost(item)
    start = ", ".join(text_of(value) for _, value in entries(item.config("SliderStartPositions")))
    if start and is_on(item.config("CustomStart")):
        item.work.building.lost("setting", f"{item.qid} / SliderStartPositions", start, "default_value")
    if text_of(item.payload.get("Selector")) == "STAR":
        return _stars(item)
    if text_of(item.payload.get("Selector")) == "HBAR":
        item.work.building.changed("setting", f"{item.qid} / Selector", "HBAR", "as_type", source="HBAR", type="slider")
    low, high = number(item.config("CSSliderMin")), number(item.config("CSSliderMax"))
    if high is None and (points := whole(item.config("NumScalePoints"))):
        high = points - 1
    low, high = 0 if low is None else low, 100 if high is None else high
    if high <= low:
        low, high = 0, 100
    grid, decimals = whole(item.config("GridLines")) or 10, whole(item.config("NumDecimals")) or 0
    step: float = 1 if decimals <= 0 else 10 ** -min(decimals, 6)
    if is_on(item.config("SnapToGrid")) and grid > 0:
        step = (high - low) / grid
    kind: dict[str, Any] = {"type": "slider", "min": low, "max": high}
    kind["step"] = int(step) if float(step).is_integer() else round(step, 6)
    kind |= _labels(item)
    if is_on(item.config("NotApplicable")):
        unsure = text_of(item.config("NotApplicableText")) or "N/A"
        kind["unsure"] = item.words.plain(unsure, f"{item.qid} / NotApplicableText", spare="N/A")
    return _each(item, kind)


def _labels(item: Item) -> dict[str, Any]:
    """The words over a slider: the first and the last at its ends, all of them in the hint when there are more."""
    keys = [key for key, _ in entries(item.payload.get("Labels"))]
    labels = [item.text("Labels", key, "Display") for key in keys]
    for key, label in zip(keys, labels, strict=True):
        item.work.building.kept("text", f"{item.qid} / Labels / {key}", next(iter(label.values()), ""))
    labels = [label for label in labels if label]
    found: dict[str, Any] = {}
    if len(labels) > 1:
        found = {"low": labels[0], "high": labels[-1]}
    if len(labels) > 2 or len(labels) == 1:
        found["hint"] = {key: " · ".join(label.get(key, "…") for label in labels) for key in labels[0]}
        item.work.building.changed("text", f"{item.qid} / Labels", "", "in_hint")
    return found


def _ends_as_hint(item: Item) -> dict[str, Any]:
    """The words over the items of a sum, as a hint."""
    labels = _labels(item)
    low, high = labels.get("low", {}), labels.get("high", {})
    hint = labels.get("hint") or {key: " – ".join(filter(None, (words, high.get(key)))) for key, words in low.items()}
    return {"hint": hint} if hint else {}


def _stars(item: Item) -> Made:
    count = whole(item.config("StarCount")) or 5
    if not 2 <= count <= 11:
        item.work.building.changed(
            "setting", f"{item.qid} / StarCount", str(count), "value_changed", wanted=count, value=5
        )
        count = 5
    if text_of(item.config("StarType")) not in ("", "discrete"):
        stars = text_of(item.config("StarType"))
        item.work.building.changed("setting", f"{item.qid} / StarType", stars, "whole_stars")
    listed = item.listed()
    if len(listed) < 2:
        return _each(item, {"type": "rating", "points": count, "style": "stars", **_labels(item)})
    codes = item.row_codes(listed)
    name = item.work.name(item.wanted, item.qid, [*codes.values(), *(f"{code}_text" for code in codes.values())])
    asked = Asked(name, "none", items={row: f"{name}_{code}" for row, code in codes.items()})
    rows = [{"code": codes[row], "text": item.display("Choices", row, codes[row])} for row, _ in listed]
    for (row, entry), part in zip(listed, rows, strict=True):
        item.rule_part(asked, "Choices", row, entry, part)
    question = {"name": name, "type": "matrix", "points": count, "style": "stars", **_labels(item)}
    question |= {"text": item.text("QuestionText"), "rows": rows, "required": item.required}
    made = Made([question], asked)
    add_row_texts(item, made, [row for row, entry in listed if is_on(entry.get("TextEntry"))], codes, name)
    return made


def _each(item: Item, kind: dict[str, Any]) -> Made:
    """A question for each item, named as its column; one item alone is the question itself."""
    listed = item.listed()
    codes = item.row_codes(listed)
    text, required = item.text("QuestionText"), item.required
    if len(listed) < 2:
        name = item.work.name(item.wanted, item.qid, [f"{code}_text" for code in codes.values()])
        question = {"name": name, **kind, "text": text, "required": required}
        asked = Asked(name, "number", items={row: name for row, _ in listed})
        for row, entry in listed:
            label = item.display("Choices", row, "")
            if label and label != text:
                question["hint"] = {
                    key: "\n".join(filter(None, (words, kind.get("hint", {}).get(key)))) for key, words in label.items()
                }
            item.rule_part(asked, "Choices", row, entry, question)
        made = Made([question], asked)
    else:
        name = item.work.name(
            item.wanted, item.qid, [*codes.values(), *(f"{code}_text" for code in codes.values()), "heading"]
        )
        heading = _heading(item, f"{name}_heading", text)
        if "hint" in kind:
            heading["hint"] = kind.pop("hint")
        asked = Asked(name, "none", items={row: f"{name}_{code}" for row, code in codes.items()})
        made = Made([heading], asked)
        for row, entry in listed:
            question = {
                "name": asked.items[row],
                **kind,
                "text": item.display("Choices", row, codes[row]),
                "required": required,
            }
            item.rule_part(asked, "Choices", row, entry, question, split=True)
            made.questions.append(question)
    add_row_texts(item, made, [row for row, entry in listed if is_on(entry.get("TextEntry"))], codes, name)
    return made


def constant_sum(item: Item) -> Made:
    """CS: numbers with a total; without a total, plain numbers."""
    total = validation.total_of(item)
    low, high = number(item.config("CSSliderMin")), number(item.config("CSSliderMax"))
    decimals = min(max(whole(item.config("NumDecimals")) or 0, 0), 6)
    drawn = text_of(item.payload.get("Selector")) in ("HSLIDER", "VSLIDER", "HBAR", "VBAR")
    ranged = drawn or is_on(item.settings.get("EnforceRange"))
    bounds = {key: value for key, value in (("min", low), ("max", high)) if ranged and value is not None}
    if low is not None and high is not None and low > high:
        bounds = {}
    listed = item.listed()
    if total is not None and not 1 < len(listed) <= MOST_FIELDS:
        item.work.building.lost("validation", f"{item.qid} / Validation", f"total {total}", "validation_lost")
        total = None
    if total is None:
        made = _each(item, {"type": "number", "decimals": decimals or 6, **bounds, **_ends_as_hint(item)})
        checking.sum_of(item, made)
        return made
    codes = item.row_codes(listed)
    name = item.work.name(item.wanted, item.qid, [*codes.values(), *(f"{code}_text" for code in codes.values())])
    asked = Asked(name, "none", items={row: f"{name}_{code}" for row, code in codes.items()})
    question: dict[str, Any] = {"name": name, "type": "constant_sum", "text": item.text("QuestionText"), "total": total}
    question["items"] = [
        {"code": codes[row], "text": item.display("Choices", row, codes[row]), **bounds} for row, _ in listed
    ]
    for (row, entry), part in zip(listed, question["items"], strict=True):
        item.rule_part(asked, "Choices", row, entry, part)
    if decimals:
        question["decimals"] = decimals
    question |= {"required": item.required, **_ends_as_hint(item)}
    made = Made([question], asked)
    add_row_texts(item, made, [row for row, entry in listed if is_on(entry.get("TextEntry"))], codes, name)
    return made


# --- files, notes, and what has no equal --------------------------------------------------------------------------------
def file(item: Item) -> Made:
    """FileUpload and Draw: a file; a drawing is a photo of it."""
    content, kind = text_of(item.settings.get("ContentType")), text_of(item.payload.get("QuestionType"))
    accepts = ["photo", "document"]
    if kind == "Draw" or content == "Graphic":
        accepts = ["photo"]
    elif content in ("PDF", "Document", "Spreadsheet"):
        accepts = ["document"]
    if content:
        item.work.building.changed("validation", f"{item.qid} / Validation", content, "pattern", pattern=content)
    name = item.work.name(item.wanted, item.qid)
    question = {
        "name": name,
        "type": "file",
        "text": item.text("QuestionText"),
        "accepts": accepts,
        "required": item.required,
    }
    if kind == "Draw":
        item.work.building.changed("setting", item.qid, item.type, "as_type", name, source="Draw", type="file")
    return Made([question], Asked(name, "none"))


def note(item: Item) -> Made:
    """DB: words to read. It leaves its name to a question that has the same tag, as a column of the data."""
    taken = not asks(dict(item.payload)) and item.wanted.lower() in item.work.answered_tags
    name = item.work.name(f"{item.wanted}_note" if taken else item.wanted, item.qid)
    question: dict[str, Any] = {"name": name, "type": "note", "text": item.text("QuestionText")}
    return Made([question], Asked(name, "none"))
