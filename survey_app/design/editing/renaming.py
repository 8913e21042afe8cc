"""Another name for a question, another code for a choice: everything that names it follows."""

import re
from collections.abc import Callable
from typing import Any

from survey_app.design.editing.tree import Data, Tree, plain
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.names import is_reserved
from survey_app.questionnaire.parts import CODE, NAME

RULES = ("show_if", "end_if")
Renamer = Callable[[str], str]


def rename_question(tree: Tree, node_id: str, name: str) -> None:
    """Raises DomainError when the name is not allowed or taken."""
    node = tree.node(node_id)
    old = node["name"]
    if name == old:
        return
    if not NAME.fullmatch(name) or name.endswith("_") or len(name) > 32:
        raise DomainError(N_("变量名用小写字母开头，只含小写字母、数字和下划线，不以下划线结尾，最多 32 个字符。")).at(
            "name"
        )
    if is_reserved(name):
        raise DomainError(N_("“%(name)s”是统计软件的保留字，请换一个变量名。"), name=name).at("name")
    if any(tree.node(key).get("name") == name for key in (*tree.ids("question"), *tree.ids("score")) if key != node_id):
        raise DomainError(N_("变量名“%(name)s”已经用过，请换一个。"), name=name).at("name")
    definition = Definition.from_json(plain(tree.data))
    for key in ("root", *tree.ids()):
        rename_in(tree.node(key), old, name, definition)
    node["name"] = name


def rename_in(node: Data, old: str, new: str, definition: Definition) -> None:
    """Follow the new name of a question inside one node: rules, expressions, scores, piped texts."""
    stored = _stored_names(definition, old)

    def renamed(name: str) -> str:
        return new + name[len(old) :] if name in stored else name

    _follow(node, renamed)


def _follow(node: Data, renamed: Renamer) -> None:
    """Variables under their new names in one node: rules, quotas, expressions, scores, piped texts."""
    for key in RULES:
        if key in node:
            node[key] = _condition(node[key], renamed)
    for quota in _quotas(node):
        quota["when"] = _condition(quota["when"], renamed)
    for check in _checks(node):
        check["that"] = _condition(check["that"], renamed)
        check |= (
            {"let": {own: _expression(tree, renamed) for own, tree in check["let"].items()}} if "let" in check else {}
        )
    if "expression" in node:
        node["expression"] = _expression(node["expression"], renamed)
    if isinstance(node.get("questions"), list) and "kind" in node:
        for key in ("questions", "reverse"):
            if key in node:
                node[key] = [renamed(name) for name in node[key]]
        if "weights" in node:
            node["weights"] = {renamed(name): weight for name, weight in node["weights"].items()}
    for key, value in list(node.items()):
        if key not in (*RULES, "expression", "questions", "pages", "scales", "scores", "quotas"):
            node[key] = _piped(value, renamed)


def _quotas(node: Data) -> list[Data]:
    """The quotas of a questionnaire; no other node has any."""
    held = node.get("quotas")
    return [quota for quota in held if isinstance(quota, dict) and "when" in quota] if isinstance(held, list) else []


def _checks(node: Data) -> list[Data]:
    """The checks of a question."""
    held = node.get("checks")
    return [check for check in held if isinstance(check, dict) and "that" in check] if isinstance(held, list) else []


def rename_page(tree: Tree, node_id: str, name: str) -> None:
    """Another name for a page, or none; groups of pages in random order follow. Raises DomainError when one needs the name."""
    node = tree.node(node_id)
    old, groups = node.get("name"), tree.data.get("random_pages") or []
    if old and any(old in group for group in groups):
        if not name:
            raise DomainError(N_("这一页参加随机排列，页名不能为空。")).at("name")
        tree.data["random_pages"] = [[name if one == old else one for one in group] for group in groups]
    if name:
        node["name"] = name
    else:
        node.pop("name", None)


def _stored_names(definition: Definition, name: str) -> set[str]:
    question = definition.by_name.get(name)
    if question is None:
        return {name}
    columns = {variable.name for variable in question.variables()}
    return {name, *question.answer_names(), *question.text_names(), *columns}


def _condition(condition: Any, renamed: Renamer) -> Any:
    if not isinstance(condition, dict):
        return condition
    found = {}
    for key, test in condition.items():
        if key in ("all", "any") and isinstance(test, list):
            found[key] = [_condition(part, renamed) for part in test]
        elif key == "not":
            found[key] = _condition(test, renamed)
        else:
            found[renamed(key)] = _test(test, renamed)
    return found


def _test(test: Any, renamed: Renamer) -> Any:
    if not isinstance(test, dict):
        return test
    return {
        operator: {**right, "answer": renamed(right["answer"])}
        if isinstance(right, dict) and isinstance(right.get("answer"), str)
        else right
        for operator, right in test.items()
    }


def _expression(tree: Any, renamed: Renamer) -> Any:
    if isinstance(tree, list):
        return [_expression(part, renamed) for part in tree]
    if not isinstance(tree, dict):
        return tree
    found: dict[str, Any] = {}
    for key, value in tree.items():
        if key == "answer" and isinstance(value, str):
            found[key] = renamed(value)
        elif key == "count" and isinstance(value, list):
            found[key] = [renamed(name) if isinstance(name, str) else name for name in value]
        elif key == "if":
            found[key] = _condition(value, renamed)
        else:
            found[key] = _expression(value, renamed)
    return found


_HOLE = re.compile(r"(\{\{ ?)([a-z][a-z0-9_]{0,63})( ?\}\})")


def _piped(value: Any, renamed: Renamer) -> Any:
    if isinstance(value, str) and "{{" in value:
        return _HOLE.sub(lambda hole: hole[1] + renamed(hole[2]) + hole[3], value)
    if isinstance(value, dict):
        return {key: _piped(words, renamed) if isinstance(words, str | dict) else words for key, words in value.items()}
    if isinstance(value, list) and all(isinstance(item, dict) and "_id" not in item for item in value):
        return [_piped(item, renamed) for item in value]
    return value


def rename_code(tree: Tree, node_id: str, code: str) -> None:
    """Raises DomainError when the code is not allowed, taken, or fixed because a published version stored it."""
    node, kind = tree.node(node_id), tree.kind(node_id)
    old = str(node["code"])
    if code == old:
        return
    if not CODE.fullmatch(code) or len(code) > 32:
        raise DomainError(N_("编码只用小写字母、数字和下划线，最多 32 个字符。")).at("code")
    if any(str(tree.node(key).get("code")) == code for key in tree.siblings(node_id) if key != node_id):
        raise DomainError(N_("编码“%(code)s”在这里已经用过。"), code=code).at("code")
    owner = tree.owner(node_id)[0]
    if kind in ("row", "field", "item", "column"):
        _rename_part(tree, node_id, code)
    else:
        variables = _variables_with(tree, owner, kind)
        for key in ("root", *tree.ids()):
            _recode_in(tree.node(key), variables, old, code)
        if kind == "choice" and tree.node(owner).get("expected") == old:
            tree.node(owner)["expected"] = code
        if kind == "choice" and "value" not in node and old.isdigit() and not code.isdigit():
            node["value"] = int(old)  # data files go on with the number they had
    node["code"] = code


def _rename_part(tree: Tree, node_id: str, code: str) -> None:
    """Variables of a row, field, item or column get other names."""
    node, question = tree.node(node_id), tree.node(tree.owner(node_id)[0])
    old = node["code"]
    before = _names(tree, question)
    node["code"] = code
    after = _names(tree, question)
    node["code"] = old
    names = dict(zip(before, after, strict=True))
    for key in ("root", *tree.ids()):
        _follow(tree.node(key), lambda name: names.get(name, name))


def _names(tree: Tree, question: Data) -> list[str]:
    """Every name of an answer or a column of a question, in an order that does not hang on its codes."""
    made = Definition.from_json({**plain(tree.data), "pages": [{"questions": [plain(question)]}]}).questions[0]
    return [name for variable in made.variables() for name in (variable.name, variable.answer)]


def _variables_with(tree: Tree, owner: str, kind: str) -> set[str]:
    """The variables whose answers are codes of this list."""
    if kind == "point":
        scale = tree.place(owner)[1]
        questions = [tree.node(key) for key in tree.ids("question") if tree.node(key).get("scale") == scale]
    elif tree.kind(owner) == "column":
        asked, column = tree.node(tree.owner(owner)[0]), tree.node(owner)["code"]
        return {f"{asked['name']}_{row['code']}_{column}" for row in asked.get("rows") or ()}
    else:
        questions = [tree.node(owner)]
    found = set()
    for question in questions:
        found |= {question["name"]} | {f"{question['name']}_{row['code']}" for row in question.get("rows") or ()}
    return found


def _recode_in(node: Data, variables: set[str], old: str, new: str) -> None:
    for key in RULES:
        if key in node:
            node[key] = _recoded(node[key], variables, old, new)
    for quota in _quotas(node):
        quota["when"] = _recoded(quota["when"], variables, old, new)
    for check in _checks(node):
        check["that"] = _recoded(check["that"], variables, old, new)
        if "let" in check:
            check["let"] = {own: _recoded_expression(tree, variables, old, new) for own, tree in check["let"].items()}
    if isinstance(node.get("expression"), dict):
        node["expression"] = _recoded_expression(node["expression"], variables, old, new)


def _recoded(condition: Any, variables: set[str], old: str, new: str) -> Any:
    if not isinstance(condition, dict):
        return condition
    found: dict[str, Any] = {}
    for key, test in condition.items():
        if key in ("all", "any") and isinstance(test, list):
            found[key] = [_recoded(part, variables, old, new) for part in test]
        elif key == "not":
            found[key] = _recoded(test, variables, old, new)
        elif key in variables and isinstance(test, dict):
            found[key] = {op: right if op == "count" else _swap(right, old, new) for op, right in test.items()}
        else:
            found[key] = test
    return found


def _swap(right: Any, old: str, new: str) -> Any:
    if isinstance(right, list):
        return [_swap(item, old, new) for item in right]
    return new if not isinstance(right, bool | dict) and str(right) == old else right


def _recoded_expression(tree: Any, variables: set[str], old: str, new: str) -> Any:
    if isinstance(tree, list):
        return [_recoded_expression(part, variables, old, new) for part in tree]
    if not isinstance(tree, dict):
        return tree
    return {
        key: _recoded(value, variables, old, new) if key == "if" else _recoded_expression(value, variables, old, new)
        for key, value in tree.items()
    }
