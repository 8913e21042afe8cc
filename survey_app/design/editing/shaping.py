"""Settings that change more than one key: type, cells of a matrix, words of points, source of a hidden value, scores, languages.

Nothing that a rule uses goes silently: such a change raises `operations.InUse`.
"""

import copy
import re
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import ValidationError

from survey_app.design.editing import operations, starts
from survey_app.design.editing.tree import ROOT, Data, Tree, new_id, plain
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import CODE
from survey_app.questionnaire.question_types import TYPES
from survey_app.questionnaire.texts import half_width

CELLS = {"scale": "scale", "points": "points", "choices": "choices", "nps": "cell"}
"""How a row of a matrix is answered -> the key that says so."""
_NOT_LISTED = N_("请从列表中选择。")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
_TWO = re.compile(r"(-?[0-9.]+)\s*(?:[,，~～–—]|到|至|to|-|\s)\s*(-?[0-9.]+)")


def number_in(text: str) -> int | float | None:
    """A typed number; None when it is none."""
    text = half_width(text).strip()
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return int(value) if value.is_integer() else value


# --- the type ----------------------------------------------------------------------------------------------------------
def change_type(tree: Tree, node_id: str, kind: str) -> list[str]:
    """Another type, keeping every key that the new type can hold as it stands; returns the keys that were lost."""
    node = tree.node(node_id)
    if kind == node["type"]:
        return []
    lost = operations.set_type(tree, node_id, kind)
    node = tree.node(node_id)
    fresh = starts.question(kind, tree.data["languages"])
    if kind == "hidden" and "choices" in node:
        node.pop("value", None)
        node.setdefault("parameter", str(node["name"]).replace("_", "-"))
    for _attempt in range(12):
        wrong = _unfit_keys(tree, node, kind)
        if not wrong:
            break
        for key in wrong:
            lost += [key] if key in node and key not in lost else []
            node.pop(key, None)
            if key in fresh:
                node[key] = fresh[key]
    codes = [choice["code"] for choice in node.get("choices") or ()]
    if kind == "attention_check" and codes and node.get("expected") not in codes:
        node["expected"] = codes[-1]
    tree.index()
    return lost


def _unfit_keys(tree: Tree, node: Data, kind: str) -> list[str]:
    """The keys that keep the node from being a question of this type."""
    try:
        TYPES[kind].model_validate(plain(node), context={"language": tree.data["languages"][0]})
    except ValidationError as error:
        keys = [str(detail["loc"][0]) for detail in error.errors(include_url=False) if detail["loc"]]
        optional = {k for k, field in TYPES[kind].model_fields.items() if not field.is_required()}
        return keys or [
            key for key in ("labels", "min", "max", "choices", "parameter") if key in node and key in optional
        ]
    return []


def losses(tree: Tree, node_id: str, kind: str) -> tuple[list[str], Definition]:
    """What changing the type would lose, and the questionnaire as it would be; the tree stays as it is."""
    trial = Tree(tree.data)
    lost = change_type(trial, node_id, kind)
    return lost, Definition.from_json(plain(trial.data))


# --- parts of questions ------------------------------------------------------------------------------------------------
def set_scale(tree: Tree, node_id: str, code: str) -> None:
    """The scale of a likert item or of the rows of a matrix."""
    if code not in (tree.data.get("scales") or {}):
        raise DomainError(_NOT_LISTED).at("scale")
    node = tree.node(node_id)
    if node["type"] == "matrix":
        set_cells(tree, node_id, "scale")
    node["scale"] = code


def set_cells(tree: Tree, node_id: str, kind: str) -> None:
    """How each row of a matrix is answered."""
    if kind not in CELLS:
        raise DomainError(_NOT_LISTED).at("cell")
    node = tree.node(node_id)
    if CELLS[kind] in node:
        return
    _refuse_used_choices(tree, node_id)
    for key in (*CELLS.values(), "labels"):
        node.pop(key, None)
    if kind != "points":
        node.pop("style", None)
        node.pop("start", None)
    if kind == "scale":
        node["scale"] = operations._any_scale(tree)
    elif kind == "points":
        node["points"] = 5
    elif kind == "nps":
        node["cell"] = "nps"
    else:
        node["choices"] = _blank_choices(tree, 2)
    tree.index()


def _blank_choices(tree: Tree, count: int) -> list[Data]:
    first = tree.data["languages"][0]
    return [{"_id": new_id(), "code": str(n), "text": {first: ""}} for n in range(1, count + 1)]


def _refuse_used_choices(tree: Tree, node_id: str) -> None:
    for choice in tree.children(node_id, "choices"):
        found = operations._uses(tree, choice)
        if found:
            raise operations.InUse(N_("这里还被其他地方使用，不能直接删除。请先修改使用它的地方。"), found)


def use_labels(tree: Tree, node_id: str, wanted: bool) -> None:
    """Words at every point of a rating, or at its ends alone."""
    node = tree.node(node_id)
    if not wanted:
        node.pop("labels", None)
        if node.get("style") == "labels":
            node.pop("style")
        return
    if node.get("labels") is None:
        first, start = tree.data["languages"][0], int(node.get("start", 1))
        points = int(node.get("points") or 5)
        labels = [{first: str(start + n)} for n in range(points)]
        for place, key in ((0, "low"), (-1, "high")):
            if node.get(key):
                labels[place] = dict(node[key])
        node["labels"] = labels


def set_source(tree: Tree, node_id: str, kind: str) -> None:
    """Where a hidden value comes from: a constant, or a parameter of the link."""
    node = tree.node(node_id)
    if kind == "constant" and "parameter" in node:
        _refuse_used_choices(tree, node_id)
        for key in ("parameter", "choices"):
            node.pop(key, None)
        node["value"] = 1
    elif kind == "parameter" and "parameter" not in node:
        node.pop("value", None)
        node["parameter"] = str(node["name"]).replace("_", "-")
        node["choices"] = _blank_choices(tree, 1)
    elif kind not in ("constant", "parameter"):
        raise DomainError(_NOT_LISTED).at("value")
    tree.index()


def set_expected(tree: Tree, node_id: str, code: str) -> None:
    """The right answer of an attention check."""
    if code not in [choice["code"] for choice in tree.node(node_id)["choices"]]:
        raise DomainError(_NOT_LISTED).at("expected")
    tree.node(node_id)["expected"] = code


COLUMN_KEYS = {"short_text": ("max_length",), "number": ("min", "max", "decimals"), "dropdown": ("choices", "retired")}
"""What a column of a table of fields can have besides code and words, by its type."""


def set_column_type(tree: Tree, node_id: str, kind: str) -> None:
    """How a column of a table of fields is filled in; what the new way cannot have goes."""
    if kind not in COLUMN_KEYS:
        raise DomainError(_NOT_LISTED).at("type")
    node = tree.node(node_id)
    if kind == node["type"]:
        return
    _refuse_used_choices(tree, node_id)
    for key in {key for keys in COLUMN_KEYS.values() for key in keys} - set(COLUMN_KEYS[kind]):
        node.pop(key, None)
    node["type"] = kind
    if kind == "dropdown":
        node["choices"] = _blank_choices(tree, 2)
    tree.index()


def set_accepts(tree: Tree, node_id: str, given: str) -> None:
    """What a file question takes: `photo`, `document`, `photo+document`."""
    kinds = given.split("+")
    if not kinds or len(set(kinds)) < len(kinds) or not set(kinds) <= {"photo", "document"}:
        raise DomainError(_NOT_LISTED).at("accepts")
    operations.set_value(tree, node_id, "accepts", None if kinds == ["photo"] else kinds)


def set_indicator(tree: Tree, node_id: str, key: str) -> None:
    """What the question measures; "" for nothing."""
    operations.set_value(tree, node_id, "indicator", key or None)


# --- scales, scores, languages -----------------------------------------------------------------------------------------
def rename_scale(tree: Tree, node_id: str, code: str) -> None:
    """Another code for a scale; the questions on it follow."""
    scales, old = tree.data["scales"], str(tree.place(node_id)[1])
    if code == old:
        return
    if not CODE.fullmatch(code) or len(code) > 32:
        raise DomainError(N_("编码只用小写字母、数字和下划线，最多 32 个字符。")).at("_code")
    if code in scales:
        raise DomainError(N_("已经有一个叫“%(code)s”的量表。"), code=code).at("_code")
    tree.data["scales"] = {code if key == old else key: value for key, value in scales.items()}
    for question in tree.ids("question"):
        if tree.node(question).get("scale") == old:
            tree.node(question)["scale"] = code
    tree.index()


def new_scale(tree: Tree) -> str:
    """A scale under the next free code. Returns its id."""
    scales, number = tree.data.get("scales") or {}, 1
    while f"scale{number}" in scales:
        number += 1
    return operations.add_scale(tree, f"scale{number}")


def scored_variables(definition: Definition) -> list[str]:
    """The answers that a score can be made of, in order."""
    return [
        name
        for name, question in definition.owners.items()
        if name in question.answer_names() and question.operand(name) in ("choice", "number")
    ]


def new_score(tree: Tree, kind: str) -> str:
    """A score over what fits its kind. Raises DomainError when no question can be scored."""
    definition = operations.definition_of(tree)
    known = scored_variables(definition)
    rated = ("rating", "likert", "matrix", "nps", "csat", "ces")
    fit = [n for n in known if definition.owners[n].type in ((kind,) if kind in ("nps", "csat", "ces") else rated)]
    chosen = fit or known
    if not chosen:
        raise DomainError(N_("还没有能计分的题，请先添加评分、量表或选择题。"))
    made = operations.add_score(tree, kind, chosen[:1] if kind in ("nps", "csat", "ces") else chosen)
    follow(tree, made, "kind")
    return made


def new_quota(tree: Tree) -> str:
    """A quota of those who choose the first answer of the first choice question. Raises DomainError without any question."""
    asked = operations.definition_of(tree).owners.items()
    offered = ((name, codes) for name, question in asked if question.asks and (codes := question.codes(name)))
    answered = ((name, None) for name, question in asked if question.asks and name in question.answer_names())
    name, codes = next(offered, None) or next(answered, ("", None))
    if not name:
        raise DomainError(N_("还没有题目，请先添加要按它计数的题。"))
    several = codes and operations.definition_of(tree).owners[name].operand(name) == "multiple"
    test: Data = {"includes" if several else "is": next(iter(codes))} if codes else {"answered": True}
    return operations.add_quota(tree, {name: test})


def set_items(
    tree: Tree, node_id: str, questions: Sequence[str], reverse: Sequence[str], weights: dict[str, str]
) -> None:
    """What a score is made of. The order of what stays is kept; what is unknown now but was chosen before stays chosen."""
    node = tree.node(node_id)
    wanted = [name for name in node["questions"] if name in questions]
    wanted += [name for name in questions if name not in wanted]
    if not wanted:
        raise DomainError(N_("得分至少要有一道题。")).at("questions")
    node["questions"] = wanted
    turned = [name for name in node.get("reverse") or () if name in reverse]
    turned += [name for name in reverse if name in wanted and name not in turned]
    turned = [name for name in turned if name in wanted]
    operations.set_value(tree, node_id, "reverse", turned or None)
    if node["kind"] != "weighted":
        return
    before, found = node.get("weights") or {}, {}
    for name in wanted:
        given = weights.get(name, "").strip()
        number = number_in(given) if given else before.get(name, 1)
        if number is None:
            raise DomainError(N_("请填写数字，例如 3 或 2.5。")).at("weights")
        found[name] = before[name] if name in before and before[name] == number else number
    node["weights"] = found


def set_rescale(tree: Tree, node_id: str, given: str) -> None:
    """The two ends that a score is mapped to: `0 – 100`; "" for none."""
    if not given:
        operations.set_value(tree, node_id, "rescale", None)
        return
    match = _TWO.fullmatch(half_width(given).strip())
    ends = [number_in(end) for end in match.groups()] if match else [None]
    if None in ends:
        raise DomainError(N_("请填写两个数，例如 0 – 100。")).at("rescale")
    operations.set_value(tree, node_id, "rescale", ends)


def first_language(tree: Tree, language: str) -> None:
    """Make another language the first: the source of translations, and what is shown where one is missing."""
    languages = list(tree.data["languages"])
    if language not in languages:
        raise DomainError(_NOT_LISTED).at("languages")
    tree.data["languages"] = [language, *(other for other in languages if other != language)]


def set_mode(tree: Tree, node_id: str, mode: str) -> None:
    """How anonymous the answers are; whether a published questionnaire may change is checked where it is stored."""
    if mode not in ("anonymous", "confidential", "identified"):
        raise DomainError(_NOT_LISTED).at("mode")
    tree.node(ROOT)["mode"] = mode


def follow(tree: Tree, node_id: str, key: str) -> None:
    """Bring in line what depends on a setting that was just changed."""
    node = tree.node(node_id)
    if key in ("points", "start") and node.get("labels") is not None and tree.kind(node_id) == "question":
        first, wanted, start = tree.data["languages"][0], int(node.get("points") or 5), int(node.get("start", 1))
        labels = copy.deepcopy(list(node["labels"]))[:wanted]
        node["labels"] = labels + [{first: str(start + n)} for n in range(len(labels), wanted)]
    if key == "kind" and tree.kind(node_id) == "score":
        kind = node["kind"]
        unfit = {
            "weights": kind != "weighted",
            "top": kind not in ("csat", "ces"),
            "rescale": kind in ("nps", "csat", "ces"),
            "reverse": kind in ("nps", "csat", "ces"),
        }
        for option in (option for option, wrong in unfit.items() if wrong):
            node.pop(option, None)
        if kind == "weighted" and not node.get("weights"):
            node["weights"] = dict.fromkeys(node["questions"], 1)


SHAPERS: dict[str, Callable[[Tree, str, str], Any]] = {
    "scale": set_scale,
    "cell": set_cells,
    "expected": set_expected,
    "column_type": set_column_type,
    "indicator": set_indicator,
    "rescale": set_rescale,
    "mode": set_mode,
    "accepts": set_accepts,
    "scale_code": rename_scale,
}
"""Controls whose one value changes several keys, or must be one of a list that the questionnaire makes."""
