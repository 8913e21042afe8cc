"""Forms that cannot be a draft name the place; whatever the bytes, the end is a draft or a refusal."""

import io
import time
import zipfile

import openpyxl
import pytest

from survey_app.formats import xlsform
from survey_app.formats.importing import Refused
from tests.formats.xlsform.making import VISIT, as_csv, as_xlsx

LIST = "\n[choices]\nlist_name | name | label\nl | a | A\nl | b | B"


@pytest.mark.parametrize(
    ("form", "code", "place"),
    [
        ("[survey]\nname | label\nx | X", "missing_part", "survey!A1"),
        ("[choices]\nlist_name | name\nl | a", "not_this_format", ""),
        ("[survey]\ntype | name | label\nquestion | x | X", "bad_value", "survey!A2"),
        ("[survey]\ntype | name | label\n | x | X", "missing_part", "survey!A2"),
        ("[survey]\ntype | name | label\nselect_one gone | x | X", "missing_part", "survey!A2"),
        ("[survey]\ntype | name | label\ntext | a | A\nend group | |", "bad_value", "survey!A3"),
        ("[survey]\ntype | name | label\nbegin group | g | G\ntext | a | A", "missing_part", "survey!A2"),
        ("[survey]\ntype | name | label\nbegin group | g | G\ntext | a | A\nend repeat | |", "bad_value", "survey!A4"),
        ("[survey]\ntype | name | label | label\ntext | a | A | B", "duplicate", "survey!D1"),
        ("[survey]\ntype | name | label\nselect_one l | x | X" + LIST + "\nl | a | Again", "duplicate", "choices!B4"),
        ("[survey]\ntype | name | label", "no_questions", "survey"),
        ("[survey]\ntype | name | label\nstart | start |", "no_questions", ""),
    ],
)
def test_broken_forms_name_the_place(form: str, code: str, place: str) -> None:
    with pytest.raises(Refused) as refused:
        xlsform.parse(as_xlsx(form))
    fault = refused.value.faults[0]
    assert (fault.code, fault.place) == (code, place)
    assert fault.sentence("en") and fault.sentence("zh")


def test_every_fault_is_named_at_once() -> None:
    rows = "".join(f"\nquestion{n} | x{n} | X" for n in range(150))
    with pytest.raises(Refused) as refused:
        xlsform.parse(as_csv("[survey]\ntype | name | label" + rows))
    assert len(refused.value.faults) == 100


def test_a_list_may_hold_a_code_twice_where_the_form_says_so() -> None:
    text = (
        "[survey]\ntype | name | label\nselect_one l | x | X"
        + LIST
        + "\nl | a | A\n[settings]\nallow_choice_duplicates\nyes"
    )
    found = xlsform.parse(as_csv(text))
    assert len(found.data["pages"][0]["questions"][0]["choices"]) == 2


@pytest.mark.parametrize(
    "form",
    [
        "[survey]\ntype | name | label\nbegin group | |\ntext | | A\nend group | |",
        "[survey]\ntype | name | label\ntext | a | A\ntext | a | B",
        "[survey]\ntype | name | label\ncalculate | c |\ntext | a | A",
        "[survey]\ntype | name | label\ntext | a | Hello ${gone} {{b}}",
        "[survey]\ntype | name | label | relevant\ntext | a | A | ${b} = '1'\ntext | b | B | ${a} = '1'",
        "[survey]\ntype | name | label | calculation\ncalculate | c | | ${e} + 1\ncalculate | e | | ${c} + 1\ntext | a | ${c} |",
    ],
)
def test_small_faults_are_mended_and_told(form: str) -> None:
    found = xlsform.parse(as_csv(form))
    assert found.data["pages"]
    assert any(line.result != "kept" for line in found.lines)


def _archive(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return target.getvalue()


def _with_entities() -> bytes:
    source = zipfile.ZipFile(io.BytesIO(as_xlsx(VISIT)))
    parts = {name: source.read(name) for name in source.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + parts[name].split(b"?>", 1)[-1]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for key, data in parts.items():
            archive.writestr(key, data)
    return target.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"{",
        b'{"content": {"survey": 3}}',
        b'{"content": {"survey": [3]}}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        _archive(**{"xl__workbook.xml": b"<x/>"}),
        _archive(**{"xl__a.zip": b"x"}),
        _archive(**{"..__a.xml": b"<x/>"}),
        _archive(**{f"a{n}": b"" for n in range(1_200)}),
        _archive(**{"xl__workbook.xml": b" " * 30_000_000}),
        _with_entities(),
        b"survey,,\n,type,name\n,text,\xff\xfe\xfa\n",
    ],
    ids=lambda data: f"{len(data)} bytes",
)
def test_hostile_files_are_refused_soon(data: bytes) -> None:
    begun = time.monotonic()
    with pytest.raises(Refused):
        xlsform.parse(data)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "rule",
    [
        "(" * 5_000,
        "not(" * 500 + "1" + ")" * 500,
        "${a} = 1 or " * 2_000 + "1",
        "'" * 9_999,
        "[" * 3_000,
        "-" * 3_000 + "1",
    ],
)
def test_endless_rules_end(rule: str) -> None:
    begun = time.monotonic()
    found = xlsform.parse(as_csv(f"[survey]\ntype | name | label | relevant\ntext | a | A |\ntext | x | X | {rule}"))
    assert found.data["pages"] and time.monotonic() - begun < 5


def test_calculations_that_double_each_other_end() -> None:
    rows = "".join(f"\ncalculate | c{n} | | concat(${{c{n - 1}}}, ${{c{n - 1}}}) |" for n in range(1, 40))
    form = (
        "[survey]\ntype | name | label | calculation | relevant\ncalculate | c0 | | 'x' |"
        + rows
        + "\ntext | a | A | | ${c39} = 'x'"
    )
    begun = time.monotonic()
    assert xlsform.parse(as_csv(form)).data["pages"]
    assert time.monotonic() - begun < 5


def test_what_stands_far_below_the_form_is_told_and_left() -> None:
    book = openpyxl.Workbook()
    book.active.title = "survey"
    for row in (["type", "name", "label"], ["text", "x", "X"]):
        book.active.append(row)
    book.active["A40"], book.active["B40"] = "text", "y"
    book.active["A110"], book.active["B110"] = "end_group", "stray"
    target = io.BytesIO()
    book.save(target)
    found = xlsform.parse(target.getvalue())
    assert [q["name"] for page in found.data["pages"] for q in page["questions"]] == ["x", "y"]
    assert [line.code for line in found.lines if line.place == "survey!A110"] == ["row_far"]
