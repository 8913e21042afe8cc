"""What became of the people who were asked, and the rates that follow. Pure.

Source: AAPOR, Standard Definitions (10th edition, 2023), internet and SMS surveys of specifically named persons. The eligible
unknowns are estimated by the proportional method (CASRO): e is the share of eligible people among those of whom it is known.

    I  complete    P  partial    R  refused or broken off    NC  not reached    O  other
    UH nothing came back    UO not delivered    NE not eligible: refunded after the invitation (4.7), quota filled (4.8)
"""

from collections.abc import Mapping
from dataclasses import dataclass

COMPLETE_FROM, PARTIAL_FROM = (
    0.8,
    0.5,
)  # share of the questions that apply, by the last one reached (settings of ux.md 4)


@dataclass(frozen=True, slots=True)
class Cases:
    """Numbers of people by disposition."""

    complete: int = 0
    partial: int = 0
    refused: int = 0
    broken_off: int = 0
    not_reached: int = 0
    other: int = 0
    no_return: int = 0
    undelivered: int = 0
    not_eligible: int = 0
    quota_full: int = 0

    @property
    def eligible(self) -> int:
        """Known to be eligible."""
        return self.complete + self.partial + self.refused + self.broken_off + self.not_reached + self.other

    @property
    def unknown(self) -> int:
        """Of whom nothing is known."""
        return self.no_return + self.undelivered

    @property
    def all(self) -> int:
        """Everybody."""
        return self.eligible + self.unknown + self.ineligible

    @property
    def ineligible(self) -> int:
        """Known not to be eligible."""
        return self.not_eligible + self.quota_full

    def __add__(self, more: "Cases") -> "Cases":
        names = self.__dataclass_fields__
        return Cases(**{name: getattr(self, name) + getattr(more, name) for name in names})


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate: its name, its formula, the two sides of it (people), the value between 0 and 1; None over nobody."""

    name: str
    formula: str
    above: float
    below: float

    @property
    def value(self) -> float | None:
        """The rate."""
        return self.above / self.below if self.below else None


def eligible_share(cases: Cases) -> float:
    """e: the share of eligible people among those of whom it is known; 1 while nothing is known."""
    known = cases.eligible + cases.ineligible
    return cases.eligible / known if known else 1.0


def rates(cases: Cases) -> dict[str, Rate]:
    """RR1 to RR6 and COOP1 to COOP4, by name."""
    interviews = {"I": cases.complete, "(I+P)": cases.complete + cases.partial}
    refused = cases.refused + cases.broken_off
    answered = cases.complete + cases.partial + refused
    e = eligible_share(cases)
    bases: Mapping[str, tuple[str, float]] = {
        "RR1": ("I+P+R+NC+O+UH+UO", cases.eligible + cases.unknown),
        "RR3": ("I+P+R+NC+O+e(UH+UO)", cases.eligible + e * cases.unknown),
        "RR5": ("I+P+R+NC+O", cases.eligible),
        "COOP1": ("I+P+R+O", answered + cases.other),
        "COOP3": ("I+P+R", answered),
    }
    found = {}
    for name, (formula, below) in bases.items():
        kind, number = name[:-1], int(name[-1])
        for step, (sign, above) in enumerate(interviews.items()):
            key = f"{kind}{number + step}"
            found[key] = Rate(key, f"{sign}/({formula})", above, below)
    return dict(sorted(found.items(), key=lambda pair: (pair[0][:2] == "CO", pair[0])))


def by_progress(stopped: Mapping[str, int], order: list[str]) -> Cases:
    """People who began and did not submit, by the last question they reached. `order`: the questions that are asked.

    A question that is not among them counts as the first: nothing is known of how far they came.
    """
    complete = partial = broken = 0
    for question, count in stopped.items():
        share = (order.index(question) + 1) / len(order) if question in order else 0.0
        if share >= COMPLETE_FROM:
            complete += count
        elif share >= PARTIAL_FROM:
            partial += count
        else:
            broken += count
    return Cases(complete=complete, partial=partial, broken_off=broken)


def reached(submitted: int, stopped: Mapping[str, int], order: list[str]) -> list[tuple[str, int, int]]:
    """For each question in order: (name, how many came as far, how many stopped there)."""
    left = submitted + sum(stopped.values())
    found = []
    for name in order:
        here = stopped.get(name, 0)
        found.append((name, left, here))
        left -= here
    return found
