"""Changes in one click for what forbids publishing: page breaks, and rules of an imported file that nobody wants."""

from collections.abc import Callable

from survey_app.design.editing import operations
from survey_app.design.editing.tree import ROOT, Tree
from survey_app.languages import N_
from survey_app.questionnaire import loading
from survey_app.questionnaire.problems import Problem
from survey_app.questionnaire.review import MAX_ON_PAGE

OPEN_RULES = "open_rules"
BREAK = N_("在这道题之前分页")


def _break_before(tree: Tree, path: str) -> str:
    """A page begins with the question that the path lies in."""
    question = tree.question_of(tree.id_at(loading.place_of(path))) or ""
    operations.split_page(tree, question)
    return question


def _break_up(tree: Tree, path: str) -> str:
    """Pages of at most twenty questions out of one that has more."""
    page = tree.id_at(loading.place_of(path))
    asked = 0
    for node in operations.definition_of(tree).pages[loading.place_of(path)[1]].questions:  # type: ignore[index]
        asked += node.asks
        if node.asks and asked > MAX_ON_PAGE:
            question = next(i for i in tree.children(page, "questions") if tree.node(i)["name"] == node.name)
            page, asked = operations.split_page(tree, question), 1
    return page


def _drop_rules(tree: Tree, path: str) -> str:
    question = tree.question_of(tree.id_at(loading.place_of(path))) or ""
    del tree.node(question)["open_rules"]
    return question


def drop_all_rules(tree: Tree) -> str:
    """None of the rules that an import left open is wanted. The report of the import still lists them."""
    for node_id in tree.ids():
        tree.node(node_id).pop("open_rules", None)
    return ROOT


WAYS: dict[str, tuple[str, Callable[[Tree, str], str]]] = {
    "same_page_piping": (BREAK, _break_before),
    "same_page_condition": (BREAK, _break_before),
    "same_page_part": (BREAK, _break_before),
    "page_too_long": (N_("分成几页"), _break_up),
    OPEN_RULES: (N_("不要这些规则"), _drop_rules),
}
"""Code of a fault -> what the button says, and what it does with the draft and the path of the fault."""


def button(fault: Problem) -> str:
    """What the change in one click is called, in Chinese; "" where only a person can mend it."""
    return WAYS[fault.code][0] if fault.code in WAYS else ""
