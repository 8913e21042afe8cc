"""From a file to a definition, or to every fault in it at once; and back to YAML."""

import copy
import difflib
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from survey_app.questionnaire import meaning
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import LANGUAGE
from survey_app.questionnaire.problems import InvalidQuestionnaire, Problem, path_of
from survey_app.questionnaire.question_types import TYPES
from survey_app.questionnaire.schema import keys_at
from survey_app.questionnaire.source import Place, Source, read

MAX_PROBLEMS = 100


def load_definition(data: bytes | str, *, file: str, incomplete: bool = False) -> Definition:
    """The definition in a YAML or JSON file. Raises InvalidQuestionnaire with every fault found.

    `incomplete` accepts missing translations (a draft being translated); publishing asks for them again.
    """
    return build(read(data, file=file), incomplete=incomplete)


def definition_from(data: Any, *, file: str = "", incomplete: bool = True) -> Definition:
    """The definition in plain data of unknown origin (an edited draft, an importer's result); faults as in a file."""
    return build(Source(data=data, file=file), incomplete=incomplete)


def dump_yaml(definition: Definition) -> str:
    """The definition as YAML; loading it gives an equal definition."""
    return yaml.dump(definition.to_json(), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=118)


class _Dumper(yaml.CSafeDumper):
    pass


def _mapping(dumper: Any, data: dict[str, Any]) -> Any:
    flat = 0 < len(data) <= 4 and all(isinstance(v, str) and len(v) < 60 for v in data.values())
    return dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=flat)


_Dumper.add_representer(dict, _mapping)
_Dumper.ignore_aliases = lambda self, data: True  # type: ignore[method-assign]


def build(source: Source, *, incomplete: bool) -> Definition:
    """The definition in what was read; raises InvalidQuestionnaire with every fault, each with its line."""
    if not isinstance(source.data, dict):
        raise source.refuse("not_a_mapping")
    definition, opaque = _validate(source)
    if definition is not None:
        for problem in meaning.check(definition, opaque, incomplete=incomplete):
            place = place_of(problem.path)
            if not any(place[: len(bad)] == bad for bad in opaque.values()):
                source.add(problem.code, place, **problem.values)
    if source.problems or definition is None:
        unique = {(p.code, p.path, str(p.values)): p for p in source.problems}
        ordered = sorted(unique.values(), key=lambda p: p.line or 0)
        raise InvalidQuestionnaire(ordered[:MAX_PROBLEMS])
    return definition


def _validate(source: Source) -> tuple[Definition | None, dict[str, Place]]:
    """The definition; where parts are broken, the rest with stand-ins for them, so that their faults show as well."""
    try:
        return Definition.from_json(source.data), {}
    except ValidationError as error:
        details = error.errors(include_url=False)[: MAX_PROBLEMS * 2]
        faults = [(detail["type"], _report(detail, source)) for detail in details]
    mended, opaque = _mend(source.data, faults)
    try:
        return Definition.from_json(mended), opaque
    except ValidationError:
        return None, opaque


def _mend(data: Mapping[str, Any], faults: list[tuple[str, Place]]) -> tuple[dict[str, Any], dict[str, Place]]:
    """A copy of the data in which unknown keys are gone and everything faulty is replaced by the least that is valid."""
    mended: dict[str, Any] = copy.deepcopy(dict(data))
    opaque: dict[str, Place] = {}
    for kind, place in faults:
        if kind == "extra_forbidden":
            _pop(mended, place)
    for kind, place in faults:
        if kind == "extra_forbidden" or not place or (place[0] == "pages" and "pages" not in mended):
            continue  # a page that is none at all has taken the whole list with it
        if len(place) >= 4 and place[0] == "pages" and place[2] == "questions" and isinstance(place[3], int):
            name = _stand_in(mended, place[:4], len(opaque))
            opaque[name] = place[:4]
        elif place[0] == "pages" and len(place) >= 3:
            _pop(mended, place[:3])
            if place[2] == "questions":
                opaque[f"broken{len(opaque)}"] = place[:3]
        else:
            mended.pop(str(place[0]), None)
            opaque[f"*{place[0]}"] = place[:1]
    defaults = {"format": 1, "name": "broken", "title": "…", "languages": [mended_language(data)], "pages": []}
    return defaults | mended, opaque


def _pop(data: Any, place: Place) -> None:
    """Removes what stands at the place, where it still exists."""
    for part in place[:-1]:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(data, dict):
        data.pop(place[-1], None)


def _stand_in(data: Any, place: Place, count: int) -> str:
    """Puts a note where a broken question stood; returns the name that conditions may still use."""
    questions = data["pages"][place[1]]["questions"]
    given = questions[place[3]]
    name = given.get("name") if isinstance(given, dict) else None
    questions[place[3]] = {"name": f"broken{count}", "type": "note", "text": {mended_language(data): "…"}}
    return name if isinstance(name, str) and not name.startswith("broken") else f"broken{count}"


def mended_language(data: Mapping[str, Any]) -> str:
    """The first language of data that may be broken."""
    languages = data.get("languages")
    return languages[0] if isinstance(languages, list) and languages and isinstance(languages[0], str) else "zh-CN"


def place_of(path: str) -> Place:
    """pages[0].questions[2].text -> ("pages", 0, "questions", 2, "text")"""
    parts: list[str | int] = []
    for piece in path.replace("]", "").replace("[", ".#").split("."):
        if piece:
            parts.append(int(piece[1:]) if piece.startswith("#") else piece)
    return tuple(parts)


def _report(detail: ErrorDetails, source: Source) -> Place:
    """Turns one pydantic error into one problem of ours; returns the place in the file."""
    loc = [part for part in detail["loc"] if isinstance(part, int) or not part.startswith(("tuple[", "dict[", "float"))]
    place: Place = tuple(loc)
    if len(place) > 4 and place[0] == "pages" and place[2] == "questions":
        place = place[:4] + place[5:]  # pydantic puts the type's name here
    given = detail.get("input")
    context = detail.get("ctx") or {}
    kind = detail["type"]
    if kind == "missing":
        source.add("missing_key", place[:-1], key=place[-1])
    elif kind == "extra_forbidden":
        source.add("unknown_key", place, key=place[-1], **_hint(str(place[-1]), keys_at(source.data, place)))
    elif kind == "union_tag_invalid":
        tag = str(context.get("tag", ""))
        source.add("unknown_type", (*place, "type"), given=tag, known=sorted(TYPES), **_hint(tag, TYPES))
    elif kind == "union_tag_not_found":
        if isinstance(given, dict):
            source.add("missing_key", place, key="type")
        else:
            source.add("wrong_kind", place, expected="a question", given=_kind_of(given))
    else:
        code, values = _translate(kind, context, given, place)
        source.add(code, place, **values)
    return place


def _translate(kind: str, context: Mapping[str, Any], given: Any, place: Place) -> tuple[str, dict[str, Any]]:
    if kind == "literal_error":
        if place == ("format",):
            return "bad_format", {}
        return "not_one_of", {"given": given, "known": str(context.get("expected", "")).replace("'", "")}
    if kind in ("too_short", "too_long"):
        limit = context.get("min_length", context.get("max_length"))
        return ("too_few" if kind == "too_short" else "too_many"), {
            "limit": limit,
            "given": context.get("actual_length"),
        }
    if kind in ("greater_than_equal", "less_than_equal"):
        sign = "at least" if kind == "greater_than_equal" else "at most"
        return "out_of_range", {"given": given, "rule": f"{sign} {context.get('ge', context.get('le'))}"}
    if kind == "string_pattern_mismatch":
        return "out_of_range", {"given": given, "rule": f"must match {context.get('pattern')}"}
    if kind == "string_type" and given is None and place and not LANGUAGE.fullmatch(str(place[-1])):
        return "split_text", {}
    if kind in _EXPECTED:
        return "wrong_kind", {"expected": _EXPECTED[kind], "given": _kind_of(given)}
    if kind in meaning.STRUCTURAL:
        return kind, dict(context)
    return "wrong_kind", {"expected": "another value", "given": _kind_of(given)}


_EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "tuple_type": "a list",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "int_from_float": "a whole number",
    "finite_number": "a finite number",
}


def _kind_of(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return f'the text "{value[:40]}"' if isinstance(value, str) else f"the number {value}"


def _hint(given: str, known: Any) -> dict[str, str]:
    close = difflib.get_close_matches(given[:60], list(known), n=1, cutoff=0.6)
    return meaning.hint_words(close[0] if close else None)


__all__ = ["InvalidQuestionnaire", "Problem", "definition_from", "dump_yaml", "load_definition", "path_of"]
