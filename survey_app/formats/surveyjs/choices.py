"""Questions with choices: radiogroup, dropdown, checkbox, tagbox, imagepicker, boolean, ranking."""

import re
from dataclasses import dataclass
from typing import Any

from survey_app.formats.importing.building import MAX_CHOICES
from survey_app.formats.importing.logic import Target
from survey_app.formats.importing.refusing import refuse
from survey_app.formats.json_draft import Words, shown
from survey_app.formats.json_files import Node, as_number
from survey_app.formats.surveyjs.outline import Element
from survey_app.formats.surveyjs.work import NO, NONE, OTHER, REFUSED, UNKNOWN, YES, Work, target_codes

MAX_RANGE = 5_000
_NAMED = re.compile(r"\{\$?(?:item|choice)\.([A-Za-z_][A-Za-z0-9_]*)")
"""What a rule on a list names of a choice."""


@dataclass(frozen=True)
class Offered:
    """One choice of the source. `special`: other, none, refused, unknown, or ""."""

    value: str
    node: Node | None
    place: str
    text: Words
    special: str = ""
    copied: bool = False
    """Of another question, where it was told."""


def offered(work: Work, node: Node, *keys: str) -> list[Offered]:
    """The items of a list of choices, rows or columns: bare values, or objects with value and text."""
    key = node.key(*keys)
    if len(node.listed(*keys)) > MAX_CHOICES:
        raise refuse("too_much", node.at(key), what=("choices", "选项"), limit=MAX_CHOICES)
    found = []
    for index, item in enumerate(node.listed(*keys)):
        place = f"{node.at(key)}[{index}]"
        if isinstance(item, dict):
            inner = Node(item, place)
            value = written(inner.get("value", "name"))
            text = work.localised(inner.get("text", "title"))
            found.append(Offered(value or next(iter(text.values()), str(index + 1)), inner, place, text))
        elif (value := written(item)) or item is not None:
            found.append(Offered(value or str(index + 1), None, place, {}))
    return found


def written(value: Any) -> str:
    """A value of the source as text: 1.0 as 1, true as in JSON."""
    if value is None or isinstance(value, bool):
        return str(value).lower() if value is not None else ""
    number = as_number(value) if not isinstance(value, str) else None
    return str(number) if number is not None else shown(value) if isinstance(value, dict | list) else str(value)


def specials(work: Work, node: Node) -> list[Offered]:
    """Other, none, "don't know", "refuse": switched on by keys, old names and new."""
    table = (
        ("none", ("showNoneItem", "hasNone"), "noneText", NONE),
        ("refused", ("showRefuseItem",), "refuseText", REFUSED),
        ("dontknow", ("showDontKnowItem",), "dontKnowText", UNKNOWN),
        ("other", ("showOtherItem", "hasOther"), "otherText", OTHER),
    )
    found = []
    for value, keys, text_key, ours in table:
        text = work.localised(node.get(text_key))
        if node.flag(*keys):
            said = text or {"": ""}
            found.append(
                Offered(value, None, node.at(node.key(*keys)), said if text else dict(work.draft.said(*ours)), value)
            )
        elif text:
            work.draft.lost("setting", node.at(text_key), shown(text), "not_shown")
    return found


def choice_list(
    work: Work, element: Element, items: list[Offered], name_room: str, *, several: bool = False, room: int = 0
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Our choices and the codes by the value of the source. Each choice has its line in the report."""
    draft = work.draft
    codes = draft.codes([item.value for item in items], room or draft.room(name_room, [item.value for item in items]))
    made = []
    correct = element.node.get("correctAnswer")
    named = _NAMED.findall(element.node.words("choicesVisibleIf") + element.node.words("choicesEnableIf"))
    for item, code in zip(items, codes, strict=True):
        choice: dict[str, Any] = {"code": code, "text": choice_text(work, item, name_room)}
        if item.special == "other":
            choice["other"] = True
        elif item.special and several:
            choice["exclusive"] = True
        elif item.special in ("refused", "dontknow"):
            choice["missing"] = "unknown" if item.special == "dontknow" else "refused"
        if correct is not None and written(correct) == item.value:
            choice["score"] = 1
            draft.kept("score", element.node.at("correctAnswer"), shown(correct), name_room)
        _tell(work, item, code, name_room, named)
        element.parts.append((item, choice))
        made.append(choice)
    return made, {item.value: code for item, code in reversed(list(zip(items, codes, strict=True)))}


def choice_text(work: Work, item: Offered, ours: str) -> Words:
    """The words of a choice; its value where it has none."""
    text: Words = {}
    for language, words in item.text.items():
        text |= work.draft.text({language: words}, item.place, ours, kind="choice")
    return work.draft.complete(text) or work.plain(item.value or "…")


def _tell(work: Work, item: Offered, code: str, ours: str, named: list[str]) -> None:
    source = f"{item.value}: {shown(list(item.text.values()))}" if item.text else item.value
    if item.copied:
        return
    if code == item.value or (item.special and not item.node):
        work.draft.kept("choice", item.place, source, ours)
    else:
        work.draft.changed("choice", item.place, source, "recoded", ours, wanted=item.value, code=code)
    if item.node:
        if link := item.node.get("imageLink"):
            work.draft.lost("choice", item.place, shown(link), "picture", ours)
        item.node.get("visibleIf", "enableIf", *named)  # told with the rules
        work.settings(item.node, ours)


def choosing(work: Work, element: Element) -> None:
    """radiogroup, dropdown, imagepicker, buttongroup, checkbox, tagbox."""
    node, kind = element.node, element.type
    several = kind in ("checkbox", "tagbox") or (kind == "imagepicker" and node.flag("multiSelect"))
    items = _own_items(work, element) + specials(work, node)
    if not items:
        _without_choices(work, element)
        return
    ends = [*(item.value for item in items)] if several else []
    fixed = ("other_text" if several else "other") if any(item.special == "other" for item in items) else ""
    name = work.draft.name(element.name, node.at("name"), ends, fixed=fixed)
    choices, codes = choice_list(work, element, items, name, several=several, room=31 - len(name) if several else 32)
    ours = "multiple_choice" if several else "dropdown" if kind == "dropdown" else "single_choice"
    made = work.question(
        element, ours, name, choices=choices, random_order=node.words("choicesOrder").lower() == "random",
        columns=_columns(node) if ours != "dropdown" else None,
    )  # fmt: skip
    if several:
        _bounds(work, element, made)
    pieces: dict[str, Target] = {}
    known = work.know(element, Target("multiple" if several else "choice", name, target_codes(codes)))
    given = [item.get("value") if isinstance(item, dict) else item for item in node.listed("choices")]
    known.worded = any(isinstance(value, str) for value in given)
    if any(item.special == "other" for item in items):
        known.pieces["-comment"] = pieces["-comment"] = Target("text", f"{name}_other")
        comment = f"{element.name}-comment".lower()
        work.table.setdefault(comment, []).append(type(known)(Target("text", f"{name}_other"), known.order))
    if kind == "imagepicker":
        work.changed(element, name, ours)
    else:
        work.kept(element, name)


def _own_items(work: Work, element: Element) -> list[Offered]:
    node = element.node
    if (name := node.words("choicesFromQuestion")) and (copied := _copied(work, element, name)):
        return copied
    items = offered(work, node, "choices")
    low, high, step = node.number("choicesMin"), node.number("choicesMax"), node.number("choicesStep") or 1
    if low is not None and high is not None and step > 0 and (high - low) / step <= MAX_RANGE:
        at = low
        while at <= high:
            items.append(Offered(written(at), None, node.at("choicesMin"), {}))
            at += step
    if name:
        work.draft.lost("rule", node.at("choicesFromQuestion"), name, "rule_unknown_name", name=name)
    if url := node.get("choicesByUrl"):
        work.draft.lost("choice", node.at("choicesByUrl"), shown(url), "choices_elsewhere")
    return items


def _copied(work: Work, element: Element, name: str) -> list[Offered]:
    """The choices of a question before it; what is offered when is told with the rules."""
    source = next((e for e in reversed(work.asked) if e.name.lower() == name.strip().lower()), None)
    if source is None or source.loop is not element.loop or not source.ours or "choices" not in source.ours[0]:
        return []
    element.node.get("choices", "choicesFromQuestionMode")
    element.copied = source
    place = element.node.at("choicesFromQuestion")
    parts = [(item, part) for item, part in source.parts if not item.special]
    return [Offered(item.value, None, place, dict(part["text"]), copied=True) for item, part in parts]


def _without_choices(work: Work, element: Element) -> None:
    """Its choices come from elsewhere at run time: people write instead."""
    name = work.draft.name(element.name, element.node.at("name"))
    work.question(element, "short_text", name)
    work.know(element, Target("none", name))
    work.changed(element, name, "short_text")


def _columns(node: Node) -> int | None:
    count = node.number("colCount")
    return int(count) if count in (1, 2, 3) else None


def _bounds(work: Work, element: Element, made: dict[str, Any]) -> None:
    node = element.node
    for key, ours in (("minSelectedChoices", "min"), ("maxSelectedChoices", "max")):
        number = node.number(key)
        if number and number > 0:
            made[ours] = min(int(number), len(made["choices"]))
            work.draft.kept("validation", node.at(key), str(number), made["name"])


def boolean(work: Work, element: Element) -> None:
    """Yes or no."""
    node = element.node
    name = work.draft.name(element.name, node.at("name"))
    pair = [written(node.get(key)) or default for key, default in (("valueTrue", "true"), ("valueFalse", "false"))]
    codes = work.draft.codes(pair, 32)
    texts = [
        work.text(node, key, ours=name) or work.draft.said(*ours)
        for key, ours in (("labelTrue", YES), ("labelFalse", NO))
    ]
    choices = [{"code": code, "text": text} for code, text in zip(codes, texts, strict=True)]
    work.question(element, "single_choice", name, choices=choices)
    known = dict(zip(pair, codes, strict=True))
    if pair == ["true", "false"]:
        known |= {"1": codes[0], "0": codes[1]}
    work.know(element, Target("choice", name, target_codes(known)), boolean=pair[0] == "true")
    work.kept(element, name)


def ranking(work: Work, element: Element) -> None:
    """Choices put in order."""
    node = element.node
    items = _own_items(work, element) + specials(work, node)
    if not items:
        _without_choices(work, element)
        return
    name = work.draft.name(element.name, node.at("name"), [item.value for item in items])
    choices, _ = choice_list(work, element, items, name, room=31 - len(name))
    for choice in choices:
        choice.pop("other", None)
        choice.pop("missing", None)
    top = node.number("maxSelectedChoices") if node.flag("selectToRankEnabled") else None
    work.question(
        element, "ranking", name, choices=choices, top=int(top) if top and top > 0 else None,
        random_order=node.words("choicesOrder").lower() == "random",
    )  # fmt: skip
    work.know(element, Target("none", name))
    work.kept(element, name)
