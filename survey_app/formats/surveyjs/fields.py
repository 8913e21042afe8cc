"""Questions people type into, files, and what is only read."""

import math
from typing import Any

from survey_app.formats.importing.logic import Target
from survey_app.formats.json_draft import shown
from survey_app.formats.json_files import Node
from survey_app.formats.surveyjs.checks import of_form
from survey_app.formats.surveyjs.outline import Element
from survey_app.formats.surveyjs.sums import constant_sum, total_of
from survey_app.formats.surveyjs.work import NO, YES, Work
from survey_app.questionnaire.question_types import TYPES
from survey_app.questionnaire.question_types.numbers import is_iso_date, is_iso_time
from survey_app.questionnaire.texts import MAX_GRAPHEMES

_KINDS = {"number": "number", "range": "slider", "date": "date", "time": "time"}
_PATTERNS = {"email": "email", "tel": "phone"}
_TEXT_KINDS = ("text", "")


def text(work: Work, element: Element) -> None:
    """One line, or a number, a date, a time by its `inputType`."""
    node = element.node
    kind = node.words("inputType").lower()
    numeric = next((v for v in node.nodes("validators") if v.words("type").lower().startswith("numeric")), None)
    name = work.draft.name(element.name, node.at("name"))
    if kind in ("number", "range") or (kind in _TEXT_KINDS and numeric is not None) or _is_masked_number(node):
        _number(work, element, name, kind, numeric)
    elif kind in ("date", "time"):
        test = is_iso_date if kind == "date" else is_iso_time
        bounds = {ours: node.words(ours) for ours in ("min", "max") if ours in node}
        fitting = {key: value for key, value in bounds.items() if test(value)}
        work.question(element, kind, name, **fitting)
        _tell_bounds(work, node, name, bounds, fitting)
        work.know(element, Target(kind, name))
        work.kept(element, name)
    else:
        made = work.question(element, "short_text", name, pattern=_PATTERNS.get(kind), max_length=_longest(node))
        if made.get("max_length"):
            work.draft.kept("validation", node.at("maxLength"), str(made["max_length"]), name)
        work.know(element, Target("text", name))
        if kind in ("", "text", "email", "tel", "url", "password"):
            work.kept(element, name)
        else:
            work.draft.changed(
                "question", node.place, f"text/{kind}: {element.name}", "as_type", name, source=kind, type="short_text"
            )


def _is_masked_number(node: Node) -> bool:
    return node.words("maskType").lower() in ("numeric", "currency")


def _number(work: Work, element: Element, name: str, kind: str, numeric: Node | None) -> None:
    node = element.node
    bounds: dict[str, Any] = {}
    for ours, theirs in (("min", "minValue"), ("max", "maxValue")):
        own = node.number(ours)
        from_check = numeric.number(theirs) if numeric else None
        if own is not None or from_check is not None:
            pick = max if ours == "min" else min
            bounds[ours] = pick(v for v in (own, from_check) if v is not None)
            work.draft.kept("validation", node.at(ours), str(bounds[ours]), name)
    if bounds.get("min", 0) > bounds.get("max", bounds.get("min", 0)):
        work.draft.lost("validation", node.place, shown(bounds), "setting_lost", name)
        bounds = {}
    step = node.number("step")
    if kind == "range":
        low, high = bounds.get("min", 0), bounds.get("max", 100)
        work.question(
            element,
            "slider",
            name,
            min=low,
            max=high if high > low else low + 100,
            step=step if step and step > 0 else None,
        )
    else:
        work.question(element, "number", name, decimals=_decimals(node, step, bounds), **bounds)
    work.know(element, Target("number", name))
    work.kept(element, name)


def _decimals(node: Node, step: float | None, bounds: dict[str, Any]) -> int | None:
    """As many as the step has; without a step any number is allowed there."""
    mask = node.node("maskSettings")
    if mask is not None and (precision := mask.number("precision")) is not None:
        return min(6, max(0, int(precision))) or None
    if step is None:
        return 6
    written = f"{step:.6f}".rstrip("0")
    return len(written.split(".")[1]) or None


def _tell_bounds(work: Work, node: Node, name: str, bounds: dict[str, str], fitting: dict[str, str]) -> None:
    for key, value in bounds.items():
        if key in fitting:
            work.draft.kept("validation", node.at(key), value, name)
        else:
            work.draft.undecided(work.draft.pages[-1]["questions"][-1], node.at(key), value)


def _longest(node: Node) -> int | None:
    limit = node.number("maxLength")
    return min(int(limit), MAX_GRAPHEMES) if limit and limit >= 1 else None


def comment(work: Work, element: Element) -> None:
    """Several lines."""
    node = element.node
    name = work.draft.name(element.name, node.at("name"))
    lines = node.number("rows")
    made = work.question(
        element, "long_text", name, max_length=_longest(node), lines=min(20, max(2, int(lines))) if lines else None
    )
    if made.get("max_length"):
        work.draft.kept("validation", node.at("maxLength"), str(made["max_length"]), name)
    work.know(element, Target("text", name))
    work.kept(element, name)


def multipletext(work: Work, element: Element) -> None:
    """Several text fields under one heading."""
    node = element.node
    if (found := total_of(element)) is not None:
        constant_sum(work, element, *found)
        return
    items = node.nodes("items")
    names = [item.words("name") or str(index + 1) for index, item in enumerate(items)]
    if not items:
        name = work.draft.name(element.name, node.at("name"))
        work.question(element, "short_text", name)
        work.know(element, Target("text", name))
        work.changed(element, name, "short_text")
        return
    name = work.draft.name(element.name, node.at("name"), names)
    codes = work.draft.codes(names, 31 - len(name))
    checks: list[dict[str, Any]] = []
    fields = [
        _field(work, item, given, code, name, checks) for item, given, code in zip(items, names, codes, strict=True)
    ]
    work.question(element, "text_fields", name, fields=fields, checks=checks[:50])
    known = work.know(element, Target("none", name))
    known.pieces |= {given.lower(): Target("text", f"{name}_{code}") for given, code in zip(names, codes, strict=True)}
    work.kept(element, name)


def _field(work: Work, item: Node, given: str, code: str, ours: str, checks: list[dict[str, Any]]) -> dict[str, Any]:
    """One field; what it demands beyond its own keys goes to `checks`."""
    item.get("name")
    title = work.text(item, "title", ours=ours) or work.plain(given)
    hint = work.text(item, "placeholder", "placeHolder", ours=ours)
    field: dict[str, Any] = {"code": code, "text": work.draft.hint([title, hint])}
    kind = item.words("inputType").lower()
    pattern = {**_PATTERNS, "number": "number"}.get(kind)
    for index, check in enumerate(item.nodes("validators")):
        kind = check.words("type").lower().removesuffix("validator")
        place = f"{item.at('validators')}[{index}]"
        if kind in ("email", "numeric") and not (set(check.data) - {"type", "text"}):
            pattern = "email" if kind == "email" else "number"
            work.draft.kept("validation", place, kind, ours)
        elif kind == "text" and check.number("maxLength") and check.number("minLength") is None:
            field["max_length"] = min(MAX_GRAPHEMES, int(check.number("maxLength") or 1))
            work.draft.kept("validation", place, kind, ours)
        elif made := of_form(kind, check, f"{ours}_{code}"):
            message = work.text(check, "text", ours=ours)
            checks.append({**made, **({"message": message} if message else {})})
            work.draft.kept("validation", place, shown(check.data), ours)
        else:
            work.draft.lost("validation", place, shown(check.data), "setting_lost", ours)
    if pattern:
        field["pattern"] = pattern
    if limit := _longest(item):
        field["max_length"] = limit
    if item.flag("isRequired"):
        field["required"] = True
    item.get("requiredIf")  # told with the rules
    work.draft.kept("row", item.place, given, ours)
    work.settings(item, ours)
    return field


def file(work: Work, element: Element) -> None:
    """An upload, or a signature."""
    node = element.node
    name = work.draft.name(element.name, node.at("name"))
    if "file" not in TYPES:
        work.question(element, "short_text", name)
        work.changed(element, name, "short_text")
    else:
        wanted = (node.words("acceptedTypes") + node.words("acceptedCategories")).lower()
        pictures = element.type == "signaturepad" or ("image" in wanted and "pdf" not in wanted and "doc" not in wanted)
        size = node.number("maxSize")
        most = min(10, max(1, math.ceil(size / 1024 / 1024))) if size and size > 0 else None
        work.question(element, "file", name, accepts=["photo"] if pictures else ["photo", "document"], max_mb=most)
        if element.type == "file":
            work.kept(element, name)
        else:
            work.changed(element, name, "file")
    work.know(element, Target("none", name))


def slider(work: Work, element: Element) -> None:
    """One number on a line; a range has two ends, which becomes two sliders."""
    node = element.node
    low, high = node.number("min"), node.number("max")
    low, high = 0 if low is None else low, 100 if high is None else high
    step = node.number("step")
    more = {"min": low, "max": high if high > low else low + 100, "step": step if step and step > 0 else None}
    if node.words("sliderType").lower() != "range":
        name = work.draft.name(element.name, node.at("name"))
        work.question(element, "slider", name, **more)
        work.know(element, Target("number", name))
        work.kept(element, name)
        return
    title = work.title(element, element.name)
    for end, said in (("from", ("from", "从")), ("to", ("to", "到"))):
        name = work.draft.name(f"{element.name[:26]}_{end}", node.at("name"))
        made = work.question(element, "slider", name, **more)
        tail = work.draft.said(*said)
        made["text"] = {lang: f"{words} – {tail.get(lang, said[0])}" for lang, words in title.items()}
    work.know(element, Target("none", name))
    work.changed(element, name, "slider")


def note(work: Work, element: Element) -> None:
    """html, image: what is only read. Without any words nothing of it is left."""
    node = element.node
    words = work.text(node, "html", "altText") or work.text(node, "title", "text")
    if link := node.get("imageLink"):
        work.draft.lost("setting", node.at("imageLink"), shown(link), "picture")
    if not words:
        work.draft.lost("question", node.place, f"{element.type}: {element.name}", "nothing_to_read")
        return
    name = work.draft.name(element.name, node.at("name"), fallback="note")
    work.put(element, {"name": name, "type": "note", "text": words})
    work.kept(element, name)


# --- types of somebody's own ------------------------------------------------------------------------------------------
_PARTS = {
    "personname": (("first", "First name", "名"), ("middle", "Middle name", "中间名"), ("last", "Last name", "姓")),
    "address": (
        ("street", "Street", "街道"), ("city", "City", "城市"), ("state", "State", "省份"),
        ("country", "Country", "国家"), ("postcode", "Postcode", "邮编"),
    ),
    "contactinfo": (("phone", "Phone", "电话"), ("email", "E-mail", "邮箱"), ("fax", "Fax", "传真")),
}  # fmt: skip


def unknown(work: Work, element: Element) -> None:
    """A type survey-core does not know: read by what it holds, and always told."""
    node, kind = element.node, element.type
    if kind == "yesno":
        name = work.draft.name(element.name, node.at("name"))
        choices = [{"code": "y", "text": work.draft.said(*YES)}, {"code": "n", "text": work.draft.said(*NO)}]
        work.question(element, "single_choice", name, choices=choices)
        work.know(element, Target("choice", name, {"y": "y", "n": "n"}))
        work.changed(element, name, "single_choice")
    elif kind in _PARTS:
        _several_fields(work, element)
    elif kind in ("infotext", "helptext", "info", "label", "text_block") or node.words("html", "body"):
        _own_note(work, element)
    else:
        name = work.draft.name(element.name, node.at("name"))
        work.question(element, "short_text", name)
        work.know(element, Target("none", name))
        work.changed(element, name, "short_text")


def _several_fields(work: Work, element: Element) -> None:
    parts = _PARTS[element.type]
    name = work.draft.name(element.name, element.node.at("name"), [code for code, *_ in parts])
    fields = [{"code": code, "text": work.draft.said(english, chinese)} for code, english, chinese in parts]
    labels = ("descFirstName", "descMiddleName", "descLastName", "labelPhone", "labelEmail", "labelFax", "referLabel")
    hints = [work.text(element.node, key, ours=name) for key in labels]
    made = work.question(element, "text_fields", name, fields=fields)
    if any(hints):
        made["hint"] = work.draft.hint(hints)
    known = work.know(element, Target("none", name))
    known.pieces |= {code: Target("text", f"{name}_{code}") for code, *_ in parts}
    known.parts = tuple(f"{name}_{code}" for code, *_ in parts)
    work.changed(element, name, "text_fields")


def _own_note(work: Work, element: Element) -> None:
    """An explanation; one that has to be confirmed becomes a box to tick, and its answer counts as a number above 0."""
    node = element.node
    words = work.draft.hint([work.text(node, "title"), work.text(node, "html", "body")])
    if not words:
        work.draft.lost("question", node.place, f"{element.type}: {element.name}", "nothing_to_read")
        return
    name = work.draft.name(element.name, node.at("name"), fallback="note")
    needed = node.flag("isRequired")
    work.put(
        element,
        {"name": name, "type": "consent" if needed else "note", "text": words} | ({"required": True} if needed else {}),
    )
    work.know(element, Target("choice", name, {"1": "yes"}) if needed else Target("none", name))
    work.changed(element, name, "consent" if needed else "note")
