"""The command line in an empty installation, as an operator types it: real processes, nothing prepared."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from survey_app.config import ROOT

FLASK = Path(sys.executable).with_name("flask")
GOOD = ROOT / "questionnaires" / "order-satisfaction.yaml"


class Operator:
    """Runs `flask ...` in an installation of its own."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.environment = {
            **os.environ,
            "INSTANCE_DIR": str(folder),
            "DATABASE_URL": database_url,
            "PUBLIC_URL": "http://127.0.0.1:8999",
        }

    def run(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(FLASK), *words],
            cwd=ROOT,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def good(self, *words: str, typed: str = "") -> str:
        done = self.run(*words, typed=typed)
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout.strip()


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    return Operator(tmp_path / "instance", "")


def refused(operator: Operator, *words: str) -> list[str]:
    done = operator.run(*words)
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr + done.stdout
    return [line for line in done.stderr.splitlines() if line.strip()]


def test_the_whole_way_from_a_file_to_an_export_in_an_empty_installation(operator: Operator, tmp_path: Path) -> None:
    assert "loaded order-satisfaction" in operator.good("questionnaires", "load", str(GOOD))
    assert "version 1" in operator.good("questionnaires", "publish", "order-satisfaction")
    address = operator.good("collectors", "create", "order-satisfaction", "--kind", "link")
    assert address.startswith("http://127.0.0.1:8999/s/")
    assert len(address.rsplit("/", 1)[1]) == 6
    made = json.loads(
        operator.good("collectors", "create", "order-satisfaction", "--kind", "shop", "--shop", "S01", "--json")
    )
    assert made["shop"] == "S01"
    output = tmp_path / "answers.csv"
    operator.good("exports", "write", "order-satisfaction", "--format", "csv", "-o", str(output))
    with output.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    assert header[0] == "response_id"
    assert (tmp_path / "answers.codebook.csv").exists()
    operator.good("exports", "write", "order-satisfaction", "--format", "xlsx", "-o", str(tmp_path / "answers.xlsx"))


def test_loading_a_known_name_makes_a_new_draft_revision(operator: Operator) -> None:
    first = json.loads(operator.good("questionnaires", "load", str(GOOD), "--json"))
    changed = GOOD.read_text(encoding="utf-8").replace("en: Order satisfaction", "en: Order satisfaction now")
    copy = Path(operator.environment["INSTANCE_DIR"]).parent / "copy.yaml"
    copy.write_text(changed, encoding="utf-8")
    second = json.loads(operator.good("questionnaires", "load", str(copy), "--json"))
    assert (second["name"], second["revision"]) == (first["name"], first["revision"] + 1)


def test_a_user_is_made_with_a_link_or_with_a_password_from_standard_input(operator: Operator) -> None:
    link = operator.good("users", "create", "lin@example.cn", "--role", "researcher")
    assert link.startswith("http://127.0.0.1:8999/")
    operator.good(
        "users", "create", "wang@example.cn", "--role", "shop-staff", "--password-stdin", typed="long enough 9\n"
    )
    assert refused(operator, "users", "create", "lin@example.cn", "--role", "manager")
    assert refused(operator, "users", "reset-second-factor", "lin@example.cn") == [
        "error: This account has no sign-in codes."
    ]
    assert "no account" in refused(operator, "users", "reset-second-factor", "nobody@example.cn")[0]


def test_usage_errors_exit_with_2(operator: Operator) -> None:
    for words in (
        ("questionnaires", "check"),
        ("users", "create", "a@example.cn", "--role", "boss"),
        ("collectors", "create", "x", "--kind", "door"),
    ):
        assert operator.run(*words).returncode == 2


def test_refusals_name_the_reason_in_one_line(operator: Operator) -> None:
    assert refused(operator, "questionnaires", "publish", "nothing-here") == [
        "error: there is no questionnaire named nothing-here; load its file first"
    ]
    operator.good("questionnaires", "load", str(GOOD))
    assert len(refused(operator, "collectors", "create", "order-satisfaction", "--kind", "link")) == 1  # not published


BAD = {
    "broken.yaml": "format: 1\nname: [",
    "type.yaml": "format: 1\nname: a\ntitle: t\nlanguages: [en]\npages: [{questions: [{name: q, type: stars9, text: x}]}]",
    "empty.yaml": "",
    "list.yaml": "- 1\n- 2\n",
    "binary.yaml": "\x00\x01\x02",
    "tag.yaml": "!!python/object/apply:os.system ['true']",
    "bomb.yaml": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12)),
}


def test_bad_files_give_one_line_per_fault_and_never_a_traceback(operator: Operator, tmp_path: Path) -> None:
    paths = []
    for name, text in BAD.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        paths.append(str(tmp_path / name))
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    paths += [str(tmp_path / "huge.yaml"), str(tmp_path / "missing.yaml"), str(tmp_path)]
    lines = refused(operator, "questionnaires", "check", *paths)
    for path in paths:
        assert any(line.startswith(path + ":") for line in lines), path
    assert not (tmp_path / "instance").exists(), "checking files must not touch an installation"


def test_check_prints_json_for_programs(operator: Operator) -> None:
    report = json.loads(operator.good("questionnaires", "check", str(GOOD), "--json"))["files"][0]
    assert report["ok"] and report["name"] == "order-satisfaction" and report["languages"] == ["zh-CN", "en"]
