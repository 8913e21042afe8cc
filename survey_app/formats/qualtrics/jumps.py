"""Skip logic of a block: a jump hides the questions it passes over, a jump to the end of the survey ends the page."""

from dataclasses import dataclass
from typing import Any

from survey_app.formats.importing import Building
from survey_app.formats.importing.logic import Inexpressible, negated, together
from survey_app.formats.qualtrics.reading import text_of
from survey_app.formats.qualtrics.rules import MOST_PARTS, Rules, size
from survey_app.formats.qualtrics.source import Block, Element
from survey_app.formats.qualtrics.work import Rule
from survey_app.questionnaire.conditions import holds, simplify

END_OF_SURVEY, END_OF_BLOCK = "ENDOFSURVEY", "ENDOFBLOCK"
MOST_ACTIVE = 100
"""More jumps over one question than this are left as words."""


@dataclass(frozen=True)
class _Jump:
    rule: dict[str, Any]
    destination: str


class Jumps:
    """The jumps that are on their way while a block is walked."""

    def __init__(self, building: Building, block: Block, random: bool) -> None:
        self._building, self._block, self._random = building, block, random
        self._active: list[_Jump] = []
        self._ahead = [element.question for element in block.elements if element.question]

    def arrive(self, qid: str) -> None:
        """The jumps that lead here are over."""
        self._active = [jump for jump in self._active if jump.destination != qid]
        if qid in self._ahead:
            self._ahead = self._ahead[self._ahead.index(qid) + 1 :]

    def condition(self) -> Rule | None:
        """True unless a jump passes over the question; None when there are too many to say."""
        if not self._active:
            return True
        if sum(size(jump.rule) for jump in self._active) > MOST_PARTS:
            return None
        return negated(simplify({"any": [jump.rule for jump in self._active]}))

    def leave(
        self, element: Element, rules: Rules, question: dict[str, Any], shown: Rule | None
    ) -> dict[str, Any] | None:
        """Takes the jumps of a question up; the condition under which the survey ends after it, None for none."""
        ends: list[Rule] = []
        before: list[_Jump] = []
        for index, skip in enumerate(element.skips, 1):
            place = f"{element.question} / SkipLogic / {text_of(skip.get('SkipLogicID')) or index}"
            try:
                jump = self._jump(skip, element.question, rules, shown)
            except Inexpressible as error:
                self._building.undecided(question, place, _words(skip), error.code, **error.values)
                return simplify({"any": ends}) if ends else None  # what the later ones do depends on this one
            rule = simplify(together("all", [jump.rule, *(negated(b.rule) for b in before if not _apart(b, jump))]))  # type: ignore[arg-type]
            before.append(jump)
            if jump.destination == END_OF_SURVEY:
                ends.append(rule)
                self._building.changed("rule", place, _words(skip), "ends_screened", question["name"])
            else:
                self._active.append(_Jump(rule, jump.destination))
                self._building.changed("rule", place, _words(skip), "rule_by_jump", question["name"])
        return simplify({"any": ends}) if ends else None

    def _jump(self, skip: dict[str, Any], qid: str, rules: Rules, shown: Rule | None) -> _Jump:
        destination = text_of(skip.get("SkipToDestination"))
        known = destination in (END_OF_SURVEY, END_OF_BLOCK) or destination in self._ahead
        if not known or self._random or len(self._active) >= MOST_ACTIVE:
            raise Inexpressible
        locator = text_of(skip.get("ChoiceLocator")) or text_of(skip.get("Locator"))
        expression = {
            "LogicType": "Question",
            "LeftOperand": locator,
            "Operator": text_of(skip.get("Condition")),
            "RightOperand": skip.get("Value", skip.get("RightOperand")),
        }
        rule = rules.of(expression).rule
        if rule is False:
            raise Inexpressible("rule_never")
        if rule is True or holds(rule, {}):  # it must not jump for those who never came here
            if shown is None or shown is True and rule is True:
                raise Inexpressible
            rule = together("all", [shown, rule])
        if not isinstance(rule, dict) or size(rule) > MOST_PARTS:
            raise Inexpressible
        return _Jump(simplify(rule), destination)

    def tell_lost(self, element: Element) -> None:
        """The jumps of a question that has no equal."""
        for index, skip in enumerate(element.skips, 1):
            self._building.lost("rule", f"{element.question} / SkipLogic / {index}", _words(skip), "rule_kept_as_note")


def _words(skip: dict[str, Any]) -> str:
    keys = ("ChoiceLocator", "Condition", "Value", "SkipToDestination")
    return " ".join(text for text in (text_of(skip.get(key)) for key in keys) if text)


def _apart(one: _Jump, other: _Jump) -> bool:
    """Whether two jumps of a question can be told apart without more: one place to go, or two answers to one list."""
    if one.destination == other.destination:
        return True
    (name, test), (other_name, other_test) = (next(iter(jump.rule.items())) for jump in (one, other))
    single = all(len(jump.rule) == 1 for jump in (one, other)) and name == other_name
    both = isinstance(test, dict) and isinstance(other_test, dict)
    return single and both and set(test) == set(other_test) == {"is"} and test != other_test
