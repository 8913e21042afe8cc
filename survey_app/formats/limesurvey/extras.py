"""Random order of groups and questions, quotas, assessments."""

from typing import Any

from survey_app.formats.importing.logic import BadExpression, Const, Inexpressible, Op, Ref, together
from survey_app.formats.importing.refusing import refuse
from survey_app.formats.limesurvey.comparing import Truth
from survey_app.formats.limesurvey.expressions import Quoted
from survey_app.formats.limesurvey.reading import Record
from survey_app.formats.limesurvey.survey import Question, Texts
from survey_app.formats.limesurvey.work import LARGEST_NUMBER, Plain, Work
from survey_app.questionnaire.conditions import as_number, simplify

_MOST_QUOTAS = 200


def random_groups(work: Work) -> None:
    """Groups of one randomization group change places; questions of one random group within a page too."""
    building, survey = work.building, work.survey
    together_by: dict[str, list[str]] = {}
    for group in survey.groups:
        if group.random:
            together_by.setdefault(group.random, []).append(group.id)
    lists: list[list[str]] = []
    for word, ids in together_by.items():
        pages = [building.pages[work.pages[id]] for id in ids if id in work.pages]
        place = f"groups {', '.join(ids)} / randomization_group"
        if len(pages) < 2 or survey.settings.get("format") == "S":
            building.lost("setting", place, word, "setting_lost")
            continue
        for page in pages:
            page.setdefault("name", building.names.give("page"))
        lists.append([page["name"] for page in pages])
        building.kept("setting", place, word)
    if lists:
        building.more["random_pages"] = lists
    for group in survey.groups:
        _random_questions(work, group.id, group.questions)


def _random_questions(work: Work, id: str, questions: list[Question]) -> None:
    words = [question.attribute("random_group") for question in questions]
    if not any(words):
        return
    building, place = work.building, f"group {id} / random_group"
    if len(set(words)) == 1 and len(words) > 1 and work.survey.settings.get("format") != "S":
        building.pages[work.pages[id]]["random_order"] = True
        building.kept("setting", place, words[0])
    else:
        building.lost("setting", place, ", ".join(filter(None, words)), "setting_lost")


def quotas(work: Work) -> None:
    """Quotas: members of one question are alternatives, questions all have to fit."""
    made: list[Plain] = []
    survey, building = work.survey, work.building
    rows, members_of = survey.dump.rows("quota"), _by(survey.dump.rows("quota_members"), "quota_id")
    words = _by(survey.dump.rows("quota_languagesettings"), "quotals_quota_id")
    if len(rows) > _MOST_QUOTAS:
        raise refuse("too_much", what=("quotas", "配额"), limit=_MOST_QUOTAS)
    for row in rows:
        place = f"quota {row.get('id')} (line {row.line})"
        members = members_of.get(row.get("id"), [])
        message = _messages(work, words.get(row.get("id"), []), place)
        when = _fitting(work, members)
        if not isinstance(when, dict) or row.get("active", "1") == "0":
            code = "quota_off" if row.get("active", "1") == "0" else "rule_kept_as_note"
            building.lost("quota", place, row.get("name"), code)
            continue
        name = building.names.give(row.get("name") or f"quota_{row.get('id')}", "quota")
        limit = row.number("qlimit")
        if limit < 1:  # nobody of this kind is wanted: that is an end
            _end_for(work, members, when)
            building.changed("quota", place, row.get("name"), "quota_of_none")
            continue
        quota: Plain = {"name": name, "when": when, "limit": min(limit, 10_000_000)}
        made.append({**quota, "message": message} if message else quota)
        if row.get("action") == "2":
            building.changed("quota", place, row.get("name"), "quota_asks", name)
        else:
            building.kept("quota", place, row.get("name"), name)
    if made:
        building.more["quotas"] = made


def _end_for(work: Work, members: list[Record], when: Plain) -> None:
    """The end of the page with the last of the questions that the condition looks at."""
    names = {question.name for question in work.survey.questions if question.id in {m.get("qid") for m in members}}
    for page in reversed(work.building.pages):
        if any(question["name"] in names for question in page["questions"]):
            page["end_if"] = {"any": [page["end_if"], when]} if "end_if" in page else when
            return


def _by(rows: list[Record], key: str) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for row in rows:
        found.setdefault(row.get(key), []).append(row)
    return found


def _messages(work: Work, rows: list[Record], place: str) -> dict[str, str]:
    texts: Texts = {}
    for one in rows:
        if one.get("quotals_language") in work.survey.languages:
            texts[one.get("quotals_language")] = one.get("quotals_message")
            if one.get("quotals_url").strip():
                work.building.lost("setting", f"{place} / url", one.get("quotals_url"), "setting_lost")
    found = work.text(texts, f"{place} / message")
    first = work.building.languages[0]
    return {first: found.get(first) or next(iter(found.values())), **found} if found else {}


def _fitting(work: Work, members: list[Record]) -> Any:
    by_question: dict[str, list[Truth]] = {}
    known = {question.id: question for question in work.survey.questions}
    try:
        for member in members:
            question = known.get(member.get("qid"))
            if question is None:
                return None
            by_question.setdefault(question.id, []).append(_member(work, question, member.get("code")))
        found = together("all", [together("any", parts) for parts in by_question.values()])
        return simplify(found) if isinstance(found, dict) else found
    except (Inexpressible, BadExpression):
        return None


def _member(work: Work, question: Question, code: str) -> Truth:
    """A quota's member: an answer of a list, a chosen option, or `row-answer` of an array."""
    reading = work.reading(helpers=False)
    if question.type == "M":
        tree = Op("=", Ref(f"{question.code}_{code}", "NAOK"), Const(Quoted("Y")))
    elif question.type in "AB" and "-" in code:
        row, _, answer = code.partition("-")
        tree = Op("=", Ref(f"{question.code}_{row}", "NAOK"), Const(answer))
    else:
        tree = Op("=", Ref(question.code, "NAOK"), Const(Quoted(code)))
    return reading.truth(tree, 0)


def assessments(work: Work) -> None:
    """Messages for ranges of the sum of scores: a note at the end, shown by a computed sum."""
    rows = work.survey.dump.rows("assessments")
    if not rows:
        return
    sums: dict[str, str] = {}
    ranges: dict[tuple[str, ...], list[Record]] = {}
    for row in rows:
        if row.get("language") in ("", *work.survey.languages):
            key = (row.get("id"), row.get("scope"), row.get("gid"), row.get("minimum"), row.get("maximum"))
            ranges.setdefault(key, []).append(row)
    for same in ranges.values():
        _assessment(work, same[0], [row for row in same if row.get("language")], sums)


def _assessment(work: Work, row: Record, same: list[Record], sums: dict[str, str]) -> None:
    building, place = work.building, f"assessment {row.get('id')} (line {row.line})"
    scope = row.get("gid") if row.get("scope") == "G" else ""
    if scope not in sums:
        sums[scope] = _sum(work, scope)
    name = building.names.give(f"assessment_{row.get('id')}", "assessment")
    texts = {}
    for one in same:
        line = "<br>" if "<" in one.get("message") else "\n"
        texts[one.get("language")] = f"{one.get('name')}{line}{one.get('message')}"
    note: Plain = {"name": name, "type": "note", "text": work.labelled(texts, place, name, row.get("name"))}
    low, high, total = as_number(row.get("minimum").strip()), as_number(row.get("maximum").strip()), sums[scope]
    building.add(note, place)
    wide = low is None or high is None or max(abs(low), abs(high)) > LARGEST_NUMBER
    if wide or work.survey.settings.get("assessments") != "Y":
        building.undecided(note, place, f"{row.get('minimum')} - {row.get('maximum')}")
        return
    note["show_if"] = {total: {"at_least": low, "at_most": high}}
    building.kept("score", place, f"{row.get('minimum')} - {row.get('maximum')}", name)


def _sum(work: Work, scope: str) -> str:
    """The computed sum of all scores of one group, or of all, on a last page."""
    parts: list[Any] = []
    for page in (
        work.building.pages if not scope else [work.building.pages[work.pages[scope]]] if scope in work.pages else []
    ):
        for question in page["questions"]:
            parts += _scores(question)
    name = work.building.names.give(f"score_{scope}" if scope else "score", "score")
    work.building.page()
    work.building.add({"name": name, "type": "computed", "expression": {"add": parts or [0]}}, "assessments")
    return name


def _scores(question: Plain) -> list[Any]:
    name = question["name"]
    if question["type"] == "matrix_fields":
        parts: list[Any] = []
        for column in question["columns"]:
            for row in question["rows"]:
                one = {"name": f"{name}_{row['code']}_{column['code']}", "type": "dropdown"}
                parts += _scores({**one, "choices": column.get("choices", ())})
        return parts
    choices = [choice for choice in question.get("choices", ()) if choice.get("score")]
    if question["type"] == "multiple_choice":
        return [{"if": {name: {"includes": c["code"]}}, "then": c["score"], "else": 0} for c in choices]
    names = [f"{name}_{row['code']}" for row in question.get("rows", ())] or [name]
    return [{"if": {one: {"is": c["code"]}}, "then": c["score"], "else": 0} for one in names for c in choices]
