"""What the list of questionnaires shows of answers: how many, how many of those begun, NPS. A few statements per page.

The same figures stand on the result pages under the same rules: the number of answers is live, the NPS is that of the
frozen figures, and fewer than five of anything are not told apart from none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from survey_app.analysis import dataset, disclosure, figures, measures, words
from survey_app.analysis.tallies import Tally
from survey_app.analysis.words import Say
from survey_app.database import db
from survey_app.design.listing import Numbers
from survey_app.design.models import Version
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.stepping import keeps_drafts


@dataclass(frozen=True, slots=True)
class _Facts:
    """What must be known of a version's definition."""

    keeps: bool  # drafts are kept, so begun answers can be counted
    nps: str  # the variable of its NPS, "" when it has none
    variables: frozenset[str]  # all that are NPS questions


_facts: dict[str, _Facts] = {}  # by digest: definitions are large and never change


def numbers(questionnaire_ids: list[int], _: Say) -> dict[int, Numbers]:
    """The numbers of the questionnaires of one page; those without a version are left out."""
    found = db.session.execute(
        select(Version.id, Version.questionnaire_id, Version.digest)
        .where(Version.questionnaire_id.in_(questionnaire_ids))
        .order_by(Version.number.desc())
    ).all()
    known = _facts_of({row.digest for row in found})
    by_questionnaire: dict[int, list[Any]] = {}
    for row in found:
        by_questionnaire.setdefault(row.questionnaire_id, []).append(row)
    ids = [row.id for row in found]
    answers, unfinished = dataset.received_by_version(ids), dataset.unfinished_by_version(ids)
    variables = {
        row.id: facts.nps for rows in by_questionnaire.values() for row in rows
        if (facts := known[rows[0].digest]).nps in known[row.digest].variables
    }  # fmt: skip
    nps = _nps_tallies(variables)
    made = {}
    for questionnaire_id, rows in by_questionnaire.items():
        kept = [row.id for row in rows if known[row.digest].keeps]
        tally = Tally()
        for row in rows:
            tally.add(nps.get(row.id, Tally()))
        made[questionnaire_id] = Numbers(
            answers=sum(answers.get(row.id, 0) for row in rows),
            completion=completion(_sum(answers, kept), _sum(unfinished, kept)),
            **_nps(tally, _),
        )
    return made


def _sum(counts: Mapping[int, int], ids: Iterable[int]) -> int:
    return sum(counts.get(key, 0) for key in ids)


def completion(submitted: int, unfinished: int) -> str:
    """The share of begun answers that were submitted. One to four unfinished ones are as good as four: `≥98%`."""
    if disclosure.is_hidden(submitted):
        return ""
    few = 0 < unfinished < disclosure.K
    begun = submitted + (disclosure.K - 1 if few else unfinished)
    return ("≥" if few else "") + f"{100 * submitted // begun}%"


def _nps(tally: Tally, _: Say) -> dict[str, Any]:
    counts = {round(value): count for value, count in tally.numbers().items()}
    n = sum(counts.values())
    if disclosure.is_hidden(n):
        return {}
    found = measures.nps(counts)
    return {
        "nps": words.signed(found.value),
        "nps_n": n,
        "nps_interval": words.interval(found, _),
        "nps_few": disclosure.is_few(n),
    }


def _nps_tallies(variables: Mapping[int, str]) -> dict[int, Tally]:
    """Version id -> tally of its NPS variable, as it may be looked at now."""
    if not figures.is_live():
        return figures.frozen(variables)
    by_variable: dict[str, list[int]] = {}
    for version_id, variable in variables.items():
        by_variable.setdefault(variable, []).append(version_id)
    found: dict[int, Tally] = {}
    for variable, ids in by_variable.items():
        for version_id, counts in dataset.value_counts(ids, variable).items():
            found[version_id] = Tally(sum(counts.values()), counts)
    return found


def _facts_of(digests: set[str]) -> dict[str, _Facts]:
    unknown = digests - _facts.keys()
    if unknown:
        chosen = select(Version.digest, Version.definition).where(Version.digest.in_(unknown))
        for digest, document in db.session.execute(chosen):
            _facts[digest] = _read(Definition.from_json(document))
    return {digest: _facts[digest] for digest in digests}


def _read(definition: Definition) -> _Facts:
    asked = [question.name for question in definition.questions if question.summary == "nps"]
    scored = [score.questions[0] for score in definition.scores if score.kind == "nps" and score.questions]
    first = next(iter([*scored, *asked]), "")
    return _Facts(keeps_drafts(definition), first, frozenset([*asked, *scored]))
