"""A questionnaire from pasted text: tagged text of survey services, plain text, Word. Every guess is shown and can be changed."""

from survey_app.formats.plain_text.parsed import Item, Parsed, Remark, TextRefused
from survey_app.formats.plain_text.parsing import MAX_CHARACTERS, MAX_LINES, TYPES, keys, parse
from survey_app.formats.plain_text.sentences import sentence

__all__ = [
    "MAX_CHARACTERS",
    "MAX_LINES",
    "TYPES",
    "Item",
    "Parsed",
    "Remark",
    "TextRefused",
    "keys",
    "parse",
    "sentence",
]
