"""Answers shown in texts: `{name}` of the source is `{{name}}` here, for questions that were asked before."""

import re
from collections.abc import Iterator
from typing import Any

from survey_app.formats.importing.logic import Inexpressible, Ref
from survey_app.formats.surveyjs.outline import Element
from survey_app.formats.surveyjs.placing import Order, scope_of
from survey_app.formats.surveyjs.scope import Names
from survey_app.formats.surveyjs.work import Work

_HOLE = re.compile(r"(?<!\{)\{([^{}\n]{1,200})\}(?!\})")


def apply(work: Work, order: Order) -> None:
    """`{name}` in a text shows the answer of an earlier question."""
    for element in order.elements:
        for ours in element.ours:
            scope = scope_of(work, order.at[id(ours)], element)
            for words in _texts(ours):
                for language, text in words.items():
                    if "{" in text:
                        words[language] = _piped(work, text, scope, element, ours)


def _piped(work: Work, text: str, scope: Names, element: Element, ours: dict[str, Any]) -> str:
    def shows(match: Any) -> str:
        name = match[1].strip()
        try:
            shown_names = _answers_of(scope, name)
        except Inexpressible:
            work.draft.lost("setting", element.node.place, match[0], "piping_lost", ours["name"], name=name)
            return str(match[0])
        work.draft.kept("setting", element.node.place, match[0], ours["name"])
        return " ".join(f"{{{{{own}}}}}" for own in shown_names)

    return _HOLE.sub(shows, text)


def _answers_of(scope: Names, name: str) -> list[str]:
    """What stands for a name in a text; a person's name is first and last."""
    known, part = scope.known(name)
    if known.parts and not part:
        return [known.parts[0], known.parts[-1]]
    return [scope.target(Ref(name)).name]


def _texts(value: Any) -> Iterator[dict[str, str]]:
    """Every text of a question."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in ("text", "hint", "low", "high") and isinstance(item, dict):
                yield item
            elif key in ("choices", "rows", "columns", "fields", "labels"):
                yield from _texts(item)
