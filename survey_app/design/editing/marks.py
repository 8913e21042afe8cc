"""The editor's marks on nodes: which translations are older than their source."""

from typing import Any

from survey_app.design.editing.tree import Flat, Tree

OLD = "_old"
"""Key of a node: texts whose source changed after they were translated, as `key/language` or `labels.<index>/language`."""
IMPORTED = "_imported_old"
"""Key of a node inside an operation only: translations that were just written from an older source, in the same form."""


def note_old_translations(before: Flat, after: Flat, tree: Tree) -> bool:
    """After an operation: a changed source marks its translations old, a changed translation is no longer old.

    Returns whether a mark changed, so that `after` is out of date.
    """
    languages = tree.data.get("languages") or []
    if len(languages) < 2:
        return False
    marks: dict[tuple[str, str], bool] = {}
    for path in before.values.keys() | after.values.keys():
        node_id, _, rest = path.partition("/")
        was, now = before.values.get(path), after.values.get(path)
        if rest.startswith("_") or was == now or not tree.has(node_id):
            continue
        key, _, language = rest.partition("/")
        if key == "labels":
            for index, (old, new) in enumerate(zip(was or (), now or (), strict=False)):
                marks |= _judged(node_id, f"labels.{index}", old, new, languages)
        elif language:
            text = f"{node_id}/{key}/"
            marks |= _judged(node_id, key, _text(before, text, languages), _text(after, text, languages), languages)
    for (node_id, mark), old in marks.items():
        key, _, language = mark.partition("/")
        set_old(tree, node_id, key, language, old=old)
    imported = [node for node in map(tree.node, tree.ids()) if IMPORTED in node]
    for node in imported:
        node[OLD] = sorted({*node.get(OLD, ()), *node.pop(IMPORTED)})
    return bool(marks or imported)


def _text(flat: Flat, prefix: str, languages: list[str]) -> dict[str, str]:
    return {language: flat.values.get(prefix + language, "") for language in languages}


def _judged(
    node_id: str, key: str, was: dict[str, str], now: dict[str, str], languages: list[str]
) -> dict[tuple[str, str], bool]:
    """For one text: its translations that became old (True) or new (False)."""
    source, *others = languages
    found = {}
    for language in others:
        if was.get(language) != now.get(language):
            found[node_id, f"{key}/{language}"] = False
        elif was.get(source) and was.get(source) != now.get(source) and now.get(language):
            found[node_id, f"{key}/{language}"] = True
    return found


def set_old(tree: Tree, node_id: str, key: str, language: str, *, old: bool) -> None:
    """Mark a translation as older than its source, or as up to date."""
    node: dict[str, Any] = tree.node(node_id)
    mark = f"{key}/{language}"
    marks = set(node.get(OLD, ()))
    marks = marks | {mark} if old else marks - {mark}
    if marks:
        node[OLD] = sorted(marks)
    else:
        node.pop(OLD, None)
