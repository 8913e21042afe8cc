"""What a pretest shows: the ways people took, what nobody saw, and the result page and data table that would come of it.

Cards and tables are those of real answers, fed with made-up ones. Nothing is stored.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from survey_app import clock
from survey_app.analysis import measures, results, tallies
from survey_app.analysis.card_shapes import Card
from survey_app.analysis.cards import KeyFigure
from survey_app.analysis.dataset import FrozenVersion, Row
from survey_app.analysis.tallies import RESPONSES, Tally
from survey_app.analysis.words import percent
from survey_app.design.in_words import ConditionWriter
from survey_app.errors import DomainError
from survey_app.exports.labels import SPSS_LABEL, SPSS_VALUE_LABEL, STATA_LABEL
from survey_app.exports.shape import Cell, Column, Shape
from survey_app.languages import N_
from survey_app.questionnaire import timing, validation
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.pretest import DeadEnd, PathShare, Pretest
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.rating import Likert
from survey_app.responses import flags

Say = Callable[[str], str]

RESPONDENTS, FEWEST, VISITS = 1_000, 50, 40_000
"""So many made-up people; fewer for long questionnaires, so that nobody waits longer than about two seconds."""
COLUMNS_OF_A_VISIT, MOST_COLUMNS = 5, 5_000
"""A question of many rows or options counts as several; a table of more columns takes minutes, whoever is asked."""
SHOWN_PATHS, SHOWN_ROWS = 8, 10
XLSX_COLUMNS, MANY_COLUMNS = 16_384, 256
LIVE = 0  # the id of the version that does not exist yet


def respondents(definition: Definition) -> int:
    """How many made-up people this questionnaire is tried with. Raises DomainError for one that is too large to be tried."""
    columns = [len(question.variables()) for question in definition.questions]
    if sum(columns) > MOST_COLUMNS:
        raise DomainError(N_("这份问卷有 %(n)s 列数据，太大，不能模拟作答。"), n=f"{sum(columns):,}")
    visits = sum(1 + count // COLUMNS_OF_A_VISIT for count in columns)
    return min(RESPONDENTS, max(FEWEST, VISITS // max(1, visits)))


@dataclass(frozen=True, slots=True)
class Way:
    """One way through the questionnaire, in words."""

    count: int
    share: str
    words: str
    outcome: str
    median: str
    most: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at. `kind`: dead_end, never, undecided, unlucky, few."""

    kind: str
    name: str
    place: str
    words: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The whole page."""

    people: int
    outcomes: Mapping[str, tuple[int, str]]
    median: str
    most: str
    estimate: str
    ways: Sequence[Way]
    other_ways: int
    other_share: str
    findings: Sequence[Finding]
    keys: Sequence[KeyFigure]
    cards: Sequence[Card]
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    warnings: Sequence[str]


def show(
    definition: Definition, pretest: Pretest, *, number: int, language: str, labels: bool, today: date, _: Say
) -> Shown:
    """Everything the page shows. `number`: of the version this draft would become; `language`: of the reader."""
    people = len(pretest.people)
    frozen = FrozenVersion(LIVE, number, definition)
    rows = _rows(definition, pretest, today)
    seen = _tallies(definition, rows)
    words = _Words(definition, pretest, language, _)
    ways = [words.way(way) for way in pretest.paths[:SHOWN_PATHS]]
    rest = pretest.paths[SHOWN_PATHS:]
    table = Shape([frozen], {}, labels=labels, language=language, translate=_)
    return Shown(
        people=people,
        outcomes={
            name: (pretest.outcome(name), percent(pretest.outcome(name) / people, people))
            for name in ("complete", "screened_out", "stuck")
        },
        median=words.time(pretest.seconds.median),
        most=words.time(pretest.seconds.ninth_decile),
        estimate=words.time(timing.seconds(definition)),
        ways=ways,
        other_ways=len(rest),
        other_share=percent(sum(way.count for way in rest) / people, people),
        findings=words.findings(),
        keys=results.key_figures([frozen], seen, language, _),
        cards=results.question_cards([frozen], seen, language, _),
        columns=table.columns,
        rows=[
            table.row(f"{index:016}", row, name_shop=False, name_region=False)
            for index, row in enumerate(rows[:SHOWN_ROWS], start=1)
        ],
        warnings=warnings(definition, table, _),
    )


# --- made-up answers as if they had been stored -----------------------------------------------------------------------
def _rows(definition: Definition, pretest: Pretest, today: date) -> list[Row]:
    estimate, groups = timing.seconds(definition), _groups(definition)
    return [
        Row(
            id=index,
            version_id=LIVE,
            status=person.outcome,
            language=person.language,
            channel="link",
            shop_id=None,
            place="",
            day=clock.day_from_date(today),
            month=clock.month_of(today),
            speed=flags.speed(person.seconds, estimate),
            straightline=flags.straightline(person.answers, groups),
            layout="",
            answers=dict(person.answers),
            texts=dict(person.texts),
        )
        for index, person in enumerate(pretest.people)
        if person.outcome != "stuck"
    ]


def _groups(definition: Definition) -> list[list[str]]:
    """Variables that share a scale, as the flag of equal answers wants them."""
    found: list[list[str]] = [
        [question.variable_of(row) for row in question.rows]
        for question in definition.questions
        if isinstance(question, Matrix)
    ]
    for scale in definition.scales:
        found.append([q.name for q in definition.questions if isinstance(q, Likert) and q.scale == scale])
    return found


def _tallies(definition: Definition, rows: Sequence[Row]) -> dict[str, Tally]:
    seen = tallies.count_rows(rows, {LIVE: definition})[LIVE]
    for name in {name for question in definition.questions for name in question.text_names()}:
        seen[name] = Tally(sum(name in row.texts for row in rows))
    seen.setdefault(RESPONSES, Tally())
    return seen


# --- in words ---------------------------------------------------------------------------------------------------------
class _Words:
    def __init__(self, definition: Definition, pretest: Pretest, language: str, _: Say) -> None:
        self.definition, self.pretest, self.language, self._ = definition, pretest, language, _
        self.writer = ConditionWriter(definition, language, _)
        self.numbers = self.writer.numbers
        self.people = len(pretest.people)

    def say(self, template: str, **values: object) -> str:
        return self._(template) % values

    def time(self, seconds: float) -> str:
        """`2 分 05 秒`."""
        whole = round(seconds)
        if whole < 60:
            return self.say(N_("%(s)s 秒"), s=whole)
        return self.say(N_("%(m)s 分 %(s)s 秒"), m=whole // 60, s=f"{whole % 60:02}")

    def way(self, way: PathShare) -> Way:
        share = percent(way.count / self.people, self.people)
        middle, most = self.time(way.seconds.median), self.time(way.seconds.ninth_decile)
        return Way(way.count, share, self._way(way), way.outcome, middle, most)

    def _way(self, way: PathShare) -> str:
        seen = [self.numbers[name] for name in way.questions if name in self.numbers]
        skipped = [n for n in self.numbers.values() if n not in set(seen)]
        if not skipped:
            return self.say(N_("全部 %(n)s 题"), n=len(seen))
        if not seen:
            return self._(N_("没有看到任何题"))
        if way.outcome == "complete" and len(skipped) <= len(seen):
            return self.say(N_("跳过第 %(numbers)s 题"), numbers=ranges(skipped, self._(N_("、"))))
        return self.say(N_("只看到第 %(numbers)s 题"), numbers=ranges(seen, self._(N_("、"))))

    def findings(self) -> list[Finding]:
        """What is wrong first, what is only rare last."""
        found = [self._dead_end(end) for end in self.pretest.dead_ends]
        most = f"{100 * measures.share(0, self.people).high:.1f}%"
        for name in self.pretest.never:
            if name in self.pretest.unreachable:
                found.append(self._finding("never", name, self._(N_("没有人能看到：规则永远不会满足。"))))
            elif name in self.pretest.undecided:
                words = N_("%(people)s 人中没有人看到（实际比例最多约 %(most)s）；可能性太多，无法穷尽判断。")
                found.append(self._finding("undecided", name, self.say(words, people=f"{self.people:,}", most=most)))
            else:
                words = N_("%(people)s 人中没有人看到（实际比例最多约 %(most)s）；规则可以满足，但很少见。")
                found.append(self._finding("unlucky", name, self.say(words, people=f"{self.people:,}", most=most)))
        for name in self.pretest.few:
            share = measures.share(self.pretest.shown[name], self.people)
            low, high = percent(share.low, self.people), percent(share.high, self.people)
            words = N_("只有 %(share)s 的人看到（区间 %(low)s 至 %(high)s），回答可能太少，无法分析。")
            shown = percent(share.value, self.people)
            found.append(self._finding("few", name, self.say(words, share=shown, low=low, high=high)))
        return found

    def _dead_end(self, end: DeadEnd) -> Finding:
        words = self.say(N_("%(n)s 人在这里无法继续。"), n=end.count)
        if end.problem is not None:
            why = validation.message(end.problem, self.language, self.definition)
            words = self.say(N_("%(words)s系统提示：“%(why)s”"), words=words, why=why)
        return self._finding("dead_end", end.question, words)

    def _finding(self, kind: str, name: str, words: str) -> Finding:
        return Finding(
            kind, name, self.writer.question(name) if name in self.definition.owners else self._note(name), words
        )

    def _note(self, name: str) -> str:
        question = self.definition.by_name[name]
        text = self.definition.text(question.text, self.language)
        return self.say(N_("“%(words)s”"), words=text if len(text) <= 24 else text[:23] + "…")


def ranges(numbers: Sequence[int], comma: str) -> str:
    """`1–3、7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return comma.join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


# --- warnings about the table -----------------------------------------------------------------------------------------
def warnings(definition: Definition, table: Shape, _: Say) -> list[str]:
    """What would be awkward in the data file and cannot be changed after the first answer (formats.md 6)."""
    found: list[str] = []
    variables, count = table.book.variables, len(table.columns)
    long = [v.name for v in variables if len(v.name.encode()) > 32]
    if long:
        found.append(_(N_("变量名超过 32 字节，SPSS 或 Stata 会截断：%(names)s")) % {"names": _few(long)})
    if count > XLSX_COLUMNS:
        found.append(_(N_("%(n)s 列超过 Excel 的上限 16,384 列，只能导出 CSV。")) % {"n": f"{count:,}"})
    elif count > MANY_COLUMNS:
        wide = max(definition.questions, key=lambda question: len(question.variables()))
        about = {"n": count, "name": wide.name, "own": len(wide.variables())}
        found.append(_(N_("共 %(n)s 列，表格会很难读；最多的是 %(name)s（%(own)s 列）。")) % about)
    labels = {v.name: table.text(v.label) for v in variables}
    cut = [name for name, label in labels.items() if len(label.encode()) > SPSS_LABEL or len(label) > STATA_LABEL]
    if cut:
        found.append(
            _(N_("题目文字过长，在 SPSS（255 字节）或 Stata（80 字）里会被截断：%(names)s")) % {"names": _few(cut)}
        )
    values = [v.name for v in variables if any(len(table.text(x.label).encode()) > SPSS_VALUE_LABEL for x in v.values)]
    if values:
        found.append(_(N_("选项文字超过 120 字节，在 SPSS 里会被截断：%(names)s")) % {"names": _few(values)})
    free = [q.name for q in definition.questions if _is_free_text(q)]
    if free:
        found.append(_(N_("文字列只给有权查看文字的人，且不能直接统计：%(names)s")) % {"names": _few(free)})
    return found


def _is_free_text(question: Question) -> bool:
    return bool(question.asks and question.text_names()) and question.summary == "text"


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" … (+{len(names) - 5})" if len(names) > 5 else "")
