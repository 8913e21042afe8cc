"""Two texts as one, with what went and what came marked: Chinese by runs of characters, Latin by words."""

from dataclasses import dataclass
from difflib import SequenceMatcher

import regex  # type: ignore[import-untyped,unused-ignore]

SAME, GONE, NEW = "", "del", "ins"
MOST_STEPS = 250_000  # above this (tokens times tokens) texts are shown one after the other: it must not take seconds
LEAST_ALIKE = 0.3  # below this share in common, crumbs of equal text confuse more than they tell
_TOKEN = regex.compile(r"[\p{Latin}\p{Nd}'’]+|\s+|\X")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text. `mark`: "" in both, "del" only before, "ins" only after."""

    mark: str
    text: str


def marked(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces of both texts in order; those that are not "ins" give `before`, those not "del" give `after`."""
    if before == after:
        return (Piece(SAME, before),) if before else ()
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    head, tail = "".join(old[:start]), "".join(old[len(old) - end :])
    middle = _middle(old[start : len(old) - end], new[start : len(new) - end])
    alike = len(head) + len(tail) + sum(len(piece.text) for piece in middle if piece.mark == SAME)
    if alike < LEAST_ALIKE * max(len(before), len(after)):
        return _joined([Piece(GONE, before), Piece(NEW, after)])
    return _joined([Piece(SAME, head), *middle, Piece(SAME, tail)])


def _common(old: list[str], new: list[str]) -> int:
    count = 0
    for a, b in zip(old, new, strict=False):
        if a != b:
            break
        count += 1
    return count


def _middle(old: list[str], new: list[str]) -> list[Piece]:
    if len(old) * len(new) > MOST_STEPS:
        return [Piece(GONE, "".join(old)), Piece(NEW, "".join(new))]
    pieces = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal" and (b - a > 1 or a == 0 or b == len(old)):
            pieces.append(Piece(SAME, "".join(old[a:b])))
        else:  # one equal character between two changes belongs to the change
            pieces += [Piece(GONE, "".join(old[a:b])), Piece(NEW, "".join(new[c:d]))]
    return pieces


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Without empty pieces; within a change all that went stands before all that came."""
    found: list[Piece] = []
    gone = new = ""
    for piece in [*(piece for piece in pieces if piece.text), None]:
        if piece is None or piece.mark == SAME:
            found += [Piece(mark, text) for mark, text in ((GONE, gone), (NEW, new)) if text]
            gone = new = ""
            if piece is not None:
                found.append(piece)
        elif piece.mark == GONE:
            gone += piece.text
        else:
            new += piece.text
    return tuple(found)
