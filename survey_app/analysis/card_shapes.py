"""What a card of the result page is made of, and the pieces that several kinds of questions share.

Tallies that arrive here are already such as may be shown; too few answers leave a card without figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from survey_app.analysis import charts, disclosure, measures, spread
from survey_app.analysis.charts import Bar, Chart
from survey_app.analysis.measures import Estimate
from survey_app.analysis.tallies import Tally
from survey_app.analysis.words import Say, interval, number, percent, score, with_count
from survey_app.questionnaire.definition import Definition, Question

HIDDEN, FEW, GOOD = "hidden", "few", "good"


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers behind a chart."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts, or files, of a question that may be read on a page of their own."""

    variable: str
    label: str
    n: int
    readable: bool


@dataclass(slots=True)
class Card:
    """What the page shows of one question."""

    name: str
    title: str
    n: int
    state: str
    base: str = ""
    facts: list[str] = field(default_factory=list)
    chart: Chart | None = None
    table: Table | None = None
    texts: list[Texts] = field(default_factory=list)
    files: Texts | None = None
    parts: list["Card"] = field(default_factory=list)  # of a table: one per row or field, in its order


@dataclass(frozen=True, slots=True)
class Option:
    """One choice that is counted."""

    code: str
    label: str
    last: bool  # 其他, 不清楚, 以上都没有: after the others, grey


def state_of(n: int) -> str:
    """hidden, few or good."""
    return HIDDEN if disclosure.is_hidden(n) else FEW if disclosure.is_few(n) else GOOD


def options_of(question: Question, definitions: Sequence[Definition], language: str) -> list[Option]:
    """Every choice that a version offered, in the words of the newest."""
    found: dict[str, Option] = {}
    for definition in definitions:
        asked = definition.question(question.name)
        for choice in getattr(asked, "choices", None) or ():
            last = bool(choice.other or choice.missing or choice.exclusive)
            found.setdefault(choice.code, Option(choice.code, definition.text(choice.text, language), last))
        if asked.type == "consent":
            label = definition.text(getattr(asked, "label", None), language)
            found.setdefault("yes", Option("yes", label, False))
    return list(found.values())


def bars(card: Card, options: Sequence[Option], tally: Tally, _: Say, *, note: str = "") -> None:
    """Bars with intervals, most frequent first, and their table."""
    card.n = tally.n
    if disclosure.is_hidden(tally.n):
        return
    ordered = sorted(options, key=lambda option: (option.last, -tally.counts.get(option.code, 0)))
    rows: list[Bar] = []
    lines: list[tuple[str, ...]] = []
    for option in ordered:
        count, base = tally.counts.get(option.code, 0), base_of(tally, option.code)
        if base is None:
            lines.append((option.label, "–", "–", "–", "–"))
            continue
        found = measures.share(count, base)
        quiet = option.last or disclosure.is_few(base)
        rows.append(Bar(option.label, found.value, found.low, found.high, with_count(count, base), quiet))
        lines.append((option.label, str(count), f"{base:,}", percent(found.value, base), range_of(found)))
    if rows:
        card.chart = charts.bars(card.title, said((row.label, row.figure) for row in rows) + note, rows)
    headings: tuple[str, ...] = (_("选项"), _("人数"), _("看到它的人"), _("比例"), _("95% 区间"))
    several = tally.some_by_rule
    if not several:
        headings, lines = _without_base(headings), [_without_base(line) for line in lines]
    card.table = Table(headings, tuple(lines))
    if several:
        words = _("回答此题 %(n)s 人，各选项的比例以看到它的人为基数")
        card.base = words % {"n": f"{tally.n:,}"}
        left_out = len(lines) - len(rows)
        if left_out:
            card.facts.append(_("%(n)s 个选项看到的人太少，未显示") % {"n": left_out})


def _without_base(line: tuple[str, ...]) -> tuple[str, ...]:
    return (*line[:2], *line[3:])


def base_of(tally: Tally, code: str) -> int | None:
    """How many of those who answered were offered a choice; None: too few to show what they chose.

    Who was offered a choice is known from another question, so this is a cross of two. Where fewer people than may be told
    apart were not offered it, they are counted in.
    """
    offered = tally.offered(code)
    if disclosure.is_hidden(tally.n - offered):
        return tally.n
    return None if offered < disclosure.K_VERBATIM else offered


def range_of(found: Estimate) -> str:
    """The interval of a share."""
    return f"{percent(found.low, found.n)}–{percent(found.high, found.n)}"


def said(pairs: Any) -> str:
    """Labels and figures for people who do not see the chart."""
    return "".join(f"{label} {figure}; " for label, figure in pairs)


def unsure(card: Card, tally: Tally, counted: int, _: Say) -> None:
    """Say how many answers are no point of the scale."""
    aside = tally.n - counted
    if aside > 0:
        card.facts.append(_("另有 %(n)s 人回答“不清楚”或不愿透露，不计入比例") % {"n": aside})


def spread_of(card: Card, tally: Tally, found: spread.Spread, middle: str, _: Say) -> None:
    """A histogram with the median, and its table."""
    card.facts.append(_("中位数 %(median)s") % {"median": middle})
    words = said((label, str(count)) for label, count in found.bins)
    few = disclosure.is_few(card.n)
    card.chart = charts.histogram(card.title, words, found.bins, middle=found.middle, quiet=few)
    lines = tuple((label, str(count), percent(count / card.n, card.n)) for label, count in found.rows)
    card.table = Table((_("范围"), _("人数"), _("比例")), lines)


def numbers(
    card: Card, question: Question, definitions: Sequence[Definition], seen: Mapping[str, Tally], language: str, _: Say
) -> None:
    """The card of a question that asks for one number."""
    unit = definitions[0].text(getattr(question, "unit", None), language)
    numbers_on(card, seen.get(question.name, Tally()), unit, _)


def numbers_on(card: Card, tally: Tally, unit: str, _: Say) -> None:
    """How numbers lie, their median and their mean; who is not sure is told apart."""
    counts = tally.numbers()
    card.n = sum(counts.values())
    if disclosure.is_hidden(card.n):
        return
    found = measures.mean(counts)
    spread_of(card, tally, spread.of_numbers(counts), f"{number(measures.median(counts))} {unit}".strip(), _)
    card.facts.append(_("平均 %(mean)s（%(interval)s）") % {"mean": score(found.value), "interval": interval(found, _)})
    unsure(card, tally, card.n, _)


def texts_of(variable: str, label: str, seen: Mapping[str, Tally]) -> Texts:
    """How many texts there are, and whether they may be read."""
    n = seen.get(variable, Tally()).n
    return Texts(variable, label, n, disclosure.shows_comments(n))
