"""What the names of a survey stand for: question codes with their parts, the old numbers 12X3X45 and the newer Q45_S46."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from survey_app.formats.importing.logic import Inexpressible, Ref, Target
from survey_app.formats.limesurvey.survey import Question

SEEN_AS_VALUE = ("", "NAOK", "code")


@dataclass(frozen=True)
class Variable:
    """One variable of the source.

    `target`: what conditions see, None when they cannot look at it; `owner`: the question of the draft; `order`: the place of
    the question in the source; `labels`: text of an answer -> our code, for `.shown`; `pipe`: the name a text may show;
    `rank`: the place in a ranking, whose codes a condition cannot see; `always`: never without an answer.
    """

    target: Target | None
    owner: str
    order: int
    pipe: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    rank: int = 0
    always: bool = False
    one_digit: bool = False
    """Whether it is a number from 0 to 9."""
    constant: Any = None
    """The value of a question that nobody is asked, when it is known."""


@dataclass
class Variables:
    """All variables so far, by every name they go by."""

    sid: str = ""
    codes: frozenset[str] = frozenset()
    """The codes of all questions, those asked later too."""
    fields_first: bool = False
    """Whether the version names fields `Q45`, so that nobody knows what a question code of that form means."""
    _known: dict[str, Variable] = field(default_factory=dict)
    _fields: dict[str, Variable] = field(default_factory=dict)
    """By the newer names of fields, which are looked up where no question has such a code."""
    _of: dict[str, dict[str, None]] = field(default_factory=dict)
    _parts: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    chosen: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    """Question of the source -> its row -> conditions, of which one says that the row was answered."""
    shows: dict[str, Any] = field(default_factory=dict)
    """Our question -> the condition it is shown under (with its page's), None for always, Inexpressible for unknown."""

    def add(self, question: Question, suffix: str, variable: Variable, old: str | None = None) -> None:
        """A variable `CODE_suffix`, and `12X3X45suffix`; the first of a name stays."""
        name = f"{question.code}_{suffix}" if suffix else question.code
        self._known.setdefault(name, variable)
        number = f"{self.sid}X{question.gid}X{question.id}"
        self._known.setdefault(number + (suffix if old is None else old), variable)
        if question.id not in self._parts:
            self._parts[question.id] = [{item.code: item.id for item in question.axis(scale)} for scale in (0, 1)]
        if newer := _field(question, suffix, *self._parts[question.id]):
            self._fields.setdefault(newer, variable)
        self._of.setdefault(question.code, {})[name] = None

    def give_row(self, code: str, row: str, owner: str) -> None:
        """The variables of one row are shown under a rule of their own, that of `owner`."""
        own = f"{code}_{row}"
        ids = {id(v) for n in self._of.get(code, ()) if n in (own, f"{own}comment") or n.startswith(f"{own}_")
               for v in (self._known[n],)}  # fmt: skip
        changed = {key: replace(variable, owner=owner) for key, variable in self._known.items() if id(variable) in ids}
        self._known |= changed
        self._fields |= {
            key: replace(variable, owner=owner) for key, variable in self._fields.items() if id(variable) in ids
        }

    def find(self, ref: Ref, before: int) -> Variable:
        """The variable of a name that was asked before. Raises Inexpressible."""
        variable = self._known.get(ref.name)
        if (question := ref.name.split("_")[0].split("#")[0]) not in self.codes:
            variable = variable or self._fields.get(ref.name)
        elif self.fields_first and question in self._fields and self._fields[question] is not variable:
            raise Inexpressible
        if variable is None or variable.order >= before:
            raise Inexpressible("rule_unknown_name", name=ref.name)
        return variable

    def is_text(self, name: str) -> bool:
        """Whether our variable of this name holds typed words."""
        return any(
            v.target is not None and v.target.kind == "text" and v.target.name == name for v in self._known.values()
        )

    def names_of(self, code: str) -> Iterator[str]:
        """The names of all variables of a question, with its comments and 其他."""
        yield from self._of.get(code, ())


def _field(question: Question, suffix: str, rows: Mapping[str, str], columns: Mapping[str, str]) -> str:
    """The name of a field from version 7 on, "" for a rank. `rows`, `columns`: code -> id.

    Q45, Q45_S46, Q45_S46#0, Q45_S46_S50, Q45_S46_Ccomment, Q45_Cother.
    """
    whole = f"Q{question.id}"
    if not suffix or question.type == "R":
        return "" if suffix else whole
    if suffix in ("other", "comment", "othercomment"):
        return f"{whole}_C{suffix}"
    if suffix in rows:
        return f"{whole}_S{rows[suffix]}"
    if (row := suffix.removesuffix("comment")) in rows:
        return f"{whole}_S{rows[row]}_Ccomment"
    row, _, column = suffix.rpartition("_")
    if question.type == "1":
        return f"{whole}_S{rows[row]}#{column}" if row in rows else ""
    return f"{whole}_S{rows[row]}_S{columns[column]}" if row in rows and column in columns else ""
