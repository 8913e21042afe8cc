"""Places in data files: codes as numbers, names as labels, in every format."""

import io
import json
from pathlib import Path
from typing import Any

import orjson
import polars
import pyreadstat
import pytest

from survey_app.exports import codebook_file, fhir, files, parquet, spss, stata
from survey_app.questionnaire import regions
from tests.exports.every_type import table

TEXT = """
format: 1
name: places
title: {zh-CN: 地区, en: Places}
languages: [zh-CN, en]
pages:
  - questions:
      - {name: home, type: region, text: {zh-CN: 住在哪里, en: Where do you live}}
      - {name: born, type: region, levels: 1, text: {zh-CN: 出生地, en: Birthplace}}
"""
ANSWERS: tuple[tuple[str, dict[str, Any], dict[str, str]], ...] = (
    (
        "r1",
        {"home_province": "440000", "home_city": "440300", "home_district": "440305", "born_province": "refused"},
        {},
    ),
    ("r2", {"home_province": "110000", "home_city": "110000", "home_district": "110105"}, {}),
)
COLUMNS = ("home_province", "home_city", "home_district", "born_province")


def written(writer: Any, path: Path, language: str = "zh-CN") -> Path:
    with path.open("w+b") as file:
        writer(file, table(path.parent, TEXT, ANSWERS, language=language))
    return path


@pytest.mark.parametrize(("suffix", "writer"), [("sav", spss.write), ("dta", stata.write)])
def test_statistics_files_hold_codes_with_their_names(tmp_path: Path, suffix: str, writer: Any) -> None:
    path = written(writer, tmp_path / f"x.{suffix}")
    if suffix == "sav":
        data, meta = pyreadstat.read_sav(path, output_format="dict", user_missing=True)
        assert [data[name][0] for name in COLUMNS] == [440000, 440300, 440305, -96]
        assert meta.missing_ranges["home_district"] == [{"lo": -99.0, "hi": -94.0}]
    else:
        data, meta = pyreadstat.read_dta(path, output_format="dict", user_missing=True)
        assert [data[name][0] for name in COLUMNS[:3]] == [440000, 440300, 440305]
    assert [data[name][1] for name in COLUMNS[:3]] == [110000, 110000, 110105]
    labels = meta.variable_value_labels["home_district"]
    assert (
        labels[440305] == "深圳市 南山区" and labels[110105] == "北京市 朝阳区" and len(labels) >= len(regions.codes(2))
    )
    named = dict(zip(meta.column_names, meta.column_labels, strict=True))
    assert named["home_city"] == "住在哪里 - 城市" and named["born_province"] == "出生地"


def test_a_parquet_file_holds_the_codes(tmp_path: Path) -> None:
    data = polars.read_parquet(written(parquet.write, tmp_path / "x.parquet"))
    assert data["home_district"].to_list() == [440305, 110105]


def test_the_codebook_names_every_place(tmp_path: Path) -> None:
    made = table(tmp_path, TEXT, ANSWERS, language="en")
    lines = [line for line in codebook_file.lines(made.shape) if line[0] == "home_city"]
    values = {line[5]: line[7] for line in lines}
    assert values[440300] == "Shenzhen" and values[341300] == "Suzhou (Anhui)" and values[-96] == "prefer not to say"


def test_fhir_answers_are_codings(tmp_path: Path) -> None:
    raw = io.BytesIO()
    fhir.write_responses(raw, table(tmp_path, TEXT, ANSWERS))
    first = json.dumps(orjson.loads(raw.getvalue().splitlines()[0]), ensure_ascii=False)
    assert (
        '"code": "440305", "display": "深圳市 南山区"' in first and '"code": "refused", "display": "不愿透露"' in first
    )


def test_a_file_of_words_has_the_names(tmp_path: Path) -> None:
    made = table(tmp_path, TEXT, ANSWERS)
    made.shape.labels = True
    with (tmp_path / "x.csv").open("w+b") as file:
        files.csv_file(file, made)
    assert "广东省,深圳市,深圳市 南山区," in (tmp_path / "x.csv").read_text("utf-8")
