"""A questionnaire as an XLSForm workbook: groups for pages, rows for questions, lists, settings."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import xlsxwriter

from survey_app.formats.cells import xlsx_text
from survey_app.formats.writing.rules import Unsayable
from survey_app.formats.writing.telling import Telling
from survey_app.formats.writing.xlsform import questions
from survey_app.formats.writing.xlsform.work import Row, Work
from survey_app.questionnaire.definition import Definition, Page
from survey_app.questionnaire.parts import Condition
from survey_app.questionnaire.question_types import Question
from survey_app.questionnaire.question_types.display import Section

_FIRST = ("type", "list_name", "name")
_LAST = ("required", "relevant", "constraint", "calculation", "appearance", "parameters", "default")
_FIXED_DAY = datetime(2020, 1, 1, tzinfo=UTC)  # two exports of one questionnaire are the same bytes


def write(definition: Definition, told: Telling, language: str) -> bytes:
    """The workbook."""
    work = Work(definition, told, language)
    for question in definition.questions:
        questions.know(work, question)
    told.keep("", "languages")
    told.keep("name")
    ends: list[Condition] = []
    if definition.intro:
        work.add("note", work.free("intro"), work.text("label", definition.intro))
        told.change("intro", "to_note")
    for index, page in enumerate(definition.pages):
        _page(work, index, page, ends)
    if definition.thanks:
        work.add("note", work.free("thanks"), work.text("label", definition.thanks))
        told.change("thanks", "to_note")
    title = definition.text(definition.title, work.languages[0])
    told.keep("", "title")
    if len(work.languages) > 1:
        told.change("title", "to_one_language")
    settings: Row = {
        "form_title": title,
        "form_id": definition.name,
        "default_language": work.headings[work.languages[0]],
    }
    return _workbook({"survey": work.survey, "choices": work.choices, "settings": [settings]})


# --- pages ------------------------------------------------------------------------------------------------------------
def _page(work: Work, index: int, page: Page, ends: list[Condition]) -> None:
    """A group. `ends`: ends of earlier pages, which hide what follows."""
    place = f"pages[{index}]"
    work.told.keep(place)
    work.told.keep(place, "title")
    shows: list[Condition] = [*([page.show_if] if page.show_if else []), *({"not": end} for end in ends)]
    name = work.free(page.name if page.name else f"page_{index + 1}")
    relevant = work.relevant(shows, f"{place}.show_if") if shows else {}
    work.add("begin_group", name, work.text("label", page.title), relevant, appearance="field-list")
    _questions(work, index, page)
    work.add("end_group")
    if page.end_if:
        _end(work, index, page.end_if, ends)


def _questions(work: Work, index: int, page: Page) -> None:
    """The rows of a page; a heading without a rule becomes a group around what follows."""
    is_open = False
    for number, question in enumerate(page.questions):
        place = f"pages[{index}].questions[{number}]"
        if isinstance(question, Section):
            if is_open:
                work.add("end_group")
            is_open = not question.show_if and _has_content(page.questions[number + 1 :])
            if is_open:
                _heading(work, question, place)
                continue
        questions.add(work, question, place)
    if is_open:
        work.add("end_group")


def _has_content(following: Sequence[Question]) -> bool:
    for question in following:
        if question.shown:
            return not isinstance(question, Section)
    return False


def _heading(work: Work, section: Section, place: str) -> None:
    work.told.keep(place)
    work.told.keep(place, "text", "hint")
    if section.hint:
        work.told.change(f"{place}.hint", "to_joined")
    work.add("begin_group", section.name, work.text("label", section.text, section.hint))


def _end(work: Work, index: int, end: Condition, ends: list[Condition]) -> None:
    place = f"pages[{index}].end_if"
    if index == len(work.definition.pages) - 1:
        work.told.keep(place)  # nothing follows
        return
    try:
        work.rules.combined([end])
    except Unsayable:
        work.told.lose(place, "to_no_rule")
        return
    ends.append(end)
    work.told.change(place, "to_end_by_hiding")


# --- the workbook -----------------------------------------------------------------------------------------------------
def _workbook(sheets: dict[str, list[Row]]) -> bytes:
    """Every cell is a text: nothing in it can become a formula, a number or a link."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.set_properties({"created": _FIXED_DAY})
    bold = book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        headings = _headings(rows)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
            sheet.set_column(column, column, 34 if "::" in heading else 16)
        for number, row in enumerate(rows, start=1):
            for column, heading in enumerate(headings):
                if text := row.get(heading):
                    sheet.write_string(number, column, xlsx_text(text), wrapped)
        sheet.freeze_panes(1, 0)
    book.close()
    return target.getvalue()


def _headings(rows: list[Row]) -> list[str]:
    used = dict.fromkeys(key for row in rows for key in row)
    texts = [key for key in used if key not in (*_FIRST, *_LAST)]
    if not rows:
        return ["list_name", "name", "label"]
    return [key for key in _FIRST if key in used] + texts + [key for key in _LAST if key in used]
