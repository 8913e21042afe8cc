"""A block of questions: its pages, the rules of its questions, its jumps, its rounds when it is a loop."""

from dataclasses import replace
from typing import Any

from survey_app.formats.importing.logic import Inexpressible, together
from survey_app.formats.qualtrics.converting import convert
from survey_app.formats.qualtrics.item import described
from survey_app.formats.qualtrics.jumps import Jumps
from survey_app.formats.qualtrics.looping import Round, is_loop, rounds_of
from survey_app.formats.qualtrics.pages import Note, Page, Pages, Where
from survey_app.formats.qualtrics.reading import mapping, text_of, whole
from survey_app.formats.qualtrics.repeating import MOST_REPEATED, Taken, asks_all, move, needs_of
from survey_app.formats.qualtrics.rules import Found, Rules
from survey_app.formats.qualtrics.shuffling import runs_of
from survey_app.formats.qualtrics.source import RULE_KEYS, Block, Element
from survey_app.formats.qualtrics.wording import Wording
from survey_app.formats.qualtrics.work import Asked, Made, Rule, Work
from survey_app.questionnaire.conditions import simplify


class Blocks:
    """The blocks of one file as the flow comes to them."""

    def __init__(self, work: Work, rules: Rules, words: Wording, pages: Pages) -> None:
        self._work, self._building, self._source = work, work.building, work.source
        self._rules, self._words, self._pages = rules, words, pages
        self.done: dict[str, str] = {}
        """Block -> name of its first page, "" when it has none."""
        self._taken: dict[str, Taken] = {}
        self._repeated = 0

    def take(self, block: Block, place: str, where: Where) -> None:
        """The block at this place of the flow."""
        if block.id in self.done:
            self._again(block, place, where)
            return
        self._pages.close()
        self.done[block.id] = ""
        before = len(self._pages.all)
        self._rules.ahead.clear()
        if is_loop(block):
            self._loop(block, where)
        else:
            self._once(block, where, None)
        if made := tuple(self._pages.all[before:]):
            self._taken[block.id] = self._as_taken(block, made, where)
        self._building.changed("group", block.id, block.title or block.id, "block_name", self.done[block.id])
        for key in ("PreviousButton", "NextButton"):
            if words := text_of(block.options.get(key)).strip():
                where_now = ("publication and look", "发布与外观")
                self._building.changed("setting", f"{block.id} / {key}", words, "setting_ours", where=where_now)

    def is_for_all(self, name: str) -> bool:
        """Whether a block was asked of everybody already, so that a second place changes nothing."""
        taken = self._taken.get(name)
        return taken is not None and self._repeated < MOST_REPEATED and asks_all(taken, self._rules.times)

    def _as_taken(self, block: Block, made: tuple[Page, ...], where: Where) -> Taken:
        names = needs_of(self._source.questions.get(element.question, {}) for element in block.elements)
        needs = {name: self._rules.times(name) for name in names}
        return Taken(made, where.certain and not is_loop(block), needs, frozenset(self._rules.ahead))

    def _again(self, block: Block, place: str, where: Where) -> None:
        """A block that the flow shows in a second place: asked once, for those who come to one of them."""
        note, name = f"{block.title or block.id}: {described({'0': list(where.when)})}", self.done[block.id]
        self._repeated += 1
        taken = self._taken.get(block.id, Taken()) if self._repeated <= MOST_REPEATED else Taken()
        if asks_all(taken, self._rules.times):
            self._building.changed("rule", place, note, "block_twice", name)
            return
        if move(taken, self._pages, where, self._rules.times):
            for element in block.elements:  # when it was shown is another matter before and after
                if element.question in self._work.asked:
                    self._work.asked[element.question].shown = None
            self._building.changed("rule", place, note, "block_moved", name)
            return
        first = next((page for page in self._pages.all if page.data.get("name") == self.done[block.id]), None)
        if first is None:
            self._building.lost("rule", place, note, "block_twice")
            return
        self._pages.note(first.data["questions"][0], (place, note, "block_twice", {}))

    def _loop(self, block: Block, where: Where) -> None:
        place, kind = f"{block.id} / Looping", text_of(block.options.get("Looping"))
        rounds = rounds_of(self._work, block) if where.certain else None
        if rounds is None:
            self._pages.pending.append((place, kind, "loop", {}))
            self._once(block, where, None)
            return
        options = mapping(block.options.get("LoopingOptions"))
        order, few = text_of(options.get("Randomization")), whole(options.get("TotalRandSubset"))
        if order.lower() == "subset" and few and few < len(rounds):
            self._pages.pending.append((place, f"{few} of {len(rounds)} at random", "random_subset", {}))
        elif order not in ("", "None"):
            self._building.lost("setting", f"{place} / Randomization", order, "random_blocks")
        for one in rounds:
            for element in block.elements:  # in a round, the rounds before do not count
                self._work.asked.pop(element.question, None)
            inner = replace(where, when=(*where.when, one.rule)) if one.rule else where
            self._once(block, inner, one)
        for element in block.elements:
            if element.question in self._work.asked:  # after the loop it is not said which round is meant
                self._building.changed("question", element.question, kind, "rounds", "", count=len(rounds))
                self._work.asked[element.question] = Asked(shown=None)
        self._building.changed("setting", place, kind, "rounds", self.done[block.id], count=len(rounds))

    def _once(self, block: Block, where: Where, one: Round | None) -> None:
        runs = runs_of(self._building, block)
        jumps = Jumps(self._building, block, any(run.random for run in runs))
        for run in runs:
            self._pages.pending += [run.note] if run.note else []
            for element in run.elements:
                if element.question:
                    self._question(block, element, jumps, where, run.random, one)
                elif not run.random:
                    self._pages.close()
            self._pages.close()

    # --- questions ---
    def _question(
        self, block: Block, element: Element, jumps: Jumps, where: Where, random: bool, one: Round | None
    ) -> None:
        qid, payload = element.question, self._source.questions.get(element.question)
        place = f"{one.id}_{qid}" if one else qid
        if payload is None or place in self._work.asked:
            code = "block_twice" if payload else "rule_unknown_name"
            self._building.lost("setting", f"{block.id} / {qid}", qid, code, "", name=qid)
            return
        jumps.arrive(qid)
        rule, notes, told = self._display(place, payload)
        made = convert(self._work, self._words, self._rules, place, one.of(payload) if one else payload)
        if made is None:
            self._work.asked[place] = self._work.asked[qid] = Asked(shown=None)
            jumps.tell_lost(element)
            self._pages.pending += notes
            return
        jumped = jumps.condition()
        if jumped is None:
            notes.append((f"{block.id} / SkipLogic", qid, "rule_kept_as_note", {}))
        said = together("all", [part for part in (rule, jumped) if part is not None])
        _apply(made, said)
        shown = said if rule is not None and jumped is not None else None
        self._remember(qid, place, made, shown, where)
        self._pages.add(made.questions, where, block.title, random=random)
        self.done[block.id] = self.done[block.id] or self._pages.all[-1].data["name"]
        for where_rule, source, found in told:
            tell(self._building, where_rule, source, found, made.questions[0]["name"])
        for note in [*notes, *made.notes]:
            self._pages.note(made.questions[0], note)
        ends = jumps.leave(element, self._rules, made.questions[0], shown)
        if ends is not None:
            self._pages.end_on(self._pages.all[-1], ends)
            self._pages.close()

    def _remember(self, qid: str, place: str, made: Made, shown: Rule | None, where: Where) -> None:
        """What is known of the question from now on. In a loop, its own ID stands for the round that is asked now."""
        context: Rule | None = together("all", list(where.when)) if where.certain else None
        asked = self._work.asked
        parts = {key: part for key, part in asked.items() if key.startswith(f"{place}#")}
        for key, part in {place: made.asked, **parts}.items():
            both = [rule for rule in (context, shown, part.shown) if rule is not None]
            part.shown = together("all", both) if len(both) == 3 else None
            asked[key] = asked[key.replace(place, qid, 1)] = part

    def _display(
        self, place: str, payload: dict[str, Any]
    ) -> tuple[Rule | None, list[Note], list[tuple[str, str, Found]]]:
        """When a question is shown by its own rules, the rules that stay as words, and those that can be told."""
        parts: list[Rule] = []
        notes: list[Note] = []
        told: list[tuple[str, str, Found]] = []
        for key in RULE_KEYS:
            logic = payload.get(key)
            if not mapping(logic) or (key == "InPageDisplayLogic" and logic == payload.get("DisplayLogic")):
                continue
            where, source = f"{place} / {key}", described(logic)
            try:
                found = self._rules.of(logic)
            except Inexpressible as error:
                notes.append((where, source, error.code, dict(error.values)))
                continue
            if found.rule is False:
                notes.append((where, source, "rule_never", {}))
                continue
            parts.append(found.rule)
            told.append((where, source, found))
        return (None if notes else together("all", parts)), notes, told


def _apply(made: Made, said: Rule) -> None:
    if not isinstance(said, dict):
        return
    for question in made.questions:
        inner = question.get("show_if")
        question["show_if"] = simplify({"all": [said, inner]} if inner else said)


def tell(building: Any, place: str, source: str, found: Found, ours: str) -> None:
    """The line of a rule that became a condition, or that always holds."""
    if found.elsewhere:
        building.changed("rule", place, source, "rule_elsewhere", ours)
    elif found.rule is True:
        building.changed("rule", place, source, "rule_always", ours)
    elif found.loosened:
        building.changed("rule", place, source, "case_ignored", ours)
    else:
        building.kept("rule", place, source, ours)
