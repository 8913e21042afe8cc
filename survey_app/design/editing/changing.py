"""Changing a draft: one operation at a time, stored with its inverse, refused when somebody else changed the same thing.

Undo takes back a person's own last change; a stack per person and questionnaire lies in the table of edits, so it outlives
the page. Two people editing at once lose nothing: operations run on the draft as it stands, under the row's lock.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from survey_app import events
from survey_app.database import db
from survey_app.design.editing import marks
from survey_app.design.editing.tree import Changes, Data, Flat, Tree, apply, compare, flatten, plain, unflatten
from survey_app.design.models import Edit, Questionnaire, may_become
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.questionnaire import loading, meaning
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.problems import InvalidQuestionnaire, Problem, path_of, sentence

Operation = Callable[[Tree], Any]

KEPT = 1_000  # edits per questionnaire
TYPING = timedelta(seconds=30)  # saves of one field within this time are one step of undo
QUIET = timedelta(minutes=30)  # one line in the audit log per person and sitting, not per keystroke
GIVEN = ("value", "retired")  # keys that publication writes into a draft
HARD = frozenset(
    {"duplicate_name", "duplicate_code", "duplicate_value", "duplicate_language", "value_is_missing_code"}
    | {"two_others", "only_in_multiple", "unknown_scale", "too_many_questions", "long_variable"}
)
"""Faults of meaning that no draft may have; every other fault is shown and forbids only publishing."""


class Refused(DomainError):
    """The change would make something that is no questionnaire; `problems` says what."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(sentence(problems[0]) if problems else "")
        self.problems = problems

    def sentence(self, translate: Callable[[str], str]) -> str:
        """The engine's sentences in the language of the page."""
        language = "en" if translate(N_("语言：中文")).endswith("English") else "zh-CN"
        return " ".join(dict.fromkeys(sentence(problem, language) for problem in self.problems[:3]))


class Conflict(DomainError):
    """Somebody else changed the same thing since this page was loaded. `theirs` is the newest such edit, if it is known."""

    def __init__(self, message: str, theirs: Edit | None, paths: list[str], **values: object) -> None:
        super().__init__(message, **values)
        self.theirs = theirs
        self.paths = paths


class Gone(Conflict):
    """What was to be changed is not there any more."""


def change(
    *,
    questionnaire: Questionnaire,
    operation: Operation,
    kind: str,
    by: Actor,
    page: str,
    base: int | None,
    now: datetime,
    force: bool = False,
) -> Edit | None:
    """Run an operation on the draft; None when it changed nothing.

    `page` is the random number of the loaded page, `base` the revision it shows (None: no check for conflicts). Raises
    Conflict, Gone, Refused, or what the operation raises (DomainError).
    """
    lock(questionnaire)
    tree = Tree(questionnaire.draft)
    before = flatten(tree)
    try:
        operation(tree)
    except KeyError as error:
        raise _gone(questionnaire, str(error.args[0]) if error.args else "") from error
    tree.index()
    after = flatten(tree)
    if marks.note_old_translations(before, after, tree):
        after = flatten(tree)
    changes = compare(before, after)
    if not changes:
        return None
    if base is not None and not force:
        _refuse_conflicts(questionnaire, changes, page, base)
    _store(questionnaire, tree.data, now=now, by=by)
    _drop_undone(questionnaire, by.id)
    typed = _typed_on(questionnaire, kind, by, page, now, changes)
    if typed is not None:
        return typed
    return _log(questionnaire, changes, kind=kind, by=by, page=page, now=now)


def lock(questionnaire: Questionnaire) -> None:
    """Changes of one draft take turns."""
    db.session.execute(select(Questionnaire.id).where(Questionnaire.id == questionnaire.id).with_for_update())
    db.session.refresh(questionnaire)


def _gone(questionnaire: Questionnaire, node_id: str) -> Gone:
    theirs = next((edit for edit in _newest(questionnaire, 0) if node_id in _changes(edit).removed()), None)
    return Gone(N_("这部分内容已被删除，您的修改没有保存。"), theirs, [])


def _newest(questionnaire: Questionnaire, base: int) -> list[Edit]:
    query = select(Edit).where(Edit.questionnaire_id == questionnaire.id, Edit.revision > base)
    return list(db.session.scalars(query.order_by(Edit.revision.desc()).limit(KEPT)))


def _changes(edit: Edit) -> Changes:
    return Changes.from_json(edit.changes)


def _refuse_conflicts(questionnaire: Questionnaire, changes: Changes, page: str, base: int) -> None:
    """The newest edit of each value that I change must be older than my page, or my page's own."""
    mine = changes.touched()
    seen: set[str] = set()
    for edit in _newest(questionnaire, base):
        both = (_changes(edit).touched() & mine) - seen
        seen |= both
        if both and edit.page != page:
            raise Conflict(N_("别人刚改过这里，您的修改还没有保存。"), edit, sorted(both))


def checked(data: Data) -> Definition:
    """The definition in a draft's JSON. Raises Refused when it has no shape or a fault that no draft may have."""
    try:
        definition = Definition.from_json(plain(data))
    except ValueError:
        raise Refused(problems_of(data)) from None
    hard = [
        Problem(problem.code, path_of(loading.place_of(problem.path)), problem.values)
        for problem in meaning.structure(definition)
        if problem.code in HARD
    ]
    if hard:
        raise Refused(hard)
    return definition


def problems_of(data: Data) -> list[Problem]:
    """Why a draft's JSON is no definition."""
    try:
        loading.definition_from(plain(data))
    except InvalidQuestionnaire as error:
        return list(error.problems)
    return [Problem("not_a_mapping", "", {})]


def _store(questionnaire: Questionnaire, data: Data, *, now: datetime, by: Actor) -> None:
    definition = checked(data)
    if definition.name != questionnaire.name:
        _rename(questionnaire, definition.name)
    if not questionnaire.versions:
        questionnaire.mode = definition.mode  # nothing was promised to anybody yet
    elif definition.mode != questionnaire.draft.get("mode", "anonymous"):
        _refuse_looser(questionnaire, definition.mode)
    questionnaire.draft = data
    questionnaire.title = dict(definition.title)
    questionnaire.draft_revision += 1
    questionnaire.updated_at, questionnaire.updated_by_id = now, by.id


def _rename(questionnaire: Questionnaire, name: str) -> None:
    if questionnaire.versions:
        raise DomainError(N_("发布后不能再改短名：数据文件和链接都用它。")).at("name")
    if db.session.scalar(select(Questionnaire.id).where(Questionnaire.name == name)) is not None:
        raise DomainError(N_("短名“%(name)s”已经被另一份问卷使用。"), name=name).at("name")
    questionnaire.name = name


def _refuse_looser(questionnaire: Questionnaire, mode: str) -> None:
    if not may_become(questionnaire.mode, mode):
        raise DomainError(N_("发布后的问卷只能收紧匿名方式，不能放宽。请另建一份新问卷。")).at("mode")


def _drop_undone(questionnaire: Questionnaire, user_id: int | None) -> None:
    """A new change ends what could be done again."""
    db.session.execute(
        update(Edit)
        .where(Edit.questionnaire_id == questionnaire.id, Edit.user_id == user_id, Edit.state == "undone")
        .values(state="dropped")
    )


def _typed_on(
    questionnaire: Questionnaire, kind: str, by: Actor, page: str, now: datetime, changes: Changes
) -> Edit | None:
    """The edit before, when this one only goes on typing in the same field: then both are one step."""
    if not kind.startswith("text.") or changes.lists or len(changes.touched()) != 1:
        return None
    last = db.session.scalar(
        select(Edit).where(Edit.questionnaire_id == questionnaire.id, Edit.revision == questionnaire.draft_revision - 1)
    )
    if last is None or (last.page, last.kind, last.user_id, last.state) != (page, kind, by.id, "done"):
        return None
    earlier = _changes(last)
    if last.undoes or earlier.lists or earlier.touched() != changes.touched() or now - last.at > TYPING:
        return None
    values = dict(earlier.values)
    for path, (before, after) in changes.values.items():
        values[path] = (values[path][0] if path in values else before, after)
    last.changes = Changes({p: pair for p, pair in values.items() if pair[0] != pair[1]}, {}).to_json()
    last.revision = questionnaire.draft_revision
    db.session.flush()
    return last


def _log(
    questionnaire: Questionnaire,
    changes: Changes,
    *,
    kind: str,
    by: Actor,
    page: str,
    now: datetime,
    undoes: bool = False,
) -> Edit:
    recent = select(func.count()).select_from(Edit)
    recent = recent.where(Edit.questionnaire_id == questionnaire.id, Edit.user_id == by.id, Edit.at > now - QUIET)
    if not db.session.scalar(recent):
        events.record("questionnaire.draft_changed", questionnaire, by=by, revision=questionnaire.draft_revision)
    edit = _edit(questionnaire, changes, kind=kind, by=by, page=page, now=now, undoes=undoes)
    db.session.add(edit)
    db.session.flush()
    if edit.revision % 50 == 0:
        db.session.execute(
            delete(Edit).where(Edit.questionnaire_id == questionnaire.id, Edit.revision <= edit.revision - KEPT)
        )
    return edit


def _edit(
    questionnaire: Questionnaire,
    changes: Changes,
    *,
    kind: str,
    by: Actor,
    page: str,
    now: datetime,
    state: str = "done",
    undoes: bool = False,
) -> Edit:
    return Edit(
        questionnaire_id=questionnaire.id,
        revision=questionnaire.draft_revision,
        user_id=by.id,
        page=page[:32],
        at=now,
        kind=kind[:40],
        changes=changes.to_json(),
        state=state,
        undoes=undoes,
    )


def replace(*, questionnaire: Questionnaire, data: Data, by: Actor, now: datetime) -> None:
    """Another draft as a whole. Nobody can undo past this point, and who has the old one open is told before it is lost."""
    lock(questionnaire)
    db.session.execute(update(Edit).where(Edit.questionnaire_id == questionnaire.id).values(state="dropped"))
    changes = compare(flatten(Tree(questionnaire.draft)), flatten(Tree(data)))
    questionnaire.draft = data
    questionnaire.draft_revision += 1
    questionnaire.updated_at, questionnaire.updated_by_id = now, by.id
    edit = _edit(questionnaire, changes, kind="file", by=by, page="", now=now, state="dropped")
    db.session.add(edit)
    db.session.flush()


# --- undo and redo -----------------------------------------------------------------------------------------------------
def stacks(questionnaire: Questionnaire, user_id: int | None) -> tuple[Edit | None, Edit | None]:
    """What this person's undo would take back, and what redo would do again."""
    return _top(questionnaire, user_id, "done"), _top(questionnaire, user_id, "undone")


def _top(questionnaire: Questionnaire, user_id: int | None, state: str) -> Edit | None:
    order = Edit.revision.desc() if state == "done" else Edit.revision.asc()
    query = select(Edit).where(
        Edit.questionnaire_id == questionnaire.id,
        Edit.user_id == user_id,
        Edit.state == state,
        Edit.undoes.is_(False),
    )
    return db.session.scalar(query.order_by(order).limit(1))


def undo(
    *, questionnaire: Questionnaire, by: Actor, page: str, now: datetime, force: bool = False
) -> tuple[Edit, Edit | None] | None:
    """Take back this person's last change: (that change, the new edit). None when there is nothing to take back.

    Raises Conflict when somebody else changed the same since; `force` takes it back all the same, where it still can be.
    """
    lock(questionnaire)
    edit = _top(questionnaire, by.id, "done")
    if edit is None:
        return None
    made = _carry_out(questionnaire, edit, _changes(edit).inverted(), "undo", by, page, now, force)
    edit.state = "undone"
    return edit, made


def redo(
    *, questionnaire: Questionnaire, by: Actor, page: str, now: datetime, force: bool = False
) -> tuple[Edit, Edit | None] | None:
    """Do again what this person took back last; as `undo`."""
    lock(questionnaire)
    edit = _top(questionnaire, by.id, "undone")
    if edit is None:
        return None
    made = _carry_out(questionnaire, edit, _changes(edit), "redo", by, page, now, force)
    edit.state = "done"
    return edit, made


def _carry_out(
    questionnaire: Questionnaire,
    edit: Edit,
    changes: Changes,
    kind: str,
    by: Actor,
    page: str,
    now: datetime,
    force: bool,
) -> Edit | None:
    before, flat = flatten(Tree(questionnaire.draft)), flatten(Tree(questionnaire.draft))
    in_conflict = apply(changes, flat)
    _drop_given(questionnaire, edit, changes, flat)
    theirs = _by_others(questionnaire, edit, in_conflict)
    if in_conflict and not force:
        raise Conflict(N_("这之后别人改过同一处内容，所以没有撤销。"), theirs, in_conflict)
    try:
        data = unflatten(flat)
        real = compare(before, flatten(Tree(data)))
        if real:
            _store(questionnaire, data, now=now, by=by)
    except (ValueError, KeyError, Refused) as error:
        if force:
            return None  # nothing of it is left to take back: the step is over
        raise Conflict(N_("这之后别人改过相关的内容，所以没有撤销。"), theirs, in_conflict) from error
    return _log(questionnaire, real, kind=kind, by=by, page=page, now=now, undoes=True) if real else None


def _drop_given(questionnaire: Questionnaire, edit: Edit, changes: Changes, flat: Flat) -> None:
    """What publication wrote into a part since (no edit tells of it) goes with the part."""
    given = {f"{node}/{key}" for node in changes.removed() for key in GIVEN} & flat.values.keys()
    if given:
        given -= {path for later in _newest(questionnaire, edit.revision) for path in _changes(later).values}
    for path in given:
        del flat.values[path]


def _by_others(questionnaire: Questionnaire, edit: Edit, paths: list[str]) -> Edit | None:
    touched = set(paths)
    for later in _newest(questionnaire, edit.revision):
        changes = _changes(later)
        if later.user_id != edit.user_id and touched & {*changes.values, *changes.lists}:
            return later
    return None


def flat_of(questionnaire: Questionnaire) -> Flat:
    """The draft taken apart, for showing a conflict."""
    return flatten(Tree(questionnaire.draft))
