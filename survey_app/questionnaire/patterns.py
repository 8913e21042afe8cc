"""Patterns that texts are compared with: regular expressions in an engine whose time grows with the length of the text alone.

The syntax is that of RE2: no look-around, no references back. A pattern is looked for anywhere in the text; `^` and `$` bind it
to its ends. Files from outside bring their own patterns, so nothing here ever backtracks.
"""

from functools import lru_cache
from typing import Any

import re2

LONGEST = 500
_MEMORY = 1 << 20


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    return re2.compile(pattern, options)


def is_pattern(given: Any) -> bool:
    """Whether it can be used as a pattern: a text, not too long, of the syntax."""
    if not isinstance(given, str) or not 0 < len(given) <= LONGEST:
        return False
    try:
        _compiled(given)
    except (re2.error, ValueError):  # ValueError: half a character
        return False
    return True


def matches(text: str, pattern: str) -> bool:
    """Whether the pattern stands somewhere in the text; False for what is no pattern."""
    return is_pattern(pattern) and _compiled(pattern).search(text) is not None
