"""The scripts that read a CSV: their bytes, and what pandas and R make of a file."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from survey_app.exports import files, scripts
from survey_app.exports.table import Table
from tests.exports.every_type import ANSWERS, EVERY, HOME, PLACES, REFERENCE, table

ASK_PYTHON = """
import json, sys
sys.path.insert(0, sys.argv[1])
import data
def plain(series):
    return [None if data.pd.isna(one) else str(one) for one in series]
names = ("how", "nps", "why_1", "opinion", "day", "hour", "comment", "contact_street", "warm", "score")
print(json.dumps({
    "answers": {name: plain(data.answers[name]) for name in names},
    "reasons": {name: plain(data.reasons[name]) for name in ("how", "nps", "late", "comment")},
    "codes": plain(data.codes["nps"]),
    "ordered": [bool(data.answers[name].cat.ordered) for name in ("how", "opinion")],
    "label": data.answers.attrs["labels"]["nps"], "sets": data.answers.attrs["sets"],
}))
"""
ASK_R = """
source("data.R", encoding = "UTF-8", chdir = TRUE)
said <- function(x) paste(ifelse(is.na(x), "NA", enc2utf8(as.character(x))), collapse = "|")
out <- enc2utf8(c(said(answers$how), said(answers$nps), said(answers$opinion), said(answers$day), said(answers$hour),
         said(answers$comment), said(answers$contact_street), said(reasons$how), said(reasons$late), said(codes$nps),
         is.ordered(answers$opinion), is.ordered(answers$how), attr(answers$nps, "label"),
         names(attr(answers$nps, "labels"))))
con <- file("out.txt", "wb"); writeLines(out, con, useBytes = TRUE); close(con)
"""


ASK_NEWER = """
import json, sys
sys.path.insert(0, sys.argv[1])
import data
names = ("rank_1", "split_a", "use_r1_1", "buy_r1_price", "buy_r1_size", "buy_r1_name", "photo", "home_city", "home_district")
print(json.dumps({name: str(data.answers[name][0]) for name in names} | {
    "size": str(data.answers["buy_r1_size"].dtype.categories.tolist()), "reason": str(data.reasons["home_city"][1])}))
"""
ASK_R_NEWER = """
source("data.R", encoding = "UTF-8", chdir = TRUE)
said <- function(name) paste(enc2utf8(as.character(answers[[name]][1])))
out <- c(said("rank_1"), said("split_a"), said("use_r1_1"), said("buy_r1_price"), said("buy_r1_size"), said("photo"),
         said("home_city"), said("home_district"), as.character(reasons$home_city[2]))
con <- file("out.txt", "wb"); writeLines(enc2utf8(out), con, useBytes = TRUE); close(con)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path, table(tmp_path))


def written(tmp_path: Path, made: Table) -> Path:
    """The CSV with its codebook and the scripts that read it."""
    for suffix, write in (
        (".csv", files.csv_file), (".codebook.csv", files.codebook), (".R", scripts.write_r), (".py", scripts.write_python)
    ):  # fmt: skip
        with (tmp_path / f"data{suffix}").open("w+b") as file:
            write(file, made)
    return tmp_path


@pytest.mark.parametrize("stem", ["data", 'it\'s "=1"\\', "数据"])
def test_a_script_holds_nothing_of_the_questionnaire_but_the_name_of_the_file(tmp_path: Path, stem: str) -> None:
    made = table(tmp_path, stem=stem)
    for write, name in ((scripts.write_r, "answers.R"), (scripts.write_python, "answers.py.txt")):
        path = tmp_path / name
        with path.open("w+b") as file:
            write(file, made)
        template = (scripts.TEMPLATES / name).read_text("utf-8")
        assert path.read_text("utf-8") == template.replace('"@STEM@"', json.dumps(stem))
    compile((tmp_path / "answers.py.txt").read_text("utf-8"), "x.py", "exec")


def test_pandas_gets_labels_dates_and_reasons(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", ASK_PYTHON, folder], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["answers"] == {
        "how": ["其他", None, None], "nps": ["9", None, None], "why_1": ["1", None, None], "opinion": ["同意", None, None],
        "day": ["2026-11-03 00:00:00", None, None], "hour": ["0 days 08:30:00", None, None],
        "comment": ["送药慢\n=1+1", None, None], "contact_street": ["-5 号", None, None], "warm": ["-95", None, None],
        "score": ["49", None, None],
    }  # fmt: skip
    assert told["reasons"] == {
        "how": [None, "refused", "empty"], "nps": [None, "unknown", "empty"],
        "late": [None, "not_applicable", "not_applicable"], "comment": [None, None, None],
    }  # fmt: skip
    assert (told["codes"], told["ordered"], told["label"]) == (["9", "-95", "-97"], [False, True], "推荐吗")
    assert told["sets"] == {"why": ["why_1", "why_2"], "use_r1": ["use_r1_1", "use_r1_2"]}


APOSTROPHES = ["'=1", "''＝1", "=1", "'", "'a", "\n@1", "''"]
ASK_TEXTS = (
    "import sys, json; sys.path.insert(0, sys.argv[1]); import data; print(json.dumps(list(data.answers['comment'])))"
)
ASK_R_TEXTS = """
source("data.R", encoding = "UTF-8", chdir = TRUE)
con <- file("out.txt", "wb"); writeLines(enc2utf8(answers$comment), con, sep = "|", useBytes = TRUE); close(con)
"""


@pytest.fixture
def quoted(tmp_path: Path) -> Path:
    """Answers that begin like what the file puts in front of formulas."""
    answers = [(f"r{number}", {}, {"comment": text}) for number, text in enumerate(APOSTROPHES)]
    return written(tmp_path, table(tmp_path, answers=answers))


def test_pandas_takes_only_the_apostrophe_away_that_the_file_put_there(quoted: Path) -> None:
    done = subprocess.run([sys.executable, "-c", ASK_TEXTS, quoted], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == APOSTROPHES


@pytest.mark.long
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_r_takes_only_the_apostrophe_away_that_the_file_put_there(quoted: Path, program: str, locale: str) -> None:
    subprocess.run(
        [program, "-e", ASK_R_TEXTS], cwd=quoted, env={"LC_ALL": locale, "PATH": "/usr/bin:/bin"}, check=True
    )
    assert (quoted / "out.txt").read_text("utf-8").split("|")[:-1] == APOSTROPHES


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The same with a handed-over file and a place."""
    [(name, given, texts), *others] = ANSWERS
    return written(
        tmp_path, table(tmp_path, EVERY + PLACES, [(name, {**given, **HOME, "photo": REFERENCE}, texts), *others])
    )


def test_pandas_gets_the_newer_kinds_of_questions(newer: Path) -> None:
    done = subprocess.run([sys.executable, "-c", ASK_NEWER, newer], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {
        "rank_1": "2", "split_a": "30", "use_r1_1": "0", "buy_r1_price": "9.5", "buy_r1_size": "大", "buy_r1_name": "钙片",
        "photo": REFERENCE, "home_city": "深圳市", "home_district": "深圳市 南山区", "size": "['小', '大']", "reason": "empty",
    }  # fmt: skip


@pytest.mark.long
def test_r_gets_the_newer_kinds_of_questions(newer: Path, program: str) -> None:
    subprocess.run(
        [program, "-e", ASK_R_NEWER], cwd=newer, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}, check=True
    )
    assert (newer / "out.txt").read_text("utf-8").splitlines() == [
        "2", "30", "0", "9.5", "大", REFERENCE, "深圳市", "深圳市 南山区", "empty",
    ]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_r_gets_labels_dates_and_reasons(folder: Path, program: str, locale: str) -> None:
    subprocess.run([program, "-e", ASK_R], cwd=folder, env={"LC_ALL": locale, "PATH": "/usr/bin:/bin"}, check=True)
    assert (folder / "out.txt").read_text("utf-8").splitlines() == [
        "其他|NA|NA", "9|NA|NA", "同意|NA|NA", "2026-11-03|NA|NA", "510|NA|NA", "送药慢", "=1+1|NA|NA", "-5 号|NA|NA",
        "NA|refused|empty", "NA|not_applicable|not_applicable", "9|-95|-97", "TRUE", "FALSE", "推荐吗", "完全不可能", "极有可能",
    ]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("answers", [[], [("r1", {}, {})]])
def test_r_reads_a_table_in_which_nothing_was_answered(tmp_path: Path, program: str, answers: list[Any]) -> None:
    folder = written(tmp_path, table(tmp_path, answers=answers))
    ask = 'source("data.R", encoding = "UTF-8", chdir = TRUE); cat(nrow(answers), class(answers$hour), class(answers$day))'
    done = subprocess.run([program, "-e", ask], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == f"{len(answers)} difftime Date"


@pytest.mark.parametrize("answers", [[], [("r1", {}, {})]])
def test_pandas_reads_a_table_in_which_nothing_was_answered(tmp_path: Path, answers: list[Any]) -> None:
    folder = written(tmp_path, table(tmp_path, answers=answers))
    ask = (
        "import sys; sys.path.insert(0, sys.argv[1]); import data; print(len(data.answers), data.answers.dtypes['day'])"
    )
    done = subprocess.run([sys.executable, "-c", ask, folder], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"{len(answers)} datetime64")


@pytest.fixture
def program() -> str:
    return installed("Rscript")


def installed(name: str) -> str:
    """The path of a program; without it the test is skipped."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed (make programs)")
    return path
