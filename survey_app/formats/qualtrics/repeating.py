"""A block that the flow shows in several places: where branches lead to it, it is asked once, for the people of all of them."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from survey_app.formats.qualtrics.pages import Page, Pages, Where, variables_of
from survey_app.formats.qualtrics.reading import text_of
from survey_app.formats.qualtrics.rules import MOST_PARTS, size
from survey_app.formats.qualtrics.source import expressions, logics
from survey_app.questionnaire.conditions import simplify

MOST_REPEATED = 100
"""So many second places of blocks are looked at; further ones wait for a person."""
Times = Callable[[str], int]


@dataclass(frozen=True)
class Taken:
    """Where a block was asked first: the pages it made there, and whether it is certain who comes there."""

    pages: tuple[Page, ...] = ()
    certain: bool = False
    needs: dict[str, int] = field(default_factory=dict)
    """Questions and fields that the rules of the block speak of -> how often they had got a value by then."""
    ahead: frozenset[str] = frozenset()
    """Those questions that had no answer when they spoke of them."""


def needs_of(payloads: Iterable[dict[str, Any]]) -> frozenset[str]:
    """The questions and fields that rules of these questions speak of."""
    tests = [test for payload in payloads for _, logic in logics(payload) for test in expressions(logic)]
    named = [text_of(test.get("LeftOperand")).removeprefix("q://").removeprefix("e://Field/") for test in tests]
    return frozenset(unquote(name).split("/")[0] for name in named)


def asks_all(taken: Taken, times: Times) -> bool:
    """Whether everybody is asked in the first place already, and no rule of the block looks at what came after it."""
    everybody = all("show_if" not in page.data for page in taken.pages)
    return bool(taken.pages) and taken.certain and everybody and not _sees_more(taken, times)


def _sees_more(taken: Taken, times: Times) -> bool:
    return any(times(name) != before for name, before in taken.needs.items()) or any(map(times, taken.ahead))


def move(taken: Taken, pages: Pages, where: Where, times: Times) -> bool:
    """Ask the block here, for those who come to the first place or to this one.

    False when something between the two needs its answers, or it needs theirs, when it ends there or stands in random order.
    """
    here = [*where.when, *pages.not_over]
    merged = [simplify({"any": [_all(page.when), _all(here)]}) if page.when and here else None for page in taken.pages]
    fits = taken.pages and taken.certain and where.certain and all(page in pages.all for page in taken.pages)
    if not fits or _sees_more(taken, times) or any(size(rule) > MOST_PARTS for rule in merged):
        return False
    later = pages.all[min(pages.all.index(page) for page in taken.pages) :]
    if any("end_if" in page.data for page in later) or any(page.data["name"] in pages.shuffled for page in taken.pages):
        return False
    later = [page for page in later if page not in taken.pages]
    if _names_any(
        [*here, *(page.data for page in later)], [variable for page in taken.pages for variable in _variables(page)]
    ):
        return False
    for page, rule in zip(taken.pages, merged, strict=True):
        page.data.pop("show_if", None)
        page.when = (rule,) if rule else ()
        if rule:
            page.data["show_if"] = rule
    pages.to_the_end(taken.pages)
    return True


def _all(rules: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"all": list(rules)}


def _variables(page: Page) -> list[str]:
    return [variable for question in page.data["questions"] for variable in variables_of(question)]


def _names_any(parts: list[dict[str, Any]], variables: list[str]) -> bool:
    """Whether these rules and pages speak of one of these variables."""
    text = json.dumps(parts, ensure_ascii=False)
    return any(f'"{variable}"' in text or f"{{{{{variable}}}}}" in text for variable in variables)
