"""What stands around the questions: title, languages, options, scoring, quotas, the trash, notes of authors."""

from collections import Counter
from typing import Any

from survey_app.formats.importing.logic import Inexpressible
from survey_app.formats.qualtrics.flow import Walk
from survey_app.formats.qualtrics.item import described
from survey_app.formats.qualtrics.reading import dig, entries, mapping, text_of, whole
from survey_app.formats.qualtrics.source import asks, logics, type_of
from survey_app.formats.qualtrics.work import Work

_QUIET = frozenset(("QC", "RS", "STAT", "PROJ", "PL", "QGO"))
"""Elements that hold nothing of the questionnaire: counts, response sets, statistics, project data, the link of a preview, the
order of groups of quotas in the editor."""
MOST_QUOTAS = 200
_EMPTY = ("", "false", "None", "No", "0")


def prepare(work: Work) -> None:
    """What has to be known before the first question: the category of scoring that most use, and the tags of answers."""
    lists = [
        element.question for block in work.source.blocks.values() if not block.is_trash for element in block.elements
    ]
    used_now = [work.source.questions[qid] for qid in lists if qid in work.source.questions]
    work.answered_tags = frozenset(text_of(item.get("DataExportTag")).lower() for item in used_now if asks(item))
    used: Counter[str] = Counter()
    for payload in work.source.questions.values():
        for _, grade in entries(payload.get("GradingData")):
            used.update(key for key, value in mapping(dig(grade, "Grades")).items() if text_of(value))
    if used:
        work.category = used.most_common(1)[0][0]


def finish(work: Work, walk: Walk) -> None:
    """Everything that comes after the last question."""
    _title(work, walk)
    _options(work, walk)
    _scores(work)
    _quotas(work, walk)
    _unasked(work, walk)
    for kind, name, content in work.source.others:
        _other(work, kind, name, content)
    if walk.random:
        work.building.more["random_pages"] = walk.random


def _title(work: Work, walk: Walk) -> None:
    building, entry = work.building, work.source.entry
    building.title = walk.words.plain(work.source.name, "SurveyEntry / SurveyName", spare="Qualtrics")
    building.kept("survey", "SurveyEntry / SurveyName", work.source.name)
    if description := text_of(entry.get("SurveyDescription")):
        building.more["purpose"] = walk.words.plain(description, "SurveyEntry / SurveyDescription")
        building.kept("text", "SurveyEntry / SurveyDescription", description)


def _options(work: Work, walk: Walk) -> None:
    building = work.building
    intro: list[dict[str, str]] = []
    for key, value in work.source.options.items():
        place, text = f"Survey Options / {key}", text_of(value)
        if key in ("Header", "Footer") and (words := walk.words.plain(text, place)):
            intro.append(words)
            building.changed("text", place, text, "in_intro")
        elif key == "AvailableLanguages":
            building.kept("setting", place, ", ".join(work.source.language_codes()))
        elif text not in _EMPTY:
            building.changed("setting", place, text, "setting_ours", where=("publication and look", "发布与外观"))
        elif mapping(value):
            building.lost("setting", place, ", ".join(value), "setting_lost")
    if intro:
        languages = dict.fromkeys(language for words in intro for language in words)
        joined = {key: "\n\n".join(filter(None, (w.get(key) for w in intro))) for key in languages}
        building.more["intro"] = work.fitting(joined, "Survey Options / Header")


def _scores(work: Work) -> None:
    """Points of choices stand on the choices; the sum of the category is a score."""
    building = work.building
    named = {text_of(dig(c, "ID")): c for _, c in entries(work.source.scoring.get("ScoringCategories"))}
    graded: list[str] = []
    for page in building.pages:
        for question in page["questions"]:
            if any("score" in choice for choice in question.get("choices") or () if isinstance(choice, dict)):
                rows = [f"{question['name']}_{row['code']}" for row in question.get("rows") or ()]
                graded += rows if question["type"] == "matrix" else [question["name"]]
    for key, category in named.items():
        title = text_of(dig(category, "Name")) or key
        if key == work.category and 0 < len(graded) <= 200:
            name = work.name(title, f"Scoring / {key}")
            label = building.text(title, f"Scoring / {key}")
            building.scores.append(
                {"name": name, "kind": "sum", "questions": graded, **({"label": label} if label else {})}
            )
            building.changed("score", f"Scoring / {key}", title, "score_sum", name)
        else:
            building.lost("score", f"Scoring / {key}", title, "score_lost")
    for qid, payload in work.source.questions.items():
        grades = [dig(grade, "Grades") for _, grade in entries(payload.get("GradingData"))]
        points = [text_of(value) for grade in grades for _, value in entries(grade) if text_of(value)]
        if points and qid in work.asked:
            asked = work.asked[qid]
            ours = asked.name if asked.name in graded or any(row in graded for row in asked.rows.values()) else ""
            tell = building.kept if ours else building.lost
            if ours:
                tell("score", f"{qid} / GradingData", ", ".join(points), ours)
            else:
                building.lost("score", f"{qid} / GradingData", ", ".join(points), "score_lost")


def _quotas(work: Work, walk: Walk) -> None:
    made: list[dict[str, Any]] = []
    for quota in work.source.quotas:
        name, limit = text_of(quota.get("Name")) or text_of(quota.get("ID")), whole(quota.get("Occurrences"))
        place = f"{text_of(quota.get('ID')) or 'Quota'} / Logic"
        source = f"{name}: {limit}: {described(quota.get('Logic'))}"
        try:
            rule = walk.rules.of(quota.get("Logic")).rule
            if rule is True and (nobody := work.never()):
                rule = {"any": nobody["all"]}  # all of them are counted
            fits = isinstance(rule, dict) and limit is not None and 1 <= limit <= 10_000_000 and len(made) < MOST_QUOTAS
            if not fits or text_of(quota.get("QuotaAction")) not in ("EndCurrentSurvey", ""):
                raise Inexpressible("quota_lost")
        except Inexpressible:
            work.building.lost("quota", place, source, "quota_lost")
            continue
        made.append({"name": work.name(name, place), "when": rule, "limit": limit})
        work.building.kept("quota", place, source, made[-1]["name"])
    if made:
        work.building.more["quotas"] = made


def _unasked(work: Work, walk: Walk) -> None:
    """Questions in the trash, in blocks that the flow never shows, or in no block."""
    building, asked = work.building, set(work.asked)
    for block in work.source.blocks.values():
        if block.is_trash or block.id not in walk.blocks.done:
            code = "trash" if block.is_trash else "not_in_flow"
            building.lost("group", block.id, block.title or block.id, code)
            for element in block.elements:
                payload = work.source.questions.get(element.question)
                if payload is not None and element.question not in asked:
                    _unasked_question(work, element.question, payload, code)
                    asked.add(element.question)
                for index, _ in enumerate(element.skips, 1):
                    building.lost("setting", f"{element.question} / SkipLogic / {index}", "SkipLogic", code)
    for qid, payload in work.source.questions.items():
        if qid not in asked:
            _unasked_question(work, qid, payload, "not_in_flow")


def _unasked_question(work: Work, qid: str, payload: dict[str, Any], code: str) -> None:
    """Told as settings: they ask nothing, and their rules decide nothing."""
    source = f"{type_of(payload)} {text_of(payload.get('DataExportTag'))}: {text_of(payload.get('QuestionText'))}"
    work.building.lost("setting", qid, source, code)
    for place, logic in logics(payload):
        work.building.lost("setting", f"{qid} / {place}", described(logic), code)


def _other(work: Work, kind: str, name: str, content: Any) -> None:
    if kind == "NT":
        for _, note in entries(dig(content, "Notes")):
            if message := text_of(dig(note, "Message")):
                parent = text_of(dig(content, "ParentID")) or name
                work.building.lost("setting", f"{parent} / Note", message, "setting_lost")
    elif kind not in _QUIET and not (kind == "QG" and not any(True for _ in entries(dig(content, "Quotas")))):
        work.building.lost("setting", " ".join((kind, name)).strip(), kind, "no_equal", "", source=kind or name)
