"""The pages of the draft while they are made: what they stand under, how they end, and the rules waiting for a question."""

from dataclasses import dataclass
from typing import Any

from survey_app.formats.qualtrics.rules import MOST_PARTS, size
from survey_app.formats.qualtrics.work import Work
from survey_app.questionnaire.conditions import simplify

MOST_NOTES = 90
"""A question holds at most 100 rules as words; further ones are in the report alone."""
Note = tuple[str, str, str, dict[str, Any]]
"""A rule that stays as words: place, rule, code of the sentence, its values."""


@dataclass(frozen=True)
class Where:
    """Under which conditions the walk stands. `certain`: False when who comes here cannot be said."""

    when: tuple[dict[str, Any], ...] = ()
    certain: bool = True
    depth: int = 0


@dataclass(eq=False)
class Page:
    """A page of the draft with the conditions it stands under."""

    data: dict[str, Any]
    when: tuple[dict[str, Any], ...]


class Pages:
    """The pages of one draft, in their order."""

    def __init__(self, work: Work) -> None:
        self._work, self._building = work, work.building
        self.all: list[Page] = []
        self.pending: list[Note] = []
        self.shuffled: set[str] = set()
        """Names of pages in random order: what ends after all of them cannot end on one."""
        self._open: Page | None = None
        self._over: list[dict[str, Any]] = []
        """Conditions under which the survey had ended before, where no page could say so."""

    @property
    def nobody_left(self) -> bool:
        """Whether some people may have been sent to the end by jumps."""
        return bool(self._over)

    @property
    def not_over(self) -> list[dict[str, Any]]:
        """Conditions under which somebody is still here, as far as no page says it."""
        return [{"not": rule} for rule in self._over]

    def to_the_end(self, pages: "tuple[Page, ...]") -> None:
        """These pages come after all others made so far."""
        self.close()
        self.all = [*(page for page in self.all if page not in pages), *pages]
        moved = [page.data for page in pages]
        others = [data for data in self._building.pages if not any(data is one for one in moved)]
        self._building.pages[:] = [*others, *moved]

    def close(self) -> None:
        """The next question is on a new page."""
        self._open = None

    def add(self, questions: list[dict[str, Any]], where: Where, title: str, *, random: bool = False) -> None:
        """Questions on the open page, or on a new one that stands under the conditions."""
        if self._open is None:
            when = (*where.when, *self.not_over)
            more: dict[str, Any] = {"name": self._work.page_names.give(title or "page", "page")}
            if when:
                more["show_if"] = simplify({"all": list(when)})
            if random:
                more["random_order"] = True
            self._open = Page(self._building.page(**more), when)
            self.all.append(self._open)
        for question in questions:
            placed = {key: value for key, value in question.items() if not _is_nothing(value)}
            question.clear()
            question |= placed
            self._building.add(question, title)
            self._work.known.update(variables_of(question))
        for note in self.pending:
            self.note(questions[0], note)
        self.pending.clear()

    def note(self, question: dict[str, Any], note: Note) -> None:
        """A rule as words on a question, and in the report."""
        place, rule, code, values = note
        if len(question.get("open_rules", ())) < MOST_NOTES:
            self._building.undecided(question, place, rule, code, **values)
        else:
            self._building.lost("rule", place, rule, code, question["name"], **values)

    def end_on(self, page: Page, rule: dict[str, Any]) -> None:
        """The survey is over after this page for whom the condition holds."""
        ends = [page.data["end_if"]] if "end_if" in page.data else []
        page.data["end_if"] = simplify({"any": [*ends, rule]})

    def end(self, place: str, where: Where) -> None:
        """The end of the survey for those who come here: on the page before, or as a rule on all that follows."""
        self.close()
        rule = simplify({"all": list(where.when)})
        last = self.all[-1] if self.all else None
        if sum(map(size, self._over)) > MOST_PARTS or (last and size(last.data.get("end_if")) > MOST_PARTS):
            self.pending.append((place, "EndSurvey", "rule_kept_as_note", {}))
        elif last and last.data["name"] not in self.shuffled and all(part in where.when for part in last.when):
            self.end_on(last, rule)
            self._building.kept("rule", place, "EndSurvey", last.data["questions"][-1]["name"])
        else:
            self._over.append(rule)
            self._building.changed("rule", place, "EndSurvey", "rule_by_jump")

    def finish(self) -> None:
        """Rules that no later question took stand on the last one."""
        for note in self.pending:
            if self.all:
                self.note(self.all[-1].data["questions"][-1], note)
        self.pending.clear()


def _is_nothing(value: Any) -> bool:
    return value is None or value is False or value == {} or value == ""


def variables_of(question: dict[str, Any]) -> list[str]:
    """The variables of a question that texts may show."""
    name, columns = question["name"], question.get("columns")
    parts = [part["code"] for key in ("rows", "fields", "items") for part in question.get(key) or ()]
    fields = columns if isinstance(columns, list) else []
    parts += [f"{row['code']}_{field['code']}" for row in question.get("rows") or () for field in fields]
    if any(choice.get("other") for choice in question.get("choices") or ()):
        parts.append("other")
    return [name, *(f"{name}_{part}" for part in parts)]
