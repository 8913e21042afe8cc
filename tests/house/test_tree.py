"""What must never stand in a committed file."""

import re
import subprocess

from survey_app.config import ROOT

REGISTRY = re.compile(
    r"\"resolved\": \"http|^--(extra-)?index-url|url = \"http|(pypi|registry)\.[a-z]+\.(org|com|cn)", re.MULTILINE
)
MACHINE_PATH = re.compile(r"(?<![\w.])/(root|work|home/\w+)/[a-z.]+")


def committed_files() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [name for name in listed.stdout.split("\0") if name]


def test_no_file_names_a_registry_or_a_path_of_a_machine() -> None:
    wrong = []
    for name in committed_files():
        path = ROOT / name
        if name == "tests/house/test_tree.py" or not path.exists():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        wrong += [f"{name}: {found.group()}" for rule in (REGISTRY, MACHINE_PATH) if (found := rule.search(text))]
    assert not wrong


def test_every_requirement_is_locked_with_a_hash() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        blocks = re.split(r"\n(?=\S)", text.strip())
        assert all("--hash=sha256:" in block for block in blocks), lock
