"""Words by condition: `{if(sex == 'M', 'his', 'her')}` in a text, as a computed value with words of its own."""

from dataclasses import dataclass
from typing import Any

from survey_app.formats.importing.logic import Call, Const, Inexpressible, Op, Ref
from survey_app.formats.limesurvey.conditions import Reading, shallow
from survey_app.formats.limesurvey.expressions import Quoted

_DEEPEST = 12


@dataclass(frozen=True)
class Phrase:
    """An expression of ours whose value says which of the words stand there; 0: none of them."""

    expression: Any
    words: tuple[str, ...]


def has_words(tree: Any) -> bool:
    """Whether the expression chooses between words: what it says depends on answers, so it is a rule."""
    if isinstance(tree, Call) and tree.name == "if" and len(tree.parts) == 3:
        return any(_is_wording(part) or has_words(part) for part in tree.parts[1:])
    return False


def _is_wording(tree: Any) -> bool:
    return isinstance(tree, Const) and isinstance(tree.value, Quoted) and bool(tree.value.strip())


def phrase(reading: Reading, tree: Any) -> Phrase:
    """The words of nested ifs whose ends are fixed. Raises Inexpressible. A hidden question in them makes all of it empty."""
    words: list[str] = []
    found = _value(reading, tree, words, 0)
    shown = reading.guarded(True)
    if shown is False or not words:
        raise Inexpressible
    whole = {"if": shown, "then": found, "else": 0} if isinstance(shown, dict) else found
    return Phrase(shallow(whole), tuple(words))


def _value(reading: Reading, tree: Any, words: list[str], depth: int) -> Any:
    if isinstance(tree, Const):
        text = str(tree.value).strip()
        if not text:
            return 0
        if text not in words:
            words.append(text)
        return words.index(text) + 1
    if depth > _DEEPEST or not isinstance(tree, Call) or tree.name != "if" or len(tree.parts) != 3:
        raise Inexpressible
    when = reading.truth(tree.parts[0], depth)
    if isinstance(when, bool):
        return _value(reading, tree.parts[1 if when else 2], words, depth + 1)
    yes, no = (_value(reading, part, words, depth + 1) for part in tree.parts[1:])
    return {"if": when, "then": yes, "else": no}


def typed_or_chosen(tree: Any) -> Ref | None:
    """`if(strlen(q_other) >= 1, q_other, q.shown)` says what our piping says of a list with 其他 anyway; that list, or None."""
    if not (isinstance(tree, Call) and tree.name == "if" and len(tree.parts) == 3):
        return None
    test, yes, no = tree.parts
    if isinstance(test, Call) and test.name == "is_empty":
        test, yes, no = test.parts[0] if len(test.parts) == 1 else None, no, yes
    elif isinstance(test, Op) and isinstance(test.left, Call) and test.left.name == "strlen":
        fits = (test.op, test.right) in ((">=", Const(1)), (">", Const(0)), ("!=", Const(0)))
        test = test.left.parts[0] if fits and len(test.left.parts) == 1 else None
    if not all(isinstance(part, Ref) for part in (test, yes, no)):
        return None
    same = test.name == yes.name == f"{no.name}_other" and no.part == "shown" and yes.part in ("", "NAOK")
    return no if same else None
