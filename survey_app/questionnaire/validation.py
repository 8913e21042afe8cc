"""Whether what came from a page may be accepted. Damage (400) is told apart from answers to correct (422).

A page is compiled once per definition into a `PageForm`; reading a post is dictionary look-ups and small closures.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from survey_app.questionnaire import checks, conditions
from survey_app.questionnaire.conditions import holds
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.messages import MESSAGES
from survey_app.questionnaire.offering import form_of, narrowed, ruled
from survey_app.questionnaire.parts import Answers, Condition, Texts, text_in
from survey_app.questionnaire.question_types.amounts import Slider
from survey_app.questionnaire.question_types.base import Damaged, FieldProblem, Form, Question, Reader
from survey_app.questionnaire.question_types.choosing import MultipleChoice
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.region import NEXT
from survey_app.questionnaire.question_types.tables import MatrixMultiple
from survey_app.questionnaire.routing import Path, keep, path, stored_names

_BUTTONS = frozenset({"go", "view"})


@dataclass(slots=True)
class PageResult:
    """What one posted page says.

    `damaged`: why this is not one of our forms, or None. `answers`, `texts`: everything given so far, this page's part
    replaced and its off-path part dropped. `problems`: fields to correct. `new_questions`: questions that apply now but
    were not on the page (no marker), or whose next list was not.
    """

    damaged: str | None
    answers: dict[str, Any]
    texts: dict[str, str]
    problems: list[FieldProblem] = field(default_factory=list)
    new_questions: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether the respondent may go on."""
        return self.damaged is None and not self.problems and not self.new_questions


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    question: Question
    condition: Condition | None
    read: Reader | None
    needed: tuple[str, ...]
    ruled: bool = False
    """Whether its choices or rows have rules of their own."""


class PageForm:
    """The compiled reader of one page. Made by `page_form`; holds no state of any respondent."""

    def __init__(self, definition: Definition, index: int) -> None:
        page = definition.pages[index]
        self.definition, self.index = definition, index
        stored = stored_names(definition)
        self.names = frozenset(q.name for q in page.questions if q.shown)
        some_ruled = ruled(definition)
        self._always = frozenset(
            q.name for q in page.questions if q.asks and q.show_if is None and q.name not in some_ruled
        )
        self._owner = {v: q.name for q in page.questions if q.asks for v in q.field_names()}
        self._answers = tuple(v for q in page.questions if q.asks for v in stored[q.name][0])
        self._texts = tuple(v for q in page.questions if q.asks for v in stored[q.name][1])
        self._steps = tuple(
            _Step(q.name, q, q.show_if, q.reader() if q.asks else None, q.needed(), q.name in some_ruled)
            for q in page.questions
        )
        self._checked = tuple(q for q in page.questions if q.checks)
        self._settles = _looks_at_conditional(definition, index)

    def read(self, form: Form, before: Answers, before_texts: Texts, *, today: date | None = None) -> PageResult:
        """Reads a post of this page. `before`: answers given so far, `today`: for dates limited by "today"."""
        try:
            shown = self._shown(form)
            return _going_on(self._read(form, shown, before, before_texts, today))
        except Damaged as damage:
            return PageResult(str(damage), dict(before), dict(before_texts))

    def _shown(self, form: Form) -> set[str]:
        if form.get("_end") != ["1."] and list(form.get("_end") or ()) != ["1."]:
            raise Damaged("the end of the form is missing")
        markers = form.get("_q") or ()
        shown = set(markers)
        if len(shown) != len(markers) or not shown <= self.names or not self._always <= shown:
            raise Damaged("the questions of the form are not those of the page")
        owner = self._owner
        for key in form:
            name = owner.get(key)
            if name is None:
                if key[:1] != "_" and key not in _BUTTONS:
                    raise Damaged("a field that the page does not have")
            elif name not in shown:
                raise Damaged("an answer without its question")
        return shown

    def _read(
        self, form: Form, shown: set[str], before: Answers, before_texts: Texts, today: date | None
    ) -> PageResult:
        answers, texts = dict(before), dict(before_texts)
        if self._settles:
            settled = path(self.definition, before, before_texts, until=self.index)
            earlier = {v for p in self.definition.pages[: self.index] for q in p.questions for v in _stored(self, q)}
            answers = {k: v for k, v in answers.items() if k not in earlier} | settled.answers
            texts = {k: v for k, v in texts.items() if k not in earlier} | settled.texts
        for name in self._answers:
            answers.pop(name, None)
        for name in self._texts:
            texts.pop(name, None)
        result = PageResult(None, answers, texts)
        problems = result.problems
        for step in self._steps:
            applies = step.condition is None or holds(step.condition, answers, texts)
            if step.read is None:
                self._display(step, applies, result)
            elif step.ruled and applies:
                self._offered(step, form, shown, result, today)
            elif not applies:
                if step.name in shown:  # dropped, but a forged code is damage here too
                    step.read(form, {}, {}, [], today)
            elif step.name in shown:
                start = len(problems)
                step.read(form, answers, texts, problems, today)
                if step.needed:
                    _require(step, answers, texts, problems, start)
            else:
                result.new_questions.append(step.name)
        if self._checked and result.good:
            self._check(shown, result)
        return result

    def _check(self, shown: set[str], result: PageResult) -> None:
        """The checks of what was asked, once every answer is one by itself."""
        for question in self._checked:
            offered = self._offered_now(question, result) if question.name in shown else None
            if offered is not None:
                result.problems += checks.unmet(self.definition, offered, result.answers, result.texts)

    def _offered_now(self, question: Question, result: PageResult) -> Question | None:
        """The question with what it offers; None where it does not apply."""
        answers, texts = result.answers, result.texts
        if question.show_if is not None and not holds(question.show_if, answers, texts):
            return None
        return narrowed(self.definition, question, answers, texts)

    def _offered(self, step: _Step, form: Form, shown: set[str], result: PageResult, today: date | None) -> None:
        """A question that offers by rules: only what it offers counts, what it never had is damage."""
        question, problems = narrowed(self.definition, step.question, result.answers, result.texts), result.problems
        if step.name not in shown:
            if question is not None:
                result.new_questions.append(step.name)
            return
        if question is None:
            assert step.read is not None
            step.read(form, {}, {}, [], today)
            return
        start = len(problems)
        own = form_of(step.question, question, form)
        _reader_of(self.definition, question)(own, result.answers, result.texts, problems, today)
        needed = question.needed()
        if needed:
            _require(_Step(step.name, question, None, None, needed), result.answers, result.texts, problems, start)

    def _display(self, step: _Step, applies: bool, result: PageResult) -> None:
        """Notes need nothing; constants and computed values are renewed where they stand."""
        if step.question.shown:
            return
        for name in _stored(self, step.question):
            if not applies or step.question.type == "computed":
                result.answers.pop(name, None)
        if applies:
            keep(step.question, self.definition, result.answers, result.texts, result.answers, result.texts)


def _going_on(result: PageResult) -> PageResult:
    """Nothing but lists that could not be offered yet is no fault: these questions go on."""
    if result.problems and all(problem.code == NEXT for problem in result.problems):
        result.new_questions += [problem.question for problem in result.problems]
        result.problems.clear()
    return result


def _stored(page: PageForm, question: Question) -> tuple[str, ...]:
    known, written = stored_names(page.definition)[question.name]
    return known + written


def _require(step: _Step, answers: Answers, texts: Texts, problems: list[FieldProblem], start: int) -> None:
    told = None
    for name in step.needed:
        if name not in answers and name not in texts:
            if told is None:
                told = {problem.variable for problem in problems[start:]}
            if name not in told and not step.question.is_given(name, told | answers.keys()):
                problems.append(required_problem(step.question, name))


def required_problem(question: Question, name: str) -> FieldProblem:
    """The problem of a needed name that is empty."""
    return FieldProblem(name, question.name, question.required_code(name), question.required_values(name))


def _looks_at_conditional(definition: Definition, index: int) -> bool:
    """Whether a condition of this page reads an earlier answer that may itself have left the path, or that nobody typed.

    What is calculated, and constants, stand in no form: the last page that was posted may have made them from answers that
    have changed since, and a page with nothing else on it is never posted.
    """
    page = definition.pages[index]
    read = {name for q in page.questions for name in conditions.names(q.show_if)}
    read |= {n for q in page.questions if q.type == "computed" for n in ("*",)}
    read |= {name for q in page.questions for check in q.checks for name in checks.names(check)}
    some_ruled = ruled(definition)
    read |= {n for q in page.questions for r in some_ruled.get(q.name, ()) for n in conditions.names(r.condition)}
    conditional = {
        name
        for p in definition.pages[:index]
        for q in p.questions
        if p.show_if is not None or q.show_if is not None or q.name in some_ruled or not q.asks
        for name in (*q.answer_names(), *q.text_names())
    }
    return bool(conditional and ("*" in read or read & conditional))


def page_form(definition: Definition, index: int) -> PageForm:
    """The compiled reader of a page; kept with the definition."""
    key = ("page_form", index)
    form = definition.compiled.get(key)
    if form is None:
        form = definition.compiled[key] = PageForm(definition, index)
    assert isinstance(form, PageForm)
    return form


def settle(definition: Definition, answers: Answers, texts: Texts) -> tuple[dict[str, Any], dict[str, str]]:
    """The answers and texts that count: off-path ones dropped, computed values made."""
    way = path(definition, answers, texts)
    return way.answers, way.texts


def complete(
    definition: Definition, answers: Answers, texts: Texts, *, today: date | None = None, way: Path | None = None
) -> list[FieldProblem]:
    """The check of everything before it is stored: each missing or impossible answer on the path, in page order."""
    way = way or path(definition, answers, texts)
    problems: list[FieldProblem] = []
    for page in way.pages:
        for question in page.questions:
            if question.asks:
                problems += check_question(definition, question, way.answers, way.texts, today=today)
    return problems


def check_question(
    definition: Definition, question: Question, answers: Answers, texts: Texts, *, today: date | None = None
) -> list[FieldProblem]:
    """The problems of one question's stored answers, found by reading them as if they came from the page."""
    reader = _reader_of(definition, question)
    known, written = stored_names(definition)[question.name]
    form = question.as_fields({name: _as_form(answers[name]) for name in known if name in answers})
    form |= {name: [texts[name]] for name in written if name in texts}
    problems: list[FieldProblem] = []
    got: dict[str, Any] = {}
    got_texts: dict[str, str] = {}
    try:
        reader(form, got, got_texts, problems, today)
    except Damaged:
        return [FieldProblem((known + written)[0], question.name, "invalid")]
    _require(_Step(question.name, question, None, None, question.needed()), got, got_texts, problems, 0)
    return problems or checks.unmet(definition, question, answers, texts)


def _reader_of(definition: Definition, question: Question) -> Reader:
    """The reader of a question, kept with the definition; one that offers less than all has its own each time."""
    if definition.by_name[question.name] is not question:
        return question.reader()
    reader: Reader | None = definition.compiled.get(("reader", question.name))
    if reader is None:
        reader = definition.compiled[("reader", question.name)] = question.reader()
    return reader


def _as_form(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    if isinstance(value, float):
        return [format(value, "f").rstrip("0").rstrip(".")]
    return [str(value)]


def form_values(definition: Definition, question: Question, answers: Answers, texts: Texts) -> dict[str, list[str]]:
    """The stored answers of a question as form values: what the page prints when it comes back."""
    known, written = stored_names(definition)[question.name]
    values = question.as_fields({name: _as_form(answers[name]) for name in known if name in answers})
    return values | {name: [texts[name]] for name in written if name in texts}


def message(problem: FieldProblem, language: str, definition: Definition | None = None) -> str:
    """The sentence for the respondent; Chinese for zh languages, English for all others.

    With the definition, sentences name the row or the exclusive choice.
    """
    if problem.code == "check" and definition is not None and (own := _own_words(problem, language, definition)):
        return own
    pair = MESSAGES.get(problem.code) or MESSAGES["invalid"]
    values: Mapping[str, Any] = problem.values
    if definition is not None and any(hole in pair[0] for hole in ("{row}", "{exclusive}", "{unsure}")):
        values = {**values, **_labels(definition, problem, language)}
    template = pair[0] if language.startswith("zh") else pair[1]
    if "{row}" in template and "row" not in values:
        template = MESSAGES["required_choice"][0 if language.startswith("zh") else 1]
    if "{exclusive}" in template and "exclusive" not in values:
        values = {**values, "exclusive": "以上都没有" if language.startswith("zh") else "None of these"}
    if "{unsure}" in template and "unsure" not in values:
        values = {**values, "unsure": "不清楚" if language.startswith("zh") else "I do not know"}
    return template.format_map(values)


def _own_words(problem: FieldProblem, language: str, definition: Definition) -> str:
    """What the check itself says; "" when it says nothing."""
    question = definition.by_name.get(problem.question)
    index = problem.values.get("index", -1)
    found = question.checks[index].message if question is not None and 0 <= index < len(question.checks) else None
    return text_in(found, language, definition.language)


def _labels(definition: Definition, problem: FieldProblem, language: str) -> dict[str, str]:
    question = definition.by_name.get(problem.question)
    first = definition.language
    if isinstance(question, Matrix):
        row = next((r for r in question.rows if question.variable_of(r) == problem.variable), None)
        return {"row": text_in(row.text, language, first)} if row else {}
    if isinstance(question, Slider):
        return {"unsure": text_in(question.unsure, language, first)} if question.unsure else {}
    if isinstance(question, MultipleChoice | MatrixMultiple):
        choice = next((c for c in question.choices if c.exclusive), None)
        return {"exclusive": text_in(choice.text, language, first)} if choice else {}
    return {}


__all__ = [
    "FieldProblem",
    "PageForm",
    "PageResult",
    "check_question",
    "complete",
    "form_values",
    "message",
    "page_form",
    "required_problem",
    "settle",
]
