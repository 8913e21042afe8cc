"""The survey as a draft: its texts, one page per group, their rules, their order."""

from typing import Any

from survey_app.formats.importing.building import Building, Imported
from survey_app.formats.importing.logic import Inexpressible
from survey_app.formats.importing.naming import plain
from survey_app.formats.limesurvey import extras, settings
from survey_app.formats.limesurvey.questions import make, rule_of
from survey_app.formats.limesurvey.survey import Group, Question, Survey
from survey_app.formats.limesurvey.variables import Variables
from survey_app.formats.limesurvey.work import Plain, Work

FORMAT = "limesurvey"
_NEWER_FIELDS = 700
"""From this DBVersion on fields are named Q45_S46; older files that name them so were changed by hand."""


def imported(survey: Survey) -> Imported:
    """The draft of a survey and its report. Raises Refused."""
    building = Building(FORMAT, languages=survey.languages)
    codes = frozenset(question.code for question in survey.questions)
    work = Work(building, survey, Variables(survey.sid, codes, survey.dump.version >= _NEWER_FIELDS))
    _count(survey, building)
    settings.languages(work)
    _title(work)
    single = survey.settings.get("format") == "S"
    for group in survey.groups:
        if group.questions:
            _group(work, group, single)
        else:
            _empty_group(work, group)
    work.at, work.question = len(survey.questions) + 1, None
    extras.random_groups(work)
    extras.quotas(work)
    extras.assessments(work)
    settings.rest(work)
    _leave_notes(work)
    return building.done(_slug(survey, building))


def _count(survey: Survey, building: Building) -> None:
    found, questions = building.source, survey.questions
    found.groups = len(survey.groups) if survey.dump.kind != "Question" else 0
    found.pages = found.groups
    found.questions = len(questions)
    found.choices = sum(len(question.answers) for question in questions)
    found.rows = sum(len(question.rows) for question in questions)
    found.conditions = sum(question.relevance.strip() not in ("", "1") for question in questions)
    found.conditions += sum(len(question.conditions) for question in questions)
    found.conditions += sum(group.rules for group in survey.groups)
    found.types.update(question.type for question in questions)


def _slug(survey: Survey, building: Building) -> str:
    title = building.title.get(building.languages[0], "")
    made = plain(title).replace("_", "-")[:50].strip("-")
    return made if len(made) > 2 and made[0].isalpha() else f"survey-{plain(survey.sid) or '1'}"[:60]


def _title(work: Work) -> None:
    building, survey = work.building, work.survey
    title = survey.texts_of("surveyls_title")
    if not title:
        group = survey.groups[0]
        question = survey.questions[0]
        title = group.names if survey.dump.kind == "Group" and group.names else {survey.languages[0]: question.code}
        title = {language: text.replace("{", "(").replace("}", ")") for language, text in title.items()}
    building.title = work.labelled(title, "surveyls_title", "", f"survey {survey.sid}")
    intro: dict[str, str] = {}
    for key in ("surveyls_description", "surveyls_welcometext"):
        for tag, words in work.text(survey.texts_of(key), key).items():
            intro[tag] = f"{intro[tag]}\n{words}" if tag in intro else words
    if intro:
        building.more["intro"] = {
            building.languages[0]: intro.get(building.languages[0]) or next(iter(intro.values())),
            **intro,
        }


def _empty_group(work: Work, group: Group) -> None:
    """A group without questions shows nothing; its words stay on a page of their own."""
    for texts in (group.names, group.descriptions):
        made = work.labelled(texts, f"group {group.id} (line {group.line})", "", "") if texts else {}
        if made:
            work.building.page()
            name = work.extra_name(f"group_{plain(group.id) or 'x'}_text")
            work.building.add({"name": name, "type": "note", "text": made}, f"group {group.id}")
    work.building.kept("group", f"group {group.id} (line {group.line})", next(iter(group.names.values()), ""))


def _group(work: Work, group: Group, single: bool) -> None:
    building, place = work.building, f"group {group.id} (line {group.line})"
    work.question, work.helpers, work.open_notes = None, [], work.open_notes
    work.at += 1
    rule = rule_of(work, group.relevance.strip()) if group.rules else None
    rule = _with_helpers(work, rule)
    title = work.labelled(group.names, f"{place} / name", "", group.id) if group.names else None
    more: Plain = {"show_if": rule} if isinstance(rule, dict) else {}
    page = building.page(title, **more)
    building.kept("group", place, next(iter(group.names.values()), group.id), str(page.get("name", "")))
    work.pages[group.id] = len(building.pages) - 1
    if group.descriptions:
        name = work.extra_name(f"group_{plain(group.id) or 'x'}_text")
        work.in_group = True
        text = work.labelled(group.descriptions, f"{place} / description", name, group.id)
        _add_helpers(work, place)
        building.add({"name": name, "type": "note", "text": text}, place)
        work.in_group = False
    notes, work.open_notes = work.open_notes, []
    for number, question in enumerate(group.questions):
        if number and (single or question.attribute("page_break") == "1"):
            building.page(None, **more)
        first = _question(work, question, rule)
        if not number:
            if notes:
                first["open_rules"] = [*first.get("open_rules", ()), *notes][:100]
            if group.rules:
                _tell_rule(work, group, rule, first, place)
    if not building.pages[-1]["questions"]:
        building.pages.pop()


def _with_helpers(work: Work, rule: Any) -> Any:
    """Computed values of a page's rule stand before it, on a page that nobody sees."""
    if work.helpers and isinstance(rule, dict):
        work.building.page()
        for helper in work.helpers:
            work.building.add(helper, "computed")
    work.helpers = []
    return Inexpressible() if rule is False else rule


def _tell_rule(work: Work, group: Group, rule: Any, first: Plain, place: str) -> None:
    for _ in range(group.rules):
        if isinstance(rule, Inexpressible):
            work.building.undecided(first, f"{place} / grelevance", group.relevance, rule.code, **rule.values)
        else:
            work.rule_kept(rule, f"{place} / grelevance", group.relevance, "")


def _add_helpers(work: Work, place: str) -> None:
    """Computed values stand before what uses them; at the head of a page on one of their own, so that it stays whole."""
    building, helpers = work.building, work.helpers
    work.helpers = []
    for helper in helpers:
        for text in helper.get("words", ()):  # a text without the first language would be none
            text.setdefault(building.languages[0], next(iter(text.values())))
    if helpers and not building.pages[-1]["questions"]:
        page = building.pages.pop()
        at = len(building.pages)
        building.page(None, **({"show_if": page["show_if"]} if "show_if" in page else {}))
        work.pages |= {id: index + 1 for id, index in work.pages.items() if index == at}
        for helper in helpers:
            building.add(helper, place)
        building.pages.append(page)
        return
    for helper in helpers:
        building.add(helper, place)


def _question(work: Work, question: Question, rule: Any) -> Plain:
    """Adds the questions that one of the source becomes; the main one."""
    made = make(work, question, rule)
    work.at += 1
    _add_helpers(work, question.place)
    for one in made:
        work.building.add(one, question.place)
        work.building.names.reserve(one["name"])
    return next((one for one in made if one["name"] == question.name), made[0])


def _leave_notes(work: Work) -> None:
    """Expressions of texts that belong to no question go on the first one."""
    if work.open_notes:
        first = next(q for page in work.building.pages for q in page["questions"])
        first["open_rules"] = [*first.get("open_rules", ()), *work.open_notes][:100]
