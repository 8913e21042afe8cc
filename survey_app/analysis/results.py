"""The result page as data: key figures and one card per question, small cells already hidden.

Knows neither the request nor the template. The words it makes are in the reader's interface language, the texts of questions
in the questionnaire's nearest one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from survey_app.analysis import cards, dataset, disclosure, figures, tallies
from survey_app.analysis.card_shapes import Card
from survey_app.analysis.cards import KeyFigure
from survey_app.analysis.dataset import FrozenVersion
from survey_app.analysis.tallies import RESPONSES, Tallies, Tally
from survey_app.analysis.words import Say
from survey_app.questionnaire.definition import Definition


@dataclass(frozen=True, slots=True)
class Results:
    """Everything the result page shows, except the live number."""

    title: str
    versions: Sequence[FrozenVersion]  # newest first
    chosen: int | None  # version number, None: all
    responses: Tally  # by status; n = 0 when hidden
    received: int  # live
    unfinished: int | None  # None: too few to say
    live: bool
    keys: Sequence[KeyFigure] = field(default_factory=tuple)
    cards: Sequence[Card] = field(default_factory=tuple)

    @property
    def few(self) -> bool:
        """Whether there are so few answers that everything is uncertain."""
        return disclosure.is_few(self.responses.n)


def visible(found: Tallies, variable: str, chosen: int | None) -> Tally:
    """The tally of a variable over all versions, or over one (by id); empty when it must not be seen."""
    cells = {version_id: each[variable].n for version_id, each in found.items() if variable in each}
    if chosen is not None:
        return found[chosen][variable] if cells.get(chosen) and chosen in disclosure.cells_to_show(cells) else Tally()
    total = Tally()
    for version_id in cells:
        total.add(found[version_id][variable])
    return Tally() if disclosure.is_hidden(total.n) else total


def results(questionnaire_id: int, *, number: int | None, language: str, _: Say) -> Results | None:
    """The results of a questionnaire, or of its version `number`. None when there is no such version."""
    frozen = dataset.versions(questionnaire_id)
    if not frozen or (number is not None and number not in {version.number for version in frozen}):
        return None
    chosen = next((version for version in frozen if version.number == number), None)
    found = figures.current(questionnaire_id, frozen)
    shown = [chosen] if chosen else frozen
    names = {name for each in found.values() for name in each}
    seen = {name: visible(found, name, chosen.id if chosen else None) for name in names}
    ids = [version.id for version in shown]
    unfinished = dataset.unfinished(ids)
    return Results(
        title=shown[0].definition.text(shown[0].definition.title, language),
        versions=frozen,
        chosen=number,
        responses=seen.get(RESPONSES, Tally()),
        received=dataset.received(ids),
        unfinished=None if 0 < unfinished < disclosure.K else unfinished,
        live=figures.is_live(),
        keys=key_figures(shown, seen, language, _),
        cards=question_cards(shown, seen, language, _),
    )


def key_figures(shown: Sequence[FrozenVersion], seen: Mapping[str, Tally], language: str, _: Say) -> list[KeyFigure]:
    """The figures on top: the scores of the newest version, then each NPS, CSAT and CES question that no score covers."""
    made: list[KeyFigure] = []
    covered: set[str] = set()
    definition = shown[0].definition
    for score in definition.scores:
        single = score.kind not in tallies.PER_RESPONSE
        variable = score.questions[0] if single else tallies.score_variable(score)
        covered |= set(score.questions) if single else set()
        label = definition.text(score.label, language) if score.label else score.name
        made.append(cards.key_figure(score.kind, label, seen.get(variable, Tally()), score.top, _))
    for question in definition.questions:
        if question.summary in ("nps", "csat", "ces") and question.name not in covered:
            label = {"nps": "NPS", "csat": _("满意度 CSAT"), "ces": _("省力度 CES")}[question.summary]
            made.append(cards.key_figure(question.summary, label, seen.get(question.name, Tally()), None, _))
    return made


def question_cards(shown: Sequence[FrozenVersion], seen: Mapping[str, Tally], language: str, _: Say) -> list[Card]:
    """One card per question that is counted, in the order of the newest version. `seen`: tallies that may be shown."""
    made: list[Card] = []
    done: set[str] = set()
    for version in shown:
        for question in version.definition.questions:
            if question.name in done:
                continue
            done.add(question.name)
            card = cards.card(question, _definitions(shown, question.name), seen, language, _)
            if card is not None:
                made.append(card)
    return made


def _definitions(shown: Sequence[FrozenVersion], name: str) -> list[Definition]:
    return [version.definition for version in shown if name in version.definition.by_name]
