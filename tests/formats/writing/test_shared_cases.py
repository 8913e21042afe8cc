"""Real questionnaires of other programs, imported and written again: valid files, and the same questions shown."""

import io
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema.validators import validator_for
from lxml import etree
from pyxform.xls2xform import convert

from survey_app.formats import limesurvey, qualtrics, surveyjs, writing, xlsform
from survey_app.formats.importing import Refused
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.routing import path

READERS: dict[str, Callable[[bytes], Any]] = {
    "lss": limesurvey.parse, "qsf": qualtrics.parse, "surveyjs": surveyjs.parse, "xlsform": xlsform.parse,
}  # fmt: skip
EVERY = 8
"""One file in so many is tried in the normal run."""
Drafts = dict[str, Definition]


def _drafts(cases: Path, every: int) -> Drafts:
    files = [
        (kind, file)
        for kind in READERS
        for file in sorted((cases / "questionnaires" / kind).rglob("*"))
        if file.is_file() and file.suffix not in (".csv", ".md")
    ]
    made: Drafts = {}
    for kind, file in files[::every]:
        with suppress(Refused):
            made[f"{kind}/{file.name}"] = READERS[kind](file.read_bytes()).definition
    assert len(made) > len(files[::every]) / 2
    return made


@pytest.fixture(scope="module")
def few(cases: Path) -> Drafts:
    return _drafts(cases, EVERY)


@pytest.fixture(scope="module")
def all_of_them(cases: Path) -> Drafts:
    return _drafts(cases, 1)


def check_targets(drafts: Drafts, schemas: Path) -> None:
    """Every target is valid."""
    schema = json.loads((schemas / "surveyjs_definition.json").read_text())
    valid_json = validator_for(schema)(schema)
    valid_xml = etree.XMLSchema(etree.parse(str(schemas / "ddi-codebook" / "codebook.xsd")))
    for name, of in drafts.items():
        made = writing.write(of, "surveyjs").data
        assert next(valid_json.iter_errors(json.loads(made)), None) is None, name
        assert valid_xml.validate(etree.fromstring(writing.write(of, "ddi").data)), name
        assert convert(xlsform=io.BytesIO(writing.write(of, "xlsform").data), file_type=".xlsx").xform, name
        assert writing.write(of, "wjx").data


def check_ways(drafts: Drafts, target: str) -> None:
    """The same questions are shown there and back."""
    for name, of in drafts.items():
        check_way(name, of, target)


def check_way(name: str, of: Definition, target: str) -> None:
    """The same of one."""
    written = writing.write(of, target)
    back = READERS[target](written.data).definition
    waiting = {question.name for question in back.questions if question.open_rules}
    # rules of choices and rows that the report calls lost: more is offered there, and answered
    waiting |= {line.ours for line in written.lines if line.result == "lost" and line.place.endswith("].show_if")}
    names = [q.name for q in of.questions if q.shown and q.name in back.by_name and q.name not in waiting]
    dice = Random(1)
    for _ in range(40):
        answers, texts = sample(of, back, dice)
        ways = [set(path(side, answers, texts).questions) for side in (of, back)]
        differing = [one for one in names if (one in ways[0]) != (one in ways[1])]
        assert not [one for one in differing if not leans_on(of, one, waiting, back)], (name, differing, answers)


def test_every_target_is_valid(few: Drafts, schemas: Path) -> None:
    check_targets(few, schemas)


@pytest.mark.parametrize("target", ["surveyjs", "xlsform"])
def test_the_same_questions_are_shown_there_and_back(few: Drafts, target: str) -> None:
    check_ways(few, target)


@pytest.mark.long
def test_every_target_of_every_file_is_valid(all_of_them: Drafts, schemas: Path) -> None:
    check_targets(all_of_them, schemas)


@pytest.mark.long
@pytest.mark.parametrize("target", ["surveyjs", "xlsform"])
def test_the_same_questions_of_every_file_are_shown_there_and_back(all_of_them: Drafts, target: str) -> None:
    check_ways(all_of_them, target)


def sample(of: Definition, back: Definition, dice: Random) -> tuple[dict[str, Any], dict[str, str]]:
    """Answers that both sides can hold."""
    answers: dict[str, Any] = {}
    texts: dict[str, str] = {}
    for name, question in of.owners.items():
        other = back.owners.get(name)
        if other is None or other.operand(name) != question.operand(name) or dice.random() < 0.3:
            continue
        codes, kind = question.codes(name), question.operand(name)
        if codes is not None:
            shared = [code for code in codes if str(code) in {str(given) for given in other.codes(name) or ()}]
            if shared:
                several = dice.sample(shared, dice.randint(1, len(shared)))
                answers[name] = several if kind == "multiple" else dice.choice(shared)
        elif kind == "number":
            answers[name] = dice.choice([0, 1, 2, 5, 17, 18, 60])
        elif kind == "text":
            texts[name] = dice.choice(["yes", "17", "x"])
    return answers, texts


def leans_on(of: Definition, name: str, waiting: set[str], back: Definition) -> bool:
    """Whether the question's rules look at something that is not there any more, or waits for a person."""
    gone = {n for n, q in of.owners.items() if n not in back.owners or back.owners[n].operand(n) != q.operand(n)}
    gone |= {n for n, q in of.owners.items() if q.name in waiting}
    seen: set[str] = set()
    todo = [name]
    while todo:
        current = todo.pop()
        question = of.owners.get(current) or of.by_name.get(current)
        if current in gone or question is None:
            return True
        if question.name in seen:
            continue
        seen.add(question.name)
        todo += rule_names(of, question.name)
    return False


def rule_names(of: Definition, name: str) -> list[str]:
    from survey_app.questionnaire import conditions, expressions

    page = of.pages[of.page_of[name]]
    ends = [earlier.end_if for earlier in of.pages[: of.page_of[name]]]
    found: set[str] = set()
    for rule in (page.show_if, of.by_name[name].show_if, *ends):
        found |= conditions.names(rule)
    return list(found | expressions.names(getattr(of.by_name[name], "expression", None)))
