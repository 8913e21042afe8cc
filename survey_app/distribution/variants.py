"""Tests of two versions behind one door (A/B): who opens it gets one of them at random, by their shares.

Rows of an ended test stay, with the moment of its end, so that the result page knows which versions were compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from survey_app import events
from survey_app.database import db
from survey_app.design.models import Version, may_become
from survey_app.design.pending import definition_of
from survey_app.distribution.models import Collector, CollectorArm
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_

EVEN = 50  # per cent


@dataclass(frozen=True, slots=True)
class Arm:
    """One version of a running test, as lists show it."""

    version_id: int
    number: int
    share: int  # per cent


def start(*, collector: Collector, first: Version, second: Version, share: int, by: Actor, now: datetime) -> None:
    """Show `first` to `share` per cent of those who open this door and `second` to the others, from now on.

    A running test of other versions or shares ends with it; forms already open keep the version they show.
    """
    if first.id == second.id:
        raise DomainError(N_("请选择两个不同的版本。")).at("second")
    if {first.questionnaire_id, second.questionnaire_id} != {collector.questionnaire_id}:
        raise DomainError(N_("只能比较同一份问卷的两个版本。")).at("second")
    if not 1 <= share <= 99:
        raise DomainError(N_("比例请填 1 到 99。")).at("share")
    for version in (first, second):
        if not may_become(collector.questionnaire.mode, definition_of(version).mode):
            raise DomainError(N_("第 %(n)s 版的匿名方式比现在宽松，不能再给人填写。"), n=version.number)
    _lock(collector)
    shares = {first.id: share, second.id: 100 - share}
    present = {arm.version_id: arm for arm in _rows([collector.id])}
    if {arm.version_id: arm.share for arm in present.values() if arm.ended_at is None} == shares:
        return
    for arm in present.values():
        if arm.version_id not in shares and arm.ended_at is None:
            arm.ended_at = now
    for version_id, part in shares.items():
        kept = present.get(version_id)
        if kept is None:
            db.session.add(CollectorArm(collector_id=collector.id, version_id=version_id, share=part, started_at=now))
        else:
            if kept.ended_at is not None:
                kept.started_at, kept.ended_at = now, None
            kept.share = part
    collector.version_id = first.id
    _written(collector)
    events.record(
        "collector.test_started", collector, by=by, versions=[first.number, second.number], shares=[share, 100 - share]
    )


def stop(*, collector: Collector, keep: Version, by: Actor, now: datetime) -> None:
    """End the running test: from now on this door shows `keep` alone."""
    _lock(collector)
    running = [arm for arm in _rows([collector.id]) if arm.ended_at is None]
    if not running:
        raise DomainError(N_("这个链接没有正在进行的 A/B 测试。"))
    if keep.id not in {arm.version_id for arm in running}:
        raise DomainError(N_("请从测试的两个版本中选择保留哪一个。")).at("version")
    for arm in running:
        arm.ended_at = now
    collector.version_id = keep.id
    _written(collector)
    events.record("collector.test_stopped", collector, by=by, kept=keep.number)


def running(collector_ids: Iterable[int]) -> dict[int, list[Arm]]:
    """The arms of the running tests of these doors, by door, lower version first; one statement."""
    found: dict[int, list[Arm]] = {}
    rows = db.session.execute(
        select(CollectorArm.collector_id, CollectorArm.version_id, Version.number, CollectorArm.share)
        .join(Version, Version.id == CollectorArm.version_id)
        .where(CollectorArm.collector_id.in_(list(collector_ids)), CollectorArm.ended_at.is_(None))
        .order_by(Version.number)
    )
    for collector_id, version_id, number, share in rows:
        found.setdefault(collector_id, []).append(Arm(version_id, number, share))
    return found


def is_tested(collector: Collector) -> bool:
    """Whether a test runs behind this door."""
    return any(arm.ended_at is None for arm in _rows([collector.id]))


def _lock(collector: Collector) -> None:
    """Beginning and ending take turns, so that no arm is left alone."""
    db.session.execute(select(Collector.id).where(Collector.id == collector.id).with_for_update())


def _rows(collector_ids: list[int]) -> list[CollectorArm]:
    return list(db.session.scalars(select(CollectorArm).where(CollectorArm.collector_id.in_(collector_ids))))


def _written(collector: Collector) -> None:
    db.session.flush()
    db.session.expire(collector, ["version"])
