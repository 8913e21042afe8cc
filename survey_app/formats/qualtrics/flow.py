"""The survey flow, walked once: blocks become pages, branches show them, ends end them, fields are set on the way."""

from dataclasses import replace
from typing import Any

from survey_app.formats.importing.logic import Inexpressible
from survey_app.formats.qualtrics.blocks import Blocks, tell
from survey_app.formats.qualtrics.fields import Fields
from survey_app.formats.qualtrics.item import described
from survey_app.formats.qualtrics.pages import Pages, Where
from survey_app.formats.qualtrics.reading import entries, is_on, mapping, text_of, whole
from survey_app.formats.qualtrics.rules import MOST_PARTS, Rules, size
from survey_app.formats.qualtrics.source import children
from survey_app.formats.qualtrics.wording import Wording
from survey_app.formats.qualtrics.work import Work

MOST_DEPTH = 60
_BLOCKS = ("Block", "Standard", "Default")
_THROUGH = ("Root", "Group", "Authenticator")
_RANDOMIZERS = ("BlockRandomizer", "Randomizer")


class Walk:
    """One way through the flow. Everything it makes goes to the building."""

    def __init__(self, work: Work) -> None:
        self.building, self._source = work.building, work.source
        self.fields = Fields.of(work)
        self.rules = Rules(work, self.fields)
        self.words = Wording(work, self.fields)
        self.pages = Pages(work)
        self.blocks = Blocks(work, self.rules, self.words, self.pages)
        self.random: list[list[str]] = []
        self._ended = False

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
            self._end(node, place, where)
        else:
            self._no_equal(node, kind, place, where)

    def _no_equal(self, node: dict[str, Any], kind: str, place: str, where: Where) -> None:
        for _, entry in entries(node.get("ResponseMap")):
            self.fields.opaque.add(text_of(mapping(entry).get("value")))
        source = " ".join(text for text in (kind, text_of(node.get("Description"))) if text)
        self.building.lost("setting", place, source, "no_equal", "", source=kind or "?")
        self.nodes(children(node), replace(where, certain=False))

    def _block(self, name: str, place: str, where: Where) -> None:
        block = self._source.blocks.get(name)
        if block is None or where.depth > MOST_DEPTH:
            self.building.lost("group", place, name, "not_in_flow")
        elif not self._ended:  # what comes after the end of all is told with what the flow never asks
            self.blocks.take(block, place, where)

    def _branch(self, node: dict[str, Any], place: str, where: Where) -> None:
        where_rule, source = f"{place} / BranchLogic", described(node.get("BranchLogic"))
        try:
            found = self.rules.of(node.get("BranchLogic"))
            if sum(map(size, where.when)) > MOST_PARTS:
                raise Inexpressible
            if found.rule is False:
                raise Inexpressible("rule_never")
        except Inexpressible as error:
            if self._decide_nothing(children(node)):
                self.building.changed("rule", where_rule, source, "rule_idle")
            else:
                self.pages.pending.append((where_rule, source, error.code, dict(error.values)))
            self.nodes(children(node), replace(where, certain=False))
            return
        inner = replace(where, when=(*where.when, found.rule)) if isinstance(found.rule, dict) else where
        before = len(self.pages.all)
        self.nodes(children(node), inner)
        first = self.pages.all[before].data["questions"][0]["name"] if len(self.pages.all) > before else ""
        tell(self.building, where_rule, source, found, first)

    def _decide_nothing(self, nodes: list[dict[str, Any]]) -> bool:
        """Whether it makes no difference who comes here: there is nothing, or only what everybody is asked anyway."""
        for node in nodes:
            kind = text_of(node.get("Type"))
            inside = kind in _BLOCKS and self.blocks.is_for_all(text_of(node.get("ID")))
            around = kind in (*_THROUGH, *_RANDOMIZERS, "Branch") and self._decide_nothing(children(node))
            if not (inside or around):
                return False
        return True

    def _randomizer(self, node: dict[str, Any], place: str, where: Where) -> None:
        inner, subset = children(node), whole(node.get("SubSet"))
        if subset and subset < len(inner):
            for child in inner:
                self.pages.pending.append((place, f"{subset} of {len(inner)} at random", "random_subset", {}))
                self._node(child, replace(where, certain=False))
                self.pages.close()
            return
        before = len(self.pages.all)
        for child in inner:
            self.pages.close()
            self._node(child, where)
        self.pages.close()
        if len(inner) < 2:
            self.building.kept("setting", place, "BlockRandomizer")
            return
        names = [page.data.get("name", "") for page in self.pages.all[before:]]
        if 1 < len(names) == len(inner) and all(names) and len(self.random) < 100:
            self.random.append(names)
            self.pages.shuffled.update(names)
            self.building.kept("setting", place, "BlockRandomizer", names[0])
        else:
            self.building.lost("setting", place, "BlockRandomizer", "random_blocks")

    def _set(self, node: dict[str, Any], place: str, where: Where) -> None:
        always = not where.when and not self.pages.nobody_left
        made = list(self.fields.questions_of(node, place, always=always, certain=where.certain))
        if made:
            self.pages.close()
            self.pages.add(made, where, place)
            self.pages.close()

    def _end(self, node: dict[str, Any], place: str, where: Where) -> None:
        options = mapping(node.get("Options"))
        words = ", ".join(f"{key}={text_of(value)}" for key, value in options.items() if text_of(value) or is_on(value))
        if words:
            self.building.lost("setting", f"{place} / Options", words, "setting_lost")
        if not where.certain:
            self.pages.pending.append((place, "EndSurvey", "rule_kept_as_note", {}))
        elif where.when:
            self.pages.end(place, where)
        else:
            self._ended = True
            self.building.kept("rule", place, "EndSurvey")
