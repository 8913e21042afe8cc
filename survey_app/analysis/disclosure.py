"""Small cells (privacy.md 7): the one place that decides whether a figure may be seen and when it may move.

The unit is the group of people behind a figure. A figure of fewer than K people is hidden; when hiding it would be in vain,
because the rest can be subtracted from the total, the smallest neighbour is hidden with it. A figure moves only when at
least K people came or went since it last moved, so that no two looks at one page differ by fewer than K people (withdrawals
are rare: after some, looks that are further apart than one move may differ by a mix of fewer who left and fewer who came).
"""

from collections.abc import Hashable, Mapping
from typing import TypeVar

K = 5  # counts and scores
K_VERBATIM = 10  # what people wrote, and any cross of two dimensions
FEW = 30  # below: grey, with 样本不足

Cell = TypeVar("Cell", bound=Hashable)


def is_hidden(n: int) -> bool:
    """Whether a figure of `n` answers must not be seen."""
    return n < K


def is_few(n: int) -> bool:
    """Whether a figure may be seen but is too uncertain to lean on."""
    return K <= n < FEW


def may_move(before: int, after: int) -> bool:
    """Whether a figure shown with `before` answers may now be shown with `after`."""
    return abs(after - before) >= K


def cells_to_show(cells: Mapping[Cell, int]) -> frozenset[Cell]:
    """Which cells of one breakdown may be seen beside their total: {cell: number of people} -> cells.

    Primary: cells with 1 to K-1 people are hidden. Complementary: the hidden ones together must be at least two cells and at
    least K people, or total minus shown would give one of them away; the smallest shown cells are added until that holds.
    Empty cells hide nobody.
    """
    peopled = sorted((n, str(cell), cell) for cell, n in cells.items() if n > 0)
    hidden = [entry for entry in peopled if entry[0] < K]
    for entry in peopled[len(hidden) :]:
        if not hidden or (len(hidden) >= 2 and sum(n for n, _, _ in hidden) >= K):
            break
        hidden.append(entry)
    return frozenset(cells) - {cell for _, _, cell in hidden}


def shows_comments(n: int) -> bool:
    """Whether texts of a question with `n` of them may be read."""
    return n >= K_VERBATIM


def comments_to_show(days: Mapping[int, int], today: int) -> int | None:
    """The last day whose texts may be read: {day: number of texts} -> day, or None.

    Only days that are over count, so that nobody can watch a text arrive while its author stands at the counter; and only
    whole batches of at least K texts, so that two looks differ by none or by K. Fewer than K_VERBATIM in all: none.
    """
    last, shown, batch = None, 0, 0
    for day in sorted(day for day in days if day < today):
        batch += days[day]
        if batch >= K:
            last, shown, batch = day, shown + batch, 0
    return last if shows_comments(shown) else None
