"""Questions that offer choices: one, several, 0 to 10, an order, a tree, groups."""

import copy
from typing import Any

from survey_app.formats.qualtrics import checking
from survey_app.formats.qualtrics.item import Item
from survey_app.formats.qualtrics.reading import dig, entries, is_on, mapping, text_of, whole
from survey_app.formats.qualtrics.source import RULE_KEYS
from survey_app.formats.qualtrics.validation import choice_bounds
from survey_app.formats.qualtrics.work import Asked, Made

_DROPDOWNS = ("DL", "SB")
_MULTIPLE = ("MAVR", "MAHR", "MACOL", "MSB")


def multiple_choice(item: Item) -> Made:
    """MC of every selector."""
    selector = text_of(item.payload.get("Selector"))
    if selector == "NPS":
        return _nps(item)
    kind = "multiple_choice" if selector in _MULTIPLE else "dropdown" if selector in _DROPDOWNS else "single_choice"
    return offering(item, kind)


def offering(item: Item, kind: str) -> Made:
    """A question with choices; text fields of all choices but one become questions behind it."""
    listed = item.listed()
    codes = item.codes(listed)
    typed = [choice for choice, entry in listed if is_on(entry.get("TextEntry"))]
    several = kind == "multiple_choice"
    parts = [*(codes.values() if several else ()), "other", *(f"{codes[choice]}_text" for choice in typed[:-1])]
    name = item.work.name(item.wanted, item.qid, parts if typed or several else ())
    question: dict[str, Any] = {"name": name, "type": kind, "text": item.text("QuestionText")}
    asked = Asked(name, "multiple" if several else "single", dict(codes), item.recodes())
    question["choices"] = _choices(item, listed, codes, typed[-1:], asked, several=several)
    if _is_random(item):
        question["random_order"] = True
    if hint := group_labels(item):
        question["hint"] = hint
    question["required"] = item.required
    if several:
        question |= choice_bounds(item)
    if kind != "dropdown" and (columns := whole(item.config("NumColumns"))) and 1 < columns <= 3:
        question["columns"] = columns
    made = Made([question], asked)
    for choice in typed:
        asked.texts[choice] = f"{name}_other" if choice == typed[-1] else f"{name}_{codes[choice]}_text"
    for choice in typed[:-1]:
        _add_text(item, made, question, choice, codes[choice], several=several)
    for (choice, entry), asking in zip(
        [(choice, dict(listed)[choice]) for choice in typed], [*made.questions[1:], question], strict=False
    ):
        chosen = {name: {"includes" if several else "is": codes[choice]}}
        if checks := checking.typed_beside(item, choice, entry, asking["name"], chosen, asked.texts[choice]):
            asking["checks"] = checks
    return made


def _choices(
    item: Item, listed: list[Any], codes: dict[str, str], other: list[str], asked: Asked, *, several: bool
) -> list[dict[str, Any]]:
    values, grades = item.numbers(codes), item.grades(item.work.category)
    excluded = {key for key, value in entries(item.payload.get("AnalyzeChoices")) if not is_on(value)}
    made = []
    for choice, entry in listed:
        place = f"{item.qid} / Choices / {choice}"
        one: dict[str, Any] = {"code": codes[choice], "text": item.display("Choices", choice, codes[choice])}
        if choice in values:
            one["value"] = values[choice]
        if (choice, "") in grades and not several:
            one["score"] = grades[(choice, "")]
        if choice in other:
            one["other"] = True
        if is_on(entry.get("ExclusiveAnswer")) and several:
            one["exclusive"] = True
            item.work.building.kept("setting", f"{place} / ExclusiveAnswer", "true", asked.name)
        if choice in excluded:
            item.work.building.lost("setting", f"{place} / AnalyzeChoices", "No", "excluded", asked.name)
        if mapping(entry.get("Image")):
            item.work.building.lost("setting", f"{place} / Image", "Image", "media", asked.name)
        item.rule_part(asked, "Choices", choice, entry, one)
        made.append(one)
    if not made:
        made = [{"code": "1", "text": {item.work.building.languages[0]: "1"}}]
        item.note("Choices", "Choices", "choices_missing")
    return made


def _add_text(item: Item, made: Made, question: dict[str, Any], choice: str, code: str, *, several: bool) -> None:
    """The text field of a choice as a question of its own, shown when the choice is taken."""
    name = made.asked.texts[choice]
    text = next(one["text"] for one in question["choices"] if one["code"] == code)
    rule = {made.asked.name: {"includes" if several else "is": code}}
    made.questions.append({"name": name, "type": "short_text", "text": text, "show_if": rule})
    item.work.building.changed(
        "setting", f"{item.qid} / Choices / {choice} / TextEntry", "TextEntry", "extra_text", name, name=name
    )


def _is_random(item: Item) -> bool:
    kind = text_of(dig(item.payload, "Randomization", "Type"))
    place = f"{item.qid} / Randomization"
    if kind in ("", "None"):
        return False
    if kind == "All":
        item.work.building.kept("setting", place, kind)
    elif kind.lower() in ("advanced", "subset"):
        item.work.building.changed("setting", place, kind, "random_all")
    else:
        item.work.building.lost("setting", place, kind, "setting_lost")
    return kind.lower() in ("all", "advanced", "subset")


def group_labels(item: Item) -> dict[str, str]:
    """Headings over groups of choices, as a hint: our choices are one list."""
    lines: dict[str, list[str]] = {}
    for key, group in entries(item.payload.get("ChoiceGroups")):
        if is_on(dig(group, "Options", "HideTitle")) or not text_of(dig(group, "GroupLabel")):
            continue
        label = item.words.of(item.payload, ("ChoiceGroups", key, "GroupLabel"), f"{item.qid} / ChoiceGroups / {key}")
        item.work.building.changed("text", f"{item.qid} / ChoiceGroups / {key}", str(label), "in_hint")
        members = [text_of(member) for _, member in entries(dig(group, "ChoiceGroupOrder"))]
        for language, words in label.items():
            texts = [item.label("Choices", member).get(language, "") for member in members]
            lines.setdefault(language, []).append(f"{words}: {', '.join(text for text in texts if text)}".strip(": "))
    return {language: "\n".join(words) for language, words in lines.items()}


# --- others -------------------------------------------------------------------------------------------------------------
def _nps(item: Item) -> Made:
    listed = item.listed()
    shown = [text_of(entry.get("Display")) or choice for choice, entry in listed]
    ruled = item.carried or any(mapping(entry.get(key)) for _, entry in listed for key in RULE_KEYS)
    if ruled or shown != [str(n) for n in range(11)]:
        return offering(item, "single_choice")
    name = item.work.name(item.wanted, item.qid)
    question: dict[str, Any] = {"name": name, "type": "nps", "text": item.text("QuestionText")}
    ends = [key for key, _ in entries(item.payload.get("ColumnLabels"))]
    for end, key in zip(("low", "high"), (ends[0], ends[-1]) if len(ends) > 1 else (), strict=False):
        if label := item.text("ColumnLabels", key, "Display"):
            question[end] = label
            item.work.building.kept("text", f"{item.qid} / ColumnLabels / {key}", str(label), name)
    for key in ends[1:-1]:
        if label := item.text("ColumnLabels", key, "Display"):
            question["hint"] = label
    for choice, entry in listed:
        item.work.building.kept("choice", f"{item.qid} / Choices / {choice}", text_of(entry.get("Display")), name)
    question["required"] = item.required
    codes: dict[str, str | int] = {choice: int(text) for (choice, _), text in zip(listed, shown, strict=True)}
    return Made([question], Asked(name, "number", codes, offered=dict.fromkeys(codes, True)))


def ranking(item: Item) -> Made:
    """RO: all are ranked, or the first few."""
    listed = item.listed()
    codes = item.codes(listed)
    typed = [choice for choice, entry in listed if is_on(entry.get("TextEntry"))]
    name = item.work.name(item.wanted, item.qid, [*codes.values(), *(f"{codes[choice]}_text" for choice in typed)])
    asked = Asked(name, "none", dict(codes))
    choices = _choices(item, listed, codes, [], asked, several=True)
    question: dict[str, Any] = {"name": name, "type": "ranking", "text": item.text("QuestionText"), "choices": choices}
    for choice in choices:
        choice.pop("exclusive", None)
    bounds = choice_bounds(item)
    if (top := bounds.get("max")) and 0 < top < len(choices):
        question["top"] = top
    if _is_random(item):
        question["random_order"] = True
    question["required"] = item.required
    made = Made([question], asked)
    add_row_texts(item, made, typed, codes, name)
    return made


def add_row_texts(item: Item, made: Made, typed: list[str], codes: dict[str, str], name: str) -> None:
    """The text fields of rows and items as questions behind it, shown where the row is."""
    for choice in typed:
        variable = f"{name}_{codes[choice]}_text"
        made.asked.texts[choice] = variable
        question: dict[str, Any] = {
            "name": variable,
            "type": "short_text",
            "text": item.label("Choices", choice, variable),
        }
        if isinstance(rule := made.asked.offered.get(choice), dict):
            question["show_if"] = copy.deepcopy(rule)
        entry = mapping(dig(item.payload, "Choices", choice))
        if is_on(entry.get("TextEntryForceResponse")):
            question["required"] = True
            item.work.building.kept(
                "validation", f"{item.qid} / Choices / {choice} / TextEntry", "TextEntryForceResponse", variable
            )
        if checks := checking.content_of(item, choice, entry, variable, variable):
            question["checks"] = checks
        made.questions.append(question)
        place = f"{item.qid} / Choices / {choice} / TextEntry"
        item.work.building.changed("setting", place, "TextEntry", "extra_text", variable, name=variable)


def drill_down(item: Item) -> Made:
    """DD: a tree of answers becomes one list of whole paths."""
    answers = dict(item.listed("Answers"))
    above = {key: text_of(value) for key, value in entries(item.payload.get("AnswerMap"))}
    leaves = [key for key in answers if key not in set(above.values())]
    codes = item.work.codes({key: key for key in leaves}, f"{item.qid} / Answers")
    name = item.work.name(item.wanted, item.qid)
    choices = [{"code": codes[key], "text": _path(item, key, above)} for key in leaves]
    for key, entry in answers.items():
        item.work.building.kept("choice", f"{item.qid} / Answers / {key}", text_of(entry.get("Display")), name)
    for level, entry in item.listed():
        item.work.building.changed(
            "text", f"{item.qid} / Choices / {level}", text_of(entry.get("Display")), "in_hint", name
        )
    hint = [item.label("Choices", level) for level, _ in item.listed()]
    question: dict[str, Any] = {"name": name, "type": "dropdown", "text": item.text("QuestionText"), "choices": choices}
    joined = {language: " / ".join(text.get(language, "") for text in hint) for text in hint[:1] for language in text}
    if joined:
        question["hint"] = joined
    question["required"] = item.required
    return Made([question], Asked(name, "single", dict(codes), item.recodes()))


def _path(item: Item, key: str, above: dict[str, str]) -> dict[str, str]:
    """`China / Shanghai`; at most ten levels, so that a circle ends."""
    path = [key]
    while (parent := above.get(path[0], "")) and parent not in path and len(path) < 10:
        path.insert(0, parent)
    texts = [item.label("Answers", one, one) for one in path]
    return {
        language: " / ".join(text.get(language) or next(iter(text.values())) for text in texts)
        for language in texts[-1]
    }


def pick_and_group(item: Item) -> Made:
    """PGR: which group each item was put in; the order inside a group has no equal."""
    listed = item.listed()
    codes = item.row_codes(listed)
    groups = {
        key: text_of(group) or text_of(dig(group, "Display")) for key, group in entries(item.payload.get("Groups"))
    }
    name = item.work.name(item.wanted, item.qid, codes.values())
    rows = [{"code": codes[row], "text": item.display("Choices", row, codes[row])} for row, _ in listed]
    asked = Asked(name, "none", rows={row: f"{name}_{codes[row]}" for row, _ in listed})
    for (row, entry), part in zip(listed, rows, strict=True):
        item.rule_part(asked, "Choices", row, entry, part)
    boxes = item.work.codes(
        {key: str(int(key) + 1) if key.isdigit() else key for key in groups}, f"{item.qid} / Groups"
    )
    choices = []
    for key, label in groups.items():
        choices.append(
            {"code": boxes[key], "text": item.words.plain(label, f"{item.qid} / Groups / {key}", spare=boxes[key])}
        )
        item.work.building.kept("choice", f"{item.qid} / Groups / {key}", label, name)
    kind: dict[str, Any] = {"type": "matrix", "choices": choices}
    if len(choices) < 2:
        kind = {
            "type": "matrix_multiple",
            "choices": choices or [{"code": "1", "text": {item.work.building.languages[0]: "1"}}],
        }
    item.work.building.lost("setting", f"{item.qid} / Groups", "rank", "group_order", name)
    question = {"name": name, **kind, "text": item.text("QuestionText"), "rows": rows, "required": item.required}
    asked.codes = dict(boxes)
    return Made([question], asked)
