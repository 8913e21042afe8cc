"""Coarse fraud signals without personal data (privacy.md 5). Pure: only the flag is stored, never the duration."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_FEWEST_ITEMS = 5


def speed(seconds: float, estimate: float) -> str:
    """`fast` below a third of the version's time estimate, `slow` above three times, else `normal`. Both in seconds."""
    if seconds * 3 < estimate:
        return "fast"
    return "slow" if seconds > 3 * estimate else "normal"


def straightline(answers: Mapping[str, Any], groups: Iterable[Sequence[str]]) -> bool:
    """True when at least five items of one scale all have the same answer.

    `groups` lists the variables that share a scale; unanswered items and "unknown" do not count as items.
    """
    for group in groups:
        given = [answers[name] for name in group if answers.get(name) not in (None, "unknown")]
        if len(given) >= _FEWEST_ITEMS and len(set(given)) == 1:
            return True
    return False
