"""Answers beyond a full quota are marked in data files, where a questionnaire has quotas at all."""

from pathlib import Path

from flask import Flask

from survey_app.database import db
from tests.analysis.answers import SMALL, answer, publish
from tests.exports.test_writing import export, records

QUOTA = "quotas:\n  - {name: fans, when: {nps: {at_least: 9}}, limit: 1}\n"


def test_a_file_tells_which_answers_came_when_their_quota_was_full(app: Flask, tmp_path: Path) -> None:
    version = publish(SMALL + QUOTA)
    for nps, quotas in ((9, "fans"), (10, "fans+"), (3, ""), (4, None)):
        answer(version, {"nps": nps}, quotas=quotas)
    db.session.commit()
    export(version.questionnaire, tmp_path / "x.csv")
    assert {row["nps"]: row["over_quota"] for row in records(tmp_path / "x.csv")} == {
        "9": "0",
        "10": "1",
        "3": "0",
        "4": "0",
    }


def test_a_questionnaire_without_quotas_has_no_such_column(app: Flask, tmp_path: Path) -> None:
    version = publish()
    answer(version, {"nps": 9})
    db.session.commit()
    export(version.questionnaire, tmp_path / "x.csv")
    assert "over_quota" not in records(tmp_path / "x.csv")[0]
