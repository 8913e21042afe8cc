"""Where figures stand: docs/benchmarks.md, a section per benchmark between markers."""

import re
from pathlib import Path

REPORT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"


def write_section(name: str, lines: list[str]) -> None:
    """Print the lines and put them between the markers `<!-- name -->` and `<!-- /name -->` of the report."""
    text = "\n".join(lines)
    print(text)
    body = REPORT.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(body):
        raise SystemExit(f"docs/benchmarks.md has no section {name}")
    REPORT.write_text(pattern.sub(lambda found: f"{found[1]}{text}\n{found[2]}", body), encoding="utf-8")
