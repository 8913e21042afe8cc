"""One card per question: base, chart, table with the same numbers; and the key figures on top of the page.

Tallies that arrive here are already such as may be shown; an empty one becomes a sentence instead of a figure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_app.analysis import card_regions, card_tables, charts, disclosure, measures, spread
from survey_app.analysis.card_shapes import (
    HIDDEN,
    Card,
    Table,
    bars,
    numbers,
    options_of,
    said,
    spread_of,
    state_of,
    texts_of,
    unsure,
)
from survey_app.analysis.charts import Item, Part
from survey_app.analysis.tallies import Tally
from survey_app.analysis.words import Say, interval, percent, score, signed, with_count
from survey_app.questionnaire.definition import Definition, Question
from survey_app.questionnaire.question_types.hidden import Computed, Hidden
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.rating import Likert

MOST_NOMINAL_PARTS = 5  # colours that stay apart


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One of the numbers on top: NPS, CSAT, CES or a score."""

    label: str
    value: str
    interval: str
    n: int
    state: str


@dataclass(frozen=True, slots=True)
class _Point:
    code: str
    label: str


def key_figure(kind: str, label: str, tally: Tally, top: int | None, _: Say) -> KeyFigure:
    """The figure of a score or of an NPS, CSAT or CES question."""
    counts = tally.numbers()
    n = sum(counts.values())
    if disclosure.is_hidden(n):
        return KeyFigure(label, "", "", n, HIDDEN)
    whole = {round(value): count for value, count in counts.items()}
    if kind == "nps":
        found = measures.nps(whole)
        return KeyFigure(label, signed(found.value), interval(found, _), n, state_of(n))
    if kind == "csat" or (kind == "ces" and top):
        found = measures.top_box(whole, points=range(1, 6 if kind == "csat" else 8), top=top or 2)
        return KeyFigure(label, percent(found.value, n), interval(found, _, shares=True), n, state_of(n))
    found = measures.mean(counts)
    return KeyFigure(label, score(found.value), interval(found, _), n, state_of(n))


def card(
    question: Question, definitions: Sequence[Definition], seen: Mapping[str, Tally], language: str, _: Say
) -> Card | None:
    """The card of a question, or None when nothing of it is counted. `definitions`: the versions that ask it, newest first."""
    maker = _maker(question)
    if maker is None:
        return None
    made = Card(question.name, definitions[0].text(question.text, language), 0, HIDDEN)
    maker(made, question, definitions, seen, language, _)
    made.state = state_of(made.n) if made.n else HIDDEN
    if made.state != HIDDEN and not made.base:
        made.base = _("回答此题 %(n)s 人") % {"n": f"{made.n:,}"}
    for name in question.text_names():
        if question.summary not in ("text", "matrix_fields"):
            made.texts.append(texts_of(name, _("“其他”的说明"), seen))
    return made


_Maker = Callable[[Card, Any, Sequence[Definition], Mapping[str, Tally], str, Say], None]


def _maker(question: Question) -> _Maker | None:
    if isinstance(question, Computed):
        return numbers
    if isinstance(question, Hidden):
        return _single if question.choices else None
    if isinstance(question, Likert):
        return _scale
    makers: dict[str, _Maker] = {
        "single": _single, "multiple": _multiple, "rating": _scale, "csat": _scale, "ces": _scale, "nps": _nps,
        "number": numbers, "date": _dates, "time": _times, "matrix": _matrix, "text": _text,
        "ranking": card_tables.ranking, "sums": card_tables.amounts, "matrix_multiple": card_tables.several,
        "matrix_fields": card_tables.fields, "files": _files, "region": card_regions.places,
    }  # fmt: skip
    return makers.get(question.summary)


# --- choices ----------------------------------------------------------------------------------------------------------
def _single(
    card: Card, question: Question, definitions: Sequence[Definition], seen: Mapping[str, Tally], language: str, _: Say
) -> None:
    bars(card, options_of(question, definitions, language), seen.get(question.name, Tally()), _)


def _multiple(
    card: Card, question: Question, definitions: Sequence[Definition], seen: Mapping[str, Tally], language: str, _: Say
) -> None:
    note = _("可多选，合计超过 100%")
    bars(card, options_of(question, definitions, language), seen.get(question.name, Tally()), _, note=note)
    if card.chart is not None:
        card.facts.append(note)


# --- scales -----------------------------------------------------------------------------------------------------------
def _points(question: Any, definition: Definition, language: str) -> list[_Point]:
    """The points of a scale, lowest first, without 不清楚."""
    cells = getattr(question, "cells", None) or getattr(question, "choices", None)
    if cells:
        return [_Point(c.code, definition.text(c.text, language)) for c in cells if not c.missing]
    found = []
    for point in question.point_texts():
        word = definition.text(dict(point.label), language) if point.label else ""
        found.append(_Point(str(point.value), f"{point.value} {word}".strip()))
    return found


def _parts(points: Sequence[_Point], tally: Tally) -> tuple[Part, ...]:
    n = sum(tally.counts.get(point.code, 0) for point in points)
    made = []
    for point in points:
        count = tally.counts.get(point.code, 0)
        made.append(Part(point.label, count / n if n else 0, with_count(count, n), percent(count / n if n else 0, n)))
    return tuple(made)


def _scale(
    card: Card, question: Question, definitions: Sequence[Definition], seen: Mapping[str, Tally], language: str, _: Say
) -> None:
    tally, points = seen.get(question.name, Tally()), _points(question, definitions[0], language)
    parts = _parts(points, tally)
    card.n = sum(tally.counts.get(point.code, 0) for point in points)
    if disclosure.is_hidden(card.n):
        return
    card.chart = charts.stacked(
        card.title, said((p.label, p.figure) for p in parts), parts, quiet=disclosure.is_few(card.n)
    )
    lines = tuple(
        (p.label, str(tally.counts.get(point.code, 0)), p.short) for p, point in zip(parts, points, strict=True)
    )
    card.table = Table((_("刻度"), _("人数"), _("比例")), lines)
    if not isinstance(question, Likert):
        _scale_facts(card, question.summary, tally, len(points), _)
    unsure(card, tally, card.n, _)


def _scale_facts(card: Card, kind: str, tally: Tally, points: int, _: Say) -> None:
    counts = tally.numbers()
    found = measures.mean(counts)
    card.facts.append(_("平均 %(mean)s（%(interval)s）") % {"mean": score(found.value), "interval": interval(found, _)})
    whole = {round(value): count for value, count in counts.items()}
    tops = {"csat": (2,), "ces": (2, 3)}.get(kind, ())
    scale = range(1, points + 1)
    for top in tops:
        share = measures.top_box(whole, points=scale, top=top)
        words = {"top": top, "share": percent(share.value, share.n), "interval": interval(share, _, shares=True)}
        card.facts.append(_("最高 %(top)s 档 %(share)s（%(interval)s）") % words)


def _nps_points(_: Say) -> tuple[tuple[str, range], ...]:
    return (
        (_("贬损者（0–6 分）"), range(0, 7)),
        (_("被动者（7–8 分）"), range(7, 9)),
        (_("推荐者（9–10 分）"), range(9, 11)),
    )


def _nps_parts(tally: Tally, _: Say) -> tuple[Part, ...]:
    counts = {round(value): count for value, count in tally.numbers().items()}
    n = sum(counts.values())
    made = []
    for label, values in _nps_points(_):
        count = sum(counts.get(value, 0) for value in values)
        made.append(Part(label, count / n if n else 0, with_count(count, n), percent(count / n if n else 0, n)))
    return tuple(made)


def _nps(
    card: Card, question: Question, definitions: Sequence[Definition], seen: Mapping[str, Tally], language: str, _: Say
) -> None:
    tally = seen.get(question.name, Tally())
    counts = {round(value): count for value, count in tally.numbers().items()}
    card.n = sum(counts.values())
    if disclosure.is_hidden(card.n):
        return
    found, parts = measures.nps(counts), _nps_parts(tally, _)
    card.facts.append(
        _("NPS %(value)s（%(interval)s）") % {"value": signed(found.value), "interval": interval(found, _)}
    )
    words = said((p.label, p.figure) for p in parts)
    card.chart = charts.stacked(
        card.title, f"NPS {signed(found.value)}; {words}", parts, quiet=disclosure.is_few(card.n)
    )
    lines = tuple(
        (str(value), str(counts.get(value, 0)), percent(counts.get(value, 0) / card.n, card.n)) for value in range(11)
    )
    card.table = Table((_("分数"), _("人数"), _("比例")), lines)
    unsure(card, tally, card.n, _)


# --- matrix -----------------------------------------------------------------------------------------------------------
def _matrix(
    card: Card, question: Matrix, definitions: Sequence[Definition], seen: Mapping[str, Tally], language: str, _: Say
) -> None:
    rows: dict[str, str] = {}
    for definition in definitions:
        asked = definition.question(question.name)
        if isinstance(asked, Matrix):
            rows |= {
                v: definition.text(r.text, language) for r in asked.rows if (v := asked.variable_of(r)) not in rows
            }
    nps, points = question.cell == "nps", _points(question, definitions[0], language)
    items, lines, hidden = [], [], 0
    for variable, label in rows.items():
        tally = seen.get(variable, Tally())
        n = sum(tally.counts.get(point.code, 0) for point in points)
        card.n = max(card.n, n)
        if disclosure.is_hidden(n):
            hidden += 1
            continue
        parts = _nps_parts(tally, _) if nps else _parts(points, tally)
        net = _net(parts)
        items.append(Item(label, parts, net, signed(100 * net)))
        lines.append((label, str(n), *(part.short for part in parts), signed(100 * net)))
    if not items:
        return
    order = sorted(range(len(items)), key=lambda index: -items[index].net)
    ordered, names = [items[index] for index in order], [part.label for part in items[0].parts]
    card.base = _("每行基数见数据表")
    card.table = Table((_("项目"), _("人数"), *names, _("净值")), tuple(lines[index] for index in order))
    nominal = question.cell_kind == "single"
    if not nominal or len(names) <= MOST_NOMINAL_PARTS:
        words = said((item.label, item.figure) for item in ordered)
        card.chart = charts.battery(card.title, words, ordered, quiet=disclosure.is_few(card.n))
    if not nominal:
        card.facts.append(_("右侧为净值：高分比例减低分比例（百分点），由高到低排列"))
    if hidden:
        card.facts.append(_("%(n)s 行回答不足 5 份，未显示") % {"n": hidden})


def _net(parts: Sequence[Part]) -> float:
    half = len(parts) // 2
    return sum(part.share for part in parts[len(parts) - half :]) - sum(part.share for part in parts[:half])


# --- numbers, dates, times, texts -------------------------------------------------------------------------------------
def _dates(
    card: Card, question: Question, definitions: Sequence[Definition], seen: Mapping[str, Tally], language: str, _: Say
) -> None:
    tally = seen.get(question.name, Tally())
    card.n = tally.n
    if not disclosure.is_hidden(card.n):
        found = spread.of_dates(tally.counts)
        spread_of(card, tally, found, found.median, _)


def _times(
    card: Card, question: Question, definitions: Sequence[Definition], seen: Mapping[str, Tally], language: str, _: Say
) -> None:
    tally = seen.get(question.name, Tally())
    card.n = tally.n
    if not disclosure.is_hidden(card.n):
        found = spread.of_times(tally.counts)
        spread_of(card, tally, found, found.median, _)


def _text(
    card: Card, question: Any, definitions: Sequence[Definition], seen: Mapping[str, Tally], language: str, _: Say
) -> None:
    labels = {question.name: ""}
    if question.type == "text_fields":
        labels = {question.variable_of(item): definitions[0].text(item.text, language) for item in question.fields}
    card.texts = [texts_of(variable, label, seen) for variable, label in labels.items()]
    card.n = max(texts.n for texts in card.texts)
    card.base = _("写了内容的 %(n)s 人") % {"n": card.n}


def _files(
    card: Card, question: Any, definitions: Sequence[Definition], seen: Mapping[str, Tally], language: str, _: Say
) -> None:
    card.files = texts_of(question.name, "", seen)
    card.n = card.files.n
    card.base = _("上传了文件的 %(n)s 人") % {"n": card.n}
