"""Tables in files: what is a table, how it is encoded, what a hostile file can do."""

import io
import os
import resource
import struct
import subprocess
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from survey_app.errors import DomainError
from survey_app.formats import tables, workbook_process
from tests.people import files

ROWS = [["订单号", "姓名", "金额"], ["A1", "欧阳娜娜", "12.50"], ["A2", "𠮷野", "3"]]
TEXT = "\n".join(",".join(row) for row in ROWS)


def read(data: bytes) -> list[tuple[int, list[str]]]:
    return list(tables.rows(lambda: io.BytesIO(data)))


def cells(data: bytes) -> list[list[str]]:
    return [row for _, row in read(data)]


def refusal(data: bytes) -> str:
    with pytest.raises(DomainError) as refused:
        read(data)
    assert refused.value.field == "file"
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_chinese_text_is_read_in_every_encoding_that_systems_write(encoding: str) -> None:
    assert cells(TEXT.encode(encoding)) == ROWS


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_found_out(separator: str, end: str) -> None:
    assert cells(end.join(separator.join(row) for row in ROWS).encode()) == ROWS


def test_the_line_that_spreadsheets_put_first_names_the_separator_and_is_no_row() -> None:
    assert read(b"sep=;\r\na,1;b\r\n1;2\r\n") == [(2, ["a,1", "b"]), (3, ["1", "2"])]


def test_quoted_cells_may_hold_line_ends_and_lines_are_counted_as_an_editor_counts_them() -> None:
    assert read('号,备注\nA1,"一\n二, ""三"""\n\n\nA2,四\n'.encode()) == [
        (1, ["号", "备注"]),
        (2, ["A1", '一\n二, "三"']),
        (6, ["A2", "四"]),
    ]


def test_mixed_line_ends_and_empty_cells_at_the_end_do_not_matter() -> None:
    assert cells(b"a,b,,\r\n1,2\n3,4,,\r5,6\r\n") == [["a", "b"], ["1", "2"], ["3", "4"], ["5", "6"]]


def test_control_characters_and_half_characters_leave_the_cells() -> None:
    assert cells("a,b\n1\x0b,\x1b[31m红\n".encode()) == [["a", "b"], ["1", "[31m红"]]


def test_a_broken_byte_late_in_a_utf8_file_is_named_by_its_line() -> None:
    data = ("姓名\n" + "欧阳娜娜\n" * 50).encode() + b"\xff\xfe\n" + "李\n".encode()
    assert "第 52 行" in refusal(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空的"),
        (b"\xef\xbb\xbf\n\n", "空的"),
        (b"%PDF-1.7 ...", "不是表格"),
        (b"\x89PNG\r\n\x1a\n", "不是表格"),
        (b"a,b\n1,\x002\n", "不是表格"),
        (b"<html><table><tr><td>1", "网页"),
        (b"\xef\xbb\xbf  <!DOCTYPE html>", "网页"),
        (b'<?xml version="1.0"?><Workbook/>', "网页"),
        (b'a,b\n"' + b"x\n" * 300_000, "引号没有结束"),
        (b"a,b\n" + b"x" * 400_000, "太长"),
        (b'a\n"' + b"y" * 200_000 + b'"\n', "读不懂"),
        (b"a,b\n" + b"," * 100_000 + b"x\n", "列"),
        (b"PK\x03\x04 nothing more", "打不开"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 nothing", "打不开"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_a_reason(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_more_rows_than_are_taken_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 10)
    assert len(read(b"a\n" * 11)) == 11  # with its heading
    assert "超过 10 行" in refusal(b"a\n" * 12)


# --- workbooks -----------------------------------------------------------------------------------------------------------
def test_a_workbook_gives_the_values_that_a_person_sees() -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.add_worksheet("空")
    sheet = book.add_worksheet("订单")
    day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(2, 0, ["手机号", "时间", "金额", "公式", "大数", "同意"])
    sheet.write_number(3, 0, 13812345678)
    sheet.write_datetime(3, 1, datetime(2026, 11, 20, 14, 5), day)
    sheet.write_number(3, 2, 128.5)
    sheet.write_formula(3, 3, '=CONCATENATE("A","1")', None, "A1")
    sheet.write_number(3, 4, 2026112012345678901)
    sheet.write_boolean(3, 5, True)
    sheet.merge_range(5, 0, 5, 2, "合并")
    book.close()
    assert read(target.getvalue()) == [
        (3, ["手机号", "时间", "金额", "公式", "大数", "同意"]),
        (4, ["13812345678", "2026-11-20 14:05:00", "128.5", "A1", "2.02611201234568E+18", "TRUE"]),
        (6, ["合并"]),
    ]


def test_an_old_workbook_is_read_whatever_its_name_says(cases: Path) -> None:
    found = cells((cases / "badinput/xlsx/misnamed_ole_xls_as.xlsx").read_bytes())
    assert len(found) == 172 and found[-1][:2] == ["note", "thanks"]


def _bomb(size: int) -> bytes:
    """A workbook whose sheet unpacks to `size` bytes."""
    plain = io.BytesIO(files.as_xlsx([["1"] * 11]))
    target = io.BytesIO()
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                with out.open(name, "w", force_zip64=True) as member:
                    head, tail = data.split(b"</sheetData>")
                    member.write(head)
                    row = b'<row><c t="inlineStr"><is><t>' + b"a" * 900 + b"</t></is></c></row>"
                    for _ in range(size // len(row)):
                        member.write(row)
                    member.write(b"</sheetData>" + tail)
            else:
                out.writestr(name, data)
    return target.getvalue()


def test_a_packed_bomb_is_refused_before_it_unpacks() -> None:
    data = _bomb(300_000_000)
    assert len(data) < 3_000_000
    begun = time.monotonic()
    assert "展开后太大" in refusal(data)
    assert time.monotonic() - begun < 5


def test_a_bomb_that_lies_about_its_size_cannot_take_the_memory_of_the_server() -> None:
    data = bytearray(_bomb(300_000_000))
    # the size that the directory at the end tells: small
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    while (place := data.find(size.to_bytes(4, "little"))) >= 0:
        data[place : place + 4] = (1000).to_bytes(4, "little")
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with suppress(DomainError):
        assert sum(1 for _ in tables.rows(lambda: io.BytesIO(bytes(data)))) < 600_000
    assert time.monotonic() - begun < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KB


def test_a_cell_in_the_last_corner_cannot_take_the_memory_of_the_server() -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "手机号")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "太大" in refusal(target.getvalue())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KB


def _hostile(cases: Path) -> Iterator[Path]:
    for folder in ("xlsx", "xml", "upload"):
        yield from sorted((cases / "badinput" / folder).iterdir())
    yield from sorted((cases / "badinput").glob("*.*"))


def test_every_hostile_file_gives_rows_or_a_reason_within_five_seconds(cases: Path) -> None:
    for path in _hostile(cases):
        begun = time.monotonic()
        with suppress(DomainError):
            list(tables.rows(lambda path=path: path.open("rb")))  # type: ignore[misc]
        assert time.monotonic() - begun < 5, path.name


def test_a_reader_that_takes_its_time_gets_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_ENOUGH_SECONDS", 2.0)
    data = files.as_xlsx([[f"{n}"] * 11 for n in range(20_000)])  # more than a pipe holds
    reading = tables.rows(lambda: io.BytesIO(data))
    next(reading)
    time.sleep(2.5)
    assert sum(1 for _ in reading) == 20_000


def test_a_reader_that_has_seen_enough_leaves_no_process_behind() -> None:
    data = files.as_xlsx([[f"{n}"] * 11 for n in range(5_000)])
    reading = tables.rows(lambda: io.BytesIO(data))
    assert next(reading)[0] == 1
    reading.close()  # type: ignore[attr-defined]
    listed = subprocess.run(["ps", "-o", "args", "--ppid", str(os.getpid())], capture_output=True, text=True)
    assert "workbook_process" not in listed.stdout


def test_an_old_workbook_asks_for_no_more_room_than_its_cells_need() -> None:
    record = b"\x00\x02\x0e\x00"
    small, huge = struct.pack("<IIHHH", 0, 70, 0, 12, 0), struct.pack("<IIHHH", 0, 1 << 20, 0, 256, 0)
    given = b"a" + record + small + b"b" + record + huge + b"c" + record + b"no size at all!"
    made = workbook_process._with_true_sizes(given)
    assert made == given.replace(huge, struct.pack("<IIHHH", 0, 1, 0, 256, 0))
