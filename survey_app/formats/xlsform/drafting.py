"""From the tree of a form to a draft: pages, groups, questions, calculations, in the order of the form."""

from survey_app.formats.importing.logic import Const, Inexpressible, Target
from survey_app.formats.importing.report import Kind
from survey_app.formats.xlsform import grids, others
from survey_app.formats.xlsform.kobo import add_kobo_matrix, add_kobo_rank, add_kobo_score
from survey_app.formats.xlsform.outline import Group, Node
from survey_app.formats.xlsform.questions import Maker, source_of, wanted_name
from survey_app.formats.xlsform.workshop import Workshop, computed

_OF_DEVICES = frozenset(("username", "deviceid", "subscriberid", "simserial", "phonenumber", "email", "imei", "caseid"))
"""Rows that a device fills in: empty here, as on a device that does not know them."""
_MANY = 30  # calculations that wait; more of them are tried once, at the end
_KOBO = {"kobomatrix": add_kobo_matrix, "score": add_kobo_score, "rankgroup": add_kobo_rank}


class Drafter:
    """Walks the tree. `later`: calculations whose answers come after them."""

    def __init__(self, shop: Workshop) -> None:
        self.shop, self.maker = shop, Maker(shop)
        self._later: list[Node] = []

    def draft(self, root: Group) -> None:
        """Everything of the form."""
        for node in root.walk():
            if isinstance(node, Group):
                continue
            if node.row.get("calculation") and (_hidden(node) or node.kind == "hidden"):
                self.shop.resolver.inlined.add(node)
            elif _is_hidden_value(node) and (value := _fixed_value(node)):
                self.shop.resolver.constants[node] = value
            elif _is_hidden_value(node) or node.row.get("type").lower() in _OF_DEVICES:
                self.shop.resolver.outside.add(node)
        self._children(root, top=True)
        self._retry(at_end=True)
        for node in self._later:
            self._unsaid(node)
        self.shop.tell_waiting()

    def _children(self, group: Group, *, top: bool) -> None:
        at = 0
        while at < len(group.children):
            node = group.children[at]
            heading, rows = grids.run_of(group.children, at)
            if rows and grids.add_grid(self.maker, heading or rows[0], heading, rows):
                at += len(rows) + (heading is not None)
            elif code := others.code_of(group.children, at, self.shop.lists):
                self.maker.with_text[node] = code
                self._node(node, top=top)
                others.add(self.shop, node, group.children[at + 1])
                at += 2
            else:
                self._node(node, top=top)
                at += 1
            self._retry()

    def _node(self, node: Node, *, top: bool) -> None:
        if isinstance(node, Group):
            self._group(node, top=top)
        elif node.kind == "meta":
            self._setting(node, "metadata_ours")
        elif node.kind == "external":
            self._setting(node, "setting_lost")
        elif node.kind == "calculate" or node in self.shop.resolver.inlined:
            if not self._calculation(node):
                self._later.append(node)
        elif _is_hidden_value(node):
            self._hidden_value(node)
        else:
            self.maker.question(node)

    # --- groups ---
    def _group(self, group: Group, *, top: bool) -> None:
        shop = self.shop
        kind: Kind = "page" if top else "group"
        heading, rows = grids.of_table(group)
        if rows and grids.add_grid(self.maker, group, heading, rows):
            shop.building.kept("group", group.row.place("type"), source_of(group))
            self._look(group)
            return
        if (kobo := _KOBO.get(group.type.group)) and kobo(self.maker, group):
            return
        rounds = [child.round for child in group.children if isinstance(child, Group) and child.round]
        if rounds:
            shop.building.changed("group", group.row.place("type"), source_of(group), "rounds", "", count=len(rounds))
            shop.building.kept("setting", group.row.place("repeat_count"), group.row.get("repeat_count"))
            self._children(group, top=top)
            return
        if group.type.group == "repeat":
            shop.building.lost("group", group.row.place("type"), source_of(group), "loop")
            if given := group.row.get("repeat_count"):
                shop.building.lost("setting", group.row.place("repeat_count"), given, "loop")
        else:
            shop.building.kept(kind, group.row.place("type"), source_of(group))
        self._look(group)
        self._inside(group, top=top or "field-list" in group.looks)

    def _look(self, group: Group) -> None:
        """Line for every other cell of a group's row."""
        for key in ("appearance", "media", "required", "read_only", "default", "constraint", "calculation"):
            if given := next((text for column, text in group.row.cells.items() if column.key == key), ""):
                code = "looks_ours" if key == "appearance" else "setting_lost"
                if code == "looks_ours":
                    self.shop.building.changed("setting", group.row.place(key), given, code)
                else:
                    self.shop.building.lost("setting", group.row.place(key), given, code)

    def _inside(self, group: Group, *, top: bool) -> None:
        shop = self.shop
        relevant = shop.relevant(group, "")
        before = list(shop.outer)
        if relevant:
            shop.outer = [*before, relevant]
        title = shop.wording.text(group.row, "label", "", group)
        if group.round:
            title = {tag: f"{words} ({group.round})" for tag, words in title.items()}
        hint = shop.wording.text(group.row, "hint", "", group)
        piped = any("{{" in text for text in title.values()) or bool(shop.wording.left)
        if top:
            shop.new_page(None if piped or hint else title or None, group.name)
        if (title or hint) and (piped or hint or not top):
            name = shop.building.names.give(group.name or f"group_{group.row.number}", "group")
            section = {
                "name": name,
                "type": "section",
                "text": title or hint,
                **({"hint": hint} if hint and title else {}),
            }
            shop.add(section, group.row.place("type"))
        self._children(group, top=False)
        shop.outer = before
        if top:
            shop.close_page()

    # --- values nobody types ---
    def _setting(self, node: Node, code: str) -> None:
        place = node.row.place("type")
        self.shop.building.changed("setting", place, source_of(node), code)
        for column, text in node.row.cells.items():
            if column.key not in ("type", "name"):
                self.shop.building.changed("setting", node.row.label_of(node.row.number, column), text, code)

    def _hidden_value(self, node: Node) -> None:
        shop, place, value = self.shop, node.row.place("type"), node.row.get("default")
        for key in ("appearance", "required", "relevant"):
            if given := node.row.get(key):
                shop.building.changed("setting", node.row.place(key), given, "looks_ours")
        shop.wording.text(node.row, "label", "", None)
        if not _fixed_value(node):
            shop.building.lost("setting", place, source_of(node), "hidden_outside")
            return
        name = shop.building.names.give(wanted_name(node))
        question = {"name": name, "type": "hidden", "value": value, "text": {shop.wording.first: node.name or name}}
        shop.add(question, place)
        shop.building.kept("question", place, source_of(node), name)

    def _calculation(self, node: Node) -> bool:
        """A computed value, when its answers are there; False when they come later."""
        shop, row = self.shop, node.row
        place, given = row.place("calculation"), row.get("calculation")
        if not given:
            shop.building.lost("score", row.place("type"), source_of(node), "calculation_missing")
            return True
        try:
            tree = shop.resolver.tree(given, node)
            if shop.resolver.elsewhere:
                raise Inexpressible
            expression = shop.calculations.expression(tree)
        except Inexpressible as error:
            if error.code == "rule_unknown_name" and self._comes_later(node):
                return False
            self._unsaid(node)
            return True
        if isinstance(tree, Const) and isinstance(tree.value, str):
            self._unsaid(node)  # a word: rules carry it themselves
            return True
        name = shop.building.names.give(wanted_name(node))
        own = shop.relevant(node, name)
        text = shop.wording.text(row, "label", name, None) or {shop.wording.first: node.name or name}
        shop.add(computed(name, text, expression), place, own)
        shop.resolver.put(node, Target("number", name))
        shop.building.kept("score", place, given, name)
        self._told(node, name)
        return True

    def _told(self, node: Node, name: str) -> None:
        if node.name and name != node.name:
            self.shop.building.changed(
                "setting", node.row.place("name"), node.name, "renamed", name, wanted=node.name, name=name
            )
        else:
            self.shop.building.kept("question", node.row.place("type"), source_of(node), name)

    def _comes_later(self, node: Node) -> bool:
        return node not in self._later

    def _retry(self, *, at_end: bool = False) -> None:
        """Calculations whose answers are there now. Each is tried again only while its group's rules still hold."""
        if len(self._later) > _MANY and not at_end:
            return
        for node in list(self._later):
            if self.shop.outer:
                return
            if self._settled(node):
                self._later.remove(node)

    def _settled(self, node: Node) -> bool:
        if any(group.row.get("relevant") for group in node.ancestors() if group.parent is not None):
            return False  # outside of its group it would be there when it should not
        try:
            self.shop.calculations.expression(self.shop.resolver.tree(node.row.get("calculation"), node))
        except Inexpressible:
            return False
        return self._calculation(node)

    def _unsaid(self, node: Node) -> None:
        """A value that is no number: rules and texts that name it carry it themselves."""
        shop, row = self.shop, node.row
        given, place = row.get("calculation"), row.place("calculation")
        try:
            shop.resolver.tree(given, node)
            shop.building.changed("score", place, given, "calculation_inside")
        except Inexpressible:
            shop.building.lost("score", place, given, "calculation_lost")
        if relevant := row.get("relevant"):
            shop.building.changed("setting", row.place("relevant"), relevant, "calculation_inside")
        shop.wording.text(row, "label", "", None)


def _hidden(node: Node) -> bool:
    """Whether a form shows it to nobody."""
    return "hidden" in node.looks or any("hidden" in group.looks for group in node.ancestors())


def _is_hidden_value(node: Node) -> bool:
    return (
        node.kind in ("hidden", "text") and (node.kind == "hidden" or _hidden(node)) and not node.row.get("calculation")
    )


def _fixed_value(node: Node) -> str:
    """The value that a hidden row always has, "" when it comes from elsewhere."""
    value = node.row.get("default")
    return "" if "${" in value or "(" in value else value
