"""The formats a table of answers can be written in. A new one is a writer and a line here."""

from dataclasses import dataclass
from importlib import import_module
from typing import IO

from survey_app.errors import DomainError
from survey_app.exports.table import Table, Writer
from survey_app.languages import N_

_HERE = "survey_app.exports"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a format. `writer`: module and function, imported when it is used: some libraries are heavy. `key`: how
    it is asked for when it stands beside the file itself. `most_columns`: how many a file can hold, 0 for any number."""

    suffix: str
    content_type: str
    writer: str
    reads: bool = True  # whether it goes through the rows
    key: str = ""
    most_columns: int = 0

    def too_wide(self, table: Table) -> DomainError | None:
        """The refusal of a table with more columns than the file can hold."""
        count = len(table.shape.columns)
        if not self.most_columns or count <= self.most_columns:
            return None
        return DomainError(
            N_("这张表有 %(n)s 列，%(suffix)s 文件最多 %(most)s 列，请改用 CSV。"),
            n=f"{count:,}", suffix=self.suffix, most=f"{self.most_columns:,}",
        )  # fmt: skip

    def write(self, file: IO[bytes], table: Table) -> int:
        """Write the file; returns the rows in it. Raises DomainError when it cannot hold them."""
        if refusal := self.too_wide(table):
            raise refusal
        module, _, name = self.writer.partition(":")
        write: Writer = getattr(import_module(f"{_HERE}.{module}"), name)
        return write(file, table)


@dataclass(frozen=True, slots=True)
class Format:
    """`parts`: the file itself, then what stands beside it under the same stem. `labels`: cells can hold labels instead of
    values (the other formats hold both)."""

    key: str
    name: str
    parts: tuple[Part, ...]
    labels: bool = False

    def part(self, key: str) -> Part | None:
        """The file itself (`data`), or one that stands beside it."""
        return self.parts[0] if key == "data" else next((part for part in self.parts[1:] if part.key == key), None)

    @property
    def suffix(self) -> str:
        """The ending of the file."""
        return self.parts[0].suffix

    @property
    def reads(self) -> int:
        """How often the rows are read."""
        return sum(part.reads for part in (IN_PACKAGE if self.parts == (PACKAGE,) else self.parts))

    @property
    def content_type(self) -> str:
        """What a browser is told about the file."""
        return self.parts[0].content_type


CSV = Part(".csv", "text/csv; charset=utf-8", "files:csv_file", key="table")
CODEBOOK = Part(".codebook.csv", "text/csv; charset=utf-8", "files:codebook", reads=False, key="codebook")
XLSX = Part(
    ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "files:xlsx", most_columns=16_384
)
SAV = Part(".sav", "application/x-spss-sav", "spss:write")
DTA = Part(".dta", "application/x-stata-dta", "stata:write", most_columns=32_767)
PARQUET = Part(".parquet", "application/vnd.apache.parquet", "parquet:write")
R_SCRIPT = Part(".R", "text/x-r; charset=utf-8", "scripts:write_r", reads=False)
PYTHON_SCRIPT = Part(".py", "text/x-python; charset=utf-8", "scripts:write_python", reads=False)
FHIR = Part(".ndjson", "application/fhir+ndjson", "fhir:write_responses")
FHIR_QUESTIONNAIRE = Part(
    ".questionnaire.json", "application/fhir+json", "fhir:write_questionnaire", reads=False, key="questionnaire"
)
PACKAGE = Part(".zip", "application/zip", "package:write")

IN_PACKAGE: tuple[Part, ...] = (CSV, CODEBOOK, XLSX, SAV, DTA, PARQUET, R_SCRIPT, PYTHON_SCRIPT)

FORMATS: dict[str, Format] = {
    found.key: found
    for found in (
        Format("csv", "CSV", (CSV, CODEBOOK), labels=True),
        Format("xlsx", "XLSX (Excel)", (XLSX,), labels=True),
        Format("sav", "SPSS", (SAV, CODEBOOK)),
        Format("dta", "Stata", (DTA, CODEBOOK)),
        Format("parquet", "Parquet", (PARQUET, CODEBOOK)),
        Format("r", "R", (R_SCRIPT, CSV, CODEBOOK)),
        Format("python", "Python", (PYTHON_SCRIPT, CSV, CODEBOOK)),
        Format("fhir", "FHIR QuestionnaireResponse", (FHIR, FHIR_QUESTIONNAIRE)),
        Format("package", "ZIP", (PACKAGE,)),
    )
}
