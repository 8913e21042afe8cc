"""Answers are read in one place: nobody else may count, draw or export them."""

import ast
from pathlib import Path

from survey_app.config import ROOT

# Who may touch the tables of answers: those who write them, and the readers. The rest goes through them.
ALLOWED = {"responses", "runner", "demo", "analysis/dataset.py", "analysis/uploaded.py"}
SECRET = {"survey_app.responses.models", "survey_app.responses.statements", "survey_app.responses.connections"}


def imports(path: Path) -> set[str]:
    """Names of the modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_only_the_readers_read_answers() -> None:
    package = ROOT / "survey_app"
    curious = []
    for path in package.rglob("*.py"):
        name = path.relative_to(package).as_posix()
        if name.split("/")[0] not in ALLOWED and name not in ALLOWED and imports(path) & SECRET:
            curious.append(name)
    assert curious == []


def test_every_chart_and_page_gets_its_figures_through_disclosure() -> None:
    room = ROOT / "survey_app" / "analysis"
    for name in ("results.py", "cards.py", "figures.py"):
        assert "survey_app.analysis.disclosure" in imports(room / name), name
    assert not imports(room / "charts.py") & {"survey_app.analysis.tallies", "survey_app.analysis.dataset"}
