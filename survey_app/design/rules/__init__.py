"""Rules as a form: a condition as lines and groups of lines that can be chosen from lists, and back.

A form that says the same as the stored condition leaves that condition exactly as it was written.
"""

from survey_app.design.rules.form import acted, read, started
from survey_app.design.rules.lists import UNITS, Lists, Operand, lists_for, missing
from survey_app.design.rules.shape import (
    JOINS,
    Group,
    Item,
    Kept,
    Line,
    Rule,
    condition_of,
    lines_of,
    rule_of,
    says_the_same,
)

__all__ = [
    "JOINS", "UNITS", "Group", "Item", "Kept", "Line", "Lists", "Operand", "Rule", "acted", "condition_of", "lines_of",
    "lists_for", "missing", "read", "rule_of", "says_the_same", "started",
]  # fmt: skip
