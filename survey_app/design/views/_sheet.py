"""What the editor's templates read: the draft as pages and cards, with every word they need already found.

Cards are made straight from the tree, so that one card costs the same in a questionnaire of ten and of two hundred questions.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

from flask_babel import gettext as _

from survey_app import web
from survey_app.design.editing import grouping, marks, settings
from survey_app.design.editing.catalogue import KINDS, Kind
from survey_app.design.editing.tree import ROOT, Data, Tree, plain
from survey_app.design.in_words import ConditionWriter
from survey_app.design.models import Questionnaire
from survey_app.design.views.common import LANGUAGE_NAMES
from survey_app.questionnaire import loading, meaning
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import text_in
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.display import AGREE
from survey_app.questionnaire.question_types.rating import CES_LABELS, CSAT_LABELS, NPS_HIGH, NPS_LOW
from survey_app.questionnaire.question_types.region import LEVEL_TEXTS

CHOOSING = frozenset({"single_choice", "multiple_choice", "dropdown", "attention_check"})
DEFAULTS: dict[tuple[str, str], Mapping[str, str]] = {
    ("nps", "low"): NPS_LOW,
    ("nps", "high"): NPS_HIGH,
    ("consent", "label"): AGREE,
}
"""Words that the engine shows when a draft has none of its own."""


class Sheet:
    """A draft to be drawn in one language; `other` is the language shown beside it ("" when there is none)."""

    def __init__(self, questionnaire: Questionnaire, language: str = "") -> None:
        self.questionnaire = questionnaire
        self.tree = Tree(questionnaire.draft)
        self.languages: list[str] = list(self.tree.data["languages"])
        self.first = self.languages[0]
        self.language = language if language in self.languages else self._usual()
        self.other = next((tag for tag in self.languages if tag != self.language), "")
        self.prefix = f"/questionnaires/{questionnaire.id}"
        self.revision = questionnaire.draft_revision

    def _usual(self) -> str:
        """The language to write in first: that of the interface when the questionnaire has it."""
        return web.language_tag() if web.language_tag() in self.languages else self.first

    @cached_property
    def definition(self) -> Definition:
        """The draft as a definition, parsed once."""
        return Definition.from_json(plain(self.tree.data))

    @cached_property
    def rules(self) -> ConditionWriter:
        """Writes rules as sentences."""
        return ConditionWriter(self.definition, self.language, _)

    # --- words ---
    def w(self, node: Data, key: str = "text") -> str:
        """A text in the language that is edited; "" when it has none."""
        found = (node.get(key) or {}).get(self.language)
        return found if isinstance(found, str) else ""

    def o(self, node: Data, key: str = "text") -> str:
        """The same text in the other language, shown muted."""
        found = (node.get(key) or {}).get(self.other) if self.other else None
        return found if isinstance(found, str) else ""

    def preset(self, kind: str, key: str) -> str:
        """What stands there as long as nothing is written."""
        return text_in(DEFAULTS.get((kind, key)), self.language, self.first)

    def label_at(self, texts: Mapping[str, str]) -> str:
        """Fixed words of the engine in the language that is edited."""
        return text_in(texts, self.language, self.first)

    def is_old(self, node: Data, key: str = "text") -> bool:
        """Whether the source changed after this translation."""
        return f"{key}/{self.language}" in node.get(marks.OLD, ())

    def short(self, node: Data, key: str = "text") -> str:
        """A line for lists: in the language that is edited, else in any; never empty."""
        words = " ".join(text_in(node.get(key), self.language, self.first).split())
        return words if len(words) <= 60 else words[:59] + "…"

    def language_name(self, tag: str) -> str:
        """How a language calls itself."""
        return LANGUAGE_NAMES.get(tag, tag)

    # --- nodes ---
    def pages(self) -> list[Data]:
        """Every page."""
        return list(self.tree.data["pages"])

    def kind(self, node: Data) -> Kind:
        """The entry of the catalogue for a question."""
        return KINDS[node["type"]]

    def rule(self, node: Data, key: str = "show_if") -> str:
        """A rule of a page or question in words; "" for none."""
        condition = node.get(key)
        return self.rules.write(condition) if condition else ""

    def checks(self, node: Data) -> list[str]:
        """What the checks of a question ask for, in words."""
        return [self.rules.check(check) for check in self.question(node).checks] if node.get("checks") else []

    def partners(self, node: Data) -> str:
        """The numbers of the pages with which a page changes places; "" for none."""
        pages = self.tree.children(ROOT, "pages")
        numbers = [str(pages.index(key) + 1) for key in grouping.group_of(self.tree, node["_id"])]
        return str(_("、")).join(numbers)

    def question(self, node: Data) -> Question:
        """The engine's view of a question."""
        return self.definition.by_name[node["name"]]

    def scale(self, node: Data) -> Data | None:
        """The scale that a question names."""
        found = (self.tree.data.get("scales") or {}).get(node.get("scale", ""))
        return found if isinstance(found, dict) else None

    def users_of(self, code: str) -> int:
        """How many questions answer on a scale."""
        return self._scale_users.get(code, 0)

    @cached_property
    def _scale_users(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for page in self.pages():
            for node in page.get("questions", ()):
                if "scale" in node:
                    found[node["scale"]] = found.get(node["scale"], 0) + 1
        return found

    def numbers(self, node: Data) -> range:
        """The points of a rating."""
        start = node.get("start", 1)
        return range(start, start + (node.get("points") or 5))

    def plain(self, value: float) -> str:
        """A number as people type it."""
        return settings.plain(value)

    def fixed_labels(self, node: Data) -> list[str]:
        """The words of CSAT and CES, which nobody edits."""
        return [self.label_at(label) for label in (CSAT_LABELS if node["type"] == "csat" else CES_LABELS)]

    def region_levels(self, node: Data) -> list[str]:
        """The lists of a question about places, in order."""
        return [self.label_at(text) for text in LEVEL_TEXTS[: node.get("levels", len(LEVEL_TEXTS))]]

    def expected(self, node: Data) -> str:
        """The code that an attention check wants."""
        return str(node.get("expected", ""))

    @cached_property
    def number_of(self) -> dict[str, int]:
        """The number of each question that asks, by its name."""
        return self.rules.numbers

    def title(self) -> str:
        """The title for the head of the page."""
        return text_in(self.tree.data["title"], web.language_tag(), self.first) or self.questionnaire.name

    # --- the outline's marks ---
    @cached_property
    def faults(self) -> dict[str, int]:
        """How many faults each question or page has that forbid publishing."""
        found: dict[str, int] = {}
        for problem in meaning.check(self.definition):
            node = self.tree.id_at(loading.place_of(problem.path))
            node = self.tree.question_of(node) or self.tree.page_of(node) or ROOT if node != ROOT else ROOT
            found[node] = found.get(node, 0) + 1
        return found

    def selected(self, wanted: str) -> str:
        """The node to begin with: the one asked for, else the first question, else the questionnaire."""
        if self.tree.has(wanted):
            return self.tree.question_of(wanted) or wanted if wanted != ROOT else ROOT
        return next(iter(self.tree.ids("question")), ROOT)


def questions_of(nodes: Iterable[str], tree: Tree) -> list[str]:
    """The questions and pages among or around some nodes, in reading order."""
    found = {tree.question_of(node) or node for node in nodes if tree.has(node) and node != ROOT}
    return [node for node in tree.ids() if node in found]
