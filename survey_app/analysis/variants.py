"""Two versions of a questionnaire side by side: what the page shows, question by question.

The figures are exactly those of each version's own result page, with the same small cells hidden and moving in the same
steps of five, so looking at two of them together tells nothing that looking at each did not. An answer does not know its
door: everything that a version received is compared, not only what came through a test; `mixed` says where that matters.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from survey_app.analysis import cards, dataset, disclosure, figures, listed, results, tallies, variants_chance
from survey_app.analysis.card_shapes import Card, base_of
from survey_app.analysis.cards import KeyFigure
from survey_app.analysis.dataset import FrozenVersion
from survey_app.analysis.tallies import RESPONSES, Tally
from survey_app.analysis.variants_chance import LEVEL, Contrast
from survey_app.analysis.words import Say, signed
from survey_app.database import db
from survey_app.design.models import Version
from survey_app.distribution.models import Collector, CollectorArm
from survey_app.languages import N_
from survey_app.questionnaire.definition import Question
from survey_app.questionnaire.question_types.hidden import Computed
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.rating import Likert
from survey_app.questionnaire.question_types.region import LEVEL_TEXTS, REFUSED
from survey_app.questionnaire.stepping import keeps_drafts

_Text = Callable[[Any], str]
DIFFERS, SAME, TESTED = "differs", "same", "tested"
FEW, HIDDEN, UNTESTED = "few", "hidden", "untested"


@dataclass(frozen=True, slots=True)
class Finding:
    """What can be said of one difference. `state`: one of the words above (`tested` only until Holm)."""

    label: str = ""  # the row or option it is about; "": the question as a whole
    state: str = UNTESTED
    words: str = ""  # the difference, second version minus first, with its interval
    sign: int = 0  # 1 when the second version is higher, -1 when the first is, 0 when neither can be
    p: float = 1.0


@dataclass(frozen=True, slots=True)
class Pair:
    """One question, or one score, of both versions."""

    name: str
    titles: tuple[str, str]
    sides: tuple[Card | None, Card | None]
    keys: tuple[KeyFigure, KeyFigure] | None
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class Variants:
    """The whole page. Of each pair the version with the lower number stands first."""

    offered: list[int]  # numbers of the versions that were ever tested
    versions: tuple[FrozenVersion, FrozenVersion]
    responses: tuple[int, int]  # 0 where it is hidden
    completion: tuple[str, str]
    completed: Finding
    pairs: list[Pair]
    only: tuple[list[str], list[str]]  # questions that one version asks alone
    running: bool
    mixed: bool  # some of the answers were not given to a version at random

    @property
    def differing(self) -> int:
        """How many differences there are."""
        return sum(finding.state == DIFFERS for pair in self.pairs for finding in pair.findings)


@dataclass(frozen=True, slots=True)
class _Side:
    """One version and the figures of it that may be seen."""

    version: FrozenVersion
    seen: Mapping[str, Tally]

    def of(self, variable: str) -> Tally:
        return self.seen.get(variable, Tally())


def variants(questionnaire_id: int, *, numbers: tuple[int, int] | None, language: str, _: Say) -> Variants | None:
    """Two tested versions (None: those of the newest test). None when there was no test, or none with these."""
    arms = _arms(questionnaire_id)
    offered = sorted({arm.number for arm in arms})
    chosen = numbers or _newest(arms)
    if chosen is None or len(set(chosen)) < 2 or not set(chosen) <= set(offered):
        return None
    frozen = dataset.versions(questionnaire_id)
    first, second = (next(v for v in frozen if v.number == wanted) for wanted in sorted(chosen))
    found = figures.current(questionnaire_id, frozen)
    names = {name for each in found.values() for name in each}
    a, b = (_Side(v, {name: results.visible(found, name, v.id) for name in names}) for v in (first, second))
    completion, completed = _completion(a, b)
    return Variants(
        offered=offered,
        versions=(first, second),
        responses=(a.of(RESPONSES).n, b.of(RESPONSES).n),
        completion=completion,
        completed=_judged([completed])[0],
        pairs=_all_judged([*_scores(a, b, language, _), *_questions(a, b, language, _)]),
        only=(_only(a, b, language), _only(b, a, language)),
        running=any(arm.ended_at is None and arm.number in chosen for arm in arms),
        mixed=_is_mixed(questionnaire_id, arms, {first.id, second.id}),
    )


def tested(questionnaire_id: int) -> bool:
    """Whether two versions of this questionnaire were ever behind one door."""
    return bool(_arms(questionnaire_id))


# --- the tests that were run -------------------------------------------------------------------------------------------
def _arms(questionnaire_id: int) -> list[Any]:
    """The arms of all tests, running ones and the newest first."""
    columns = (Version.number, CollectorArm.version_id, CollectorArm.collector_id, CollectorArm.share)
    chosen = (
        select(*columns, CollectorArm.started_at, CollectorArm.ended_at, Collector.created_at)
        .join(Version, Version.id == CollectorArm.version_id)
        .join(Collector, Collector.id == CollectorArm.collector_id)
        .where(Version.questionnaire_id == questionnaire_id)
        .order_by(CollectorArm.ended_at.is_not(None), CollectorArm.started_at.desc(), Version.number)
    )
    return list(db.session.execute(chosen))


def _newest(arms: Sequence[Any]) -> tuple[int, int] | None:
    for arm in arms:
        same = [other.number for other in arms if other.collector_id == arm.collector_id]
        if len(same) > 1:
            return (same[0], same[1])
    return None


def _is_mixed(questionnaire_id: int, arms: Sequence[Any], ids: set[int]) -> bool:
    """Whether one of the versions was also shown alone, by this door before or after the test or by another one."""
    mine = [arm for arm in arms if arm.version_id in ids]
    if any(arm.ended_at is not None or arm.started_at - arm.created_at > timedelta(minutes=1) for arm in mine):
        return True
    if len({(arm.version_id, arm.share) for arm in mine}) > len(ids):  # doors with other shares: a mixture of people
        return True
    doors = {arm.collector_id for arm in mine}
    chosen = select(Collector.id).where(
        Collector.questionnaire_id == questionnaire_id, Collector.version_id.in_(ids), Collector.id.not_in(doors)
    )
    return db.session.scalar(chosen.limit(1)) is not None


# --- judging -----------------------------------------------------------------------------------------------------------
def _judged(findings: Sequence[Finding]) -> list[Finding]:
    """The same with p-values for asking all of these at once, and what follows from them."""
    asked = [finding for finding in findings if finding.state == TESTED]
    adjusted = iter(variants_chance.holm([finding.p for finding in asked]))
    made = []
    for finding in findings:
        if finding.state == TESTED:
            p = next(adjusted)
            made.append(replace(finding, p=p, state=DIFFERS if p < LEVEL else SAME))
        else:
            made.append(finding)
    return made


def _all_judged(pairs: list[Pair]) -> list[Pair]:
    judged = iter(_judged([finding for pair in pairs for finding in pair.findings]))
    return [replace(pair, findings=[next(judged) for _ in pair.findings]) for pair in pairs]


def _state(n_a: int, n_b: int) -> str:
    smaller = min(n_a, n_b)
    return HIDDEN if disclosure.is_hidden(smaller) else FEW if disclosure.is_few(smaller) else TESTED


def _finding(contrast: Contrast, words: str, state: str, label: str = "") -> Finding:
    sign = (contrast.value > 0) - (contrast.value < 0)
    return Finding(label, state, words, sign, contrast.p)


# --- completion --------------------------------------------------------------------------------------------------------
def _completion(a: _Side, b: _Side) -> tuple[tuple[str, str], Finding]:
    """Share of begun answers that were submitted, of each version, and the difference."""
    if not (keeps_drafts(a.version.definition) and keeps_drafts(b.version.definition)):
        return ("", ""), Finding()
    ids = [a.version.id, b.version.id]
    submitted, unfinished = dataset.received_by_version(ids), dataset.unfinished_by_version(ids)
    pairs = [(submitted.get(key, 0), unfinished.get(key, 0)) for key in ids]
    shown = tuple(listed.completion(done, left) for done, left in pairs)
    (done_a, left_a), (done_b, left_b) = pairs
    state = _state(done_a + left_a, done_b + left_b)
    if state == HIDDEN or not all(shown) or any(0 < left < disclosure.K for _, left in pairs):
        return (shown[0], shown[1]), Finding(state=HIDDEN)
    contrast = variants_chance.shares(done_a, done_a + left_a, done_b, done_b + left_b)
    return (shown[0], shown[1]), _finding(contrast, "", state)


# --- questions ---------------------------------------------------------------------------------------------------------
def _questions(a: _Side, b: _Side, language: str, _: Say) -> list[Pair]:
    made = []
    for question in a.version.definition.questions:
        other = b.version.definition.by_name.get(question.name)
        if other is None or other.summary != question.summary or type(other) is not type(question):
            continue
        sides = tuple(
            cards.card(q, [s.version.definition], s.seen, language, _) for q, s in ((question, a), (other, b))
        )
        if sides == (None, None) or question.summary in ("text", "files"):
            continue
        titles = (a.version.definition.text(question.text, language), b.version.definition.text(other.text, language))
        findings = _compared(question, other, a, b, language, _)
        made.append(Pair(question.name, titles, (sides[0], sides[1]), None, findings))
    return made


def _only(a: _Side, b: _Side, language: str) -> list[str]:
    """Titles of the questions that cannot be compared because the other version does not ask them in the same way."""
    found = []
    for question in a.version.definition.questions:
        other = b.version.definition.by_name.get(question.name)
        if question.asks and (other is None or type(other) is not type(question)):
            found.append(a.version.definition.text(question.text, language))
    return found


def _scores(a: _Side, b: _Side, language: str, _: Say) -> list[Pair]:
    made = []
    others = {score.name: score for score in b.version.definition.scores}
    for score in a.version.definition.scores:
        other = others.get(score.name)
        if other is None or other.kind != score.kind or score.kind not in tallies.PER_RESPONSE:
            continue
        variable = tallies.score_variable(score)
        titles = tuple(
            side.version.definition.text(each.label, language) if each.label else each.name
            for side, each in ((a, score), (b, other))
        )
        keys = tuple(
            cards.key_figure(score.kind, title, side.of(variable), None, _)
            for side, title in zip((a, b), titles, strict=True)
        )
        findings = [_means(a.of(variable).numbers(), b.of(variable).numbers(), "", _)]
        made.append(Pair(score.name, (titles[0], titles[1]), (None, None), (keys[0], keys[1]), findings))
    return made


def _compared(question: Question, other: Question, a: _Side, b: _Side, language: str, _: Say) -> list[Finding]:
    """The differences of one question; none where its answers have no order and no options."""
    if isinstance(question, Matrix) and isinstance(other, Matrix):
        return _rows(question, other, a, b, language, _)
    kind = "rating" if isinstance(question, Likert) else question.summary
    seen_a, seen_b = a.of(question.name), b.of(question.name)
    if isinstance(question, Computed) or kind == "number":
        return [_means(seen_a.numbers(), seen_b.numbers(), "", _)]
    if kind == "multiple":
        return _options(question, other, seen_a, seen_b, lambda text: a.version.definition.text(text, language), _)
    if kind in _PARTED:
        return _PARTED[kind](question, other, a, b, lambda text: a.version.definition.text(text, language), _)
    if kind in ("date", "time", "none"):
        return []
    return [_one(question, other, kind, seen_a, seen_b, "", _)]


def _rows(question: Matrix, other: Matrix, a: _Side, b: _Side, language: str, _: Say) -> list[Finding]:
    there = {other.variable_of(row) for row in other.rows}
    kind = "nps" if question.cell == "nps" else "single" if question.cell_kind == "single" else "rating"
    return [
        _one(question, other, kind, a.of(v), b.of(v), a.version.definition.text(row.text, language), _)
        for row in question.rows
        if (v := question.variable_of(row)) in there
    ]


def _one(question: Any, other: Any, kind: str, seen_a: Tally, seen_b: Tally, label: str, _: Say) -> Finding:
    if kind == "nps":
        return _nps(seen_a, seen_b, label, _)
    codes, others = _codes(question), _codes(other)
    if kind == "single":
        return _table(list(dict.fromkeys([*codes, *others])), seen_a, seen_b, label)
    if codes != others:
        return Finding(label, UNTESTED, _(_OTHER_SCALE))
    if all(tallies.as_number(code) is not None for code in codes) and not getattr(question, "scale", None):
        return _means(_counts(codes, seen_a, float), _counts(codes, seen_b, float), label, _)
    # points with words alone: their order counts, not the distance between them
    ranks_a, ranks_b = _counts(codes, seen_a, codes.index), _counts(codes, seen_b, codes.index)
    return replace(_means(ranks_a, ranks_b, label, _), words="")


def _codes(question: Any) -> list[str]:
    """The codes of a scale or a list, in order, without 不清楚."""
    cells = getattr(question, "cells", None) or getattr(question, "choices", None)
    if cells:
        return [cell.code for cell in cells if not cell.missing]
    if hasattr(question, "point_texts"):
        return [str(point.value) for point in question.point_texts()]
    return ["yes"]


def _counts(codes: Sequence[str], tally: Tally, value: Callable[[str], float]) -> dict[float, int]:
    return {value(code): tally.counts[code] for code in codes if tally.counts.get(code)}


def _means(first: Mapping[float, int], second: Mapping[float, int], label: str, _: Say) -> Finding:
    state = _state(sum(first.values()), sum(second.values()))
    if state == HIDDEN:
        return Finding(label, state)
    found = variants_chance.means(first, second)
    return _finding(found, _interval(found, _plain, _), state, label)


def _nps(seen_a: Tally, seen_b: Tally, label: str, _: Say) -> Finding:
    first, second = ({round(value): count for value, count in seen.numbers().items()} for seen in (seen_a, seen_b))
    state = _state(sum(first.values()), sum(second.values()))
    if state == HIDDEN:
        return Finding(label, state)
    found = variants_chance.nps(first, second)
    return _finding(found, _interval(found, signed, _), state, label)


def _table(codes: Sequence[str], seen_a: Tally, seen_b: Tally, label: str) -> Finding:
    first, second = ([seen.counts.get(code, 0) for code in codes] for seen in (seen_a, seen_b))
    state = _state(sum(first), sum(second))
    p = variants_chance.table(first, second) if state == TESTED else None
    if p is None:
        return Finding(label, UNTESTED if state == TESTED else state)
    return Finding(label, state, p=p)


def _options(question: Any, other: Any, seen_a: Tally, seen_b: Tally, text: _Text, _: Say) -> list[Finding]:
    """Each option that both versions offer, as a share of those who answered and were offered it."""
    state, there, made = _state(seen_a.n, seen_b.n), {choice.code for choice in other.choices}, []
    for choice in question.choices:
        if choice.code not in there:
            continue
        label = text(choice.text)
        if state == HIDDEN:
            return [Finding(state=HIDDEN)]
        base_a, base_b = (base_of(seen, choice.code) for seen in (seen_a, seen_b))
        if base_a is None or base_b is None:
            made.append(Finding(label, FEW))
            continue
        found = variants_chance.shares(
            seen_a.counts.get(choice.code, 0), base_a, seen_b.counts.get(choice.code, 0), base_b
        )
        own = _state(base_a, base_b) if state == TESTED else state
        made.append(_finding(found, _interval(found, _points, _), own, label))
    return made


# --- questions of several parts ------------------------------------------------------------------------------------------
_OTHER_SCALE = N_("两个版本的刻度不同，不能比较")


def _ranking(question: Any, other: Any, a: _Side, b: _Side, text: _Text, _: Say) -> list[Finding]:
    """The mean rank of each choice that both versions offer."""
    if question.places != other.places or len(question.choices) != len(other.choices):
        return [Finding(state=UNTESTED, words=_(_OTHER_SCALE))]
    there, seen_a, seen_b = {choice.code for choice in other.choices}, a.of(question.name), b.of(question.name)
    made = []
    for choice in question.choices:
        if choice.code in there:
            first, second = (tallies.ranks_of(seen, choice.code, question.places) for seen in (seen_a, seen_b))
            made.append(_means(first, second, text(choice.text), _))
    return made


def _amounts(question: Any, other: Any, a: _Side, b: _Side, text: _Text, _: Say) -> list[Finding]:
    """The mean of each item that both versions have."""
    if question.total != other.total:
        return [Finding(state=UNTESTED, words=_(_OTHER_SCALE))]
    there = {other.variable_of(item) for item in other.items}
    return [
        _means(a.of(v).numbers(), b.of(v).numbers(), text(item.text), _)
        for item in question.items
        if (v := question.variable_of(item)) in there
    ]


def _several(question: Any, other: Any, a: _Side, b: _Side, text: _Text, _: Say) -> list[Finding]:
    """Each choice of each row that both versions have."""
    there = {other.variable_of(row) for row in other.rows}
    return [
        replace(found, label=f"{text(row.text)} · {found.label}".removesuffix(" · "))
        for row in question.rows
        if (v := question.variable_of(row)) in there
        for found in _options(question, other, a.of(v), b.of(v), text, _)
    ]


def _cells(question: Any, other: Any, a: _Side, b: _Side, text: _Text, _: Say) -> list[Finding]:
    """Each number and each list of a table of fields that both versions have."""
    made = []
    for variable, (row, column) in question.cells_by_name.items():
        beside = other.cells_by_name.get(variable)
        if beside is None or beside[1].type != column.type or column.type == "short_text":
            continue
        label, seen_a, seen_b = f"{text(row.text)} · {text(column.text)}", a.of(variable), b.of(variable)
        if column.type == "number":
            made.append(_means(seen_a.numbers(), seen_b.numbers(), label, _))
        else:
            codes = list(dict.fromkeys([*_codes(column), *_codes(beside[1])]))
            made.append(_table(codes, seen_a, seen_b, label))
    return made


def _places(question: Any, other: Any, a: _Side, b: _Side, text: _Text, _: Say) -> list[Finding]:
    """The provinces."""
    name = question.names()[0]
    codes = sorted({*a.of(name).counts, *b.of(name).counts} - {REFUSED})
    return [_table(codes, a.of(name), b.of(name), text(LEVEL_TEXTS[0]))]


_PARTED: dict[str, Callable[[Any, Any, _Side, _Side, _Text, Say], list[Finding]]] = {
    "ranking": _ranking, "sums": _amounts, "matrix_multiple": _several, "matrix_fields": _cells,
    "region": _places,
}  # fmt: skip


def _interval(found: Contrast, say: Callable[[float], str], _: Say) -> str:
    return _("%(value)s（95%% 区间 %(low)s 至 %(high)s）") % {
        "value": say(found.value),
        "low": say(found.low),
        "high": say(found.high),
    }


def _plain(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\u2212")


def _points(value: float) -> str:
    return signed(100 * value) + "%"
