"""Forms made from text: every line a row, cells between `|`; as one CSV with all sheets, or as a workbook."""

import csv
import io
from pathlib import Path

import openpyxl

VISIT = Path(__file__).with_name("visit.txt").read_text(encoding="utf-8")
"""A form with most types, two languages, rules and limits."""

Sheets = dict[str, list[list[str]]]


def sheets(text: str) -> Sheets:
    """`[survey]` begins a sheet, its first line holds the headings."""
    made: Sheets = {}
    for line in text.strip().split("\n"):
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            made[line[1:-1]] = []
        elif line:
            made[list(made)[-1]].append([cell.strip().replace("\\n", "\n") for cell in line.split("|")])
    return made


def as_csv(text: str) -> bytes:
    """One file with all sheets; the first column names the sheet."""
    target = io.StringIO()
    writer = csv.writer(target)
    for name, rows in sheets(text).items():
        writer.writerow([name])
        writer.writerows([["", *row] for row in rows])
    return target.getvalue().encode("utf-8")


def as_xlsx(text: str) -> bytes:
    """A workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets(text).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([cell or None for cell in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
