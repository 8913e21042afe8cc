"""`flask orders import`: a file without a browser."""

import json
from pathlib import Path

import pytest
from flask import Flask

from survey_app import clock
from survey_app.database import db
from survey_app.events import COMMAND_LINE
from survey_app.organisation import shops
from survey_app.people import importing
from survey_app.people.models import Order
from tests.people import files


@pytest.fixture
def orders_file(sqlite_app: Flask, tmp_path: Path) -> Path:
    region = shops.create_region(code="east", name="东区", by=COMMAND_LINE)
    shops.create_shop(code="KM-1", name="一店", region=region, by=COMMAND_LINE)
    db.session.commit()
    db.session.remove()
    return files.write_orders(tmp_path / "orders.xlsx", 30, shops=["KM-1"], now=clock.now())


def run(app: Flask, *arguments: object) -> tuple[int, str]:
    db.session.remove()  # a command is a process of its own
    done = app.test_cli_runner().invoke(args=["orders", "import", *map(str, arguments)])
    db.session.remove()
    return done.exit_code, done.output


def test_a_file_is_imported_and_counted_once(sqlite_app: Flask, orders_file: Path) -> None:
    told = (orders_file, "--source", "pos", "--consent-source", "membership 2026", "--json")
    code, output = run(sqlite_app, *told)
    assert code == 0, output
    assert json.loads(output) == {
        "id": 1, "rows": 30, "finished": True, "added": 30, "changed": 0, "unchanged": 0, "rejected": 0,
    }  # fmt: skip
    assert json.loads(run(sqlite_app, *told)[1])["unchanged"] == 30
    assert db.session.query(Order).count() == 30


def test_refusals_are_one_line_each_in_english(sqlite_app: Flask, orders_file: Path, tmp_path: Path) -> None:
    code, output = run(sqlite_app, orders_file, "--source", "pos")
    assert code == 1 and output.startswith("error: Say where the consent comes from")
    assert [path for path in importing.folder().iterdir() if path.is_dir()] == []
    (tmp_path / "x.csv").write_bytes(b"%PDF-1.4")
    code, output = run(sqlite_app, tmp_path / "x.csv", "--source", "pos")
    assert code == 1 and output == "error: This is no table. Upload a CSV, XLSX or XLS file.\n"


def test_rejected_rows_are_written_where_only_the_owner_reads_them(
    sqlite_app: Flask, orders_file: Path, tmp_path: Path
) -> None:
    target = tmp_path / "rejects.csv"
    more = ("--source", "pos", "--column", "门店编码=-", "--column", "姓名=shop", "--consent-source", "membership")
    code, output = run(sqlite_app, orders_file, *more, "--rejects", target)
    assert code == 0 and "30 rejected" in output
    lines = target.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("Line,Column,Reason,订单号") and len(lines) == 31
    assert target.stat().st_mode & 0o077 == 0
