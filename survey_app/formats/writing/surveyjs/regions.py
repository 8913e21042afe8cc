"""省市区 as a panel of lists: a choice of the next list is visible where the place above it was chosen."""

from typing import Any

from survey_app.formats.writing.surveyjs.work import Work
from survey_app.questionnaire import regions
from survey_app.questionnaire.question_types.region import LEVEL_TEXTS, REFUSED_TEXT, Region

Element = dict[str, Any]


def region(work: Work, question: Region, place: str) -> Element:
    """A dropdown per level, under the names of our columns. Where nothing is to be chosen the place above is the one choice."""
    work.told.keep(place, "levels", "first")
    work.told.change(place, "to_questions")
    lists = []
    for level, name in enumerate(question.names()):
        made: Element = {"type": "dropdown", "name": name, "title": work.text(LEVEL_TEXTS[level])}
        made["choices"] = _choices(work, question, level)
        if question.required:
            made["isRequired"] = True
        else:
            made |= {"showRefuseItem": True, "refuseText": work.text(REFUSED_TEXT)}
        lists.append(made)
    return {"type": "panel", "elements": lists}


def _choices(work: Work, question: Region, level: int) -> list[Element]:
    known = regions.places()
    if level == 0:
        return [{"value": code, "text": work.text(known[code].names)} for code in question.provinces()]
    made = []
    above = question.names()[level - 1]
    for parent in regions.codes(level - 1):
        rule = work.rules.write({above: {"is": parent}})
        for code in regions.offered(parent, level) or (parent,):
            made.append({"value": code, "text": work.text(known[code].names), "visibleIf": rule})
    return made
