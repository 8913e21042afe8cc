"""Items that ask as questions of ours, and what is only read."""

import math
from typing import Any

from survey_app.formats.fhir.items import CHOICES, Item, concept_code, extension_value, extensions
from survey_app.formats.fhir.options import Option, options, written
from survey_app.formats.fhir.work import NO, OTHER, SIDE_CONTROLS, YES, Work
from survey_app.formats.importing.logic import Target
from survey_app.formats.json_draft import Words, shown
from survey_app.formats.json_files import as_number
from survey_app.questionnaire.question_types import TYPES
from survey_app.questionnaire.question_types.numbers import is_iso_date, is_iso_time
from survey_app.questionnaire.texts import MAX_GRAPHEMES

_TABLES = ("gtable", "table", "htable", "grid", "atable", "list")
_UNITS = ("questionnaire-unit", "questionnaire-unitOption", "sdc-questionnaire-unitOption")


def question(work: Work, item: Item) -> None:
    """One question, or a calculated value."""
    offered = options(item, work.questionnaire, work.default)
    kind = item.type
    if item.node.get("repeats") is True and kind not in CHOICES and not offered:
        work.draft.changed("setting", item.node.at("repeats"), "true", "loop")
    if kind in CHOICES or offered:
        _choosing(work, item, offered)
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
    if low is not None and high is not None and low > high:
        work.draft.lost("validation", item.node.place, f"{low} > {high}", "setting_lost", name)
        low = high = None
    units = [text for found in item.extensions(*_UNITS) if (text := _unit(extension_value(found)))]
    unit = work.plain(units[0]) if units else None
    digits = as_number(item.value("maxDecimalPlaces", "quantity-precision"))
    if item.control() == "slider" and low is not None and high is not None and low < high:
        step = as_number(item.value("questionnaire-sliderStepValue"))
        work.question(item, "slider", name, min=low, max=high, step=step if step and step > 0 else None, unit=unit)
    else:
        decimals = 0 if item.type == "integer" else min(6, max(0, int(digits))) if digits is not None else 6
        made = work.question(item, "number", name, min=low, max=high, unit=unit, decimals=decimals or None)
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
    if "file" in TYPES:
        pictures = bool(kinds) and all(kind.startswith("image/") for kind in kinds)
        most = min(10, max(1, math.ceil(size))) if size and size > 0 else None
        work.question(item, "file", name, accepts=["photo"] if pictures else ["photo", "document"], max_mb=most)
        work.kept(item, name)
    else:
        work.question(item, "short_text", name)
        work.changed(item, name, kind="short_text")
    work.know(item, Target("none", name))


# --- choices ----------------------------------------------------------------------------------------------------------
def _is_open(item: Item) -> bool:
    constraint = item.node.words("answerConstraint")
    return item.type == "open-choice" or constraint in ("optionsOrString", "optionsOrType")


def _choosing(work: Work, item: Item, offered: list[Option] | None) -> None:
    node = item.node
    several = node.get("repeats") is True
    elsewhere = not offered
    offered = offered or work.mentioned.get(item.link) or []
    if not offered:
        name = work.name(item)
        _elsewhere(work, item, work.question(item, "short_text", name))
        work.know(item, Target("none", name))
        work.changed(item, name, kind="short_text")
        return
    values = [option.key for option in offered]
    is_open = _is_open(item) or elsewhere
    ends = ([value[:16] for value in values] if several else []) + (["other_text"] if is_open else [])
    name = work.name(item, ends)
    choices, codes, systems = choice_list(work, item, offered, name, several=several)
    if is_open:
        taken = {choice["code"] for choice in choices}
        code = next(
            code for code in ("other", "other_text", "open", *(f"open{n}" for n in range(99))) if code not in taken
        )
        choices.append(
            {
                "code": code,
                "text": work.words(_open_label(item), "valueString", name) or work.draft.said(*OTHER),
                "other": True,
            }
        )
    control = item.control()
    kind = (
        "multiple_choice"
        if several
        else "dropdown"
        if control in ("drop-down", "autocomplete", "lookup")
        else "single_choice"
    )
    made = work.question(item, kind, name, choices=choices)
    if several:
        _occurrences(work, item, made)
    scored = any(option.score is not None for option in offered)
    work.know(item, Target("multiple" if several else "choice", name, codes), systems=systems, scored=scored)
    if elsewhere:
        _elsewhere(work, item, made)
        work.changed(item, name, kind=kind)
    else:
        work.kept(item, name)


def _elsewhere(work: Work, item: Item, made: dict[str, Any]) -> None:
    """The choices lie outside the file: only those that rules name are there, and a person enters the others."""
    address = item.node.words("answerValueSet") or "-"
    work.draft.lost("choice", item.node.at("answerValueSet"), address, "choices_elsewhere", made["name"])
    made.setdefault("open_rules", []).append(f"{item.node.at('answerValueSet')}: {address}"[:200])


def _open_label(item: Item) -> Any:
    found = item.extensions("sdc-questionnaire-openLabel", "openLabel")
    return found[0] if found else type(item.node)({}, item.node.place)


def choice_list(
    work: Work, item: Item, offered: list[Option], name: str, *, several: bool = False, room: int = 0
) -> tuple[list[dict[str, Any]], dict[str, str], dict[str, set[str]]]:
    """Our choices, the codes by what rules compare with, and the code systems by it."""
    codes = work.draft.codes([option.key for option in offered], room or (31 - len(name) if several else 32))
    choices: list[dict[str, Any]] = []
    by_key: dict[str, str] = {}
    systems: dict[str, set[str]] = {}
    for option, code in zip(offered, codes, strict=True):
        text: Words = {}
        for language, words in option.text.items():
            text |= work.draft.text({language: words}, option.place, name, kind="choice")
        text = work.draft.complete(text) or work.plain(option.key)
        if option.prefix:
            text = {language: f"{option.prefix} {words}" for language, words in text.items()}
        choice: dict[str, Any] = {"code": code, "text": text}
        if option.score is not None:
            choice["score"] = option.score
            work.draft.kept("score", option.place, str(option.score), name)
        if option.exclusive and several:
            choice["exclusive"] = True
        source = f"{option.key}: {shown(list(option.text.values()))}"
        if code == option.key:
            work.draft.kept("choice", option.place, source, name)
        else:
            work.draft.changed("choice", option.place, source, "recoded", name, wanted=option.key, code=code)
        choices.append(choice)
        by_key.setdefault(option.key, code)
        systems.setdefault(option.key, set()).add(option.system)
    return choices, by_key, systems


def _occurrences(work: Work, item: Item, made: dict[str, Any]) -> None:
    low, high = as_number(item.value("questionnaire-minOccurs")), as_number(item.value("questionnaire-maxOccurs"))
    if low and high and low > high:
        return
    for key, value in (("min", low), ("max", high)):
        if value and value >= 1:
            made[key] = min(int(value), len(made["choices"]))
            work.draft.kept("validation", item.node.at(f"{key}Occurs"), str(value), made["name"])


# --- around a question ------------------------------------------------------------------------------------------------
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
    least = as_number(item.value("minLength"))
    if least and least > 1:
        work.draft.undecided(ours, item.node.at("minLength"), f"minLength {least}")
    for found in item.extensions("regex"):
        work.draft.undecided(ours, found.place, f"regex {shown(extension_value(found))}")
    for found in item.extensions("questionnaire-constraint", "targetConstraint"):
        rule = " ".join(shown(extension_value(part)) for part in found.nodes("extension"))
        work.draft.undecided(ours, found.place, rule)
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
    else:
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


# --- groups and displays ----------------------------------------------------------------------------------------------
def is_side_text(item: Item) -> bool:
    """Whether a display item only explains the question around it."""
    if item.type != "display" or not item.parents or item.node.listed("enableWhen"):
        return False
    category = concept_code(next(iter(extensions(item.node, "questionnaire-displayCategory")), None))
    return (
        item.control() in SIDE_CONTROLS
        or category in ("instructions", "help")
        or item.parents[-1].type not in ("group", "display")
    )


def side_text(work: Work, item: Item, parent: dict[str, Any]) -> None:
    """Help, prompts and units of a question stand below it; the words at the ends of a slider beside it."""
    name = parent["name"]
    text = work.words(item.node, "text", name)
    control = item.control()
    if control in ("lower", "upper") and parent["type"] == "slider" and text:
        parent["low" if control == "lower" else "high"] = text
    elif control == "unit" and parent["type"] in ("number", "slider") and text and "unit" not in parent:
        parent["unit"] = text
    elif text and parent["type"] not in ("hidden", "computed"):
        parent["hint"] = work.draft.hint([parent.get("hint", {}), text])
    work.changed(item, name, kind="hint")
    rest(work, item, name)


def note(work: Work, item: Item) -> None:
    """A text to read."""
    text = work.title(item, "")
    name = work.name(item)
    work.put(item, {"name": name, "type": "note", "text": text})
    work.know(item, Target("none", name))
    work.kept(item, name)
    rest(work, item, name)


def section(work: Work, item: Item) -> None:
    """A group with words is a heading; one without is only a frame."""
    if item.node.get("repeats") is True:
        work.draft.changed("setting", item.node.at("repeats"), "true", "loop")
    if item.node.words("text") or item.node.words("prefix"):
        name = work.name(item)
        work.put(item, {"name": name, "type": "section", "text": work.title(item, name)})
        work.kept(item, name)
    else:
        work.changed(item, "", "frame")
    rest(work, item, item.ours[0]["name"] if item.ours else "")


def rows_of(work: Work, item: Item) -> list[Option] | None:
    """The options all children of a table share, None when it is no matrix of one answer per row."""
    if item.control() not in _TABLES or not 2 <= len(item.children) <= 200 or item.node.get("repeats") is True:
        return None
    shared: list[Option] | None = None
    for child in item.children:
        plain = child.type in ("choice", "coding") and not child.children and child.node.get("repeats") is not True
        if not plain or child.node.listed("enableWhen") or child.extensions("sdc-questionnaire-enableWhenExpression"):
            return None
        offered = options(child, work.questionnaire, work.default)
        if not offered or not 2 <= len(offered) <= 50 or _is_open(child):
            return None
        if shared is not None and [(o.key, o.system, o.text, o.score) for o in offered] != [
            (o.key, o.system, o.text, o.score) for o in shared
        ]:
            return None
        shared = offered
    return shared


def matrix(work: Work, item: Item, offered: list[Option]) -> None:
    """A table of questions with the same choices."""
    links = [child.link for child in item.children]
    name = work.name(item, [link[:12] for link in links])
    codes = work.draft.codes(links, 31 - len(name))
    choices, by_key, systems = choice_list(work, item, offered, name)
    rows = []
    for child, code in zip(item.children, codes, strict=True):
        row: dict[str, Any] = {"code": code, "text": work.title(child, name)}
        if child.node.get("required") is True:
            row["required"] = True
        rows.append(row)
    made = work.question(item, "matrix", name, rows=rows, choices=choices)
    for child, code in zip(item.children, codes, strict=True):
        child.row_of = item
        child.ours = [made]
        work.know(child, Target("choice", f"{name}_{code}", by_key), systems=systems)
        work.kept(child, f"{name}_{code}")
        work.draft.kept("row", child.node.place, child.link, name)
        rest(work, child, name)
    work.kept(item, name)
    rest(work, item, name)
