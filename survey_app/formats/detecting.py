"""Which format a questionnaire file has, told by its content, and the way to the importer of each."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module

from survey_app.formats import mistaken
from survey_app.formats.importing import Imported
from survey_app.formats.importing.refusing import refuse

MAX_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class Format:
    """A format that questionnaires come in. `module` has `looks_like(bytes) -> bool` and `parse(bytes) -> Imported`."""

    key: str
    name: str
    module: str
    endings: tuple[str, ...]

    def looks_like(self, data: bytes) -> bool:
        """Whether the content is of this format."""
        found: Callable[[bytes], bool] = import_module(self.module).looks_like
        return found(data)

    def parse(self, data: bytes) -> Imported:
        """The draft and its report. Raises Refused."""
        read: Callable[[bytes], Imported] = import_module(self.module).parse
        return replace(read(data), format=self.key)


_HERE = "survey_app.formats"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # a ZIP, or the container of older programs
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)\b", re.IGNORECASE)
FORMATS: dict[str, Format] = {
    found.key: found
    for found in (  # in the order in which they are asked: the surest signs first, plain text last
        Format("limesurvey", "LimeSurvey", f"{_HERE}.limesurvey", (".lss", ".lsg", ".lsq", ".lsa")),
        Format("package", "ZIP", f"{_HERE}.package", (".zip",)),
        Format("yaml", "YAML", f"{_HERE}.own_yaml", (".yaml", ".yml")),
        Format("qualtrics", "Qualtrics", f"{_HERE}.qualtrics", (".qsf",)),
        Format("fhir", "FHIR Questionnaire", f"{_HERE}.fhir", (".json",)),
        Format("surveyjs", "SurveyJS", f"{_HERE}.surveyjs", (".json",)),
        Format("redcap", "REDCap", f"{_HERE}.redcap", (".csv",)),
        Format("xlsform", "XLSForm", f"{_HERE}.xlsform", (".xlsx", ".xls", ".csv")),
        Format("word", "Word", f"{_HERE}.word", (".docx",)),
        Format("text", "问卷星 / text", f"{_HERE}.plain_text.importing", (".txt",)),
    )
}


def detect(data: bytes) -> Format:
    """The format of a file. Raises Refused when it is none that is known."""
    if not data.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise refuse("empty")
    if len(data) > MAX_BYTES:
        raise refuse("too_large", limit=MAX_BYTES // 1024 // 1024)
    if refusal := mistaken.refusal(data):
        raise refusal
    for found in FORMATS.values():
        if found.looks_like(data):
            return found
    if data.startswith(_WORKBOOKS):
        return FORMATS["xlsform"]  # it says what is wrong with the workbook: damaged, protected, no form
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and _DECLARES.search(data):
        raise refuse("forbidden_xml")
    raise mistaken.unread(data)


def parse(data: bytes, key: str = "") -> Imported:
    """The draft in a file of the given format, or of the one that its content tells. Raises Refused."""
    return (FORMATS[key] if key else detect(data)).parse(data)
