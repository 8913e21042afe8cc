"""What changed between two definitions, as data: every difference is one Change, none is silent.

Questions are matched by name, choices, points, rows and fields by code (see `matching`). Each change says whether figures
before and after it may stand in one line (see `comparability`). Keys that nobody described are compared all the same.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from survey_app.questionnaire import comparability, matching
from survey_app.questionnaire.comparability import FINE, Judged, Trend
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.matching import Node, Spot, out_of_order, pairs
from survey_app.questionnaire.parts import text_in
from survey_app.questionnaire.problems import path_of

Group = Literal["wording", "choices", "logic", "structure", "settings"]
GROUPS: tuple[Group, ...] = ("wording", "choices", "logic", "structure", "settings")
Place = tuple[str | int, ...]

TEXTS = ("text", "hint", "why", "title", "intro", "thanks", "purpose", "label", "unit", "low", "high", "unsure")
LISTS = {"choices": "choice", "points": "point", "rows": "row", "fields": "field", "items": "row", "columns": "field"}
RULES = ("show_if", "end_if", "expression")
METRIC_TYPES = ("rating", "likert", "nps", "csat", "ces")
_CHOICES = ("points", "start", "style", "labels", "scale", "cell", "value", "score", "other", "exclusive", "missing",
            "retired", "layout", "low", "high", "unsure")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    kind: text, value, rule, added, removed, renamed, moved, order, type. node: definition, page, question, choice, point,
    row, field, scale, score, language. The path of what was added or removed is "" on the other side. `question` is its name
    after (before, when it is gone), `item` the code of a choice, point, row or field, the name of a scale or score, the number
    of a page. before/after: the words of `language` for texts, else plain data; of an order what both sides have. `why`: the
    reason of `trend`.
    """

    group: Group
    kind: str
    node: str
    path_before: str
    path_after: str
    key: str = ""
    before: Any = None
    after: Any = None
    language: str = ""
    question: str = ""
    item: str = ""
    trend: Trend = ""
    why: str = ""

    @property
    def breaks_trend(self) -> bool:
        """Whether its reason has to be written down."""
        return self.trend in ("may", "breaks")


def difference(before: Definition, after: Definition) -> list[Change]:
    """Everything that differs, in the order of GROUPS, and in reading order within each. Equal definitions: []."""
    if before.digest() == after.digest():
        return []
    found = list(_Comparison(before, after).changes())
    return sorted(found, key=lambda change: GROUPS.index(change.group))


@dataclass(frozen=True, slots=True)
class _Pair:
    """The same thing in both definitions: plain data and places; and whose it is."""

    node: str
    before: Node
    after: Node
    path_before: Place
    path_after: Place
    question: str = ""
    item: str = ""
    metric: bool = False  # figures of it are followed over time
    stored: bool = False  # answers to it are kept, before and after

    def change(
        self,
        group: Group,
        kind: str,
        judged: Judged = FINE,
        *,
        key: Place = (),
        words: tuple[Any, Any] | None = None,
        language: str = "",
    ) -> Change:
        old, new = words or (self.before, self.after)
        a, b = path_of((*self.path_before, *key)), path_of((*self.path_after, *key))
        name = str(key[0]) if key else ""
        return Change(group, kind, self.node, a, b, name, old, new, language, self.question, self.item, *judged)


class _Comparison:
    def __init__(self, before: Definition, after: Definition) -> None:
        # every default written out: a text that was the built-in one compares as that text
        self.before = before.model_dump(mode="json")
        self.after = after.model_dump(mode="json")
        self.match = matching.match(self.before, self.after)
        self.scored = {
            name for definition in (before, after) for score in definition.scores for name in score.questions
        }

    def changes(self) -> Iterator[Change]:
        whole = _Pair("definition", self.before, self.after, (), ())
        for change in self._keys(whole, skip=("pages", "scales", "scores", "languages")):
            yield _judged(change, ("hint", "setting")) if change.key == "mode" else change
        yield from self._languages()
        yield from self._scales()
        yield from self._pages()
        yield from self._questions()
        yield from self._scores()

    # --- anything with keys -----------------------------------------------------------------------------------------
    def _keys(self, pair: _Pair, skip: Sequence[str] = ()) -> Iterator[Change]:
        """All keys of one thing; of a question whose type changed only those that both types have."""
        retyped = pair.node == "question" and pair.before["type"] != pair.after["type"]
        for key in dict.fromkeys([*pair.before, *pair.after]):
            old, new = pair.before.get(key), pair.after.get(key)
            if key in skip or _same(old, new) or (retyped and not (key in pair.before and key in pair.after)):
                continue
            if key in LISTS and isinstance(old or new, list):
                yield from self._list(pair, key, old or [], new or [])
            elif key == "labels" and old and new and len(old) == len(new):
                for index, words in enumerate(zip(old, new, strict=True)):
                    yield from _texts(pair, (key, index), *words)
            elif key in TEXTS and (key != "unsure" or (old and new)):
                yield from _texts(pair, (key,), old or {}, new or {})
            elif key in RULES:
                yield self._rule(pair, key, old, new)
            else:
                yield self._value(pair, key, old, new)

    def _rule(self, pair: _Pair, key: str, old: Any, new: Any) -> Change:
        of_page = pair.node == "page" and (_stores(pair.before) or bool(pair.before.get("end_if")))
        concerned = pair.stored or key == "end_if" or of_page
        judged: Judged = FINE
        if concerned and not _same(matching.follow(old, self.match.names), new):
            judged = "breaks", "score" if key == "expression" else "base"
        return pair.change("logic", "rule", judged, key=(key,), words=(old, new))

    def _value(self, pair: _Pair, key: str, old: Any, new: Any) -> Change:
        kind = str(pair.before.get("type", ""))
        judged = comparability.of_value(pair.node, key, old, stored=pair.stored, kind=kind)
        if key == "scale" and old is not None and self._scales_renamed().get(old) == new:
            judged = FINE
        of_choices = key in _CHOICES and not (key == "value" and pair.node == "question")
        return pair.change("choices" if of_choices else "settings", "value", judged, key=(key,), words=(old, new))

    # --- lists of choices, points, rows, fields ---------------------------------------------------------------------
    def _list(self, pair: _Pair, key: str, old: list[Any], new: list[Any]) -> Iterator[Change]:
        node, language = LISTS[key], self.before["languages"][0]
        found = pairs(old, new, lambda item: item["code"], lambda item: text_in(item["text"], language) or None)
        group: Group = "choices" if node in ("choice", "point") else "structure"
        for a, b in found.both:
            part = _Pair(
                node, old[a], new[b], (*pair.path_before, key, a), (*pair.path_after, key, b), pair.question,
                new[b]["code"], pair.metric, pair.stored,
            )  # fmt: skip
            if b in found.renamed:
                yield part.change(group, "renamed", ("breaks", "renamed") if pair.stored else FINE)
            yield from self._keys(part, skip=("code",))
        for gone, items, indexes in ((True, old, found.gone), (False, new, found.new)):
            judged = comparability.of_item(node, gone=gone, stored=pair.stored, metric=pair.metric)
            base = pair.path_before if gone else pair.path_after
            for index in indexes:
                place = (*base, key, index)
                yield _lone(group, gone, node, place, items[index], pair.question, items[index]["code"], judged)
        if out_of_order(found.both):
            judged = comparability.of_order(node, stored=pair.stored)
            in_order = [old[a] for a, _ in sorted(found.both)], [new[b] for _, b in found.both]
            yield replace(pair.change(group, "order", judged, key=(key,), words=in_order), node=node)

    # --- the parts of a questionnaire -------------------------------------------------------------------------------
    def _languages(self) -> Iterator[Change]:
        old, new = self.before["languages"], self.after["languages"]
        found = pairs(old, new, lambda language: language)
        for index in found.gone:
            place: Place = ("languages", index)
            yield _lone("settings", True, "language", place, old[index], "", old[index], ("hint", "setting"))
        for index in found.new:
            yield _lone("settings", False, "language", ("languages", index), new[index], "", new[index])
        if out_of_order(found.both) or old[0] != new[0]:
            yield Change("settings", "order", "language", "languages", "languages", "languages", old, new)

    def _scales_renamed(self) -> dict[str, str]:
        """Scales that kept all their points under another name, old -> new."""
        old, new = self.before["scales"], self.after["scales"]
        gone, come = [name for name in old if name not in new], [name for name in new if name not in old]
        found = pairs([old[n] for n in gone], [new[n] for n in come], _canonical)
        return {gone[a]: come[b] for a, b in found.both}

    def _scales(self) -> Iterator[Change]:
        old, new, renamed = self.before["scales"], self.after["scales"], self._scales_renamed()
        used = {q.get("scale") for page in self.before["pages"] for q in page["questions"]}
        for name in dict.fromkeys([*old, *new]):
            if name in renamed:
                other = renamed[name]
                pair = _Pair("scale", old[name], new[other], ("scales", name), ("scales", other), item=other)
                yield pair.change("settings", "renamed")
            elif name in old and name in new:
                place = ("scales", name)
                yield from self._keys(
                    _Pair("scale", old[name], new[name], place, place, item=name, stored=name in used)
                )
            elif name not in renamed.values():
                yield _lone("choices", name in old, "scale", ("scales", name), (old | new)[name], "", name)

    def _pages(self) -> Iterator[Change]:
        old, new, found = self.before["pages"], self.after["pages"], self.match.pages
        moved = out_of_order(found.both)
        passed = any(_stores(old[a]) and self._other_ends(a, b) for a, b in found.both) if moved else False
        for a, b in found.both:
            pair = _Pair("page", old[a], new[b], ("pages", a), ("pages", b), item=str(b + 1))
            yield from self._keys(pair, skip=("questions",))
            if b in moved:
                judged: Judged = ("breaks", "base") if passed or _ends(new[b]) else ("hint", "order")
                yield pair.change("structure", "moved", judged)
        for gone, pages, indexes in ((True, old, found.gone), (False, new, found.new)):
            for index in indexes:
                judged = _ends(pages[index]) or FINE
                yield _lone("structure", gone, "page", ("pages", index), pages[index], "", str(index + 1), judged)

    def _questions(self) -> Iterator[Change]:
        stay: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for (page_a, a), (page_b, b) in self.match.questions:
            stay.setdefault((page_a, page_b), []).append((a, b))
        moved = {pages: out_of_order(numbers) for pages, numbers in stay.items()}
        for old, new in self.match.questions:
            pair = self._pair(old, new)
            if pair.before["name"] != pair.after["name"]:
                yield pair.change("structure", "renamed", ("breaks", "renamed") if pair.stored else FINE)
            if pair.before["type"] != pair.after["type"]:
                yield pair.change("choices", "type", ("breaks", "type") if pair.stored else FINE)
            yield from self._keys(pair, skip=("name", "type"))
            elsewhere = self.match.partner_of_page(old[0]) != new[0]
            if elsewhere and pair.stored and (self._another_rule(old[0], new[0]) or self._other_ends(old[0], new[0])):
                yield pair.change("structure", "moved", ("breaks", "base"))
            elif elsewhere or new[1] in moved[old[0], new[0]]:
                yield pair.change("structure", "moved", ("hint", "order"))
        for gone, definition, spots in ((True, self.before, self.match.gone), (False, self.after, self.match.new)):
            for page, number in spots:
                question = definition["pages"][page]["questions"][number]
                judged: Judged = FINE
                if gone and _is_stored(question):
                    judged = ("breaks", "ends") if self._is_metric(question) else ("hint", "gone")
                place: Place = ("pages", page, "questions", number)
                yield _lone("structure", gone, "question", place, question, question["name"], "", judged)

    def _pair(self, old: Spot, new: Spot) -> _Pair:
        before = self.before["pages"][old[0]]["questions"][old[1]]
        after = self.after["pages"][new[0]]["questions"][new[1]]
        return _Pair(
            "question", before, after, ("pages", old[0], "questions", old[1]), ("pages", new[0], "questions", new[1]),
            after["name"], "", self._is_metric(before), _is_stored(before) and _is_stored(after),
        )  # fmt: skip

    def _is_metric(self, question: Node) -> bool:
        """Whether figures of it are followed over time: an indicator, a scale, a part of a score."""
        scale = question["type"] in METRIC_TYPES or (question["type"] == "matrix" and not question.get("choices"))
        return bool(question.get("indicator")) or scale or question["name"] in self.scored

    def _another_rule(self, page_a: int, page_b: int) -> bool:
        old, new = self.before["pages"][page_a].get("show_if"), self.after["pages"][page_b].get("show_if")
        return not _same(matching.follow(old, self.match.names), new)

    def _other_ends(self, page_a: int, page_b: int) -> bool:
        """Whether one of the ends that both definitions have lies before this page in one of them alone.

        Who is sent away there answers what stands before it, and nothing of what stands behind.
        """
        old = [
            _canonical(matching.follow(page["end_if"], self.match.names)) if page.get("end_if") else ""
            for page in self.before["pages"]
        ]
        new = [_canonical(page["end_if"]) if page.get("end_if") else "" for page in self.after["pages"]]
        common = (set(old) & set(new)) - {""}
        return common.intersection(old[:page_a]) != common.intersection(new[:page_b])

    def _scores(self) -> Iterator[Change]:
        old, new = self.before["scores"], self.after["scores"]
        found = pairs(old, new, lambda score: score["name"])
        for a, b in found.both:
            pair = _Pair("score", old[a], new[b], ("scores", a), ("scores", b), item=new[b]["name"])
            for change in self._keys(pair):
                yield change if change.kind == "text" else self._recalculated(change)
        for index in found.gone:
            place: Place = ("scores", index)
            yield _lone("settings", True, "score", place, old[index], "", old[index]["name"], ("breaks", "ends"))
        for index in found.new:
            yield _lone("settings", False, "score", ("scores", index), new[index], "", new[index]["name"])
        if out_of_order(found.both):
            yield Change("settings", "order", "score", "scores", "scores", "scores", old, new)

    def _recalculated(self, change: Change) -> Change:
        old, names = change.before, self.match.names
        if isinstance(old, list):
            old = [names.get(name, name) if isinstance(name, str) else name for name in old]
        if isinstance(old, dict):
            old = {names.get(name, name): weight for name, weight in old.items()}
        return _judged(change, FINE if _same(old, change.after) else ("breaks", "score"))


def _texts(pair: _Pair, key: Place, old: Node, new: Node) -> Iterator[Change]:
    """One Change per language in which the words differ (or stand on one side alone)."""
    name = str(key[0])
    whole = comparability.of_whole_text(name, any(old.values()), any(new.values()), stored=pair.stored)
    group: Group = "choices" if pair.node in ("choice", "point") or name in _CHOICES else "wording"
    for language in dict.fromkeys([*old, *new]):
        words = old.get(language, ""), new.get(language, "")
        if words[0] != words[1] or (language in old) != (language in new):
            judged = whole or comparability.of_text(pair.node, name, *words, stored=pair.stored, metric=pair.metric)
            yield pair.change(group, "text", judged, key=(*key, language), words=words, language=language)


def _lone(
    group: Group, gone: bool, node: str, place: Place, value: Any, question: str, item: str, judged: Judged = FINE
) -> Change:
    """Something that stands on one side alone."""
    path = path_of(place)
    if gone:
        return Change(group, "removed", node, path, "", "", value, None, "", question, item, *judged)
    return Change(group, "added", node, "", path, "", None, value, "", question, item, *judged)


def _judged(change: Change, judged: Judged) -> Change:
    return replace(change, group="settings", trend=judged[0], why=judged[1])


def _is_stored(question: Node) -> bool:
    return question["type"] not in ("note", "section")


def _stores(page: Node) -> bool:
    return any(_is_stored(question) for question in page["questions"])


def _ends(page: Node) -> Judged | None:
    """A page that may end the interview decides who sees what follows."""
    return ("breaks", "base") if page.get("end_if") else None


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _same(before: Any, after: Any) -> bool:
    """Equal as stored: 1 and 1.0 are not (their digests differ)."""
    return before is after or _canonical(before) == _canonical(after)
