"""Settings of the nodes of one draft: which a node has, how a value stands in its field, and how what was typed is stored."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from survey_app.design.editing import operations, renaming, shaping
from survey_app.design.editing.shaping import number_in
from survey_app.design.editing.table import ELSEWHERE, GROUPS, OWN, REQUIRED, SETTINGS, Setting, of_question
from survey_app.design.editing.tree import Tree
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire.parts import NAME
from survey_app.questionnaire.question_types import TYPES
from survey_app.questionnaire.texts import half_width


def of(tree: Tree, node_id: str) -> tuple[Setting, ...]:
    """The settings of a node. KeyError when it is gone."""
    kind = tree.kind(node_id)
    if kind == "question":
        return of_question(str(tree.node(node_id)["type"]))
    found = SETTINGS[kind]
    return found if kind not in PARTS or may_have_rule(tree, node_id) else tuple(s for s in found if s.key != "show_if")


PARTS = ("choice", "row", "field", "item")
"""Kinds of nodes that a question may offer by rules."""


def may_have_rule(tree: Tree, node_id: str) -> bool:
    """Whether a choice, row, field or item may be offered by a rule here, or has one all the same."""
    owner, name = tree.owner(node_id)
    if "show_if" in tree.node(node_id):
        return True
    return tree.kind(owner) == "question" and name in TYPES[str(tree.node(owner)["type"])].offers


def find(tree: Tree, node_id: str, key: str) -> Setting:
    """One of them. Raises KeyError for a node that is gone, DomainError for a key that this node cannot have."""
    for setting in of(tree, node_id):
        if setting.key == key:
            return setting
    if tree.kind(node_id) == "question" and key == REQUIRED.key:  # a file may carry it where it says nothing
        return REQUIRED
    raise DomainError(N_("这里没有这项设置，请刷新页面。"))


# --- from what a person gave to what is stored -------------------------------------------------------------------------
def shown(setting: Setting, value: Any) -> str:
    """How a stored value stands in its field."""
    if value is None:
        value = setting.default
    if value is None:
        return ""
    if setting.control == "accepts":
        return "+".join(kind for kind in ("photo", "document") if kind in value)
    if setting.control == "rescale":
        return " – ".join(plain(end) for end in value)
    if isinstance(value, bool):
        return "1" if value else ""
    if setting.control == "source_kind" and isinstance(value, str) and number_in(value) is not None:
        return f'"{value}"'
    return plain(value) if isinstance(value, float) else str(value)


def plain(value: float) -> str:
    """A number as people type it."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def set_field(tree: Tree, node_id: str, key: str, given: str, *, language: str = "", index: int | None = None) -> None:
    """Set one setting from what stands in its field. What was not changed stays exactly as it is stored.

    Raises DomainError tied to the key when the text is no value of this kind; whether the value is allowed says the engine.
    """
    setting, node = find(tree, node_id, key), tree.node(node_id)
    if setting.control in ("text", "area", "labels"):
        _take_text(tree, node_id, setting, given, language, index)
        return
    if same(given, shown(setting, node.get(key))):
        return
    given = cleaned(given)
    if setting.control == "code":
        renaming.rename_code(tree, node_id, half_width(given))
    elif setting.control == "name":
        _rename(tree, node_id, half_width(given))
    elif setting.control in shaping.SHAPERS:
        shaping.SHAPERS[setting.control](tree, node_id, given)
    else:
        value = _value(setting, given)
        if key == "name" and tree.kind(node_id) == "page":
            renaming.rename_page(tree, node_id, value or "")
            return
        operations.set_value(tree, node_id, key, None if value == setting.default else value)
        shaping.follow(tree, node_id, key)


def same(given: str, present: str) -> bool:
    """Whether a field still holds what it was shown with: browsers write line ends in their own way."""
    return "\n".join(given.splitlines()).strip() == "\n".join(present.splitlines()).strip()


def cleaned(text: str) -> str:
    """Text without what nobody sees, and without space around it."""
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs") and c not in "\ufffe\uffff")
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def _take_text(tree: Tree, node_id: str, setting: Setting, given: str, language: str, index: int | None) -> None:
    if language not in tree.data["languages"]:
        raise DomainError(N_("这份问卷没有这种语言，请刷新页面。"))
    node = tree.node(node_id)
    if index is not None:
        labels = node.get("labels") or ()
        present = labels[index].get(language, "") if 0 <= index < len(labels) else ""
        if not same(given, present):
            operations.set_label(tree, node_id, index, language, cleaned(given))
        return
    standard = BUILT_IN.get(str(node.get("type")), {}).get(setting.key, {})
    if same(given, (node.get(setting.key) or standard).get(language, "")):
        return
    if standard and setting.key not in node:  # only now it becomes a text of this questionnaire
        node[setting.key] = {key: words for key, words in standard.items() if key in tree.data["languages"]}
    operations.set_text(tree, node_id, setting.key, language, cleaned(given))


def _rename(tree: Tree, node_id: str, name: str) -> None:
    node, kind = tree.node(node_id), tree.kind(node_id)
    if name == node.get("name", ""):
        return
    if kind == "question":
        operations.rename(tree, node_id, name)
        return
    if not name:
        raise DomainError(N_("名称不能为空。")).at("name")
    if kind == "quota":
        _rename_quota(tree, node_id, name)
        return
    taken = [tree.node(key)["name"] for key in (*tree.ids("question"), *tree.ids("score")) if key != node_id]
    if kind == "score" and name in taken:
        raise DomainError(N_("变量名“%(name)s”已经用过，请换一个。"), name=name).at("name")
    node["name"] = name


def _rename_quota(tree: Tree, node_id: str, name: str) -> None:
    if not NAME.fullmatch(name) or len(name) > 32:
        raise DomainError(N_("配额的名称用小写字母开头，只含小写字母、数字和下划线，最多 32 个字符。")).at("name")
    if name in [tree.node(key)["name"] for key in tree.siblings(node_id) if key != node_id]:
        raise DomainError(N_("已经有一个叫“%(name)s”的配额，请换一个名称。"), name=name).at("name")
    tree.node(node_id)["name"] = name


_WHOLE = re.compile(r"-?[0-9]{1,9}")


def _value(setting: Setting, given: str) -> Any:
    if setting.control == "switch":
        return given == "1"
    if given == "":
        return setting.default
    if setting.control == "whole":
        return _whole(setting, given)
    if setting.control == "number":
        value = number_in(given)
        if value is None:
            raise DomainError(N_("请填写数字，例如 3 或 2.5。")).at(setting.key)
        return value
    if setting.control == "day":
        return "today" if given.lower() in ("today", "今天") else half_width(given).replace("/", "-")
    if setting.control == "moment":
        return half_width(given)
    if setting.control == "source_kind":
        return _constant(given)
    if setting.control == "choose":
        return _chosen(setting, given)
    return " ".join(given.split())


def _whole(setting: Setting, given: str) -> int:
    text = half_width(given).strip()
    value = int(text) if _WHOLE.fullmatch(text) else None
    low, high = setting.low, setting.high
    if value is None or (low is not None and value < low) or (high is not None and value > high):
        if high is not None:
            raise DomainError(N_("请填写 %(low)s 到 %(high)s 之间的整数。"), low=low, high=high).at(setting.key)
        if low is not None:
            raise DomainError(N_("请填写不小于 %(low)s 的整数。"), low=low).at(setting.key)
        raise DomainError(N_("请填写整数。")).at(setting.key)
    return value


def _chosen(setting: Setting, given: str) -> Any:
    if given not in dict(setting.options):
        raise DomainError(N_("请从列表中选择。")).at(setting.key)
    numeric = isinstance(setting.default, int) or setting.key == "top"
    return int(given) if numeric else given


def _constant(given: str) -> str | int | float:
    """A number, or a text; quotes keep digits a text."""
    if len(given) >= 2 and given[0] == given[-1] == '"':
        return given[1:-1]
    number = number_in(given)
    return given if number is None else number


def _built_in() -> dict[str, dict[str, Mapping[str, str]]]:
    """Texts that stand on the page although the questionnaire does not write them."""
    found: dict[str, dict[str, Mapping[str, str]]] = {}
    for kind, cls in TYPES.items():
        for key, field in cls.model_fields.items():
            if field.default_factory is not None:
                value = field.default_factory()  # type: ignore[call-arg]
                if isinstance(value, dict) and value:
                    found.setdefault(kind, {})[key] = value
    return found


BUILT_IN = _built_in()
"""Question type -> key -> its standard text."""


__all__ = [
    "BUILT_IN",
    "ELSEWHERE",
    "GROUPS",
    "OWN",
    "SETTINGS",
    "Setting",
    "cleaned",
    "find",
    "of",
    "of_question",
    "plain",
    "set_field",
    "shown",
]
