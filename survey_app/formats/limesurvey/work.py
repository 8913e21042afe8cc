"""One import while it goes on: the draft, the variables, and the ways every kind of question uses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.importing.building import Building
from survey_app.formats.importing.logic import BadExpression, Inexpressible, Ref, Target
from survey_app.formats.importing.naming import LONGEST, Codes, plain
from survey_app.formats.importing.report import shortened
from survey_app.formats.importing.texts import LONGEST_MARKUP, words
from survey_app.formats.importing.tidying import folds
from survey_app.formats.limesurvey import functions
from survey_app.formats.limesurvey import words as built_in
from survey_app.formats.limesurvey.comparing import Number, Truth, answered
from survey_app.formats.limesurvey.conditions import Reading, shallow
from survey_app.formats.limesurvey.expressions import Hole, parsed
from survey_app.formats.limesurvey.phrasing import Phrase, has_words, phrase, typed_or_chosen
from survey_app.formats.limesurvey.survey import Item, Question, Survey, Texts
from survey_app.formats.limesurvey.variables import SEEN_AS_VALUE, Variable, Variables
from survey_app.formats.limesurvey.wording import Frame, braces_free, framed, unframed
from survey_app.questionnaire import conditions
from survey_app.questionnaire.conditions import as_number
from survey_app.questionnaire.parts import CODE

LONGEST_CODE = 12
"""Two codes and a name have to fit into 32 signs."""
LARGEST_NUMBER = 1e12
MOST_HELPERS = 100
"""Computed values before one question."""
Plain = dict[str, Any]


@dataclass
class Work:
    """`at`: the place of the question in hand; `helpers`: computed values that have to stand before it."""

    building: Building
    survey: Survey
    variables: Variables
    at: int = 0
    question: Question | None = None
    helpers: list[Plain] = field(default_factory=list)
    open_notes: list[str] = field(default_factory=list)
    """Expressions in texts that nobody could read; they go on the question in hand."""
    in_group: bool = False
    """Whether the text in hand belongs to a group, where computed values can stand before it."""
    pages: dict[str, int] = field(default_factory=dict)
    """Group id -> index of its first page."""
    shown_by_row: dict[str, Truth] = field(default_factory=dict)
    """What the rows of the question in hand are shown under, by their codes."""
    used: set[str] = field(default_factory=set)
    """Attributes of the question in hand that were made use of."""
    settled: set[str] = field(default_factory=set)
    """Validations of the question in hand of which the report has a line."""
    lets: int = 0
    """How many numbers of checks have a name."""

    # --- expressions ---
    def reading(self, *, helpers: bool = True) -> Reading:
        """A reading of one expression at this place."""
        own = (self.question.code,) if self.question else ()
        version = self.survey.dump.version
        helper = self.helper if helpers else None
        return Reading(self.variables, self.at, version, functions.called, helper, own)

    def helper(self, expression: Any) -> Variable:
        """The variable of a computed value that is put before the question in hand."""
        expression = shallow(expression)
        for made in self.helpers:
            if made["expression"] == expression and "words" not in made:
                return Variable(Target("number", made["name"]), made["name"], self.at, made["name"], always=True)
        if len(self.helpers) >= MOST_HELPERS:
            raise Inexpressible
        base = plain(self.question.code) if self.question else "group"
        name = self.building.names.give(f"{base[:20]}_calc", "calc")
        self.helpers.append({"name": name, "type": "computed", "expression": expression})
        return Variable(Target("number", name), name, self.at, name, always=True)

    def check(self, tree: Any) -> Plain | None:
        """A tree that has to be true as a check, with its numbers; None when it always is. Raises Inexpressible."""
        made: dict[str, Any] = {}

        def number(expression: Any) -> Variable:
            name = next((name for name, known in made.items() if known == expression), "")
            if not name:
                self.lets += 1
                name = f"let_{self.lets}"
                made[name] = shallow(expression)
            return Variable(Target("number", name), name, self.at, name, always=True)

        own = (self.question.code,) if self.question else ()
        version = self.survey.dump.version
        reading = Reading(self.variables, self.at + 1, version, functions.called, number, own, patterns=True)
        found = reading.condition(tree)
        if isinstance(found, bool):
            if not found:
                raise Inexpressible  # nobody could go on
            return None
        names = conditions.names(found)
        let = {name: expression for name, expression in made.items() if name in names}
        return {**({"let": let} if let else {}), "that": found}

    def rule_kept(self, rule: Any, place: str, source: str, ours: str) -> None:
        """Tells of a rule that became a condition; words are compared by their capitals there, not here."""
        if isinstance(rule, dict) and folds(rule, self.variables.is_text):
            self.building.changed("rule", place, source, "case_ignored", ours)
        else:
            self.building.kept("rule", place, source, ours)

    # --- texts ---
    def text(self, texts: Mapping[str, str], place: str, ours: str = "") -> dict[str, str]:
        """A text in every language with its expressions as piping; {} when there are no words. Tells each language."""
        building = self.building
        made: dict[str, str] = {}
        for language, source in texts.items():
            if not source.strip():
                continue
            if (
                tag := building.tag(language or building.languages[0])
            ) in made:  # de and de-informal are one language here
                building.lost("text", f"{place} [{language}]", source, "language_twice", ours, first=tag)
                continue
            before = len(building.lines)
            frame = framed(source[:LONGEST_MARKUP], lambda hole, tag=tag: self._piped(hole, place, ours, tag))  # type: ignore[misc]
            found = building.text({language or building.languages[0]: frame}, place, ours)
            for tag, said in found.items():
                made[tag] = unframed(said)
            if found and not any(line.kind == "text" for line in building.lines[before:]):
                building.kept("text", f"{place} [{language}]" if language else place, source, ours)
            elif not found and "<" not in source:
                building.lost("text", place, source, "setting_lost", ours)
        return made

    def labelled(self, texts: Mapping[str, str], place: str, ours: str, fallback: str) -> dict[str, str]:
        """A text that has to be there: the first language is never without words."""
        made = self.text(texts, place, ours)
        if self.building.languages[0] not in made:
            self.building.changed("text", place, "", "text_missing", ours)
            made = {self.building.languages[0]: next(iter(made.values()), "") or braces_free(fallback) or "…", **made}
        return made

    def _piped(self, hole: Hole, place: str, ours: str, tag: str) -> Frame:
        """What stands for an expression in a text: a variable's name, fixed words, or nothing known."""
        try:
            tree = parsed(hole.inner)
        except BadExpression:
            if "(" in hole.inner or '"' in hole.inner:
                self._left_open(hole, place, ours)
            return Frame()
        try:
            listed = typed_or_chosen(tree)
            if isinstance(tree, Ref) and (name := self._pipe(tree)) or listed and (name := self._pipe(listed)):
                return Frame(name=name)
            if has_words(tree):
                return self._phrased(tree, hole, place, ours, tag)
            reading = self.reading()
            found = reading.operand(tree, 0)
            if isinstance(found, Number) and (self.question or self.in_group):
                return Frame(name=self.helper(reading.value(found.tree)).pipe)
        except Inexpressible:
            pass
        self._left_open(hole, place, ours, rule=has_words(tree))
        return Frame()

    def _phrased(self, tree: Any, hole: Hole, place: str, ours: str, tag: str) -> Frame:
        """Words by condition: the name of the computed value that says them. Raises Inexpressible."""
        if not (self.question or self.in_group):
            raise Inexpressible
        found = phrase(self.reading(), tree)
        name = self.phrased(found, tag)
        self.building.kept("rule", place, hole.inner, ours or name)
        return Frame(name=name)

    def phrased(self, found: Phrase, tag: str) -> str:
        """The name of the computed value that says these words in this language, made where there is none."""
        said = [words(text).text for text in found.words]
        for made in self.helpers:
            texts = made.get("words", ())
            if made["expression"] != found.expression or len(texts) != len(said):
                continue
            if all(text.get(tag, word) == word for text, word in zip(texts, said, strict=True)):
                for text, word in zip(texts, said, strict=True):
                    text[tag] = word
                return str(made["name"])
        if len(self.helpers) >= MOST_HELPERS:
            raise Inexpressible
        base = plain(self.question.code) if self.question else "group"
        name = self.building.names.give(f"{base[:20]}_words", "words")
        own = [{tag: word} for word in said]
        self.helpers.append({"name": name, "type": "computed", "expression": found.expression, "words": own})
        return name

    def _pipe(self, ref: Ref) -> str:
        """The name a text shows for a variable, "" when it is another thing of it."""
        return self.variables.find(ref, self.at).pipe if ref.part in (*SEEN_AS_VALUE, "shown") else ""

    def _left_open(self, hole: Hole, place: str, ours: str, *, rule: bool = False) -> None:
        if rule:
            self.building.lost("rule", place, hole.inner, "rule_kept_as_note", ours)
        self.building.changed("text", place, hole.inner, "expression_in_text", ours, expression=shortened(hole.inner))
        note = f"{place}: {{{shortened(hole.inner)}}}"
        if note not in self.open_notes:
            self.open_notes.append(note)

    # --- names ---
    def name(self, question: Question, suffixes: Iterable[str] = ()) -> str:
        """The name of the question, with room for its columns `<name>_<suffix>`; a change is told."""
        ends = list(suffixes)
        room = LONGEST - max((len(end) + 1 for end in ends), default=0)
        wanted = question.code or f"q{question.id}"
        names = self.building.names
        base = (
            (wanted.lower() if wanted.isascii() else plain(wanted))[: max(room - 3, 4)]
            if len(wanted) > room - 3
            else wanted
        )
        name = names.give(base)
        for _ in range(50):
            if not any(f"{name}_{end}" in names for end in ends):
                break
            name = names.give(base)
        names.reserve(*(f"{name}_{end}" for end in ends))
        question.name = name
        if name == question.code.lower():
            self.building.kept("question", question.place, f"{question.code} ({question.type})", name)
        else:
            self.building.changed(
                "question", question.place, question.code, "renamed", name, wanted=question.code, name=name
            )
        return name

    def extra_name(self, base: str) -> str:
        """A name for something the source has no name of its own for."""
        return self.building.names.give(base[: LONGEST - 3])

    def codes(self, items: Iterable[Item], codes: Codes | None = None) -> None:
        """Gives every item its code."""
        codes = codes or Codes(LONGEST_CODE)
        for item in sorted(
            items, key=lambda item: CODE.fullmatch(item.code) is None
        ):  # those that stay as they are first
            item.ours = codes.give(item.code)

    def told(self, kind: Any, item: Item, question: Question) -> None:
        """The line of a choice or a row."""
        place = f"{question.code}_{item.code} (line {item.line})"
        source = next(iter(item.texts.values()), item.code)
        if item.ours == item.code.lower():
            self.building.kept(kind, place, source, question.name)
        else:
            self.building.changed(kind, place, source, "recoded", question.name, wanted=item.code, code=item.ours)

    def built_in(self, english: str) -> dict[str, str]:
        """Words of LimeSurvey's own, in the languages of the survey."""
        return {tag: built_in.said(english, tag) for tag in self.building.languages}

    def register(self, question: Question, suffix: str, target: Target | None, pipe: str = "", **more: Any) -> None:
        """A variable of the question in hand."""
        old = more.pop("old", None)
        variable = Variable(target, more.pop("owner", question.name), self.at, pipe, **more)
        self.variables.add(question, suffix, variable, old)
        if suffix and target is not None and not variable.rank:
            self.chosen(question, suffix.split("_")[0], answered(variable))

    def chosen(self, question: Question, row: str, condition: Plain) -> None:
        """One way in which a row of the question in hand is answered: filters of later questions ask for it."""
        self.variables.chosen.setdefault(question.code, {}).setdefault(row, []).append(condition)

    def condition(self, text: str) -> Truth:
        """An expression as a condition. Raises Inexpressible, for what is no expression too."""
        try:
            return self.reading().condition(parsed(text))
        except BadExpression:
            raise Inexpressible from None

    def number_of(self, name: str) -> float | None:
        """An attribute as a number; None when it is empty or an expression."""
        text = self.attribute(name).replace(",", ".")
        if not text:
            return None
        number = as_number(text if not text.startswith(".") else f"0{text}")
        if number is None or abs(number) > LARGEST_NUMBER:
            return None
        return int(number) if float(number).is_integer() else number

    def unsaid(self, name: str, source: str) -> None:
        """A validation that nobody can say here: told, and left on the question for a person."""
        question = self.question
        if question is not None and name not in self.settled:
            self.settled.add(name)
            place = f"{question.place} / {name}"
            self.building.lost("validation", place, source, "rule_kept_as_note", question.name)
            self.open_notes.append(f"{place}: {shortened(source)}")

    def said(self, name: str, source: Any) -> None:
        """A validation that the draft keeps."""
        if self.question is not None:
            self.settled.add(name)
            self.building.kept("validation", f"{self.question.place} / {name}", str(source), self.question.name)

    def attribute(self, name: str, default: str = "") -> str:
        """An attribute of the question in hand, noted as used."""
        self.used.add(name)
        return self.question.attribute(name, default) if self.question else default

    def worded(self, name: str) -> Texts:
        """A text attribute of the question in hand, noted as used."""
        self.used.add(name)
        return self.question.worded(name) if self.question else {}
