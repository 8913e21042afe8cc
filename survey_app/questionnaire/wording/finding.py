"""What a language looks for with a pattern alone."""

import re
from collections.abc import Callable

Span = str
"""Words of a text; "" for none."""


def finder(pattern: re.Pattern[str], plain: Callable[[str], str], longest: int | None = None) -> Callable[[str], Span]:
    """A function of a text: the first words in its plain form that fit, at most `longest` characters of them."""

    def found(text: str) -> Span:
        words = pattern.search(plain(text))
        return words.group()[:longest] if words else ""

    return found
