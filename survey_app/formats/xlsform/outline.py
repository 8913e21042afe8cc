"""The rows of the survey sheet as a tree of groups and questions; what is broken beyond a plain repair is a fault."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from survey_app.formats.importing.refusing import Fault, Refused
from survey_app.formats.xlsform.columns import Row, Table
from survey_app.formats.xlsform.types import Type, near, type_of

MAX_NESTING = 40
_NO = frozenset(("no", "false", "false()", "0", ""))


@dataclass(eq=False)
class Node:
    """A question, note, calculation or hidden value. `name` as the form says, "" for none."""

    row: Row
    type: Type
    name: str
    parent: "Group | None" = None

    @property
    def kind(self) -> str:
        """The kind of its type."""
        return self.type.kind

    def ancestors(self) -> Iterator["Group"]:
        """Its groups, the nearest first."""
        group = self.parent
        while group is not None:
            yield group
            group = group.parent

    @property
    def looks(self) -> list[str]:
        """The words of its appearance, in small letters."""
        return self.row.get("appearance").lower().split()


@dataclass(eq=False)
class Group(Node):
    """What stands between a begin and an end. `repeated`: it may be asked several times in the source."""

    children: list[Node] = field(default_factory=list)
    round: int = 0
    """Which round of a repeat it is, from 1; 0: it is none."""

    @property
    def repeated(self) -> bool:
        """Whether it is a repeat."""
        return self.type.group == "repeat"

    def walk(self) -> Iterator[Node]:
        """Everything inside, in order."""
        for child in self.children:
            yield child
            if isinstance(child, Group):
                yield from child.walk()


@dataclass
class Outline:
    """The tree, and rows that mean nothing. `root` has no row of its own: its row is the first."""

    root: Group
    skipped: list[tuple[Row, str]] = field(default_factory=list)


def outline(survey: Table) -> Outline:
    """The tree of a survey sheet. Raises Refused with every fault."""
    if not survey.rows:
        raise Refused([Fault("no_questions", survey.name)])
    root = Group(survey.rows[0], Type("begin", group="root"), "")
    made, open_groups, faults = Outline(root), [root], list[Fault]()
    for row in survey.rows:
        if row.get("disabled").lower() not in _NO:
            made.skipped.append((row, "disabled"))
            continue
        given = row.get("type")
        if not given:
            if row.get("name") or row.texts("label"):
                faults.append(Fault("missing_part", row.place("type"), {"what": ("the type", "题型")}))
            else:
                made.skipped.append((row, "no_type"))
            continue
        kind = type_of(given)
        if kind is None:
            faults.append(Fault("bad_value", row.place("type"), {"given": given, "expected": _expected(given)}))
        elif kind.kind == "end":
            _close(row, kind, open_groups, faults)
        else:
            if kind.kind.startswith(("select", "rank")) and not kind.list:
                kind = replace(kind, list=row.get("list_name"))
            _add(row, kind, open_groups, faults)
    for group in open_groups[1:]:
        faults.append(
            Fault("missing_part", group.row.place("type"), {"what": ("the end of this group", "这个分组的结束行")})
        )
    if faults:
        raise Refused(faults)
    return made


def _expected(given: str) -> tuple[str, str]:
    close = near(given)
    return (f"a type such as “{close}”", f"题型，例如“{close}”") if close else ("a type of XLSForm", "XLSForm 的题型")


def _close(row: Row, kind: Type, open_groups: list[Group], faults: list[Fault]) -> None:
    group = open_groups[-1]
    if len(open_groups) > 1 and (
        group.type.group == kind.group or {group.type.group, kind.group} <= {"repeat", "loop"}
    ):
        open_groups.pop()
        return
    expected = (
        (
            f"the end of “{group.name}” ({group.row.place('type')})",
            f"“{group.name}”的结束行（{group.row.place('type')}）",
        )
        if len(open_groups) > 1
        else ("no end: nothing is open", "没有打开的分组")
    )
    faults.append(Fault("bad_value", row.place("type"), {"given": row.get("type"), "expected": expected}))


def _add(row: Row, kind: Type, open_groups: list[Group], faults: list[Fault]) -> None:
    parent = open_groups[-1]
    name = row.get("name")
    if kind.kind == "begin":
        group = Group(row, kind, name, parent)
        parent.children.append(group)
        open_groups.append(group)
        if len(open_groups) > MAX_NESTING:
            faults.append(
                Fault(
                    "bad_value",
                    row.place("type"),
                    {"given": row.get("type"), "expected": (f"at most {MAX_NESTING} levels", "较少的层级")},
                )
            )
    else:
        parent.children.append(Node(row, kind, name, parent))
