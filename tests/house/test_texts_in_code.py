"""Every text that code asks the catalogue for stands in it: the extractor does not look into f-strings, people do."""

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from survey_app.config import ROOT
from survey_app.languages import CATALOGUES

ASKED = {"_", "gettext", "lazy_gettext", "N_"}


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every constant that is translated in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ASKED and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield node.lineno, first.value


def test_no_text_of_the_code_is_missing_in_the_catalogue() -> None:
    with (Path(CATALOGUES) / "zh" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        known = {message.id if isinstance(message.id, str) else message.id[0] for message in read_po(file)}
    missing = [
        f"{path.relative_to(ROOT)}:{line} {text}"
        for path in sorted((ROOT / "survey_app").rglob("*.py"))
        for line, text in texts(path)
        if text and text not in known
    ]
    assert missing == [], "put the text into a variable before the f-string"
