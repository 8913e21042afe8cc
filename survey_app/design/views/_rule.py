"""One rule as a form of lists: shown, saved by itself, judged at once."""

import json
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.design import drafting, forms, in_words, rules
from survey_app.design.editing import operations, settings
from survey_app.design.editing.tree import Tree
from survey_app.design.models import Questionnaire
from survey_app.design.views import _editing, blueprint
from survey_app.design.views.common import head, questionnaire_or_404, reading_language
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire import condition_checking, conditions
from survey_app.questionnaire.conditions import LISTS, NUMERIC, as_number
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.offering import part_at
from survey_app.questionnaire.problems import Problem, path_of, sentence
from survey_app.questionnaire.reach import Finding, analyse_quota, analyse_rule
from survey_app.questionnaire.review import names_on, undecided_name

KEYS = {"page": ("show_if", "end_if"), "question": ("show_if",), "quota": ("when",)} | dict.fromkeys(
    settings.PARTS, ("show_if",)
)
_TOLERATED = frozenset({"later_variable", "unknown_variable", "unknown_answer"})
"""Faults that a rule may keep: they come from other changes, are shown, and forbid publishing."""


@dataclass(frozen=True)
class _Place:
    """Whose rule it is, in the tree and in the definition."""

    questionnaire: Questionnaire
    tree: Tree
    definition: Definition
    node: str
    key: str

    @property
    def is_quota(self) -> bool:
        """Whether it says who counts in a quota: judged behind the last page."""
        return self.tree.kind(self.node) == "quota"

    @property
    def page(self) -> int:
        return len(self.definition.pages) - 1 if self.is_quota else int(self.tree.place(self.node)[1])

    @property
    def question(self) -> int | None:
        place = self.tree.place(self.node)
        return int(place[3]) if len(place) > 3 else None

    @property
    def number(self) -> int:
        """Which of its list it is, from 0."""
        return int(self.tree.place(self.node)[-1])

    @property
    def question_name(self) -> str | None:
        number = self.question
        return None if number is None else self.definition.pages[self.page].questions[number].name

    @property
    def part(self) -> Any:
        """The choice, row, field or item that the rule is about; None when it is about a question or page."""
        place = self.tree.place(self.node)
        if len(place) < 5 or (number := self.question) is None:
            return None
        return part_at(self.definition.pages[self.page].questions[number], place[4:])

    @property
    def owner(self) -> str:
        """The question whose rule it is, or of whose part."""
        return self.tree.question_of(self.node) or ""

    @property
    def path(self) -> str:
        return path_of((*self.tree.place(self.node), self.key))

    @property
    def condition(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.tree.node(self.node).get(self.key)
        return found

    @property
    def id(self) -> str:
        return f"rule-{self.node}-{self.key}"

    @property
    def address(self) -> str:
        return url_for("design.rule", questionnaire_id=self.questionnaire.id, node=self.node, key=self.key)


def _place(questionnaire: Questionnaire, node: str, key: str) -> _Place:
    tree = Tree(questionnaire.draft)
    if not tree.has(node) or key not in KEYS.get(tree.kind(node), ()):
        abort(404)
    if tree.kind(node) in settings.PARTS and not settings.may_have_rule(tree, node):
        abort(404)
    return _Place(questionnaire, tree, drafting.draft_of(questionnaire), node, key)


# --- one rule ----------------------------------------------------------------------------------------------------------
@blueprint.get("/questionnaires/<int:questionnaire_id>/rules/<node>/<key>")
@web.access("questionnaire:edit")
def rule(questionnaire_id: int, node: str, key: str) -> Response:
    place = _place(questionnaire_or_404(questionnaire_id), node, key)
    return _form_page(place, rules.rule_of(place.condition))


@blueprint.post("/questionnaires/<int:questionnaire_id>/rules/<node>/<key>")
@web.access("questionnaire:edit")
def set_rule(questionnaire_id: int, node: str, key: str) -> Response:
    """Saves the rule when it is complete; otherwise the form comes back with what is missing, and nothing changes."""
    place = _place(questionnaire_or_404(questionnaire_id), node, key)
    lists = _lists(place)
    try:
        sheet = forms.RuleForm().check()
        act, sent = sheet.act.data, rules.read(sheet.fields())
    except DomainError as error:
        return _form_page(place, rules.rule_of(place.condition), error=error, status=422)
    changed = rules.started(rules.acted(sent, act), lists)
    if any(rules.missing(line, lists) for line in rules.lines_of(changed)):
        return _form_page(place, changed, pending=True, added=act.startswith(("add", "group")))
    try:
        condition = _checked(place, changed)
    except DomainError as error:
        return _form_page(place, changed, error=error, status=422)
    outcome = _editing.change_from_form(
        place.questionnaire,
        lambda tree: operations.set_value(tree, node, key, condition),
        kind="rule.set" if condition else "rule.remove",
    )
    if outcome.refusal is not None:
        outcome.refusal.headers["HX-Retarget"] = f"#{place.id}-said"
        outcome.refusal.headers["HX-Reswap"] = "innerHTML"
        return outcome.refusal
    if not web.is_htmx():
        flash(_("已保存。") if condition else _("规则已删除，总是显示。"))
        return web.seen(place.address)
    fresh = _place(place.questionnaire, node, key)
    body = render_template("design/logic/_form.html", **_form_values(fresh, changed, saved=True))
    return _editing.editing_reply(
        body, fresh.questionnaire, outcome.edit, node=node, target=f"#{place.id}", swap="outerHTML"
    )


def _checked(place: _Place, form: rules.Rule) -> dict[str, Any] | None:
    """The condition, when it has a meaning. Raises DomainError with the engine's sentence."""
    if rules.says_the_same(form, rules.rule_of(place.condition)):
        return place.condition  # as it was written
    condition = rules.condition_of(form, place.definition)
    if condition is None and place.is_quota:
        raise DomainError(N_("配额要有条件。不再需要时，请删除这个配额。"))
    if condition is not None:
        known = {name: operand.question for name, operand in _lists(place).operands.items()}
        found = condition_checking.check(condition, (), known, place.definition.owners)
        problems = [Problem(code, path_of(path), values) for code, path, values in found if code not in _TOLERATED]
        if problems:
            raise DomainError(N_("%(sentence)s"), sentence=sentence(problems[0], web.language_tag()))
    return condition


def _lists(place: _Place) -> rules.Lists:
    language = reading_language(place.definition)
    return rules.lists_for(place.definition, place.page, place.question, language, end=place.key in ("end_if", "when"))


def _form_page(place: _Place, form: rules.Rule, *, status: int = 200, **more: Any) -> Response:
    around = {} if web.is_htmx() else head(place.questionnaire)
    return web.render(
        "design/logic/rule.html",
        fragment="design/logic/_dialog.html" if request.args.get("dialog") else "design/logic/_form.html",
        status=status,
        **(around | _form_values(place, form, **more)),
    )


def _form_values(place: _Place, form: rules.Rule, **more: Any) -> dict[str, Any]:
    definition = place.definition
    lists = _lists(place)
    writer = in_words.ConditionWriter(definition, reading_language(definition), _)
    finding = analyse_quota(definition, place.number) if place.is_quota else analyse_rule(definition, place.path)
    return {
        "questionnaire": place.questionnaire,
        "place": place,
        "language": writer.language,
        "target": _target(place, writer),
        "form": form,
        "joins": rules.JOINS,
        "items": [_item(item, str(index), lists, writer) for index, item in enumerate(form.items)],
        "groups": _question_groups(lists, writer),
        "sentence": _said(place, writer),
        "verdict": shown_verdict(finding, quota=place.is_quota) if finding else None,
        "same_page": _same_page(place),
        "token_of_page": _editing.page_token(),
        "units": rules.UNITS,
        "error": None,
        "pending": False,
        "saved": False,
        "added": False,
        **more,
    }


def _target(place: _Place, writer: in_words.ConditionWriter) -> str:
    """What the rule is about, in words; "" for a page."""
    if place.is_quota:
        return str(place.tree.node(place.node)["name"])
    question = writer.question(place.question_name) if place.question_name else ""
    return f"{question} · {writer.part(place.part)}" if place.part is not None else question


def _said(place: _Place, writer: in_words.ConditionWriter) -> str:
    """The rule as a sentence; "" for none."""
    if not place.condition:
        return ""
    if place.is_quota:
        quota = place.definition.quotas[place.number]
        return str(
            _("如果 %(condition)s，计入这个配额（最多 %(n)s 份）", condition=writer.write(quota.when), n=quota.limit)
        )
    return writer.rule(place.key, place.page, place.question_name, place.condition, place.part)


def _same_page(place: _Place) -> str:
    """Why the rule of a question needs a page break before it, when it does."""
    if place.part is not None:
        return _same_page_part(place)
    name = (
        undecided_name(place.definition, names_on(place.definition, place.page), place.condition)
        if place.question is not None
        else None
    )
    problem = Problem("same_page_condition", place.path, {"name": name or ""})
    return sentence(problem, web.language_tag()) if name else ""


def _same_page_part(place: _Place) -> str:
    """The same for a choice or row, which no script can decide."""
    names = sorted(conditions.names(place.condition or {}) & names_on(place.definition, place.page))
    problem = Problem("same_page_part", place.path, {"name": names[0] if names else ""})
    return sentence(problem, web.language_tag()) if names else ""


@dataclass(frozen=True)
class _ShownLine:
    """One line of the form with everything its lists offer."""

    key: str
    line: rules.Line
    lacking: str
    known: bool
    operators: dict[str, str]
    widget: str
    offers: list[tuple[str, str]]
    others: list[tuple[str, str]]
    dated: bool


def _item(item: rules.Item, key: str, lists: rules.Lists, writer: in_words.ConditionWriter) -> dict[str, Any]:
    if isinstance(item, rules.Kept):
        return {"key": key, "kept": json.dumps(dict(item.condition), ensure_ascii=False), "words": _words(writer, item)}
    if isinstance(item, rules.Group):
        lines = [_shown_line(line, f"{key}.{n}", lists, writer) for n, line in enumerate(item.lines)]
        return {"key": key, "join": item.join, "lines": lines}
    return {"key": key, "line": _shown_line(item, key, lists, writer)}


def _words(writer: in_words.ConditionWriter, item: rules.Kept) -> str:
    try:
        return writer.write(item.condition)
    except (AttributeError, KeyError, TypeError, ValueError):  # sent by hand; it will be refused with its reason
        return str(dict(item.condition))[:300]


def _shown_line(line: rules.Line, key: str, lists: rules.Lists, writer: in_words.ConditionWriter) -> _ShownLine:
    operand = lists.operands.get(line.name)
    operators = lists.operators(line.name)
    if operand is None and line.operator:
        operators = {line.operator: line.operator}
    others = [(other.name, _label(other, writer)) for other in lists.others(line.name)]
    if line.other and line.other not in dict(others):
        others.append((line.other, writer.question(line.other)))
    offers = [
        (code, words)
        for code, words in (operand.offers if operand else ())
        if line.operator not in NUMERIC or as_number(code) is not None
    ]
    return _ShownLine(
        key, line, rules.missing(line, lists), operand is not None or not line.name, operators,
        _widget(line, operand, len(offers)), offers, others, operand is not None and operand.kind == "date",
    )  # fmt: skip


MOST_BOXES = 60
"""More answers than these are picked from lists, one for each; there are thousands of districts."""


def _widget(line: rules.Line, operand: rules.Operand | None, offered: int) -> str:
    """Which field takes the value: none, count, several, picks, choice, number, date, time, text, texts."""
    if not line.operator or line.operator in ("answered", "unanswered") or line.other and not offered:
        return "none"
    if line.operator.startswith("count_"):
        return "count"
    if line.operator in LISTS:
        return "picks" if offered > MOST_BOXES else "several" if offered else "texts"
    if offered:
        return "choice"
    return operand.kind if operand is not None and operand.kind in ("number", "date", "time") else "text"


def _label(operand: rules.Operand, writer: in_words.ConditionWriter) -> str:
    return writer.listed(operand.name)


def _question_groups(lists: rules.Lists, writer: in_words.ConditionWriter) -> list[tuple[str, list[tuple[str, str]]]]:
    """Questions for the list, by page."""
    pages: dict[int, list[tuple[str, str]]] = {}
    for operand in lists.operands.values():
        pages.setdefault(operand.page, []).append((operand.name, _label(operand, writer)))
    return [(_("第 %(n)s 页", n=page + 1), found) for page, found in pages.items()]


def shown_verdict(finding: Finding, *, quota: bool = False) -> dict[str, str]:
    if quota and finding.verdict == "always":
        return {"tone": "good", "label": _("所有人"), "words": _("每份完整的回答都计入。")}
    labels = in_words.LABELS if finding.is_rule else in_words.PLACE_LABELS
    return {
        "tone": in_words.tone(finding),
        "label": _(labels[finding.verdict]),
        "words": in_words.verdict_words(finding, _, web.language_tag()),
    }
