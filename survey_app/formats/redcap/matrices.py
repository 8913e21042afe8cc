"""Fields of one matrix group: a matrix, or a ranking when every column may be given once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from survey_app.formats.importing.logic import Inexpressible, Target
from survey_app.formats.importing.naming import LONGEST, Codes, plain
from survey_app.formats.importing.offering import choices as made_choices
from survey_app.formats.importing.offering import name_with_columns
from survey_app.formats.redcap.fields import Question, offered, offered_codes, tell_choices
from survey_app.formats.redcap.rows import Entry
from survey_app.formats.redcap.tags import tags

if TYPE_CHECKING:
    from survey_app.formats.redcap.drafting import Drafter

_YES = ("y", "yes", "1", "true")
_MOST_CHOICES, _MOST_ROWS, _MOST_RANKED = 50, 200, 30


def add_matrix(shop: "Drafter", group: Sequence[Entry]) -> bool:
    """One question for the group; False when its fields do not go together (rules or tags of their own)."""
    if len(group) > _MOST_ROWS:
        return False
    first = group[0]
    kind = first.get("type").lower()
    same = all(
        entry.get("type").lower() == kind
        and offered_codes(entry) == offered_codes(first)
        and not (entry is not first and entry.get("section"))
        and not tags(entry.get("annotation"))
        for entry in group
    )
    number = len(offered_codes(first))
    shared = all(entry.get("branching") == first.get("branching") for entry in group)
    ranked = first.get("ranking").lower() in _YES and kind == "radio" and len(group) <= _MOST_RANKED
    if not shared and (ranked or not _rows_ruled(shop, group)):
        return False
    if not same or kind not in ("radio", "checkbox") or not 2 <= number <= _MOST_CHOICES:
        return False
    if ranked:
        _ranking(shop, group, number)
    else:
        _matrix(shop, group, kind, shared=shared)
    return True


def _rows_ruled(shop: "Drafter", group: Sequence[Entry]) -> bool:
    """Whether the rule of every row can be said without the other rows."""
    try:
        return all(
            shop.fields.condition(entry.get("branching")) is not False for entry in group if entry.get("branching")
        )
    except Inexpressible:
        return False


def _matrix(shop: "Drafter", group: Sequence[Entry], kind: str, *, shared: bool) -> None:
    first = group[0]
    several = kind == "checkbox"
    found = offered(shop, first)
    most = min(9, max(len(plain(choice.code)) for choice in found)) if several else LONGEST
    made, table = made_choices(found, max(most, 1))
    wanted = first.get("matrix")
    ends = ["", *(f"_{choice['code']}" for choice in made)] if several else [""]
    codes = Codes(max(LONGEST - 1 - len(plain(wanted)) - max(map(len, ends)), 10))
    named = [(entry, codes.give(entry.name)) for entry in group]
    name = name_with_columns(shop.building.names, wanted, [code + end for _, code in named for end in ends], "matrix")
    question: Question = {"name": name, "type": "matrix_multiple" if several else "matrix", "choices": made, "rows": []}
    own = shop.branching(first, question) if shared else None
    for entry, code in named:
        text = shop.text(entry.get("label"), entry.place("label"), name)
        if note := shop.text(entry.get("note"), entry.place("note"), name):
            text = {tag: "\n".join(filter(None, (words, note.get(tag)))) for tag, words in (text or note).items()}
        row: Question = {"code": code, "text": text or {shop.building.languages[0]: entry.name}}
        if given := entry.get("required"):
            row |= {"required": True} if given.lower() in _YES else {}
            shop.building.kept("validation", entry.place("required"), given, name)
        if not shared and isinstance(rule := shop.branching(entry, {"name": f"{name}_{code}"}), dict):
            row["show_if"] = rule
        question["rows"].append(row)
        _told_row(shop, entry, f"{name}_{code}", entry is first or not shared)
    for entry, code in named:  # only now: a row cannot show the answer of another one
        shop.fields.targets[entry.name] = Target("multiple" if several else "choice", f"{name}_{code}", table)
    tell_choices(shop, first, name, table)
    _finish(shop, first, question, own)


def _ranking(shop: "Drafter", group: Sequence[Entry], ranks: int) -> None:
    first = group[0]
    codes = Codes(12)
    items = [(entry, codes.give(entry.name)) for entry in group]
    name = name_with_columns(shop.building.names, first.get("matrix"), [code for _, code in items], "ranking")
    question: Question = {"name": name, "type": "ranking", "choices": []}
    own = shop.branching(first, question)
    for entry, code in items:
        text = shop.text(entry.get("label"), entry.place("label"), name) or {shop.building.languages[0]: entry.name}
        question["choices"].append({"code": code, "text": text})
        _told_row(shop, entry, f"{name}_{code}", entry is first)
    if ranks < len(group):
        question["top"] = ranks
    if any(entry.get("required").lower() in _YES for entry in group):
        question["required"] = True
    what = ("a matrix of ranks", "排名矩阵"), ("a ranking", "排序题")
    for code, label in offered_codes(first):
        source = f"{code}, {label}"
        shop.building.changed("choice", first.place("choices"), source, "as_type", name, source=what[0], type=what[1])
    _finish(shop, first, question, own)


def _told_row(shop: "Drafter", entry: Entry, ours: str, first: bool) -> None:
    shop.building.kept("row", entry.place("type"), f"{entry.get('type')} {entry.name}", ours)
    if not first and (given := entry.get("branching")):
        shop.building.kept("rule", entry.place("branching"), given, ours)
    if given := entry.get("annotation"):
        shop.building.lost("setting", entry.place("annotation"), given, "setting_lost", ours)
    shop.settings(entry, ours)


def _finish(shop: "Drafter", first: Entry, question: Question, own: object) -> None:
    heading = shop.text(first.get("section"), first.place("section"), question["name"])
    question["text"] = heading or {shop.building.languages[0]: first.get("matrix").replace("_", " ").capitalize()}
    if isinstance(own, dict):
        question["show_if"] = own
    shop.building.kept("question", first.place("matrix"), first.get("matrix"), question["name"])
    shop.building.add(question, first.place("matrix"))
    shop.note_holes(question)
    if isinstance(own, Inexpressible):
        shop.building.undecided(question, first.place("branching"), first.get("branching"), own.code, **own.values)
