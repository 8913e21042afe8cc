"""A synthetic pretest: made-up respondents go through a questionnaire with the real engine, before anybody real does.

Each one reads page after page as the site would show it, fills in what applies (`sample_answers`), and is told to correct what
the engine does not take. So a rule that nobody can meet, a page nobody sees and an answer nobody can give come to light. The
answers are not a forecast: how often a path is taken depends on assumptions; that it is taken at all does not.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import exp
from random import Random
from typing import Any

from survey_app.questionnaire import reach, validation
from survey_app.questionnaire.conditions import holds
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.offering import narrowed
from survey_app.questionnaire.question_types.base import FieldProblem, Question
from survey_app.questionnaire.question_types.hidden import Hidden, OrderData
from survey_app.questionnaire.routing import Path, PathPage, keep, path
from survey_app.questionnaire.sample_answers import Drawer, Fields, Mind, drawer_of, drawers
from survey_app.questionnaire.timing import PHONE, question_seconds

TRIES = 4
"""How often a made-up person tries to get past a page before it counts as a dead end."""
SPREAD, OWN_PACE = 0.45, 0.25
"""Spread (sigma of a lognormal with mean 1) of the seconds per question, and of a person's pace."""
EMPTY_PACE = 0.5
"""A question that is left empty takes half the time."""
FEW = 0.05
"""A question shown to fewer than one in twenty will have few answers."""


@dataclass(frozen=True, slots=True)
class Respondent:
    """One made-up person: what counts of their answers, how it ended (complete, screened_out, stuck), seconds on a phone."""

    answers: Mapping[str, Any]
    texts: Mapping[str, str]
    language: str
    outcome: str
    seconds: float
    questions: tuple[str, ...]
    """Names of the questions they were shown, in order."""


@dataclass(frozen=True, slots=True)
class Seconds:
    """Seconds on a phone: the middle, and what nine of ten need at most."""

    median: float
    ninth_decile: float


@dataclass(frozen=True, slots=True)
class PathShare:
    """One way through the questionnaire and how many took it. `questions`: names of those shown, notes too."""

    questions: tuple[str, ...]
    outcome: str
    count: int
    seconds: Seconds


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """A question that people could not get past, with the code of the problem (`validation.message` says it)."""

    question: str
    problem: FieldProblem | None
    count: int


@dataclass(frozen=True, slots=True)
class Pretest:
    """What the made-up respondents met. `shown`: how many were shown each question (all that can be shown, in order)."""

    seed: int
    people: tuple[Respondent, ...]
    paths: tuple[PathShare, ...]
    seconds: Seconds
    shown: Mapping[str, int]
    dead_ends: tuple[DeadEnd, ...]
    unreachable: frozenset[str]
    """Shown to nobody, and by the engine's exhaustive search never to anybody."""
    undecided: frozenset[str]
    """Shown to nobody, and the search was too large to decide."""

    @property
    def never(self) -> tuple[str, ...]:
        """Questions that nobody was shown."""
        return tuple(name for name, count in self.shown.items() if not count)

    @property
    def few(self) -> tuple[str, ...]:
        """Questions that were shown to some, but to fewer than one in twenty."""
        return tuple(name for name, count in self.shown.items() if 0 < count < FEW * len(self.people))

    def outcome(self, name: str) -> int:
        """How many ended like this: complete, screened_out, stuck."""
        return sum(person.outcome == name for person in self.people)


def simulate(definition: Definition, *, respondents: int = 1_000, seed: int = 1, today: date | None = None) -> Pretest:
    """Sends made-up respondents through the questionnaire. The same seed gives the same people and answers.

    `today`: the day that dates may be limited by; None: such limits are not tried.
    """
    dice = Random(seed)
    simulation = _Simulation(definition, drawers(definition, dice, today), today)
    people = tuple(simulation.person(dice) for _ in range(respondents))
    shown = {q.name: 0 for q in definition.questions if q.shown}
    for person in people:
        for name in person.questions:
            shown[name] += 1
    missed = {name for name, count in shown.items() if not count}
    verdict = reach.unreachable(definition) if missed else None
    return Pretest(
        seed=seed,
        people=people,
        paths=_paths(people),
        seconds=_seconds([person.seconds for person in people if person.outcome != "stuck"]),
        shown=shown,
        dead_ends=tuple(DeadEnd(name, problem, count) for (name, problem), count in simulation.ends()),
        unreachable=frozenset(missed & set(verdict.unreachable)) if verdict else frozenset(),
        undecided=frozenset(missed & set(verdict.undecided)) if verdict else frozenset(),
    )


def _paths(people: tuple[Respondent, ...]) -> tuple[PathShare, ...]:
    """The distinct ways, the most taken first."""
    found: dict[tuple[tuple[str, ...], str], list[float]] = {}
    for person in people:
        found.setdefault((person.questions, person.outcome), []).append(person.seconds)
    made = [PathShare(names, outcome, len(took), _seconds(took)) for (names, outcome), took in found.items()]
    return tuple(sorted(made, key=lambda way: (-way.count, way.questions)))


def _seconds(took: list[float]) -> Seconds:
    ordered = sorted(took) or [0.0]
    return Seconds(ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 9 // 10)])


class _Simulation:
    def __init__(self, definition: Definition, draw: Mapping[str, Drawer], today: date | None) -> None:
        self.definition, self.draw, self.today = definition, draw, today
        self.forms = [validation.page_form(definition, index) for index in range(len(definition.pages))]
        # a question whose condition looks at the same page is decided while the page is filled in
        self.live = [
            any(q.show_if is not None or q.type == "computed" for q in page.questions) for page in definition.pages
        ]
        self.less: dict[int, tuple[Question, Drawer]] = {}
        self.readers = {q.name: q.reader() for q in definition.questions if q.asks}
        self.pace = {q.name: PHONE * question_seconds(q) for q in definition.questions}
        self.stuck: Counter[tuple[str, str]] = Counter()
        self.problems: dict[tuple[str, str], FieldProblem] = {}

    def ends(self) -> list[tuple[tuple[str, FieldProblem | None], int]]:
        """Dead ends, the most met first."""
        return [((name, self.problems.get((name, code))), n) for (name, code), n in self.stuck.most_common()]

    def person(self, dice: Random) -> Respondent:
        """One person from the first page to the end."""
        mind = Mind(dice.betavariate(2.6, 1.3), self._language(dice))
        answers, texts = self._known(dice), dict[str, str]()
        way, index, last = path(self.definition, answers, texts), -1, None
        while last is None and (page := way.next_page(index)) is not None:
            index = page.index
            last = self._page(page, dice, mind, answers, texts)
            way = path(self.definition, answers, texts)
        passed = last is None
        if passed:
            for problem in validation.complete(self.definition, answers, texts, today=self.today, way=way)[:1]:
                passed = self._stopped(problem.question, problem)
        seen = [page for page in way.pages if last is None or page.index < index]
        names = (*(question.name for page in seen for question in page.questions), *(last or ()))
        outcome = way.outcome if passed else "stuck"
        return Respondent(way.answers, way.texts, mind.language, outcome, self._time(names, way, dice), names)

    def _language(self, dice: Random) -> str:
        languages = self.definition.languages
        return languages[0] if len(languages) == 1 or dice.random() < 0.8 else dice.choice(languages[1:])

    def _known(self, dice: Random) -> dict[str, Any]:
        """What the link brings: codes of parameters, fields of the order."""
        known: dict[str, Any] = {}
        for question in self.definition.questions:
            if isinstance(question, Hidden) and question.choices and dice.random() < 0.9:
                known[question.name] = dice.choice(question.choices).code
            elif isinstance(question, OrderData):
                known[question.name] = f"{question.field}-{dice.randrange(100):02}"
        return known

    def _page(
        self, page: PathPage, dice: Random, mind: Mind, answers: dict[str, Any], texts: dict[str, str]
    ) -> list[str] | None:
        """Fills in one page until the engine takes it; `answers` and `texts` take the result.

        After some tries gives up and returns the questions that were on the page.
        """
        filled: dict[str, Fields] = {}
        careful = replace(mind, careful=True)
        for attempt in range(TRIES):
            form = self._form(page, dice, careful if attempt else mind, answers, texts, filled)
            result = self.forms[page.index].read(form, answers, texts, today=self.today)
            if result.good:
                answers.clear()
                answers.update(result.answers)
                texts.clear()
                texts.update(result.texts)
                return None
            for problem in result.problems:  # these are answered anew
                filled.pop(problem.question, None)
        if result.problems:
            self._stopped(result.problems[0].question, result.problems[0])
        else:
            self._stopped(next(iter(result.new_questions), page.questions[0].name), None)
        return form["_q"]

    def _stopped(self, name: str, problem: FieldProblem | None) -> bool:
        key = (name, problem.code if problem else "")
        self.stuck[key] += 1
        if problem:
            self.problems.setdefault(key, problem)
        return False

    def _form(
        self, page: PathPage, dice: Random, mind: Mind, answers: dict[str, Any], texts: dict[str, str],
        filled: dict[str, Fields],
    ) -> Fields:  # fmt: skip
        """The form as the page would send it. `filled` keeps what was given, for the next try."""
        form: Fields = {"_end": ["1."]}
        markers = form["_q"] = []
        live = self.live[page.index]
        now, now_texts = (dict(answers), dict(texts)) if live else (answers, texts)
        for question in page.page.questions:
            if live and not holds(question.show_if, now, now_texts):
                continue
            if not question.shown:
                if live:
                    keep(question, self.definition, now, now_texts, now, now_texts)
                continue
            offered = narrowed(self.definition, question, now, now_texts)
            if offered is None:
                continue
            markers.append(question.name)
            if not question.asks:
                continue
            if question.name not in filled:
                filled[question.name] = self._drawer(offered)(dice, mind)
            form |= filled[question.name]
            if live:
                self._take(question, filled[question.name], now, now_texts)
        return form

    def _drawer(self, offered: Question) -> Drawer:
        """The drawer of a question, or of what it offers here."""
        if self.definition.by_name[offered.name] is offered:
            return self.draw[offered.name]
        key = id(offered)
        if key not in self.less:  # the question is kept beside its drawer, so that its id stays its own
            self.less[key] = (offered, drawer_of(offered, self.definition, self.today))
        return self.less[key][1]

    def _take(self, question: Question, fields: Fields, answers: dict[str, Any], texts: dict[str, str]) -> None:
        for name in (*question.answer_names(), *question.text_names()):
            answers.pop(name, None)
            texts.pop(name, None)
        self.readers[question.name](fields, answers, texts, [], self.today)

    def _time(self, names: tuple[str, ...], way: Path, dice: Random) -> float:
        total = 0.0
        for name in names:
            question = self.definition.by_name[name]
            given = not question.asks or any(n in way.answers for n in question.answer_names())
            given = given or any(n in way.texts for n in question.text_names())
            total += self.pace[name] * (1.0 if given else EMPTY_PACE) * exp(dice.gauss(-(SPREAD**2) / 2, SPREAD))
        return total * exp(dice.gauss(-(OWN_PACE**2) / 2, OWN_PACE))
