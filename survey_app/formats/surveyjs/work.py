"""One import of a SurveyJS file: the draft, and what the names of the source stand for."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from survey_app.formats.importing.logic import Inexpressible, Target
from survey_app.formats.importing.report import Kind
from survey_app.formats.json_draft import Draft, Words, shown
from survey_app.formats.json_files import Node
from survey_app.formats.surveyjs.expressions import parse
from survey_app.formats.surveyjs.outline import Element
from survey_app.formats.surveyjs.scope import Known

OTHER = ("Other (describe)", "其他（请注明）")
NONE = ("None", "以上都没有")
UNKNOWN = ("Don't know", "不清楚")
REFUSED = ("Refuse to answer", "不愿透露")
YES, NO = ("Yes", "是"), ("No", "否")
_LOOK_WORDS = (
    "width minWidth maxWidth startWithNewLine colSpan indent innerIndent titleLocation descriptionLocation state "
    "size inputSize hideNumber showNumber renderAs cols colCount rows autoGrow allowResize searchEnabled "
    "imageHeight imageWidth imageFit contentMode showLabel questionTitleLocation questionTitleWidth rowTitleWidth "
    "columnMinWidth showQuestionNumbers headerView widthMode fitToContainer showProgressBar progressBarType "
    "progressBarLocation errorLocation itemTitleWidth itemSize showPreview allowImagesPreview"
)
LOOK = frozenset(_LOOK_WORDS.split())
"""Keys that say how it looks, nothing else."""


class Work:
    """What every part of the importer shares."""

    def __init__(self, draft: Draft, default: str) -> None:
        self.draft, self._default = draft, default
        self.table: dict[str, list[Known]] = {}
        self.trees: dict[str, Any] = {}
        """Calculated values: name in small letters -> tree."""
        self.triggered: Counter[str] = Counter()
        """How many visible triggers show what has this name."""
        self.patience = 250_000
        """How many more letters of rules are read."""
        self.count = 0
        self.asked: list[Element] = []
        """Elements whose questions were made already."""

    # --- texts ---
    def localised(self, value: Any) -> dict[str, str]:
        """A text, or one per language, by language of the source."""
        if isinstance(value, dict):
            return {
                self._default if key == "default" else key: text for key, text in value.items() if isinstance(text, str)
            }
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return {}
        return {self._default: str(value)}

    def text(self, node: Node, *keys: str, ours: str = "") -> Words:
        """The words of the first of these keys; {} when there are none."""
        return self.draft.told(self.localised(node.get(*keys)), node.at(node.key(*keys)), ours)

    def title(self, element: Element, ours: str) -> Words:
        """The title; SurveyJS shows the name where there is none."""
        return self.text(element.node, "title", ours=ours) or self.plain(element.name)

    def plain(self, text: str) -> Words:
        """A text that is no text of the source."""
        return self.draft.own(text)

    # --- questions ---
    def question(self, element: Element, kind: str, name: str, **more: Any) -> dict[str, Any]:
        """A question of ours made of the element, put on the page and known by its source name."""
        made: dict[str, Any] = {"name": name, "type": kind, "text": self.title(element, name)}
        made |= {
            key: value
            for key, value in more.items()
            if value is not None and value is not False and value not in ("", [], {})
        }
        if element.node.flag("isRequired"):
            made["required"] = True
        return self.put(element, made)

    def put(self, element: Element, made: dict[str, Any]) -> dict[str, Any]:
        """Puts a question on the current page."""
        self.draft.add(made, element.node.place)
        element.ours.append(made)
        self.count += 1
        return made

    def know(self, element: Element, target: Target, *, boolean: bool = False, **pieces: Target) -> Known:
        """What the source's name stands for, from the next question on."""
        known = Known(target, self.count - 1, boolean, pieces=pieces)
        names = {element.name}
        if value_name := element.node.words("valueName"):
            names = {value_name}
        if element.loop is not None:
            names = {f"{element.loop.name}.{name}" for name in names}
        for name in names:
            self.table.setdefault(name.strip().lower(), []).append(known)
        return known

    def rule(self, text: str) -> Any:
        """The tree of an expression. Raises BadExpression, and Inexpressible when rules grow longer than people write them."""
        self.patience -= len(text)
        if self.patience < 0:
            raise Inexpressible
        return parse(text)

    # --- the report ---
    def kept(self, element: Element, ours: str) -> None:
        """The question came over as it is."""
        self.draft.kept("question", element.node.place, f"{element.type}: {element.name}", ours)

    def changed(self, element: Element, ours: str, kind: str) -> None:
        """The question became one of another kind."""
        self.draft.changed(
            "question",
            element.node.place,
            f"{element.type}: {element.name}",
            "as_type",
            ours,
            source=element.type,
            type=kind,
        )

    def settings(self, node: Node, ours: str = "") -> None:
        """Tells of every key nobody looked at."""
        for key, value in node.rest():
            if key in LOOK or key in ("type", "name"):
                self.draft.changed("setting", node.at(key), shown(value), "look", ours)
            elif key in ("defaultValue", "defaultValueExpression", "defaultRowValue", "defaultPanelValue"):
                self.draft.lost("setting", node.at(key), shown(value), "default_value", ours)
            else:
                self.draft.lost(_kind(key), node.at(key), shown(value), "setting_lost", ours)


def _kind(key: str) -> Kind:
    return "script" if key.startswith("on") and key[2:3].isupper() else "setting"


def target_codes(codes: Mapping[str, str]) -> dict[str, str]:
    """Codes by the value of the source as rules compare it: small letters, no spaces around."""
    return {value.strip().casefold(): code for value, code in reversed(list(codes.items()))}
