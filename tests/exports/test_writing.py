"""Data files from a database: what stands in them, and what must not. On both databases."""

import csv
import hashlib
import io
import os
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask

from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, Event
from survey_app.exports import shape as shapes
from survey_app.exports.writing import Written, write_export
from tests.analysis import answers
from tests.analysis.answers import NOW, add_shop, answer, publish


def export(questionnaire: Questionnaire, path: Path, file_format: str = "csv", **more: Any) -> Written:
    options: dict[str, Any] = {
        "labels": False,
        "language": "zh-CN",
        "by": COMMAND_LINE,
        "reason": "测试导出",
        "now": NOW,
    }
    return write_export(questionnaire=questionnaire, file_format=file_format, path=path, **(options | more))


def records(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_a_csv_has_the_fixed_columns_first_and_one_row_per_answer(app: Flask, tmp_path: Path) -> None:
    version = publish()
    answer(version, {"nps": 9, "why": ["1", "8"]}, {"why_other": "送药慢", "comment": '好,\n"很好"'})
    answer(
        version,
        {"nps": "unknown"},
        status="screened_out",
        language="en",
        speed="fast",
        straightline=True,
        layout="row11",
    )
    answer(version, {"nps": 3}, test=True)
    db.session.commit()
    made = export(version.questionnaire, tmp_path / "x.csv")
    raw = (tmp_path / "x.csv").read_bytes()
    assert raw.startswith(
        b"\xef\xbb\xbfresponse_id,status,version,language,channel,region,store_code,place,month,weight,"
    )
    assert b"\n" in raw and b"\r\n" in raw and made.rows == 2
    rows = {row["status"]: row for row in records(tmp_path / "x.csv")}
    assert rows["complete"]["comment"] == '好,\n"很好"'
    assert {key: rows["screened_out"][key] for key in ("version", "language", "month", "weight", "speed", "straightline",
                                                       "layout", "nps", "why_1")} == {
        "version": "1", "language": "en", "month": "2026-11", "weight": "1", "speed": "fast", "straightline": "1",
        "layout": "row11", "nps": "-95", "why_1": "-99",
    }  # fmt: skip


def test_no_cell_leads_to_the_day_or_to_the_id_of_the_database(app: Flask, tmp_path: Path) -> None:
    version = publish()
    ids = [answer(version, {"nps": 9}, day=answers.TODAY - back) for back in range(15)]
    db.session.commit()
    export(version.questionnaire, tmp_path / "x.csv")
    text = (tmp_path / "x.csv").read_text("utf-8-sig")
    found = [row["response_id"] for row in records(tmp_path / "x.csv")]
    assert found == sorted(found) and len(set(found)) == 15
    assert all(re.fullmatch("[a-z2-7]{16}", one) for one in found)
    assert not any(str(one) in text or f"{one:x}" in text for one in ids)
    vault = app.extensions["survey_vault"]
    assert found != [shapes.pseudonym(vault, one) for one in sorted(ids)]
    assert not re.search(r"2026-11-\d", text)


def test_two_exports_of_the_same_answers_are_equal(app: Flask, tmp_path: Path) -> None:
    version = publish()
    for value in range(11):
        answer(version, {"nps": value})
    db.session.commit()
    first = export(version.questionnaire, tmp_path / "a.csv")
    second = export(version.questionnaire, tmp_path / "b.csv")
    assert first.sha256 == second.sha256 == hashlib.sha256((tmp_path / "a.csv").read_bytes()).hexdigest()
    for name in ("a.xlsx", "b.xlsx"):
        export(version.questionnaire, tmp_path / name, "xlsx")
    one, other = (openpyxl.load_workbook(tmp_path / name)["数据"].values for name in ("a.xlsx", "b.xlsx"))
    assert list(one) == list(other)


def test_a_shop_is_named_from_ten_answers_on(app: Flask, tmp_path: Path) -> None:
    version, large, small, other = publish(), add_shop("S001"), add_shop("S002"), add_shop("S003")
    for shop, count in ((large, 10), (small, 9), (other, 1)):
        for _ in range(count):
            answer(version, {"nps": 9}, shop_id=shop.id, place="收银台", channel="shop")
    db.session.commit()
    export(version.questionnaire, tmp_path / "x.csv")
    seen = sorted((row["region"], row["store_code"], row["place"]) for row in records(tmp_path / "x.csv"))
    assert seen == [("R1", "", "")] * 10 + [("R1", "S001", "收银台")] * 10
    export(version.questionnaire, tmp_path / "l.csv", labels=True, language="en")
    assert {row["region"] for row in records(tmp_path / "l.csv")} == {"Region R1"}


@pytest.mark.parametrize(
    ("answers_of_shops", "is_region_named"),
    [((9,), False), ((9, 10), False), ((5, 4), False), ((5, 5), True), ((1, 9, 30), True), ((10, 10), True)],
)
def test_a_region_that_would_name_one_shop_stays_blank(
    sqlite_app: Flask, tmp_path: Path, answers_of_shops: tuple[int, ...], is_region_named: bool
) -> None:
    version = publish()
    for number, count in enumerate(answers_of_shops):
        shop = add_shop(f"S{number}")
        for _ in range(count):
            answer(version, {"nps": 9}, shop_id=shop.id, place="收银台", channel="shop")
    db.session.commit()
    export(version.questionnaire, tmp_path / "x.csv")
    rows = records(tmp_path / "x.csv")
    assert {row["region"] for row in rows if row["store_code"]} <= {"R1"}
    unnamed = {row["region"] for row in rows if not row["store_code"]}
    assert unnamed <= ({"R1"} if is_region_named else {""})
    assert {row["place"] for row in rows if not row["store_code"]} <= {""}


def test_answers_of_all_versions_stand_in_one_table(app: Flask, tmp_path: Path) -> None:
    first = publish()
    second = publish(answers.SMALL.replace("name: comment", "name: wish"), questionnaire=first.questionnaire)
    answer(first, {"nps": 9}, {"comment": "旧"})
    answer(second, {"nps": 8}, {"wish": "新"})
    db.session.commit()
    export(first.questionnaire, tmp_path / "x.csv")
    rows = {row["version"]: row for row in records(tmp_path / "x.csv")}
    assert (rows["1"]["comment"], rows["1"]["wish"], rows["2"]["comment"], rows["2"]["wish"]) == ("旧", "", "", "新")
    assert set(list(rows["1"])[-2:]) == {"wish", "comment"}


def test_labels_stand_in_the_chosen_language_and_missing_answers_are_empty(app: Flask, tmp_path: Path) -> None:
    version = publish(CHOICES)
    answer(version, {"how": "good", "day": "2026-11-03", "hour": "08:30"})
    answer(version, {"how": "unsure"})
    db.session.commit()
    for language, label in (("zh-CN", "好"), ("en", "Good"), ("fr", "好")):
        export(version.questionnaire, tmp_path / "x.csv", labels=True, language=language)
        assert sorted(row["how"] for row in records(tmp_path / "x.csv")) == ["", label]
    export(version.questionnaire, tmp_path / "v.csv")
    assert sorted(row["how"] for row in records(tmp_path / "v.csv")) == ["-95", "2"]


CHOICES = """
format: 1
name: choices
title: {zh-CN: 选项, en: Choices}
languages: [zh-CN, en]
pages:
  - questions:
      - name: how
        type: single_choice
        text: {zh-CN: 怎么样, en: How was it}
        choices:
          - {code: bad, value: 1, text: {zh-CN: =不好, en: =Bad}}
          - {code: good, value: 2, text: {zh-CN: 好, en: Good}}
          - {code: unsure, text: {zh-CN: 不清楚, en: Not sure}, missing: unknown}
      - {name: day, type: date, text: {zh-CN: 哪天, en: Which day}}
      - {name: hour, type: time, text: {zh-CN: 几点, en: What time}}
"""


def test_an_xlsx_has_real_dates_and_four_sheets(app: Flask, tmp_path: Path) -> None:
    version = publish(CHOICES)
    answer(version, {"how": "bad", "day": "2026-11-03", "hour": "08:30"})
    db.session.commit()
    export(version.questionnaire, tmp_path / "x.xlsx", "xlsx", labels=True)
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    head, row = book["数据"].values
    cells = dict(zip(head, row, strict=True))
    assert (str(cells["day"])[:10], str(cells["hour"]), cells["how"]) == ("2026-11-03", "08:30:00", "=不好")
    assert ("how", -95, None, "不清楚") in [tuple(line) for line in book["选项"].values]
    assert ("how", 1, "bad", "=不好") in [tuple(line) for line in book["选项"].values]
    assert dict(book["说明"].values)["导出时间"] == "2026-11-20T12:00:00+08:00"


def test_the_codebook_stands_beside_a_csv_and_both_are_private(app: Flask, tmp_path: Path) -> None:
    version = publish(CHOICES)
    made = export(version.questionnaire, tmp_path / "data.csv")
    assert made.codebook == tmp_path / "data.codebook.csv"
    lines = records(made.codebook)
    assert ("how", "1", "bad", "'=不好") in [(x["variable"], x["value"], x["code"], x["value_label"]) for x in lines]
    assert {oct(os.stat(path).st_mode & 0o777) for path in tmp_path.glob("*.csv")} == {"0o600"}


def test_the_reading_is_recorded_with_reason_and_hash(app: Flask, tmp_path: Path) -> None:
    version = publish()
    made = export(version.questionnaire, tmp_path / "x.csv")
    db.session.commit()
    [event] = db.session.query(Event).filter_by(action="response.exported")
    assert (event.reason, event.details["sha256"], event.details["rows"]) == ("测试导出", made.sha256, 0)


def test_without_a_record_there_is_no_file(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = publish()

    def broken(*_given: object, **_named: object) -> None:
        raise OSError("the log is full")

    monkeypatch.setattr("survey_app.events.record", broken)
    with pytest.raises(OSError):
        export(version.questionnaire, tmp_path / "x.csv")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []


def test_an_unpublished_questionnaire_is_refused(app: Flask, tmp_path: Path) -> None:
    version = publish()
    draft = Questionnaire(
        name="draft", title={}, mode="anonymous", draft=version.definition, created_at=NOW, updated_at=NOW
    )
    db.session.add(draft)
    db.session.commit()
    with pytest.raises(DomainError, match="还没有发布"):
        export(draft, tmp_path / "x.csv")


def test_a_respondent_can_answer_while_a_file_is_written(settings: Any, app: Flask, tmp_path: Path) -> None:
    """Reading for a file holds no lock: an answer is stored in the middle of it and is not in the file."""
    from survey_app.analysis import dataset

    version = publish()
    for _ in range(3):
        answer(version, {"nps": 9})
    db.session.commit()
    version_id = version.id
    with dataset.snapshot() as connection:
        reading = dataset.rows(connection, [version_id])
        next(reading)
        answer(version, {"nps": 1})
        db.session.commit()
        assert len(list(reading)) == 2
    assert dataset.received([version_id]) == 4
