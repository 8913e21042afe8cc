"""One import of a FHIR Questionnaire: the draft, and what each linkId stands for."""

from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.fhir.items import Item, translated
from survey_app.formats.fhir.options import Option
from survey_app.formats.importing.logic import Target
from survey_app.formats.importing.report import Kind
from survey_app.formats.json_draft import Draft, Words, shown
from survey_app.formats.json_files import Node

YES, NO = ("Yes", "是"), ("No", "否")
OTHER = ("Other (describe)", "其他（请注明）")
SIDE_CONTROLS = (
    "help",
    "flyover",
    "prompt",
    "instructions",
    "unit",
    "lower",
    "upper",
    "media",
    "legal",
    "security",
    "optional-display",
)
_QUIET = frozenset(("linkId", "type", "item", "id"))


@dataclass
class Known:
    """A linkId here. `order`: its place among our questions. `systems`: system of each code."""

    target: Target
    order: int
    systems: dict[str, set[str]] = field(default_factory=dict)
    scored: bool = False


class Work:
    """What every part of the importer shares."""

    def __init__(self, draft: Draft, questionnaire: Node, default: str) -> None:
        self.draft, self.questionnaire, self.default = draft, questionnaire, default
        self.known: dict[str, Known] = {}
        self.twice: set[str] = set()
        self.mentioned: dict[str, list[Option]] = {}
        """Codes that rules name, by linkId: all there is of choices that lie outside the file."""
        self.variables: dict[str, Any] = {}
        self.order: dict[int, int] = {}

    def is_text(self, name: str) -> bool:
        """Whether our variable of this name holds words."""
        return any(known.target.name == name and known.target.kind == "text" for known in self.known.values())

    def words(self, node: Node, key: str, ours: str = "") -> Words:
        """A text with its translations."""
        return self.draft.told(translated(node, key, self.default), node.at(key), ours)

    def plain(self, text: str) -> Words:
        """A text that is no text of the source."""
        return self.draft.own(text)

    def title(self, item: Item, ours: str) -> Words:
        """Prefix and text; the words of its code, or its linkId, where there is none."""
        text = self.words(item.node, "text", ours)
        codes = [node.words("display") for node in item.node.nodes("code")]
        if not text and (display := next((word for word in codes if word), "")):
            text = self.draft.told(display, item.node.at("code[0].display"), ours)
        text = text or self.plain(item.link)
        if prefix := item.node.words("prefix"):
            self.draft.kept("text", item.node.at("prefix"), prefix, ours)
            start = next(iter(self.plain(prefix).values()))
            text = {language: f"{start} {words}" for language, words in text.items()}
        return text

    def name(self, item: Item, ends: list[str] | None = None, fixed: str = "") -> str:
        """Our name of an item; `ends`, `fixed`: of its columns."""
        return self.draft.name(item.link, item.node.at("linkId"), ends or (), fixed=fixed)

    def put(self, item: Item, made: dict[str, Any]) -> dict[str, Any]:
        """Puts a question on the current page."""
        self.draft.add(made, item.node.place)
        item.ours.append(made)
        self.order[id(made)] = len(self.order)
        return made

    def know(self, item: Item, target: Target, **more: Any) -> None:
        """What its linkId stands for, from the next question on."""
        self.known[item.link] = Known(target, len(self.order) - 1, **more)

    def question(self, item: Item, kind: str, name: str, **more: Any) -> dict[str, Any]:
        """A question of ours made of the item."""
        made: dict[str, Any] = {"name": name, "type": kind, "text": self.title(item, name)}
        made |= {
            key: value
            for key, value in more.items()
            if value is not None and value is not False and value not in ("", [], {})
        }
        if item.node.get("required") is True:
            made["required"] = True
        return self.put(item, made)

    def source(self, item: Item) -> str:
        """The item as the report names it."""
        return f"{item.type}: {item.link}"

    def kept(self, item: Item, ours: str) -> None:
        """The item came over as it is."""
        kind: Kind = "group" if item.type == "group" else "question"
        self.draft.kept(kind, item.node.place, self.source(item), ours)

    def changed(self, item: Item, ours: str, code: str = "as_type", kind: str = "") -> None:
        """The item became something else."""
        of: Kind = "group" if item.type == "group" else "question"
        self.draft.changed(of, item.node.place, self.source(item), code, ours, source=item.type, type=kind)

    def settings(self, node: Node, ours: str = "") -> None:
        """Tells of every key nobody looked at, and of every extension."""
        for key, value in node.rest():
            if key not in _QUIET and not key.startswith("_"):
                code = "default_value" if key == "initial" else "setting_lost"
                self.draft.lost("setting", node.at(key), shown(value), code, ours)
