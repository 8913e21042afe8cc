"""The targets by their keys."""

from collections.abc import Callable
from dataclasses import dataclass

from survey_app.formats.importing.report import Line
from survey_app.formats.writing import ddi, own_yaml, survey_text, surveyjs, word, xlsform
from survey_app.formats.writing.telling import Telling
from survey_app.questionnaire.definition import Definition

Writer = Callable[[Definition, Telling, str], bytes]
"""(definition, report to fill, language) -> the file. The language matters where a file holds one only; "" for all."""


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of file. `name`: in English and Chinese; `mimetype`: for a download."""

    key: str
    name: str
    name_zh: str
    suffix: str
    mimetype: str
    writer: Writer


@dataclass(frozen=True, slots=True)
class Written:
    """A file and the report: one line for each thing of the questionnaire, kept, changed or lost."""

    target: Target
    data: bytes
    lines: tuple[Line, ...]


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TARGETS: dict[str, Target] = {
    target.key: target
    for target in (
        Target("yaml", "YAML", "YAML", ".yaml", "application/yaml", own_yaml.write),
        Target("surveyjs", "SurveyJS JSON", "SurveyJS JSON", ".json", "application/json", surveyjs.write),
        Target("xlsform", "XLSForm", "XLSForm 表单", ".xlsx", _XLSX, xlsform.write),
        Target("ddi", "DDI-Codebook 2.6", "DDI-Codebook 2.6", ".xml", "application/xml", ddi.write),
        Target("ddi-2.5", "DDI-Codebook 2.5", "DDI-Codebook 2.5", ".xml", "application/xml", ddi.write_25),
        Target("docx", "Word document", "Word 文档", ".docx", _DOCX, word.write),
        Target("wjx", "tagged text (问卷星)", "问卷星文本", ".txt", "text/plain; charset=utf-8", survey_text.write),
    )
}


def write(definition: Definition, key: str, language: str = "") -> Written:
    """The questionnaire as a file of another program. `language`: one only ("" for all it can hold). KeyError: no such target."""
    target = TARGETS[key]
    told = Telling(definition)
    data = target.writer(definition, told, language)
    return Written(target, data, told.lines())
