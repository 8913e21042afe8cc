"""Counting and exporting: 700 answers x 30 questions, 100,000 answers x 60, from an SQLite database to finished files.

Prints a Markdown table: python tests/benchmarks/bench_export.py

Every export runs in a process of its own, so that the memory is its own. Beside it stands a bare writer of the same format,
which is given the same rows as finished lists: no database, no questionnaire, no labels. FORMATS=csv,sav chooses formats,
ANSWERS=10000 the size of the large case.
"""

import csv
import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyreadstat
import rustpy_xlsxwriter
import xlsxwriter
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from survey_app import clock, create_app, installation
from survey_app.analysis import dataset
from survey_app.analysis.figures import Mover
from survey_app.analysis.results import results
from survey_app.config import load_settings
from survey_app.database import db
from survey_app.exports import frames, quick_xlsx, shape, writing
from survey_app.organisation.models import Organisation
from tests.analysis.answers import NOW, TODAY, publish
from tests.benchmarks.report import write_section

FORMATS = os.environ.get("FORMATS", "csv,parquet,sav,dta,xlsx,xlsx+fast").split(",")
COMMENTS = ("送药慢", "店员很耐心,讲解清楚", "希望多进一些常用药", "")


def questionnaire(questions: int) -> str:
    """YAML of a questionnaire: two thirds ratings, then single choices, a multiple choice and a text."""
    head = f"format: 1\nname: bench{questions}\ntitle: {{zh-CN: 基准, en: Bench}}\nlanguages: [zh-CN, en]\n"
    head += "pages:\n  - questions:\n"
    lines = [
        f"      - {{name: r{i}, type: rating, text: {{zh-CN: 评分{i}, en: Rating {i}}}}}"
        for i in range(questions * 2 // 3)
    ]
    choices = ", ".join(f'{{code: "{c}", text: {{zh-CN: 选项{c}, en: Choice {c}}}}}' for c in range(1, 6))
    singles = range(questions - len(lines) - 2)
    lines += [
        f"      - {{name: s{i}, type: single_choice, text: {{zh-CN: 单选{i}, en: Single {i}}}, choices: [{choices}]}}"
        for i in singles
    ]
    lines.append(
        f"      - {{name: m, type: multiple_choice, text: {{zh-CN: 多选, en: Multiple}}, choices: [{choices}]}}"
    )
    lines.append("      - {name: comment, type: long_text, text: {zh-CN: 意见, en: Comment}}")
    return head + "\n".join(lines) + "\n"


def fill(questions: int, count: int) -> int:
    """Store `count` answers; returns the id of the questionnaire."""
    version, dice = publish(questionnaire(questions)), random.Random(questions)
    wave = int(db.session.execute(text("SELECT max(id) FROM wave")).scalar_one())
    ratings, singles = questions * 2 // 3, questions - questions * 2 // 3 - 2
    statement = text(
        "INSERT INTO response (id, version_id, mode, wave_id, place, channel, verified, language, layout, day, rc_hash,"
        " status, due, speed, straightline, consent_version, order_seed, test, answers)"
        " VALUES (:id, :version, 'anonymous', :wave, '', 'link', 0, 'zh-CN', '', :day, :rc, 'complete', 0, 'normal', 0, 1,"
        " 7, 0, :answers)"
    )
    for start in range(0, count, 5_000):
        rows: list[dict[str, Any]] = []
        comments = []
        for _ in range(min(5_000, count - start)):
            day = TODAY - dice.randrange(180)
            given: dict[str, Any] = {f"r{i}": dice.randint(1, 5) for i in range(ratings)}
            given |= {f"s{i}": str(dice.randint(1, 5)) for i in range(singles)}
            given["m"] = [c for c in "12345" if dice.random() < 0.4] or ["1"]
            key = day << 46 | secrets.randbits(46)
            rows.append({"id": key, "version": version.id, "wave": wave, "day": day, "rc": secrets.token_bytes(32),
                         "answers": orjson.dumps(given).decode()})  # fmt: skip
            if words := dice.choice(COMMENTS):
                comments.append({"id": key, "words": words})
        db.session.execute(statement, rows)
        db.session.execute(
            text("INSERT INTO comment (response_id, variable, redacted) VALUES (:id, 'comment', :words)"), comments
        )
        db.session.commit()
    return version.questionnaire_id


def timed(act: Callable[[], object]) -> float:
    """Seconds that `act` takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _kilobytes(key: str) -> int:
    """VmRSS (now) or VmHWM (highest) of this process."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1])
    raise SystemExit(f"no {key} in /proc/self/status")


def begin(place: str) -> Any:
    """The installation in a folder."""
    return create_app(load_settings({"INSTANCE_DIR": place, "PUBLIC_URL": "http://127.0.0.1:8250"}))


def one_export(app: Any, questionnaire_id: int, file_format: str, path: Path) -> Callable[[], object]:
    """Writes a whole format, codebook and all."""
    if file_format == "xlsx":  # without the optional writer
        quick_xlsx.is_installed = lambda: False
    return lambda: writing.write_file(
        questionnaire_id=questionnaire_id, file_format=file_format.removesuffix("+fast"), path=path, labels=False,
        language="zh-CN", now=NOW, vault=app.extensions["survey_vault"],
    )  # fmt: skip


def bare_writer(app: Any, questionnaire_id: int, file_format: str, path: Path) -> Callable[[], object]:
    """Writes the same rows with the library and nothing else."""
    with dataset.snapshot() as connection:
        table, picked = writing.prepare(connection, questionnaire_id, labels=False, language="zh-CN", texts=True)
        rows = list(shape.rows(connection, table, app.extensions["survey_vault"], picked, lambda done, total: None))
    names = [column.name for column in table.columns]
    write: Callable[[], object]
    if file_format == "csv":

        def write() -> None:
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows([names, *rows])

    elif file_format == "xlsx":

        def write() -> None:
            with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
                sheet = book.add_worksheet()
                for line, row in enumerate([names, *rows]):
                    sheet.write_row(line, 0, row)

    elif file_format == "xlsx+fast":
        records = [dict(zip(names, row, strict=True)) for row in rows]
        write = lambda: rustpy_xlsxwriter.write_worksheet(records, str(path))  # noqa: E731
    else:
        frame = frames.whole(table.columns, rows)
        write = {
            "parquet": lambda: frame.write_parquet(path),
            "sav": lambda: pyreadstat.write_sav(frame, path),
            "dta": lambda: pyreadstat.write_dta(frame, path, version=14),
        }[file_format]
    return write


def child(place: str, questionnaire_id: int, file_format: str, kind: str) -> None:
    """Measure one writing and print seconds, rise of memory above the start (MB), and size of the file (MB)."""
    app = begin(place)
    with app.app_context():
        path = Path(place) / f"bench-{kind}.{file_format.removesuffix('+fast')}"
        act = (bare_writer if kind == "bare" else one_export)(app, questionnaire_id, file_format, path)
        before, seconds = _kilobytes("VmRSS"), timed(act)
        print(json.dumps([seconds, (_kilobytes("VmHWM") - before) / 1000, path.stat().st_size / 1e6]))
        db.session.remove()


def measured(place: Path, questionnaire_id: int, file_format: str, kind: str) -> tuple[float, float, float]:
    """The same in a process of its own."""
    words = [sys.executable, __file__, str(place), str(questionnaire_id), file_format, kind]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    seconds, memory, size = json.loads(done.stdout)
    return seconds, memory, size


def measure(folder: Path, questions: int, count: int) -> list[str]:
    """Rows of the table for one size."""
    questionnaire_id = fill(questions, count)
    lines: list[str] = []

    def add(name: str, seconds: float, rest: str) -> None:
        lines.append(f"| {count:,} x {questions} | {name} | {seconds:.2f} s | {rest} |")
        print(lines[-1], flush=True)

    def page() -> None:
        results(questionnaire_id, number=None, language="zh-CN", _=str)
        db.session.rollback()

    add("count and move all figures (worker)", timed(lambda: Mover().tick()), " | | | |")
    add("result page from frozen figures", timed(page), " | | | |")
    for file_format in FORMATS:
        seconds, memory, size = measured(folder, questionnaire_id, file_format, "ours")
        bare = measured(folder, questionnaire_id, file_format, "bare")[0] if file_format != "package" else 0
        beside = f"{bare:.2f} s | {seconds / bare:.1f}" if bare else " | "
        add(file_format, seconds, f"{count / seconds:,.0f} | {beside} | +{memory:.0f} MB | {size:.1f} MB")
    return lines


if __name__ == "__main__" and len(sys.argv) > 1:
    child(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
elif __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        app = begin(place)
        installation.install(app)
        with app.app_context():
            assert db.session.get(Organisation, 1) is not None and clock.now()
            table = ["| answers x questions | what | time | rows/s | bare writer | ratio | memory | file |"]
            table.append("|---|---|---|---|---|---|---|---|")
            for questions, count in ((30, 700), (60, int(os.environ.get("ANSWERS", "100000")))):
                table += measure(Path(place), questions, count)
            db.session.remove()
            db.engine.dispose()
    if os.environ.get("ANSWERS") or os.environ.get("FORMATS"):
        print("\n".join(table))  # a trial: the report keeps its figures
    else:
        write_section("export", table)
