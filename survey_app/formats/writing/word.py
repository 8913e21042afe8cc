"""A Word document for meetings where a questionnaire is approved: what is asked, with which codes, under which rules.

All languages stand below each other, or one by choice. What cannot be seen in a questionnaire (where it comes from, how it is
scored) stands at the end, so that nothing is approved unread.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table

from survey_app.formats.cells import plain
from survey_app.formats.writing.in_words import InWords
from survey_app.formats.writing.telling import PART_RULE, Telling, inventory
from survey_app.formats.writing.word_parts import LABELS, TYPES, amount_words, limits, options
from survey_app.questionnaire.definition import Definition, Page
from survey_app.questionnaire.question_types import Question

_GREY = RGBColor(0x59, 0x59, 0x59)
_FONT, _FONT_ZH = "Calibri", "Microsoft YaHei"
_FIXED_DAY = datetime(2020, 1, 1, tzinfo=UTC)


def _timeless(made: io.BytesIO) -> bytes:
    """The same archive without the moment of its making: equal questionnaires give equal files."""
    target = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            same = zipfile.ZipInfo(entry.filename, _FIXED_DAY.timetuple()[:6])
            same.compress_type, same.external_attr = zipfile.ZIP_DEFLATED, entry.external_attr
            new.writestr(same, old.read(entry))
    return target.getvalue()


def write(definition: Definition, told: Telling, language: str) -> bytes:
    """The document."""
    return _Paper(definition, language).document(told)


class _Paper:
    def __init__(self, definition: Definition, language: str) -> None:
        self.definition = definition
        self.languages = [language] if language in definition.languages else list(definition.languages)
        self.first = self.languages[0]
        self.chinese = self.first.startswith("zh")
        self.rules = InWords(definition, self.first)
        self.doc = _blank()

    def document(self, told: Telling) -> bytes:
        """Title, purpose, pages, ends, what lies behind; every item of the questionnaire is in it."""
        definition = self.definition
        self._head()
        for index, page in enumerate(definition.pages, start=1):
            self._page(index, page)
        self._behind()
        if definition.thanks:
            self.doc.add_heading(self.label("thanks"), 1)
            self._texts(definition.thanks)
        for item in inventory(definition):
            told.keep(item.place)
            if PART_RULE.search(item.place):
                told.lose(item.place)
            elif item.kind in ("rule", "validation", "setting", "quota", "score"):
                told.change(item.place, "to_words")
        for key in ("lines", "columns", "layout", "style", "speech"):
            told.lose_every(key, "to_look")
        target = io.BytesIO()
        self.doc.save(target)
        return _timeless(target)

    # --- words ---
    def label(self, key: str, **values: Any) -> str:
        """A word of ours."""
        return LABELS[key][0 if self.chinese else 1].format(**values)

    def kind(self, key: str) -> str:
        """The name of a type."""
        return TYPES[key][0 if self.chinese else 1]

    def words(self, text: Mapping[str, str] | None) -> list[str]:
        """The text in each language, the same words once."""
        return list(dict.fromkeys(plain(self.definition.text(dict(text or {}), tag)) for tag in self.languages))

    def line(self, text: Mapping[str, str] | None) -> str:
        """The text in all languages on one line."""
        return " / ".join(words for words in self.words(text) if words)

    def _texts(self, text: Mapping[str, str] | None, style: str | None = None) -> None:
        for index, words in enumerate(self.words(text)):
            if words:
                paragraph = self.doc.add_paragraph(style=style)
                run = paragraph.add_run(words)
                if index:
                    run.font.color.rgb = _GREY

    def _small(self, text: str, indent: float = 0.0) -> None:
        paragraph = self.doc.add_paragraph()
        paragraph.paragraph_format.left_indent = Cm(indent)
        paragraph.paragraph_format.space_after = Pt(2)
        run = paragraph.add_run(plain(text))
        run.font.size, run.font.color.rgb = Pt(9), _GREY

    # --- the parts ---
    def _head(self) -> None:
        definition = self.definition
        properties = self.doc.core_properties
        properties.title, properties.author = self.line(definition.title)[:250], ""
        properties.created = properties.modified = _FIXED_DAY
        for index, words in enumerate(self.words(definition.title)):
            heading = self.doc.add_heading(words, 0 if not index else 1)
            heading.alignment = WD_ALIGN_PARAGRAPH.LEFT
        facts = [
            (self.label("name"), definition.name),
            (self.label("mode"), self.label(definition.mode)),
            (self.label("languages"), ", ".join(definition.languages)),
            (self.label("questions"), str(len(self.rules.numbers))),
        ]
        for key in ("category", "source", "licence"):
            if value := getattr(definition, key):
                facts.append((self.label(key), value))
        table = self.doc.add_table(rows=0, cols=2)
        for key, value in facts:
            cells = table.add_row().cells
            cells[0].text, cells[1].text = key, plain(value)
        _set_widths(table, (3.5, 13.1))
        for key in ("purpose", "intro"):
            if text := getattr(definition, key):
                self.doc.add_heading(self.label(key), 1)
                self._texts(text)

    def _page(self, index: int, page: Page) -> None:
        title = self.line(page.title)
        self.doc.add_heading(self.label("page", n=index) + (f"  {title}" if title else ""), 1)
        if page.name:
            self._small(f"{self.label('key')}: {page.name}")
        if page.show_if:
            self._rule(self.label("page_if", rule=self.rules.write(page.show_if)))
        if page.random_order:
            self._rule(self.label("random_order"))
        for question in page.questions:
            self._question(question)
        if page.end_if:
            self._rule(self.label("end_if", rule=self.rules.write(page.end_if)))

    def _rule(self, text: str, indent: float = 0.0) -> None:
        paragraph = self.doc.add_paragraph()
        paragraph.paragraph_format.left_indent = Cm(indent)
        run = paragraph.add_run("→ " + plain(text))
        run.italic = True
        run.font.size = Pt(9.5)

    def _question(self, question: Question) -> None:
        number = self.rules.numbers.get(question.name)
        texts = self.words(question.text)
        paragraph = self.doc.add_paragraph()
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.keep_with_next = Pt(10), True
        run = paragraph.add_run((f"{number}. " if number else "") + texts[0])
        run.bold = True
        if question.required:
            paragraph.add_run(f"  {self.label('required')}").font.color.rgb = RGBColor(0xB0, 0x20, 0x20)
        for more in texts[1:]:
            below = self.doc.add_paragraph()
            below.paragraph_format.keep_with_next = True
            below.add_run(more).font.color.rgb = _GREY
        kind = TYPES.get(question.type, (question.type, question.type))[0 if self.chinese else 1]
        self._small(f"{question.name} · {kind}" + "".join(f" · {part}" for part in limits(self, question)))
        if question.show_if:
            self._rule(self.label("show_if", rule=self.rules.write(question.show_if)))
        for key in ("hint", "why"):
            if text := getattr(question, key):
                self._small(f"{self.label(key)}: {self.line(text)}")
        for text in question.open_rules:
            self._rule(self.label("open_rule", rule=text))
        self._options(question)

    def _options(self, question: Question) -> None:
        for table in options(self, question):
            told = [place for place in range(len(table.headings)) if any(row[place] for row in table.rows)]
            made = self.doc.add_table(rows=1, cols=len(told), style="Light Grid Accent 1")
            for lines in (table.headings, *table.rows):
                cells = made.rows[0].cells if lines is table.headings else made.add_row().cells
                for cell, place in zip(cells, told, strict=True):
                    cell.text = plain(lines[place])
            longest = [max(len(row[place]) for row in (table.headings, *table.rows)) for place in told]
            _set_widths(made, _shares(longest, 16.6))
            self.doc.add_paragraph().paragraph_format.space_after = Pt(2)

    def _behind(self) -> None:
        """What no respondent sees: scores, quotas, random pages."""
        definition = self.definition
        if not (definition.scores or definition.quotas or definition.random_pages):
            return
        self.doc.add_heading(self.label("behind"), 1)
        for score in definition.scores:
            more = "".join(
                f", {key}: {amount_words(value)}"
                for key in ("reverse", "weights", "rescale", "min_answered", "top")
                if (value := getattr(score, key))
            )
            named = f"{score.name} ({self.line(score.label)})" if score.label else score.name
            self._small(self.label("score", name=named, kind=score.kind, of=", ".join(score.questions)) + more)
        for quota in definition.quotas:
            rule = self.rules.write(quota.when)
            self._rule(self.label("quota", name=quota.name, limit=quota.limit, rule=rule))
            if quota.message:
                self._small(self.line(quota.message), 0.6)
        for group in definition.random_pages:
            self._rule(self.label("random_pages", pages=", ".join(group)))


def _shares(longest: Sequence[int], room: float) -> list[float]:
    """Widths in cm for columns whose longest cells have so many characters: nothing narrower than a short code."""
    wanted = [min(max(count, 8), 60) for count in longest]
    return [room * count / sum(wanted) for count in wanted]


def _set_widths(table: Table, widths: Sequence[float]) -> None:
    """Fixed widths in cm; Word reads them from the cells, LibreOffice from the columns."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _blank() -> Doc:
    doc = Document()
    section = doc.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(2)
    for name in ("Normal", "Title", "Heading 1", "Heading 2"):
        style: Any = doc.styles[name]
        style.font.name = _FONT
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(key), None)
        fonts.set(qn("w:eastAsia"), _FONT_ZH)
    normal: Any = doc.styles["Normal"]
    normal.font.size = Pt(10.5)
    normal.paragraph_format.space_after = Pt(4)
    return doc
