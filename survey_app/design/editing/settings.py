"""Settings as a form sends them: text turned into what the definition wants, by the models of the engine."""

import math
import types
import typing
from typing import Any

from survey_app.design.editing import operations
from survey_app.design.editing.tree import TEXT_KEYS, Tree
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire.definition import Definition, Page, Score
from survey_app.questionnaire.parts import Choice, Model, Point, Scale
from survey_app.questionnaire.question_types import TYPES
from survey_app.questionnaire.question_types.matrix import Row
from survey_app.questionnaire.question_types.writing import TextItem

MODELS: dict[str, type[Model]] = {
    "root": Definition,
    "page": Page,
    "choice": Choice,
    "row": Row,
    "field": TextItem,
    "scale": Scale,
    "point": Point,
    "score": Score,
}


def model_of(tree: Tree, node_id: str) -> type[Model]:
    """The model of the engine that a node follows."""
    kind = tree.kind(node_id)
    return TYPES[tree.node(node_id)["type"]] if kind == "question" else MODELS[kind]


def set_field(tree: Tree, node_id: str, key: str, raw: str, *, language: str = "", index: int | None = None) -> None:
    """What a field of the editor sends: a text in a language, one label of a list, or a setting. "" takes it out.

    Raises KeyError for nodes and keys that do not exist, DomainError for a value that cannot be one.
    """
    model = model_of(tree, node_id)
    if key not in model.model_fields:
        raise KeyError(node_id)
    if language and language not in tree.data["languages"]:
        raise KeyError(node_id)
    if index is not None:
        operations.set_label(tree, node_id, index, language, raw)
    elif key in TEXT_KEYS and language:
        operations.set_text(tree, node_id, key, language, raw)
    elif key in TEXT_KEYS:
        raise KeyError(node_id)
    else:
        _set_plain(tree, node_id, key, raw, model)


def _set_plain(tree: Tree, node_id: str, key: str, raw: str, model: type[Model]) -> None:
    kind = tree.kind(node_id)
    if kind == "question" and key == "name":
        operations.rename(tree, node_id, raw)
    elif kind == "question" and key == "type":
        operations.set_type(tree, node_id, raw)
    elif key == "code":
        operations.rename_code(tree, node_id, raw)
    else:
        value = value_of(raw, model.model_fields[key].annotation)
        operations.set_value(tree, node_id, key, value)


def value_of(raw: str, annotation: Any) -> Any:
    """The text as the kind of value that the annotation allows; None for no value and for a switch that is off."""
    raw = raw.strip()
    kinds = set(_kinds(annotation))
    if bool in kinds:
        return True if raw in ("1", "true", "on") else None
    if not raw:
        return None
    if kinds & {int, float}:
        number = _number(raw)
        if number is not None and (float in kinds or isinstance(number, int)):
            return number
        if str not in kinds:
            raise DomainError(N_("请填写数字。") if float in kinds else N_("请填写整数。"))
    if str in kinds:
        return raw
    raise KeyError(raw)  # rules, expressions and lists have pages of their own


def _number(raw: str) -> int | float | None:
    try:
        return int(raw)
    except ValueError:
        pass
    try:
        number = float(raw)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _kinds(annotation: Any) -> list[Any]:
    """The plain types inside an annotation."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _kinds(typing.get_args(annotation)[0])
    if origin is typing.Literal:
        return [type(value) for value in typing.get_args(annotation)]
    if origin in (typing.Union, types.UnionType):
        return [kind for part in typing.get_args(annotation) for kind in _kinds(part)]
    return [annotation]
