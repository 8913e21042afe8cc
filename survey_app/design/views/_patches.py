"""Which parts of the canvas an edit changes, so that a reply carries those alone, however long the questionnaire is."""

from dataclasses import dataclass
from functools import cached_property

from survey_app.design.editing.tree import ROOT, Changes
from survey_app.design.views._sheet import Sheet

MOST = 30
"""More cards than this, and the whole canvas is drawn again."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """A card or a page to be put behind the element with this id; `first`: on its page."""

    node: str
    behind: str
    first: bool = False


class Patches:
    """The difference that a page needs: what goes, what comes, what looks different."""

    def __init__(self, sheet: Sheet, changes: Changes) -> None:
        self.sheet, self.tree, self.changes = sheet, sheet.tree, changes

    @cached_property
    def whole(self) -> bool:
        """Whether it is better to draw everything."""
        before, after = self._pages
        kept = [page for page in after if page in before]
        moved = kept != [page for page in before if page in after]
        return (
            moved
            or any(path.startswith(("root/languages", "root/scales")) for path in self.changes.values)
            or len(self.changed) + len(self.insertions) > MOST
        )

    @cached_property
    def _pages(self) -> tuple[list[str], list[str]]:
        before, after = self.changes.lists.get("root/pages", (None, None))
        now = self.tree.children(ROOT, "pages")
        return (before or [], now) if after is not None else (now, now)

    @cached_property
    def new_pages(self) -> list[str]:
        """Pages that were not there before."""
        before, after = self._pages
        return [page for page in after if page not in before]

    @cached_property
    def gone_pages(self) -> list[str]:
        """Pages that are no more."""
        before, after = self._pages
        return [page for page in before if page not in after]

    @cached_property
    def headers(self) -> list[str]:
        """Heads of pages to draw anew: all of them when their numbers changed."""
        if self.new_pages or self.gone_pages:
            return [page for page in self._pages[1] if page not in self.new_pages]
        if "root/random_pages" in self.changes.values:
            return list(self._pages[1])
        return [
            n for n in self.changes.nodes() if self.tree.has(n) and self.tree.kind(n) == "page" and self._has_values(n)
        ]

    def _has_values(self, node: str) -> bool:
        return any(path.startswith(f"{node}/") for path in self.changes.values)

    @cached_property
    def _lists(self) -> dict[str, tuple[list[str], list[str]]]:
        """Page -> its questions before and now."""
        found = {}
        for path, (before, _after) in self.changes.lists.items():
            owner, name = path.split("/")
            if name == "questions" and self.tree.has(owner) and owner not in self.new_pages:
                found[owner] = (before or [], self.tree.children(owner, "questions"))
        return found

    @cached_property
    def deletions(self) -> list[str]:
        """Cards that go, or that come back elsewhere."""
        found = []
        for before, now in self._lists.values():
            staying = _longest_common(before, now)
            found += [node for node in before if node not in staying]
        return found

    @cached_property
    def insertions(self) -> list[Insertion]:
        """Cards that come, each behind its neighbour (or the head of its page)."""
        found = []
        for page, (before, now) in self._lists.items():
            staying = _longest_common(before, now)
            found += [
                Insertion(node, f"n-{now[index - 1]}" if index else f"n-{page}", index == 0)
                for index, node in enumerate(now)
                if node not in staying
            ]
        return found

    @cached_property
    def page_insertions(self) -> list[Insertion]:
        """Whole pages that come."""
        after = self._pages[1]
        return [
            Insertion(page, f"p-{after[after.index(page) - 1]}" if after.index(page) else "n-root")
            for page in self.new_pages
        ]

    @cached_property
    def changed(self) -> list[str]:
        """Questions that look different where they stand."""
        drawn = {one.node for one in self.insertions}
        drawn |= {node for page in self.new_pages for node in self.tree.children(page, "questions")}
        found = set()
        for node in self.changes.nodes():
            if not self.tree.has(node) or node == ROOT:
                continue
            kind = self.tree.kind(node)
            if kind in ("scale", "point"):
                found |= self._on_scale(node if kind == "scale" else self.tree.owner(node)[0])
            question = self.tree.question_of(node)
            if question is not None:
                found.add(question)
        return [node for node in self.tree.ids("question") if node in found - drawn]

    @cached_property
    def renamed(self) -> list[str]:
        """Questions whose line in the outline looks different: their own words or settings changed."""
        return [node for node in self.changed if self._has_values(node)]

    def _on_scale(self, scale: str) -> set[str]:
        code = self.tree.place(scale)[1]
        return {node for node in self.tree.ids("question") if self.tree.node(node).get("scale") == code}

    @cached_property
    def root(self) -> bool:
        """Whether title, introduction or closing words changed."""
        return any(path.startswith("root/") for path in self.changes.values)


def _longest_common(before: list[str], now: list[str]) -> set[str]:
    """The longest run of ids that keep their order: they stay where they are, everything else moves around them."""
    rank = {node: index for index, node in enumerate(before)}
    kept = [node for node in now if node in rank]
    best: list[tuple[int, int]] = []  # length of the best run that ends here, and where it came from
    for index, node in enumerate(kept):
        length, come = 1, -1
        for earlier in range(index):
            if rank[kept[earlier]] < rank[node] and best[earlier][0] + 1 > length:
                length, come = best[earlier][0] + 1, earlier
        best.append((length, come))
    found: set[str] = set()
    at = max(range(len(kept)), key=lambda index: best[index][0], default=-1)
    while at >= 0:
        found.add(kept[at])
        at = best[at][1]
    return found
