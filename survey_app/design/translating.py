"""The texts of a questionnaire side by side in its languages: what is missing, what is old, CSV out and in."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from survey_app.design.editing import marks, operations
from survey_app.design.editing.tree import ROOT, TEXT_KEYS, Data, Tree
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire.parts import LANGUAGE, MAX_TEXT
from survey_app.questionnaire.problems import Problem

MISSING, OLD, DONE = "missing", "old", "done"
STATES = (MISSING, OLD, DONE)
KEY, WHERE = "key", "where"
MAX_ROWS = 50_000
RISKY = tuple("=+-@\t\r\n\0＝＋－＠")
_ORDER = (
    "title", "intro", "text", "hint", "why", "label", "low", "high", "unsure", "unit", "thanks", "purpose", "message",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """One text of the questionnaire. `name` is stable between copies: `overall.text`, `why.choices.slow.text`."""

    node: str
    key: str
    index: int | None  # of a list of texts: the words at the points of a rating
    name: str
    texts: Data
    old: frozenset[str]  # languages in which it is older than the source

    def state(self, language: str, source: str) -> str:
        """missing, old or done. A text that the source does not have either is done."""
        if not self.texts.get(language, "").strip():
            return MISSING if self.texts.get(source, "").strip() else DONE
        return OLD if language in self.old else DONE


def cells(tree: Tree) -> Iterator[Cell]:
    """Every text that has words in some language, in reading order."""
    for node_id in (ROOT, *(key for key in tree.ids() if key != ROOT)):
        node = tree.node(node_id)
        found = [key for key in _ORDER if isinstance(node.get(key), dict)]
        for key in found:
            if key in TEXT_KEYS and any(words.strip() for words in node[key].values()):
                yield _cell(tree, node_id, key, None, node[key])
        for index, label in enumerate(node.get("labels") or ()):
            yield _cell(tree, node_id, "labels", index, label)


def apart(faults: Iterable[Problem], source: str) -> tuple[list[Problem], dict[str, int]]:
    """The other faults, and how many texts wait for a translation into each language: a list of all would hide the rest."""
    rest, waiting = [], Counter[str]()
    for fault in faults:
        language = fault.values.get("language")
        if fault.code == "missing_text" and language != source:
            waiting[str(language)] += 1
        else:
            rest.append(fault)
    return rest, dict(waiting)


def _cell(tree: Tree, node_id: str, key: str, index: int | None, texts: Data) -> Cell:
    mark = key if index is None else f"{key}.{index}"
    old = {entry.partition("/")[2] for entry in tree.node(node_id).get(marks.OLD, ()) if entry.startswith(f"{mark}/")}
    name = f"{_name(tree, node_id)}.{mark}"
    return Cell(node_id, key, index, name, texts, frozenset(old))


def _name(tree: Tree, node_id: str) -> str:
    kind = tree.kind(node_id)
    if kind == "root":
        return "questionnaire"
    node, (owner, name) = tree.node(node_id), tree.owner(node_id)
    if kind == "page":
        return f"page.{node.get('name') or tree.number(node_id)}"
    if kind == "question":
        return str(node["name"])
    if kind == "scale":
        return f"scale.{tree.place(node_id)[1]}"
    if kind in ("score", "quota"):
        return f"{kind}.{node['name']}"
    return f"{_name(tree, owner)}.{name}.{node['code']}"


def coverage(draft: Data) -> dict[str, tuple[int, int]]:
    """Per language but the first: texts that are done, and how many there are."""
    languages = draft.get("languages") or []
    if len(languages) < 2:
        return {}
    all_cells = list(cells(Tree(draft)))
    wanted = [cell for cell in all_cells if cell.texts.get(languages[0], "").strip()]
    return {
        language: (sum(cell.state(language, languages[0]) == DONE for cell in wanted), len(wanted))
        for language in languages[1:]
    }


def write(tree: Tree, cell: Cell, language: str, words: str) -> None:
    """Set one text."""
    if cell.index is None:
        operations.set_text(tree, cell.node, cell.key, language, words)
    else:
        operations.set_label(tree, cell.node, cell.index, language, words)


def confirm(tree: Tree, name: str, language: str) -> None:
    """Say that a translation is still right although its source changed."""
    cell = next((cell for cell in cells(tree) if cell.name == name), None)
    if cell is None:
        raise KeyError(name)
    mark = cell.key if cell.index is None else f"{cell.key}.{cell.index}"
    marks.set_old(tree, cell.node, mark, language, old=False)


# --- CSV ---------------------------------------------------------------------------------------------------------------
def to_csv(draft: Data, places: dict[str, str]) -> bytes:
    """All texts in all languages, one per row; `places`: cell name -> where it stands, in words."""
    languages = draft["languages"]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([KEY, WHERE, *languages, *(f"state_{language}" for language in languages[1:])])
    for cell in cells(Tree(draft)):
        words = [_safe(cell.texts.get(language, "")) for language in languages]
        states = [cell.state(language, languages[0]) for language in languages[1:]]
        writer.writerow([cell.name, _safe(places.get(cell.name, "")), *words, *states])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _safe(text: str) -> str:
    """A leading character that spreadsheets take for a formula gets a `'` in front; the import takes it off."""
    return f"'{text}" if text.lstrip("'").startswith(RISKY) else text


def _unsafe(text: str) -> str:
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(RISKY) else text


@dataclass
class Imported:
    """What an imported file did. Lines count from 1, the header is line 1."""

    changed: int = 0
    same: int = 0
    emptied: int = 0  # cells that are empty in the file: what is there stays
    sources_differ: list[int] = field(default_factory=list)  # lines translated from another wording: marked old
    unknown: list[tuple[int, str]] = field(default_factory=list)  # lines and keys that this questionnaire does not have


def read_csv(data: bytes) -> list[tuple[int, dict[str, str]]]:
    """The rows of a file with their line numbers. Raises DomainError with what is wrong and where."""
    text = _decoded(data)
    sample = text[:4096].partition("\n")[0]
    delimiter = max(",;\t", key=sample.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if KEY not in header or not any(LANGUAGE.fullmatch(name) for name in header if name != KEY):
            raise DomainError(N_("第 1 行应是表头，要有 key 一列和至少一种语言（如 en）。请先导出一份，改好后再导入。"))
        if len(set(header)) < len(header):
            raise DomainError(N_("表头里有重复的列，请改好后再导入。"))
        rows: list[tuple[int, dict[str, str]]] = []
        for row in reader:
            if len(rows) >= MAX_ROWS:
                raise DomainError(N_("文件超过 %(n)s 行，请分开导入。"), n=MAX_ROWS)
            if any(value.strip() for value in row):
                cells_of_row = (_unsafe(value).replace("\r\n", "\n") for value in row)
                rows.append((reader.line_num, dict(zip(header, cells_of_row, strict=False))))
    except csv.Error as error:
        raise DomainError(N_("第 %(line)s 行不是完整的 CSV：%(what)s"), line=reader.line_num, what=error) from None
    return rows


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise DomainError(N_("读不出这个文件的文字。请另存为 UTF-8 编码的 CSV 再导入。"))


def import_rows(tree: Tree, rows: list[tuple[int, dict[str, str]]]) -> Imported:
    """Write the translations of a file into a draft: texts of every language but the source. Empty cells change nothing."""
    languages = tree.data["languages"]
    known = {cell.name: cell for cell in cells(tree)}
    result = Imported()
    for line, row in rows:
        cell = known.get(row.get(KEY, "").strip())
        if cell is None:
            result.unknown.append((line, row.get(KEY, "")[:80]))
            continue
        differs = languages[0] in row and row[languages[0]].strip() != cell.texts.get(languages[0], "").strip()
        if differs:
            result.sources_differ.append(line)
        for language in languages[1:]:
            _import_cell(tree, cell, language, row.get(language, "").strip(), line, differs, result)
    return result


def _import_cell(tree: Tree, cell: Cell, language: str, words: str, line: int, differs: bool, result: Imported) -> None:
    if len(words) > MAX_TEXT:
        raise DomainError(N_("第 %(line)s 行的文字超过 %(n)s 个字。"), line=line, n=MAX_TEXT)
    if not words:
        result.emptied += bool(cell.texts.get(language))
    elif words == cell.texts.get(language):
        result.same += 1
    else:
        write(tree, cell, language, words)
        result.changed += 1
        if differs:
            mark = cell.key if cell.index is None else f"{cell.key}.{cell.index}"
            tree.node(cell.node).setdefault(marks.IMPORTED, []).append(f"{mark}/{language}")


def languages_in(rows: list[tuple[int, dict[str, str]]], draft: Data) -> list[str]:
    """Languages of a file that the questionnaire does not have."""
    names = {name for _, row in rows[:1] for name in row}
    return sorted(name for name in names if LANGUAGE.fullmatch(name) and name not in draft["languages"] and name != KEY)
