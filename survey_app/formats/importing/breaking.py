"""Page breaks that our pages need and other programs do not.

Our pages decide what they show and say when they are opened, and hold at most twenty questions; other programs decide it
while people answer. A break changes neither the order nor what is asked.
"""

from collections.abc import Container, Iterator
from typing import Any

from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.review import MAX_ON_PAGE, made_by, needs_break

PARTS = {
    **dict.fromkeys(("single_choice", "dropdown", "multiple_choice", "ranking"), ("choices",)),
    **dict.fromkeys(("matrix", "matrix_multiple"), ("rows", "choices")), "matrix_fields": ("rows",),
    "text_fields": ("fields",), "constant_sum": ("items",),
}  # fmt: skip
"""Type of question -> its lists whose entries may have rules."""


def parts_of(question: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a question of a draft offers and may have a rule."""
    for key in PARTS.get(question["type"], ()):
        yield from question.get(key) or ()


def break_pages(data: dict[str, Any]) -> list[tuple[str, int]]:
    """Split the pages of a sound draft where that is needed: [(name of the first question, number of parts)] of each.

    The title stays with the first part, the end of a page goes to its last. Pages in random order, and pages whose questions
    are, stay whole: a break would change the order.
    """
    definition = Definition.from_json(data)
    whole = {name for group in definition.random_pages for name in group}
    made: list[dict[str, Any]] = []
    told: list[tuple[str, int]] = []
    for index, page in enumerate(data["pages"]):
        starts = [] if page.get("random_order") or page.get("name") in whole else _starts(definition, index)
        parts = [page["questions"][a:b] for a, b in zip([0, *starts], [*starts, None], strict=True)]
        later = {key: page[key] for key in ("show_if",) if key in page}
        made += [page | {"questions": parts[0]}, *({**later, "questions": part} for part in parts[1:])]
        if starts:
            told.append((page["questions"][0]["name"], len(parts)))
            if "end_if" in page:
                made[-1]["end_if"] = made[-len(parts)].pop("end_if")
    data["pages"] = made
    return told


def _starts(definition: Definition, index: int) -> list[int]:
    """The numbers of the questions of a page that must begin a new one."""
    found: list[int] = []
    here: set[str] = set()
    asked = 0
    for number, question in enumerate(definition.pages[index].questions):
        full = question.asks and asked >= MAX_ON_PAGE
        if here and (full or _uses(definition, question, here)):
            found.append(number)
            here, asked = set(), 0
        here.update(made_by(question))
        asked += question.asks
    return found


def _uses(definition: Definition, question: Any, here: Container[str]) -> bool:
    return next(needs_break(definition, question, here), None) is not None
