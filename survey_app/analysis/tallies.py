"""Counting answers: per version and variable, how often each code was given.

A variable here is the name an answer is stored under (a multiple choice is one), `""` for the responses themselves (by
status), `score:<name>` for a score of the definition. Counts are all a result page needs, and all that is kept of a figure.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from survey_app.analysis import dataset
from survey_app.analysis.dataset import FrozenVersion, Row
from survey_app.analysis.offered import offers_of
from survey_app.questionnaire.definition import Definition, Score
from survey_app.questionnaire.question_types.files import File
from survey_app.questionnaire.question_types.hidden import OrderData
from survey_app.questionnaire.question_types.ordering import Ranking
from survey_app.questionnaire.scoring import score as score_of

RESPONSES = ""
PER_RESPONSE = frozenset({"sum", "mean", "weighted"})  # scores that every response has; the others are made of counts


@dataclass(slots=True)
class Tally:
    """Answers of one variable: `n` people answered, `counts` by code (as text). Codes of one person may be several."""

    n: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def offered(self, code: str) -> int:
        """How many of those who answered were offered a choice: all of them, unless it stands there by a rule."""
        return self.counts.get(base_code(code), self.n)

    @property
    def some_by_rule(self) -> bool:
        """Whether some of the choices stand there by rules."""
        return any(code.endswith(_OFFERED) for code in self.counts)

    def add(self, other: "Tally") -> None:
        """Put the answers of another group of people in."""
        ruled = [code for code in {**self.counts, **other.counts} if code.endswith(_OFFERED)]
        bases = {code: sum(each.counts.get(code, each.n) for each in (self, other)) for code in ruled}
        self.n += other.n
        for code, count in other.counts.items():
            self.counts[code] = self.counts.get(code, 0) + count
        self.counts |= bases

    def numbers(self) -> dict[float, int]:
        """The counts by number, without codes that are none (不清楚)."""
        return {number: count for code, count in self.counts.items() if (number := as_number(code)) is not None}


Tallies = dict[int, dict[str, Tally]]  # version id -> variable -> tally


def as_number(code: str) -> float | None:
    """The number a code stands for, or None."""
    try:
        return float(code)
    except ValueError:
        return None


_OFFERED = ":offered"


def base_code(code: str) -> str:
    """The code under which "was offered this choice" is counted: so a question moves as one figure, with all its bases."""
    return f"{code}{_OFFERED}"


def rank_code(code: str, rank: int) -> str:
    """The code under which "this choice at this rank" is counted: so a ranking moves as one figure, with one base."""
    return f"{code}:{rank}"


def ranks_of(tally: Tally, code: str, places: int) -> dict[float, int]:
    """How often a choice of a ranking was put at each rank."""
    counted = {float(rank): tally.counts.get(rank_code(code, rank), 0) for rank in range(1, places + 1)}
    return {rank: count for rank, count in counted.items() if count}


def score_variable(score: Score) -> str:
    """The name under which a score is counted."""
    return f"score:{score.name}"


def count(connection: Connection, frozen: Sequence[FrozenVersion]) -> Tallies:
    """Count all answers of these versions in one pass."""
    ids = [version.id for version in frozen]
    tallies = count_rows(dataset.rows(connection, ids), {version.id: version.definition for version in frozen})
    for (version_id, variable), number in dataset.comment_counts(connection, ids).items():
        tallies[version_id][variable] = Tally(number)
    return tallies


def count_rows(rows: Iterable[Row], definitions: Mapping[int, Definition]) -> Tallies:
    """Count responses; versions without any have empty tallies."""
    found: dict[int, dict[str, dict[Any, int]]] = {v: defaultdict(lambda: defaultdict(int)) for v in definitions}
    people: dict[int, dict[str, int]] = {v: defaultdict(int) for v in definitions}
    unseen = {v: {q.name for q in d.questions if isinstance(q, OrderData)} for v, d in definitions.items()}
    ranked = {v: {q.name for q in d.questions if isinstance(q, Ranking)} for v, d in definitions.items()}
    single = {v: {q.name for q in d.questions if isinstance(q, File)} for v, d in definitions.items()}
    offers = {v: offers_of(d) for v, d in definitions.items()}
    scores = {v: [s for s in d.scores if s.kind in PER_RESPONSE] for v, d in definitions.items()}
    for row in rows:
        counts, n = found[row.version_id], people[row.version_id]
        counts[RESPONSES][row.status] += 1
        n[RESPONSES] += 1
        for name, value in row.answers.items():
            if name in unseen[row.version_id]:  # each order its own value: nothing to count, and nothing to keep
                continue
            n[name] += 1
            if name in single[row.version_id]:  # each file its own reference
                continue
            if name in ranked[row.version_id]:
                for rank, code in enumerate(value, start=1):
                    counts[name][rank_code(code, rank)] += 1
            elif type(value) is list:
                for code in value:
                    counts[name][code] += 1
            else:
                counts[name][value] += 1
        for name, code, offered in offers[row.version_id].to(row.answers):
            counts[name][base_code(code)] += offered
        for score in scores[row.version_id]:
            value = score_of(score, definitions[row.version_id], row.answers)
            if value is not None:
                name = score_variable(score)
                n[name] += 1
                counts[name][round(value, 4)] += 1
    return {v: {name: _tally(n, found[v][name]) for name, n in people[v].items()} for v in definitions}


def _tally(n: int, counts: Mapping[Any, int]) -> Tally:
    merged: dict[str, int] = {}
    for code, number in counts.items():
        key = str(int(code)) if isinstance(code, float) and code.is_integer() else str(code)
        merged[key] = merged.get(key, 0) + number
    return Tally(n, merged)
