"""Figures that move in steps (privacy.md 7): a figure as it was when at least five answers had come or gone.

The frozen state is kept per version and variable; the figure of a questionnaire is the sum of those of its versions. So every
look at any filter is made of the same blocks of at least five people, and nothing can be gained by subtracting one look from
another. The worker's tick moves them; a GET never does. Answers of the sample chain count at once: they are nobody's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from survey_app import clock
from survey_app.analysis import dataset, disclosure, tallies
from survey_app.analysis.dataset import FrozenVersion
from survey_app.analysis.models import Figure
from survey_app.analysis.tallies import Tallies, Tally
from survey_app.database import db
from survey_app.design.models import Version
from survey_app.organisation.models import Organisation

PAUSE_FACTOR = 20  # a questionnaire that took a second to count is left alone for twenty


def is_live() -> bool:
    """Whether figures follow every answer at once: only in a sample chain."""
    chain = db.session.get(Organisation, 1)
    return chain is not None and chain.sample


def _filter(version_id: int) -> str:
    return f"version={version_id}"


def current(questionnaire_id: int, frozen: Sequence[FrozenVersion]) -> Tallies:
    """The figures as they may be looked at now, before small cells are hidden."""
    if is_live():
        with dataset.snapshot() as connection:
            return tallies.count(connection, frozen)
    found: Tallies = {version.id: {} for version in frozen}
    by_filter = {_filter(version.id): version.id for version in frozen}
    for figure in db.session.scalars(select(Figure).where(Figure.questionnaire_id == questionnaire_id)):
        if figure.filter in by_filter:
            found[by_filter[figure.filter]][figure.variable] = Tally(figure.n, dict(figure.counts))
    return found


def frozen(variables: Mapping[int, str]) -> dict[int, Tally]:
    """Version id -> the frozen figure of one variable of it; for {version id: variable}, in one statement."""
    wanted = {(_filter(version_id), variable): version_id for version_id, variable in variables.items()}
    chosen = select(Figure).where(
        Figure.filter.in_({key[0] for key in wanted}), Figure.variable.in_({key[1] for key in wanted})
    )
    return {
        wanted[(figure.filter, figure.variable)]: Tally(figure.n, dict(figure.counts))
        for figure in db.session.scalars(chosen)
        if (figure.filter, figure.variable) in wanted
    }


def move(questionnaire_id: int, counted: Tallies) -> int:
    """Let each figure take its new counts if it may; returns how many moved. In the caller's transaction."""
    rows = db.session.scalars(select(Figure).where(Figure.questionnaire_id == questionnaire_id))
    before = {(figure.filter, figure.variable): figure for figure in rows}
    after = {(_filter(v), name): tally for v, each in counted.items() for name, tally in each.items()}
    moved = 0
    for key in sorted(before.keys() | after.keys()):
        figure, tally = before.get(key), after.get(key) or Tally()
        if not disclosure.may_move(figure.n if figure else 0, tally.n):
            continue
        if disclosure.is_hidden(tally.n):  # most went: the few that stay must not be in any sum either
            tally = Tally()
        if figure is None:
            figure = Figure(questionnaire_id=questionnaire_id, filter=key[0], variable=key[1])
            db.session.add(figure)
        figure.n, figure.counts = tally.n, dict(tally.counts)
        moved += 1
    return moved


@dataclass(slots=True)
class _Seen:
    rows: int = 0  # when last counted
    not_before: float = 0.0  # on the monotonic clock


class Mover:
    """The tick of one worker: counts again only what changed, and large questionnaires less often."""

    def __init__(self) -> None:
        self._seen: dict[int, _Seen] = {}

    def tick(self) -> list[int]:
        """Move the figures of the questionnaires that changed; returns their ids."""
        if is_live():
            return []
        owners = dict(db.session.execute(select(Version.id, Version.questionnaire_id)).tuples().all())
        db.session.rollback()  # counting takes long: no lock may be held meanwhile
        with dataset.snapshot() as connection:
            per_version = dataset.rows_per_version(connection)
        now: dict[int, int] = {}
        for version_id, rows in per_version.items():
            now[owners[version_id]] = now.get(owners[version_id], 0) + rows
        changed = [q for q in now.keys() | self._seen.keys() if self._is_due(q, now.get(q, 0))]
        for questionnaire_id in changed:
            self._count(questionnaire_id, now.get(questionnaire_id, 0))
        return changed

    def _is_due(self, questionnaire_id: int, rows: int) -> bool:
        seen = self._seen.get(questionnaire_id)
        return seen is None or (seen.rows != rows and clock.monotonic() >= seen.not_before)

    def _count(self, questionnaire_id: int, rows: int) -> None:
        begun = clock.monotonic()
        frozen = dataset.versions(questionnaire_id)
        db.session.rollback()
        with dataset.snapshot() as connection:
            counted = tallies.count(connection, frozen)
        move(questionnaire_id, counted)
        db.session.commit()
        took = clock.monotonic() - begun
        self._seen[questionnaire_id] = _Seen(rows, clock.monotonic() + PAUSE_FACTOR * took)
