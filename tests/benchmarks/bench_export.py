"""Counting and exporting: 700 answers x 30 questions, 100,000 answers x 60, from an SQLite database to finished files.

Prints a Markdown table: python tests/benchmarks/bench_export.py
"""

import os
import random
import resource
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from survey_app import clock, create_app, installation
from survey_app.analysis.figures import Mover
from survey_app.analysis.results import results
from survey_app.config import load_settings
from survey_app.database import db
from survey_app.exports import writing
from survey_app.organisation.models import Organisation
from tests.analysis.answers import NOW, TODAY, publish
from tests.benchmarks.report import write_section

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


def peak_megabytes(act: Callable[[], object]) -> tuple[float, int]:
    """Seconds, and how far the memory of this process rose above its start while `act` ran (MB)."""
    highest, before, over = [_resident()], _resident(), threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            highest[0] = max(highest[0], _resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    seconds = timed(act)
    over.set()
    watcher.join()
    return seconds, (highest[0] - before) // 1_000_000


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def measure(folder: Path, questions: int, count: int) -> list[str]:
    """Rows of the table for one size."""
    questionnaire_id = fill(questions, count)
    app_vault = app.extensions["survey_vault"]
    lines = []

    def page() -> None:
        results(questionnaire_id, number=None, language="zh-CN", _=str)
        db.session.rollback()

    def export(file_format: str) -> None:
        writing.write_file(
            questionnaire_id=questionnaire_id, file_format=file_format, path=folder / f"x.{file_format}", labels=False,
            language="zh-CN", now=NOW, vault=app_vault,
        )  # fmt: skip

    acts: list[tuple[str, Callable[[], None]]] = [
        ("count and move all figures (worker)", lambda: Mover().tick() and None), ("result page from frozen figures", page),
        ("CSV with codebook", lambda: export("csv")), ("XLSX", lambda: export("xlsx")),
    ]  # fmt: skip
    for name, act in acts:
        seconds, memory = peak_megabytes(act)
        file = folder / f"x.{name.split()[0].lower()}"
        size = f"{file.stat().st_size / 1e6:.1f} MB" if file.exists() else ""
        lines.append(f"| {count:,} x {questions} | {name} | {seconds:.2f} s | +{memory} MB | {size} |")
        print(lines[-1], flush=True)
    return lines


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        app = create_app(load_settings({"INSTANCE_DIR": place, "PUBLIC_URL": "http://127.0.0.1:8250"}))
        installation.install(app)
        with app.app_context():
            assert db.session.get(Organisation, 1) is not None and clock.now()
            table = ["| answers x questions | what | time | memory | file |", "|---|---|---|---|---|"]
            for questions, count in ((30, 700), (60, int(os.environ.get("ANSWERS", "100000")))):
                table += measure(Path(place), questions, count)
            db.session.remove()
            db.engine.dispose()
    write_section("export", table)
