"""Cards of rankings, amounts that add up, and tables with several answers or several fields per row."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from survey_app.analysis import charts, disclosure, measures
from survey_app.analysis.card_shapes import (
    HIDDEN,
    Card,
    Option,
    Table,
    bars,
    base_of,
    numbers_on,
    options_of,
    range_of,
    said,
    state_of,
    texts_of,
)
from survey_app.analysis.charts import Bar
from survey_app.analysis.measures import Estimate
from survey_app.analysis.tallies import Tally, rank_code, ranks_of
from survey_app.analysis.words import Say, number, percent, score, with_count
from survey_app.languages import N_
from survey_app.questionnaire.definition import Definition, Question
from survey_app.questionnaire.question_types.amounts import ConstantSum
from survey_app.questionnaire.question_types.matrix import Row
from survey_app.questionnaire.question_types.ordering import Ranking
from survey_app.questionnaire.question_types.tables import Column, MatrixFields, MatrixMultiple

MOST_DRAWN = 30
"""Parts of one table with a chart; the others have their numbers alone."""

Kind = TypeVar("Kind", bound=Question)


def _asking(question: Kind, definitions: Sequence[Definition]) -> list[tuple[Definition, Kind]]:
    """The question in every version that asks it in this way."""
    found = ((definition, definition.by_name.get(question.name)) for definition in definitions)
    return [(definition, asked) for definition, asked in found if isinstance(asked, type(question))]


# --- rankings ---------------------------------------------------------------------------------------------------------
def ranking(
    card: Card, question: Ranking, definitions: Sequence[Definition], seen: Mapping[str, Tally], language: str, _: Say
) -> None:
    """Share of first places, of all who answered; mean rank with its interval, of those who ranked the choice."""
    tally = seen.get(question.name, Tally())
    card.n = tally.n
    if disclosure.is_hidden(card.n):
        return
    asked = _asking(question, definitions)
    places = max(one.places for _definition, one in asked)
    found = [(option, ranks_of(tally, option.code, places)) for option in options_of(question, definitions, language)]
    first = {option.code: tally.counts.get(rank_code(option.code, 1), 0) for option, _ranks in found}
    found.sort(key=lambda pair: (-first[pair[0].code], _mean_rank(pair[1])))
    rows, lines, quiet = [], [], disclosure.is_few(card.n)
    for option, ranks in found:
        count, ranked = first[option.code], sum(ranks.values())
        base = base_of(tally, option.code)
        if base is None:
            lines.append((option.label, *("–",) * 6))
            continue
        share = measures.share(count, base)
        rows.append(Bar(option.label, share.value, share.low, share.high, with_count(count, base), quiet))
        lines.append((option.label, with_count(count, base), range_of(share), *_rank(ranks), str(ranked), f"{base:,}"))
    if rows:
        card.chart = charts.bars(card.title, said((row.label, row.figure) for row in rows), rows)
    headings = (
        _("选项"), _("排在第一"), _("95% 区间"), _("平均名次"), _("95% 区间"), _("排过的人数"), _("看到它的人"),
    )  # fmt: skip
    several = tally.some_by_rule
    card.table = Table(headings if several else headings[:6], tuple(line if several else line[:6] for line in lines))
    of_all, of_some = _("长条是排在第一的比例，以回答此题的人为基数"), _("长条是排在第一的比例，以看到这一项的人为基数")
    card.facts.append(of_some if several else of_all)
    for option, ranks in found[:3]:
        if not disclosure.is_hidden(sum(ranks.values())):
            mean = score(measures.mean(ranks).value)
            words = {"what": option.label, "mean": mean, "n": f"{sum(ranks.values()):,}"}
            card.facts.append(_("%(what)s：平均名次 %(mean)s（%(n)s 人排过）") % words)
    if any(sum(ranks.values()) < card.n for _option, ranks in found):
        card.facts.append(_("平均名次只算排过这一项的人，1 为最前；排过的人数各项不同，见数据表"))


def _mean_rank(ranks: Mapping[float, int]) -> float:
    return measures.mean(ranks).value if ranks else float("inf")


def _rank(ranks: Mapping[float, int]) -> tuple[str, str]:
    """Mean rank and interval; too few who ranked it have none."""
    if disclosure.is_hidden(sum(ranks.values())):
        return "–", "–"
    found = measures.mean(ranks)
    return score(found.value), f"{score(max(1.0, found.low))}–{score(found.high)}"


# --- amounts ----------------------------------------------------------------------------------------------------------
def amounts(
    card: Card,
    question: ConstantSum,
    definitions: Sequence[Definition],
    seen: Mapping[str, Tally],
    language: str,
    _: Say,
) -> None:
    """The mean of each item as a share of the total, largest first."""
    asked = _asking(question, definitions)
    items: dict[str, str] = {}
    for definition, one in asked:
        for item in one.items:
            items.setdefault(one.variable_of(item), definition.text(item.text, language))
    counts = {variable: seen.get(variable, Tally()).numbers() for variable in items}
    card.n = max((sum(each.values()) for each in counts.values()), default=0)
    if disclosure.is_hidden(card.n):
        return
    if len({one.total for _definition, one in asked}) > 1:
        card.facts.append(_("各版本的总数不同，合在一起没有意义，请按版本查看"))
        return
    shown = {variable: each for variable, each in counts.items() if not disclosure.is_hidden(sum(each.values()))}
    found = {variable: measures.mean(each) for variable, each in shown.items()}
    rows, lines = [], []
    unit = definitions[0].text(question.unit, language)
    for variable in sorted(found, key=lambda each: -found[each].value):
        mean, share = found[variable], _share(found[variable], question.total)
        quiet, figure = disclosure.is_few(mean.n), percent(share.value, mean.n)
        rows.append(Bar(items[variable], share.value, share.low, share.high, figure, quiet))
        amount = f"{number(mean.value)} {unit}".strip()
        lines.append((items[variable], figure, range_of(share), amount, str(mean.n)))
    card.chart = charts.bars(card.title, said((row.label, row.figure) for row in rows), rows)
    card.table = Table((_("项目"), _("平均占比"), _("95% 区间"), _("平均"), _("人数")), tuple(lines))
    total = f"{number(question.total)} {unit}".strip()
    card.facts.append(_("平均占比：各项平均数除以总数 %(total)s") % {"total": total})
    _left_out(card, len(counts) - len(shown), ITEMS, _)


def _share(found: Estimate, total: float) -> Estimate:
    """A mean as a share of the total; what lies outside of 0 to 1 is cut."""
    value, low, high = (min(1.0, max(0.0, end / total)) for end in (found.value, found.low, found.high))
    return Estimate(value, low, high, found.n)


ROWS = N_("%(n)s 行回答不足 5 份，未显示")
ITEMS = N_("%(n)s 项回答不足 5 份，未显示")
FIELDS = N_("%(n)s 格回答不足 5 份，未显示")


def _left_out(card: Card, hidden: int, words: str, _: Say) -> None:
    if hidden:
        card.facts.append(_(words) % {"n": hidden})


# --- tables -----------------------------------------------------------------------------------------------------------
def several(
    card: Card,
    question: MatrixMultiple,
    definitions: Sequence[Definition],
    seen: Mapping[str, Tally],
    language: str,
    _: Say,
) -> None:
    """The share of each choice, of those who answered the row: all in one table, and a chart per row."""
    rows: dict[str, str] = {}
    for definition, asked in _asking(question, definitions):
        for row in asked.rows:
            rows.setdefault(asked.variable_of(row), definition.text(row.text, language))
    options = options_of(question, definitions, language)
    for variable, label in rows.items():
        _part(card, variable, label, seen.get(variable, Tally()), options, _)
    if card.n == 0 or not card.parts:
        return
    lines = []
    for part in card.parts:
        tally = seen[part.name]
        lines.append((rows[part.name], str(tally.n), *(_share_of(tally, option) for option in options)))
    card.table = Table((_("项目"), _("人数"), *(option.label for option in options)), tuple(lines))
    card.base = _("每行基数见数据表")
    card.facts.append(_("可多选，合计超过 100%"))
    _close(card, len(rows), ROWS, _)


def _share_of(tally: Tally, option: Option) -> str:
    base = base_of(tally, option.code)
    return "–" if base is None else percent(tally.counts.get(option.code, 0) / base, base)


def _part(card: Card, variable: str, label: str, tally: Tally, options: Sequence[Option], _: Say) -> None:
    part = Card(variable, label, 0, HIDDEN)
    bars(part, options, tally, _)
    keep_part(card, part, _)


def keep_part(card: Card, part: Card, _: Say) -> None:
    """Take a row or field in, unless too few answered it."""
    part.state = state_of(part.n)
    card.n = max(card.n, part.n)
    if part.state == HIDDEN:
        return
    part.base = part.base or _("回答 %(n)s 人") % {"n": f"{part.n:,}"}
    if part.chart is not None and len(card.parts) < MOST_DRAWN:
        part.chart = replace(part.chart, title=f"{card.title} · {part.title}")
    else:
        part.chart = None
    card.parts.append(part)


def _close(card: Card, wanted: int, words: str, _: Say) -> None:
    if not disclosure.is_hidden(card.n):
        _left_out(card, wanted - len(card.parts), words, _)
        if len(card.parts) > MOST_DRAWN:
            card.facts.append(_("只画出前 %(n)s 张图，其余见数据表") % {"n": MOST_DRAWN})


def fields(
    card: Card,
    question: MatrixFields,
    definitions: Sequence[Definition],
    seen: Mapping[str, Tally],
    language: str,
    _: Say,
) -> None:
    """One part per field: numbers as a number, lists as a choice; what was written can be read as comments."""
    cells: dict[str, tuple[Definition, Row, Column]] = {}
    options: dict[str, dict[str, Option]] = {}
    for definition, asked in _asking(question, definitions):
        for variable, (row, column) in asked.cells_by_name.items():
            cells.setdefault(variable, (definition, row, column))
            for choice in column.choices or ():
                last = bool(choice.other or choice.missing or choice.exclusive)
                option = Option(choice.code, definition.text(choice.text, language), last)
                options.setdefault(variable, {}).setdefault(choice.code, option)
    counted = 0
    for variable, (definition, row, column) in cells.items():
        label = f"{definition.text(row.text, language)} · {definition.text(column.text, language)}"
        if column.type == "short_text":
            card.texts.append(texts_of(variable, label, seen))
            continue
        counted += 1
        part, tally = Card(variable, label, 0, HIDDEN), seen.get(variable, Tally())
        if column.type == "number":
            numbers_on(part, tally, "", _)
        else:
            bars(part, list(options.get(variable, {}).values()), tally, _)
        keep_part(card, part, _)
    card.n = max([card.n, *(texts.n for texts in card.texts)])
    card.base = _("每格基数见各图") if card.parts else _("写了内容的 %(n)s 人") % {"n": card.n}
    _close(card, counted, FIELDS, _)
