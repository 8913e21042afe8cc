"""The shape of the data: all variables over all versions, in column order; and one response as a row of them."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple

from survey_app.questionnaire.conditions import holds
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.offering import ruled
from survey_app.questionnaire.parts import MISSING_OFFSET, Answers, Texts
from survey_app.questionnaire.question_types.base import ValueLabel, Variable
from survey_app.questionnaire.routing import Path, path, stored_names

NOT_APPLICABLE, NOT_REACHED, EMPTY, REFUSED, UNKNOWN, NOT_IN_VERSION = range(6)
"""Offsets from a variable's first missing code (-99, or -99999)."""

MISSING_LABELS: tuple[tuple[int, Mapping[str, str]], ...] = (
    (NOT_APPLICABLE, {"zh-CN": "不适用", "en": "does not apply"}),
    (NOT_REACHED, {"zh-CN": "未答到", "en": "not reached"}),
    (EMPTY, {"zh-CN": "看到但未填写", "en": "seen but left empty"}),
    (REFUSED, {"zh-CN": "不愿透露", "en": "prefer not to say"}),
    (UNKNOWN, {"zh-CN": "不清楚", "en": "do not know"}),
    (NOT_IN_VERSION, {"zh-CN": "该版本无此题", "en": "not in this version"}),
)
MISSING_NAMES = ("not_applicable", "not_reached", "empty", "refused", "unknown", "not_in_version")
"""The reasons in the order of their offsets, as data files name them in every language."""

YES_NO = (
    ValueLabel(0, "0", {"zh-CN": "未选", "en": "not chosen"}),
    ValueLabel(1, "1", {"zh-CN": "已选", "en": "chosen"}),
)

Measure = Literal["nominal", "ordinal", "scale"]
Row = dict[str, int | float | str]


@dataclass(frozen=True)
class Codebook:
    """All variables of a questionnaire, in column order."""

    variables: tuple[Variable, ...]

    @cached_property
    def by_name(self) -> dict[str, Variable]:
        """Variable by name."""
        return {variable.name: variable for variable in self.variables}

    def missing_values(self, variable: Variable) -> dict[int, Mapping[str, str]]:
        """The six missing codes of a variable with their labels; {} for text, dates and times."""
        if variable.storage != "number":
            return {}
        return {variable.missing + offset: label for offset, label in MISSING_LABELS}


def measure(variable: Variable) -> Measure:
    """What may be calculated with a variable, in the words of SPSS."""
    if variable.storage in ("date", "time") or variable.kind in ("number", "computed"):
        return "scale"
    return "ordinal" if variable.kind in ("rank", "rating", "likert", "nps", "csat", "ces") else "nominal"


def codebook(definitions: Sequence[Definition]) -> Codebook:
    """The variables of all versions. `definitions`: newest first or oldest first does not matter for names, but the FIRST
    one gives the order and the labels, so pass the newest first.

    Removed questions stand after the section they belonged to; removed choices and rows after the others of their question.
    """
    order: list[str] = []
    columns: dict[str, list[Variable]] = {}
    for definition in definitions:
        for position, question in enumerate(definition.questions):
            own = [_labelled(v) for v in question.variables()]
            if not own:
                continue
            if question.name in columns:
                columns[question.name] = _merged(columns[question.name], own)
            else:
                order.insert(_slot(order, definition, position), question.name)
                columns[question.name] = own
    return Codebook(tuple(variable for name in order for variable in columns[name]))


def _labelled(variable: Variable) -> Variable:
    return replace(variable, values=YES_NO) if variable.kind == "multiple" else variable


def _merged(newer: list[Variable], older: list[Variable]) -> list[Variable]:
    by_name = {v.name: v for v in older}
    merged = [_with_old_values(v, by_name[v.name]) if v.name in by_name else v for v in newer]
    known = {v.name for v in newer}
    gone = [v for v in older if v.name not in known]
    # The text of 其他 stays the last column of its question.
    end = len(merged) - 1 if merged and merged[-1].storage == "text" and len(merged) > 1 else len(merged)
    return merged[:end] + gone + merged[end:]


def _with_old_values(newer: Variable, older: Variable) -> Variable:
    known = {label.code for label in newer.values}
    values = newer.values + tuple(label for label in older.values if label.code not in known)
    return replace(
        newer,
        values=values,
        missing=min(newer.missing, older.missing),
        decimals=max(newer.decimals, older.decimals),
        flagged={**older.flagged, **newer.flagged},
    )


def _slot(order: list[str], definition: Definition, position: int) -> int:
    """Where a question of an older version goes: after the last question of its section that is already placed."""
    sections = _sections(definition)
    names = [question.name for question in definition.questions]
    mates = {names[i] for i in range(len(names)) if sections[i] == sections[position]}
    earlier = {names[i] for i in range(len(names)) if sections[i] < sections[position]}
    for group in (mates, earlier):
        places = [index for index, name in enumerate(order) if name in group]
        if places:
            return places[-1] + 1
    return len(order) if not earlier else 0


def _sections(definition: Definition) -> list[int]:
    """The section number of every question: a new one at each page and each section heading."""
    numbers, section = [], 0
    for page in definition.pages:
        section += 1
        for question in page.questions:
            section += question.type == "section"
            numbers.append(section)
    return numbers


Maker = Callable[[Answers, Texts], Row]


def row(definition: Definition, answers: Answers, texts: Texts, book: Codebook | None = None) -> Row:
    """One response as a row: variable name -> value, missing codes applied; with `book`, over all its variables.

    Numbers are ints or floats; texts, dates and times are strings, "" when missing.
    """
    if book is None:
        maker = definition.compiled.get("row_maker")
        if maker is None:
            maker = definition.compiled["row_maker"] = row_maker(definition, codebook([definition]))
        made: Row = maker(answers, texts)
        return made
    return row_maker(definition, book)(answers, texts)


def row_maker(definition: Definition, book: Codebook) -> Maker:
    """A function that makes rows of one version; make it once and use it for every response of that version."""
    names, make = [variable.name for variable in book.variables], values_maker(definition, book)
    return lambda answers, texts: dict(zip(names, make(answers, texts), strict=True))


def values_maker(definition: Definition, book: Codebook) -> Callable[[Answers, Texts], list[int | float | str]]:
    """The same without names: the values in the order of the codebook."""
    some_ruled = ruled(definition)
    owners: dict[str, str] = {
        v.name: _PART + v.name if q.name in some_ruled else q.name for q in definition.questions for v in q.variables()
    }
    cells = [_cell_of(v, owners.get(v.name, "")) for v in book.variables]
    if some_ruled or any(q.type in ("computed", "hidden") for q in definition.questions):

        def make(answers: Answers, texts: Texts) -> list[int | float | str]:
            way: Path = path(definition, answers, texts)
            shown = way.questions
            if some_ruled:  # their columns are off the path one by one
                offered = (q for page in way.pages for q in page.questions if q.name in some_ruled)
                shown += tuple(_PART + v.name for q in offered for v in q.variables())
            return _values(cells, way.answers, way.texts, _Others(shown))

        return make
    find_off = _off_path(definition)
    return lambda answers, texts: _values(cells, answers, texts, find_off(answers, texts))


_PART = "*"
"""In front of the name of a column that is its own owner: no question is called like that."""


class _Others:
    """All questions but some."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)

    def __contains__(self, name: object) -> bool:
        return name not in self._names


class _CellOf(NamedTuple):
    """One column of one version. Most columns are numbers that are looked up right in the loop over the columns: `name` is
    the stored name, `table` gives numbers for codes; `cell` does it for the others."""

    owner: str
    name: str
    table: Mapping[Any, int]
    off: int
    empty: int
    cell: "Cell | None"


def _cell_of(variable: Variable, owner: str) -> _CellOf:
    if not owner:
        return _CellOf("", "", {}, 0, 0, _absent(variable))
    off, empty = variable.missing, variable.missing + (NOT_APPLICABLE if variable.kind == "computed" else EMPTY)
    cell = _cell(variable, off, empty)
    table: dict[Any, int] = {label.code: label.value for label in variable.values}
    table |= {code: variable.missing + MISSING_OFFSET[kind] for code, kind in variable.flagged.items()}
    return _CellOf(owner, variable.answer, table, off, empty, cell)


def _values(
    cells: Sequence[_CellOf], answers: Answers, texts: Texts, off_path: Container[str]
) -> list[int | float | str]:
    """One response. Written as one loop without calls for the sake of large exports."""
    made: list[int | float | str] = []
    add, get = made.append, answers.get
    nothing_off = not off_path if isinstance(off_path, set) else False
    for owner, name, table, off, empty, cell in cells:
        on_path = nothing_off or owner not in off_path
        if cell is not None:
            add(cell(answers, texts, on_path))
        elif not on_path:
            add(off)
        else:
            given = get(name)
            if given.__class__ is int or given.__class__ is float:
                add(given)
            elif given.__class__ is str:
                add(table.get(given, empty))
            else:
                add(empty)
    return made


def _off_path(definition: Definition) -> Callable[[Answers, Texts], set[str]]:
    """A function that names the questions off the path; it looks only at conditions, for the sake of large exports."""
    stored = {name: known + written for name, (known, written) in stored_names(definition).items()}
    pages = [
        (
            page.show_if,
            [(q.name, q.show_if) for q in page.questions if q.show_if is not None],
            [q.name for q in page.questions],
            page.end_if,
        )
        for page in definition.pages
    ]
    steps = [page for page in pages if page[0] is not None or page[1] or page[3] is not None]
    after = [
        [name for later in pages[index + 1 :] for name in later[2]]
        for index, page in enumerate(pages)
        if page[0] is not None or page[1] or page[3] is not None
    ]

    def find(answers: Answers, texts: Texts) -> set[str]:
        off: set[str] = set()
        for (show_if, conditional, names, end_if), rest in zip(steps, after, strict=True):
            if show_if is not None and not holds(show_if, answers, texts):
                gone = names
            else:
                gone = []
                for name, condition in conditional:
                    if not holds(condition, answers, texts):
                        off.add(name)
                        answers, texts = _without([name], stored, answers, texts)
                if end_if is not None and holds(end_if, answers, texts):
                    off.update(rest)
                    return off
            if gone:
                off.update(gone)
                answers, texts = _without(gone, stored, answers, texts)
        return off

    return find


def _without(
    names: Sequence[str], stored: Mapping[str, tuple[str, ...]], answers: Answers, texts: Texts
) -> tuple[Answers, Texts]:
    """The answers without those of some questions; copied only when there is something to leave out."""
    gone = {key for name in names for key in stored[name] if key in answers or key in texts}
    if not gone:
        return answers, texts
    return ({k: v for k, v in answers.items() if k not in gone}, {k: v for k, v in texts.items() if k not in gone})


Cell = Callable[[Answers, Texts, bool], "int | float | str"]


def _absent(variable: Variable) -> Cell:
    value: int | str = "" if variable.storage != "number" else variable.missing + NOT_IN_VERSION
    return lambda answers, texts, on_path: value


def _cell(variable: Variable, off: int, empty: int) -> Cell | None:
    """The function of a column that is no plain number; None for those that are."""
    name = variable.answer
    if variable.kind == "text":
        return lambda answers, texts, on_path: texts.get(name, "") if on_path else ""
    if variable.storage != "number":
        return lambda answers, texts, on_path: str(answers.get(name, "")) if on_path else ""
    return _listed(variable, off, empty) if variable.kind in ("multiple", "rank") else None


def _listed(variable: Variable, off: int, empty: int) -> Cell:
    """A column of a stored list: chosen or not, or the rank."""
    name, code = variable.answer, variable.code or ""

    def chosen(answers: Answers, texts: Texts, on_path: bool) -> int:
        if not on_path:
            return off
        given = answers.get(name)
        return empty if not given else int(code in given)

    def rank(answers: Answers, texts: Texts, on_path: bool) -> int:
        if not on_path:
            return off
        given = answers.get(name) or ()
        return given.index(code) + 1 if code in given else empty

    return rank if variable.kind == "rank" else chosen
