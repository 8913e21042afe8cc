"""Damaged copies of a file: cut, bytes turned, parts swapped, keys and values exchanged. The same seed gives the same copies."""

import copy
import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from survey_app.formats.importing import Imported, Refused

_JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, 10**30, "", " ", "x" * 5000, "{{q}}", "{a} = ", "../..", "<script>alert(1)</script>",
    [], {}, [[]], [None], {"default": None}, {"": ""}, "\ud800", "问题", "-99", "a b", {"value": [1]}, "NaN", "=1+1",
)  # fmt: skip


def mutants(source: bytes, number: int, seed: int) -> Iterator[bytes]:
    """`number` damaged copies of a JSON file."""
    chance = random.Random(seed)
    value = json.loads(source)
    for _ in range(number):
        if chance.random() < 0.25:
            yield _bytes(source, chance)
        else:
            damaged = json.loads(source)
            for _ in range(chance.choice((1, 1, 1, 2, 5, 20))):
                damaged = _changed(damaged, chance, value)
            yield json.dumps(damaged).encode()


def _bytes(source: bytes, chance: random.Random) -> bytes:
    data = bytearray(source)
    at = chance.randrange(len(data))
    match chance.randrange(4):
        case 0:
            del data[at:]
        case 1:
            data[at] ^= 1 << chance.randrange(8)
        case 2:
            del data[at : at + chance.randrange(1, 50)]
        case _:
            data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
    return bytes(data)


def _changed(value: Any, chance: random.Random, whole: Any) -> Any:
    """One place of the tree changed."""
    places = list(_places(value))
    if not places:
        return value
    holder, key = chance.choice(places)
    other_holder, other_key = chance.choice(list(_places(whole)))
    match chance.randrange(6):
        case 0:
            del holder[key]
        case 1:
            holder[key] = copy.deepcopy(chance.choice(_JUNK))
        case 2:
            holder[key] = json.loads(json.dumps(other_holder[other_key]))
        case 3 if isinstance(holder, dict):
            holder[str(other_key)] = holder.pop(key)
        case 4 if isinstance(holder, list):
            holder.insert(key, json.loads(json.dumps(holder[key])))
        case _:
            holder[key] = copy.deepcopy(chance.choice(_JUNK))
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys: Any = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        yield value, key
        yield from _places(value[key])


def torn(source: str, number: int, seed: int, signs: Sequence[str]) -> Iterator[str]:
    """`number` damaged copies of a text: lines gone, doubled, exchanged; pieces cut; signs of its format put anywhere."""
    chance = random.Random(seed)
    whole = source.split("\n")
    for _ in range(number):
        lines = list(whole)
        for _ in range(chance.choice((1, 1, 2, 3, 8))):
            at = chance.randrange(len(lines))
            line = lines[at]
            place = chance.randrange(len(line) + 1)
            match chance.randrange(6):
                case 0 if len(lines) > 1:
                    del lines[at]
                case 1:
                    lines.insert(at, chance.choice(whole))
                case 2:
                    lines[at] = line[:place] + line[place + chance.randrange(1, 20) :]
                case 3:
                    other = chance.choice(whole)
                    lines[at] = line[:place] + other[chance.randrange(len(other) + 1) :]
                case _:
                    lines[at] = line[:place] + chance.choice(signs) + line[place:]
        yield "\n".join(lines)


def flipped(source: bytes, number: int, seed: int) -> Iterator[bytes]:
    """`number` copies with bytes cut, turned or put in."""
    chance = random.Random(seed)
    for _ in range(number):
        yield _bytes(source, chance) or b"x"


def end_well(parse: Callable[[bytes], Imported], copies: Iterable[bytes]) -> tuple[int, int]:
    """How many became drafts and how many were refused; any other end is an error of the importer."""
    drafts = refused = 0
    for mutant in copies:
        try:
            imported = parse(mutant)
        except Refused as error:
            refused += 1
            faults = error.faults
        else:
            drafts += 1
            assert imported.definition.questions
            json.dumps([line.to_json() for line in imported.lines])
            faults = ()
        assert all(fault.sentence("en") and fault.sentence("zh") for fault in faults)
    return drafts, refused
