"""The editor's marks on nodes: which translations are older than their source."""

from survey_app.design.editing.tree import Flat, Tree, flatten

OLD = "_old"
"""Key of a node: texts whose source changed after they were translated, as `key/language`."""


def note_old_translations(before: Flat, tree: Tree) -> None:
    """After an operation: a changed source marks its translations old, a changed translation is no longer old."""
    languages = tree.data.get("languages") or []
    if len(languages) < 2:
        return
    source, after = languages[0], flatten(tree)
    for path in before.values.keys() | after.values.keys():
        node_id, _, rest = path.partition("/")
        key, _, language = rest.partition("/")
        if not language or key.startswith("_") or before.values.get(path) == after.values.get(path):
            continue
        if not tree.has(node_id):
            continue
        if language != source:
            set_old(tree, node_id, key, language, old=False)
        elif before.values.get(path):
            for other in languages[1:]:
                other_path = f"{node_id}/{key}/{other}"
                words = after.values.get(other_path)
                if words and before.values.get(other_path) == words:
                    set_old(tree, node_id, key, other, old=True)


def set_old(tree: Tree, node_id: str, key: str, language: str, *, old: bool) -> None:
    """Mark a translation as older than its source, or as up to date."""
    node, mark = tree.node(node_id), f"{key}/{language}"
    marks = set(node.get(OLD, ()))
    marks = marks | {mark} if old else marks - {mark}
    if marks:
        node[OLD] = sorted(marks)
    else:
        node.pop(OLD, None)


def is_old(tree: Tree, node_id: str, key: str, language: str) -> bool:
    """Whether the source changed after this translation."""
    return f"{key}/{language}" in tree.node(node_id).get(OLD, ())
