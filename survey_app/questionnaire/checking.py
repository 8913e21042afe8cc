"""One report about one file: everything that forbids using or publishing it, as lines for a terminal or as data."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import build, place_of
from survey_app.questionnaire.problems import InvalidQuestionnaire, Problem, line_of, sentence
from survey_app.questionnaire.review import review
from survey_app.questionnaire.source import MAX_BYTES, read
from survey_app.questionnaire.timing import seconds


@dataclass
class Report:
    """What was found in one file. `definition` is None when it cannot be loaded at all."""

    file: str
    definition: Definition | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the file may be published as it stands."""
        return not self.problems

    def lines(self, language: str = "en") -> list[str]:
        """One line per fault; one line of praise when there is none."""
        if self.definition is not None and self.ok:
            asked = sum(question.asks for question in self.definition.questions)
            return [
                f"{self.file}: good: {self.definition.name}, {asked} questions, {len(self.definition.pages)} pages, "
                f"{', '.join(self.definition.languages)}"
            ]
        return [line_of(problem, language) for problem in self.problems]

    def as_dict(self) -> dict[str, Any]:
        """The report for a program."""
        found: dict[str, Any] = {
            "file": self.file,
            "ok": self.ok,
            "problems": [
                {
                    "code": p.code,
                    "path": p.path,
                    "line": p.line,
                    "message": sentence(p),
                    "message_zh": sentence(p, "zh-CN"),
                }
                for p in self.problems
            ],
        }
        definition = self.definition
        if definition is not None:
            found |= {
                "format": definition.format,
                "name": definition.name,
                "title": definition.title,
                "languages": list(definition.languages),
                "mode": definition.mode,
                "pages": len(definition.pages),
                "questions": sum(question.asks for question in definition.questions),
                "variables": len(definition.variables),
                "seconds": seconds(definition),
                "digest": definition.digest(),
            }
        return found


def check_file(path: Path) -> Report:
    """Loads and reviews one file. Never raises for what is in the file, or for a file that cannot be read."""
    report = Report(str(path))
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            report.problems = [Problem("too_large", "", {"size": size, "limit": MAX_BYTES}, report.file)]
            return report
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        report.problems = [Problem("unreadable", "", {"reason": reason}, report.file)]
        return report
    return check_bytes(data, file=report.file)


def check_bytes(data: bytes, *, file: str) -> Report:
    """Loads and reviews the content of a file. Missing translations do not stop a draft, only its publication."""
    report = Report(file)
    try:
        source = read(data, file=file)
        report.definition = build(source, incomplete=True)
    except InvalidQuestionnaire as error:
        report.problems = error.problems
        return report
    report.problems = sorted(
        (replace(fault, line=source.line(place_of(fault.path))) for fault in review(report.definition, file=file)),
        key=lambda fault: fault.line or 0,
    )
    return report
