"""Advice about a questionnaire: what makes it hard to answer or its answers hard to trust. Never forbids anything.

What forbids publishing (missing translations, double codes, questions that can never be shown, piped text without a page break)
is `review`. The rules are measured on a labelled set (tests/questionnaire/wording): a rule that is wrong more than once in five
times ships as a hint, every other as a warning.
"""

from survey_app.questionnaire.problems import sentence
from survey_app.questionnaire.wording.advising import advice
from survey_app.questionnaire.wording.fixes import apply
from survey_app.questionnaire.wording.kinds import WARNINGS, Advice
from survey_app.questionnaire.wording.scoring import Summary, marks, score, summary
from survey_app.questionnaire.wording.sentences import WORDS, said

__all__ = [
    "RULES", "WARNINGS", "Advice", "Summary", "advice", "apply", "better", "button", "marks", "reason", "score", "sentence",
    "summary",
]  # fmt: skip

RULES = tuple(WORDS)
"""Codes of all rules."""


def reason(advice: Advice, language: str = "en") -> str:
    """Why it matters, in one sentence; English for every language but Chinese."""
    return said(WORDS[advice.code].why, language)


def better(advice: Advice, language: str = "en") -> str:
    """A better example."""
    return said(WORDS[advice.code].better, language)


def button(advice: Advice, language: str = "en") -> str:
    """What the change in one click is called."""
    return said(WORDS[advice.code].button, language)
