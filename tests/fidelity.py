"""How much of other programs' questionnaires comes in: the table of formats.md 8, over our own fixtures and the shared cases.

    python -m tests.fidelity [--readme]    prints the table; with --readme it is also written into the README

Counted from the reports of the importers, which the tests of each format hold against the files (every source item is in the
report; rules give the same result over all answers). `native`: questions that were kept or changed, of all that ask something.
`logic`: rules and validations that were kept or changed, of all. `texts lost`: texts of which nothing is in the draft.
`valid`: drafts whose SurveyJS JSON and XLSForm hold against the schema and pyxform.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from survey_app.config import ROOT
from survey_app.formats import detecting, writing
from survey_app.formats.importing import Imported, Refused

SHARED = ROOT.parent / "shared"
ROOMS = {
    "lss": "limesurvey",
    "qsf": "qualtrics",
    "surveyjs": "surveyjs",
    "xlsform": "xlsform",
    "kobo": "xlsform",
    "fhir": "fhir",
}
OWN_ROOMS = {"plain_text": "text"}
NO_QUESTIONNAIRES = ("-qr.json", "_qr.json", ".csv")
MARKS = ("<!-- fidelity -->", "<!-- /fidelity -->")


@dataclass
class Score:
    """The numbers of one format."""

    files: int = 0
    drafts: int = 0
    refused: int = 0
    crashed: int = 0
    found: Counter[tuple[str, str]] = field(default_factory=Counter)  # (kind of line, result)
    written: int = 0
    valid: int = 0
    slowest: float = 0.0

    def told(self, *kinds: str) -> tuple[int, int]:
        """How many were kept or changed, and of how many."""
        good = sum(self.found[kind, result] for kind in kinds for result in ("kept", "changed"))
        return good, good + sum(self.found[kind, "lost"] for kind in kinds)

    def share(self, *kinds: str) -> str:
        """The same in per cent."""
        good, whole = self.told(*kinds)
        return f"{100 * good / whole:.1f} % of {whole:,}" if whole else "-"

    def add(self, other: "Score") -> None:
        """The numbers of another format on top."""
        for name in ("files", "drafts", "refused", "crashed", "written", "valid"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.found += other.found
        self.slowest = max(self.slowest, other.slowest)


def own() -> Iterator[tuple[str, str, bytes]]:
    """(format, name, content) of our own fixtures."""
    for path in sorted((ROOT / "tests" / "formats").glob("*/samples.py")):
        room = import_module(f"tests.formats.{path.parent.name}.samples")
        for name, data in room.FILES.items():
            yield OWN_ROOMS.get(path.parent.name, path.parent.name), name, data
    for path in sorted((ROOT / "tests" / "formats").glob("*/all_types.json")):
        yield path.parent.name, path.name, path.read_bytes()
    for path in sorted((ROOT / "questionnaires").glob("*.yaml")):
        yield "yaml", path.name, path.read_bytes()


def shared() -> Iterator[tuple[str, str, bytes]]:
    """The same of the cases beside the project, where they are."""
    for room, key in ROOMS.items():
        for path in sorted((SHARED / "cases" / "questionnaires" / room).rglob("*")):
            is_other = room in ("fhir", "qsf") and path.name.endswith(NO_QUESTIONNAIRES)
            if path.is_file() and not is_other and "outcomes" not in path.parts:
                yield key, path.name, path.read_bytes()


def score(files: Iterator[tuple[str, str, bytes]], *, again: bool = True) -> dict[str, Score]:
    """Read every file; by format, and in total under "". `again`: also write each draft and hold it against its format."""
    scores: dict[str, Score] = {}
    for key, name, data in files:
        one = scores.setdefault(key, Score())
        one.files += 1
        begun = time.monotonic()
        try:
            made = detecting.parse(data)
        except Refused as refused:
            one.refused += any(fault.place or fault.sentence("en") for fault in refused.faults)
            continue
        except Exception as error:
            one.crashed += 1
            print(f"CRASH {name}: {type(error).__name__}: {error}", file=sys.stderr)
            continue
        finally:
            one.slowest = max(one.slowest, time.monotonic() - begun)
        one.drafts += 1
        one.found.update((line.kind, line.result) for line in made.lines)
        if again:
            _write_again(made, one)
    total = Score()
    for one in scores.values():
        total.add(one)
    return {**dict(sorted(scores.items())), "": total}


def _write_again(made: Imported, one: Score) -> None:
    for key, check in (("surveyjs", _is_survey), ("xlsform", _is_form)):
        one.written += 1
        one.valid += check(writing.write(made.definition, key).data)


def _is_survey(data: bytes) -> bool:
    from jsonschema.validators import validator_for

    schema = SHARED / "schemas" / "surveyjs_definition.json"
    if not schema.exists():
        return bool(json.loads(data))
    known: Any = json.loads(schema.read_text(encoding="utf-8"))
    return bool(validator_for(known)(known).is_valid(json.loads(data)))


def _is_form(data: bytes) -> bool:
    import io

    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert  # type: ignore[import-untyped]

    try:
        return bool(convert(xlsform=io.BytesIO(data), file_type=".xlsx").xform)
    except PyXFormError:
        return False


def table(scores: dict[str, Score]) -> str:
    """As Markdown."""
    lines = [
        "| format | files | drafts | refused, place | crashed | questions native | logic imported | texts lost | valid again |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for key, one in scores.items():
        valid = f"{one.valid} of {one.written}" if one.written else "-"
        name = detecting.FORMATS[key].name if key in detecting.FORMATS else key or "**all**"
        lines.append(
            f"| {name} | {one.files} | {one.drafts} | {one.refused} | {one.crashed} | {one.share('question')} |"
            f" {one.share('rule', 'validation')} | {one.found['text', 'lost']} | {valid} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Print, and write where asked."""
    print("Our own fixtures\n")
    print(table(score(own())))
    if not (SHARED / "cases").is_dir():
        print("\nLOUD: the folder shared/cases beside the project is absent, so its files were NOT read")
        return
    found = table(score(shared()))
    print(f"\nFiles of others\n\n{found}")
    if "--readme" in sys.argv:
        readme = ROOT / "README.md"
        text = readme.read_text(encoding="utf-8")
        before, _, rest = text.partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        readme.write_text(f"{before}{MARKS[0]}\n{found}\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
