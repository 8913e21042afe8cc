"""Pages whose order differs from respondent to respondent: which change places among themselves."""

from collections.abc import Collection

from survey_app.design.editing.tree import ROOT, Tree
from survey_app.errors import DomainError
from survey_app.languages import N_


def set_group(tree: Tree, page_id: str, others: Collection[str]) -> None:
    """The pages (by id) that change places with this one; none: it keeps its place.

    Pages of another group come over from there. A page without a name gets one, because groups name their pages.
    """
    if tree.kind(page_id) != "page" or not set(others) <= set(tree.ids("page")):
        raise DomainError(N_("有的页已经不在了，请刷新页面。"))
    group = [key for key in tree.children(ROOT, "pages") if key == page_id or key in others]
    names = [_named(tree, key) for key in group]
    for name in names:
        leave_groups(tree, name)
    if len(names) > 1:
        tree.data["random_pages"] = [*tree.data.get("random_pages", ()), names]


def _named(tree: Tree, page_id: str) -> str:
    page = tree.node(page_id)
    if not page.get("name"):
        taken = {tree.node(key).get("name") for key in tree.ids("page")}
        number = tree.siblings(page_id).index(page_id) + 1
        while f"page_{number}" in taken:
            number += 1
        page["name"] = f"page_{number}"
    return str(page["name"])


def group_of(tree: Tree, page_id: str) -> list[str]:
    """The ids of the pages of its group, in order, without itself; empty: it keeps its place."""
    name = tree.node(page_id).get("name")
    names = next((group for group in tree.data.get("random_pages") or () if name and name in group), ())
    return [key for key in tree.children(ROOT, "pages") if key != page_id and tree.node(key).get("name") in names]


def leave_groups(tree: Tree, page_name: str) -> None:
    """A page that goes is in no group of pages in random order any more; a group of one page is none."""
    groups = [[name for name in group if name != page_name] for group in tree.data.get("random_pages") or ()]
    groups = [group for group in groups if len(group) > 1]
    if groups:
        tree.data["random_pages"] = groups
    else:
        tree.data.pop("random_pages", None)
