"""The text of a choice such as 其他, where a form asks for it in a row of its own right after the list, in the same words."""

import re
from collections.abc import Sequence

from survey_app.formats.importing.logic import Target
from survey_app.formats.xlsform.lists import Lists
from survey_app.formats.xlsform.outline import Node
from survey_app.formats.xlsform.questions import source_of
from survey_app.formats.xlsform.workshop import Workshop

_CHOSEN = re.compile(r"selected\(\s*\$\{([^}\s]+)\}\s*,\s*'([^']+)'\s*\)")
_LENGTH = re.compile(r"string-length\(\s*\.\s*\)\s*<=\s*200")
_ALONE = ("hint", "guidance_hint", "required", "calculation", "appearance", "default", "choice_filter", "read_only")


def code_of(children: Sequence[Node], at: int, lists: Lists) -> str:
    """The code of the choice that the next row only asks the text of; "" when it asks for more than that."""
    if at + 1 >= len(children):
        return ""
    node, asked = children[at], children[at + 1]
    if node.kind not in ("select_one", "select_multiple") or node.type.other or asked.kind != "text":
        return ""
    chosen = _CHOSEN.fullmatch(asked.row.get("relevant"))
    if not chosen or chosen[1] != node.name or asked.name != f"{node.name}_other" or node.row.get("choice_filter"):
        return ""
    limit = asked.row.get("constraint")
    if any(asked.row.get(key) for key in _ALONE) or (limit and not _LENGTH.fullmatch(limit)):
        return ""
    choice = next((row for row in lists.find(node.type.list) or () if row.get("name") == chosen[2]), None)
    return chosen[2] if choice is not None and choice.texts("label") == asked.row.texts("label") else ""


def add(shop: Workshop, node: Node, asked: Node) -> None:
    """Tells of the row that became part of the list."""
    name = f"{shop.resolver.targets[node].name}_other"
    shop.resolver.put(asked, Target("text", name))
    shop.building.kept("question", asked.row.place("type"), source_of(asked), name)
    shop.building.kept("rule", asked.row.place("relevant"), asked.row.get("relevant"), name)
    if limit := asked.row.get("constraint"):
        shop.building.kept("validation", asked.row.place("constraint"), limit, name)
    shop.wording.text(asked.row, "label", name, asked)
