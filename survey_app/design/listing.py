"""The list of questionnaires: what it shows, and how it is searched. A page costs the same few statements however long it is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.design import publishing, translating
from survey_app.design.editing.tree import plain
from survey_app.design.models import Questionnaire, Version

TABS = ("", "draft", "collecting", "ended", "archived")
_TAB_OF = {"ready": "collecting", "scheduled": "collecting", "retired": "ended"}  # the other states are tabs themselves


@dataclass(frozen=True, slots=True)
class Numbers:
    """What answers say about one questionnaire, already such as may be shown."""

    answers: int  # the live number
    completion: str = ""  # share of begun answers that were submitted; "" when it is not known
    nps: str = ""  # with its sign; "" when there is none to show
    nps_n: int = 0  # answers behind it
    nps_interval: str = ""
    nps_few: bool = False


@dataclass(frozen=True, slots=True)
class Doors:
    """How many doors a questionnaire has."""

    open: int
    closed: int


def _nothing(_questionnaire_ids: list[int]) -> dict[int, Any]:
    return {}


def _no_doors() -> dict[int, Doors]:
    return {}


# This room reads neither answers nor doors: the rooms that do put their functions here. Every function gets the
# questionnaires of one page and answers for all of them at once; what is missing in the answer is not shown.
numbers_of: list[Callable[[list[int]], dict[int, Numbers]]] = [_nothing]
links_of: list[Callable[[list[int]], dict[int, str]]] = [
    _nothing
]  # address of the first open link, for the person who asks
doors_of_all: list[Callable[[], dict[int, Doors]]] = [_no_doors]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for; "" is anything."""

    words: str = ""
    tab: str = ""
    folder: str = ""
    tag: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything but the tab narrows the list."""
        return bool(self.words or self.folder or self.tag)


@dataclass(frozen=True, slots=True)
class Line:
    """One questionnaire in the list."""

    id: int
    name: str
    title: Mapping[str, str]
    mode: str
    state: str  # draft, ready, scheduled, collecting, ended, retired, archived
    folder: str
    tags: tuple[str, ...]
    newest_number: int | None
    changed: bool  # the draft differs from the newest version
    opens_at: datetime | None
    updated_at: datetime
    updated_by: str
    numbers: Numbers | None
    link: str
    coverage: (
        int | None
    )  # per cent of the texts that are translated, in the language that has fewest; None: one language


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the list and what its filters offer."""

    lines: list[Line]
    total: int
    tabs: Mapping[str, int]  # how many stand under each tab, whatever is searched
    folders: list[str]
    tags: list[str] = field(default_factory=list)


def find(wanted: Wanted, *, now: datetime, page: int = 1, size: int = 50, with_numbers: bool = True) -> Found:
    """One page, last changed first. Archived questionnaires stand under their own tab alone."""
    rows, doors = db.session.execute(_query()).all(), doors_of_all[0]()
    states = {row.id: state_of(row, doors.get(row.id), now=now) for row in rows}
    here = [row for row in rows if is_under(states[row.id], wanted.tab)]
    chosen = [row for row in here if _fits(row, wanted)]
    shown = chosen[(page - 1) * size : page * size]
    return Found(
        lines=_lines(shown, states, with_numbers=with_numbers),
        total=len(chosen),
        tabs={tab: sum(is_under(state, tab) for state in states.values()) for tab in TABS},
        folders=sorted({row.folder for row in here if row.folder}),
        tags=sorted({tag for row in here for tag in row.tags}),
    )


def known_folders() -> list[str]:
    """Every folder in use."""
    return sorted(folder for folder in db.session.scalars(select(Questionnaire.folder).distinct()) if folder)


def _query() -> Any:
    newest = (
        select(Version.questionnaire_id, func.max(Version.number).label("number"))
        .group_by(Version.questionnaire_id)
        .subquery()
    )
    q = Questionnaire
    columns = (q.id, q.name, q.title, q.mode, q.folder, q.tags, q.draft_revision, q.updated_at, q.updated_by_id,
               q.archived_at, q.opens_at, q.closes_at, q.retired_at, Version.number, Version.digest)  # fmt: skip
    return (
        select(*columns)
        .outerjoin(newest, newest.c.questionnaire_id == q.id)
        .outerjoin(Version, (Version.questionnaire_id == q.id) & (Version.number == newest.c.number))
        .order_by(q.updated_at.desc(), q.id)
    )


def state_of(row: Any, doors: Doors | None, *, now: datetime) -> str:
    """Where a questionnaire stands in its life. `row`: its `number` (of the newest version) and its moments."""
    if row.archived_at is not None:
        return "archived"
    if row.number is None:
        return "draft"
    if row.retired_at is not None:
        return "retired"
    if row.closes_at is not None and row.closes_at <= now:
        return "ended"
    if row.opens_at is not None and row.opens_at > now:
        return "scheduled"
    if doors is None:
        return "ready"
    return "collecting" if doors.open else "ended"


def is_under(state: str, tab: str) -> bool:
    """Whether a state stands under a tab; under 全部 everything that is not archived."""
    return state != "archived" if tab == "" else _TAB_OF.get(state, state) == tab


def _fits(row: Any, wanted: Wanted) -> bool:
    """Every word occurs in the name, the folder, a tag or the title of some language.

    Titles and tags are JSON, so the program looks, not SQL.
    """
    if (wanted.folder and row.folder != wanted.folder) or (wanted.tag and wanted.tag not in row.tags):
        return False
    text = " ".join([row.name, row.folder, *row.tags, *row.title.values()]).casefold()
    return all(word in text for word in wanted.words.casefold().split())


def _lines(rows: list[Any], states: Mapping[int, str], *, with_numbers: bool) -> list[Line]:
    ids = [row.id for row in rows]
    if not ids:
        return []
    numbers = numbers_of[0](ids) if with_numbers else {}
    links, people, drafts = links_of[0](ids), _people(row.updated_by_id for row in rows), _drafts(rows)
    return [
        Line(
            row.id, row.name, row.title, row.mode, states[row.id], row.folder, tuple(row.tags), row.number,
            drafts[row.id].changed, row.opens_at, row.updated_at, people.get(row.updated_by_id, ""),
            numbers.get(row.id), links.get(row.id, ""), drafts[row.id].coverage,
        )
        for row in rows
    ]  # fmt: skip


def _people(ids: Iterable[int | None]) -> dict[int | None, str]:
    chosen = select(User.id, User.name, User.email).where(User.id.in_({key for key in ids if key is not None}))
    return {key: name or email.split("@")[0] for key, name, email in db.session.execute(chosen)}


@dataclass(frozen=True, slots=True)
class _Draft:
    """What the list says of a draft."""

    changed: bool
    coverage: int | None


# By what draft and newest version are: drafts are large, and this never changes
_seen: dict[tuple[int, int, datetime, str | None], _Draft] = {}
_MOST_SEEN = 5_000


def _drafts(rows: list[Any]) -> dict[int, _Draft]:
    """What there is to say of each draft. Only drafts not seen before are read."""
    keys = {row.id: (row.id, row.draft_revision, row.updated_at, row.digest) for row in rows}
    if len(_seen) > _MOST_SEEN:
        _seen.clear()
    unknown = [key for key, state in keys.items() if state not in _seen]
    if unknown:
        chosen = select(Version).where(
            Version.questionnaire_id.in_(unknown), Version.digest.in_({keys[key][3] for key in unknown})
        )
        newest = {(version.questionnaire_id, version.digest): version for version in db.session.scalars(chosen)}
        for questionnaire in db.session.scalars(select(Questionnaire).where(Questionnaire.id.in_(unknown))):
            key = keys[questionnaire.id]
            _seen[key] = _read(questionnaire, newest.get((questionnaire.id, key[3] or "")))
    return {key: _seen[state] for key, state in keys.items()}


def _read(questionnaire: Questionnaire, newest: Version | None) -> _Draft:
    same = newest is None or newest.definition == plain(questionnaire.draft)
    shares = [100 * done // of for done, of in translating.coverage(questionnaire.draft).values() if of]
    return _Draft(not same and publishing.has_news(questionnaire), min(shares, default=None))
