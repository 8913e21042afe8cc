"""Cards of places: a list per level, the most frequent ones first, and the rest in one line.

Few people may live in one district, so every place is a cell of its own here: those of fewer people than may be seen are in the
rest, with enough others that nobody can work them out.
"""

from collections.abc import Mapping, Sequence

from survey_app.analysis import disclosure
from survey_app.analysis.card_shapes import HIDDEN, Card, Option, bars
from survey_app.analysis.card_tables import keep_part
from survey_app.analysis.tallies import Tally
from survey_app.analysis.words import Say
from survey_app.languages import N_
from survey_app.questionnaire import regions
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import text_in
from survey_app.questionnaire.question_types.region import LEVEL_TEXTS, REFUSED, REFUSED_TEXT, Region

MOST_LISTED = 10
REST = "rest"
REST_TEXT, NOTE = N_("其余地区"), N_("列出回答最多的地区；人数少于 5 的地区归入“其余地区”")


def places(
    card: Card, question: Region, definitions: Sequence[Definition], seen: Mapping[str, Tally], language: str, _: Say
) -> None:
    """A part per level that any version asked for."""
    asked = [one for definition in definitions if isinstance(one := definition.by_name.get(question.name), Region)]
    names = max((one.names() for one in asked), key=len)
    for level, name in enumerate(names):
        part = Card(name, text_in(LEVEL_TEXTS[level], language, "zh-CN"), 0, HIDDEN)
        counted, options = _listed(seen.get(name, Tally()), language, _)
        bars(part, options, counted, _)
        keep_part(card, part, _)
    if card.parts:
        card.facts.append(_(NOTE))


def _listed(tally: Tally, language: str, _: Say) -> tuple[Tally, list[Option]]:
    """The answers with all places that are not listed as one, and what is listed."""
    shown = disclosure.cells_to_show(tally.counts) & {code for code, count in tally.counts.items() if count}
    found = sorted((code for code in shown if code != REFUSED), key=lambda code: (-tally.counts[code], code))
    listed = found[:MOST_LISTED]
    counts = {code: tally.counts[code] for code in listed}
    options = [Option(code, text_in(regions.label(code), language, "zh-CN") or code, False) for code in listed]
    if REFUSED in shown:
        counts[REFUSED] = tally.counts[REFUSED]
        options.append(Option(REFUSED, text_in(REFUSED_TEXT, language, "zh-CN"), True))
    if rest := tally.n - sum(counts.values()):
        counts[REST] = rest
        options.append(Option(REST, _(REST_TEXT), True))
    return Tally(tally.n, counts), options
