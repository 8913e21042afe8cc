"""All rules over one questionnaire, in reading order."""

from collections.abc import Iterator

from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.meaning import places
from survey_app.questionnaire.problems import path_of
from survey_app.questionnaire.reach import unreachable
from survey_app.questionnaire.wording import choice_rules, file_rules, place_rules, sentence_rules, whole_rules
from survey_app.questionnaire.wording.kinds import WARNINGS, Advice, Noticed, Place


def advice(definition: Definition, previous: Definition | None = None, *, reach: bool = True) -> list[Advice]:
    """What to reconsider, in reading order; `previous` is the version published before.

    Without `reach` it is not asked whether every question can be shown, which may take a second for a long questionnaire.
    """
    found = [*_notice(definition, previous)]
    if reach:
        undecided = unreachable(definition).undecided
        found += [Noticed("undecided", place, {}) for place, _, q in places(definition) if q.name in undecided]
        found += whole_rules.quotas(definition)
        found += whole_rules.offers(definition)
    made = [_made(noticed) for noticed in _once(found)]
    order = {name: number for number, name in enumerate(("pages", "scales"))}
    return sorted(
        made, key=lambda item: (len(item.question) > 0, order.get(str(item.place[0]), 2), _numbers(item.place))
    )


def _notice(definition: Definition, previous: Definition | None) -> Iterator[Noticed]:
    yield from whole_rules.length(definition)
    yield from whole_rules.rules(definition)
    yield from whole_rules.order_fields(definition)
    yield from place_rules.districts(definition)
    yield from file_rules.files(definition)
    used = whole_rules.used_names(definition)
    yield from whole_rules.scales(definition, previous, used)
    for place, _, question in places(definition):
        fixed = previous is not None and question.name in previous.by_name
        yield from sentence_rules.notice(question, place)
        yield from choice_rules.notice(
            question, place, choice_rules.Scene(definition.languages, fixed, question.name in used)
        )
    yield from whole_rules.languages(definition)
    if previous is not None:
        yield from whole_rules.against(definition, previous)


def _once(found: list[Noticed]) -> Iterator[Noticed]:
    """The same advice about the same thing once: a question of two languages is one question."""
    seen: set[tuple[str, Place]] = set()
    for noticed in found:
        key = (noticed.code, noticed.place)
        per_language = noticed.code in (
            "old_translation",
            "untranslated",
            "scale_changed",
            "long_text",
            "leading",
            "and_or",
        )
        if key not in seen or per_language:
            seen.add(key)
            yield noticed


def _made(noticed: Noticed) -> Advice:
    return Advice(
        noticed.code,
        path_of(noticed.place),
        noticed.values,
        severity="warning" if noticed.code in WARNINGS else "hint",
        language=noticed.language,
        steps=noticed.steps,
        place=noticed.place,
    )


def _numbers(place: Place) -> tuple[int, ...]:
    return tuple(part for part in place[:4] if isinstance(part, int))
