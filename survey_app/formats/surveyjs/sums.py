"""multipletext whose numbers have to make up a total: `{split.a} + {split.b} = 100` or `sum({split.a}, {split.b}) = 100`."""

from typing import Any

from survey_app.formats.importing.logic import BadExpression, Call, Const, Inexpressible, Op, Ref, Target
from survey_app.formats.json_files import Node, as_number
from survey_app.formats.surveyjs.expressions import parse
from survey_app.formats.surveyjs.outline import Element
from survey_app.formats.surveyjs.work import Work

MOST_ITEMS = 50


def total_of(element: Element) -> tuple[float, Node] | None:
    """The total all items have to make up, and the validator that says so."""
    items = element.node.nodes("items")
    if not 1 <= len(items) <= MOST_ITEMS or any(item.words("inputType").lower() != "number" for item in items):
        return None
    wanted = {f"{element.name}.{item.words('name')}".lower() for item in items}
    for check in element.node.nodes("validators"):
        try:
            tree = parse(check.words("expression"))
            names, total = _sum(tree)
        except (BadExpression, Inexpressible):
            continue
        if total > 0 and sorted(names) == sorted(wanted):
            return total, check
    return None


def _sum(tree: Any) -> tuple[list[str], float]:
    if not isinstance(tree, Op) or tree.op != "=":
        raise Inexpressible
    left, right = (tree.right, tree.left) if isinstance(tree.left, Const) else (tree.left, tree.right)
    total = as_number(right.value) if isinstance(right, Const) else None
    if total is None:
        raise Inexpressible
    return _names(left), total


def _names(tree: Any) -> list[str]:
    if isinstance(tree, Ref):
        return [tree.name.strip().lower()]
    if isinstance(tree, Op) and tree.op == "+":
        return [*_names(tree.left), *_names(tree.right)]
    if isinstance(tree, Call) and tree.name == "sum":
        return [name for part in tree.parts for name in _names(part)]
    raise Inexpressible


def constant_sum(work: Work, element: Element, total: float, check: Node) -> None:
    """The question, its items, and the validator in the report."""
    items = element.node.nodes("items")
    given = [item.words("name") or str(index + 1) for index, item in enumerate(items)]
    name = work.draft.name(element.name, element.node.at("name"), given)
    codes = work.draft.codes(given, 31 - len(name))
    made = []
    for item, value, code in zip(items, given, codes, strict=True):
        own: dict[str, Any] = {"code": code, "text": work.text(item, "title", ours=name) or work.plain(value)}
        low, high = item.number("min"), item.number("max")
        if low is None or high is None or low <= high:
            own |= {key: bound for key, bound in (("min", low), ("max", high)) if bound is not None}
        item.get("inputType", "min", "max", "isRequired", "name")
        work.draft.kept("row", item.place, value, name)
        work.settings(item, name)
        made.append(own)
    work.question(element, "constant_sum", name, items=made, total=total)
    known = work.know(element, Target("none", name))
    known.pieces |= {
        value.lower(): Target("number", f"{name}_{code}") for value, code in zip(given, codes, strict=True)
    }
    work.draft.kept("validation", check.place, check.words("expression"), name)
    work.kept(element, name)
