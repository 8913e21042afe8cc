"""省市区 as lists that depend on each other (`choice_filter`), in a group."""

from collections.abc import Iterator

from survey_app.formats.writing.xlsform.work import Row, Text, Work
from survey_app.questionnaire import regions
from survey_app.questionnaire.question_types.region import LEVEL_TEXTS, REFUSED, REFUSED_TEXT, Region

ALWAYS = "any"


def region(work: Work, question: Region, place: str, head: Row) -> None:
    """A select_one per level, under the names of our columns. Lists are shared by all questions about places."""
    work.told.change(place, "to_questions")
    work.told.keep(place, "levels")
    work.told.lose(f"{place}.first")
    for key in ("hint", "why"):
        work.told.change(f"{place}.{key}", "to_label")
    cells = {key: text for key, text in head.items() if key == "relevant"}
    work.add("begin_group", question.name, work.text("label", question.text, question.hint, question.why), cells)
    needed: Row = {"required": "yes"} if question.required else {}
    for level, name in enumerate(question.names()):
        offered = work.offer_below(f"cn_{regions.LEVELS[level]}", _rows(level))
        fits = f"above = {work.rules.ref(question.names()[level - 1])}" if level else "above = ''"
        fits = fits if question.required else f"{fits} or above = '{ALWAYS}'"
        label = work.text("label", LEVEL_TEXTS[level])
        work.add(f"select_one {offered}", name, label, needed, appearance="minimal", choice_filter=fits)
        work.show_words(name)
    work.add("end_group")


def _rows(level: int) -> Iterator[tuple[str, str, Text]]:
    """(the place above, code, name); a place that stands for the level below it is its own choice there."""
    known = regions.places()
    for parent in regions.codes(level - 1) if level else ("",):
        for code in regions.offered(parent, level) or (parent,):
            yield parent, code, known[code].names
    yield ALWAYS, REFUSED, REFUSED_TEXT
