"""Checking a questionnaire file as the command line does: every fault as one line, never a traceback."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey_app.questionnaire import review, timing
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import load_definition
from survey_app.questionnaire.problems import InvalidQuestionnaire, Problem, line_of, sentence
from survey_app.questionnaire.source import MAX_BYTES


@dataclass(frozen=True)
class FileReport:
    """What was found in one file. `definition` is None when it could not be read; faults of review forbid publishing."""

    file: str
    definition: Definition | None
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """True when the questionnaire could be published as it is."""
        return not self.problems

    def lines(self) -> list[str]:
        """One line per fault, or one line that says what the good file holds."""
        if self.problems:
            return [line_of(problem) for problem in self.problems]
        assert self.definition is not None
        return [
            f"{self.file}: ok: {self.definition.name}, {len(self.definition.questions)} questions, "
            f"{len(self.definition.pages)} pages, about {max(1, round(timing.seconds(self.definition) / 60))} min, "
            + " ".join(self.definition.languages)
        ]

    def as_dict(self) -> dict[str, Any]:
        """The same for a program."""
        made: dict[str, Any] = {"file": self.file, "ok": self.ok}
        if self.definition is not None:
            made |= {
                "format": 1,
                "name": self.definition.name,
                "title": dict(self.definition.title),
                "languages": list(self.definition.languages),
                "pages": len(self.definition.pages),
                "questions": len(self.definition.questions),
                "seconds": timing.seconds(self.definition),
            }
        made["problems"] = [
            {"code": p.code, "path": p.path, "line": p.line, "message": sentence(p)} for p in self.problems
        ]
        return made


def check_file(path: Path) -> FileReport:
    """Read and review one file. Every fault of reading comes at once; review follows when the file could be read."""
    name = str(path)
    try:
        if path.is_dir():
            return FileReport(name, None, (Problem("is_folder", file=name),))
        size = path.stat().st_size
        if size > MAX_BYTES:  # before a byte is read
            return FileReport(name, None, (Problem("too_large", values={"size": size, "limit": MAX_BYTES}, file=name),))
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it could not be read"
        return FileReport(name, None, (Problem("unreadable_file", values={"reason": reason}, file=name),))
    try:
        definition = load_definition(data, file=name)
    except InvalidQuestionnaire as error:
        return FileReport(name, None, tuple(error.problems))
    faults = review.review(definition, None)
    return FileReport(name, definition, tuple(Problem(p.code, p.path, p.values, name, p.line) for p in faults))
