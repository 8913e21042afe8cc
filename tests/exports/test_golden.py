"""The fixed small case of the file format: CSV byte by byte, XLSX cell by cell."""

import io
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pyreadstat
import pytest

from survey_app.analysis.dataset import FrozenVersion, Row
from survey_app.exports import codebook_file, files, spss
from survey_app.exports.shape import FIXED, Cell, Shape
from survey_app.languages import translator
from tests.analysis.answers import SMALL, definition
from tests.exports import every_type
from tests.exports.test_statistics_files import REASONS

GOLDEN = (
    "\ufeff"
    "response_id,nps,why_1,why_2,why_8,why_other,comment\r\n"
    "r1,9,1,0,1,送药慢,'=1+1\r\n"
    "r2,-97,-99,-99,-99,,\r\n"
)  # fmt: skip
HEADINGS = ["response_id", "nps", "why_1", "why_2", "why_8", "why_other", "comment"]
R1 = ({"nps": 9, "why": ["1", "8"]}, {"why_other": "送药慢", "comment": "=1+1"})
R2: tuple[dict[str, object], dict[str, str]] = ({}, {})


def shape_of(*, labels: bool = False, language: str = "zh-CN") -> Shape:
    frozen = [FrozenVersion(1, 1, definition(SMALL))]
    return Shape(frozen, {}, labels=labels, language=language, translate=translator(language))


def table(shape: Shape) -> tuple[list[int], list[list[Cell]]]:
    """The places of the golden columns, and the two rows cut down to them."""
    places = [[column.name for column in shape.columns].index(name) for name in HEADINGS]
    rows = []
    for name, (answers, texts) in (("r1", R1), ("r2", R2)):
        month = datetime(2026, 11, 1, tzinfo=UTC).date()
        row = Row(1, 1, "complete", "zh-CN", "link", None, "", 20_000, month, "normal", False, "", answers, texts)
        whole = shape.row(name, row, name_shop=False, name_region=False)
        rows.append([whole[place] for place in places])
    return places, rows


def csv_of(shape: Shape) -> str:
    places, rows = table(shape)
    raw = io.BytesIO()
    text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
    files.write_csv(text, [shape.columns[place] for place in places], rows)
    text.flush()
    return raw.getvalue().decode()


def test_the_small_case_as_csv_is_right_in_every_byte() -> None:
    assert csv_of(shape_of()) == GOLDEN


def test_the_small_case_with_labels_has_empty_cells_for_missing_answers() -> None:
    lines = csv_of(shape_of(labels=True)).splitlines()
    assert lines[1:] == ["r1,9,1,0,1,送药慢,'=1+1", "r2,,,,,,"]


def test_the_small_case_as_xlsx_is_right_in_every_cell() -> None:
    shape = shape_of()
    places, rows = table(shape)
    shape.columns = [shape.columns[place] for place in places]
    raw = io.BytesIO()
    files.write_xlsx(raw, shape, rows, about=[("问卷", "=1+1")], now=datetime(2026, 11, 20, tzinfo=UTC), folder="/tmp")
    book = openpyxl.load_workbook(io.BytesIO(raw.getvalue()))
    assert book.sheetnames == ["数据", "变量", "选项", "说明"]
    cells = [[cell.value for cell in row] for row in book["数据"]]
    assert cells == [
        HEADINGS,
        ["r1", 9, 1, 0, 1, "送药慢", "=1+1"],
        ["r2", -97, -99, -99, -99, None, None],
    ]
    kinds = [[cell.data_type for cell in row] for row in book["数据"]]
    assert kinds == [["s"] * 7, ["s", "n", "n", "n", "n", "s", "s"], ["s", "n", "n", "n", "n", "n", "n"]]
    assert book["说明"]["B2"].data_type == "s"


def test_the_small_case_as_spss_has_its_values_labels_missing_range_and_set(tmp_path: Path) -> None:
    with (tmp_path / "x.sav").open("w+b") as file:
        spss.write(file, every_type.table(tmp_path, SMALL, (("r1", *R1), ("r2", *R2))))
    data, meta = pyreadstat.read_sav(tmp_path / "x.sav", output_format="dict", user_missing=True)
    assert [data[name] for name in HEADINGS] == [
        ["r1", "r2"], [9, -97], [1, -99], [0, -99], [1, -99], ["送药慢", ""], ["=1+1", ""]
    ]  # fmt: skip
    label = dict(zip(meta.column_names, meta.column_labels, strict=True))
    assert [label[name] for name in HEADINGS[1:]] == ["推荐吗", "价格", "服务", "其他", "其他", "还想说什么"]
    assert meta.missing_ranges["nps"] == meta.missing_ranges["why_8"] == [{"lo": -99.0, "hi": -94.0}]
    assert meta.variable_value_labels["why_1"] == {
        0: "未选",
        1: "已选",
        **dict(zip(range(-99, -93), REASONS, strict=True)),
    }
    [(name, found)] = meta.mr_sets.items()
    assert (name, found["label"], found["variable_list"]) == ("why", "提到的方面", ["why_1", "why_2", "why_8"])


@pytest.mark.parametrize(
    ("language", "label", "missing"), [("zh-CN", "价格", "看到但未填写"), ("en", "Price", "seen but left empty")]
)
def test_the_codebook_names_every_value_in_the_chosen_language(language: str, label: str, missing: str) -> None:
    lines = list(codebook_file.lines(shape_of(language=language)))
    assert lines[0] == codebook_file.HEADINGS
    by_value = {(line[0], line[5]): line for line in lines[1:]}
    assert [line[0] for line in lines[1:14]] == [name for name, _, _ in FIXED]
    assert by_value["why_1", 1][1] == label
    assert by_value["nps", -97][7] == missing
    assert by_value["nps", 10][7] in ("极有可能", "Extremely likely")
    assert "'" in by_value["comment", ""][8]
