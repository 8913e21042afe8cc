"""The shape of a data file: one response per row, one variable per column (formats.md 6).

A row holds nothing that leads to a person or to the moment of answering: the id of the database holds the day, so the file
has a pseudonym instead; the month stands for the day; the shop appears only where the file has ten answers of it, the region
of the other shops only where they are at least two with ten answers; and rows are sorted by the pseudonym, which tells
nothing about arrival.
"""

from array import array
from base64 import b32encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from survey_app.analysis import dataset
from survey_app.analysis.dataset import FrozenVersion, Row
from survey_app.exports.selecting import Picked, Place
from survey_app.languages import N_
from survey_app.questionnaire.codebook import Codebook, codebook, values_maker
from survey_app.questionnaire.definition import text_in
from survey_app.questionnaire.question_types import Variable
from survey_app.vault import Vault

ID_CHARACTERS = 16  # of base32: 80 bits
_PART = dataset.CHUNK // 4  # answers read at a time

Cell = int | float | str | None
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind` is number, text, date or time; `variable` is None for the columns every file begins with."""

    name: str
    kind: str
    label: str
    variable: Variable | None = None


@dataclass(frozen=True, slots=True)
class ResponseSet:
    """The columns of one list of answers, and the text of its question (and row)."""

    name: str
    label: str
    columns: tuple[str, ...]


FIXED: tuple[tuple[str, str, str], ...] = (
    ("response_id", "text", N_("回答编号（随机，与删除码无关）")),
    ("status", "text", N_("状态：complete 完整，screened_out 按规则提前结束")),
    ("version", "number", N_("问卷版本")),
    ("language", "text", N_("作答语言")),
    ("channel", "text", N_("渠道")),
    ("region", "text", N_("大区（未写门店码的门店不足 2 家或 10 份回答时为空）")),
    ("store_code", "text", N_("门店码（文件中不足 10 份回答的门店为空）")),
    ("place", "text", N_("店内位置")),
    ("month", "text", N_("月份")),
    ("weight", "number", N_("权重（未加权，均为 1）")),
    ("speed", "text", N_("作答速度：fast、normal、slow")),
    ("straightline", "number", N_("矩阵题全部同一选项")),
    ("layout", "text", N_("量表版式")),
)
OVER_QUOTA = ("over_quota", "number", N_("收到时所属的配额已满（平板离线填写）"))


def pseudonym(vault: Vault, response_id: int) -> str:
    """The id of a response in files: a keyed hash, 16 characters.

    Keyed, because the id in the database holds the day and would be found by trying; the same in every file, so that two
    exports of the same data are equal and an analyst can join them; without the key it leads nowhere.
    """
    return pseudonyms(vault, [response_id])[0]


def pseudonyms(vault: Vault, response_ids: Iterable[int]) -> list[str]:
    """The same of many, in their order."""
    digests = vault.blind_indexes(f"export:response:{response_id}" for response_id in response_ids)
    return [b32encode(digest[:10]).decode().lower() for digest in digests]


def by_pseudonym(vault: Vault, ids: Sequence[int]) -> Sequence[int]:
    """The ids in the order of their pseudonyms (of the first 40 bits), 8 bytes each; some 50 more while sorting."""
    keys = array("Q")
    for start in range(0, len(ids), _PART):
        keys.extend(int.from_bytes(name[:8].encode()) for name in pseudonyms(vault, ids[start : start + _PART]))
    return array("q", (ids[place] for place in sorted(range(len(ids)), key=keys.__getitem__)))


class Shape:
    """The table of one questionnaire: its columns and how a response becomes a row.

    Without `texts` it has no columns of free text: an export must not be a side door for those who may not read them.
    """

    def __init__(
        self, frozen: Sequence[FrozenVersion], places: Mapping[int, Place], *, labels: bool, language: str,
        translate: Callable[[str], str], texts: bool = True,
    ) -> None:  # fmt: skip
        self.frozen = frozen
        self.language = language
        self.first = frozen[0].definition.language
        self._questions = {q.name: q for version in reversed(frozen) for q in version.definition.questions}
        whole = codebook([version.definition for version in frozen])
        self.book = whole if texts else Codebook(tuple(v for v in whole.variables if v.kind != "text"))
        self._counted = any(version.definition.quotas for version in frozen)
        fixed = (*FIXED, OVER_QUOTA) if self._counted else FIXED
        self.columns = [Column(name, kind, translate(label)) for name, kind, label in fixed]
        self.columns += [Column(v.name, v.storage, self.text(v.label), v) for v in self.book.variables]
        self._places = places
        self._makers = {version.id: values_maker(version.definition, self.book) for version in frozen}
        self._numbers = {version.id: version.number for version in frozen}
        self.labels = labels
        self._labellers = [self._labeller(v) for v in self.book.variables]

    def text(self, label: Mapping[str, str]) -> str:
        """A text of the questionnaire in the language of the file."""
        return text_in(label, self.language, self.first)

    def question(self, name: str) -> str:
        """The text of a question, as the newest version that has it says it."""
        return self.text(self._questions[name].text)

    def part(self, question: str, name: str) -> str:
        """What stands beside one of the fields of a question: its row, its item; "" for a question with one field."""
        return self.text(self._questions[question].part_text(name) or {})

    def bounds(self, variable: Variable) -> tuple[float | None, float | None]:
        """Smallest and largest number that may be typed in any version, None where there is no limit."""
        kind = self._questions[variable.question].type
        asked = [version.definition.by_name.get(variable.question) for version in self.frozen]
        found = [question.bounds(variable.answer) for question in asked if question and question.type == kind]
        lows, highs = [low for low, _ in found if low is not None], [high for _, high in found if high is not None]
        return min(lows) if len(lows) == len(found) else None, max(highs) if len(highs) == len(found) else None

    def choice(self, variable: Variable, code: str) -> str:
        """The words of an answer; "" where it has none."""
        return self.text(self._questions[variable.question].piped_choice(variable.answer, code) or {})

    def sets(self) -> list[ResponseSet]:
        """The multiple-response sets, in column order: several 0/1 columns of one list of answers."""
        members: dict[tuple[str, str], list[str]] = {}
        for variable in self.book.variables:
            if variable.kind == "multiple" and variable.set_name:
                members.setdefault((variable.set_name, variable.question), []).append(variable.name)
        return [
            ResponseSet(name, self._set_label(name, question), tuple(columns))
            for (name, question), columns in members.items()
            if len(columns) > 1
        ]

    def _set_label(self, name: str, question: str) -> str:
        return " - ".join(part for part in (self.question(question), self.part(question, name)) if part)

    def place(self, shop_id: int | None) -> Place | None:
        """The shop of a response; None for a link."""
        return self._places.get(shop_id) if shop_id is not None else None

    def _labeller(self, variable: Variable) -> Callable[[Cell], Cell] | None:
        """Turns a value into its label and a missing code into an empty cell; None where there is nothing to turn."""
        if variable.storage != "number":
            return None
        missing = range(variable.missing, variable.missing + 6)
        table: dict[Cell, Cell] = {}
        if variable.kind != "multiple":  # stays 0 and 1
            table = {v.value: self.text(v.label) or v.value for v in variable.values}
        table |= dict.fromkeys(missing)
        return lambda value: table.get(value, value)

    def row(self, response_id: str, row: Row, *, name_shop: bool, name_region: bool) -> list[Cell]:
        """One response as a row of cells, in the order of the columns."""
        place = self.place(row.shop_id)
        made = self._makers[row.version_id](row.answers, row.texts)
        cells: list[Cell] = [
            response_id, row.status, self._numbers[row.version_id], row.language, row.channel,
            place.region if place and name_region else "", place.code if place and name_shop else "",
            row.place if name_shop else "", f"{row.month:%Y-%m}", 1, row.speed, int(row.straightline), row.layout,
        ]  # fmt: skip
        if self._counted:
            cells.append(int(row.over_quota))
        if not self.labels:
            cells += made
        else:
            labelled = zip(made, self._labellers, strict=True)
            cells += [cell if label is None else label(cell) for cell, label in labelled]
        return cells


def rows(
    connection: Connection, shape: Shape, vault: Vault, picked: Picked, progress: Progress
) -> Iterator[list[Cell]]:
    """The chosen rows of the table, sorted by pseudonym; of all only the ids stand in memory."""
    ids = by_pseudonym(vault, picked.ids)
    named, with_region = picked.named, picked.with_region
    for start in range(0, len(ids), _PART):
        progress(start, len(ids))
        part = ids[start : start + _PART]
        names = dict(zip(part, pseudonyms(vault, part), strict=True))
        for row in dataset.rows_by_id(connection, part):
            yield shape.row(names[row.id], row, name_shop=row.shop_id in named, name_region=row.shop_id in with_region)
    progress(len(ids), len(ids))
