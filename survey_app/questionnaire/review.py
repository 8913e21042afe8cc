"""What forbids publishing a definition, and what is only advice."""

from collections.abc import Container, Iterator, Mapping
from typing import Any

from survey_app.questionnaire import checks, conditions, meaning, offering, piping
from survey_app.questionnaire.definition import MODES, Definition
from survey_app.questionnaire.meaning import Found, places
from survey_app.questionnaire.parts import Condition
from survey_app.questionnaire.problems import Problem, path_of
from survey_app.questionnaire.publication import column_lists, own_choices, values_of
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.files import File
from survey_app.questionnaire.question_types.hidden import OrderData
from survey_app.questionnaire.question_types.writing import ShortText, TextFields
from survey_app.questionnaire.reach import unreachable

MAX_ON_PAGE = 20
SHOWN_RULES = 3  # of an imported file, in the sentence; the editor shows all


def review(definition: Definition, previous: Definition | None = None, *, file: str = "") -> list[Problem]:
    """Every fault that forbids publishing; `previous` is the version published before. An empty list: it may go out."""
    found = [(p.code, p.path, dict(p.values)) for p in meaning.check(definition)]
    rules = (_asks, _pages, _same_page, _undecided, _random_order, _mode, _consent)
    found += [(code, path_of(place), values) for rule in rules for code, place, values in rule(definition)]
    if not found:  # only a sound definition can be walked
        found += [(code, path_of(place), values) for code, place, values in _reach(definition)]
    if previous is not None:
        found += [(code, path_of(place), values) for code, place, values in _against(definition, previous)]
    return [Problem(code, path, values, file) for code, path, values in found]


def _asks(definition: Definition) -> Iterator[Found]:
    if not any(question.asks for question in definition.questions):
        yield "no_question", ("pages",), {}


def _pages(definition: Definition) -> Iterator[Found]:
    for index, page in enumerate(definition.pages):
        count = sum(question.asks for question in page.questions)
        if count > MAX_ON_PAGE:
            yield "page_too_long", ("pages", index), {"given": count, "limit": MAX_ON_PAGE}


def _same_page(definition: Definition) -> Iterator[Found]:
    for path, index, question in places(definition):
        for code, inner, name in needs_break(definition, question, names_on(definition, index)):
            yield code, (*path, *inner), {"name": name}


def needs_break(
    definition: Definition, question: Question, own: Container[str]
) -> Iterator[tuple[str, tuple[str | int, ...], str]]:
    """(problem, place in the question, name): where a question uses what is answered on its page (`own`: these names)."""
    for inner, text in question.texts():
        for name in dict.fromkeys(n for words in text.values() for n in piping.names(words)):
            if name in own:
                yield "same_page_piping", inner, name
    undecided = undecided_name(definition, own, question.show_if)
    if undecided is not None:
        yield "same_page_condition", ("show_if",), undecided
    for rule in offering.rules_of(question):
        for name in sorted(name for name in conditions.names(rule.condition) if name in own):
            yield "same_page_part", rule.place, name


def names_on(definition: Definition, index: int) -> set[str]:
    """The stored names that come into being on a page: asked or computed there (hidden values are known before)."""
    kept: dict[int, set[str]] = definition.compiled.setdefault("names_on", {})
    if index not in kept:
        kept[index] = {name for question in definition.pages[index].questions for name in made_by(question)}
    return kept[index]


def made_by(question: Question) -> tuple[str, ...]:
    """The stored names that come into being where a question stands."""
    return (*question.answer_names(), *question.text_names()) if question.asks or question.type == "computed" else ()


def undecided_name(definition: Definition, own: Container[str], condition: Condition | None) -> str | None:
    """The first variable of the same page (`own`: its names) on which the page's script could not decide the condition."""
    for name, test in _tests(condition or {}):
        if not any(used in own for used in conditions.names({name: test})):
            continue
        question = definition.owners.get(name)
        kind = question.operand(name) if question else "choice"
        words = any(op != "answered" for op in test) and kind in ("text", "date", "time")
        made = question is not None and not question.asks
        typed = (
            kind == "number"
            and question is not None
            and question.codes(name) is None
            and set(test) - {"answered", *conditions.NUMERIC}
        )
        unread = question is not None and not question.scripted
        if words or made or typed or unread or conditions.to_script({name: test}) is None:
            return name
    return None


def _tests(condition: Condition) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key, test in condition.items():
        if key in ("all", "any"):
            for part in test:
                yield from _tests(part)
        elif key == "not":
            yield from _tests(test)
        else:
            yield key, test


def _undecided(definition: Definition) -> Iterator[Found]:
    """Rules of an imported file that nobody has decided yet."""
    for path, _, question in places(definition):
        if question.open_rules:
            shown, more = list(question.open_rules[:SHOWN_RULES]), len(question.open_rules) - SHOWN_RULES
            yield "open_rules", (*path, "open_rules"), {"rules": [*shown, f"+{more}"] if more > 0 else shown}


def _random_order(definition: Definition) -> Iterator[Found]:
    """What stands in random order may look at nothing that comes before it for some people only."""
    for index, page in enumerate(definition.pages):
        if page.random_order:
            for place, rule in _rules_on(definition, index):
                for name in sorted(conditions.names(rule) & names_on(definition, index)):
                    yield "random_order_condition", place, {"name": name}
    numbers = {page.name: index for index, page in enumerate(definition.pages) if page.name}
    for group in definition.random_pages:
        moving = {numbers[name] for name in group if name in numbers}
        span = range(min(moving, default=0), max(moving, default=-1) + 1)
        for index in span:
            # pages between those of the group keep their place, but not their neighbours
            others = set(span) - {index} if index in moving else moving
            names = set[str]().union(*(names_on(definition, other) for other in others))
            yield from _looks_at(definition, index, names)
            if definition.pages[index].end_if is not None:
                yield "random_order_end", ("pages", index, "end_if"), {}


def _rules_on(definition: Definition, index: int) -> Iterator[tuple[tuple[str | int, ...], Condition | None]]:
    """The conditions of a page and of its questions, with their places."""
    yield ("pages", index, "show_if"), definition.pages[index].show_if
    for number, question in enumerate(definition.pages[index].questions):
        yield ("pages", index, "questions", number, "show_if"), question.show_if
        for rule in offering.rules_of(question):
            yield ("pages", index, "questions", number, *rule.place), rule.condition


def _looks_at(definition: Definition, index: int, names: set[str]) -> Iterator[Found]:
    """Where a page uses an answer to one of these names."""
    for place, rule in _rules_on(definition, index):
        for name in sorted(conditions.names(rule) & names):
            yield "random_order_condition", place, {"name": name}
    for number, question in enumerate(definition.pages[index].questions):
        for at, check in enumerate(question.checks):
            for name in sorted(checks.names(check) & names):
                yield "random_order_condition", ("pages", index, "questions", number, "checks", at), {"name": name}
        for inner, text in question.texts():
            shown = dict.fromkeys(name for words in text.values() for name in piping.names(words))
            for name in shown:
                if name in names:
                    yield "random_order_piping", ("pages", index, "questions", number, *inner), {"name": name}


def _mode(definition: Definition) -> Iterator[Found]:
    if definition.mode != "anonymous":
        return
    for path, _, question in places(definition):
        if isinstance(question, OrderData):
            yield "order_data_anonymous", (*path, "type"), {}
        if isinstance(question, File) and "document" in question.accepts:
            yield "document_anonymous", (*path, "accepts"), {}
        items = question.fields if isinstance(question, TextFields) else ()
        if isinstance(question, ShortText) and question.pattern in ("phone", "email"):
            yield "contact_data_anonymous", (*path, "pattern"), {"pattern": question.pattern}
        for number, item in enumerate(items):
            if item.pattern in ("phone", "email"):
                yield "contact_data_anonymous", (*path, "fields", number, "pattern"), {"pattern": item.pattern}


def _consent(definition: Definition) -> Iterator[Found]:
    """Health data and data of children need a consent of their own, asked before (PIPL articles 28-31)."""
    asked = False
    for path, _, question in places(definition):
        asked = asked or question.type == "consent"
        if question.sensitive and not asked:
            yield "consent_missing", (*path, "sensitive"), {}


def _reach(definition: Definition) -> Iterator[Found]:
    never = set(unreachable(definition).unreachable)
    for index, page in enumerate(definition.pages):
        names = [question.name for question in page.questions]
        if names and never.issuperset(names):
            never -= set(names)
            if page.show_if is not None:
                yield "unreachable_page", ("pages", index, "show_if"), {}
            else:
                yield "unreachable_page", ("pages", index), {}
    for path, _, question in places(definition):
        if question.name in never:
            yield "unreachable", (*path, "show_if") if question.show_if else path, {}


def _against(definition: Definition, previous: Definition) -> Iterator[Found]:
    if MODES.index(definition.mode) > MODES.index(previous.mode):
        yield "mode_loosened", ("mode",), {"before": previous.mode, "after": definition.mode}
    if definition.name != previous.name:
        yield "name_changed", ("name",), {"before": previous.name}
    for path, _, question in places(definition):
        old = previous.by_name.get(question.name)
        if old is not None and _shape(old) != _shape(question):
            yield (
                "type_changed",
                (*path, "type"),
                {
                    "name": question.name,
                    "before": old.type,
                    "after": question.type,
                    "suggestion": f"{question.name}_v2",
                },
            )
        elif old is not None and (mixed := _mixed(old, question)):
            before, after = mixed
            names = {"name": question.name, "suggestion": f"{question.name}_v2"}
            yield "type_changed", path, {**names, "before": before, "after": after}
    yield from _values(definition, previous)


def _shape(question: Question) -> tuple[Any, ...]:
    """What must not change under one name: how the column is stored and on which scale."""
    kind = "single" if question.type in ("single_choice", "dropdown") else question.type
    text = kind in ("short_text", "long_text")
    numbers = getattr(question, "numbers", None)
    return ("text" if text else kind, tuple(numbers) if numbers is not None else None)


def _mixed(old: Question, question: Question) -> tuple[str, str] | None:
    """How a column was kept before and is now, where one of the same name holds something else: words instead of numbers,
    or the points of another scale under the values of the old one."""
    before = {variable.name: variable for variable in old.variables()}
    scales = [str(getattr(one, "scale", None) or "") for one in (old, question)]
    for variable in question.variables():
        was = before.get(variable.name)
        if was is None:
            continue
        if was.storage != variable.storage:
            return was.storage, variable.storage
        meant = {label.value: label.code for label in was.values}
        if scales[0] != scales[1] and any(meant.get(v.value, v.code) != v.code for v in variable.values):
            return scales[0], scales[1]
    return None


def _values(definition: Definition, previous: Definition) -> Iterator[Found]:
    before = values_of(previous)
    lists: list[tuple[tuple[str, str], tuple[str | int, ...], Any]] = [
        (("scale", name), ("scales", name, "points"), scale.points) for name, scale in definition.scales.items()
    ]
    for path, _, question in places(definition):
        lists.append((("question", question.name), (*path, "choices"), own_choices(question)))
        lists += [(key, (*path, *place, "choices"), choices) for key, place, choices, _ in column_lists(question)]
    for key, path, choices in lists:
        old = before.get(key, {})
        owner = {value: code for code, value in old.items()}
        for index, choice in enumerate(choices):
            value = choice.value if choice.value is not None else int(choice.code) if choice.code.isdigit() else None
            if value is None or getattr(choice, "missing", None):
                continue
            if choice.code in old and old[choice.code] != value:
                yield (
                    "value_changed",
                    (*path, index, "value"),
                    {"code": choice.code, "before": old[choice.code], "after": value},
                )
            elif choice.code not in old and value in owner:
                yield "value_reused", (*path, index, "value"), {"value": value, "code": owner[value]}
