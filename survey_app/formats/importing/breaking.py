"""Page breaks before questions whose choices or rows look at an answer on the same page.

Our pages decide what they offer when they are opened; other programs decide it while people answer.
"""

from collections.abc import Container, Iterator
from typing import Any

from survey_app.questionnaire import conditions

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


def looks_at(question: dict[str, Any], others: list[dict[str, Any]]) -> bool:
    """Whether what the question offers depends on one of the others."""
    names = {name for part in parts_of(question) for name in conditions.names(part.get("show_if"))}
    return any(name == other["name"] or name.startswith(f"{other['name']}_") for name in names for other in others)


def break_pages(pages: list[dict[str, Any]], whole: Container[str] = ()) -> None:
    """Splits pages of a draft where that is needed; the end of a page goes to its last part.

    Pages whose questions come in random order stay whole, and those named in `whole`: a break would change the order.
    """
    made: list[dict[str, Any]] = []
    for page in pages:
        made.append(page)
        if page.get("random_order") or page.get("name", "") in whole:
            continue
        here: list[dict[str, Any]] = []
        for question in list(page["questions"]):
            if looks_at(question, here):
                before = made[-1]
                rest = before["questions"][len(here) :]
                more = {key: before[key] for key in ("show_if",) if key in before}
                before["questions"] = here
                made.append(
                    {**more, **({"end_if": before.pop("end_if")} if "end_if" in before else {}), "questions": rest}
                )
                here = []
            here.append(question)
    pages[:] = made
