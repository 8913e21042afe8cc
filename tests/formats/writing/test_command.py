"""`flask questionnaires export`: from a file without a database, from a stored name with one."""

import json
from pathlib import Path

from flask import Flask

from survey_app.cli import questionnaires
from survey_app.database import db
from survey_app.questionnaire.loading import load_definition

OWN = Path(__file__).parents[3] / "questionnaires" / "nps.yaml"


def test_a_file_needs_no_installation(tmp_path: Path) -> None:
    target, report = tmp_path / "nps.json", tmp_path / "report.csv"
    run = Flask("bare").test_cli_runner()
    done = run.invoke(
        questionnaires,
        ["export", str(OWN), "--format", "surveyjs", "-o", str(target), "--report", str(report), "--json"],
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert (told["format"], told["name"], told["bytes"]) == ("surveyjs", "nps", target.stat().st_size)
    assert json.loads(target.read_text())["pages"][0]["elements"][0]["name"] == "nps"
    assert len(report.read_text(encoding="utf-8-sig").splitlines()) == told["kept"] + told["changed"] + told["lost"] + 1


def test_what_is_lost_is_printed_without_a_report(tmp_path: Path) -> None:
    run = Flask("bare").test_cli_runner()
    done = run.invoke(questionnaires, ["export", str(OWN), "--format", "xlsform", "-o", str(tmp_path / "nps.xlsx")])
    assert done.exit_code == 0 and "lost    purpose:" in done.output


def test_refusals_and_wrong_usage_differ(tmp_path: Path) -> None:
    run, target = Flask("bare").test_cli_runner(), str(tmp_path / "x")
    broken = tmp_path / "broken.yaml"
    broken.write_text("format: 1\nname: x\n")
    tail = ["--format", "ddi", "-o", target]
    assert run.invoke(questionnaires, ["export", str(broken), *tail]).exit_code == 1
    assert run.invoke(questionnaires, ["export", str(OWN), *tail, "--language", "fr"]).exit_code == 1
    assert run.invoke(questionnaires, ["export", str(tmp_path / "none.yaml"), *tail]).exit_code == 2
    assert run.invoke(questionnaires, ["export", str(OWN), "--format", "pdf", "-o", target]).exit_code == 2
    assert not Path(target).exists()
    done = run.invoke(questionnaires, ["export", str(OWN), "--format", "yaml", "-o", str(tmp_path / "none" / "x.yaml")])
    assert done.exit_code == 2 and "cannot be written" in done.output


def test_a_stored_questionnaire_is_found_by_its_name(sqlite_app: Flask, tmp_path: Path) -> None:
    target = tmp_path / "out.yaml"

    def run(*arguments: str) -> int:
        db.session.remove()  # a command is a process of its own
        done = sqlite_app.test_cli_runner().invoke(args=["questionnaires", *arguments])
        db.session.remove()
        return done.exit_code

    tail = ("--format", "yaml", "-o", str(target))
    assert run("load", str(OWN)) == 0
    assert run("export", "nps", *tail) == 0
    assert load_definition(target.read_bytes(), file="") == load_definition(OWN.read_bytes(), file="")
    assert run("export", "nothing-here", *tail) == 1
    assert run("export", "nps", "--version", "7", *tail) == 1
