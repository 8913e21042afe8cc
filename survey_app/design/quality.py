"""The quality check of a draft: what forbids publishing, what to reconsider, and the changes offered for it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from survey_app.design import mending, publishing, reading, translating
from survey_app.design.editing.marks import OLD
from survey_app.design.editing.tree import ROOT, Tree, plain
from survey_app.design.models import Questionnaire
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire import loading, review, wording
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.problems import path_of, sentence
from survey_app.questionnaire.wording import Advice
from survey_app.questionnaire.wording.whole_rules import names_of

FAULT = "fault"
UNTRANSLATED = "waiting_translations"
GONE = N_("这条建议已经不适用了，请看最新的检查结果。")
WAITING = N_("还缺 %(n)s 处译文。")
ORDER = (FAULT, "warning", "hint")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was found. `severity`: fault, warning or hint; `node`: where the editor jumps to."""

    severity: str
    code: str
    path: str
    node: str
    place: str
    text: str
    language: str = ""
    reason: str = ""
    better: str = ""
    button: str = ""
    """What the change in one click is called; "" where only a person can mend it."""


@dataclass(frozen=True, slots=True)
class Report:
    """The whole pane."""

    summary: wording.Summary
    lines: tuple[Line, ...]

    def of(self, severity: str) -> list[Line]:
        """The lines of one severity, in reading order."""
        return [line for line in self.lines if line.severity == severity]


def report(questionnaire: Questionnaire, language: str, translate: Callable[[str], str]) -> Report:
    """Everything about the draft, in an interface language (`zh-CN` or `en`)."""
    tree = Tree(questionnaire.draft)
    definition = Definition.from_json(plain(tree.data))
    previous = _previous(questionnaire)
    advice = advice_on(tree, definition, previous)
    reader = reading.Reader(
        definition, language if language in definition.languages else definition.language, translate
    )
    faults, waiting = translating.apart(review.review(definition, previous), definition.language)
    lines = [
        Line(
            FAULT,
            fault.code,
            fault.path,
            _node(tree, fault.path),
            reader.place_of(fault.path),
            sentence(fault, language),
            button=translate(mending.button(fault)) if mending.button(fault) else "",
        )
        for fault in faults
    ]
    for tag, n in waiting.items():
        lines.append(Line(FAULT, UNTRANSLATED, "", ROOT, "", translate(WAITING) % {"n": n}, tag))
    told: set[str] = set()
    for item in sorted(advice, key=lambda item: ORDER.index(item.severity)):
        lines.append(_line(item, tree, reader, language, first=item.code not in told))
        told.add(item.code)
    return Report(wording.summary(definition, advice), tuple(lines))


def _line(item: Advice, tree: Tree, reader: reading.Reader, language: str, *, first: bool) -> Line:
    """One advice; what is said about every case of its rule is said once."""
    return Line(
        item.severity,
        item.code,
        item.path,
        _node(tree, item.path),
        reader.place_of(item.path),
        sentence(item, language),
        item.language,
        wording.reason(item, language) if first else "",
        wording.better(item, language) if first else "",
        wording.button(item, language) if item.steps else "",
    )


def _previous(questionnaire: Questionnaire) -> Definition | None:
    newest = publishing.newest_version(questionnaire)
    return publishing.definition_of(newest) if newest else None


def advice_on(tree: Tree, definition: Definition, previous: Definition | None) -> list[Advice]:
    """Advice on a draft: that on its definition, and the translations that the editor knows to be old."""
    found = wording.advice(definition, previous)
    known = {(item.path, item.language) for item in found if item.code == "old_translation"}
    for node_id in tree.ids():
        for mark in tree.node(node_id).get(OLD, ()):
            key, _, language = str(mark).partition("/")
            place = (*tree.place(node_id), key)
            if language in definition.languages and (path_of(place), language) not in known:
                found.append(
                    Advice(
                        "old_translation",
                        path_of(place),
                        names_of(language),
                        severity="warning",
                        language=language,
                        place=place,
                    )
                )
    return found


def _node(tree: Tree, path: str) -> str:
    """The question, page or scale a path lies in, as the editor can select it."""
    node = tree.id_at(loading.place_of(path)) if path else ROOT
    return tree.question_of(node) or node


def marks(questionnaire: Questionnaire) -> dict[str, int]:
    """Number of warnings per question of the draft: id of its node -> count, those with any."""
    tree = Tree(questionnaire.draft)
    found = wording.advice(Definition.from_json(plain(tree.data)), reach=False)
    places = [item.question for item in found if item.severity == "warning" and len(item.question) == 4]
    return dict(Counter(tree.id_at(place) for place in places))


def mend(questionnaire: Questionnaire, *, code: str, path: str, language: str) -> Callable[[Tree], Any]:
    """The operation that follows one advice, or mends one fault, for `changing.change`; `open_rules` without a path: all.

    The advice is looked for again in the draft as it stands then. The operation raises DomainError when it is not given any
    more or cannot be followed by a machine.
    """
    previous = _previous(questionnaire)

    def operation(tree: Tree) -> str:
        if code == mending.OPEN_RULES and not path:
            return mending.drop_all_rules(tree)
        definition = Definition.from_json(plain(tree.data))
        if code in mending.WAYS:
            if any((fault.code, fault.path) == (code, path) for fault in review.review(definition, previous)):
                return _node(tree, path_of(tree.place(mending.WAYS[code][1](tree, path))))
            raise DomainError(GONE)
        for item in wording.advice(definition, previous, reach=False):
            if (item.code, item.path, item.language) == (code, path, language) and item.steps:
                node = _node(tree, item.path)
                wording.apply(tree.data, item.steps)
                return node
        raise DomainError(GONE)

    return operation
