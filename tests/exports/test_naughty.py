"""Hostile texts in a file: no formula, nothing lost, the file opens."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import polars
import pyreadstat
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from survey_app.database import db
from survey_app.exports import fhir, parquet, spss, stata
from survey_app.formats.cells import TRUNCATED, XLSX_MOST, csv_text, plain, xlsx_text
from survey_app.questionnaire.texts import clean
from tests.analysis.answers import answer, publish
from tests.exports.every_type import table
from tests.exports.test_writing import export

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
OURS = [
    '=HYPERLINK("http://x","y")', "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=cmd|'/C calc'!A0", ";=1", "＝1+1", "＋1", "－1",
    "＠x", "a\x00b", "\x0b", "\x1b[31m红", "\x7f", "\x85", "\ud83d", "\uffff", "👨‍👩‍👧‍👦", "𠮷野家𪚥", "e\u0301", "\u202egpj.exe",
    "<script>alert(1)</script>", "{{7*7}}", "%s%n", "_x0041_", "'quoted", '"', "a\r\nb", "' OR 1=1--",
]  # fmt: skip


def test_naughty_strings_survive_store_and_both_files(app: Flask, cases: Path, tmp_path: Path) -> None:
    public = json.loads((cases / "badinput" / "blns.json").read_text("utf-8"))
    payloads = (cases / "badinput" / "csv-injection-payloads.txt").read_text("utf-8").splitlines()
    tried = sorted({text for text in (clean(one) for one in [*public, *payloads, *OURS]) if text})
    assert len(tried) > 400
    version = publish()
    for text in tried:
        answer(version, {"nps": 9}, {"comment": text})
    db.session.commit()
    export(version.questionnaire, tmp_path / "x.csv")
    rows = csv.DictReader(io.StringIO((tmp_path / "x.csv").read_bytes().decode("utf-8-sig"), newline=""))
    found = [row["comment"] for row in rows]
    assert not [text for text in found if text.startswith(FORMULA_STARTS)]
    assert sorted(text.removeprefix("'") if text[1:].startswith(FORMULA_STARTS) else text for text in found) == sorted(
        plain(text) for text in tried
    )
    export(version.questionnaire, tmp_path / "x.xlsx", "xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert not [cell.coordinate for sheet in book for row in sheet for cell in row if cell.data_type == "f"]
    head, *lines = book["数据"].values
    place = head.index("comment")
    # `_x0041_` is written as the standard asks (ECMA-376 part 1, 22.4.2.4); openpyxl leaves the escape to its caller
    assert sorted(unescape(str(line[place])) for line in lines) == sorted(plain(text) for text in tried)


def test_formats_without_formulas_hold_the_stored_text_unchanged(tmp_path: Path) -> None:
    tried = [text for text in (clean(one) for one in [*OURS, *(f"{text} " * 400 for text in OURS)]) if text]
    answers = [(f"r{number:03}", {}, {"comment": text}) for number, text in enumerate(tried)]
    wanted = [plain(text) for text in tried]
    for writer in (spss, stata, parquet):
        with (tmp_path / "x").open("w+b") as file:
            writer.write(file, table(tmp_path, answers=answers))
        if writer is parquet:
            found = polars.read_parquet(tmp_path / "x")["comment"].to_list()
        else:
            read = pyreadstat.read_sav if writer is spss else pyreadstat.read_dta
            found = read(tmp_path / "x", output_format="dict")[0]["comment"]
        assert [text.rstrip() for text in found] == [text.rstrip() for text in wanted]
    raw = io.BytesIO()
    fhir.write_responses(raw, table(tmp_path, answers=answers))
    said = [json.loads(line)["item"][0]["answer"][0]["valueString"] for line in raw.getvalue().split(b"\n")[:-1]]
    assert said == wanted


def test_own_list_of_naughty_strings_is_neutral_in_csv() -> None:
    assert csv_text("=1+1") == "'=1+1" and csv_text("-5 度") == "'-5 度" and csv_text("\r=1") == "'\n=1"
    assert csv_text("'=1+1") == "''=1+1" and csv_text("''＝") == "'''＝" and csv_text("'a") == "'a"
    assert csv_text("送药慢") == "送药慢" and csv_text("") == "" and csv_text("1=1") == "1=1"


@given(st.text())
def test_no_text_begins_a_formula_and_none_is_lost(text: str) -> None:
    cell = csv_text(text)
    assert not cell.startswith(FORMULA_STARTS)
    assert cell in (plain(text), "'" + plain(text))


@given(st.text(min_size=1).map(lambda text: text * 2))
def test_an_xlsx_cell_holds_the_text_up_to_its_limit(text: str) -> None:
    assert xlsx_text(text) == plain(text)


def test_a_text_beyond_the_limit_of_a_cell_is_cut_with_a_mark() -> None:
    for character in ("a", "药", "𠮷"):
        cell = xlsx_text(character * 40_000)
        assert cell.endswith(TRUNCATED)
        assert XLSX_MOST - 2 < len(cell.encode("utf-16-le")) // 2 <= XLSX_MOST
        assert set(cell.removesuffix(TRUNCATED)) == {character}
