"""DDI-Codebook: what archives and statistics packages read. One `var` for each column of the data, in its order.

`write` gives version 2.6, `write_25` the same under the namespace of 2.5; nothing in it differs between the two.
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping

from survey_app.formats.cells import plain
from survey_app.formats.writing.in_words import InWords, numbers_of
from survey_app.formats.writing.telling import Telling
from survey_app.questionnaire.codebook import Codebook, codebook
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.publication import assign_values
from survey_app.questionnaire.question_types import Question
from survey_app.questionnaire.question_types.base import Variable
from survey_app.questionnaire.question_types.numbers import plain_number

_DOMAINS = {
    "single": "category", "multiple": "multiple", "rank": "ranking", "rating": "scale", "likert": "scale", "nps": "scale",
    "csat": "scale", "ces": "scale", "number": "numeric", "text": "text", "date": "datetime", "time": "datetime",
    "consent": "category", "hidden": "other", "computed": "numeric",
}  # fmt: skip
_GROUPS = {
    "multiple_choice": "multipleResp", "matrix": "grid", "matrix_multiple": "grid", "matrix_fields": "grid", "ranking": "other",
    "constant_sum": "other", "text_fields": "other", "region": "other",
}  # fmt: skip
_CARRIED = (
    "text", "hint", "labels", "low", "high", "scale", "points", "start", "decimals", "unsure", "label", "cell", "choices",
    "rows", "fields", "items", "columns", "levels",
)  # fmt: skip
"""Keys of a question whose content stands in the file."""
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
Words = Mapping[str, str] | None


def write(definition: Definition, told: Telling, language: str) -> bytes:
    """The codebook of the data that this questionnaire gives."""
    return _Codebook(definition, told, language).document("2.6")


def write_25(definition: Definition, told: Telling, language: str) -> bytes:
    """The same for programs that know version 2.5 only."""
    return _Codebook(definition, told, language).document("2.5")


class _Codebook:
    def __init__(self, definition: Definition, told: Telling, language: str) -> None:
        self.definition, self.told = assign_values(definition), told
        self.languages = [language] if language in definition.languages else list(definition.languages)
        self.numbers = numbers_of(definition)
        self.book = codebook([self.definition])
        self.rules = {tag: InWords(definition, tag) for tag in self.languages}

    def document(self, version: str) -> bytes:
        """The whole file."""
        root = ET.Element("codeBook", {"xmlns": f"ddi:codebook:{version.replace('.', '_')}", "version": version})
        root.set(_LANG, self.languages[0])
        self._study(root)
        data = ET.SubElement(root, "dataDscr")
        self._groups(data)
        shown = {question.name: page.show_if for page in self.definition.pages for question in page.questions}
        for variable in self.book.variables:
            self._variable(data, variable, self.definition.by_name[variable.question], shown, self.book)
        self._tell()
        ET.indent(root)
        body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
        return body + b"\n"

    # --- the study ---
    def _study(self, root: ET.Element) -> None:
        study = ET.SubElement(root, "stdyDscr")
        citation = ET.SubElement(study, "citation")
        titles = ET.SubElement(citation, "titlStmt")
        for index, tag in enumerate(self.languages):
            self._word(titles, "titl" if not index else "parTitl", self.definition.title, tag)
        ET.SubElement(titles, "IDNo").text = self.definition.name
        if self.definition.purpose:
            info = ET.SubElement(study, "stdyInfo")
            for tag in self.languages:
                self._word(info, "abstract", self.definition.purpose, tag)
        for text in (self.definition.intro, self.definition.thanks):
            for tag in self.languages if text else ():
                self._word(study, "notes", text, tag)

    def _word(self, parent: ET.Element, name: str, text: Words, tag: str, **attributes: str) -> None:
        words = plain(self.definition.text(dict(text or {}), tag))
        if words:
            made = ET.SubElement(parent, name, attributes)
            made.set(_LANG, tag)
            made.text = words

    def _labels(self, parent: ET.Element, text: Words, name: str = "labl") -> None:
        for tag in self.languages:
            self._word(parent, name, text, tag)

    # --- variables ---
    def _groups(self, data: ET.Element) -> None:
        """Questions with several columns."""
        found: dict[str, list[str]] = {}
        for variable in self.book.variables:
            found.setdefault(variable.question, []).append(variable.name)
        for question in self.definition.questions:
            columns = found.get(question.name, [])
            kind = _GROUPS.get(question.type)
            if kind and len(columns) > 1:
                ids = " ".join(f"V_{name}" for name in columns)
                group = ET.SubElement(data, "varGrp", {"name": question.name, "type": kind, "var": ids})
                if kind == "other":
                    group.set("otherType", question.type)
                self._labels(group, question.text)

    def _variable(
        self, data: ET.Element, variable: Variable, question: Question, pages: Mapping[str, Words], book: Codebook
    ) -> None:
        continuous = variable.storage == "number" and not variable.values
        made = ET.SubElement(data, "var", {"ID": f"V_{variable.name}", "name": variable.name})
        made.set("intrvl", "contin" if continuous else "discrete")
        if variable.storage == "number":
            made.set("dcml", str(variable.decimals))
        self._labels(made, variable.label)
        if question.shown:
            self._question(made, variable, question)
        low, high = question.bounds(variable.answer) if variable.kind == "number" else (None, None)
        if low is not None or high is not None:
            limits = {key: plain_number(bound) for key, bound in (("min", low), ("max", high)) if bound is not None}
            ET.SubElement(ET.SubElement(made, "valrng"), "range", {"UNITS": "REAL", **limits})
        missing = book.missing_values(variable)
        if missing:
            span = {"min": str(min(missing)), "max": str(max(missing))}
            ET.SubElement(ET.SubElement(made, "invalrng"), "range", {"UNITS": "INT", **span})
        self._universe(made, question, pages)
        for label in variable.values:
            self._category(made, label.value, label.label or {self.languages[0]: str(label.value)}, missing=False)
        for value, text in missing.items():
            self._category(made, value, text, missing=True)
        kind = {"type": "numeric" if variable.storage == "number" else "character", "schema": "other"}
        if variable.storage in ("date", "time"):
            kind["category"] = variable.storage
        ET.SubElement(made, "varFormat", kind)

    def _category(self, made: ET.Element, value: int, text: Words, *, missing: bool) -> None:
        category = ET.SubElement(made, "catgry", {"missing": "Y"} if missing else {})
        ET.SubElement(category, "catValu").text = str(value)
        self._labels(category, text)

    def _question(self, made: ET.Element, variable: Variable, question: Question) -> None:
        """The question as asked: its text and, in tables and lists, the row or choice this column is about."""
        asked = ET.SubElement(made, "qstn", {"ID": f"Q_{variable.name}"})
        asked.set("responseDomainType", _DOMAINS.get(variable.kind, "other"))
        if number := self.numbers.get(question.name):
            asked.set("seqNo", str(number))
        part = None if variable.label == question.text else variable.label
        for tag in self.languages:
            texts = [question.text, part] if part else [question.text]
            words = {tag: "\n".join(self.definition.text(dict(text), tag) for text in texts)}
            self._word(asked, "qstnLit", words, tag)
        for tag in self.languages:
            self._word(asked, "ivuInstr", question.hint, tag)

    def _universe(self, made: ET.Element, question: Question, pages: Mapping[str, Words]) -> None:
        """Whom it is asked: the rules of the page and the question, in words."""
        rules = [rule for rule in (pages.get(question.name), question.show_if) if rule]
        for tag in self.languages if rules else ():
            writer = self.rules[tag]
            words = writer.both([writer.said(rule) for rule in rules]).text
            self._word(made, "universe", {tag: words}, tag)

    # --- the report ---
    def _tell(self) -> None:
        told = self.told
        told.keep("", "name", "title", "purpose", "intro", "thanks", "languages")
        for key in ("intro", "thanks"):
            told.change(key, "to_note")
        for name, scale in self.definition.scales.items():
            told.keep(f"scales.{name}.unsure")
            for index in range(len(scale.points)):
                told.keep(f"scales.{name}.points[{index}]")
                told.keep(f"scales.{name}.points[{index}]", "value")
        for index, page in enumerate(self.definition.pages):
            told.change(f"pages[{index}].show_if", "to_words")
            for number, question in enumerate(page.questions):
                self._tell_question(question, f"pages[{index}].questions[{number}]")
        for key in ("score", "exclusive", "required", "pattern", "max_length"):
            told.lose_every(key)

    def _tell_question(self, question: Question, place: str) -> None:
        if not question.variables():
            self.told.lose(place, "to_nothing")
            return
        self.told.keep(place)
        self.told.keep(place, *_CARRIED)
        self.told.change(f"{place}.show_if", "to_words")
        if question.type in ("number", "slider"):
            self.told.keep(place, "min", "max")
