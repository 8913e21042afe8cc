"""Paths of FHIRPath as the names of answers.

`%resource.item.where(linkId='fever').answer.value` becomes Ref("fever"); `.exists()`, `.empty()`, `.count()`, `.not()`, `iif`,
arithmetic and comparisons are kept; `%name` is a variable.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_app.formats.fhir.fhirpath import Path, Step
from survey_app.formats.importing.logic import Both, Call, Const, Inexpressible, Not, Op, Ref

_KEPT = frozenset(("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "&"))
_ANSWER = frozenset(
    (
        "item",
        "answer",
        "value",
        "valueBoolean",
        "valueDecimal",
        "valueInteger",
        "valueDate",
        "valueDateTime",
        "valueTime",
    )
    + (
        "valueString",
        "valueUri",
        "valueCoding",
        "valueQuantity",
        "code",
        "single",
        "first",
        "last",
        "ofType",
        "descendants",
    )
    + ("repeat", "toInteger", "toDecimal", "toString", "toQuantity")
)

_CODE = frozenset(("value", "valueCoding", "valueString", "coding", "code", "$this"))
"""What leads from an answer to its code."""


@dataclass
class Context:
    """The variables by name, the item a rule belongs to, and how many parts the rule may still grow by."""

    variables: Mapping[str, Any]
    own: str = ""
    left: int = 5_000


def simple(tree: Any, context: Context, depth: int = 0) -> Any:
    """The tree with every path as a Ref, a Not or a Call (exists, has, count, score, round, power, iif). Raises Inexpressible."""
    context.left -= 1  # a variable may name another twice, and that one a third
    if depth > 40 or context.left < 0:
        raise Inexpressible
    if isinstance(tree, Const):
        return tree
    if isinstance(tree, Path):
        return _path(tree, context, depth)
    if isinstance(tree, Op) and tree.op in ("implies", "xor"):
        return _logic(tree.op, simple(tree.left, context, depth + 1), simple(tree.right, context, depth + 1))
    if isinstance(tree, Op) and tree.op == "in" and (listed := _constants(tree.right)):
        one = simple(tree.left, context, depth + 1)
        return Both("any", tuple(Op("=", one, value) for value in listed))
    if isinstance(tree, Op) and tree.op in ("in", "contains"):
        several, one = (tree.right, tree.left) if tree.op == "in" else (tree.left, tree.right)
        return _has(simple(several, context, depth + 1), simple(one, context, depth + 1))
    if isinstance(tree, Op):
        if tree.op not in _KEPT:
            raise Inexpressible
        return Op(tree.op, simple(tree.left, context, depth + 1), simple(tree.right, context, depth + 1))
    if hasattr(tree, "parts") and hasattr(tree, "word"):
        return type(tree)(tree.word, tuple(simple(part, context, depth + 1) for part in tree.parts))
    raise Inexpressible


def _logic(word: str, left: Any, right: Any) -> Any:
    """`implies`: the first is false, or the second true. `xor`: one is true and the other false."""
    if word == "implies":
        return Both("any", (Not(left), right))
    return Both("any", (Both("all", (left, Not(right))), Both("all", (Not(left), right))))


def _constants(tree: Any) -> list[Const]:
    """The values of `('a' | 'b')`; [] for anything else."""
    found: list[Const] = []
    while isinstance(tree, Op) and tree.op == "|" and isinstance(tree.right, Const):
        found.insert(0, tree.right)
        tree = tree.left
    return [tree, *found] if found and isinstance(tree, Const) else []


def _path(path: Path, context: Context, depth: int) -> Any:
    steps = list(path.steps)
    endings: list[Step] = []
    while (
        steps
        and steps[-1].parts is not None
        and steps[-1].name in ("exists", "empty", "not", "round", "power", "hasValue", "count")
    ):
        endings.insert(0, steps.pop())
    if endings and (code := _asked_for(steps, endings[0])) is not None:
        first = endings.pop(0)
        base = steps if first.parts else steps[:-1]
        there = _has(_start(Path(path.root, tuple(base)), context, depth), Const(code))
        found: Any = Not(there) if first.name == "empty" else there
    else:
        found = _start(Path(path.root, tuple(steps)), context, depth)
    for ending in endings:
        found = _ended(found, ending, context, depth)
    return found


def _has(several: Any, one: Any) -> Call:
    """That a code is among the answers; nothing is among none."""
    if not isinstance(several, Ref) or not isinstance(one, Const) or not isinstance(one.value, str):
        raise Inexpressible
    return Call("has", (several, one))


def _asked_for(steps: list[Step], ending: Step) -> str | None:
    """The code in `.where(value.code = 'x').exists()` and `.exists(code = 'x')`; None where they say something else."""
    test: Any = None
    if ending.name == "exists" and ending.parts and len(ending.parts) == 1:
        test = ending.parts[0]
    elif ending.name in ("exists", "empty") and not ending.parts and steps and steps[-1].name == "where":
        test = steps[-1].parts[0] if steps[-1].parts and len(steps[-1].parts) == 1 else None
    if not (isinstance(test, Op) and test.op == "=" and isinstance(test.left, Path) and isinstance(test.right, Const)):
        return None
    of_code = test.left.root == "" and all(step.parts is None and step.name in _CODE for step in test.left.steps)
    return test.right.value if of_code and isinstance(test.right.value, str) else None


def _ended(found: Any, ending: Step, context: Context, depth: int) -> Any:
    parts = tuple(simple(part, context, depth + 1) for part in ending.parts or ())
    if ending.name in ("exists", "empty", "hasValue") and not parts and isinstance(found, Ref | Call):
        there = Call("exists", (found,))
        return there if ending.name != "empty" else Not(there)
    if ending.name == "not" and not parts:
        return Not(found)
    if ending.name == "count" and not parts and isinstance(found, Ref):
        return Call("count", (found,))
    if ending.name in ("round", "power"):
        return Call(ending.name, (found, *parts))
    raise Inexpressible


def _start(path: Path, context: Context, depth: int) -> Any:
    root, steps = path.root, path.steps
    if not isinstance(root, str):
        if steps and any(step.name not in _ANSWER for step in steps):
            raise Inexpressible
        return simple(root, context, depth + 1)
    if root.startswith("%") and root[1:] in context.variables:
        if any(step.name not in _ANSWER for step in steps):
            raise Inexpressible
        return simple(context.variables[root[1:]], context, depth + 1)
    if root == "" and steps and steps[0].name == "iif" and steps[0].parts is not None and len(steps) == 1:
        parts = steps[0].parts if len(steps[0].parts) == 3 else (*steps[0].parts, Const(None))
        return Call("iif", tuple(simple(part, context, depth + 1) for part in parts))
    if root == "%questionnaire":
        return _score_of(steps)
    if root in ("%resource", "%context", "", "%root", "%rootResource"):
        return _answer(root, steps, context.own)
    raise Inexpressible


def _link(step: Step) -> str | None:
    """`where(linkId = 'x')`, also with `and answer.exists()` and the like left out: only the plain form."""
    if step.name != "where" or step.parts is None or len(step.parts) != 1:
        return None
    test = step.parts[0]
    if not (isinstance(test, Op) and test.op == "=" and isinstance(test.left, Path) and isinstance(test.right, Const)):
        return None
    plain = test.left.root == "" and [inner.name for inner in test.left.steps] == ["linkId"]
    return str(test.right.value) if plain else None


def _answer(root: str, steps: tuple[Step, ...], own: str) -> Ref:
    link = own if root in ("%context", "") else ""
    named = False
    asked = False
    for step in steps:
        if step.name == "where":
            found = _link(step)
            if found is None or asked:
                raise Inexpressible
            link, named = found, True
        elif step.name not in _ANSWER:
            raise Inexpressible
        asked = asked or step.name == "answer"
    if not link or (not named and not asked) or not (asked or named):
        raise Inexpressible
    if not asked:
        raise Inexpressible
    return Ref(link)


def _score_of(steps: tuple[Step, ...]) -> Call:
    """`%questionnaire.item.where(linkId = 'a').answerOption.where(...).extension.where(...).valueDecimal`: the score of a."""
    links = [link for step in steps if (link := _link(step)) is not None]
    names = [step.name for step in steps]
    if not links or "answerOption" not in names or names[-1] not in ("valueDecimal", "valueInteger", "value"):
        raise Inexpressible
    return Call("score", (Ref(links[-1]),))
