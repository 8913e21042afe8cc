"""A posted page: what it says, what is stored, which document answers it. Knows nothing of Flask.

Every POST answers with the next document itself: 200; 422 with errors; 400 for damage; 503 when the database is busy.
Answers given on earlier pages are in the sealed draft; those of the page come with its form, so a lost draft of a one-page
questionnaire costs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from survey_app import clock
from survey_app.design.previewing import step_of
from survey_app.errors import Busy, DomainError
from survey_app.questionnaire import piping, validation
from survey_app.questionnaire.parts import text_in
from survey_app.questionnaire.question_types.files import File
from survey_app.questionnaire.question_types.ordering import Ranking
from survey_app.questionnaire.question_types.rating import UNSURE
from survey_app.questionnaire.question_types.region import Region
from survey_app.questionnaire.question_types.tables import MatrixFields
from survey_app.questionnaire.question_types.writing import LongText
from survey_app.questionnaire.routing import Path, PathPage, path
from survey_app.questionnaire.validation import FieldProblem, PageResult
from survey_app.responses import uploads
from survey_app.responses.recording import Outcome
from survey_app.runner import assets, closing, document, file_page, recording_page, region_field, turning_away
from survey_app.runner.assets import Asset
from survey_app.runner.document import Place
from survey_app.runner.doors import Paper
from survey_app.runner.file_field import ASK, DROPPED
from survey_app.runner.forms import Form, number, one
from survey_app.runner.frame import Frame
from survey_app.runner.sheet import Sheet, pages_in_order, questions_in_order

REVIEW = "r"
AHEAD = 100  # steps of one page


@dataclass(slots=True)
class State:
    """What is known from earlier pages. It is the content of the draft."""

    page: str = "0"
    answers: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)  # questions that were shown
    reviewed: bool = False  # the review was reached: changes lead back to it
    layout: str = ""
    at: str = ""
    number: int = 0  # of the save
    issued: int = 0  # when the first document was given out, seconds since 1970: another device goes on with it

    def content(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "page": self.page,
            "answers": self.answers,
            "texts": self.texts,
            "seen": self.seen,
            "reviewed": self.reviewed,
            "layout": self.layout,
            "at": self.at,
            "issued": self.issued,
        }

    @classmethod
    def of(cls, content: Mapping[str, Any], number: int) -> "State":
        """From JSON."""
        return cls(**content, number=number)


class Keeper(Protocol):
    """Where the state between pages lives: the sealed draft, or the form itself in a preview."""

    def load(self) -> State | None:
        """The state of this respondent; None when there is none."""
        ...

    def save(self, state: State, last_question: str) -> None:
        """Keep it. An older number loses against a newer one. Raises Busy."""
        ...

    def so_far(self) -> Outcome | None:
        """Whether this code was used already."""
        ...

    def is_deleted(self) -> bool:
        """Whether the answer that this form stored was deleted since. Raises Busy."""
        ...

    def keep_recording(self, variable: str, language: str, body: bytes) -> None:
        """Keep what was spoken for a question. Raises DomainError, Busy."""
        ...

    def keep_file(self, question: File, body: bytes) -> str:
        """Keep what was handed over; a reference to it. Raises DomainError, Busy."""
        ...

    def has_file(self, reference: str) -> bool:
        """Whether a reference leads to a file. Raises Busy."""
        ...

    def full_quota(self, way: Path) -> str:
        """The first full quota that somebody on this way fits for certain; "" for none. Raises Busy."""
        ...

    def turn_away(self, sitting: "Sitting", way: Path, name: str) -> Outcome:
        """Use the code up for somebody whom a quota turns away. Raises Busy."""
        ...

    def turned_away_by(self) -> str:
        """The quota that turned away whoever sent this form; "" when none did. Raises Busy."""
        ...

    def submit(self, sitting: "Sitting", way: Path, layout: str) -> Outcome:
        """Store the answer for good. Raises Busy, DamagedForm."""
        ...


@dataclass(slots=True)
class Sitting:
    """One posted form, read and found to be ours."""

    frame: Frame
    paper: Paper
    form: Form
    keeper: Keeper
    secrets: dict[str, str]  # carried by every page
    order: int
    parameters: dict[str, str]  # values that came with the link
    mode: str
    now: float
    kept: str = "yes"
    start: str = ""  # the question a preview began with: what lies before it was never asked
    issued: int = 0  # when the first document was given out
    changeable: bool = False  # the answer can be changed for a while after the submit
    until: str = ""  # an answer that was submitted is being changed, up to this time (10:45)
    acts: str = ""  # links of such an answer, for closing pages

    @property
    def page(self) -> str:
        """The page this form is of."""
        return one(self.form, "_p")

    @property
    def save_number(self) -> int:
        """The save number the page counted up to."""
        return number(self.form, "_s", digits=9) or 0

    @property
    def index(self) -> int | None:
        """The page as a number; None for the review and for damage."""
        index = number(self.form, "_p", digits=3)
        return index if index is not None and index < len(self.paper.definition.pages) else None


@dataclass(frozen=True, slots=True)
class Reply:
    """A document and its status. `script`: that of a page of questions."""

    status: int
    html: str
    script: Asset | None = None
    thanks: bool = False
    again: bool = False  # of thanks: the answer was stored by an earlier try


def reply(sitting: Sitting) -> Reply:
    """The next document. Raises Busy when not even that much is known."""
    index = sitting.index
    if number(sitting.form, "_s", digits=9) is None:
        return _damaged(sitting)
    if index is not None and sitting.frame.speaking and (spoken := _spoken(sitting, index)):
        return spoken
    if index is not None and (filed := _filed(sitting, index)):
        return filed
    if sitting.page == REVIEW:
        return _from_review(sitting)
    if index is None:
        return _damaged(sitting)
    try:
        return _from_page(sitting, index)
    except Busy:
        return _busy(sitting, index)


def first(sitting: Sitting) -> Reply:
    """The first document of a preview; that of respondents is stitched (views)."""
    definition = sitting.paper.definition
    at = step_of(definition, sitting.start) if sitting.start in definition.page_of else ""
    index = definition.page_of.get(sitting.start, pages_in_order(definition, sitting.order)[0])
    return _show(sitting, State(answers=dict(sitting.parameters)), index, given={}, at=f"s-{at}" if at else "")


def resumed(sitting: Sitting, state: State) -> Reply:
    """The page at which a personal link goes on, on whatever device; the answer to a GET, so nothing is saved.

    Its saves get numbers far above those of an older tab, whose late background saves are dropped.
    """
    state.number += AHEAD
    if state.page == REVIEW:
        way = path(sitting.paper.definition, state.answers, state.texts)
        return _review(sitting, state, way, save=False, resumed=True)
    return _show(sitting, state, int(state.page), at=state.at, resumed=True)


def background_draft(sitting: Sitting) -> bool:
    """Save what the script sent after a step. False when the form is damaged."""
    index = sitting.index
    if index is None or number(sitting.form, "_s", digits=9) is None:
        return False
    state, result, _before = _read(sitting, index)
    if result.damaged is not None:
        return False
    state.page, state.at, state.number = str(index), _step(sitting), sitting.save_number
    sitting.keeper.save(state, _question_at(state.at, sitting.form))
    return True


# --- a page of questions --------------------------------------------------------------------------------------------
def _read(sitting: Sitting, index: int) -> tuple[State, PageResult, State | None]:
    """The state with this page's answers in it, what reading found, and the state as it was kept."""
    definition = sitting.paper.definition
    before = sitting.keeper.load() if len(definition.pages) > 1 else None
    state = before or State(answers=dict(sitting.parameters))
    today = clock.date_from_day(clock.day_of_epoch(int(sitting.now)))
    result = validation.page_form(definition, index).read(sitting.form, state.answers, state.texts, today=today)
    state = State(
        page=state.page,
        answers=result.answers,
        texts=result.texts,
        reviewed=state.reviewed,
        number=state.number,
        seen=list(dict.fromkeys([*state.seen, *sitting.form.get("_q", ())])),
        layout=_layout(sitting) or state.layout,
        issued=state.issued or sitting.issued,
    )
    return state, result, before


def _from_page(sitting: Sitting, index: int) -> Reply:
    if one(sitting.form, "go") == "resume" and sitting.form.get("_end") == ["1."]:
        # the page is not read: the reload may have drawn the questions of another version
        return _resume(sitting, index)
    state, result, before = _read(sitting, index)
    if result.damaged is not None:
        return _damaged(sitting)
    go, view = one(sitting.form, "go") or "next", one(sitting.form, "view")
    if view:
        return _show(sitting, state, index, given=sitting.form, at=_step(sitting))
    if go == "restart":
        return _restart(sitting, state)
    if go == "back":
        return _back(sitting, state, index)
    if result.problems:
        return _show(sitting, state, index, given=sitting.form, problems=result.problems)
    if result.new_questions:
        return _show(sitting, state, index, given=sitting.form, news=result.new_questions)
    way = path(sitting.paper.definition, state.answers, state.texts)
    alone = len(sitting.paper.definition.pages) == 1
    counted = sitting.paper.definition.quotas and not alone  # the submit judges an only page
    if counted and (ended := _ended_by_quota(sitting, way, fresh=before is None)):
        return ended
    following = _following(sitting, way, state, index)
    if following is not None:
        return _turn(sitting, state, following.index)
    if sitting.paper.reviewed and go != "submit":
        state.reviewed = True
        return _review(sitting, state, way)
    if not alone and before is None and (used := _used(sitting)):
        return used
    return _submit(sitting, state, way, checked=alone)


def _ended_by_quota(sitting: Sitting, way: Path, *, fresh: bool) -> Reply | None:
    """The last page of somebody whom a full quota turns away, now or (`fresh`: no draft is there) by an earlier try."""
    if fresh and (name := sitting.keeper.turned_away_by()):
        return Reply(200, turning_away.page(sitting.frame, sitting.paper.definition, name))
    full = sitting.keeper.full_quota(way)
    return _told(sitting, sitting.keeper.turn_away(sitting, way, full)) if full else None


def _in_order(sitting: Sitting, way: Path) -> tuple[PathPage, ...]:
    """The pages of the way as this person meets them."""
    definition = sitting.paper.definition
    if not definition.random_pages:
        return way.pages
    on_way = {page.index: page for page in way.pages}
    return tuple(on_way[index] for index in pages_in_order(definition, sitting.order) if index in on_way)


def _page_after(sitting: Sitting, way: Path, index: int) -> PathPage | None:
    definition = sitting.paper.definition
    if not definition.random_pages:
        return way.next_page(index)
    places = pages_in_order(definition, sitting.order)
    after = places[places.index(index) + 1 :] if index in places else places
    return next((page for page in _in_order(sitting, way) if page.index in after), None)


def _page_before(sitting: Sitting, way: Path, index: int) -> PathPage | None:
    definition = sitting.paper.definition
    if not definition.random_pages:
        return way.previous_page(index)
    places = pages_in_order(definition, sitting.order)
    before = places[: places.index(index)] if index in places else ()
    return next((page for page in reversed(_in_order(sitting, way)) if page.index in before), None)


def _following(sitting: Sitting, way: Path, state: State, index: int) -> PathPage | None:
    if not state.reviewed:
        return _page_after(sitting, way, index)
    seen = set(state.seen)  # after the review only pages with something new are shown
    return next((p for p in way.pages if any(q.asks and q.name not in seen for q in p.questions)), None)


def _turn(sitting: Sitting, state: State, index: int, *, at: str = "") -> Reply:
    """Save the draft and show another page."""
    definition = sitting.paper.definition
    state.page, state.at = str(index), at
    state.number = max(state.number, sitting.save_number) + 1
    first = next((q.name for q in questions_in_order(definition, index, sitting.order) if q.asks), "")
    sitting.keeper.save(state, _question_at(at, {}) or first)
    return _show(sitting, state, index, at=at)


def _restart(sitting: Sitting, state: State) -> Reply:
    """Somebody else's answers are not theirs: nothing of what was saved stays."""
    fresh = State(answers=dict(sitting.parameters), number=state.number, issued=state.issued)
    return _turn(sitting, fresh, pages_in_order(sitting.paper.definition, sitting.order)[0])


def _back(sitting: Sitting, state: State, index: int) -> Reply:
    way = path(sitting.paper.definition, state.answers, state.texts)
    before = _page_before(sitting, way, index)
    if before is None:
        return _show(sitting, state, index, given=sitting.form)
    return _turn(sitting, state, before.index, at=_last_step(sitting, before))


def _resume(sitting: Sitting, index: int) -> Reply:
    """A reloaded first page asks for what this tab had saved."""
    state = sitting.keeper.load()
    if state is None:
        used = _used(sitting)
        return used or _show(sitting, State(answers=dict(sitting.parameters)), index, given=sitting.form)
    if state.page == REVIEW:
        return _review(sitting, state, path(sitting.paper.definition, state.answers, state.texts))
    return _show(sitting, state, int(state.page), at=state.at)


def _show(
    sitting: Sitting,
    state: State,
    index: int,
    *,
    given: Form | None = None,
    at: str = "",
    problems: list[FieldProblem] | None = None,
    news: list[str] | None = None,
    notice: str = "",
    status: int = 200,
    resumed: bool = False,
) -> Reply:
    definition, frame = sitting.paper.definition, sitting.frame
    order = sitting.order
    if given is None:
        given = {}
        for question in definition.pages[index].questions:
            given |= validation.form_values(definition, question, state.answers, state.texts)
    # shown is what follows from answers that count: not from those a change has taken off the way, and with all that is
    # calculated from the others
    way = path(definition, state.answers, state.texts)
    errors: dict[str, str] = {}
    for problem in problems or ():
        words = validation.message(problem, frame.language, definition)
        errors.setdefault(problem.variable, piping.fill(words, definition, way.answers, way.texts, frame.language))
    sheet = Sheet(
        definition,
        frame.language,
        order=order,
        given=given,
        answers=way.answers,
        texts=way.texts,
        errors=errors,
        focus=news[0] if news else "",
        numbers=document.numbering(frame, definition, order),
        speaking=frame.speaking,
        uploading=True,
    )
    place = Place(
        sitting.paper.version_id,
        str(index),
        at=at,
        save=max(state.number, sitting.save_number),
        seconds=sitting.paper.seconds,
        back=_page_before(sitting, way, index) is not None,
        notice=notice,
        news=len(news or ()),
        mode=sitting.mode,
        kept=sitting.kept,
        resumed=resumed,
        until=sitting.until,
    )
    halves = document.page_document(frame, sheet, place)
    return Reply(
        422 if errors else status,
        halves.front + document.secrets_of(sitting.secrets) + halves.rest,
        script=frame.script,
    )


# --- speaking ---------------------------------------------------------------------------------------------------------
def _spoken(sitting: Sitting, index: int) -> Reply | None:
    """The page that records, or the page before it with what came of it; None for forms that are about neither."""
    wanted = recording_page.asked_for(sitting.form, sitting.paper.definition)
    if wanted is None or sitting.form.get("_end") != ["1."]:
        return None
    act, question = wanted
    if act == recording_page.ASK:
        return _recorder(sitting, question)
    if act == recording_page.SPOKEN:
        body = recording_page.audio_of(sitting.form)
        _ = sitting.frame.say
        if one(sitting.form, "_voice") != "yes":
            return _recorder(sitting, question, _("请先勾选同意录音，再使用这段录音。"))
        try:
            sitting.keeper.keep_recording(question.name, sitting.frame.language, body or b"")
        except DomainError as error:
            return _recorder(sitting, question, recording_page.refusal(sitting.frame, error))
        sitting.form = recording_page.marked(sitting.form, question, sitting.frame.language)
    else:
        sitting.form = recording_page.unmarked(sitting.form)
    state, result, _before = _read(sitting, index)
    if result.damaged is not None:
        return _damaged(sitting)
    return _show(sitting, state, index, given=sitting.form, at=f"s-{question.name}")


def _recorder(sitting: Sitting, question: LongText, problem: str = "") -> Reply:
    sheet = Sheet(sitting.paper.definition, sitting.frame.language)
    html = recording_page.page(sitting.frame, sheet, question, sitting.form, problem=problem)
    return Reply(422 if problem else 200, html, script=recording_page.script())


# --- handing over a file ----------------------------------------------------------------------------------------------
def _filed(sitting: Sitting, index: int) -> Reply | None:
    """The page that takes a file, or the page before it with what came of it; None for forms that are about neither."""
    wanted = file_page.asked_for(sitting.form, sitting.paper.definition)
    if wanted is None or sitting.form.get("_end") != ["1."]:
        return None
    act, question = wanted
    reference: str | None = "" if act == DROPPED else None
    if act == ASK and sitting.frame.preview:
        reference = "0" * 32 + (".jpg" if "photo" in question.accepts else ".pdf")  # a preview keeps nothing
    elif act == ASK:
        return _uploader(sitting, question)
    elif act == file_page.SENT:
        try:
            if file_page.TOO_LONG in sitting.form:
                raise uploads.too_large(question)
            reference = sitting.keeper.keep_file(question, file_page.body_of(sitting.form))
        except DomainError as error:
            return _uploader(sitting, question, error.sentence(sitting.frame.say))
    sitting.form = file_page.with_reference(sitting.form, question.name, reference)
    state, result, _before = _read(sitting, index)
    if result.damaged is not None:
        return _damaged(sitting)
    return _show(sitting, state, index, given=sitting.form, at=f"s-{question.name}")


def _uploader(sitting: Sitting, question: File, problem: str = "") -> Reply:
    sheet = Sheet(sitting.paper.definition, sitting.frame.language)
    html = file_page.page(sitting.frame, sheet, question, sitting.form, problem=problem)
    return Reply(422 if problem else 200, html)


def _without_gone_files(sitting: Sitting, state: State, way: Path) -> list[FieldProblem]:
    """Problems of the answers whose file is not there (any more); they are taken out."""
    found = []
    for name in sitting.paper.files:
        reference = way.answers.get(name)
        if isinstance(reference, str) and not sitting.keeper.has_file(reference):
            found.append(FieldProblem(name, name, "file_gone"))
            state.answers.pop(name, None)
    return found


# --- the review -----------------------------------------------------------------------------------------------------
def _from_review(sitting: Sitting) -> Reply:
    if sitting.form.get("_end") != ["1."]:
        return _damaged(sitting)
    state = sitting.keeper.load()
    if state is None:
        used = _used(sitting)
        _ = sitting.frame.say
        lost = _("之前填写的内容已过期，请重新填写。")
        start = pages_in_order(sitting.paper.definition, sitting.order)[0]
        return used or _show(sitting, State(answers=dict(sitting.parameters)), start, notice=lost, status=422)
    definition = sitting.paper.definition
    way = path(definition, state.answers, state.texts)
    go = one(sitting.form, "go")
    if one(sitting.form, "view") or not way.pages:
        return _review(sitting, state, way)
    try:
        if go == "restart":
            return _restart(sitting, state)
        if go == "back":
            last = _in_order(sitting, way)[-1]
            return _turn(sitting, state, last.index, at=_last_step(sitting, last))
        name = go.removeprefix("edit:")
        if name != go and name in definition.page_of:
            return _turn(sitting, state, definition.page_of[name], at=f"s-{name}")
        return _submit(sitting, state, way)
    except Busy:
        return _review(sitting, state, way, notice=_busy_words(sitting.frame), save=False)


def _review(
    sitting: Sitting, state: State, way: Path, *, notice: str = "", save: bool = True, resumed: bool = False
) -> Reply:
    definition, frame = sitting.paper.definition, sitting.frame
    if save and (state.page != REVIEW or not state.reviewed):
        state.page, state.reviewed, state.at = REVIEW, True, ""
        state.number = max(state.number, sitting.save_number) + 1
        last = [q.name for p in way.pages for q in p.questions if q.asks]
        sitting.keeper.save(state, last[-1] if last else "")
    rows = [
        (question, _in_words(sitting, question, way))
        for page in way.pages
        for question in page.questions
        if question.asks
    ]
    sheet = Sheet(definition, frame.language, answers=way.answers, texts=way.texts)
    place = Place(
        sitting.paper.version_id, REVIEW, save=state.number, back=True, notice=notice, kept=sitting.kept, resumed=resumed,
        changeable=sitting.changeable, until=sitting.until,
    )  # fmt: skip
    halves = document.review_document(frame, sheet, place, rows)
    html = halves.front + document.secrets_of(sitting.secrets) + halves.rest
    return Reply(503 if notice else 200, html, script=assets.review_script() if resumed else frame.script)


def _in_words(sitting: Sitting, question: Any, way: Path) -> str:
    """The answer as the respondent gave it; rows and fields one per line."""
    definition, language = sitting.paper.definition, sitting.frame.language
    if isinstance(question, Ranking):
        shown = [
            text_in(question.piped_choice("", c), language, definition.language)
            for c in way.answers.get(question.name, ())
        ]
        return "\n".join(f"{rank}. {words}" for rank, words in enumerate(shown, start=1))
    if isinstance(question, Region):
        return region_field.in_words(question, way.answers, language, definition.language)
    items = getattr(question, "rows", None) or getattr(question, "fields", None)
    if items is None or isinstance(items, dict) or isinstance(question, MatrixFields):
        parts = [(question.part_text(name), name) for name in question.field_names()]
    else:
        parts = [(item.text, question.variable_of(item)) for item in items]
    if len(parts) < 2 or parts[0][0] is None:
        return _measured(sitting, question, question.name, way)
    colon, lines = sitting.frame.say("："), []
    for label, variable in parts:
        words = _measured(sitting, question, variable, way)
        if words:
            lines.append(f"{definition.text(label, language)}{colon}{words}")
    return "\n".join(lines)


def _measured(sitting: Sitting, question: Any, variable: str, way: Path) -> str:
    """The words of one answer; points with the highest one beside them, numbers with their unit."""
    definition, language, value = sitting.paper.definition, sitting.frame.language, way.answers.get(variable)
    words = piping.shown_answer(definition, variable, way.answers, way.texts, language)
    points = getattr(question, "numbers", ())
    pointed = question.type in ("rating", "nps", "matrix") and not getattr(question, "labels", None)
    if points and pointed and isinstance(value, int):
        return f"{value} / {points[-1]}"
    unit = getattr(question, "unit", None)
    return f"{words} {definition.text(unit, language)}" if unit and words and value != UNSURE else words


# --- the submit -----------------------------------------------------------------------------------------------------
def _submit(sitting: Sitting, state: State, way: Path, *, checked: bool = False) -> Reply:
    """Store the answer. `checked`: reading the only page has just checked everything."""
    definition = sitting.paper.definition
    gone = _without_gone_files(sitting, state, way)
    if gone:
        return _show(sitting, state, definition.page_of[gone[0].question], problems=gone)
    if not checked:
        today = clock.date_from_day(clock.day_of_epoch(int(sitting.now)))
        problems = validation.complete(definition, state.answers, state.texts, today=today, way=way)
        if sitting.start:
            problems = [problem for problem in problems if problem.question in state.seen]
        if problems:
            index = definition.page_of[problems[0].question]
            return _show(
                sitting, state, index, problems=[p for p in problems if definition.page_of[p.question] == index]
            )
    return _told(sitting, sitting.keeper.submit(sitting, way, state.layout))


def _told(sitting: Sitting, outcome: Outcome) -> Reply:
    if outcome is Outcome.FULL:
        name = sitting.keeper.turned_away_by()
        return Reply(200, turning_away.page(sitting.frame, sitting.paper.definition, name))
    if outcome is Outcome.TAKEN:
        words = typed_words(sitting.paper, sitting.form)
        if sitting.until:
            return Reply(200, closing.changed_elsewhere(sitting.frame, words, sitting.acts))
        return Reply(200, closing.already_answered(sitting.frame, words))
    if outcome is Outcome.GONE or (outcome is Outcome.RETRY and sitting.keeper.is_deleted()):
        return Reply(200, closing.deleted(sitting.frame, typed_words(sitting.paper, sitting.form)))
    return Reply(200, "", thanks=True, again=outcome is Outcome.RETRY)


def _used(sitting: Sitting) -> Reply | None:
    """The page for a code that was used before; None when it was not."""
    outcome = sitting.keeper.so_far()
    return _told(sitting, outcome) if outcome else None


def typed_words(paper: Paper, form: Form) -> dict[str, str]:
    """The free text of a form, to be shown back when it cannot be stored."""
    names = {name for question in paper.definition.questions for name in question.text_names()}
    return {name: value for name in names if (value := one(form, name).strip())}


# --- small things ---------------------------------------------------------------------------------------------------
def _layout(sitting: Sitting) -> str:
    return layout_of(sitting.paper, one(sitting.form, "_y"), sitting.frame.size)


def layout_of(paper: Paper, width: str, size: str) -> str:
    """How a 0-10 scale looked: as a row, 6 + 5, or 4 x 3. The rules are those of page.css; "" when nobody can know."""
    if not paper.zero_to_ten:
        return ""
    if paper.zero_to_ten == "row":
        return "row11"
    if not width.isascii() or not width.isdigit() or len(width) > 5:
        return ""
    if int(width) >= (760 if size else 600):
        return "row11"
    return "grid43" if size else "grid65"


def _damaged(sitting: Sitting) -> Reply:
    return Reply(400, closing.damaged(sitting.frame))


def _busy_words(frame: Frame) -> str:
    _ = frame.say
    return _("系统繁忙，您填写的内容还在，请稍后再点一次。")


def _busy(sitting: Sitting, index: int) -> Reply:
    """The same page with everything typed, and a sentence."""
    state = State(answers=dict(sitting.parameters))
    definition = sitting.paper.definition
    result = validation.page_form(definition, index).read(sitting.form, state.answers, state.texts)
    state.answers, state.texts = result.answers, result.texts
    return _show(sitting, state, index, given=sitting.form, notice=_busy_words(sitting.frame), status=503)


def _step(sitting: Sitting) -> str:
    """The step the script stood at, if it is one of this page."""
    at = one(sitting.form, "_a")
    return at if at.removeprefix("s-") in sitting.form.get("_q", ()) else ""


def _question_at(at: str, form: Form) -> str:
    markers = form.get("_q", ())
    return at.removeprefix("s-") or (markers[-1] if markers else "")


def _last_step(sitting: Sitting, page: PathPage) -> str:
    order = questions_in_order(sitting.paper.definition, page.index, sitting.order)
    applies = {q.name for q in page.questions}
    asked = [q.name for q in order if q.asks and q.name in applies]
    return f"s-{asked[-1]}" if asked else ""
