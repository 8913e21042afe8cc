"""Advice as data: what was noticed, where, how serious it is, and the change that would mend it."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from survey_app.questionnaire.problems import Problem
from survey_app.questionnaire.wording.sentences import SENTENCES

Severity = Literal["warning", "hint"]
Place = tuple[str | int, ...]
Step = tuple[str, Place, Any]
"""(what to do, where, with what); see `fixes.apply`."""

WARNINGS = frozenset(
    {
        "double_barrelled",
        "leading",
        "double_negative",
        "hypothetical",
        "and_or",
        "long_text",
        "personal_data",
        "no_unsure",
        "no_refusal",
        "no_other",
        "other_without_field",
        "not_exclusive",
        "same_choices",
        "many_choices",
        "overlapping_ranges",
        "range_gap",
        "unbalanced_scale",
        "reversed_scale",
        "unlabelled_scale",
        "many_rows",
        "required_text",
        "required_file",
        "many_questions",
        "long_survey",
        "old_translation",
        "untranslated",
        "scale_changed",
        "complex_rule",
        "order_identifies",
        "quota_never",
        "part_never",
    }
)
"""Rules that ship as warnings: each is right four times in five, on all labelled questions and on those not used to write it.
Those about the questionnaire as a whole do not judge words.

All others are hints.
"""


@dataclass(frozen=True)
class Advice(Problem):
    """One thing to reconsider; it never forbids anything.

    `language` is the language whose words it is about ("" for the question as such); `steps` change the JSON of a draft so
    that the advice is followed, () where only a person can do that.
    """

    table: ClassVar[dict[str, tuple[str, str]]] = SENTENCES
    severity: Severity = "hint"
    language: str = ""
    steps: tuple[Step, ...] = ()
    place: Place = ()
    """The same path as `path`, in parts."""

    @property
    def question(self) -> Place:
        """The question (or page) it is about, in parts; () for the questionnaire."""
        if len(self.place) >= 4 and self.place[0] == "pages" and self.place[2] == "questions":
            return self.place[:4]
        return self.place[:2] if self.place[:1] == ("pages",) and len(self.place) > 1 else ()


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a rule found, before it is known which rules ship as warnings."""

    code: str
    place: Place
    values: dict[str, Any]
    language: str = ""
    steps: tuple[Step, ...] = ()


def is_chinese(language: str) -> bool:
    """Whether the rules for Chinese apply to a text of this language."""
    return language.partition("-")[0] == "zh"


def is_english(language: str) -> bool:
    """Whether the rules for English apply to a text of this language."""
    return language.partition("-")[0] == "en"
