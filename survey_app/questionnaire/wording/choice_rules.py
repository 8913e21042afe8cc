"""Rules about what is offered: lists of choices, ranges, scales, rows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from survey_app.questionnaire.parts import Choice
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.choosing import MultipleChoice
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.rating import Rating
from survey_app.questionnaire.question_types.tables import MatrixFields, MatrixMultiple
from survey_app.questionnaire.wording import fixes, polarity
from survey_app.questionnaire.wording.kinds import Noticed, Place, Step
from survey_app.questionnaire.wording.sentence_rules import PICKS, RATES, rules_of

MAX_CHOICES, MAX_ROWS = 7, 5
_TYPED = ("single_choice", "multiple_choice", "attention_check")
"""Types whose choices may carry a text field; a list that opens seldom wants one."""


class Scene(NamedTuple):
    """What the rules about one question need to know about the questionnaire around it."""

    languages: tuple[str, ...]
    fixed: bool
    """Whether answers to this question may exist (it was published): codes must keep their meaning."""
    used: bool
    """Whether a condition or expression looks at its answers."""


def notice(question: Question, place: Place, scene: Scene) -> Iterator[Noticed]:
    """Everything about what one question offers."""
    own = getattr(question, "choices", None) if question.type != "likert" else None
    if own and question.type != "hidden":
        yield from _list(question, own, (*place, "choices"), scene)
    if question.required:
        yield from _way_out(question, place, scene)
    if isinstance(question, Matrix | MatrixMultiple | MatrixFields) and len(question.rows) > MAX_ROWS:
        yield Noticed("many_rows", (*place, "rows"), {"given": len(question.rows)})
    if isinstance(question, Rating | Matrix) and _bare_ends(question):
        yield Noticed("unlabelled_scale", place, {}, "", fixes.label_ends(question, place, scene.languages))


def _bare_ends(question: Rating | Matrix) -> bool:
    if question.style == "stars" or question.labels:
        return False
    return bool(question.points) and not (question.low and question.high)


# --- lists -------------------------------------------------------------------------------------------------------------
def _list(question: Question, choices: Sequence[Choice], where: Place, scene: Scene) -> Iterator[Noticed]:
    plain = [choice for choice in choices if not choice.missing]
    if question.type in ("single_choice", "multiple_choice") and len(choices) > MAX_CHOICES:
        yield Noticed("many_choices", where, {"given": len(choices)}, "", _as_list(question, where))
    for language in question.text:
        rules = rules_of(language)
        labels = [choice.text.get(language, "").strip() for choice in choices]
        if rules is None or not all(labels):
            continue
        yield from _single_choices(question, choices, labels, where, language, rules)
        if question.type in ("single_choice", "multiple_choice") and _wants_other(question, plain, language, rules):
            steps = fixes.add_choice(where, choices, scene.languages, "other")
            yield Noticed("no_other", where, {}, language, steps)
        if sum(bool(rules.FREQUENCY.match(label)) for label in labels) >= 2:
            named = next(label for label in labels if rules.FREQUENCY.match(label))
            yield Noticed("vague_quantity", where, {"words": named}, language)
        if not isinstance(question, MultipleChoice | MatrixMultiple):
            yield from _ranges(labels, where, language)


def _as_list(question: Question, where: Place) -> tuple[Step, ...]:
    if question.type != "single_choice":
        return ()
    return (("set", (*where[:-1], "type"), "dropdown"), ("remove", (*where[:-1], "columns"), None))


def _single_choices(
    question: Question, choices: Sequence[Choice], labels: list[str], where: Place, language: str, rules: Any
) -> Iterator[Noticed]:
    seen: dict[str, int] = {}
    for index, (choice, label) in enumerate(zip(choices, labels, strict=True)):
        key = re.sub(r"[\s.。，,]", "", label).lower()
        if key in seen:
            yield Noticed("same_choices", (*where, index, "text"), {"words": label}, language)
        seen.setdefault(key, index)
        if rules.OTHER.match(label) and not choice.other and question.type in _TYPED:
            step: Step = ("set", (*where, index, "other"), True)
            steps = () if any(c.other for c in choices) else (step,)
            yield Noticed("other_without_field", (*where, index), {"words": label}, language, steps)
        if (
            isinstance(question, MultipleChoice | MatrixMultiple)
            and rules.NONE_OF.match(label)
            and not choice.exclusive
        ):
            done: Step = ("set", (*where, index, "exclusive"), True)
            yield Noticed("not_exclusive", (*where, index), {"words": label}, language, (done,))


def _wants_other(question: Question, plain: Sequence[Choice], language: str, rules: Any) -> bool:
    if len(plain) < 3 or any(choice.other for choice in plain):
        return False
    labels = [choice.text.get(language, "") for choice in plain]
    if any(rules.OTHER.match(label) or rules.NONE_OF.match(label) or re.search(r"\d", label) for label in labels):
        return False
    if polarity.read(labels, language) is not None:
        return False
    found: bool = rules.open_list(question.text.get(language, ""), several=isinstance(question, MultipleChoice))
    return found


# --- ranges ------------------------------------------------------------------------------------------------------------
_RANGE = re.compile(r"^(\d+)\s*(?:-|–|—|~|～|到|至|to)\s*(\d+)\s*(\D*)$", re.IGNORECASE)
_FROM = re.compile(
    r"^(?:(more than|over|above)\s*)?(\d+)\s*(\D*?)\s*(及?以上|or (?:more|over|above|older)|\+)?$", re.IGNORECASE
)


_MONEY = re.compile("[$¥￥€£]")


class _Range(NamedTuple):
    at: int
    low: int
    high: int | None
    label: str


def _ranges(labels: Sequence[str], where: Place, language: str) -> Iterator[Noticed]:
    found = _read_ranges(labels)
    for left, right in pairwise(found):
        if left.high is None:
            continue
        if right.high is not None and right.low <= left.high:
            raised = re.sub(r"\d+", str(left.high + 1), right.label, count=1)
            safe = right.low == left.high and left.high + 1 < right.high
            steps = (fixes.set_text((*where, right.at, "text"), language, raised),) if safe else ()
            yield Noticed(
                "overlapping_ranges",
                (*where, right.at),
                {"first": left.label, "words": right.label},
                language,
                steps,
            )
        elif right.low > left.high + 1:
            yield Noticed("range_gap", (*where, right.at), {"first": left.label, "words": right.label}, language)


def _read_ranges(labels: Sequence[str]) -> list[_Range]:
    """The closed ranges of a list in ascending order, with the open one above them; [] when there are none of one unit."""
    closed = []
    units = set()
    for index, label in enumerate(labels):
        if found := _RANGE.match(_MONEY.sub("", label)):
            closed.append(_Range(index, int(found[1]), int(found[2]), label))
            units.add(found[3].strip().lower())
    if len(closed) < 2 or len(units) > 1 or any(r.high is None or r.low >= r.high for r in closed):
        return []
    closed.sort(key=lambda r: r.low)
    for index, label in enumerate(labels):
        found = _FROM.match(_MONEY.sub("", label))
        if found and (found[1] or found[4]):
            low = int(found[2]) + (1 if found[1] else 0)
            closed.append(_Range(index, low, None, label))
            break
    return closed


# --- a way out of a required question ----------------------------------------------------------------------------------
def _way_out(question: Question, place: Place, scene: Scene) -> Iterator[Noticed]:
    offered: Sequence[Choice] = getattr(question, "cells", None) or getattr(question, "choices", None) or ()
    if question.type not in RATES | PICKS | {"matrix", "multiple_choice", "number"} or question.type in ("nps", "ces"):
        return
    if getattr(question, "unsure", None) or any(choice.missing for choice in offered):
        return
    for language, text in question.text.items():
        rules = rules_of(language)
        labels = [choice.text.get(language, "") for choice in offered]
        if rules is None or any(polarity.UNSURE.search(label) or polarity.REFUSED.search(label) for label in labels):
            continue
        if span := rules.private_matter(text):
            yield Noticed("no_refusal", place, {"words": span}, language, _out(question, place, scene, "refused"))
            return
        rates = question.type in RATES and not (question.indicator or "").startswith("overall")
        if question.type in RATES | PICKS and _cannot_know(question, text, rules, rates):
            yield Noticed("no_unsure", place, {}, language, _out(question, place, scene, "unsure"))
            return


def _cannot_know(question: Question, text: str, rules: Any, rates: bool) -> bool:
    if question.type in RATES and not rates:
        return False
    found: bool = rules.needs_knowledge(text, rates=rates)
    return found


def _out(question: Question, place: Place, scene: Scene, kind: str) -> tuple[Step, ...]:
    """The change that adds 不清楚 or 不愿透露, where the type has room for it."""
    if question.type in ("single_choice", "dropdown", "multiple_choice"):
        return fixes.add_choice((*place, "choices"), getattr(question, "choices", ()), scene.languages, kind)
    text = fixes.words_for(scene.languages, fixes.UNSURE if kind == "unsure" else fixes.REFUSED)
    if text is None:
        return ()
    if question.type == "likert":
        return (("set", ("scales", getattr(question, "scale", ""), "unsure"), text),)
    return (("set", (*place, "unsure"), text),) if question.type in ("rating", "csat") else ()


# --- scales ------------------------------------------------------------------------------------------------------------
def labels_of(texts: Sequence[Mapping[str, str]], language: str) -> list[str]:
    """The labels of a scale in one language; [] when one is missing."""
    labels = [text.get(language, "").strip() for text in texts]
    return labels if all(labels) else []


def scale(
    texts: Sequence[Mapping[str, str]], where: Place, steps: tuple[Step, ...], *, least: int
) -> Iterator[Noticed]:
    """Rules about the labels of one scale, lowest first. `least`: fewer labels than this are no scale but plain answers."""
    said = False
    for language in texts[0] if texts else ():
        rules = rules_of(language)
        labels = [label for label in labels_of(texts, language) if not polarity.UNSURE.search(label)]
        if rules is None or not labels:
            continue
        if sum(bool(rules.FREQUENCY.match(label)) for label in labels) >= 2:
            yield Noticed("vague_quantity", where, {"words": labels[0]}, language)
        reading = polarity.read(labels, language)
        if reading is None or said:
            continue
        if reading.falls and len(labels) >= least:
            said = True
            yield Noticed("reversed_scale", where, {}, language, steps)
        if reading.lopsided:
            said = True
            yield Noticed("unbalanced_scale", where, {"up": reading.up, "down": reading.down}, language)
