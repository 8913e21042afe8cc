"""One number for a questionnaire, from its advice.

Every question that asks something begins with 100 points and loses 40 for each warning and 10 for each hint about it, down to
0. The score is the mean over these questions, minus 10 for each warning and 3 for each hint about the questionnaire as a whole
(its length, its scales, its languages), at least 0 and at most 100, rounded to a whole number. A questionnaire that asks nothing
has 0. Faults that forbid publishing do not count: they are not a matter of degree.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.meaning import places
from survey_app.questionnaire.problems import path_of
from survey_app.questionnaire.timing import minutes
from survey_app.questionnaire.wording.advising import advice
from survey_app.questionnaire.wording.kinds import Advice

WARNING, HINT, WHOLE_WARNING, WHOLE_HINT = 40, 10, 10, 3
GOOD, FAIR = 90, 70


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands on top of the quality pane. `grade`: good, fair or poor."""

    score: int
    grade: str
    warnings: int
    hints: int
    questions: int
    minutes: int


def score(definition: Definition, found: Sequence[Advice] | None = None) -> int:
    """0 to 100; the formula is in the docstring of this module."""
    given = advice(definition, reach=False) if found is None else found
    asked = [place for place, _, question in places(definition) if question.asks]
    if not asked:
        return 0
    lost: Counter[tuple[str | int, ...]] = Counter()
    whole = 0
    for item in given:
        if len(item.question) == 4:
            lost[item.question] += WARNING if item.severity == "warning" else HINT
        else:
            whole += WHOLE_WARNING if item.severity == "warning" else WHOLE_HINT
    mean = sum(max(0, 100 - lost[place]) for place in asked) / len(asked)
    return max(0, min(100, round(mean - whole)))


def summary(definition: Definition, found: Sequence[Advice] | None = None) -> Summary:
    """Score, counts and time."""
    given = advice(definition, reach=False) if found is None else found
    points = score(definition, given)
    warnings = sum(item.severity == "warning" for item in given)
    grade = "good" if points >= GOOD else "fair" if points >= FAIR else "poor"
    asked = sum(question.asks for question in definition.questions)
    return Summary(points, grade, warnings, len(given) - warnings, asked, minutes(definition))


def marks(definition: Definition, found: Sequence[Advice] | None = None) -> dict[str, int]:
    """How many warnings each question has: path of the question (`pages[0].questions[2]`) -> count, those with any."""
    given = advice(definition, reach=False) if found is None else found
    return dict(Counter(path_of(a.question) for a in given if a.severity == "warning" and len(a.question) == 4))
