"""A short way to read a text in tests."""

from typing import Any

from survey_app.formats import plain_text
from survey_app.formats.plain_text import Item, Parsed


def read(text: str, **choices: str) -> Parsed:
    """Reads a text; `l4="note"`: line 4 was chosen to be a note. The definition is always valid."""
    parsed = plain_text.parse(text, choices={int(key[1:]): kind for key, kind in choices.items()})
    assert parsed.definition.questions is not None
    return parsed


def one(text: str, **choices: str) -> dict[str, Any]:
    """The only question of a text that has a title line before it."""
    found = [q for page in read("标题\n" + text, **choices).data["pages"] for q in page["questions"]]
    assert len(found) == 1, found
    return found[0]


def words(choices: list[dict[str, Any]]) -> list[str]:
    """Chinese texts of choices or rows."""
    return [next(iter(choice["text"].values())) for choice in choices]


def item(parsed: Parsed, line: int) -> Item:
    """What a line became."""
    return parsed.places[line]


def codes(parsed: Parsed) -> list[str]:
    """The codes of everything that is told."""
    return [remark.code for remark in parsed.problems]
