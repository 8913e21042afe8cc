"""CSV and XLSX. They write what they are given; what may stand in a file was decided before."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import chain
from typing import IO, Any

import xlsxwriter

from survey_app.errors import DomainError
from survey_app.exports import codebook_file, quick_xlsx
from survey_app.exports.shape import Cell, Column, Shape
from survey_app.exports.table import Table
from survey_app.formats.cells import csv_text, xlsx_text
from survey_app.languages import N_, translator

XLSX_MOST_ROWS = 1_048_575  # without the heading
SHEETS = ("数据", "变量", "选项", "说明")


def csv_file(file: IO[bytes], table: Table) -> int:
    """The rows as CSV."""
    with as_text(file) as text:
        return write_csv(text, table.shape.columns, table.rows(), labels=table.shape.labels)


def codebook(file: IO[bytes], table: Table) -> int:
    """The codebook as CSV: it stands beside every file that does not hold one itself."""
    with as_text(file) as text:
        write_codebook_csv(text, table.shape)
    return 0


def xlsx(file: IO[bytes], table: Table) -> int:
    """The rows, the variables, the values and what is told about the file as a workbook."""
    rows = table.rows()
    first = next(rows, None)
    if first is None or not quick_xlsx.is_installed():
        rows = rows if first is None else chain([first], rows)
        return write_xlsx(file, table.shape, rows, about=table.about, now=table.now, folder=str(table.folder))
    counted, (data, *others) = _Counted(chain([first], rows)), SHEETS
    sheets = list(zip(others, _other_sheets(table.shape, table.about), strict=True))
    quick_xlsx.write(file, table.shape.columns, counted, sheets, name=data, folder=table.folder)
    return counted.count


class _Counted:
    """Rows on their way into a sheet, as many as it takes."""

    def __init__(self, rows: Iterator[list[Cell]]) -> None:
        self._rows, self.count = rows, 0

    def __iter__(self) -> Iterator[list[Cell]]:
        for row in self._rows:
            self.count += 1
            if self.count > XLSX_MOST_ROWS:
                raise DomainError(N_("超过 1,048,575 行，XLSX 装不下，请改用 CSV。"))
            yield row


@contextmanager
def as_text(file: IO[bytes]) -> Iterator[IO[str]]:
    """The same file for text: UTF-8 with BOM, line ends as they are written."""
    wrapped = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    try:
        yield wrapped
    finally:
        wrapped.flush()
        wrapped.detach()


def write_csv(file: IO[str], columns: Sequence[Column], rows: Iterable[list[Cell]], *, labels: bool = True) -> int:
    """RFC 4180 with CRLF; the file must be open as UTF-8 with BOM and without newline translation. Returns the rows.

    Without `labels` only text columns hold texts. Changes the rows.
    """
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([csv_text(column.name) for column in columns])
    texts = [place for place, column in enumerate(columns) if labels or column.kind == "text"]
    count = 0
    for row in rows:
        for place in texts:
            cell = row[place]
            if cell and cell.__class__ is str:
                row[place] = csv_text(cell)
        writer.writerow(row)
        count += 1
    return count


def write_codebook_csv(file: IO[str], shape: Shape) -> None:
    """The codebook beside a CSV file."""
    writer = csv.writer(file, lineterminator="\r\n")
    for line in codebook_file.lines(shape):
        writer.writerow([csv_text(cell) if isinstance(cell, str) else cell for cell in line])


def write_xlsx(
    file: IO[bytes],
    shape: Shape,
    rows: Iterable[list[Cell]],
    *,
    about: Sequence[tuple[str, str]],
    now: datetime,
    folder: str,
) -> int:
    """A workbook of four sheets, row by row with flat memory; `folder` takes what does not fit. Returns the rows."""
    options = {
        "constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False, "nan_inf_to_errors": False, "default_date_format": "yyyy-mm-dd",
    }  # fmt: skip
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"created": now.replace(tzinfo=None)})
    bold, day, clock = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "hh:mm"})  # fmt: skip  # noqa: E501
    formats = {"date": day, "time": clock}
    sheet = book.add_worksheet(SHEETS[0])
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(shape.columns):
        sheet.write_string(0, place, xlsx_text(column.name), bold)
    kinds = [column.kind for column in shape.columns]
    counted = _Counted(iter(rows))
    try:
        for count, row in enumerate(counted, start=1):
            for place, cell in enumerate(row):
                _put(sheet, count, place, cell, kinds[place], formats)
        for name, lines in zip(SHEETS[1:], _other_sheets(shape, about), strict=True):
            _table(book, name, bold, lines)
    finally:
        book.close()
    return counted.count


def _other_sheets(shape: Shape, about: Sequence[tuple[str, str]]) -> list[Iterable[Sequence[str | int]]]:
    """The lines of the sheets beside the data, headings first."""
    _ = translator(shape.language)
    return [_variables(shape), _options(shape), [(_(N_("项目")), _(N_("内容"))), *about]]


def _put(sheet: Any, line: int, place: int, cell: Cell, kind: str, formats: dict[str, Any]) -> None:
    if isinstance(cell, str):
        if not cell:
            return
        if kind in formats:
            moment = date.fromisoformat(cell) if kind == "date" else time.fromisoformat(cell)
            sheet.write_datetime(line, place, moment, formats[kind])
        else:
            sheet.write_string(line, place, xlsx_text(cell))
    elif cell is not None:
        sheet.write_number(line, place, cell)


def _table(book: Any, name: str, bold: Any, lines: Iterable[Sequence[str | int]]) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 8, 40)
    for line, cells in enumerate(lines):
        for place, cell in enumerate(cells):
            if isinstance(cell, str):
                if cell:
                    sheet.write_string(line, place, xlsx_text(cell), bold if line == 0 else None)
            else:
                sheet.write_number(line, place, cell)


def _variables(shape: Shape) -> Iterable[Sequence[str]]:
    _ = translator(shape.language)
    yield (_("变量"), _("标签"), _("题目"), _("类型"), _("存储"))
    for known in codebook_file.variables(shape):
        yield known.name, known.label, known.question, known.kind, known.storage


def _options(shape: Shape) -> Iterable[Sequence[str | int]]:
    _ = translator(shape.language)
    yield (_("变量"), _("取值"), _("代码"), _("标签"))
    for column in shape.columns:
        for value in codebook_file.values(shape, column):
            yield column.name, value.value, value.code, value.label
