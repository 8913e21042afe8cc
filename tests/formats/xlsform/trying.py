"""Plays a form and its draft with the same answers and compares what is shown."""

import random
import re
from collections.abc import Mapping
from typing import Any

from survey_app.formats.importing import Imported
from survey_app.formats.xlsform.reading import Form
from survey_app.questionnaire.routing import path
from tests.formats.xlsform.reference import Player, Row, Unknown, tree

_NUMBER = re.compile(r"[0-9]+$")
NUMBERS = ("0", "1", "2", "3", "5", "13", "26", "40")


def rows_of(form: Form) -> Row:
    """The survey sheet as the player has it."""
    return tree([(row.number, {column.key: row.get(column.key) for column in row.cells}) for row in form.survey.rows])


def compare(form: Form, found: Imported, *, rounds: int, seed: int) -> tuple[int, list[str]]:
    """How many rows were compared, and the differences: rows that show in one and not in the other."""
    root = rows_of(form)
    ours = {int(_NUMBER.search(line.place)[0]): line.ours for line in found.lines if _asks(line) and line.ours}  # type: ignore[index]
    rows = {int(_NUMBER.search(line.place)[0]) for line in found.lines if line.kind == "row" and line.ours}  # type: ignore[index]
    lost = {line.place for line in found.lines if line.kind == "rule" and line.result == "lost"}
    everything = Player(root, {}).rows
    columns = {column.key: column for column in form.survey.columns}
    for row in everything:
        source = next(r for r in form.survey.rows if r.number == row.number)
        row.always = bool(row.relevant) and source.label_of(row.number, columns["relevant"]) in lost
    _offering(form, found, everything, lost)
    chance = random.Random(seed)
    owners, compared, wrong = found.definition.owners, 0, []
    for _ in range(rounds):
        answers: dict[str, Any] = {}
        texts: dict[str, str] = {}
        given: dict[int, str] = {}
        for row in everything:
            name = ours.get(row.number, "")
            if name in owners and chance.random() < 0.85:
                given |= _answer(row, name, owners[name], chance, answers, texts, found)
        nothing = _offered(form, found, root, everything, ours, (answers, texts, given), wrong)
        player = Player(root, given)
        way = path(found.definition, answers, texts)
        shown = {
            *way.questions,
            *(variable for page in way.pages for q in page.questions for variable in q.answer_names()),
        }
        for row in everything:
            name = ours.get(row.number, "")
            question = owners.get(name) or found.definition.by_name.get(name)
            if question is None or row.type == "calculate" or row.number in nothing:
                continue
            try:
                expected = player.shown(row)
            except Unknown:
                continue
            compared += 1
            if expected != ((name if row.number in rows else question.name) in shown):
                wrong.append(f"row {row.number} {row.name}: {expected} in the form, {row.relevant}; {given}")
    return compared, wrong


def _offering(form: Form, found: Imported, everything: list[Row], lost: set[str]) -> None:
    """Gives the rows the rules on choices that the importer took."""
    for row in everything:
        source = next(r for r in form.survey.rows if r.number == row.number)
        words = (
            source.get("type")
            .replace("select_one_external", "select_one")
            .replace("select one from", "select_one")
            .split()
        )
        row.list = words[1] if len(words) > 1 else ""
        if source.place("choice_filter") not in lost:
            row.filter = source.get("choice_filter")


def _offered(
    form: Form, found: Imported, root: Row, everything: list[Row], ours: Mapping[int, str],
    given: tuple[dict[str, Any], dict[str, str], dict[int, str]], wrong: list[str],
) -> set[int]:  # fmt: skip
    """Compares which choices are offered and takes answers away that are not; the rows that offer nothing at all."""
    answers, texts, typed = given
    nothing = set()
    for row in everything:
        name = ours.get(row.number, "")
        if name not in found.definition.owners or not row.filter:
            continue
        player = Player(root, typed)
        try:
            cells = [_cells(choice) for choice in form.choices.rows if choice.get("list_name") == row.list]
            expected = {one["name"] for one in cells if player.offers(row, one)}
            if not player.shown(row):
                continue
        except Unknown:
            nothing.add(row.number)
            continue
        way = path(found.definition, answers, texts)
        offered = next((q.codes(name) or () for page in way.pages for q in page.questions if q.name == name), ())
        source = _source_codes(found, name)
        if {source[str(code)] for code in offered if str(code) in source} != expected:
            wrong.append(f"row {row.number} {row.name}: offers {offered}, not {expected}; {typed}")
        if not expected:
            nothing.add(row.number)
        left = [code for code in typed.get(row.number, "").split() if code in expected]
        if len(left) < len(typed.get(row.number, "").split()):
            typed.pop(row.number)
            answers.pop(name)
    return nothing


def _cells(choice: Any) -> dict[str, str]:
    return {"name": choice.get("name"), **{column.given.strip(): text for column, text in choice.cells.items()}}


def _asks(line: Any) -> bool:
    return line.kind in ("question", "row")


def _answer(
    row: Row,
    name: str,
    question: Any,
    chance: random.Random,
    answers: dict[str, Any],
    texts: dict[str, str],
    found: Imported,
) -> dict[int, str]:
    operand = question.operand(name)
    codes = question.codes(name)
    if operand == "number":
        value = chance.choice(NUMBERS)
        answers[name] = int(value)
        return {row.number: value}
    if operand == "text":
        texts[name] = chance.choice(["yes", "a b", "小明"])
        return {row.number: texts[name]}
    if operand in ("choice", "multiple") and codes:
        source = _source_codes(found, name)
        picked = chance.sample(list(codes), chance.randint(1, 1 if operand == "choice" else min(3, len(codes))))
        picked = [code for code in codes if code in picked]
        if all(str(code) in source for code in picked):
            answers[name] = picked[0] if operand == "choice" else picked
            return {row.number: " ".join(source[str(code)] for code in picked)}
    return {}


def _source_codes(found: Imported, name: str) -> Mapping[str, str]:
    """Our code -> code of the form."""
    table = getattr(found, "source_codes", None)
    if table is not None:
        return table.get(name, {})  # type: ignore[no-any-return]
    codes = {str(code): str(code) for code in found.definition.owners[name].codes(name) or ()}
    for line in found.lines:
        if line.kind == "choice" and line.code == "recoded":
            codes[str(line.values["code"])] = str(line.values["wanted"])
    return codes
