"""Choices carried forward from another question: the same choices, each offered when it was chosen, shown, or left out there."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from survey_app.formats.importing.logic import Inexpressible, negated, together
from survey_app.formats.qualtrics.item import Item
from survey_app.formats.qualtrics.operands import cell_chosen, chosen
from survey_app.formats.qualtrics.reading import entries, mapping, ordered, text_of
from survey_app.formats.qualtrics.rules import size
from survey_app.formats.qualtrics.source import RULE_KEYS
from survey_app.formats.qualtrics.work import Asked, Rule

MOST_TESTS = 2_000
"""A question whose choices need more tests than this offers all of them."""
_LOCATOR = re.compile(r"q://([^/]+)/(ChoiceGroup|AnswerGroup)/([A-Za-z]+)(?:/([^/]+))?")
_OF_ITS_OWN = frozenset((*RULE_KEYS, "TextEntry", "TextEntrySize", "TextEntryValidation", "TextEntryForceResponse"))
"""What a choice carried forward leaves behind: its rule (it was decided there) and its text field (it was filled in there)."""


def carry(item: Item) -> None:
    """Puts the carried choices and columns among those of the question, with ids that begin with x, and remembers when each is
    offered."""
    for own in ("Choices", "Answers"):
        locator = text_of(mapping(item.payload.get(f"Dynamic{own}")).get("Locator"))
        if locator:
            _carry(item, own, locator)


def _carry(item: Item, own: str, locator: str) -> None:
    match = _LOCATOR.fullmatch(unquote(locator).split("?")[0])
    if match is None:
        item.note(f"Dynamic{own}", locator, "carried")
        return
    qid, group, mode, answer = match.groups()
    work, key = item.work, "Choices" if group == "ChoiceGroup" else "Answers"
    source = work.expanded.get(qid) or mapping(work.source.questions.get(qid))
    found = [choice for choice, _ in ordered(source.get(key), source.get(f"{key[:-1]}Order"))]
    item.payload = work.expanded[item.qid] = _with(item.payload, own, source, key, found)
    try:
        rules = {choice: _offered(work.asked.get(qid), key, mode, choice, answer) for choice in found}
        if sum(map(size, rules.values())) > MOST_TESTS:
            raise Inexpressible
    except Inexpressible:
        item.note(f"Dynamic{own}", locator, "carried")
        return
    for choice, rule in rules.items():
        never = work.never() if rule is False else None
        if isinstance(said := never or rule, dict):
            item.carried[(own, f"x{choice}")] = said
    tell = work.building.kept
    tell("setting" if all(rule is True for rule in rules.values()) else "rule", f"{item.qid} / Dynamic{own}", locator)


def _with(
    payload: Mapping[str, Any], own: str, source: Mapping[str, Any], key: str, found: list[str]
) -> dict[str, Any]:
    """The payload with the choices of the source among its `own`, and their translations."""
    mine = dict(entries(payload.get(own)))
    carried = {f"x{choice}": _left(dict(entries(source.get(key)))[choice]) for choice in found}
    order = [text_of(choice) for _, choice in entries(payload.get(f"{own[:-1]}Order"))]
    first = [choice for choice in carried if choice not in order] if not mine else []
    language = {code: dict(mapping(words)) for code, words in mapping(payload.get("Language")).items()}
    for code, words in mapping(source.get("Language")).items():
        given = {f"x{choice}": text for choice, text in entries(mapping(words).get(key)) if choice in found}
        said = language.setdefault(code, {})
        said[own] = {**given, **dict(entries(said.get(own)))}
    choices = {**mine, **{choice: entry for choice, entry in carried.items() if choice not in mine}}
    return {**payload, own: choices, f"{own[:-1]}Order": [*first, *order], "Language": language}


def _left(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    return {name: value for name, value in entry.items() if name not in _OF_ITS_OWN}


def _offered(asked: Asked | None, key: str, mode: str, choice: str, answer: str | None) -> Rule:
    """When a choice is carried forward. An unanswered question has no chosen choices, so all of them are unchosen."""
    if mode in ("AllChoices", "AllAnswers"):
        return True
    if asked is None:
        raise Inexpressible("carried")
    if key == "Answers":
        return _offered_column(asked, mode, choice)
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


def _offered_column(asked: Asked, mode: str, column: str) -> Rule:
    """A column is chosen when it is in any row."""
    if not asked.rows or mode not in ("SelectedAnswers", "UnselectedAnswers", "SelectedChoices", "UnselectedChoices"):
        raise Inexpressible("carried")
    taken = together("any", [cell_chosen(asked, row, column) for row in asked.rows])
    return taken if mode.startswith("Selected") else negated(taken)
