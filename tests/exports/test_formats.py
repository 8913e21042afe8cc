"""Every format from a database, by the command line and as a job: the files, their record, and nothing left behind."""

import csv
import json
import os
import re
import zipfile
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask

from survey_app import cli
from survey_app.database import db
from survey_app.design.models import Version
from survey_app.events import Event
from survey_app.exports import writing
from survey_app.exports.formats import FORMATS
from survey_app.exports.selecting import Selection
from tests.analysis.answers import NOW, add_shop, answer, publish
from tests.commands.test_cli import Operator
from tests.exports.every_type import EVERY, FULL, FULL_TEXTS
from tests.exports.test_pages import Desk
from tests.exports.test_writing import export

BESIDE = {
    "csv": [".codebook.csv"], "xlsx": [], "sav": [".codebook.csv"], "dta": [".codebook.csv"], "parquet": [".codebook.csv"],
    "r": [".csv", ".codebook.csv"], "python": [".csv", ".codebook.csv"], "fhir": [".questionnaire.json"], "package": [],
}  # fmt: skip


@pytest.mark.parametrize("file_format", list(FORMATS))
def test_every_format_is_written_whole_and_private_and_recorded(
    sqlite_app: Flask, tmp_path: Path, file_format: str
) -> None:
    version = publish(EVERY)
    answer(version, FULL, FULL_TEXTS)
    answer(version, {"nps": 3})
    db.session.commit()
    folder = tmp_path / "files"
    folder.mkdir()
    made = export(version.questionnaire, folder / f"x{FORMATS[file_format].suffix}", file_format)
    assert made.rows == 2
    names = sorted([made.path.name, *(f"x{suffix}" for suffix in BESIDE[file_format])])
    assert sorted(path.name for path in folder.iterdir()) == names
    assert {os.stat(path).st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    db.session.commit()
    [event] = db.session.query(Event).filter_by(action="response.exported")
    assert event.details["sha256"] == made.sha256 and event.details["rows"] == 2


def test_the_command_offers_all_formats_and_prints_what_it_wrote(tmp_path: Path) -> None:
    offered = next(one for one in cli.write_export.params if one.name == "file_format")
    assert list(offered.type.choices) == list(FORMATS)  # type: ignore[attr-defined]
    operator, path = Operator(tmp_path / "instance", ""), tmp_path / "every.yaml"
    path.write_text(EVERY, "utf-8")
    operator.good("questionnaires", "load", str(path))
    operator.good("questionnaires", "publish", "every-type")
    written = operator.good(
        "exports", "write", "every-type", "--format", "package", "-o", f"{tmp_path}/a.zip", "--json"
    )
    told = json.loads(written)
    assert (told["rows"], told["beside"], told["sha256"]) == (
        0,
        [],
        sha256((tmp_path / "a.zip").read_bytes()).hexdigest(),
    )
    told = json.loads(operator.good("questionnaires", "convert", f"{tmp_path}/a.zip", "--json"))
    assert (told["format"], told["questions"]) == ("package", 20)
    told = json.loads(
        operator.good("exports", "write", "every-type", "--format", "r", "-o", f"{tmp_path}/a.R", "--json")
    )
    assert told["beside"] == [f"{tmp_path}/a.csv", f"{tmp_path}/a.codebook.csv"]
    assert operator.run("exports", "write", "every-type", "--format", "nonsense", "-o", f"{tmp_path}/x").returncode == 2


def test_older_versions_stand_in_the_package_too(app: Flask, tmp_path: Path) -> None:
    first = publish(EVERY)
    publish(EVERY.replace("怎么来的", "怎么到的"), questionnaire=first.questionnaire)
    made = export(first.questionnaire, tmp_path / "x.zip", "package", language="en")
    with zipfile.ZipFile(made.path) as archive:
        assert "questionnaire-v1.yaml" in archive.namelist()
        assert "怎么来的" in archive.read("questionnaire-v1.yaml").decode()
        assert "怎么到的" in archive.read("questionnaire.yaml").decode()


@pytest.mark.parametrize("file_format", ["sav", "package"])
def test_the_job_of_the_page_makes_the_other_formats_too(sqlite_app: Flask, file_format: str) -> None:
    desk = Desk(sqlite_app)
    assert desk.order(format=file_format).status_code == 303
    made = desk.make()
    sent = desk.fetch(made.id)
    assert sent.status_code == 200 and sent.mimetype == FORMATS[file_format].content_type
    assert f"{FORMATS[file_format].suffix}" in sent.headers["Content-Disposition"]


@pytest.mark.parametrize("file_format", list(FORMATS))
def test_every_file_of_an_order_has_its_button_and_is_sent(sqlite_app: Flask, file_format: str) -> None:
    desk = Desk(sqlite_app)
    desk.order(format=file_format)
    made = desk.make()
    page = desk.client.get(desk.address).get_data(as_text=True).split('id="export-')[1]
    keys = re.findall(r'name="part" value="(\w+)"', page)
    parts = FORMATS[file_format].parts
    assert keys == ["data", *(part.key for part in parts[1:])]
    for key, part in zip(keys, parts, strict=True):
        sent = desk.fetch(made.id, key)
        assert (sent.status_code, sent.mimetype) == (200, part.content_type.partition(";")[0])
        assert sent.headers["Content-Disposition"].endswith(part.suffix)
    missing = {"codebook", "table", "questionnaire"} - set(keys)
    assert {desk.fetch(made.id, key).status_code for key in missing} <= {422}


@pytest.mark.parametrize("file_format", ["r", "python"])
def test_a_script_reads_the_table_by_the_name_it_is_fetched_with(sqlite_app: Flask, file_format: str) -> None:
    desk = Desk(sqlite_app)
    desk.order(format=file_format)
    made = desk.make()
    script = desk.fetch(made.id)
    name = desk.fetch(made.id, "table").headers["Content-Disposition"].partition("filename=")[2].removesuffix(".csv")
    assert f'"{name}"' in script.get_data(as_text=True)


def test_answers_to_some_versions_are_exported_alone(sqlite_app: Flask) -> None:
    desk = Desk(sqlite_app)
    second = publish(questionnaire=db.session.query(Version).one().questionnaire)
    for _ in range(10):
        answer(second, {"nps": 1})
    db.session.commit()
    assert 'name="versions" value="2"' in desk.client.get(desk.address).get_data(as_text=True)
    desk.order(versions="2")
    lines = desk.fetch(desk.make().id).data.decode("utf-8-sig").splitlines()
    assert len(lines) == 11 and {line.split(",")[2] for line in lines[1:]} == {"2"}
    assert db.session.query(Event).filter_by(action="export.requested").one().details["versions"] == [2]


def test_a_file_of_one_version_names_no_place_that_the_file_of_all_leaves_out(
    sqlite_app: Flask, tmp_path: Path
) -> None:
    version = publish(EVERY)
    second = publish(EVERY, questionnaire=version.questionnaire)
    big, small = add_shop("S001"), add_shop("S002")  # of one region
    for one, shop, many in ((version, big, 6), (second, big, 6), (version, small, 6)):
        for _ in range(many):
            answer(one, {"nps": 9}, shop_id=shop.id, channel="shop")
    db.session.commit()
    places = {}
    for versions in ((), (1,)):
        path = tmp_path / f"x{len(versions)}.csv"
        writing.write_file(
            questionnaire_id=version.questionnaire_id, file_format="csv", path=path, labels=False, language="zh-CN",
            now=NOW, vault=sqlite_app.extensions["survey_vault"], selection=Selection(versions=versions),
        )  # fmt: skip
        with path.open(encoding="utf-8-sig") as file:
            places[versions] = Counter((bool(row["region"]), row["store_code"]) for row in csv.DictReader(file))
    # the small shop would be the only one of its region without a name
    assert places[()] == {(True, "S001"): 12, (False, ""): 6}
    # of the first version both shops have six: with the region of both, the file of all would tell which are the small one's
    assert places[(1,)] == {(True, ""): 6, (False, ""): 6}


@pytest.mark.parametrize("file_format", list(FORMATS))
def test_who_may_not_read_texts_gets_none_in_any_format(sqlite_app: Flask, tmp_path: Path, file_format: str) -> None:
    version = publish(EVERY)
    answer(version, FULL, dict.fromkeys(FULL_TEXTS, "secretwords"))
    db.session.commit()
    folder = tmp_path / "files"
    folder.mkdir()
    writing.write_file(
        questionnaire_id=version.questionnaire_id, file_format=file_format, path=folder / f"x{FORMATS[file_format].suffix}",
        labels=False, texts=False, language="zh-CN", now=NOW, vault=sqlite_app.extensions["survey_vault"],
    )  # fmt: skip
    for path in folder.iterdir():
        held = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                held += [archive.read(name) for name in archive.namelist()]
        assert not [data for data in held if b"secretwords" in data]


def test_progress_runs_once_over_all_readings(sqlite_app: Flask, tmp_path: Path) -> None:
    version = publish(EVERY)
    for _ in range(5):
        answer(version, FULL)
    db.session.commit()
    told: list[tuple[int, int]] = []
    writing.write_file(
        questionnaire_id=version.questionnaire_id, file_format="package", path=tmp_path / "x.zip", labels=True,
        language="zh-CN", now=NOW, vault=sqlite_app.extensions["survey_vault"],
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert told == sorted(told) and told[0] == (0, 5) and told[-1] == (5, 5) and len(set(told)) == 6
