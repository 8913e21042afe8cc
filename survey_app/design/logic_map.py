"""The map of a questionnaire: pages from top to bottom, rules as lines from the question that is asked to what it decides.

Only presentation attributes are used, so that the page, a print and a PDF are equal; the drawing stands on white paper. What is
wrong is red, and carries a sign of its own shape and a word. Long questionnaires are folded to what takes part in a rule.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from survey_app.design.drawing import PALE, PAPER, QUIET, RULE, TONES, Drawing, Part, cut, units
from survey_app.design.in_words import LABELS, PLACE_LABELS, ConditionWriter, Translate, tone
from survey_app.languages import N_
from survey_app.questionnaire import conditions
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.offering import ruled
from survey_app.questionnaire.problems import path_of
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.reach import Analysis, Finding

FOLD = 60
"""With more questions than this, those without a part in any rule are folded."""
LEFT, WIDE, LABELS_WIDE, LANE = 66, 330, 176, 13
HEAD, ROW, GAP = 36, 40, 28
COLOURS = ("#0b6e4f", "#5e3c99", "#9a4f00", "#1d4f7c", "#5a5a00", "#86336f")
_GROUNDS = {"bad": "#fdecea", "warn": "#fff4d6", "open": "#e8f1f9"}
_URGENCY = ("bad", "warn", "open", "good")
Link = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Edge:
    """A rule on the map: from the rows of its sources to the row of its target."""

    finding: Finding
    label: str
    title: str
    sources: tuple[str, ...]
    target: float


def draw(
    definition: Definition,
    analysis: Analysis,
    writer: ConditionWriter,
    translate: Translate,
    *,
    place_link: Link,
    rule_link: Link,
    fold: bool | None = None,
) -> Drawing:
    """The map. `place_link` and `rule_link` give the address for the path of a page or question, and of a rule."""
    folding = len(definition.questions) > FOLD if fold is None else fold
    return _Map(definition, analysis, writer, translate, place_link, rule_link, folding).drawn()


class _Map:
    def __init__(
        self,
        definition: Definition,
        analysis: Analysis,
        writer: ConditionWriter,
        translate: Translate,
        place_link: Link,
        rule_link: Link,
        fold: bool,
    ) -> None:
        self.definition, self.analysis, self.writer, self.translate = definition, analysis, writer, translate
        self.place_link, self.rule_link, self.fold = place_link, rule_link, fold
        self.drawing = Drawing()
        self.boxes: list[Part] = []
        self.rows: dict[str, float] = {}
        """Middle of the row of every drawn question."""
        self.edges: list[_Edge] = []
        self.y = 12.0
        self.ruled = ruled(definition)
        self.sources = self._sources()

    def _sources(self) -> set[str]:
        """Names of the questions that a rule asks for."""
        found: set[str] = set()
        for page in self.definition.pages:
            parts = [rule.condition for q in page.questions for rule in self.ruled.get(q.name, ())]
            for condition in (page.show_if, page.end_if, *(q.show_if for q in page.questions), *parts):
                found |= set(self._asked(condition))
        return found

    def _asked(self, condition: Any) -> tuple[str, ...]:
        owners = self.definition.owners
        found = {owner.name for n in conditions.names(condition) if (owner := owners.get(n)) is not None}
        return tuple(q.name for q in self.definition.questions if q.name in found)

    def drawn(self) -> Drawing:
        index, pages = 0, self.definition.pages
        while index < len(pages):
            last = index
            while self.fold and self._is_quiet(last) and last + 1 < len(pages) and self._is_quiet(last + 1):
                last += 1
            self._several(index, last) if last > index else self._page(index)
            index = last + 1
            self._arrow_down(pages[index].show_if is not None if index < len(pages) else False)
        self._pill(LEFT + WIDE / 2 - 36, self.y, self.translate(N_("完成问卷")), 72)
        lanes = self._draw_edges()
        self.drawing.parts += self.boxes
        self.drawing.width = LEFT + WIDE + LABELS_WIDE + lanes * LANE + 12 if self.edges else LEFT + WIDE + 24
        self.drawing.height = self.y + 40
        return self.drawing

    # --- pages and rows
    def _takes_part(self, question: Question, finding: Finding | None) -> bool:
        return (
            question.name in self.sources
            or question.show_if is not None
            or question.name in self.ruled
            or (finding is not None and finding.verdict != "reachable")
        )

    def _findings(self, index: int) -> list[tuple[Question, str, Finding | None]]:
        questions = self.definition.pages[index].questions
        paths = [f"pages[{index}].questions[{number}]" for number in range(len(questions))]
        return [(q, path, self.analysis.of(path)) for q, path in zip(questions, paths, strict=True)]

    def _is_quiet(self, index: int) -> bool:
        page, finding = self.definition.pages[index], self.analysis.of(f"pages[{index}]")
        quiet = page.show_if is None and page.end_if is None and (finding is None or finding.verdict == "reachable")
        return quiet and not any(self._takes_part(question, found) for question, _, found in self._findings(index))

    def _several(self, first: int, last: int) -> None:
        count = sum(len(page.questions) for page in self.definition.pages[first : last + 1])
        self.drawing.folded += count
        text = self.translate(N_("第 %(first)s–%(last)s 页 · %(n)s 题，没有逻辑"))
        box = Part(self.place_link(f"pages[{first}]"))
        box.add("rect", x=LEFT, y=self.y, width=WIDE, height=HEAD, rx=8, fill=PALE, stroke=RULE, stroke_dasharray="4 3")
        box.words(LEFT + 12, self.y + 23, text % {"first": first + 1, "last": last + 1, "n": count}, fill=QUIET)
        self.boxes.append(box)
        self.y += HEAD

    def _page(self, index: int) -> None:
        page = self.definition.pages[index]
        top, path = self.y, f"pages[{index}]"
        finding = self.analysis.of(path)
        frame = Part()
        self.boxes.append(frame)
        title = self.definition.text(page.title, self.writer.language)
        name = self.translate(N_("第 %(n)s 页")) % {"n": index + 1} + (f" · {title}" if title else "")
        self._row(Part(self.place_link(path), name), name, finding, height=HEAD, weight=600)
        if page.show_if is not None:
            self._edge(f"{path}.show_if", page.show_if, top + HEAD / 2)
        hidden = 0
        for question, own, found in self._findings(index):
            if self.fold and not self._takes_part(question, found):
                hidden += 1
                continue
            hidden = self._folded(hidden, path)
            self._question(question, own, found)
        self._folded(hidden, path)
        if page.end_if is not None:
            self._end(f"{path}.end_if", page.end_if)
        colour = TONES["bad"] if finding is not None and finding.is_fault else RULE
        frame.add(
            "rect", x=LEFT, y=top, width=WIDE, height=self.y - top, rx=8, fill=PAPER, stroke=colour, stroke_width=1.4
        )
        frame.add("rect", x=LEFT + 1, y=top + 1, width=WIDE - 2, height=HEAD - 2, rx=7, fill=PALE)

    def _row(self, part: Part, text: str, finding: Finding | None, *, height: float = ROW, weight: int = 400) -> None:
        kind = "good" if finding is None else tone(finding)
        room = WIDE - 24.0
        middle = self.y + height / 2
        if finding is not None and kind != "good":
            word = self.translate(PLACE_LABELS[finding.verdict])
            room -= units(word) * 13 + 30
            x = LEFT + WIDE - 12 - units(word) * 13
            part.add(
                "rect", x=LEFT + 3, y=self.y + 3, width=WIDE - 6, height=height - 6, rx=6, fill=_GROUNDS[kind],
                stroke=TONES[kind], stroke_width=1.4, stroke_dasharray="none" if kind == "bad" else "4 3",
            )  # fmt: skip
            part.sign(x - 13, middle, kind)
            part.words(x, middle + 5, word, size=13, fill=TONES[kind], weight=600)
        else:  # the whole row can be pressed
            part.add(
                "rect", x=LEFT + 3, y=self.y + 3, width=WIDE - 6, height=height - 6, rx=6, fill=PAPER, fill_opacity=0
            )
        part.words(LEFT + 12, middle + 5, cut(text, room, 14), weight=weight)
        self.boxes.append(part)
        self.y += height

    def _question(self, question: Question, path: str, finding: Finding | None) -> None:
        number = self.writer.numbers.get(question.name)
        words = self.definition.text(question.text, self.writer.language)
        text = f"{number}. {words}" if number else words
        middle = self.y + ROW / 2
        self.rows[question.name] = middle
        self._row(Part(self.place_link(path), text), text, finding)
        if question.show_if is not None:
            self._edge(f"{path}.show_if", question.show_if, middle)
        self._edge_of_parts(path, question, middle)

    def _folded(self, count: int, path: str) -> int:
        if count:
            self.drawing.folded += count
            part = Part(self.place_link(path))
            part.words(
                LEFT + 12, self.y + 17, self.translate(N_("… %(n)s 题，没有逻辑")) % {"n": count}, size=13, fill=QUIET
            )
            self.boxes.append(part)
            self.y += 26
        return 0

    def _end(self, path: str, condition: Any) -> None:
        finding = self.analysis.of(path)
        kind = "good" if finding is None else tone(finding)
        colour = QUIET if kind == "good" else TONES[kind]
        part = Part(self.rule_link(path))
        middle = self.y + 15
        part.add("rect", x=LEFT + 12, y=middle - 6, width=12, height=12, fill=colour)
        part.words(LEFT + 32, middle + 5, self.translate(N_("满足时在此结束")), size=13, fill=colour)
        part.line([(LEFT, middle), (LEFT - 6, middle)], colour)
        part.head(LEFT - 14, middle, colour)
        self._edge(path, condition, middle)
        self.boxes.append(part)
        self._pill(4, middle - 13, self.translate(N_("结束")), LEFT - 20)
        self.y += 32

    def _pill(self, x: float, y: float, text: str, width: float) -> None:
        part = Part()
        part.add("rect", x=x, y=y, width=width, height=26, rx=13, fill=PALE, stroke=RULE)
        shown = cut(text, width - 6, 13)
        part.words(x + (width - units(shown) * 13) / 2, y + 18, shown, size=13, fill=QUIET)
        self.boxes.append(part)

    def _arrow_down(self, optional: bool) -> None:
        part = Part()
        x = LEFT + WIDE / 2
        part.line([(x, self.y), (x, self.y + GAP - 8)], RULE, dash="4 3" if optional else "")
        part.head(x, self.y + GAP, RULE, down=True)
        self.boxes.append(part)
        self.y += GAP

    # --- rules
    def _edge(self, path: str, condition: Any, target: float) -> None:
        finding = self.analysis.of(path)
        if finding is None:
            return
        label = self.writer.short(condition)
        title = f"{self.writer.write(condition)} · {self.translate(LABELS[finding.verdict])}"
        self.edges.append(_Edge(finding, label, title, self._asked(condition), target))

    def _edge_of_parts(self, path: str, question: Question, target: float) -> None:
        """The rules on choices and rows of a question as one edge; it leads to the one that is most in need."""
        rules = self.ruled.get(question.name, ())
        found = [self.analysis.of(f"{path}.{path_of(rule.place)}") for rule in rules]
        worst = min((f for f in found if f), key=lambda f: _URGENCY.index(tone(f)), default=None)
        if worst is not None:
            label = self.translate(N_("%(n)s 个选项或行有条件")) % {"n": len(rules)}
            names = dict.fromkeys(name for rule in rules for name in self._asked(rule.condition))
            order = tuple(q.name for q in self.definition.questions if q.name in names)
            self.edges.append(_Edge(worst, label, f"{label} · {self.translate(LABELS[worst.verdict])}", order, target))

    def _draw_edges(self) -> int:
        """Every question that is asked for has a lane of its own; rules meet it with a dot. Returns the number of lanes."""
        spans: dict[str, list[float]] = {}
        for edge in self.edges:
            for name in edge.sources:
                if name in self.rows:
                    spans.setdefault(name, [self.rows[name] + 11]).append(edge.target - 3)
        lanes = _lanes({name: (min(ys), max(ys)) for name, ys in spans.items()})
        start = LEFT + WIDE + LABELS_WIDE
        for number, (name, ys) in enumerate(spans.items()):
            x, y = start + lanes[name] * LANE, self.rows[name] + 11
            colour = COLOURS[number % len(COLOURS)]
            part = Part()
            part.line([(LEFT + WIDE, y), (x, y)], colour)
            part.line([(x, min(ys)), (x, max(ys))], colour)
            part.add("circle", cx=LEFT + WIDE, cy=y, r=3.5, fill=colour)
            self.drawing.parts.append(part)
        for edge in self.edges:
            self._draw_edge(edge, [start + lanes[name] * LANE for name in edge.sources if name in lanes])
        return max(lanes.values(), default=0) + 1

    def _draw_edge(self, edge: _Edge, lanes: list[float]) -> None:
        kind = tone(edge.finding)
        colour, y, left = TONES[kind], edge.target - 3, LEFT + WIDE + 1
        part = Part(self.rule_link(edge.finding.path), edge.title)
        part.line(
            [(max(lanes, default=left + LABELS_WIDE - 16), y), (left + 6, y)],
            colour,
            dash="5 3" if kind == "open" else "",
        )
        part.head(left, y, colour)
        for x in lanes:
            part.add("circle", cx=x, cy=y, r=3, fill=colour)
        room = LABELS_WIDE - 26.0
        if kind != "good":
            word = self.translate(LABELS[edge.finding.verdict])
            part.sign(left + 20, y + 11, kind)
            part.words(left + 31, y + 16, word, size=12, fill=colour, weight=600)
        part.words(left + 12, y - 5, cut(edge.label, room, 13), size=13, fill=colour)
        self.drawing.parts.append(part)


def _lanes(spans: dict[str, tuple[float, float]]) -> dict[str, int]:
    """A lane for every span, so that no two spans of one lane touch; short ones lie inside."""
    taken: list[list[tuple[float, float]]] = []
    found: dict[str, int] = {}
    for name, (low, high) in sorted(spans.items(), key=lambda item: (item[1][1] - item[1][0], item[1][0])):
        lane = next(
            (n for n, used in enumerate(taken) if all(high + 6 < a or low - 6 > b for a, b in used)), len(taken)
        )
        if lane == len(taken):
            taken.append([])
        taken[lane].append((low, high))
        found[name] = lane
    return found
