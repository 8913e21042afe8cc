"""The survey flow, walked once: blocks become pages, branches show them, ends end them, jumps hide what they pass over."""

from dataclasses import dataclass, replace
from typing import Any

from survey_app.formats.importing.logic import Inexpressible, negated, together
from survey_app.formats.qualtrics.converting import convert
from survey_app.formats.qualtrics.fields import Fields
from survey_app.formats.qualtrics.item import described
from survey_app.formats.qualtrics.jumps import Jumps
from survey_app.formats.qualtrics.reading import entries, is_on, mapping, text_of, whole
from survey_app.formats.qualtrics.rules import Found, Rules, size
from survey_app.formats.qualtrics.source import RULE_KEYS, Block, Element, children
from survey_app.formats.qualtrics.wording import Wording
from survey_app.formats.qualtrics.work import Asked, Made, Rule, Work
from survey_app.questionnaire.conditions import simplify

MOST_DEPTH = 60
_BLOCKS = ("Block", "Standard", "Default")
_THROUGH = ("Root", "Group", "Authenticator")
_RANDOMIZERS = ("BlockRandomizer", "Randomizer")


@dataclass(frozen=True)
class Where:
    """Under which conditions the walk stands. `certain`: False when who comes here cannot be said."""

    when: tuple[dict[str, Any], ...] = ()
    certain: bool = True
    depth: int = 0


@dataclass
class Page:
    """A page of the draft with the conditions it stands under, and the block it is of."""

    data: dict[str, Any]
    when: tuple[dict[str, Any], ...]


class Walk:
    """One way through the flow. Everything it makes goes to the building."""

    def __init__(self, work: Work) -> None:
        self.work, self.building, self.source = work, work.building, work.source
        self.fields = Fields.of(work)
        self.rules = Rules(work, self.fields)
        self.words = Wording(work, self.fields.variable)
        self.pages: list[Page] = []
        self.random: list[list[str]] = []
        self._open: Page | None = None
        self._pending: list[tuple[str, str, str, dict[str, Any]]] = []
        self._over: list[dict[str, Any]] = []
        """Conditions under which the survey had ended before, where no page could say so."""
        self._ended = False
        self._done: dict[str, str] = {}

    # --- the flow ---
    def nodes(self, nodes: list[dict[str, Any]], where: Where) -> None:
        """Every node in its order."""
        for node in nodes:
            self._node(node, where)

    def _node(self, node: dict[str, Any], where: Where) -> None:
        kind, place = text_of(node.get("Type")), text_of(node.get("FlowID")) or "SurveyFlow"
        where = replace(where, depth=where.depth + 1)
        if kind in _BLOCKS or (not kind and text_of(node.get("ID"))):
            self._block(text_of(node.get("ID")), place, where)
        elif kind == "Branch":
            self._branch(node, place, where)
        elif kind in _THROUGH:
            if kind == "Authenticator":
                self.building.lost("setting", place, kind, "setting_lost")
            self.nodes(children(node), where)
        elif kind in _RANDOMIZERS:
            self._randomizer(node, place, where)
        elif kind == "EmbeddedData":
            self._set(node, place, where)
        elif kind == "EndSurvey":
            self._end(place, where)
            if mapping(node.get("Options")):
                self.building.lost("setting", f"{place} / Options", described_options(node), "setting_lost")
        else:
            self._no_equal(node, kind, place)

    def _no_equal(self, node: dict[str, Any], kind: str, place: str) -> None:
        for _, entry in entries(node.get("ResponseMap")):
            self.fields.opaque.add(text_of(mapping(entry).get("value")))
        source = " ".join(text for text in (kind, text_of(node.get("Description"))) if text)
        self.building.lost("setting", place, source, "no_equal", source=kind or "?")
        self.nodes(children(node), Where(certain=False, depth=MOST_DEPTH - 1))

    def _branch(self, node: dict[str, Any], place: str, where: Where) -> None:
        where_rule, source = f"{place} / BranchLogic", described(node.get("BranchLogic"))
        try:
            found = self.rules.of(node.get("BranchLogic"))
        except Inexpressible as error:
            self._pending.append((where_rule, source, error.code, dict(error.values)))
            self.nodes(children(node), replace(where, certain=False))
            return
        if found.rule is False:
            self._pending.append((where_rule, source, "rule_never", {}))
            self.nodes(children(node), replace(where, certain=False))
            return
        inner = where if found.rule is True else replace(where, when=(*where.when, found.rule))
        before = len(self.pages)
        self.nodes(children(node), inner)
        ours = self.pages[before].data["questions"][0]["name"] if len(self.pages) > before else ""
        self._tell(where_rule, source, found, ours)

    def _tell(self, place: str, source: str, found: Found, ours: str) -> None:
        if found.rule is True:
            self.building.changed("rule", place, source, "rule_always", ours)
        elif found.loosened:
            self.building.changed("rule", place, source, "case_ignored", ours)
        else:
            self.building.kept("rule", place, source, ours)

    def _randomizer(self, node: dict[str, Any], place: str, where: Where) -> None:
        inner, subset = children(node), whole(node.get("SubSet"))
        if subset and subset < len(inner):
            for child in inner:
                self._pending.append((place, f"{subset} of {len(inner)} at random", "random_subset", {}))
                self._node(child, replace(where, certain=False))
                self._close()
            return
        before, names = len(self.pages), []
        for child in inner:
            self._close()
            start = len(self.pages)
            self._node(child, where)
            self._close()
            names += [page.data.get("name", "") for page in self.pages[start:]][:2]
        whole_pages = len(self.pages) - before == len(inner) == len([name for name in names if name])
        if whole_pages and len(inner) > 1:
            self.random.append(names)
            self.building.kept("setting", place, "BlockRandomizer", names[0])
        else:
            self.building.lost("setting", place, "BlockRandomizer", "random_blocks")

    def _set(self, node: dict[str, Any], place: str, where: Where) -> None:
        always = not where.when and not self._over
        made = list(self.fields.questions_of(node, place, always=always, certain=where.certain))
        if made:
            self._close()
            for question in made:
                self._add([question], Where(where.when), place)
            self._close()

    def _end(self, place: str, where: Where) -> None:
        if not where.certain:
            self._pending.append((place, "EndSurvey", "rule_kept_as_note", {}))
            return
        self._close()
        if not where.when:
            self._ended = True
            self.building.kept("rule", place, "EndSurvey")
            return
        rule = simplify({"all": list(where.when)})
        last = self.pages[-1] if self.pages else None
        if last and all(part in where.when for part in last.when) and size(last.data.get("end_if")) < 200:
            self._end_on(last, rule)
            self.building.kept("rule", place, "EndSurvey", last.data["questions"][-1]["name"])
        else:
            self._over.append(rule)
            self.building.changed("rule", place, "EndSurvey", "rule_by_jump")

    def _end_on(self, page: Page, rule: dict[str, Any]) -> None:
        ends = [page.data["end_if"]] if "end_if" in page.data else []
        page.data["end_if"] = simplify({"any": [*ends, rule]})

    # --- blocks ---
    def _block(self, name: str, place: str, where: Where) -> None:
        block = self.source.blocks.get(name)
        if block is None or where.depth > MOST_DEPTH:
            self.building.lost("group", place, name, "not_in_flow")
            return
        if name in self._done:
            self._again(block, place, where)
            return
        if self._ended:
            return  # told with what the flow never asks
        self._close()
        self._done[name] = ""
        random = self._random_questions(block)
        jumps = Jumps(self.building, block, random)
        for element in block.elements:
            if element.question:
                self._question(block, element, jumps, where, random)
            elif not random:
                self._close()
        jumps.tell_unreached()
        self._close()
        self.building.changed("group", name, block.title or name, "block_name", self._done[name])
        if mapping(block.options) and (looping := text_of(block.options.get("Looping"))) not in ("", "None"):
            self.building.lost("setting", f"{name} / Looping", looping, "loop", self._done[name])

    def _again(self, block: Block, place: str, where: Where) -> None:
        """A block that the flow shows in a second place: asked in the first one only."""
        note = f"{block.title or block.id}: {described({'0': list(where.when)})}"
        first = next((page for page in self.pages if page.data.get("name") == self._done[block.id]), None)
        if first is None:
            self.building.lost("rule", place, note, "block_twice")
            return
        self.building.undecided(first.data["questions"][0], place, note, "block_twice")

    def _random_questions(self, block: Block) -> bool:
        kind = text_of(block.options.get("RandomizeQuestions"))
        if kind in ("", "false", "None", "No"):
            return False
        place = f"{block.id} / RandomizeQuestions"
        if kind in ("RandomizeAll", "RandomizeAllQuestions", "true", "All"):
            self.building.kept("setting", place, kind)
            return True
        if kind == "RandomWithXPerPage":
            self.building.changed("setting", place, kind, "random_page")
            return True
        if kind == "RandomWithOnlyX":
            self._pending.append((place, kind, "random_subset", {}))
        else:
            self.building.lost("setting", place, kind, "setting_lost")
        return False

    def _question(self, block: Block, element: Element, jumps: "Jumps", where: Where, random: bool) -> None:
        qid = element.question
        payload = self.source.questions.get(qid)
        if payload is None:
            self.building.lost("question", f"{block.id} / {qid}", qid, "rule_unknown_name", name=qid)
            return
        if qid in self.work.asked:
            self.building.lost("question", f"{block.id} / {qid}", qid, "block_twice")
            return
        jumps.arrive(qid)
        own = self._display(qid, payload)
        made = convert(self.work, self.words, self.rules, qid, payload)
        if made is None:
            self.work.asked[qid] = Asked(shown=None)
            jumps.tell_lost(element)
            self._pending += own[1]
            return
        rule, notes = own
        jumped = jumps.condition()
        if jumped is None:
            notes.append((f"{block.id} / SkipLogic", qid, "rule_kept_as_note", {}))
        said = together("all", [part for part in (rule, jumped) if part is not None])
        if isinstance(said, dict):
            said = simplify(said)
            for question in made.questions:
                inner = question.get("show_if")
                question["show_if"] = simplify({"all": [said, inner]}) if inner else said
        shown = said if rule is not None and jumped is not None else None
        self._take(qid, made, shown, where)
        self._add(made.questions, where, block.title, random=random)
        self._done[block.id] = self._done[block.id] or self.pages[-1].data["name"]
        for note_place, source, code, values in [*notes, *made.notes]:
            self.building.undecided(made.questions[0], note_place, source, code, **values)
        ends = jumps.leave(element, self.rules, made.questions[0], shown)
        if ends is not None:
            self._end_on(self.pages[-1], ends)
            self._close()

    def _take(self, qid: str, made: Made, shown: Rule | None, where: Where) -> None:
        """What is known of the question from now on."""
        context: Rule | None = together("all", list(where.when)) if where.certain else None
        everything = None if shown is None or context is None else together("all", [context, shown])
        for key, asked in ((qid, made.asked), *((k, a) for k, a in self.work.asked.items() if k.startswith(f"{qid}#"))):
            both = everything is not None and asked.shown is not None
            asked.shown = together("all", [everything, asked.shown]) if both else None  # type: ignore[list-item]
            self.work.asked[key] = asked

    def _display(
        self, qid: str, payload: dict[str, Any]
    ) -> tuple[Rule | None, list[tuple[str, str, str, dict[str, Any]]]]:
        """When a question is shown by its own rules, and the rules that stay as words."""
        parts: list[Rule] = []
        notes: list[tuple[str, str, str, dict[str, Any]]] = []
        for key in RULE_KEYS:
            logic = payload.get(key)
            if not mapping(logic) or (key == "InPageDisplayLogic" and logic == payload.get("DisplayLogic")):
                continue
            place, source = f"{qid} / {key}", described(logic)
            try:
                found = self.rules.of(logic)
            except Inexpressible as error:
                notes.append((place, source, error.code, dict(error.values)))
                continue
            if found.rule is False:
                notes.append((place, source, "rule_never", {}))
                continue
            parts.append(found.rule)
            self._tell(place, source, found, self._name_of(qid, payload))
        return (None if notes else together("all", parts)), notes

    def _name_of(self, qid: str, payload: dict[str, Any]) -> str:
        return (text_of(payload.get("DataExportTag")) or qid).lower()

    # --- pages ---
    def _close(self) -> None:
        self._open = None

    def _add(self, questions: list[dict[str, Any]], where: Where, title: str, *, random: bool = False) -> None:
        if self._open is None:
            when = (*where.when, *(negated(rule) for rule in self._over))
            more: dict[str, Any] = {"name": self.work.page_names.give(title or "page", "page")}
            if when:
                more["show_if"] = simplify({"all": list(when)})
            if random:
                more["random_order"] = True
            self._open = Page(self.building.page(**more), when)  # type: ignore[arg-type]
            self.pages.append(self._open)
        for question in questions:
            placed = {
                key: value
                for key, value in question.items()
                if value is not None and value is not False and value not in ({}, "")
            }
            question.clear()
            question |= placed
            self.building.add(question, title)
            self.work.known.update(variables_of(question))
        for place, source, code, values in self._pending:
            self.building.undecided(questions[0], place, source, code, **values)
        self._pending.clear()

    def finish(self) -> None:
        """Rules that no later question took stand on the last one."""
        for place, source, code, values in self._pending:
            if self.pages:
                self.building.undecided(self.pages[-1].data["questions"][-1], place, source, code, **values)
            else:
                self.building.lost("rule", place, source, code, **values)
        self._pending.clear()

    def is_asked(self, block: str) -> bool:
        """Whether the flow came through the block."""
        return block in self._done


def variables_of(question: dict[str, Any]) -> list[str]:
    """The variables of a question that texts may show."""
    name, columns = question["name"], question.get("columns")
    parts = [part["code"] for key in ("rows", "fields", "items") for part in question.get(key) or ()]
    fields = columns if isinstance(columns, list) else []
    parts += [f"{row['code']}_{field['code']}" for row in question.get("rows") or () for field in fields]
    if any(choice.get("other") for choice in question.get("choices") or ()):
        parts.append("other")
    return [name, *(f"{name}_{part}" for part in parts)]


def described_options(node: dict[str, Any]) -> str:
    """The options of an end, on one line."""
    options = mapping(node.get("Options"))
    return ", ".join(f"{key}={text_of(value)}" for key, value in options.items() if text_of(value) or is_on(value))
