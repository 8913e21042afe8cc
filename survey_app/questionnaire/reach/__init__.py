"""What the rules of a questionnaire lead to: decided by walking every way of answering, where these are not too many.

Ways of answering that leave the same open are walked once, so that most questionnaires are decided completely, long ones
too. What is found is certain; that something is never found is only said when every way was walked. The rest is undecided.
"""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from threading import Lock

from survey_app.questionnaire.definition import Definition, Page
from survey_app.questionnaire.problems import Problem
from survey_app.questionnaire.question_types.display import Note
from survey_app.questionnaire.reach import judging
from survey_app.questionnaire.reach.judging import BUDGET, VERDICTS, Finding

KEPT = 64
_END = Note(
    name="last_note", type="note", text={"zh-CN": "", "en": ""}
)  # for the question whether anybody comes to the end


@dataclass(frozen=True)
class Reach:
    """Names of questions that can never be shown, and of those for which it could not be decided."""

    unreachable: tuple[str, ...]
    undecided: tuple[str, ...]


@dataclass(frozen=True)
class Analysis:
    """The findings of a questionnaire in its order: each page, its rule, its questions with their rules, its end."""

    findings: tuple[Finding, ...]
    complete: bool
    """Whether nothing was left undecided."""
    by_path: dict[str, Finding] = field(repr=False, default_factory=dict)

    def of(self, path: str) -> Finding | None:
        """The finding for `pages[0]`, `pages[0].questions[2]`, `pages[0].questions[2].show_if`, `pages[0].end_if`."""
        return self.by_path.get(path)

    @property
    def rules(self) -> tuple[Finding, ...]:
        """The findings about rules."""
        return tuple(finding for finding in self.findings if finding.is_rule)

    @property
    def faults(self) -> tuple[Finding, ...]:
        """What is wrong for certain."""
        return tuple(finding for finding in self.findings if finding.is_fault)


_kept: OrderedDict[str, Analysis] = OrderedDict()
_lock = Lock()


def analyse(definition: Definition) -> Analysis:
    """Every page, question and rule with its verdict. Kept per definition: the last 64 different ones are not walked again."""
    own: Analysis | None = definition.compiled.get("reach")
    if own is not None:
        return own
    key = definition.digest()
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
    if found is None:
        findings = judging.findings(definition)
        complete = all(finding.verdict != "undecided" for finding in findings)
        found = Analysis(findings, complete, {finding.path: finding for finding in findings})
        with _lock:
            _kept[key] = found
            if len(_kept) > KEPT:
                _kept.popitem(last=False)
    definition.compiled["reach"] = found
    return found


def analyse_rule(definition: Definition, path: str) -> Finding | None:
    """The verdict on one rule (`pages[0].show_if`); None when there is no such rule."""
    known: Analysis | None = definition.compiled.get("reach")
    if known is None:
        with _lock:
            known = _kept.get(definition.digest())
    return known.of(path) if known is not None else judging.finding_of(definition, path)


def analyse_quota(definition: Definition, number: int) -> Finding | None:
    """The verdict on a quota: whether those who come to the end meet its condition. Its path is that of the quota.

    Asked as the rule of a page behind the last one: whoever leaves by an early end never comes there.
    """
    quota = definition.quotas[number]
    end = Page.model_construct(
        name=None, title=None, show_if=quota.when, end_if=None, random_order=False, questions=(_END,)
    )
    parts = {key: getattr(definition, key) for key in type(definition).model_fields}
    asked = Definition.model_construct(**{**parts, "pages": (*definition.pages, end)})
    found = judging.finding_of(asked, f"pages[{len(definition.pages)}].show_if")
    return replace(found, path=f"quotas[{number}].when") if found else None


def unreachable(definition: Definition) -> Reach:
    """The questions that can never be shown, and those for which it could not be decided."""
    analysis = analyse(definition)
    verdicts = {
        question.name: analysis.by_path[f"pages[{index}].questions[{number}]"].verdict
        for index, page in enumerate(definition.pages)
        for number, question in enumerate(page.questions)
    }
    return Reach(
        tuple(name for name, verdict in verdicts.items() if verdict == "never"),
        tuple(name for name, verdict in verdicts.items() if verdict == "undecided"),
    )


__all__ = [
    "BUDGET",
    "VERDICTS",
    "Analysis",
    "Finding",
    "Problem",
    "Reach",
    "analyse",
    "analyse_quota",
    "analyse_rule",
    "unreachable",
]
