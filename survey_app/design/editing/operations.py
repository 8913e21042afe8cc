"""What an editor can do to a draft. Each operation changes a tree in place; `changing.change` stores and checks the result.

Raises DomainError with words for the person, KeyError when a node is gone.
"""

import copy
import re
from collections.abc import Iterable
from typing import Any

from survey_app.design.editing import grouping, starts
from survey_app.design.editing.tree import CHILDREN, KIND_OF, ROOT, TEXT_KEYS, Data, Tree, is_list, new_id, plain
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire import uses as used
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.names import is_reserved
from survey_app.questionnaire.parts import CODE

LISTS = ("choices", "rows", "fields", "items", "columns", "points")
"""The lists whose parts have a code and words."""
LEAST = {"choices": 1, "rows": 1, "fields": 1, "items": 1, "columns": 1, "points": 2}
"""How many of a list must stay."""


class InUse(DomainError):
    """Something cannot go, because rules, scores or texts use it; `uses` says which (path and kind)."""

    def __init__(self, message: str, found: list[used.Use], **values: object) -> None:
        super().__init__(message, **values)
        self.uses = found


def definition_of(tree: Tree) -> Definition:
    """The definition as it stands inside an operation."""
    return Definition.from_json(plain(tree.data))


# --- texts and settings ------------------------------------------------------------------------------------------------
def set_text(tree: Tree, node_id: str, key: str, language: str, words: str) -> None:
    """A text in one language; no words take the language out, and the whole text with its last language."""
    node = tree.node(node_id)
    texts = dict(node.get(key) or {})
    if words or (key in ("text", "title") and language == tree.data["languages"][0]):
        texts[language] = words
    else:
        texts.pop(language, None)
    if texts:
        node[key] = texts
    else:
        node.pop(key, None)


def set_value(tree: Tree, node_id: str, key: str, value: Any) -> None:
    """A setting that is no text; None takes it out."""
    node = tree.node(node_id)
    kind = tree.kind(node_id)
    if is_list(kind, key, node.get(key)) or is_list(kind, key, value) or key.startswith("_"):
        raise KeyError(node_id)
    if value is None:
        node.pop(key, None)
    else:
        node[key] = value


def set_label(tree: Tree, node_id: str, index: int, language: str, words: str) -> None:
    """The words at one point of a rating that has words at every point."""
    node = tree.node(node_id)
    labels = [dict(label) for label in node.get("labels") or ()]
    if not 0 <= index < len(labels):
        raise KeyError(node_id)
    if words or language == tree.data["languages"][0]:
        labels[index][language] = words
    elif len(labels[index]) > 1:
        labels[index].pop(language, None)
    node["labels"] = labels


# --- adding ------------------------------------------------------------------------------------------------------------
def insert(tree: Tree, owner_id: str, name: str, node: Data, after_id: str | None = None, *, node_id: str = "") -> str:
    """Put a node into a list behind another one; "" puts it first, None last. Returns its id: the one wished, if free."""
    node["_id"] = node_id if node_id and not tree.has(node_id) else new_id()
    held = tree.node(owner_id).setdefault(name, [])
    if not isinstance(held, list):  # somebody gave the question another type
        raise KeyError(owner_id)
    ids = [item.get("_id") for item in held]
    index = (
        len(held) if after_id is None else 0 if after_id == "" else ids.index(after_id) + 1 if after_id in ids else -1
    )
    if index < 0:
        raise KeyError(after_id)
    held.insert(index, node)
    tree.index()
    return str(node["_id"])


def add_page(tree: Tree, after_id: str | None = None) -> str:
    """An empty page."""
    return insert(tree, ROOT, "pages", {"questions": []}, after_id)


def split_page(tree: Tree, question_id: str) -> str:
    """Begin a new page with this question; what follows it on its page comes along."""
    if tree.kind(question_id) != "question":
        raise KeyError(question_id)
    page_id, _ = tree.owner(question_id)
    ids = tree.children(page_id, "questions")
    moving = [tree.node(i) for i in ids[ids.index(question_id) :]]
    page = tree.node(page_id)
    page["questions"] = [tree.node(i) for i in ids[: ids.index(question_id)]]
    made = add_page(tree, page_id)
    fresh = tree.node(made)
    fresh["questions"] = moving
    if "end_if" in page:
        fresh["end_if"] = page.pop("end_if")  # an end is judged when the whole old page is answered
    if "show_if" in page:
        fresh["show_if"] = copy.deepcopy(page["show_if"])
    tree.index()
    return made


def join_page(tree: Tree, page_id: str) -> None:
    """Add this page's questions to the page before it."""
    if tree.kind(page_id) != "page":
        raise KeyError(page_id)
    pages = tree.children(ROOT, "pages")
    index = pages.index(page_id)
    page, before = tree.node(page_id), tree.node(pages[index - 1]) if index else None
    if before is None:
        raise DomainError(N_("这已经是第一页。"))
    if page.get("show_if") != before.get("show_if") or before.get("end_if"):
        raise DomainError(N_("两页的规则不同，不能合并。请先在属性里改好规则。"))
    before.setdefault("questions", []).extend(page.get("questions", ()))
    if "end_if" in page:
        before["end_if"] = page["end_if"]
    tree.data["pages"] = [item for item in tree.data["pages"] if item is not page]
    if page.get("name"):
        grouping.leave_groups(tree, str(page["name"]))
    tree.index()


def add_question(tree: Tree, kind: str, page_id: str, after_id: str | None = None) -> str:
    """A new question of a type with the least it needs. Returns its id."""
    if kind not in starts.STARTS:
        raise DomainError(N_("请从列表中选择。")).at("type")
    body = starts.question(kind, tree.data["languages"])
    if kind in ("likert", "matrix") and "scale" in body:
        body["scale"] = _any_scale(tree)
    return insert(tree, page_id, "questions", {"name": free_name(tree), "type": kind, **body}, after_id)


def _any_scale(tree: Tree) -> str:
    scales = tree.data.setdefault("scales", {})
    if not scales:
        scales["agree5"] = starts.agreement(tree.data["languages"])
        tree.index()
    return str(next(iter(sorted(scales))))


def free_name(tree: Tree, wanted: str = "") -> str:
    """A name no question, column or score has: the one wanted (with a number behind it), else q1, q2 ..."""
    taken = {str(tree.node(key).get("name", "")).lower() for key in (*tree.ids("question"), *tree.ids("score"))}
    prefixes = tuple(f"{name}_" for name in taken)
    stem = re.sub(r"_+[0-9]*$", "", wanted)[:24] if wanted else ""
    number = 2 if stem else len(tree.ids("question")) + 1
    while True:
        name = f"{stem}_{number}" if stem else f"q{number}"
        columns = any(other.startswith(f"{name}_") for other in taken) or name.startswith(prefixes)
        if name not in taken and not is_reserved(name) and not (columns and not stem):
            return name
        number += 1


def add_child(
    tree: Tree,
    owner_id: str,
    name: str,
    after_id: str | None = None,
    words: str = "",
    code: str = "",
    *,
    node_id: str = "",
) -> str:
    """A choice, row, field, item, column or point with this code, else with the next free one."""
    if name not in LISTS or name not in CHILDREN.get(tree.kind(owner_id), ()):
        raise KeyError(owner_id)
    child = {"code": code or free_code(tree, owner_id, name), "text": {tree.data["languages"][0]: words}}
    if name == "columns":
        child["type"] = "short_text"
    if after_id is None and name == "choices":
        after_id = _last_plain(tree, owner_id)
    return insert(tree, owner_id, name, child, after_id, node_id=node_id)


def _last_plain(tree: Tree, question_id: str) -> str | None:
    """The last choice that is no 其他, 以上都没有 or 不清楚: new ones come before those."""
    ids = tree.children(question_id, "choices")
    special = ("other", "exclusive", "missing")
    ordinary = [key for key in ids if not any(tree.node(key).get(mark) for mark in special)]
    return ordinary[-1] if ordinary and len(ordinary) < len(ids) else None


def free_code(tree: Tree, owner_id: str, name: str, apart: Iterable[str] = ()) -> str:
    """The next number that is no code of the list, of a value, or of a choice that a version had, and not in `apart`."""
    node = tree.node(owner_id)
    held = node.get(name)
    items = [item for item in held if isinstance(item, dict)] if isinstance(held, list) else []
    taken = {str(item.get("code", "")) for item in items} | {str(item.get("value")) for item in items}
    retired = node.get("retired") or {}
    taken |= set(apart) | set(retired) | {str(value) for value in retired.values()}
    number = len(items) + 1
    while str(number) in taken:
        number += 1
    return str(number)


def paste_lines(tree: Tree, owner_id: str, name: str, lines: Iterable[str], at_id: str | None = None) -> list[str]:
    """One part of a list per line; `words|code` gives the code. Empty ones from `at_id` on are filled first."""
    if name not in LISTS or name not in CHILDREN.get(tree.kind(owner_id), ()):
        raise KeyError(owner_id)
    made, after = [], at_id
    wanted = _lines(tree, owner_id, name, lines)
    asked = {code for _, code in wanted}
    for words, code in wanted:
        if unfilled := _unfilled(tree, after):
            after = unfilled
            set_text(tree, after, "text", tree.data["languages"][0], words)
            if code:
                rename_code(tree, after, code)
        else:
            after = add_child(tree, owner_id, name, after, words, code or free_code(tree, owner_id, name, asked))
            made.append(after)
    tree.index()
    return made


def _unfilled(tree: Tree, node_id: str | None) -> str | None:
    """The item itself, or the one right behind it, when it has no words yet."""
    if node_id is None or not tree.has(node_id):
        return None
    around = tree.siblings(node_id)
    index = around.index(node_id)
    return next(
        (key for key in around[index : index + 2] if not any((tree.node(key).get("text") or {}).values())), None
    )


def _lines(tree: Tree, owner_id: str, name: str, lines: Iterable[str]) -> list[tuple[str, str]]:
    """Words and code of every line that has words. Codes of the list that are asked for are put aside first."""
    taken = {str(item.get("code", "")) for item in tree.node(owner_id).get(name) or ()}
    found = []
    for line in lines:
        words, bar, code = line.strip().rpartition("|")
        words, code = (words.strip(), code.strip()) if bar and CODE.fullmatch(code.strip()) else (line.strip(), "")
        if not words:
            continue
        if code and code in taken:
            raise DomainError(N_("编码“%(code)s”在这里已经用过，请换一个。"), code=code).at("lines")
        taken |= {code} if code else set()
        found.append((words, code))
    return found


# --- copying, removing, moving -----------------------------------------------------------------------------------------
def duplicate(tree: Tree, node_id: str) -> str:
    """A copy right behind; a question gets a name of its own, rules stay with the original."""
    owner, name = tree.owner(node_id)
    node = _without_ids(copy.deepcopy(tree.node(node_id)))
    kind = tree.kind(node_id)
    if kind == "question":
        node["name"] = free_name(tree, node["name"])
    elif kind == "page":
        return _duplicate_page(tree, node_id, node)
    elif kind == "score":
        node["name"] = free_name(tree, node["name"])
    elif kind == "scale":
        return _duplicate_scale(tree, node_id, node)
    else:
        node["code"] = free_code(tree, owner, name)
        node.pop("value", None)
        node.pop("other", None)
    return insert(tree, owner, name, node, node_id)


def _without_ids(node: Data) -> Data:
    node.pop("_id", None)
    for value in node.values():
        for item in value if isinstance(value, list) else ():
            if isinstance(item, dict):
                _without_ids(item)
    return node


def _duplicate_page(tree: Tree, page_id: str, node: Data) -> str:
    """Conditions between the copied questions follow the copies."""
    questions = node.pop("questions", [])
    node.pop("name", None)
    made = insert(tree, ROOT, "pages", {**node, "questions": []}, page_id)
    names: dict[str, str] = {}
    for question in questions:
        fresh = free_name(tree, question["name"])
        names[question["name"]] = fresh
        insert(tree, made, "questions", {**question, "name": fresh})
    from survey_app.design.editing import renaming

    definition = definition_of(tree)
    for old, new in names.items():
        for key in descendants(tree, made):
            renaming.rename_in(tree.node(key), old, new, definition)
    return made


def descendants(tree: Tree, node_id: str) -> list[str]:
    """Everything that stands in a node, at any depth."""
    own = [key for name in CHILDREN.get(tree.kind(node_id), ()) for key in tree.children(node_id, name)]
    return own + [below for key in own for below in descendants(tree, key)]


def _duplicate_scale(tree: Tree, node_id: str, node: Data) -> str:
    code = str(tree.place(node_id)[1])
    number = 2
    while f"{code}_{number}" in tree.data["scales"]:
        number += 1
    node["_id"] = new_id()
    tree.data["scales"][f"{code}_{number}"] = node
    tree.index()
    return str(node["_id"])


def remove(tree: Tree, node_id: str) -> None:
    """Take a node out. Raises InUse when something else needs it."""
    kind = tree.kind(node_id)
    owner, name = tree.owner(node_id)
    page_name = tree.node(node_id).get("name") if kind == "page" else None
    if kind == "root":
        raise KeyError(node_id)
    if len(tree.children(owner, name)) <= LEAST.get(name, 0):
        raise DomainError(N_("至少要保留 %(n)s 项。"), n=LEAST[name])
    if kind == "page" and len(tree.children(ROOT, "pages")) == 1:
        raise DomainError(N_("问卷至少要有一页。"))
    found = _uses(tree, node_id)
    if found:
        raise InUse(N_("这里还被其他地方使用，不能直接删除。请先修改使用它的地方。"), found)
    held = tree.node(owner)[name]
    if name == "scales":
        del held[tree.place(node_id)[1]]
        if not held:
            del tree.data["scales"]
    else:
        held[:] = [item for item in held if item.get("_id") != node_id]
        if not held and name in ("scores", "quotas"):
            del tree.data[name]
    if page_name:
        grouping.leave_groups(tree, str(page_name))
    tree.index()


def _uses(tree: Tree, node_id: str) -> list[used.Use]:
    definition, kind, node = definition_of(tree), tree.kind(node_id), tree.node(node_id)
    owner = tree.owner(node_id)[0]
    if kind == "page":
        names = [tree.node(key)["name"] for key in tree.children(node_id, "questions")]
        inside = path_prefix(tree, node_id)
        found = [use for name in names for use in used.uses(definition, question=name)]
        return [use for use in found if not use.path.startswith(inside)]
    if kind == "question":
        return used.uses(definition, question=node["name"])
    if kind == "scale":
        return used.scale_uses(definition, str(tree.place(node_id)[1]))
    if kind == "point":
        return used.scale_uses(definition, str(tree.place(owner)[1]), node["code"])
    if kind == "choice" and tree.kind(owner) == "column":
        asked, column = tree.node(tree.owner(owner)[0]), str(tree.node(owner)["code"])
        return used.uses(definition, question=asked["name"], choice=node["code"], row=column)
    if kind == "choice":
        return used.uses(definition, question=tree.node(owner)["name"], choice=node["code"])
    if kind in ("row", "field", "item", "column"):
        return used.uses(definition, question=tree.node(owner)["name"], row=node["code"])
    return []


def path_prefix(tree: Tree, node_id: str) -> str:
    """The path of everything inside a page, as problems write it."""
    place = tree.place(node_id)
    return f"{place[0]}[{place[1]}]."


def move(tree: Tree, node_id: str, owner_id: str, after_id: str | None) -> None:
    """Put a node elsewhere: behind another one, "" first, None last. Questions may change pages; others stay in their list."""
    owner, name = tree.owner(node_id)
    if owner_id == node_id or KIND_OF[name] not in {KIND_OF[n] for n in CHILDREN.get(tree.kind(owner_id), ())}:
        raise KeyError(owner_id)
    if owner_id != owner and name != "questions":
        raise DomainError(N_("只有题目可以移到别的页。"))
    if name == "scales" or after_id == node_id:
        return
    node = tree.node(node_id)
    if after_id and after_id not in tree.children(owner_id, name):
        raise KeyError(after_id)
    held = tree.node(owner)[name]
    held[:] = [item for item in held if item is not node]
    target = tree.node(owner_id).setdefault(name, [])
    ids = [item.get("_id") for item in target]
    target.insert(len(target) if after_id is None else ids.index(after_id) + 1 if after_id else 0, node)
    tree.index()


def move_by(tree: Tree, node_id: str, step: int) -> None:
    """One place up (-1) or down (1); a question at the edge of its page goes to the next page."""
    owner, _ = tree.owner(node_id)
    ids = tree.siblings(node_id)
    index = ids.index(node_id) + step
    if 0 <= index < len(ids):
        after = ids[index] if step > 0 else ids[index - 1] if index else ""
        move(tree, node_id, owner, after)
    elif tree.kind(node_id) == "question":
        pages = tree.children(ROOT, "pages")
        page = pages.index(owner) + step
        if 0 <= page < len(pages):
            move(tree, node_id, pages[page], "" if step > 0 else None)


def decide(tree: Tree, node_id: str, index: int) -> None:
    """Take out one rule of an imported file that could not be said; somebody has decided what becomes of it."""
    _take_one(tree, node_id, "open_rules", index)


def uncheck(tree: Tree, node_id: str, index: int) -> None:
    """Take out one check of the answers."""
    _take_one(tree, node_id, "checks", index)


def _take_one(tree: Tree, node_id: str, key: str, index: int) -> None:
    node = tree.node(node_id)
    rules = list(node.get(key) or ())
    if not 0 <= index < len(rules):
        raise KeyError(node_id)
    del rules[index]
    if rules:
        node[key] = rules
    else:
        del node[key]


# --- types, languages, names -------------------------------------------------------------------------------------------
def set_type(tree: Tree, node_id: str, kind: str) -> list[str]:
    """Another type for a question, keeping everything that fits; returns the keys that were lost."""
    from survey_app.questionnaire.question_types import TYPES

    if kind not in starts.STARTS:
        raise DomainError(N_("请从列表中选择。")).at("type")
    node = tree.node(node_id)
    known = set(TYPES[kind].model_fields)
    fresh = starts.question(kind, tree.data["languages"])
    if "scale" in fresh:
        fresh["scale"] = _any_scale(tree)
    kept = {key: value for key, value in node.items() if key in known or key.startswith("_")}
    one_of_cells = {"scale", "points", "choices", "cell"}
    if kind == "matrix" and one_of_cells & kept.keys():
        fresh = {key: value for key, value in fresh.items() if key not in one_of_cells}
    lost = sorted(key for key in node if key not in kept and not key.startswith("_"))
    for choice in kept.get("choices", ()):
        if kind != "multiple_choice":
            choice.pop("exclusive", None)
        if kind not in ("single_choice", "dropdown", "multiple_choice"):
            choice.pop("other", None)
    node.clear()
    node.update({**fresh, **kept, "type": kind})
    tree.index()
    return lost


def rename(tree: Tree, node_id: str, name: str) -> None:
    """Another name for a question; conditions, expressions, scores and piped texts follow."""
    from survey_app.design.editing import renaming

    renaming.rename_question(tree, node_id, name)


def rename_code(tree: Tree, node_id: str, code: str) -> None:
    """Another code for a choice, row, field or point; conditions and expected answers follow."""
    from survey_app.design.editing import renaming

    renaming.rename_code(tree, node_id, code)


def add_language(tree: Tree, language: str) -> None:
    """One more language; texts in it are missing until they are written."""
    languages = tree.data["languages"]
    if language not in languages:
        languages.append(language)


def remove_language(tree: Tree, language: str) -> None:
    """Take a language out with all its texts. The first language stays."""
    languages = tree.data["languages"]
    if language == languages[0] or language not in languages:
        raise DomainError(N_("第一种语言是原文，不能移除。"))
    languages.remove(language)
    for node_id in tree.ids():
        node = tree.node(node_id)
        for key in TEXT_KEYS & node.keys():
            if isinstance(node[key], dict) and language in node[key] and len(node[key]) > 1:
                del node[key][language]
        for label in node.get("labels") or ():
            if len(label) > 1:
                label.pop(language, None)


def add_scale(tree: Tree, code: str) -> str:
    """A scale of five points of agreement, to be changed."""
    scales = tree.data.setdefault("scales", {})
    if code in scales:
        raise DomainError(N_("已经有一个叫“%(code)s”的量表。"), code=code).at("code")
    scales[code] = starts.agreement(tree.data["languages"])
    scales[code]["_id"] = new_id()
    tree.index()
    return str(scales[code]["_id"])


def add_score(tree: Tree, kind: str, questions: list[str]) -> str:
    """A score over some questions."""
    taken = {tree.node(key)["name"] for key in (*tree.ids("score"), *tree.ids("question"))}
    number = 1
    while f"score_{number}" in taken:
        number += 1
    return insert(tree, ROOT, "scores", {"name": f"score_{number}", "kind": kind, "questions": list(questions)})


def add_quota(tree: Tree, when: Data) -> str:
    """A quota for those who meet a condition, to be changed."""
    taken = {tree.node(key).get("name") for key in tree.ids("quota")}
    number = 1
    while f"quota_{number}" in taken:
        number += 1
    return insert(tree, ROOT, "quotas", {"name": f"quota_{number}", "when": when, "limit": 100})
