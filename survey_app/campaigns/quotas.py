"""How full the quotas of a questionnaire are, for those who watch field work.

In anonymous mode a count is a figure about answers like any other: it is shown in steps of five, as it was when at least five
answers had come or gone (docs/decisions/0003), moved by the worker once an hour. That a quota is full is told as soon as it is
moved: everybody who opens the questionnaire learns it anyway.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from survey_app.analysis import dataset
from survey_app.analysis.disclosure import K, may_move
from survey_app.campaigns.models import Invitation
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.organisation.chain import the_chain
from survey_app.questionnaire.definition import Definition
from survey_app.responses import quotas
from survey_app.responses.quotas import Counted


@dataclass(frozen=True, slots=True)
class Line:
    """One quota. `count`: what may be shown of it; `exact`: whether it is exactly that, else that many or a few more."""

    name: str
    limit: int
    count: int
    exact: bool
    full: bool
    turned_away: int | None  # at least; None: too few to be shown
    live: bool  # not anonymous, or sample data: every answer is shown at once

    @property
    def few(self) -> bool:
        """Whether there are too few to be shown."""
        return not self.exact and self.count < K

    @property
    def bar(self) -> int:
        """How far the bar goes, of `limit`."""
        return min(self.count, self.limit)


def of_questionnaire(questionnaire: Questionnaire, definition: Definition) -> list[Line]:
    """The quotas of its newest version."""
    if not definition.quotas:
        return []
    open_ = questionnaire.mode != "anonymous" or the_chain().sample
    counters = quotas.counted(questionnaire.id)
    away: dict[str, int] = {}
    for (_wave, name, _invited), number in quotas.turned_away(questionnaire.id).items():
        away[name] = away.get(name, 0) + number
    none = Counted(0, 0, 0)
    return [
        _line(
            quota.name, quota.limit, counters.get((questionnaire.id, quota.name), none), away.get(quota.name, 0), open_
        )
        for quota in definition.quotas
    ]


def _line(name: str, limit: int, counted: Counted, away: int, open_: bool) -> Line:
    known = counted.count if open_ else counted.shown
    full = known >= limit
    exact = open_ or full and known < limit + K
    return Line(
        name,
        limit,
        known if exact else known - known % K,
        exact,
        full,
        away if open_ else away - away % K if away >= K or not away else None,
        open_,
    )


def full_ones(questionnaire: Questionnaire) -> list[str]:
    """The names of the quotas that are full, of the newest version."""
    versions = dataset.versions(questionnaire.id)
    return (
        [line.name for line in of_questionnaire(questionnaire, versions[0].definition) if line.full] if versions else []
    )


def move_shown() -> int:
    """Show the counts that may be shown now; returns how many moved. The caller commits."""
    moved, received, limits = 0, dict[int, int](), dict[int, dict[str, int]]()
    for key, counted in quotas.counted().items():
        if key[0] not in received:
            versions = dataset.versions(key[0])
            received[key[0]] = dataset.received([version.id for version in versions])
            limits[key[0]] = {quota.name: quota.limit for quota in versions[0].definition.quotas}
        limit = limits[key[0]].get(key[1])
        filled = limit is not None and counted.shown < limit <= counted.count
        if counted.count != counted.shown and (filled or may_move(counted.shown_of, received[key[0]])):
            quotas.show(key, counted.count, received[key[0]])
            moved += 1
    return moved


def turned_away_of_invited(questionnaire_id: int, campaign_ids: Collection[int]) -> int:
    """How many invited people were turned away in waves into which nobody else than these campaigns invited."""
    invited: dict[int, int] = {}
    for (wave_id, _name, was_invited), number in quotas.turned_away(questionnaire_id).items():
        invited[wave_id] = invited.get(wave_id, 0) + number * was_invited
    asked = select(Invitation.wave_id, Invitation.campaign_id).where(Invitation.wave_id.in_(invited)).distinct()
    owners: dict[int, set[int | None]] = {}
    for wave_id, campaign_id in db.session.execute(asked):
        owners.setdefault(wave_id, set()).add(campaign_id)
    return sum(number for wave_id, number in invited.items() if owners.get(wave_id, {None}) <= set(campaign_ids))
