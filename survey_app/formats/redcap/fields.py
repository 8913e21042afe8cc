"""One field of a dictionary as one of our questions, with its validation."""

import re
from typing import TYPE_CHECKING, Any

from survey_app.formats.importing.logic import Target
from survey_app.formats.importing.offering import Offered, room_for_codes
from survey_app.formats.importing.offering import choices as made_choices
from survey_app.formats.redcap.rows import Entry, choices
from survey_app.questionnaire.conditions import as_number
from survey_app.questionnaire.question_types import TYPES
from survey_app.questionnaire.question_types.numbers import is_iso_date, is_iso_time

if TYPE_CHECKING:
    from survey_app.formats.redcap.drafting import Drafter

Question = dict[str, Any]
Made = tuple[Question, Target | None]
_ENDS = ("min", "max")
_NUMBER = re.compile(r"number(?:_([1-6])dp)?(?:_comma_decimal)?|integer")
_FIELD = re.compile(r"\[([A-Za-z0-9_]+)\]")
_FIXED = {"yesno": (("1", "是", "Yes"), ("0", "否", "No")), "truefalse": (("1", "对", "True"), ("0", "错", "False"))}
_LEGACY = {"int": "integer", "float": "number", "date": "date_ymd"}
_EXACT = {
    "ssn": r"\d{3}-\d\d-\d{4}",
    "alpha_only": "[a-zA-Z]+",
    "mrn_10d": r"\d{10}",
    "mrn_generic": "[a-zA-Z0-9_-]+",
    "time_mm_ss": r"[0-5]\d:[0-5]\d",
    "zipcode": r"\d{5}(-\d{4})?",
    "postalcode_australia": r"\d{4}",
    "phone_australia": r"(\(0[2-8]\)|0[2-8])\s*\d{4}\s*\d{4}",
}
"""Kinds of text that every installation has, as patterns."""
_NEAR = {
    "phone": r"\(?[2-9][0-9]{2}\)?\s*[.-]?\s*[0-9]{3}\s*[.-]?\s*[0-9]{4}(\s*(#|x\.?|ext\.?|extension)\s*\d+)?",
    "phone_uk": r"[0-9()+ -]{10,20}",
    "postalcode_canada": r"(?i)[ABCEGHJKLMNPRSTVXY]\d[A-Z]\s*\d[A-Z]\d",
    "postalcode_french": r"(0?[1-9]|[1-8]\d|9[0-8])\d{3}",
    "postalcode_germany": r"(0[1-9]|[1-9]\d)\d{3}",
    "postalcode_uk": r"(?i)[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}",
    "vmrn": r"\d{4,9}",
}
"""Others, nearly."""


def offered_codes(entry: Entry) -> list[tuple[str, str]]:
    """Code and label of every choice of a field; [] when it offers none."""
    kind = entry.get("type").lower()
    return choices(entry) if kind in ("radio", "dropdown", "select", "checkbox") else []


def make(shop: "Drafter", entry: Entry, tags: dict[str, str]) -> Made:
    """The question of a field and what rules may name."""
    kind = entry.get("type").lower()
    if kind in ("radio", "dropdown", "select", "checkbox", "yesno", "truefalse"):
        return _list(shop, entry, kind)
    if kind == "descriptive":
        return _plain(shop, entry, "note"), None
    if kind in ("notes", "textarea"):
        question = _plain(shop, entry, "long_text")
        return question, Target("text", question["name"])
    if kind == "slider":
        return _slider(shop, entry)
    if kind == "file":
        return _file(shop, entry)
    if kind == "sql":
        return _outside(shop, entry, ("choices from a database", "数据库里的选项"))
    return _text(shop, entry, tags)


def _plain(shop: "Drafter", entry: Entry, kind: str) -> Question:
    name = shop.named(entry)
    shop.told(entry, name)
    return {"name": name, "type": kind}


def _outside(shop: "Drafter", entry: Entry, what: tuple[str, str]) -> Made:
    name = shop.named(entry)
    shop.building.lost(
        "question", entry.place("type"), f"{entry.get('type')} {entry.name}", "no_equal", name, source=what
    )
    rules = [f"{entry.place('type')}: {entry.get('type')}"]
    return {"name": name, "type": "short_text", "open_rules": rules}, Target("text", name)


def offered(shop: "Drafter", entry: Entry) -> list[Offered]:
    """The choices of a field, each with a line of the report."""
    kind, first = entry.get("type").lower(), shop.building.languages[0]
    if kind in _FIXED:
        return [
            Offered(code, {first: chinese if first.startswith("zh") else english})
            for code, chinese, english in _FIXED[kind]
        ]
    found = []
    for code, label in offered_codes(entry):
        text = shop.building.text(label, entry.place("choices"), entry.name)
        found.append(Offered(code, text or {first: code}, entry.place("choices")))
    return found


def tell_choices(shop: "Drafter", entry: Entry, name: str, table: dict[str, str]) -> None:
    """One line per choice of a field."""
    for code, label in offered_codes(entry):
        ours, source = table[code], f"{code}, {label}"
        if ours != code:
            shop.building.changed("choice", entry.place("choices"), source, "recoded", name, wanted=code, code=ours)
        else:
            shop.building.kept("choice", entry.place("choices"), source, name)


def _list(shop: "Drafter", entry: Entry, kind: str) -> Made:
    found = offered(shop, entry)
    if not found:
        return _outside(shop, entry, ("a list without choices", "没有选项的列表"))
    several = kind == "checkbox"
    made, table = made_choices(found, room_for_codes(entry.name, [c.code for c in found]) if several else 32)
    name = shop.named(entry, [choice["code"] for choice in made] if several else ())
    shop.told(entry, name)
    tell_choices(shop, entry, name, table)
    ours = "multiple_choice" if several else "dropdown" if kind in ("dropdown", "select") else "single_choice"
    return {"name": name, "type": ours, "choices": made}, Target("multiple" if several else "choice", name, table)


def _text(shop: "Drafter", entry: Entry, tags: dict[str, str]) -> Made:
    validation = _LEGACY.get(entry.get("validation").lower(), entry.get("validation").lower())
    if number := _NUMBER.fullmatch(validation):
        question = _plain(shop, entry, "number")
        question["decimals"] = 0 if validation == "integer" else int(number[1] or 6)
        _validated(shop, entry, question)
        return question, Target("number", question["name"])
    if validation.startswith("datetime"):
        name = shop.named(entry, ["time"])
        both = ("a date and a time", "日期题和时间题")
        shop.told(entry, name, "as_type", source=(validation, validation), type=both)
        question = {"name": name, "type": "date"}
        shop.building.kept("validation", entry.place("validation"), validation, name)
        for end in _ENDS:
            if given := entry.get(end):
                shop.building.lost("rule", entry.place(end), given, "rule_kept_as_note", name)
                question.setdefault("open_rules", []).append(f"{entry.place(end)}: {given}"[:200])
        shop.fields.moments.add(name)
        return question, Target("date", name)
    if validation.startswith("date") or validation in ("time", "time_hh_mm_ss"):
        question = _plain(shop, entry, "time" if validation.startswith("time") else "date")
        _validated(shop, entry, question)
        return question, Target(question["type"], question["name"])
    question = _plain(shop, entry, "short_text")
    if validation == "email":
        question["pattern"] = validation
        shop.building.changed("validation", entry.place("validation"), validation, "pattern_ours", question["name"])
    elif pattern := _EXACT.get(validation) or _NEAR.get(validation):
        that = {"any": [{question["name"]: {"answered": False}}, {question["name"]: {"matches": f"^(?:{pattern})$"}}]}
        question["checks"] = [{"that": that}]
        if validation in _EXACT:
            shop.building.kept("validation", entry.place("validation"), validation, question["name"])
        else:
            shop.building.changed("validation", entry.place("validation"), validation, "pattern_ours", question["name"])
    elif validation:
        question["open_rules"] = [f"{entry.place('validation')}: {validation}"[:200]]
        shop.building.lost("rule", entry.place("validation"), validation, "rule_kept_as_note", question["name"])
    for end in _ENDS:
        if given := entry.get(end):
            shop.building.lost("setting", entry.place(end), given, "setting_lost", question["name"])
    return question, Target("text", question["name"])


def _validated(shop: "Drafter", entry: Entry, question: Question) -> None:
    """The kind of text and its range. A range that is no plain value waits for a person."""
    name = question["name"]
    shop.building.kept("validation", entry.place("validation"), entry.get("validation"), name)
    for end in _ENDS:
        given = entry.get(end)
        if not given:
            continue
        if check := _against(shop, question, end, given):
            question.setdefault("checks", []).append(check)
            shop.building.kept("validation", entry.place(end), given, name)
            continue
        bound = _bound(question["type"], _in_order(entry.get("validation").lower(), given))
        other = question.get("min")
        if bound is None or (end == "max" and other not in (None, "today") and bound != "today" and other > bound):
            question.setdefault("open_rules", []).append(f"{entry.place(end)}: {given}"[:200])
            shop.building.lost("rule", entry.place(end), given, "rule_kept_as_note", name)
        else:
            question[end] = bound
            shop.building.kept("validation", entry.place(end), given, name)


def _against(shop: "Drafter", question: Question, end: str, given: str) -> dict[str, Any] | None:
    """The check of a limit that is the answer of an earlier field, `[born]`; None for any other limit."""
    field = _FIELD.fullmatch(given)
    target = shop.fields.targets.get(field[1].lower()) if field else None
    if target is None or target.kind != question["type"]:
        return None
    name = question["name"]
    parts = [{one: {"answered": False}} for one in (name, target.name)]
    return {"that": {"any": [*parts, {name: {"at_least" if end == "min" else "at_most": {"answer": target.name}}}]}}


_DAY_LATE = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")


def _in_order(validation: str, given: str) -> str:
    """A date as year, month, day; a dictionary that was edited by hand has it in the order of its field."""
    match = _DAY_LATE.fullmatch(given)
    if match is None or validation not in ("date_dmy", "date_mdy"):
        return given
    day, month = (match[1], match[2]) if validation == "date_dmy" else (match[2], match[1])
    return f"{match[3]}-{month:0>2}-{day:0>2}"


def _bound(kind: str, given: str) -> Any:
    """A limit as our questions have it; None for what they cannot have (another field, a formula)."""
    if kind == "number":
        return as_number(given.replace(",", "."))
    if kind == "date":
        return given if is_iso_date(given) else "today" if given.lower() in ("today", "now") else None
    return given[:5] if is_iso_time(given[:5]) else None


def _slider(shop: "Drafter", entry: Entry) -> Made:
    question = _plain(shop, entry, "slider")
    name, building, first = question["name"], shop.building, shop.building.languages[0]
    low, high = as_number(entry.get("min")), as_number(entry.get("max"))
    question |= {"min": 0 if low is None else low, "max": 100 if high is None else high, "step": 1}
    if question["min"] >= question["max"]:
        question |= {"min": 0, "max": 100}
    for key in ("min", "max"):
        if given := entry.get(key):
            building.kept("validation", entry.place(key), given, name)
    if shown := entry.get("validation"):
        building.changed("setting", entry.place("validation"), shown, "looks_ours", name)
    labels = [part.strip() for part in entry.get("choices").split("|")]
    if len(labels) > 1 or labels[0]:
        texts = [building.text(label, entry.place("choices"), name) for label in labels]
        if texts[0]:
            question["low"] = texts[0]
        if len(texts) > 1 and texts[-1]:
            question["high"] = texts[-1]
        for text, label in zip(texts, labels, strict=True):
            if text:
                building.kept("text", entry.place("choices"), label, name)
        if len(texts) == 3 and texts[1]:
            middle = texts[1][first]
            question["hint"] = {first: middle}
    return question, Target("number", name)


def _file(shop: "Drafter", entry: Entry) -> Made:
    if "file" not in TYPES:
        return _outside(shop, entry, ("a file", "文件"))
    question = _plain(shop, entry, "file")
    signature = entry.get("validation").lower() == "signature"
    question["accepts"] = ["photo"] if signature else ["photo", "document"]
    if given := entry.get("validation"):
        shop.building.changed("setting", entry.place("validation"), given, "looks_ours", question["name"])
    return question, Target("file", question["name"])
