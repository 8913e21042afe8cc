"""Files of any kind: told apart by their content, read in a process with limits, converted on the command line."""

import csv
import io
import json
from pathlib import Path

import pytest
from flask import Flask

from survey_app.config import ROOT
from survey_app.formats import detecting, reading_process
from survey_app.formats.importing import Refused
from survey_app.questionnaire.loading import load_definition

TEXT = "购药回访\n\n1. 满意吗？（1-5分）\n\n2. 买了什么？[多选题]\nA. 药\nB. =1+1\n\n3. 请上传小票[文件上传]\n"


def test_the_content_tells_the_format() -> None:
    ours = sorted((ROOT / "questionnaires").glob("*.yaml"))[0].read_bytes()
    assert detecting.detect(ours).key == "yaml"
    assert detecting.detect(TEXT.encode()).key == detecting.detect(TEXT.encode("gb18030")).key == "text"
    assert detecting.detect(TEXT.encode("utf-16")).key == "text"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "picture_file"),
        (b"\x00\x01\x02", None),
    ],
)
def test_what_is_no_questionnaire_is_refused(data: bytes, code: str | None) -> None:
    with pytest.raises(Refused) as refused:
        detecting.parse(data)
    fault = refused.value.faults[0]
    assert fault.sentence("zh") and fault.sentence("en") and (code is None or fault.code == code)


def test_a_process_gives_what_the_importer_gave() -> None:
    made, direct = reading_process.read_file(TEXT.encode()), detecting.parse(TEXT.encode())
    assert made.data == direct.data and made.to_json() == direct.to_json()
    assert [line.sentence() for line in made.lines] == [line.sentence() for line in direct.lines]
    with pytest.raises(Refused) as refused:
        reading_process.read_file(b" ")
    assert refused.value.faults[0].code == "empty"


def test_too_much_memory_is_a_refusal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    child = tmp_path / "greedy.py"
    child.write_text(
        "from survey_app.formats import reading_process as r\nr._limit()\nx = [b'1' * 10**6 for _ in range(10**6)]\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    monkeypatch.setattr(reading_process, "_MODULE", "greedy")
    with pytest.raises(Refused):
        reading_process.read_file(b"1. a")


def test_the_command_line_converts_without_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from survey_app.cli import questionnaires

    monkeypatch.chdir(tmp_path)  # not where the program lies
    source, target, report = tmp_path / "a.txt", tmp_path / "a.yaml", tmp_path / "a.csv"
    source.write_text(TEXT, encoding="utf-8")
    run = Flask("bare").test_cli_runner()
    done = run.invoke(questionnaires, ["convert", str(source), "--json", "-o", str(target), "--report", str(report)])
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["format"] == "text" and (told["questions"], told["choices"], told["lost"]) == (3, 2, 0)
    assert load_definition(target.read_bytes(), file="a.yaml", incomplete=True).questions[0].name == "q1"
    rows = list(csv.reader(io.StringIO(report.read_text("utf-8-sig"))))
    assert len(rows) == told["kept"] + told["changed"] + told["lost"] + 1
    for option in ("-o", "--report"):
        elsewhere = run.invoke(questionnaires, ["convert", str(source), option, str(tmp_path / "no" / "such.file")])
        assert elsewhere.exit_code == 2 and "cannot be written" in elsewhere.output
    source.write_bytes(b"")
    refused = run.invoke(questionnaires, ["convert", str(source), "--json"])
    assert refused.exit_code == 1 and "empty" in refused.output
    assert run.invoke(questionnaires, ["convert", str(source), "--from", "nothing"]).exit_code == 2
    assert run.invoke(questionnaires, ["convert", str(tmp_path / "none")]).exit_code == 2


def test_a_file_that_is_nearly_something_is_refused_for_its_own_reason() -> None:
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    for data, code in (
        (entity, "forbidden_xml"),
        (b"PK\x03\x04" + b"x" * 40, "broken_workbook"),
        (b"<x/>", "unknown_format"),
    ):
        with pytest.raises(Refused) as refused:
            detecting.parse(data)
        assert refused.value.faults[0].code == code
