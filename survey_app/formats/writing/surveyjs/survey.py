"""A questionnaire as SurveyJS JSON: pages, elements, rules, values nobody types."""

import json
from typing import Any

from survey_app.formats.writing.rules import Unsayable, needs
from survey_app.formats.writing.surveyjs import questions
from survey_app.formats.writing.surveyjs.rules import literal
from survey_app.formats.writing.surveyjs.work import Work, html_of
from survey_app.formats.writing.telling import Telling
from survey_app.questionnaire import conditions
from survey_app.questionnaire.definition import Definition, Page
from survey_app.questionnaire.parts import Condition
from survey_app.questionnaire.question_types import Question
from survey_app.questionnaire.question_types.display import Section
from survey_app.questionnaire.question_types.hidden import Computed, Hidden, OrderData


def write(definition: Definition, told: Telling, language: str) -> bytes:
    """The JSON, valid against the schema of survey-core."""
    work = Work(definition, told, language)
    for question in definition.questions:
        questions.know(work, question)
    survey: dict[str, Any] = {"locale": work.locale, "title": work.text(definition.title)}
    told.keep("", "title", "languages", "name")
    told.change("name", "to_no_key")
    if definition.intro:
        survey["description"] = work.text(definition.intro)
        told.keep("", "intro")
    if definition.thanks:
        survey["completedHtml"] = html_of(work.text(definition.thanks))
        told.keep("", "thanks")
    survey["clearInvisibleValues"] = "onHiddenContainer"  # an answer counts while its question is on the path
    ends: list[Condition] = []
    survey["pages"] = [_page(work, index, page, ends) for index, page in enumerate(definition.pages)]
    values = [value for place, page, question in work.places() if (value := _unseen(work, place, page, question))]
    if values:
        survey["calculatedValues"] = values
    if work.triggers:
        survey["triggers"] = work.triggers
    return json.dumps(survey, ensure_ascii=False, indent=2).encode() + b"\n"


# --- pages ------------------------------------------------------------------------------------------------------------
def _page(work: Work, index: int, page: Page, ends: list[Condition]) -> dict[str, Any]:
    """A page. `ends`: ends of earlier pages that no trigger can say; they hide what follows."""
    place = f"pages[{index}]"
    work.told.keep(place)
    made: dict[str, Any] = {"name": page.name or f"page{index + 1}"}
    if page.title:
        made["title"] = work.text(page.title)
        work.told.keep(place, "title")
    if page.random_order:
        made["questionOrder"] = "random"
        work.told.keep(place, "random_order")
    shows: list[Condition] = [{"not": end} for end in ends]
    if page.show_if:
        shows.insert(0, page.show_if)
    if shows:
        rule = work.rule(shows[0] if len(shows) == 1 else {"all": shows}, f"{place}.show_if")
        if rule:
            made["visibleIf"] = rule
    made["elements"] = _elements(work, index, page)
    if page.end_if:
        _end(work, index, page, page.end_if, ends)
    return made


def _elements(work: Work, index: int, page: Page) -> list[dict[str, Any]]:
    """The elements; a heading becomes a panel around what follows it."""
    elements: list[dict[str, Any]] = []
    inside = elements
    for number, question in enumerate(page.questions):
        place = f"pages[{index}].questions[{number}]"
        follows = page.questions[number + 1 :]
        if isinstance(question, Section) and not question.show_if and not page.random_order and _has_content(follows):
            panel = _panel(work, question, place)
            elements.append(panel)
            inside = panel["elements"]
        elif question.shown:
            if isinstance(question, Section):
                inside = elements
            inside.append(questions.element(work, question, place))
    return elements


def _has_content(following: tuple[Question, ...]) -> bool:
    """Whether there is something between this heading and the next."""
    for question in following:
        if question.shown:
            return not isinstance(question, Section)
    return False


def _panel(work: Work, section: Section, place: str) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "panel", "name": section.name, "title": work.text(section.text)}
    work.told.keep(place)
    work.told.keep(place, "text", "hint")
    if section.hint:
        made["description"] = work.text(section.hint)
    return {**made, "elements": []}


def _end(work: Work, index: int, page: Page, end: Condition, ends: list[Condition]) -> None:
    """A trigger is judged on every page that asks what it names: it may end the survey on this page only."""
    place = f"pages[{index}].end_if"
    own = {name for question in page.questions for name in (*question.answer_names(), *question.text_names())}
    named = conditions.names(end)
    if index == len(work.definition.pages) - 1:
        work.told.keep(place)  # nothing follows
        return
    if named <= own or (named & own and needs(end, own)):
        try:
            work.triggers.append({"type": "complete", "expression": work.rules.write(end)})
            work.told.keep(place)
        except Unsayable:
            work.told.lose(place, "to_no_rule")
        return
    try:
        work.rules.write(end)
    except Unsayable:
        work.told.lose(place, "to_no_rule")
        return
    ends.append(end)
    work.told.change(place, "to_end_by_hiding")


# --- values nobody types ----------------------------------------------------------------------------------------------
def _unseen(work: Work, place: str, page: Page, question: Question) -> dict[str, Any] | None:
    """A calculated value for a constant or a computed value."""
    conditions_of = [condition for condition in (page.show_if, question.show_if) if condition]
    if isinstance(question, OrderData) or (isinstance(question, Hidden) and question.value is None):
        work.told.lose(place, "to_outside", name=question.name)
        return None
    if not isinstance(question, Computed | Hidden):
        return None
    try:
        value = (
            work.rules.expression(question.expression) if isinstance(question, Computed) else literal(question.value)
        )
        shown = work.rules.shown_when(value, conditions_of)
    except Unsayable:
        work.told.lose(place, "to_no_calculation")
        work.rules.absent.add(question.name)
        return None
    work.told.keep(place)
    work.told.keep(place, "expression", "show_if", "value")
    return {"name": question.name, "expression": shown, "includeIntoResult": True}
