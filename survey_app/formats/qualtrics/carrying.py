"""Choices carried forward from another question: the same choices, each offered when it was chosen, shown, or left out there."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from survey_app.formats.importing.logic import Inexpressible, negated, together
from survey_app.formats.qualtrics.item import Item
from survey_app.formats.qualtrics.operands import cell_chosen, chosen
from survey_app.formats.qualtrics.reading import entries, mapping, ordered, text_of
from survey_app.formats.qualtrics.source import RULE_KEYS
from survey_app.formats.qualtrics.work import Asked, Rule

_LOCATOR = re.compile(r"q://([^/]+)/(ChoiceGroup|AnswerGroup)/([A-Za-z]+)(?:/([^/]+))?")
_OF_ITS_OWN = frozenset((*RULE_KEYS, "TextEntry", "TextEntrySize", "TextEntryValidation", "TextEntryForceResponse"))
"""What a choice carried forward leaves behind: its rule (it was decided there) and its text field (it was filled in there)."""


def carry(item: Item) -> None:
    """Puts the carried choices among those of the question, with ids that begin with x, and remembers when each is offered."""
    locator = text_of(mapping(item.payload.get("DynamicChoices")).get("Locator"))
    match = _LOCATOR.fullmatch(unquote(locator).split("?")[0])
    if not locator:
        return
    if match is None:
        item.note("DynamicChoices", locator, "carried")
        return
    qid, group, mode, answer = match.groups()
    work, key = item.work, "Choices" if group == "ChoiceGroup" else "Answers"
    source = work.expanded.get(qid) or mapping(work.source.questions.get(qid))
    found = [choice for choice, _ in ordered(source.get(key), source.get(f"{key[:-1]}Order"))]
    item.payload = work.expanded[item.qid] = _with(item.payload, source, key, found)
    try:
        rules = {choice: _offered(work.asked.get(qid), key, mode, choice, answer) for choice in found}
    except Inexpressible:
        item.note("DynamicChoices", locator, "carried")
        return
    for choice, rule in rules.items():
        never = work.never() if rule is False else None
        if isinstance(said := never or rule, dict):
            item.carried[f"x{choice}"] = said
    tell = work.building.kept
    tell("setting" if all(rule is True for rule in rules.values()) else "rule", f"{item.qid} / DynamicChoices", locator)


def _with(payload: Mapping[str, Any], source: Mapping[str, Any], key: str, found: list[str]) -> dict[str, Any]:
    """The payload with the choices of the source and their translations."""
    own = dict(entries(payload.get("Choices")))
    carried = {f"x{choice}": _left(dict(entries(source.get(key)))[choice]) for choice in found}
    order = [text_of(choice) for _, choice in entries(payload.get("ChoiceOrder"))]
    first = [choice for choice in carried if choice not in order] if not own else []
    language = {code: dict(mapping(words)) for code, words in mapping(payload.get("Language")).items()}
    for code, words in mapping(source.get("Language")).items():
        given = {f"x{choice}": text for choice, text in entries(mapping(words).get(key)) if choice in found}
        mine = language.setdefault(code, {})
        mine["Choices"] = {**given, **dict(entries(mine.get("Choices")))}
    choices = {**own, **{choice: entry for choice, entry in carried.items() if choice not in own}}
    return {**payload, "Choices": choices, "ChoiceOrder": [*first, *order], "Language": language}


def _left(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    return {name: value for name, value in entry.items() if name not in _OF_ITS_OWN}


def _offered(asked: Asked | None, key: str, mode: str, choice: str, answer: str | None) -> Rule:
    """When a choice is carried forward. An unanswered question has no chosen choices, so all of them are unchosen."""
    if mode == "AllChoices":
        return True
    if asked is None or key == "Answers":
        raise Inexpressible("carried")
    if mode == "SelectedChoices":
        return chosen(asked, choice)
    if mode in ("UnselectedChoices", "NotSelectedChoices"):
        return negated(chosen(asked, choice))
    if mode in ("DisplayedChoices", "NotDisplayedChoices"):
        offered = asked.offered.get(choice)
        if offered is None or asked.shown is None:
            raise Inexpressible("carried")
        shown = together("all", [asked.shown, offered])
        return shown if mode == "DisplayedChoices" else negated(shown)
    if mode in ("SelectedChoicesTextEntry", "EnteredChoicesTextEntry"):
        text = asked.texts.get(choice)
        return {text: {"answered": True}} if text else False
    if mode in ("SelectedChoicesForAnswer", "UnselectedChoicesForAnswer") and answer:
        cell = cell_chosen(asked, choice, answer)
        return cell if mode.startswith("Selected") else negated(cell)
    raise Inexpressible("carried")
