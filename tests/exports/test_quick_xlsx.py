"""The optional Rust writer makes the same workbook as XlsxWriter, cell by cell."""

import io
from datetime import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from survey_app.errors import DomainError
from survey_app.exports import files, quick_xlsx
from tests.exports.every_type import ANSWERS, FULL, table

HOSTILE = '=HYPERLINK("http://x","y")', "http://x.y", "_x0041_", "＝1+1", "a\x00b", "\x0b1", "true", "2026-01-02", "007"
MORE = tuple((f"h{i}", FULL, {"comment": text, "contact_near": "@SUM(A1)"}) for i, text in enumerate(HOSTILE))


def book(folder: Path, monkeypatch: pytest.MonkeyPatch, *, quick: bool, answers: Any = ANSWERS + MORE) -> Any:
    monkeypatch.setattr(quick_xlsx, "is_installed", lambda: quick)
    raw = io.BytesIO()
    assert files.xlsx(raw, table(folder, answers=answers)) == len(answers)
    return openpyxl.load_workbook(io.BytesIO(raw.getvalue()))


def cells(sheet: Any) -> list[list[tuple[Any, str, str]]]:
    return [[(cell.value, cell.data_type, cell.number_format) for cell in row] for row in sheet]


def test_both_writers_make_the_same_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, fast = (book(tmp_path, monkeypatch, quick=quick) for quick in (False, True))
    assert fast.sheetnames == slow.sheetnames == list(files.SHEETS)
    for name in files.SHEETS:
        assert cells(fast[name]) == cells(slow[name]), name
    head, first, *_rest = fast["数据"].values
    assert first[head.index("hour")] == time(8, 30)
    assert fast["数据"].freeze_panes == slow["数据"].freeze_panes == "B2"
    assert not [cell for sheet in fast for row in sheet for cell in row if cell.data_type == "f" or cell.hyperlink]
    assert [path.name for path in tmp_path.iterdir()] == []


def test_without_answers_the_headings_are_there_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [head] = book(tmp_path, monkeypatch, quick=True, answers=())["数据"].values
    assert list(head) == [column.name for column in table(tmp_path).shape.columns]


@pytest.mark.parametrize("quick", [False, True])
def test_more_rows_than_a_sheet_takes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: bool) -> None:
    monkeypatch.setattr(files, "XLSX_MOST_ROWS", 2)
    with pytest.raises(DomainError, match="装不下"):
        book(tmp_path, monkeypatch, quick=quick)
