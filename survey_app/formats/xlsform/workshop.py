"""What every part of the import of a form works with: the building, the resolver, the texts, the lists, the rules."""

import json
import re
from typing import Any

from survey_app.formats.importing import Building
from survey_app.formats.importing.logic import Inexpressible, Target
from survey_app.formats.importing.naming import LONGEST
from survey_app.formats.xlsform.calculations import Calculations
from survey_app.formats.xlsform.lists import Lists
from survey_app.formats.xlsform.outline import Node
from survey_app.formats.xlsform.resolving import Resolver, refs
from survey_app.formats.xlsform.rules import Rules
from survey_app.formats.xlsform.wording import Wording
from survey_app.questionnaire.names import is_reserved
from survey_app.questionnaire.parts import NAME

_NUMBERED = re.compile(r"page_[0-9]+")
Question = dict[str, Any]
Condition = dict[str, Any]


class Workshop:
    """One import. `outer`: conditions of the groups around; `held`: those that the page itself has."""

    def __init__(self, building: Building, resolver: Resolver, wording: Wording, lists: Lists) -> None:
        self.building, self.resolver, self.wording, self.lists = building, resolver, wording, lists
        self.rules = Rules(resolver, self._number_of)
        self.calculations = Calculations(resolver.by_target, self.rules.condition, resolver.twins)
        self.fates: dict[tuple[str, str], tuple[str, str]] = {}
        """(list, code in the form) -> (first question that uses it, our code)."""
        self.outer: list[Condition] = []
        self._held: list[Condition] = []
        self._fresh = True
        self._pages: set[str] = set()
        self._waiting: list[tuple[str, str, str, dict[str, Any]]] = []
        self._computed: dict[str, str] = {}

    # --- pages ---
    def new_page(self, title: dict[str, str] | None = None, name: str = "") -> None:
        """A page that shows when the groups around apply. It keeps the group's name where a page may have it."""
        condition = both(self.outer)
        page = self.building.page(title, **({"show_if": condition} if condition else {}))
        fits = NAME.fullmatch(name) and len(name) <= LONGEST and not name.endswith("_") and not is_reserved(name)
        if fits and not _NUMBERED.fullmatch(name) and name not in self._pages:
            self._pages.add(name)
            page["name"] = name
        self._held, self._fresh = list(self.outer), False

    def close_page(self) -> None:
        """What follows stands on a page of its own."""
        self._fresh = True

    def add(self, question: Question, place: str, own: Condition | None = None) -> Question:
        """A question on the page, shown when its own rule and those of the groups around hold."""
        if self._fresh:
            self.new_page()
        needed = [part for part in self.outer if part not in self._held]
        if condition := both([*needed, *([own] if own else [])]):
            question["show_if"] = condition
        self.building.add(question, place)
        name = question["name"]
        self.wording.ready |= {name, f"{name}_other", *(f"{name}_{row['code']}" for row in question.get("rows", ()))}
        for at, rule, code, values in self._waiting:
            self.building.undecided(question, at, rule, code, **values)
        self._waiting.clear()
        self._note_holes(question)
        return question

    def wait(self, place: str, rule: str, error: Inexpressible) -> None:
        """A rule that cannot be said waits for the question that it is about."""
        self._waiting.append((place, rule, error.code, error.values))

    def tell_waiting(self) -> None:
        """Rules that no question came for."""
        for at, rule, code, values in self._waiting:
            self.building.lost("rule", at, rule, code, **values)
        self._waiting.clear()

    def _note_holes(self, question: Question) -> None:
        for place, name in self.wording.left:
            self.building.changed("text", place, f"${{{name}}}", "piping_left", question["name"], name=name)
            question.setdefault("open_rules", []).append(f"{place}: ${{{name}}}")
        self.wording.left.clear()
        if "open_rules" in question:
            question["open_rules"] = list(dict.fromkeys(question["open_rules"]))[:100]

    # --- rules ---
    def relevant(self, node: Node, ours: str) -> Condition | None:
        """The display rule of a row; None when there is none, or when it waits for a person."""
        given = node.row.get("relevant")
        if not given:
            return None
        place = node.row.place("relevant")
        try:
            tree = self.resolver.tree(given, node)
            elsewhere = self.resolver.elsewhere
            found = self.rules.condition(tree)
            if found is False:
                found = self._never(refs(tree))
                self.building.changed("rule", place, given, "rule_elsewhere" if elsewhere else "rule_for_nobody", ours)
                return found
        except Inexpressible as error:
            self.wait(place, given, error)
            return None
        if found is True:
            self.building.changed("rule", place, given, "rule_elsewhere" if elsewhere else "rule_always", ours)
            return None
        self.tell_rule(place, given, ours)
        return found if isinstance(found, dict) else None

    def tell_rule(self, place: str, given: str, ours: str) -> None:
        """The line of the rule that was resolved and made last."""
        if self.resolver.elsewhere:
            self.building.changed("rule", place, given, "rule_elsewhere", ours)
        elif self.rules.folded:
            self.building.changed("rule", place, given, "case_ignored", ours)
        else:
            self.building.kept("rule", place, given, ours)

    def _never(self, names: set[str]) -> Condition:
        """A condition that holds for no answer, as the form's own: the check before publishing points at it."""
        known = sorted(names & self.resolver.by_target.keys()) or list(self.resolver.by_target)[:1]
        if not known:
            raise Inexpressible("rule_never")
        return {"all": [{known[0]: {"answered": True}}, {known[0]: {"answered": False}}]}

    def _number_of(self, tree: Any) -> str:
        """The name of a computed value that carries a sum; on the page before, or on this one."""
        expression = self.calculations.expression(tree)
        key = json.dumps(expression, sort_keys=True)
        if key not in self._computed:
            if not self.building.pages or not isinstance(expression, dict):
                raise Inexpressible
            name = self.building.names.give(f"sum_{len(self._computed) + 1}")
            self.building.pages[-1]["questions"].append(computed(name, {self.wording.first: name}, expression))
            self.resolver.by_target[name] = Target("number", name)
            self._computed[key] = name
        return self._computed[key]


def computed(name: str, text: dict[str, str], expression: Any) -> Question:
    """A computed value."""
    return {"name": name, "type": "computed", "text": text, "expression": expression}


def both(parts: list[Condition]) -> Condition | None:
    """All of the conditions; None for none."""
    unique: list[Condition] = []
    for part in parts:
        if part not in unique:
            unique.append(part)
    return None if not unique else unique[0] if len(unique) == 1 else {"all": unique}
