"""Faults of meaning in a definition whose shape is right: names, codes, scales, conditions, translations."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from survey_app.questionnaire import checks, condition_checking, offering, piping
from survey_app.questionnaire.definition import MAX_QUESTIONS, Definition, Score
from survey_app.questionnaire.names import COLUMNS
from survey_app.questionnaire.parts import Choice, Point
from survey_app.questionnaire.problems import Problem, path_of
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.choosing import AttentionCheck, Dropdown, MultipleChoice, SingleChoice
from survey_app.questionnaire.question_types.hidden import Computed
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.rating import CES_LABELS, Likert
from survey_app.questionnaire.question_types.tables import MatrixFields, MatrixMultiple

STRUCTURAL = frozenset(
    {
        "bad_slug",
        "bad_name",
        "long_name",
        "reserved_name",
        "bad_code",
        "bad_language",
        "text_too_long",
        "labels_count",
        "one_cell_kind",
        "one_value_kind",
        "bad_date",
        "min_above_max",
        "choices_of_dropdown",
        "too_many_cells",
        "no_province",
    }
)
"""Codes raised by the models themselves; their sentences are in the same table."""

MAX_CHOICES = 5_000
_BUILT_IN = {frozenset({"zh-CN", "en"})}
Found = tuple[str, tuple[str | int, ...], dict[str, Any]]


def check(definition: Definition, opaque: Iterable[str] = (), *, incomplete: bool = False) -> list[Problem]:
    """Every fault of meaning. `opaque`: names of questions that could not be read; conditions may use them."""
    unknown = set(opaque)
    found = _structure(definition, unknown)
    found += _conditions(definition, unknown)
    found += _scores(definition, unknown)
    found += _quotas(definition, unknown)
    found += _piping(definition, unknown)
    if "*languages" not in unknown:
        found += texts(definition, incomplete=incomplete)
    return [Problem(code, path_of(path), values) for code, path, values in found]


def structure(definition: Definition) -> list[Problem]:
    """The faults of languages, names, codes and scales alone: what the editor looks at after every keystroke."""
    return [Problem(code, path_of(path), values) for code, path, values in _structure(definition, set())]


def _structure(definition: Definition, unknown: set[str]) -> list[Found]:
    return [
        *_languages(definition),
        *_names(definition),
        *_codes(definition),
        *_scales(definition, "*scales" in unknown),
        *_random_pages(definition, "*pages" in unknown or any(name.startswith("broken") for name in unknown)),
    ]


def hint_words(close: str | None) -> dict[str, str]:
    """The "did you mean" of a sentence, in both languages."""
    if not close:
        return {"hint": "", "hint_zh": ""}
    return {"hint": f' Did you mean "{close}"?', "hint_zh": f"您是否想写“{close}”？"}


def hint(given: Any, known: Iterable[str]) -> dict[str, str]:
    """The nearest known word, as a hint."""
    close = difflib.get_close_matches(str(given)[:60], list(known), n=1, cutoff=0.6)
    return hint_words(close[0] if close else None)


def places(definition: Definition) -> Iterator[tuple[tuple[str | int, ...], int, Question]]:
    """Every question with its path and page index."""
    for index, page in enumerate(definition.pages):
        for number, question in enumerate(page.questions):
            yield ("pages", index, "questions", number), index, question


def _languages(definition: Definition) -> Iterator[Found]:
    for index, language in enumerate(definition.languages):
        if language in definition.languages[:index]:
            yield "duplicate_language", ("languages", index), {"language": language}


def _names(definition: Definition) -> Iterator[Found]:
    first: dict[str, str] = {}
    count = 0
    for path, _, question in places(definition):
        count += 1
        columns = [variable.name for variable in question.variables()]
        names = dict.fromkeys((question.name, *question.answer_names(), *question.text_names(), *columns))
        if twice := _first_double(columns):
            yield "duplicate_name", (*path, "choices"), {"name": twice, "first": path_of(path)}
        for name in names:
            key = name.lower()
            if key in first and first[key] != path_of(path):
                yield "duplicate_name", (*path, "name"), {"name": name, "first": first[key]}
                break
            first[key] = path_of(path)
        for name in names:
            if name in COLUMNS and name != question.name:
                yield "reserved_name", (*path, "name"), {"given": name}
                break
        for name in names:
            if len(name) > 32:
                yield "long_variable", (*path, "name"), {"name": name}
                break
    for index, score in enumerate(definition.scores):
        if score.name in first:
            yield "duplicate_name", ("scores", index, "name"), {"name": score.name, "first": first[score.name]}
        first[score.name] = f"scores[{index}]"
    if count > MAX_QUESTIONS:
        yield "too_many_questions", ("pages",), {"given": count, "limit": MAX_QUESTIONS}


def _first_double(names: Iterable[str]) -> str | None:
    """The first name that stood in the list before."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _codes(definition: Definition) -> Iterator[Found]:
    for key, scale in definition.scales.items():
        yield from _choice_list(scale.points, ("scales", key, "points"))
    for path, _, question in places(definition):
        choices = getattr(question, "choices", None)
        if isinstance(choices, tuple) and not isinstance(question, Likert):
            yield from _choice_list(choices, (*path, "choices"))
            others = [i for i, choice in enumerate(choices) if choice.other]
            for index in others[1:]:
                yield "two_others", (*path, "choices", index, "other"), {}
            if not isinstance(question, MultipleChoice | MatrixMultiple):
                for index, choice in enumerate(choices):
                    if choice.exclusive:
                        yield "only_in_multiple", (*path, "choices", index, "exclusive"), {}
        yield from _parts(question, path)
        yield from _elsewhere(question, path)
        if isinstance(question, AttentionCheck) and question.expected not in {c.code for c in question.choices}:
            yield "expected_not_offered", (*path, "expected"), {"given": question.expected}
        if isinstance(question, MultipleChoice | MatrixMultiple) and (question.min or 0) > (
            question.max or MAX_CHOICES
        ):
            yield "min_above_max", (*path, "min"), {"min": question.min, "max": question.max}


def _parts(question: Question, path: tuple[str | int, ...]) -> Iterator[Found]:
    """Codes of rows, fields, items and columns."""
    for key in ("rows", "fields", "items", "columns"):
        items = getattr(question, key, None)
        if isinstance(items, tuple):
            yield from _unique([item.code for item in items], (*path, key))
    if isinstance(question, MatrixFields):
        for index, column in enumerate(question.columns):
            yield from _choice_list(column.choices or (), (*path, "columns", index, "choices"))


def _elsewhere(question: Question, path: tuple[str | int, ...]) -> Iterator[Found]:
    """Rules on choices of questions that always offer all; text fields at choices of questions that have none."""
    lists: dict[tuple[str | int, ...], Sequence[Choice]] = {}
    if not isinstance(question, Likert):
        lists[("choices",)] = getattr(question, "choices", None) or ()
    if isinstance(question, MatrixFields):
        lists |= {("columns", n, "choices"): column.choices or () for n, column in enumerate(question.columns)}
    typed = isinstance(question, SingleChoice | Dropdown | MultipleChoice | AttentionCheck)
    for key, choices in lists.items():
        ruled = key == ("choices",) and "choices" in question.offers
        for index, choice in enumerate(choices):
            if choice.show_if is not None and not ruled:
                yield "rule_not_here", (*path, *key, index, "show_if"), {}
            if choice.other and not typed:
                yield "other_not_here", (*path, *key, index, "other"), {}


def _unique(codes: Sequence[str], path: tuple[str | int, ...]) -> Iterator[Found]:
    first: dict[str, int] = {}
    for index, code in enumerate(codes):
        if code in first:
            yield "duplicate_code", (*path, index, "code"), {"code": code, "first": path_of((*path, first[code]))}
        first.setdefault(code, index)


def _choice_list(choices: Sequence[Choice | Point], path: tuple[str | int, ...]) -> Iterator[Found]:
    yield from _unique([choice.code for choice in choices], path)
    first: dict[int, int] = {}
    for index, choice in enumerate(choices):
        as_choice = choice.as_choice() if isinstance(choice, Point) else choice
        number = as_choice.number
        if number is None:
            continue
        if -99 <= number <= -94 or -99999 <= number <= -99994:
            yield "value_is_missing_code", (*path, index, "value"), {"value": number}
        if number in first and choices[first[number]].code != choice.code:
            yield (
                "duplicate_value",
                (*path, index, "value"),
                {"value": number, "first": path_of((*path, first[number]))},
            )
        first.setdefault(number, index)


def _scales(definition: Definition, scales_broken: bool) -> Iterator[Found]:
    if scales_broken:
        return
    for path, _, question in places(definition):
        name = question.scale if isinstance(question, Likert | Matrix) else None
        if name is not None and name not in definition.scales:
            yield "unknown_scale", (*path, "scale"), {"scale": name, **hint(name, definition.scales)}


def _conditions(definition: Definition, opaque: set[str]) -> Iterator[Found]:
    known: dict[str, Question] = {}
    later = definition.owners
    for index, page in enumerate(definition.pages):
        path: tuple[str | int, ...] = ("pages", index)
        if page.show_if is not None:
            yield from condition_checking.check(page.show_if, (*path, "show_if"), known, later, opaque)
        for number, question in enumerate(page.questions):
            place = (*path, "questions", number)
            if question.show_if is not None:
                yield from condition_checking.check(question.show_if, (*place, "show_if"), known, later, opaque)
            for rule in offering.rules_of(question):
                yield from condition_checking.check(rule.condition, (*place, *rule.place), known, later, opaque)
            if isinstance(question, Computed):
                yield from condition_checking.check_expression(
                    question.expression, (*place, "expression"), known, later, opaque
                )
            known |= dict.fromkeys((*question.answer_names(), *question.text_names()), question)
            yield from checks.faults(question, place, known, later, opaque)
        if page.end_if is not None:
            yield from condition_checking.check(page.end_if, (*path, "end_if"), known, later, opaque)


def _scores(definition: Definition, opaque: set[str]) -> Iterator[Found]:
    if not definition.scores:
        return  # who may be scored costs time in long tables
    numeric = {
        name
        for name, q in definition.owners.items()
        if name in q.answer_names() and q.operand(name) in ("choice", "number")
    }
    for index, score in enumerate(definition.scores):
        path = ("scores", index)
        for key in ("questions", "reverse", "weights"):
            for number, name in enumerate(getattr(score, key) or ()):
                allowed = numeric if key == "questions" else set(score.questions)
                if name not in allowed and not (key == "questions" and _starts_opaque(name, opaque)):
                    place: tuple[str | int, ...] = (*path, key, name if key == "weights" else number)
                    yield "unknown_question", place, {"name": name, **hint(name, allowed)}
        yield from _score_options(score, path)


def _quotas(definition: Definition, opaque: set[str]) -> Iterator[Found]:
    known = definition.owners
    first: dict[str, int] = {}
    for index, quota in enumerate(definition.quotas):
        if quota.name in first:
            before = path_of(("quotas", first[quota.name]))
            yield "duplicate_name", ("quotas", index, "name"), {"name": quota.name, "first": before}
        first.setdefault(quota.name, index)
        yield from condition_checking.check(quota.when, ("quotas", index, "when"), known, known, opaque)


def _random_pages(definition: Definition, pages_broken: bool) -> Iterator[Found]:
    names = {page.name for page in definition.pages if page.name}
    seen: set[str] = set()
    for index, group in enumerate(definition.random_pages):
        for number, name in enumerate(group):
            place = ("random_pages", index, number)
            if name not in names and not pages_broken:
                yield "unknown_page", place, {"name": name, **hint(name, names)}
            elif name in seen:
                yield "page_twice", place, {"name": name}
            seen.add(name)


def _starts_opaque(name: str, opaque: set[str]) -> bool:
    return any(name == known or name.startswith(f"{known}_") for known in opaque)


def _score_options(score: Score, path: tuple[str | int, ...]) -> Iterator[Found]:
    unfit = {
        "weights": score.weights is not None and score.kind != "weighted",
        "top": score.top is not None and score.kind not in ("csat", "ces"),
        "rescale": score.rescale is not None and score.kind in ("nps", "csat", "ces"),
        "reverse": bool(score.reverse) and score.kind in ("nps", "csat", "ces"),
    }
    for option, wrong in unfit.items():
        if wrong:
            yield "score_option", (*path, option), {"option": option, "kind": score.kind}
    if score.kind == "weighted" and not score.weights:
        yield "missing_key", path, {"key": "weights"}
    if score.rescale and score.rescale[0] >= score.rescale[1]:
        yield "min_above_max", (*path, "rescale"), {"min": score.rescale[0], "max": score.rescale[1]}


def _piping(definition: Definition, opaque: set[str]) -> Iterator[Found]:
    known: set[str] = set()
    for path, _, question in places(definition):
        for inner, text in question.texts():
            for name in dict.fromkeys(name for words in text.values() for name in piping.names(words)):
                if name not in known and not _starts_opaque(name, opaque):
                    yield "bad_piping", (*path, *inner), {"name": name, **hint(name, known)}
        known |= {question.name, *question.answer_names(), *question.text_names()}


def texts(definition: Definition, *, incomplete: bool = False) -> Iterator[Found]:
    """Texts that lack a language, or have one too many."""
    for path, text in all_texts(definition):
        if path[-1] in ("low", "high", "label", "text") and frozenset(text) in _BUILT_IN and _is_built_in(text):
            continue
        for language in definition.languages:
            if not (text.get(language) or "").strip() and (not incomplete or language == definition.language):
                yield "missing_text", path, {"language": language}
        for language in text:
            if language not in definition.languages:
                yield "undeclared_language", path, {"language": language}


def _is_built_in(text: Mapping[str, str]) -> bool:
    from survey_app.questionnaire.question_types import display, rating

    return text in (display.AGREE, rating.NPS_LOW, rating.NPS_HIGH, *CES_LABELS) or text.get("zh-CN") == "隐藏变量"


def all_texts(definition: Definition) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, str]]]:
    """Every text of the questionnaire with its path."""
    for key in ("title", "intro", "thanks", "purpose"):
        if text := getattr(definition, key):
            yield (key,), text
    for name, scale in definition.scales.items():
        for index, point in enumerate(scale.points):
            yield ("scales", name, "points", index, "text"), point.text
        if scale.unsure:
            yield ("scales", name, "unsure"), scale.unsure
    for index, page in enumerate(definition.pages):
        if page.title:
            yield ("pages", index, "title"), page.title
    for path, _, question in places(definition):
        for inner, text in question.texts():
            yield (*path, *inner), text
    yield from _last_texts(definition)


def _last_texts(definition: Definition) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, str]]]:
    for index, score in enumerate(definition.scores):
        if score.label:
            yield ("scores", index, "label"), score.label
    for index, quota in enumerate(definition.quotas):
        if quota.message:
            yield ("quotas", index, "message"), quota.message
