"""What stands in a question and below it: words, answers, rows, columns, blanks, a scale, hints, rules."""

from dataclasses import dataclass, field

from survey_app.formats.plain_text import answers, rules
from survey_app.formats.plain_text.marks import Marks

TEXT_TAGS = frozenset({"text", "long_text", "text_fields", "number", "date", "time", "file", "place"})
MATRIX_TAGS = frozenset(
    {"matrix", "matrix_scale", "matrix_multiple", "matrix_text", "matrix_number", "matrix_dropdown"}
)


@dataclass(slots=True)
class Answer:
    """One offered answer and the line it stands on."""

    text: str
    line: int
    rule: rules.Jump | None = None
    style: str = ""
    score: float | None = None
    right: bool = False
    """The right answer of an examination."""

    @classmethod
    def of(cls, words: str, line: int, style: str = "") -> "Answer":
        """An answer as it is written, with its points and where it leads."""
        words, score, right = answers.worth(words)
        left, jump = rules.jump_of(words)
        return cls(left, line, jump, style, score, right)


@dataclass(slots=True)
class Material:
    """Everything about one question, before its type is decided."""

    stem: str
    marks: Marks
    options: list[Answer] = field(default_factory=list)
    rows: list[Answer] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    """What may be chosen in every cell of a table."""
    dropped: list[tuple[str, int, str]] = field(default_factory=list)
    """Lines that are for the author alone: (code of the remark, line, words)."""
    place_blanks: int = 0
    """How many blanks there are in ____省____市."""
    corner: str = ""
    in_stem: int = 0
    range_line: Answer | None = None
    blanks: int = 0
    unit: str = ""
    hints: list[str] = field(default_factory=list)
    rules: list[tuple[str, int]] = field(default_factory=list)
    squares: bool = False
    table: bool = False
    lettered: bool = False
    listed: bool = False
    whole: str = ""
    """The stem with its blanks, for types that have no fields and no unit."""
    opening: str = ""
    """The clause a question begins with when it names another question: `如果第1题选A，…`."""

    @property
    def texts(self) -> list[str]:
        return [option.text for option in self.options]
