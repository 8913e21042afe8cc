"""One question of the source after the other: its type, its rule, its texts, what every type has."""

from collections.abc import Callable
from typing import Any

from survey_app.formats.importing.logic import Inexpressible
from survey_app.formats.importing.report import Kind
from survey_app.formats.limesurvey import checking, equations, fields, filtering, grids, lists, patterns, rows
from survey_app.formats.limesurvey.attributes import tell_rest
from survey_app.formats.limesurvey.old_conditions import from_table
from survey_app.formats.limesurvey.survey import Item, Question
from survey_app.formats.limesurvey.work import Plain, Work
from survey_app.questionnaire.conditions import simplify
from survey_app.questionnaire.parts import SLUG

_MAKERS: dict[str, Callable[[Work, Question], list[Plain]]] = {
    **dict.fromkeys("L!O", lists.single),
    **dict.fromkeys("MP", lists.several),
    **dict.fromkeys("YGI", lists.fixed),
    **dict.fromkeys("ABCEFH", grids.one_per_row),
    **dict.fromkeys(":;", grids.cells),
    **dict.fromkeys("STU", fields.text),
    "5": lists.five_points,
    "R": lists.ranking,
    "1": grids.two_scales,
    "Q": fields.fields,
    "N": fields.number,
    "K": fields.numbers,
    "D": fields.moment,
    "X": fields.note,
    "*": equations.equation,
    "|": fields.upload,
}
_SILENT = ("computed", "hidden")
_NEVER_REQUIRED = (*_SILENT, "note", "section")


def make(work: Work, question: Question, page_rule: Any) -> list[Plain]:
    """The questions of the draft that this one becomes; helpers wait in `work`. `page_rule`: what its page is shown under."""
    work.question, work.helpers, work.open_notes, work.used, work.settled = question, [], [], set(), set()
    rule, said = relevance(work, question)
    before = len(work.building.lines)
    made = _made(work, question, rule)
    _tell_once(work, question, before)
    _common(work, question, made)
    for one in made:
        own = _joined(rule, one.get("show_if"))
        if isinstance(own, dict):
            one["show_if"] = own
        work.variables.shows[one["name"]] = _joined(page_rule, own)
    _know_rows(work, question, made, _joined(page_rule, rule))
    _tell_rule(work, question, made[0], said)
    checking.apply(work, question, made)
    tell_rest(work, question, made)
    for one in made:
        if one.get("hint"):  # a text without the first language would be none
            one["hint"] = {work.building.languages[0]: next(iter(one["hint"].values())), **one["hint"]}
    if work.open_notes:
        notes = made[0].setdefault("open_rules", [])
        notes += [note for note in work.open_notes if note not in notes][: 100 - len(notes)]
        work.open_notes = []
    return made


def _made(work: Work, question: Question, rule: Any) -> list[Plain]:
    maker = _MAKERS.get(question.type)
    if maker is None:
        kind = {"source": (f"type {question.type}", f"题型 {question.type}")}
        name = work.name(question)
        work.register(question, "", None)
        work.building.lost("question", question.place, question.type, "no_equal", name, **kind)
        return [{"name": name, "type": "note"}]
    if rule is False or (work.attribute("hidden") == "1" and question.type != "*"):
        return _hidden(work, question, never=rule is False)
    said = filtering.told(question)
    if not said and question.type in ":;" and _too_wide(question):
        return rows.split(work, question, {row.id: True for row in question.axis(0)})
    if not said:
        return maker(work, question)
    whole = _offered(work, question, maker, said)
    if whole is not None:
        return whole
    found = _row_rules(work, question)
    if isinstance(found, Inexpressible):
        made = maker(work, question)
        for place, source in said:
            work.building.undecided(made[0], place, source, found.code, **found.values)
        return made
    made = rows.split(work, question, found)
    for place, source in said:
        work.building.changed("rule", place, source, "rows_split", made[0]["name"])
    return made


def _offered(
    work: Work, question: Question, maker: Callable[[Work, Question], list[Plain]], said: list[tuple[str, str]]
) -> list[Plain] | None:
    """The question with rules on what it offers; None where these cannot be said like that."""
    try:
        found = filtering.rules(work, question)
    except Inexpressible:
        return None
    wide = question.type in ":;" and _too_wide(question)
    if wide or not found or False in found.values():
        return None
    page = work.building.pages[-1]
    if filtering.looks_at_page(found, work.helpers):
        return None
    moved = filtering.looks_at_page(found, page["questions"])
    made = maker(work, question)
    good = filtering.offer(made, question, found)
    if good and moved:
        work.building.page(None, **({"show_if": page["show_if"]} if "show_if" in page else {}))
    for place, source in said:
        if not good:
            work.building.undecided(made[0], place, source, "rows_by_answer")
        elif moved:
            work.building.changed("rule", place, source, "rows_next_page", made[0]["name"])
        else:
            work.building.kept("rule", place, source, made[0]["name"])
    work.shown_by_row = {item.code: found[item.id] for item in filtering.items_of(question)} if good else {}
    return made


def _know_rows(work: Work, question: Question, made: list[Plain], shown: Any) -> None:
    """What each row is shown under, for rules of later questions. `shown`: what the question itself is shown under."""
    for code, rule in work.shown_by_row.items():
        if rule is not True:
            owner = f"{made[0]['name']}:{code}"
            work.variables.give_row(question.code, code, owner)
            work.variables.shows[owner] = _joined(shown, rule)
    work.shown_by_row = {}


def _tell_once(work: Work, question: Question, before: int) -> None:
    """One line for the question itself: that it was kept goes when more was said of it."""
    lines = work.building.lines
    own = [line for line in lines[before:] if line.kind == "question" and line.place == question.place]
    if any(line.result != "kept" for line in own):
        kept = {id(line) for line in own if line.result == "kept"}
        lines[before:] = [line for line in lines[before:] if id(line) not in kept]


def _too_wide(question: Question) -> bool:
    """Whether a table has more cells than one question of ours."""
    across, down = len(question.axis(1)), len(question.axis(0))
    return across > 50 or across * down > 1_000


def _row_rules(work: Work, question: Question) -> Any:
    """What each row is shown under, or why a question per row cannot say it."""
    needed = {"1": question.offered(0) and question.offered(1), "F": question.offered()}
    needed |= dict.fromkeys(":;", question.axis(1))
    if question.type not in rows.SPLIT or not needed.get(question.type, True):
        return Inexpressible("rows_by_answer")
    if not question.axis(0):
        return Inexpressible("rows_by_answer")
    try:
        return filtering.rules(work, question)
    except Inexpressible as error:
        return error


def _joined(one: Any, other: Any) -> Any:
    """Both rules: None for always, False for never, Inexpressible when one of them is unknown."""
    if one is False or other is False:
        return False
    unknown = next((rule for rule in (one, other) if isinstance(rule, Inexpressible)), None)
    if unknown is not None:
        return unknown
    parts = [part for part in (one, other) if isinstance(part, dict)]
    return simplify({"all": parts}) if parts else None


Said = list[tuple[str, str, str | Inexpressible]]
"""(place, source, "" or why it could not be said) for each rule of one question."""


def relevance(work: Work, question: Question) -> tuple[Any, Said]:
    """The rule a question is shown under: None, a condition, or Inexpressible; and what to tell of it."""
    text = question.relevance.strip()
    said: Said = []
    found: Any = None
    if text not in ("", "1"):
        found = rule_of(work, text)
        said.append((f"{question.place} / relevance", text, found if isinstance(found, Inexpressible) else ""))
    if question.conditions:
        if text in ("", "1"):
            found = from_table(work, question)
        for row in question.conditions:
            source = f"{row.get('cfieldname')} {row.get('method')} {row.get('value')} ({row.get('scenario', '1')})"
            said.append(
                (
                    f"{question.place} / condition (line {row.line})",
                    source,
                    found if isinstance(found, Inexpressible) else "",
                )
            )
    return found, said


def rule_of(work: Work, text: str) -> Any:
    """A relevance expression as a condition; None when it always holds, False when never, Inexpressible when nobody can say."""
    try:
        found = work.condition(text)
    except Inexpressible as error:
        return error
    return None if found is True else found


def _tell_rule(work: Work, question: Question, main: Plain, said: Said) -> None:
    for place, source, why in said:
        if isinstance(why, Inexpressible):
            work.building.undecided(main, place, source, why.code, **why.values)
        else:
            work.rule_kept(main.get("show_if"), place, source, main["name"])


def _hidden(work: Work, question: Question, *, never: bool) -> list[Plain]:
    """A question that is always hidden: a parameter of the link for a list, else its default value, which nobody types."""
    parameters = [row for row in work.survey.dump.rows("survey_url_parameters") if row.get("targetqid") == question.id]
    slug = parameters[0].get("parameter").strip().lower() if parameters else ""
    if SLUG.fullmatch(slug) and len(slug) <= 64 and question.type in "L!O" and question.offered():
        made = lists.single(work, question)[0]
        work.building.kept("setting", f"survey_url_parameters (line {parameters[0].line})", slug, question.name)
        work.building.changed("question", question.place, question.type, "hidden_question", question.name)
        return [{"name": made["name"], "type": "hidden", "parameter": slug, "choices": _plain_choices(made["choices"])}]
    name = work.name(question)
    default = next((row.get("defaultvalue") for row in question.defaults if row.get("sqid", "0") in ("", "0")), "")
    if default and "{" in default:
        work.unsaid("default", default)
        default = ""
    # without a default, or with a parameter, a link may bring any value: nobody knows what depends on it
    known = default if default and not parameters else None
    work.register(question, "", None, constant="" if never else known)
    if not any(row.get("sqid", "0") not in ("", "0") for row in question.defaults):
        work.used.add("default")  # defaults of rows are told as lost
    offered: tuple[tuple[Kind, list[Item]], ...] = (("row", question.rows), ("choice", question.answers))
    for kind, items in offered:
        for item in items:
            place, source = (
                f"{question.code}_{item.code} (line {item.line})",
                next(iter(item.texts.values()), item.code),
            )
            work.building.changed(kind, place, source, "hidden_question", name)
    work.building.changed("question", question.place, question.type, "hidden_question", name)
    return [{"name": name, "type": "hidden", "value": default}]


def _plain_choices(choices: list[Plain]) -> list[Plain]:
    """The codes a parameter may have; the choice with a text field is none."""
    return [choice for choice in choices if not choice.get("other")]


def _common(work: Work, question: Question, made: list[Plain]) -> None:
    """Text, help and whether it must be answered."""
    main = made[0]
    if "text" not in main or main["type"] == "note" and main["text"] == {work.building.languages[0]: "…"}:
        main["text"] = work.labelled(question.texts, question.place, main["name"], question.code)
    if hint := work.text(question.helps, f"{question.place} / help", main["name"]):
        own = main.get("hint", {})
        main["hint"] = {tag: "\n".join(filter(None, (hint.get(tag), own.get(tag)))) for tag in {**hint, **own}}
    for script in question.scripts.values():
        work.building.lost("script", question.place, script, "script", main["name"])
    if question.mandatory in ("Y", "S"):
        _must(work, question, made)
    if question.pattern:
        patterns.apply(work, main, question.pattern)


def _must(work: Work, question: Question, made: list[Plain]) -> None:
    place = f"{question.place} / mandatory"
    asked = [one for one in made if one["type"] not in _NEVER_REQUIRED and one["name"] != f"{question.name}_comment"]
    if question.mandatory == "S":
        work.building.lost("setting", place, "S", "soft_mandatory", made[0]["name"])
        return
    for one in asked:
        one["required"] = True
    if asked:
        work.building.kept("setting", place, "Y", made[0]["name"])
    else:
        work.building.changed("setting", place, "Y", "nothing_to_require", made[0]["name"])
