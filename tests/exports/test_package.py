"""The whole package: what is in it, that its checksums are true, and that its questionnaire comes back."""

import csv
import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pyreadstat
import pytest

from survey_app.errors import DomainError
from survey_app.exports import formats, package
from survey_app.questionnaire.loading import load_definition
from tests.exports.every_type import EVERY, FULL, table

ANSWERS = (("r1", FULL, {"comment": "打给〔电话〕", "contact_near": "〔我〕"}), ("r2", {}, {}))


@pytest.fixture
def made(tmp_path: Path) -> zipfile.ZipFile:
    path = tmp_path / "x.zip"
    with path.open("w+b") as file:
        assert package.write(file, table(tmp_path, answers=ANSWERS)) == 2
    assert [one.name for one in tmp_path.iterdir()] == ["x.zip"]
    return zipfile.ZipFile(path)


def test_a_package_holds_data_codebook_questionnaire_log_and_scripts(made: zipfile.ZipFile) -> None:
    data = [f"data/every-type{e}" for e in (".csv", ".codebook.csv", ".xlsx", ".sav", ".dta", ".parquet", ".R", ".py")]
    assert made.namelist() == [
        "README.txt", "questionnaire.yaml", "questionnaire.pdf", *data, "cleaning-log.csv", "SHA256SUMS"
    ]  # fmt: skip
    assert made.read("questionnaire.pdf").startswith(b"%PDF-") and made.testzip() is None
    assert 'stem <- "every-type"' in made.read("data/every-type.R").decode()
    assert "sha256sum -c SHA256SUMS" in made.read("README.txt").decode()


def test_the_checksums_are_those_of_all_other_files(made: zipfile.ZipFile) -> None:
    sums = dict(reversed(line.split("  ", 1)) for line in made.read("SHA256SUMS").decode().splitlines())  # type: ignore[arg-type]
    assert sums == {n: hashlib.sha256(made.read(n)).hexdigest() for n in made.namelist() if n != "SHA256SUMS"}


def test_the_data_files_hold_the_same_answers(made: zipfile.ZipFile, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(made.read("data/every-type.csv").decode("utf-8-sig"))))
    assert [row["balance"] for row in rows] == ["-91.5", "-99997"]
    made.extract("data/every-type.sav", tmp_path)
    data, _meta = pyreadstat.read_sav(tmp_path / "data/every-type.sav", output_format="dict", user_missing=True)
    assert [float(row["balance"]) for row in rows] == data["balance"]
    sheet = openpyxl.load_workbook(io.BytesIO(made.read("data/every-type.xlsx")))["数据"]
    head, *lines = sheet.values
    assert [line[head.index("balance")] for line in lines] == data["balance"]


def test_the_cleaning_log_counts_what_was_changed(made: zipfile.ZipFile) -> None:
    lines = list(csv.DictReader(io.StringIO(made.read("cleaning-log.csv").decode("utf-8-sig"))))
    counted = {(line["step"], line["variable"]): line["rows"] for line in lines}
    assert counted["redaction", "comment"] == "1" and counted["redaction", "contact_near"] == "0"
    assert counted["time", "month"] == "2" and counted["screened_out", "status"] == "0"
    assert all(line["what"] for line in lines)


NARROW = replace(formats.XLSX, most_columns=20)


def test_a_table_too_wide_for_a_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="最多 20 列"):
        NARROW.write(io.BytesIO(), table(tmp_path))
    assert (formats.XLSX.most_columns, formats.DTA.most_columns) == (16_384, 32_767)


def test_a_package_leaves_out_what_cannot_hold_the_table_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "IN_PACKAGE", (formats.CSV, NARROW, formats.CODEBOOK))
    raw = io.BytesIO()
    assert package.write(raw, table(tmp_path)) == 3
    with zipfile.ZipFile(raw) as made:
        found = set(made.namelist())
        assert {"data/every-type.csv", "data/every-type.codebook.csv"} <= found and "data/every-type.xlsx" not in found
        assert "left_out,.xlsx,," in made.read("cleaning-log.csv").decode()


def test_the_questionnaire_of_a_package_is_the_same(made: zipfile.ZipFile) -> None:
    back = load_definition(made.read("questionnaire.yaml"), file="x.yaml")
    assert back == load_definition(EVERY, file="y.yaml")
