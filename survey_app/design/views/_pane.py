"""What the right pane shows: every setting of one node with its value, and where a preview may begin."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from survey_app import web
from survey_app.design import drafting, indicators, publishing, reading
from survey_app.design.editing import building, grouping, operations, settings, shaping
from survey_app.design.editing.settings import Setting
from survey_app.design.editing.tree import ROOT, Data, Tree
from survey_app.design.in_words import ConditionWriter
from survey_app.design.models import Questionnaire, may_become
from survey_app.design.views import _editing
from survey_app.design.views.common import LANGUAGE_NAMES, languages_of, reading_language
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire import loading, meaning, regions, uses
from survey_app.questionnaire.definition import MODES, Definition
from survey_app.questionnaire.parts import LANGUAGE
from survey_app.questionnaire.problems import sentence

LISTED = ("choices", "rows", "fields", "item_list", "column_list", "points_list")
"""Controls that show the parts of a list."""
MOST_ITEMS = 60
"""Choices shown at once; a list of towns has thousands."""
KIND_WORDS: dict[str, str] = {
    "root": N_("整份问卷"), "page": N_("页"), "question": N_("题目"), "choice": N_("选项"), "row": N_("行"),
    "field": N_("填空项"), "item": N_("项目"), "column": N_("列"), "scale": N_("量表"),
    "point": N_("量表的点"), "score": N_("得分"), "quota": N_("配额"),
}  # fmt: skip
MORE_LANGUAGES = ("zh-CN", "en", "zh-TW", "ja", "ko", "ru", "vi", "th", "ug", "bo", "mn")


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting with its value: in its field, and as it is stored."""

    setting: Setting
    value: str
    stored: Any = None
    options: Sequence[tuple[str, str]] = ()
    items: Sequence["Item"] = ()
    more: int = 0  # items that are not shown


@dataclass(frozen=True, slots=True)
class Item:
    """A choice, row, field or point inside the settings of its owner."""

    id: str
    words: str
    cells: dict[str, Shown]
    open: bool = False  # something beside code, value and words is set


@dataclass(slots=True)
class Group:
    """Settings under one heading."""

    title: str
    settings: list[Shown] = field(default_factory=list)


def values(
    questionnaire: Questionnaire, node_id: str, *, wanted_type: str = "", everything: bool = False
) -> dict[str, Any]:
    """All that the templates of the pane need."""
    tree, definition = Tree(questionnaire.draft), drafting.draft_of(questionnaire)
    common = {
        "questionnaire_id": questionnaire.id,
        "revision": questionnaire.draft_revision,
        "page": _editing.page_token(),
        "id": node_id,
        "live": web.is_htmx(),
    }
    if not tree.has(node_id):
        return {**common, "kind": "", "groups": []}
    language = reading_language(definition)
    drawer = _Drawer(questionnaire, tree, definition, language, MOST_ITEMS if not everything else 10_000)
    return {
        **common,
        "kind": tree.kind(node_id),
        "kind_words": KIND_WORDS[tree.kind(node_id)],
        "node_title": title_of(tree, definition, node_id, language),
        "node": tree.node(node_id),
        "owner": _owner(tree, node_id),
        "groups": drawer.groups(node_id),
        "rules": [s for s in settings.of(tree, node_id) if s.control == "rules"],
        "language": language,
        "languages": languages_of(definition),
        **drawer.extras(node_id, wanted_type),
    }


def _owner(tree: Tree, node_id: str) -> str:
    """Where 返回 leads: the question, scale, page or questionnaire around it; "" for the questionnaire."""
    return "" if node_id == ROOT else tree.owner(node_id)[0]


def title_of(tree: Tree, definition: Definition, node_id: str, language: str) -> str:
    """The words of a node for the head of the pane."""
    node = tree.node(node_id)
    for key in ("text", "title", "label"):
        if isinstance(node.get(key), dict) and (words := definition.text(node[key], language)):
            return words
    if tree.kind(node_id) == "scale":
        return str(tree.place(node_id)[1])
    if tree.kind(node_id) == "page":
        return str(_("第 %(n)s 页", n=tree.siblings(node_id).index(node_id) + 1))
    return str(node.get("name") or node.get("code") or "")


class _Drawer:
    """Draws the settings of one questionnaire."""

    def __init__(
        self, questionnaire: Questionnaire, tree: Tree, definition: Definition, language: str, most: int
    ) -> None:
        self.questionnaire, self.tree, self.definition = questionnaire, tree, definition
        self.language, self.most = language, most
        self.writer = ConditionWriter(definition, language, _)

    def groups(self, node_id: str) -> list[Group]:
        """Every setting but the rules, under headings."""
        found: dict[str, Group] = {}
        for setting in settings.of(self.tree, node_id):
            if setting.control != "rules" and self._applies(node_id, setting):
                group = found.setdefault(setting.group, Group(setting.group))
                group.settings.append(self.shown(node_id, setting))
        return sorted(found.values(), key=lambda group: settings.GROUPS.index(group.title))

    def _applies(self, node_id: str, setting: Setting) -> bool:
        """Whether a setting says something here; what is stored is always shown."""
        node, key = self.tree.node(node_id), setting.key
        if key in node or key in ("cell", "value"):
            return key != "scale" or self.tree.kind(node_id) != "root"
        kind = node.get("type") if self.tree.kind(node_id) == "question" else self.tree.kind(node_id)
        if kind == "matrix" and key in (
            "scale",
            "points",
            "choices",
            "start",
            "style",
            "low",
            "high",
            "labels",
            "unsure",
        ):
            return (key == "unsure" and "scale" not in node) or (
                "points" in node and key in ("start", "style", "low", "high", "labels")
            )
        if kind == "column" and any(key in keys for keys in shaping.COLUMN_KEYS.values()):
            return key in shaping.COLUMN_KEYS[str(node["type"])]
        if kind == "hidden" and key in ("parameter", "choices"):
            return False
        if kind == "score" and key == "top":
            return node["kind"] in ("csat", "ces")
        if kind == "score" and key in ("rescale", "min_answered"):
            return node["kind"] not in ("nps", "csat", "ces")
        return key != "bank"

    def shown(self, node_id: str, setting: Setting) -> Shown:
        """One setting with its value."""
        node = self.tree.node(node_id)
        stored = node.get(setting.key)
        if setting.control in ("text", "area"):
            standard = settings.BUILT_IN.get(str(node.get("type")), {}).get(setting.key)
            words = (stored if stored is not None else standard) or {}
            return Shown(setting, str(words.get(self.language, "")), stored)
        if setting.control in LISTED:
            name = "points" if setting.control == "points_list" else setting.key
            ids = self.tree.children(node_id, name)
            return Shown(
                setting, "", stored, items=[self._item(i) for i in ids[: self.most]], more=max(0, len(ids) - self.most)
            )
        if setting.control == "rules":
            return Shown(setting, self.writer.write(stored), stored)
        if setting.control in (
            "labels",
            "languages",
            "scales",
            "scores",
            "quotas",
            "items",
            "expression",
            "bank",
            "type",
        ):
            return Shown(setting, str(stored or ""), stored)
        if setting.control == "scale_code":
            return Shown(setting, str(self.tree.place(node_id)[1]))
        return Shown(setting, settings.shown(setting, stored), stored, options=self._options(node_id, setting, stored))

    def _options(self, node_id: str, setting: Setting, stored: Any) -> Sequence[tuple[str, str]]:
        node, control = self.tree.node(node_id), setting.control
        if control == "indicator":
            return indicator_options(stored)
        if control == "scale":
            return [(code, code) for code in sorted(self.tree.data.get("scales") or {})]
        if control == "expected":
            return [
                (choice["code"], self.definition.text(choice.get("text"), self.language) or choice["code"])
                for choice in node.get("choices") or ()
            ]
        if control == "province":
            known = [(code, regions.places()[code].name_in(web.language_tag())) for code in regions.offered("", 0)]
            return [("", _("（没有）")), *known]
        if control == "cell":
            return [(kind, _(words)) for kind, words in CELL_WORDS.items()]
        return [(value, _(words) if words else words) for value, words in setting.options]

    def _item(self, child_id: str) -> Item:
        node = self.tree.node(child_id)
        cells = {s.key: self.shown(child_id, s) for s in settings.of(self.tree, child_id)}
        beside = ("score", "other", "exclusive", "missing", "max_length", "pattern", "min", "max", "show_if")
        return Item(
            child_id,
            self.definition.text(node.get("text"), self.language) or str(node.get("code", "")),
            cells,
            any(key in node for key in beside),
        )

    # --- what single kinds need ------------------------------------------------------------------------------------------
    def extras(self, node_id: str, wanted_type: str) -> dict[str, Any]:
        """Further values for the parts of this kind of node."""
        kind = self.tree.kind(node_id)
        if kind == "root":
            return self._of_root()
        if kind == "question":
            return self._of_question(node_id, wanted_type)
        if kind == "page":
            return {"page_rows": self._page_rows(node_id)}
        if kind == "score":
            return {"score_items": self._score_items(node_id)}
        if kind == "scale":
            return {"used_by": self._used_by(str(self.tree.place(node_id)[1]))}
        return {}

    def _page_rows(self, node_id: str) -> list[dict[str, Any]]:
        """The other pages, and whether they change places with this one."""
        own, found = grouping.group_of(self.tree, node_id), []
        for number, key in enumerate(self.tree.children(ROOT, "pages"), start=1):
            if key == node_id:
                continue
            title = self.definition.text(self.tree.node(key).get("title"), self.language)
            elsewhere = [] if key in own else grouping.group_of(self.tree, key)
            found.append({"id": key, "number": number, "title": title, "chosen": key in own, "moves": bool(elsewhere)})
        return found

    def _of_root(self) -> dict[str, Any]:
        published = publishing.newest_version(self.questionnaire) is not None
        counts = {language: self._count(language) for language in self.definition.languages}
        mode = self.questionnaire.mode
        return {
            "language_rows": [(tag, name, counts[tag]) for tag, name in languages_of(self.definition)],
            "language_offers": [
                (tag, LANGUAGE_NAMES.get(tag, tag)) for tag in MORE_LANGUAGES if tag not in self.definition.languages
            ],
            "modes": [(key, *reading.MODES[key], not published or may_become(mode, key)) for key in MODES],
            "published": published,
            "scale_rows": [
                (self.tree.data["scales"][code]["_id"], code, len(scale.points), len(self._used_by(code)))
                for code, scale in sorted(self.definition.scales.items())
            ],
            "score_rows": [
                (key, title_of(self.tree, self.definition, key, self.language), _score_kind(self.tree.node(key)))
                for key in self.tree.ids("score")
            ],
            "quota_rows": [
                (key, self.tree.node(key)["name"], self.tree.node(key)["limit"], self._said(self.tree.node(key)))
                for key in self.tree.ids("quota")
            ],
            "score_kinds": [(key, _(words)) for key, words in reading.SCORE_KINDS.items()],
        }

    def _said(self, quota: Data) -> str:
        """Who counts in a quota."""
        return self.writer.write(quota["when"])

    def _count(self, language: str) -> int:
        """How many texts are written in a language."""
        return sum(1 for _path, text in meaning.all_texts(self.definition) if (text.get(language) or "").strip())

    def _used_by(self, scale: str) -> list[tuple[str, str]]:
        """The questions on a scale: (id, words)."""
        found = []
        for use in uses.scale_uses(self.definition, scale):
            node_id = self.tree.id_at(loading.place_of(use.path))
            if self.tree.kind(node_id) == "question":
                found.append((node_id, self.writer.question(str(self.tree.node(node_id)["name"]))))
        return found

    def _of_question(self, node_id: str, wanted: str) -> dict[str, Any]:
        node = self.tree.node(node_id)
        found: dict[str, Any] = {
            "types": type_options(),
            "type_words": _(reading.KINDS[str(node["type"])]),
            "cell_kind": _cell_kind(node),
        }
        name = str(node["name"])
        found["name_fixed"] = self._was_published(name)
        if "scale" in node and node["scale"] in (self.tree.data.get("scales") or {}):
            found["scale_id"] = self.tree.data["scales"][node["scale"]]["_id"]
            found["used_by"] = self._used_by(str(node["scale"]))
        if node["type"] == "computed":
            found |= {
                "expression": building.parts_of(node["expression"]),
                "expression_kinds": [(key, _(words)) for key, words in building.KINDS.items()],
                "operators": [(key, _(words)) for key, words in building.OPERATORS.items()],
                "variables": self._earlier(name),
                "known": {variable for variable, _words in self._earlier(name)},
                "in_words": self._in_words,
                "plain": settings.plain,
            }
        if wanted and wanted != node["type"] and wanted in reading.KINDS:
            found |= {"wanted_type": wanted, "loss": self._loss(node_id, wanted)}
        return found

    def _was_published(self, name: str) -> bool:
        newest = publishing.newest_version(self.questionnaire)
        return newest is not None and name in publishing.definition_of(newest).by_name

    def _earlier(self, name: str) -> list[tuple[str, str]]:
        """The answers that stand before a question: (variable, words)."""
        found = []
        for variable, question in self.definition.owners.items():
            if question.name == name:
                break
            if variable in question.answer_names():
                found.append((variable, f"{variable} · {self.writer.question(variable)}"))
        return found

    def _in_words(self, tree: Any) -> str:
        """A part of an expression that is kept as it is."""
        try:
            return self._spelled(tree)
        except (KeyError, TypeError, AttributeError, ValueError):
            return str(tree)

    def _spelled(self, tree: Any) -> str:
        kind = building.kind_of(tree)
        if kind in ("", "number"):
            return str(tree)
        if kind == "answer":
            return self.writer.question(tree["answer"])
        words = _(building.KINDS[kind])
        if kind == "if":
            parts = [self.writer.write(tree["if"]), self._spelled(tree.get("then")), self._spelled(tree.get("else"))]
        else:
            parts = [part if kind == "count" else self._spelled(part) for part in tree[kind]]
        return f"{words}({_('、').join(parts)})"

    def _loss(self, node_id: str, wanted: str) -> dict[str, Any]:
        """What another type would lose, in words: settings, and faults that would be new."""
        node = self.tree.node(node_id)
        try:
            lost, after = shaping.losses(self.tree, node_id, wanted)
        except DomainError as error:
            return {"lost": [], "broken": [web.in_words(error)], "words": _(reading.KINDS[wanted])}
        labels = {s.key: _(s.label) for s in settings.of_question(str(node["type"]))}
        before = {(p.code, p.path) for p in meaning.check(self.definition, incomplete=True)}
        broken = [
            sentence(problem, web.language_tag())
            for problem in meaning.check(after, incomplete=True)
            if (problem.code, problem.path) not in before
        ]
        words = [self._lost_words(node, key, labels.get(key, key)) for key in lost if key not in ("show_if",)]
        return {"lost": words, "broken": broken[:6], "words": _(reading.KINDS[wanted])}

    def _lost_words(self, node: Data, key: str, label: str) -> str:
        if isinstance(node.get(key), list):
            return str(_("%(what)s（%(n)s 项）", what=label, n=len(node[key])))
        return label

    def _score_items(self, node_id: str) -> list[dict[str, Any]]:
        node = self.tree.node(node_id)
        known = shaping.scored_variables(self.definition)
        names = [*known, *(name for name in node["questions"] if name not in known)]
        weights = node.get("weights") or {}
        return [
            {
                "name": name,
                "words": self.writer.question(name) if name in known else _("%(name)s（已不存在）", name=name),
                "chosen": name in node["questions"],
                "reverse": name in (node.get("reverse") or ()),
                "weight": settings.shown(WEIGHT, weights.get(name)),
            }
            for name in names
        ]


WEIGHT = Setting("weight", "number", "")
CELL_WORDS: dict[str, str] = {
    "scale": N_("按量表"), "points": N_("打分"), "choices": N_("从选项里选"), "nps": N_("0–10 推荐分"),
}  # fmt: skip


def _score_kind(node: Data) -> str:
    return str(_(reading.SCORE_KINDS[str(node["kind"])]))


def _cell_kind(node: Data) -> str:
    return next((kind for kind, key in shaping.CELLS.items() if node.get(key) is not None), "")


def type_options() -> list[tuple[str, str]]:
    """Every question type with its words."""
    return [(key, _(words)) for key, words in reading.KINDS.items()]


def indicator_options(present: Any) -> list[tuple[str, str]]:
    """What a question may measure, with the one it has."""
    found = [("", str(_("（没有）"))), *indicators.options(web.language_tag())]
    return found if not present or present in dict(found) else [*found, (str(present), str(present))]


def add_language(tree: Tree, language: str) -> None:
    """One more language of the questionnaire."""
    if not LANGUAGE.fullmatch(language):
        raise DomainError(N_("请填写语言代码，例如 en、ja 或 zh-TW。")).at("languages")
    if language in tree.data["languages"]:
        raise DomainError(N_("已经有这种语言。")).at("languages")
    operations.add_language(tree, language)


# --- the preview -------------------------------------------------------------------------------------------------------
def start_of(tree: Tree, node_id: str) -> str:
    """The question with which a preview of this node begins; "" for the first page."""
    if not tree.has(node_id):
        return ""
    question = tree.question_of(node_id)
    if question is None and tree.kind(node_id) == "page":
        question = next(iter(tree.children(node_id, "questions")), None)
    return str(tree.node(question)["name"]) if question else ""


def starts(tree: Tree, definition: Definition) -> Iterator[tuple[str, str]]:
    """Where a preview may begin: (node, words)."""
    yield ROOT, _("从头开始")
    writer = ConditionWriter(definition, reading_language(definition), _)
    for key in tree.ids("question"):
        question = definition.by_name.get(str(tree.node(key)["name"]))
        if question is not None and question.asks and question.shown:
            yield key, _("从%(question)s开始", question=writer.question(question.name))
