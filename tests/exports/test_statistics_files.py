"""SPSS, Stata and Parquet: the file read back says what was answered, with labels, types and reasons for missing answers."""

import io
import json
import struct
from datetime import date, time
from pathlib import Path
from typing import Any

import pandas
import polars
import pyreadstat
import pytest

from survey_app.exports import codebook_file, labels, parquet, spss, spss_sets, stata
from tests.exports.every_type import EVERY, FULL, table

COLUMNS = ("how", "how_other", "why_1", "why_2", "nps", "opinion", "balance", "day", "hour", "comment", "sat_price",
           "use_r1_1", "use_r1_2", "buy_r1_price", "rank_1", "rank_2", "split_a", "warm", "source", "score", "late")  # fmt: skip

REASONS = ("不适用", "未答到", "看到但未填写", "不愿透露", "不清楚", "该版本无此题")


def written(writer: Any, path: Path, **options: Any) -> Path:
    with path.open("w+b") as file:
        assert writer.write(file, table(path.parent, **options)) == len(options.get("answers", "123"))
    return path


def rows_of(data: dict[str, list[Any]]) -> list[tuple[Any, ...]]:
    return list(zip(*(data[name] for name in COLUMNS), strict=True))


def test_an_spss_file_read_back_holds_every_value_and_missing_code(tmp_path: Path) -> None:
    data, meta = pyreadstat.read_sav(written(spss, tmp_path / "x.sav"), output_format="dict", user_missing=True)
    assert rows_of(data) == [
        (9, "=骑马", 1, 0, 9, 2, -91.5, date(2026, 11, 3), time(8, 30), "送药慢\n=1+1", 5, 0, 1, 9.5, 2, 1, 30, -95, 7, 49, 4),
        (-96, "", -97, -97, -95, -95, -99997, None, None, "", -97, -97, -97, -97, 1, -97, -97, -99995, 7, -99999, -99),
        (-97, "", -97, -97, -97, -97, -99997, None, None, "", -97, -97, -97, -97, -97, -97, -97, -99997, 7, -99999, -99),
    ]  # fmt: skip
    assert meta.file_label == "各种题型"
    assert meta.missing_ranges["nps"] == [{"lo": -99.0, "hi": -94.0}]
    assert meta.missing_ranges["warm"] == meta.missing_ranges["score"] == [{"lo": -99999.0, "hi": -99994.0}]
    assert not {"comment", "day", "weight", "version"} & meta.missing_ranges.keys()


def test_an_spss_file_says_what_columns_and_values_mean(tmp_path: Path) -> None:
    _data, meta = pyreadstat.read_sav(written(spss, tmp_path / "x.sav"), output_format="dict")
    label = dict(zip(meta.column_names, meta.column_labels, strict=True))
    assert (label["nps"], label["why_2"], label["sat_staff"]) == ("推荐吗", "服务", "店员")
    assert meta.variable_value_labels["how"] == {
        1: "步行",
        9: "其他",
        **dict(zip(range(-99, -93), REASONS, strict=True)),
    }
    assert meta.variable_value_labels["sat_price"].keys() == {-99, -98, -97, -96, -95, -94}
    measures = {
        "how": "nominal",
        "nps": "ordinal",
        "rank_1": "ordinal",
        "age": "scale",
        "day": "scale",
        "comment": "nominal",
    }
    assert {name: meta.variable_measure[name] for name in measures} == measures
    kinds = {"nps": "F8.0", "balance": "F14.2", "day": "SDATE10", "hour": "TIME5"}
    assert {name: meta.original_variable_types[name] for name in kinds} == kinds


def test_an_spss_file_has_a_multiple_response_set_per_list_of_answers(tmp_path: Path) -> None:
    _data, meta = pyreadstat.read_sav(written(spss, tmp_path / "x.sav"), output_format="dict")
    kind = {"type": "D", "is_dichotomy": True, "counted_value": 1}
    assert meta.mr_sets == {
        "why": {**kind, "label": "提到的方面", "variable_list": ["why_1", "why_2"]},
        "use_r1": {**kind, "label": "用过什么 - 去年", "variable_list": ["use_r1_1", "use_r1_2"]},
    }


def test_the_record_of_the_sets_is_laid_out_as_the_guide_says(tmp_path: Path) -> None:
    raw = written(spss, tmp_path / "x.sav").read_bytes()
    line = "$why=D1 1 15 提到的方面 why_1 why_2\n".encode()
    start = raw.index(line)
    assert struct.unpack("<3i", raw[start - 16 : start - 4]) == (7, 7, 1)
    length = struct.unpack("<i", raw[start - 4 : start])[0]
    assert raw[start + length : start + length + 4] == struct.pack("<i", 999)


LONG_NAMES = "format: 1\nname: long\ntitle: 长\nlanguages: [zh-CN]\npages:\n  - questions:\n" + "".join(
    f"      - {{name: a_very_long_question_name_{i:02}, type: multiple_choice, text: '{i}', choices: ["
    "{code: one, text: 甲}, {code: two, text: 乙}]}\n"
    for i in range(12)
)


def test_sets_find_their_variables_when_short_names_had_to_be_made_up(tmp_path: Path) -> None:
    path = written(spss, tmp_path / "x.sav", text=LONG_NAMES, answers=[("r1", {}, {})])
    _data, meta = pyreadstat.read_sav(path, output_format="dict")
    assert len(meta.mr_sets) == 12
    for name, found in meta.mr_sets.items():
        assert found["variable_list"] == [f"{name}_one", f"{name}_two"]


def test_a_stata_file_has_reasons_instead_of_codes(tmp_path: Path) -> None:
    data, meta = pyreadstat.read_dta(written(stata, tmp_path / "x.dta"), output_format="dict", user_missing=True)
    assert rows_of(data) == [
        (9, "=骑马", 1, 0, 9, 2, -91.5, date(2026, 11, 3), time(8, 30), "送药慢\n=1+1", 5, 0, 1, 9.5, 2, 1, 30, -95, 7, 49, 4),
        ("d", "", "c", "c", "e", "e", "c", None, None, "", "c", "c", "c", "c", 1, "c", "c", "e", 7, "a", "a"),
        ("c", "", "c", "c", "c", "c", "c", None, None, "", "c", "c", "c", "c", "c", "c", "c", "c", 7, "a", "a"),
    ]  # fmt: skip
    assert meta.variable_value_labels["how"] == {
        1: "步行",
        9: "其他",
        **dict(zip("abcdef", REASONS, strict=True)),
    }


LONGEST = f"""
format: 1
name: longest
title: "<map> <label> <varnames>"
languages: [zh-CN]
pages:
  - questions:
      - name: {"m" * 29}
        type: multiple_choice
        text: 长
        choices: [{{code: "10", text: 甲}}, {{code: "11", text: 乙}}]
      - {{name: {"n" * 32}, type: nps, text: 推荐吗}}
"""


def test_choices_of_one_wording_stay_apart_in_a_stata_file(tmp_path: Path) -> None:
    text = EVERY.replace("zh-CN: 步行", "zh-CN: 不清楚").replace("zh-CN: 其他", "zh-CN: 不清楚")
    answers = [("r1", {"how": "foot"}, {}), ("r2", {"how": "else"}, {}), ("r3", {}, {})]
    path = written(stata, tmp_path / "x.dta", text=text, answers=answers)
    assert list(pandas.read_stata(path)["how"].dropna()) == ["不清楚", "不清楚 (9)"]
    labels_of = pyreadstat.read_dta(path)[1].variable_value_labels["how"]
    assert (labels_of[9], labels_of["e"]) == ("不清楚 (9)", "不清楚")


def test_names_as_long_as_they_may_be_stand_in_both_files(tmp_path: Path) -> None:
    answers = [("r1", {"m" * 29: ["11"], "n" * 32: 7}, {})]
    names, values = ["m" * 29 + "_10", "m" * 29 + "_11", "n" * 32], [[0], [1], [7]]
    for writer, read in ((spss, pyreadstat.read_sav), (stata, pyreadstat.read_dta)):
        path = written(writer, tmp_path / "x", text=LONGEST, answers=answers)
        data, meta = read(path, output_format="dict", user_missing=True)
        assert meta.column_names[-3:] == names and [data[name] for name in names] == values
        assert meta.variable_value_labels["n" * 32][10] == "极有可能"
        assert meta.file_label == "<map> <label> <varnames>"


def test_a_parquet_file_has_types_and_its_codebook_in_the_metadata(tmp_path: Path) -> None:
    path = written(parquet, tmp_path / "x.parquet", language="en")
    found = polars.read_parquet(path)
    types = {
        "nps": polars.Int32,
        "balance": polars.Float64,
        "day": polars.Date,
        "hour": polars.Time,
        "comment": polars.String,
    }
    assert {name: found.schema[name] for name in types} == types
    assert found["comment"].to_list() == ["送药慢\n=1+1", None, None]
    assert found["nps"].to_list() == [9, -95, -97] and found["day"].to_list() == [date(2026, 11, 3), None, None]
    about = json.loads(polars.read_parquet_metadata(path)[parquet.KEY])
    known = {one["name"]: one for one in about["variables"]}
    assert list(known) == found.columns and about["title"] == "Every type"
    assert known["how"]["values"]["9"] == {"code": "else", "label": "Other"}
    assert known["nps"]["missing"]["-97"] == "empty" and known["nps"]["measure"] == "ordinal"
    assert about["sets"][0] == {"name": "why", "label": "What was mentioned", "columns": ["why_1", "why_2"]}


@pytest.mark.parametrize("writer", [spss, stata, parquet])
def test_a_file_without_answers_has_all_columns(tmp_path: Path, writer: Any) -> None:
    path = written(writer, tmp_path / "x", answers=[])
    if writer is parquet:
        assert polars.read_parquet(path).shape == (0, len(table(tmp_path).shape.columns))
    else:
        read = pyreadstat.read_sav if writer is spss else pyreadstat.read_dta
        assert read(path, output_format="dict")[1].column_names == [c.name for c in table(tmp_path).shape.columns]


LONG = EVERY.replace("推荐吗", "推" * 100).replace("步行", "步" * 50).replace("提到的方面", "提" * 90)


def test_labels_are_cut_at_a_character_and_listed_in_the_codebook(tmp_path: Path) -> None:
    _data, meta = pyreadstat.read_sav(written(spss, tmp_path / "x.sav", text=LONG), output_format="dict")
    label = dict(zip(meta.column_names, meta.column_labels, strict=True))
    assert label["nps"] == "推" * 84 + "…" and meta.variable_value_labels["how"][1] == "步" * 39 + "…"
    assert meta.mr_sets["why"]["label"] == "提" * 84 + "…"
    _data, meta = pyreadstat.read_dta(written(stata, tmp_path / "x.dta", text=LONG), output_format="dict")
    label = dict(zip(meta.column_names, meta.column_labels, strict=True))
    assert label["nps"] == "推" * 79 + "…" and meta.variable_value_labels["how"][1] == "步" * 50
    notes = {(line[0], line[5]): line[8] for line in codebook_file.lines(table(tmp_path, LONG).shape)}
    assert "SPSS, Stata" in str(notes["nps", 0]) and "SPSS" in str(notes["how", 1]) and notes["how", 9] == ""


@pytest.mark.parametrize(
    ("text", "most", "cut"), [("药a", 4, "药a"), ("药药药", 8, "药…"), ("a药药", 6, "a…"), ("𠮷𠮷", 7, "𠮷…")]
)
def test_a_cut_never_splits_a_character(text: str, most: int, cut: str) -> None:
    assert labels.cut_bytes(text, most) == cut and len(cut.encode()) <= most


def test_a_text_longer_than_spss_takes_is_cut_with_an_ellipsis(tmp_path: Path) -> None:
    answers = [("r1", FULL, {"comment": "药" * 12_000})]
    data, _meta = pyreadstat.read_sav(written(spss, tmp_path / "x.sav", answers=answers), output_format="dict")
    [comment] = data["comment"]
    assert comment.endswith("药…") and 32_760 < len(comment.encode()) <= 32_767
    data, _meta = pyreadstat.read_dta(written(stata, tmp_path / "x.dta", answers=answers), output_format="dict")
    assert data["comment"] == ["药" * 12_000]


@pytest.mark.parametrize("raw", [b"", b"$FL2" + b"\0" * 200, b"PK\3\4" + b"\0" * 300])
def test_a_file_that_is_no_system_file_is_not_changed(raw: bytes) -> None:
    with pytest.raises((spss_sets.NotASystemFile, struct.error)):
        spss_sets.insert(io.BytesIO(raw), io.BytesIO(), [])
