"""Groups, tables and texts to read."""

from typing import Any

from survey_app.formats.fhir.choices import choice_list, is_open
from survey_app.formats.fhir.items import Item, concept_code, extensions
from survey_app.formats.fhir.options import Option, options
from survey_app.formats.fhir.questions import rest
from survey_app.formats.fhir.work import SIDE_CONTROLS, Work
from survey_app.formats.importing.logic import Target

_TABLES = ("gtable", "table", "htable", "grid", "atable", "list")


def is_side_text(item: Item) -> bool:
    """Whether a display item only explains the question around it."""
    if item.type != "display" or not item.parents or item.node.listed("enableWhen"):
        return False
    category = concept_code(next(iter(extensions(item.node, "questionnaire-displayCategory")), None))
    return (
        item.control() in SIDE_CONTROLS
        or category in ("instructions", "help")
        or item.parents[-1].type not in ("group", "display")
    )


def side_text(work: Work, item: Item, parent: dict[str, Any]) -> None:
    """Help, prompts and units of a question stand below it; the words at the ends of a slider beside it."""
    name = parent["name"]
    text = work.words(item.node, "text", name)
    control = item.control()
    if control in ("lower", "upper") and parent["type"] == "slider" and text:
        parent["low" if control == "lower" else "high"] = text
    elif control == "unit" and parent["type"] in ("number", "slider") and text and "unit" not in parent:
        parent["unit"] = text
    elif text and parent["type"] not in ("hidden", "computed"):
        parent["hint"] = work.draft.hint([parent.get("hint", {}), text])
    work.changed(item, name, kind="hint")
    rest(work, item, name)


def note(work: Work, item: Item) -> None:
    """A text to read."""
    text = work.title(item, "")
    name = work.name(item)
    work.put(item, {"name": name, "type": "note", "text": text})
    work.know(item, Target("none", name))
    work.kept(item, name)
    rest(work, item, name)


def section(work: Work, item: Item) -> None:
    """A group with words is a heading; one without is only a frame."""
    if item.node.get("repeats") is True:
        work.draft.lost("setting", item.node.at("repeats"), "true", "loop")
    if item.node.words("text") or item.node.words("prefix"):
        name = work.name(item)
        work.put(item, {"name": name, "type": "section", "text": work.title(item, name)})
        work.kept(item, name)
    else:
        work.changed(item, "", "frame")
    rest(work, item, item.ours[0]["name"] if item.ours else "")


def rows_of(work: Work, item: Item) -> list[Option] | None:
    """The options all children of a table share, None when it is no matrix of one answer per row."""
    if item.control() not in _TABLES or not 2 <= len(item.children) <= 200 or item.node.get("repeats") is True:
        return None
    shared: list[Option] | None = None
    for child in item.children:
        plain = child.type in ("choice", "coding") and not child.children and child.node.get("repeats") is not True
        if not plain or child.node.listed("enableWhen") or child.extensions("sdc-questionnaire-enableWhenExpression"):
            return None
        offered = options(child, work.questionnaire, work.default)
        if not offered or not 2 <= len(offered) <= 50 or is_open(child):
            return None
        if shared is not None and [(o.key, o.system, o.text, o.score) for o in offered] != [
            (o.key, o.system, o.text, o.score) for o in shared
        ]:
            return None
        shared = offered
    return shared


def matrix(work: Work, item: Item, offered: list[Option]) -> None:
    """A table of questions with the same choices."""
    links = [child.link for child in item.children]
    name = work.name(item, links)
    codes = work.draft.codes(links, 31 - len(name))
    choices, by_key, systems = choice_list(work, item, offered, name)
    rows = []
    for child, code in zip(item.children, codes, strict=True):
        row: dict[str, Any] = {"code": code, "text": work.title(child, name)}
        if child.node.get("required") is True:
            row["required"] = True
        rows.append(row)
    made = work.question(item, "matrix", name, rows=rows, choices=choices)
    for child, code in zip(item.children, codes, strict=True):
        child.row_of = item
        child.ours = [made]
        work.know(child, Target("choice", f"{name}_{code}", by_key), systems=systems)
        work.kept(child, f"{name}_{code}")
        work.draft.kept("row", child.node.place, child.link, name)
        rest(work, child, name)
    work.kept(item, name)
    rest(work, item, name)
