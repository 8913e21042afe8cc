"""An SPSS and a Stata file in the programs that people use: PSPP and R's haven, both from Debian."""

import csv
import io
import subprocess
from pathlib import Path

import pytest

from survey_app.exports import spss, stata
from tests.exports.every_type import table
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
