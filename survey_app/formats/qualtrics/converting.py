"""From one question of the source to questions of the draft: which converter takes it, and what is told of the rest."""

from collections.abc import Callable, Mapping
from typing import Any

from survey_app.formats.importing.refusing import refuse
from survey_app.formats.importing.report import Kind
from survey_app.formats.qualtrics import beside, checking, choosing, entering, grids
from survey_app.formats.qualtrics.carrying import carry
from survey_app.formats.qualtrics.item import Item
from survey_app.formats.qualtrics.reading import entries, mapping, text_of
from survey_app.formats.qualtrics.rules import Rules
from survey_app.formats.qualtrics.wording import Wording
from survey_app.formats.qualtrics.work import Made, Work
from survey_app.questionnaire.question_types.tables import MAX_CELLS

_CONVERTERS: dict[str, Callable[[Item], Made]] = {
    "MC": choosing.multiple_choice,
    "SS": lambda item: choosing.offering(item, "single_choice"),
    "RO": choosing.ranking,
    "DD": choosing.drill_down,
    "PGR": choosing.pick_and_group,
    "HotSpot": grids.hot_spot,
    "Matrix": grids.matrix,
    "SBS": beside.side_by_side,
    "TE": entering.text_entry,
    "Slider": entering.slider,
    "CS": entering.constant_sum,
    "FileUpload": entering.file,
    "Draw": entering.file,
    "DB": entering.note,
}
_MOST = {
    "matrix": {"rows": 200},
    "matrix_multiple": {"rows": 200},
    "matrix_fields": {"rows": 200, "columns": 50},
    "ranking": {"choices": 200},
    "constant_sum": {"items": 50},
}
_CHINESE = {"rows": "行", "columns": "列", "choices": "选项", "items": "项目"}
_CHANGED = ("SS", "DD", "PGR", "HotSpot", "Draw")
_SILENT = ("Timing", "Meta", "Captcha")
"""Types that ask nothing and whose words nobody sees."""
_WITHOUT_CARRIED = ("DD", "DB", "FileUpload", "Draw")
"""Types whose choices are not offered."""
_LOOKS = frozenset(
    ("QuestionDescriptionOption", "CSSliderMin", "CSSliderMax", "GridLines", "NumDecimals", "SnapToGrid", "StarCount")
    + ("StarType", "CustomStart", "SliderStartPositions", "NotApplicable", "NotApplicableText", "NumColumns")
)
"""Settings of the look that became something, or that are told elsewhere."""


def convert(work: Work, words: Wording, rules: Rules, qid: str, payload: Mapping[str, Any]) -> Made | None:
    """The questions of the draft that a question became; None when it has no equal and no words of its own."""
    item = Item(work, words, rules, qid, payload)
    kind = text_of(payload.get("QuestionType"))
    convert_it = _CONVERTERS.get(kind)
    plugin = mapping(payload.get("QuestionTypePluginProperties"))
    empty = kind == "HotSpot" and not any(True for _ in entries(payload.get("Choices")))
    if convert_it is None or plugin or empty:
        return _without_equal(item, kind)
    if kind not in _WITHOUT_CARRIED:
        carry(item)
    made = convert_it(item)
    checking.check_answers(item, made)
    made.notes += item.notes
    _repair(item, made)
    _tell(item, kind, made)
    return made


def _without_equal(item: Item, kind: str) -> Made | None:
    what: Kind = "setting" if kind in _SILENT else "question"
    item.work.building.lost(what, item.qid, item.type, "no_equal", source=item.type)
    for key, value in (("QuestionJS", item.payload.get("QuestionJS")),):
        if text_of(value):
            item.work.building.lost("script", f"{item.qid} / {key}", text_of(value), "script")
    if kind in _SILENT:
        return None
    made = entering.note(item)
    if hint := _words_of(item, kind):
        made.questions[0]["hint"] = hint
    _repair(item, made)
    item.work.building.changed("text", f"{item.qid} / QuestionText", item.type, "as_note", made.asked.name)
    return made


def _words_of(item: Item, kind: str) -> dict[str, str]:
    """What else people read there: the text that they highlight, else the choices and columns."""
    if kind == "HeatMap":  # its only choice is called X,Y
        return {}
    parts = [item.text("HighlightText")] if text_of(item.payload.get("HighlightText")) else []
    for key in ("Answers",) if parts else ("Choices", "Answers"):
        parts += [item.display(key, choice, choice) for choice, _ in item.listed(key)]
    return (
        {language: " · ".join(part.get(language, "") for part in parts if part.get(language)) for language in parts[0]}
        if parts
        else {}
    )


def _tell(item: Item, kind: str, made: Made) -> None:
    """The line of the question itself, of its script and of its look."""
    building, name = item.work.building, made.questions[0]["name"]
    source = f"{item.type} {item.wanted}: {next(iter(made.questions[0]['text'].values()), '')}"
    if kind in _CHANGED:
        type = made.questions[0]["type"]
        building.changed("question", item.qid, source, "as_type", name, source=item.type, type=type)
    elif len(made.questions) > 1:
        building.changed("question", item.qid, source, "split", name, count=len(made.questions))
    else:
        building.kept("question", item.qid, source, name)
    if script := text_of(item.payload.get("QuestionJS")):
        building.lost("script", f"{item.qid} / QuestionJS", script, "script", name)
    look = [key for key, value in entries(item.payload.get("Configuration")) if key not in _LOOKS and value]
    if look:
        building.changed("setting", f"{item.qid} / Configuration", ", ".join(look), "look", name)
    if any(True for _ in entries(item.payload.get("DefaultChoices"))):
        building.lost("setting", f"{item.qid} / DefaultChoices", "", "default_value", name)
    names = [value for _, value in entries(item.payload.get("VariableNaming"))]
    names += [inner for value in names for _, inner in entries(value)]
    if naming := ", ".join(text for text in map(text_of, names) if text):
        building.lost("setting", f"{item.qid} / VariableNaming", naming, "setting_lost", name)


def _repair(item: Item, made: Made) -> None:
    """A matrix without rows asks nothing: its words stay as a note. Raises Refused where there is more than fits."""
    for question in made.questions:
        if "hint" in question:
            question["hint"] = item.work.fitting(question["hint"], f"{item.qid} / hint")
        for key, limit in _MOST.get(question["type"], {}).items():
            if len(question.get(key) or ()) > limit:
                place = f"{item.qid} / {'Answers' if key == 'columns' else 'Choices'}"
                raise refuse("too_much", place, what=(key, _CHINESE[key]), limit=limit)
        cells = question["type"] == "matrix_fields" and len(question["rows"]) * len(question["columns"])
        if cells and cells > MAX_CELLS:
            raise refuse("too_much", f"{item.qid} / Choices", what=("cells", "格"), limit=MAX_CELLS)
        if "rows" in question and not question["rows"]:
            text, name = question["text"], question["name"]
            question.clear()
            question |= {"name": name, "type": "note", "text": text}
            item.work.building.lost("row", f"{item.qid} / Choices", "", "choices_missing", name)
