"""Indicators: what the chain tracks, and the share of each from a day on.

The shipped indicators stand in `questionnaires/indicators.json`; a row in the table changes one of them or adds another.
A question names an indicator by its key, so a key never changes and an indicator is retired, never deleted.
"""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from survey_app import clock, events
from survey_app.database import db
from survey_app.design import library
from survey_app.design.models import Indicator, Questionnaire, WeightSet
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.questionnaire.parts import text_in

KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")
REVIEW_DAYS = 92
"""The weights are reviewed each quarter."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One indicator. `outcome`: a result of all the others (overall satisfaction), so it has no share of its own."""

    key: str
    parent: str
    name: dict[str, str]
    note: dict[str, str]
    outcome: bool
    shipped: bool
    retired: bool

    def named(self, language: str) -> str:
        """Its name in a language."""
        return text_in(self.name, language, "zh-CN") or self.key


def all_indicators() -> list[Entry]:
    """Every indicator: each main one with its sub-indicators behind it."""
    document = json.loads((library.FOLDER / "indicators.json").read_text("utf-8"))
    found = {
        item["key"]: Entry(
            item["key"],
            item.get("parent", ""),
            item["name"],
            item.get("note", {}),
            bool(item.get("outcome")),
            True,
            False,
        )
        for item in document["indicators"]
    }
    rows = list(db.session.scalars(select(Indicator).order_by(Indicator.position, Indicator.id)))
    for row in rows:
        shipped = found.get(row.key)
        parent = row.key.rpartition(".")[0]
        outcome = shipped.outcome if shipped else parent in found and found[parent].outcome
        found[row.key] = Entry(
            row.key, parent, row.name, row.note, outcome, shipped is not None, row.retired_at is not None
        )
    main = [entry for entry in found.values() if not entry.parent]
    return [e for top in main for e in (top, *(sub for sub in found.values() if sub.parent == top.key))]


def names() -> dict[str, dict[str, str]]:
    """Key -> name per language, retired ones too."""
    return {entry.key: entry.name for entry in all_indicators()}


def options(language: str) -> list[tuple[str, str]]:
    """What a question may be mapped to: (key, words), sub-indicators as 响应速度 › 等候时间."""
    entries = all_indicators()
    tops = {entry.key: entry.named(language) for entry in entries if not entry.parent}
    return [
        (e.key, f"{tops[e.parent]} › {e.named(language)}" if e.parent in tops else e.named(language))
        for e in entries
        if not e.retired
    ]


def find(key: str) -> Entry | None:
    """The indicator of this key."""
    return next((entry for entry in all_indicators() if entry.key == key), None)


def uses() -> dict[str, list[tuple[Questionnaire, list[str]]]]:
    """Indicator key -> questionnaires in use with the names of the questions mapped to it (drafts)."""
    found: dict[str, list[tuple[Questionnaire, list[str]]]] = {}
    query = select(Questionnaire).where(Questionnaire.archived_at.is_(None)).order_by(Questionnaire.id)
    for questionnaire in db.session.scalars(query):
        own: dict[str, list[str]] = {}
        for page in questionnaire.draft.get("pages", ()):
            for question in page.get("questions", ()):
                if question.get("indicator"):
                    own.setdefault(question["indicator"], []).append(question["name"])
        for key, questions in own.items():
            found.setdefault(key, []).append((questionnaire, questions))
    return found


def create(*, key: str, parent: str, name: dict[str, str], note: dict[str, str], by: Actor, now: datetime) -> None:
    """A new indicator; with a parent its key is `<parent>.<key>`. Raises DomainError."""
    full = f"{parent}.{key}" if parent else key
    if not KEY.fullmatch(full) or len(full) > 64 or "." in key:
        raise DomainError(N_("编码用小写字母开头，只含小写字母、数字和下划线。")).at("key")
    if parent and (find(parent) is None or "." in parent):
        raise DomainError(N_("请从列表中选择上级指标。")).at("parent")
    if find(full) is not None:
        raise DomainError(N_("已经有编码为“%(key)s”的指标。"), key=full).at("key")
    _named(name)
    row = Indicator(key=full, name=name, note=note, position=_last_position() + 1)
    row.parent_id = db.session.scalar(select(Indicator.id).where(Indicator.key == parent)) if parent else None
    db.session.add(row)
    db.session.flush()
    events.record("indicator.created", row, by=by, key=full)


def change(*, key: str, name: dict[str, str], note: dict[str, str], by: Actor) -> None:
    """Other words for an indicator; its key and meaning stay."""
    _named(name)
    row = _row(key)
    row.name, row.note = name, note
    events.record("indicator.changed", row, by=by, key=key)


def retire(*, key: str, retired: bool, by: Actor, now: datetime) -> None:
    """Offer it no more in new mappings, or again; what is mapped to it stays."""
    row = _row(key)
    if retired and key in weights_on(clock.china(now).date()):
        raise DomainError(N_("这个指标在当前权重里占有份额，请先改权重再停用。"))
    row.retired_at = now if retired else None
    events.record("indicator.retired" if retired else "indicator.restored", row, by=by, key=key)


def _named(name: dict[str, str]) -> None:
    if not name.get("zh-CN"):
        raise DomainError(N_("请填写中文名称。")).at("name_zh")


def _last_position() -> int:
    return max((0, *db.session.scalars(select(Indicator.position)).all()))


def _row(key: str) -> Indicator:
    """The row of an indicator; a shipped one gets its row with its first change."""
    row = db.session.scalar(select(Indicator).where(Indicator.key == key))
    if row is None:
        entry = find(key)
        if entry is None:
            raise DomainError(N_("没有这个指标。"))
        row = Indicator(key=key, name=entry.name, note=entry.note, position=0)
        db.session.add(row)
        db.session.flush()
    return row


# --- weights -----------------------------------------------------------------------------------------------------------
def weighable() -> list[Entry]:
    """Indicators that have a share: main ones that are no outcome."""
    return [entry for entry in all_indicators() if not entry.parent and not entry.outcome and not entry.retired]


def weight_sets() -> list[WeightSet]:
    """Every set, the newest first."""
    return list(db.session.scalars(select(WeightSet).order_by(WeightSet.starts_on.desc())))


def weights_on(day: date) -> dict[str, float]:
    """Shares (per cent) that hold on a day; {} before the first set."""
    row = db.session.scalar(
        select(WeightSet).where(WeightSet.starts_on <= day).order_by(WeightSet.starts_on.desc()).limit(1)
    )
    return dict(row.weights) if row is not None else {}


def review_due(today: date) -> bool:
    """Whether the last set is older than a quarter, or there is none."""
    newest = next(iter(weight_sets()), None)
    return newest is None or (today - newest.starts_on).days > REVIEW_DAYS


def set_weights(*, starts_on: date, weights: dict[str, float], note: str, by: Actor, now: datetime) -> WeightSet:
    """Shares from a day on. The past keeps the weights of its day: a set begins today or later, and after the last one."""
    known = {entry.key for entry in weighable()}
    weights = {key: share for key, share in weights.items() if share}
    if not weights or weights.keys() - known:
        raise DomainError(N_("请给至少一个主要指标分配权重。")).at("weights")
    if any(not 0 < share <= 100 for share in weights.values()):
        raise DomainError(N_("每个权重应在 0 到 100 之间。")).at("weights")
    total = sum(weights.values())
    if abs(total - 100) > 0.001:
        raise DomainError(N_("权重合计应为 100，现在是 %(total)s。"), total=f"{total:g}").at("weights")
    today, sets = clock.china(now).date(), weight_sets()
    if sets and starts_on < today:
        raise DomainError(N_("开始日期不能早于今天：过去的得分保留当时的权重。")).at("starts_on")
    future = next((row for row in sets if row.starts_on == starts_on), None)
    if future is not None and starts_on > today:
        db.session.delete(future)  # not in force yet, so it may still be replaced
        db.session.flush()
        sets.remove(future)
    if sets and starts_on <= sets[0].starts_on:
        raise DomainError(N_("开始日期要晚于最近一次权重的开始日期 %(day)s。"), day=sets[0].starts_on).at("starts_on")
    row = WeightSet(starts_on=starts_on, weights=weights, note=note.strip()[:1000], created_at=now, created_by_id=by.id)
    db.session.add(row)
    db.session.flush()
    events.record("weights.set", row, by=by, starts_on=starts_on.isoformat(), weights=weights)
    return row
