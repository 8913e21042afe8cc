"""Our files in the programs that people use: PSPP, R's haven and LibreOffice, all from Debian."""

import csv
import io
import json
import re
import subprocess
from pathlib import Path

import pytest

from survey_app.exports import files, quick_xlsx, spss, stata
from survey_app.formats.cells import plain
from tests.exports.every_type import ANSWERS, EVERY, HOME, PLACES, REFERENCE, table
from tests.exports.test_scripts import installed

pytestmark = pytest.mark.long
SYNTAX = """
GET FILE='data.sav'.
MRSETS /DISPLAY NAME=ALL.
DISPLAY DICTIONARY /VARIABLES=nps warm.
FREQUENCIES VARIABLES=nps.
SAVE TRANSLATE /OUTFILE='out.csv' /TYPE=CSV /FIELDNAMES /CELLS=VALUES /MISSING=RECODE /REPLACE.
"""
HAVEN = """
library(haven)
out <- character()
say <- function(...) out <<- c(out, paste(..., sep = "|", collapse = ";"))
d <- read_sav("data.sav", user_na = TRUE)
say(as.numeric(d$nps)); say(attr(d$nps, "na_range")); say(names(attr(d$nps, "labels"))); say(as.numeric(attr(d$nps, "labels")))
say(is.na(d$nps)); say(attr(d$nps, "label")); say(d$comment); say(as.character(d$day)); say(as.character(d$hour))
s <- read_dta("data.dta")
say(na_tag(s$nps)); say(names(attr(s$nps, "labels"))); say(na_tag(attr(s$nps, "labels"))); say(as.character(s$day))
say(s$comment)
con <- file("out.txt", "wb"); writeLines(enc2utf8(out), con, useBytes = TRUE); close(con)
"""
REASONS = "不适用;未答到;看到但未填写;不愿透露;不清楚;该版本无此题"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, writer in (("data.sav", spss), ("data.dta", stata)):
        with (tmp_path / name).open("w+b") as file:
            writer.write(file, table(tmp_path))
    return tmp_path


def test_pspp_reads_the_same_values_labels_missing_ranges_and_sets(folder: Path) -> None:
    (folder / "ask.sps").write_text(SYNTAX, "utf-8")
    done = subprocess.run(
        [installed("pspp"), "-O", "format=csv", "ask.sps"], cwd=folder, capture_output=True, text=True, check=True
    )
    text = done.stdout
    assert "warning" not in text.lower() and "error" not in text.lower()
    assert '$why,提到的方面,Dichotomies,1,"why_1\nwhy_2"' in text
    assert '$use_r1,用过什么 - 去年,Dichotomies,1,"use_r1_1\nuse_r1_2"' in text
    assert "nps,19,推荐吗,Ordinal,Input,8,Right,F8.0,F8.0,-99 THRU -94" in text
    assert "warm,39,冷热,Scale,Input,8,Right,F12.0,F12.0,-99999 THRU -99994" in text
    for line in ("推荐吗,-99[a],不适用", ",-97[a],看到但未填写", ",-95[a],不清楚", "冷热,-99999[a],不适用"):
        assert line in text
    rows = list(csv.DictReader(io.StringIO((folder / "out.csv").read_text("utf-8-sig"))))
    assert [(row["nps"].strip(), row["how_other"], row["day"].strip()) for row in rows] == [
        ("9", "=骑马", "11/03/2026"), ("", "", ""), ("", "", "")
    ]  # fmt: skip


def test_haven_reads_the_same_values_labels_and_missing_codes(folder: Path) -> None:
    subprocess.run([installed("Rscript"), "-e", HAVEN], cwd=folder, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
                   check=True)  # fmt: skip
    assert (folder / "out.txt").read_text("utf-8").split("\n") == [
        "9;-95;-97", "-99;-94", f"完全不可能;极有可能;{REASONS}", "0;10;-99;-98;-97;-96;-95;-94", "FALSE;TRUE;TRUE", "推荐吗",
        "送药慢", "=1+1;;", "2026-11-03;NA;NA", "08:30:00;NA;NA",
        "NA;e;c", f"完全不可能;极有可能;{REASONS}", "NA;NA;a;b;c;d;e;f", "2026-11-03;NA;NA", "送药慢", "=1+1;;", "",
    ]  # fmt: skip


NEWER = ("rank_1", "rank_2", "split_a", "warm", "use_r1_1", "use_r1_2", "buy_r1_price", "buy_r1_size", *HOME)
ASK_NEWER = """
library(haven)
out <- character()
say <- function(...) out <<- c(out, paste(..., sep = "|", collapse = ";"))
said <- function(x) { l <- attr(x, "labels"); n <- names(l)[match(as.numeric(x), as.numeric(l))]; n[is.na(n)] <- "-"; n }
d <- read_sav("data.sav", user_na = TRUE)
s <- read_dta("data.dta")
for (name in names) { say(as.numeric(d[[name]])); say(said(d[[name]])) }
for (name in names) { say(as.numeric(s[[name]])); say(na_tag(s[[name]])) }
say(d$photo); say(d$buy_r1_name); say(s$photo)
con <- file("out.txt", "wb"); writeLines(enc2utf8(out), con, useBytes = TRUE); close(con)
"""


def test_the_newer_kinds_of_questions_come_to_haven_with_their_labels(tmp_path: Path) -> None:
    [(name, given, texts), *others] = ANSWERS
    answers = [(name, {**given, **HOME, "photo": REFERENCE}, texts), *others]
    for file_name, writer in (("data.sav", spss), ("data.dta", stata)):
        with (tmp_path / file_name).open("w+b") as file:
            writer.write(file, table(tmp_path, EVERY + PLACES, answers))
    asked = f"names <- c({', '.join(map(json.dumps, NEWER))})\n{ASK_NEWER}"
    subprocess.run([installed("Rscript"), "-e", asked], cwd=tmp_path,
                   env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}, check=True)  # fmt: skip
    told = (tmp_path / "out.txt").read_text("utf-8").splitlines()
    pairs = dict(zip(NEWER, zip(told[0::2], told[1::2], strict=False), strict=False))
    empty = "看到但未填写"
    assert pairs == {
        "rank_1": ("2;1;-97", f"-;-;{empty}"), "rank_2": ("1;-97;-97", f"-;{empty};{empty}"),
        "split_a": ("30;-97;-97", f"-;{empty};{empty}"), "warm": ("-95;-99995;-99997", f"-;不清楚;{empty}"),
        "use_r1_1": ("0;-97;-97", f"未选;{empty};{empty}"), "use_r1_2": ("1;-97;-97", f"已选;{empty};{empty}"),
        "buy_r1_price": ("9.5;-97;-97", f"-;{empty};{empty}"), "buy_r1_size": ("2;-97;-97", f"大;{empty};{empty}"),
        "home_province": ("440000;-97;-97", f"广东省;{empty};{empty}"),
        "home_city": ("440300;-97;-97", f"深圳市;{empty};{empty}"),
        "home_district": ("440305;-97;-97", f"深圳市 南山区;{empty};{empty}"),
    }  # fmt: skip
    stata_told = dict(zip(NEWER, told[2 * len(NEWER) :: 2], strict=False))
    assert (stata_told["rank_1"], stata_told["warm"], stata_told["home_city"]) == (
        "2;1;NA",
        "-95;NA;NA",
        "440300;NA;NA",
    )
    assert told[4 * len(NEWER) :] == [f"{REFERENCE};;", "钙片;;", f"{REFERENCE};;"]


RISKY = (
    "=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"http://evil.example\",\"x\")", "=cmd|' /C calc'!A0", "\t=1+1", "＝1+1",
    "'=1+1", "=WEBSERVICE(\"http://evil.example\")", "0123", "1e5", "2026-01-01", "TRUE",
)  # fmt: skip
CSV_FILTER = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"  # UTF-8, every sheet


def converted(folder: Path, name: str, to: str) -> None:
    """Let LibreOffice open a file and write it anew beside it."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run([installed("soffice"), profile, "--headless", "--convert-to", to, "--outdir", folder, folder / name],
                   capture_output=True, check=True, timeout=120)  # fmt: skip


@pytest.mark.parametrize("is_quick", [True, False])
def test_libreoffice_shows_what_was_answered_and_finds_no_formula(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_quick: bool
) -> None:
    monkeypatch.setattr(quick_xlsx, "is_installed", lambda: is_quick)
    answers = (*ANSWERS, *((f"x{n}", {"nps": 3}, {"comment": text, "how_other": text}) for n, text in enumerate(RISKY)))
    with (tmp_path / "data.xlsx").open("w+b") as file:
        files.xlsx(file, table(tmp_path, answers=answers))
    converted(tmp_path, "data.xlsx", "fods")
    document = (tmp_path / "data.fods").read_text("utf-8")
    assert "table:formula" not in document and 'xlink:href="http' not in document
    converted(tmp_path, "data.xlsx", CSV_FILTER)
    with (tmp_path / "data-数据.csv").open(encoding="utf-8", newline="") as made:
        rows = {row["response_id"]: row for row in csv.DictReader(made)}
    assert [rows[f"x{n}"]["comment"] for n in range(len(RISKY))] == [plain(text) for text in RISKY]
    expected = table(tmp_path, answers=answers)
    for cells in expected.rows():
        for column, cell in zip(expected.shape.columns, cells, strict=True):
            if column.kind in ("number", "text"):
                assert rows[str(cells[0])][column.name] == ("" if cell is None else plain(str(cell))), column.name
    assert (rows["r1"]["day"], rows["r1"]["hour"][:5]) == ("2026-11-03", "08:30")
    assert sorted(re.findall(r"table:name=\"(数据|变量|选项|说明)\"", document)) == sorted(files.SHEETS)
