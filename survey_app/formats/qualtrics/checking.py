"""Checks of answers that the limits of our types do not say: Qualtrics' custom validation, and what a choice asks to be typed."""

from collections.abc import Mapping
from typing import Any

from survey_app.formats.importing.logic import Inexpressible
from survey_app.formats.qualtrics import validation
from survey_app.formats.qualtrics.item import Item, described
from survey_app.formats.qualtrics.reading import dig, entries, is_on, number, text_of
from survey_app.formats.qualtrics.rules import ANSWER
from survey_app.formats.qualtrics.work import Made
from survey_app.questionnaire.question_types import TYPES


def check_answers(item: Item, made: Made) -> None:
    """Custom validation as a check: the rule has to hold before the page is left, also of an empty answer."""
    if validation.kind_of(item) != validation.CUSTOM:
        return
    work, place = item.work, f"{item.qid} / Validation"
    logic = dig(item.settings, "CustomValidation", "Logic")
    source = f"{validation.CUSTOM} {described(logic)}"
    own = text_of(item.payload.get("QuestionID")) or item.qid  # in a loop, rules name the question without its round
    before = {qid: work.asked.get(qid) for qid in (own, item.qid)}
    work.asked |= dict.fromkeys(before, made.asked)
    try:
        rule = item.rules.of(logic, patterns=True).rule
        asking = [question for question in made.questions if TYPES[question["type"]].asks]
        if not isinstance(rule, dict) or not asking or (len(asking) > 1 and "show_if" in asking[-1]):
            raise Inexpressible
    except Inexpressible:
        work.building.lost("validation", place, source, "validation_lost", made.asked.name)
        return
    finally:
        for qid, asked in before.items():
            if asked is None:
                del work.asked[qid]
            else:
                work.asked[qid] = asked
    asking[-1].setdefault("checks", []).append({"that": rule})
    work.building.kept("validation", place, source, asking[-1]["name"])


def is_number(item: Item) -> bool:
    """Whether a custom validation lets only numbers pass: every test compares what is typed with a number, or with nothing."""
    logic = dig(item.settings, "CustomValidation", "Logic")
    own = text_of(item.payload.get("QuestionID"))
    tests = [test for _, group in entries(logic) for _, test in entries(group) if isinstance(test, dict)]
    sizes = [test for test in tests if text_of(test.get("Operator")).startswith(("GreaterThan", "LessThan"))]
    return bool(sizes) and all(
        (test in sizes or text_of(test.get("Operator")) == "Empty")
        and text_of(test.get("LeftOperand")) == f"q://{own}/ChoiceTextEntryValue"
        and _is_amount(item, text_of(test.get("RightOperand")))
        for test in tests
    )


def _is_amount(item: Item, right: str) -> bool:
    """Whether what is compared with is a number, nothing, or the number that was answered to another question."""
    if match := ANSWER.fullmatch(right.strip()):
        asked = item.work.asked.get(match.group(1).removeprefix("q://").split("/")[0])
        return asked is not None and asked.kind == "number"
    return "${" not in right


def best_and_worst(item: Item, question: dict[str, Any]) -> None:
    """MaxDiff: every column is taken once, in one row or another; in a question that may be left out, at most once."""
    once = {"is": 1} if question.pop("required", False) else {"at_most": 1}
    rows = [f"{question['name']}_{row['code']}" for row in question["rows"]]
    for column in question["choices"]:
        taken = [{"if": {row: {"is": column["code"]}}, "then": 1, "else": 0} for row in rows]
        name = item.work.building.names.give(f"{question['name'][:20]}_taken")
        question.setdefault("checks", []).append({"let": {name: {"add": taken}}, "that": {name: once}})
    item.work.building.kept("validation", f"{item.qid} / Selector", "MaxDiff", question["name"])


def sum_of(item: Item, made: Made) -> None:
    """Amounts that have to add up to the number that another question was answered with."""
    given = text_of(item.settings.get("ChoiceTotal")).strip()
    if validation.kind_of(item) not in validation.TOTALS or not given or number(given) is not None:
        return
    place, names = f"{item.qid} / Validation", list(made.asked.items.values())
    match = ANSWER.fullmatch(given)
    asked = item.work.asked.get(match.group(1).removeprefix("q://").split("/")[0]) if match else None
    if asked is None or asked.kind != "number" or not names or "show_if" in made.questions[-1]:
        item.work.building.lost("validation", place, f"total {given}", "validation_lost", made.asked.name)
        return
    amounts = [{"if": {name: {"answered": True}}, "then": {"answer": name}, "else": 0} for name in names]
    total = item.work.building.names.give(f"{names[0][:20]}_total")
    nothing = [{name: {"answered": False}} for name in names]
    met = {"any": [{"all": nothing}, {total: {"is": {"answer": asked.name}}}]}
    made.questions[-1].setdefault("checks", []).append({"let": {total: {"add": amounts}}, "that": met})
    item.work.building.kept("validation", place, f"total {given}", made.questions[-1]["name"])


def typed_beside(
    item: Item, choice: str, entry: dict[str, Any], name: str, chosen: dict[str, Any], text: str
) -> list[dict[str, Any]]:
    """What is demanded of the text field `text` of a choice of the question `name`: that it is filled in, and with what."""
    building, place = item.work.building, f"{item.qid} / Choices / {choice} / TextEntry"
    checks: list[dict[str, Any]] = []
    if is_on(entry.get("TextEntryForceResponse")):
        checks.append({"that": {"any": [{"not": chosen}, {text: {"answered": True}}]}})
        building.kept("validation", place, "TextEntryForceResponse", name)
    return [*checks, *content_of(item, choice, entry, name, text)]


def content_of(item: Item, choice: str, entry: Mapping[str, Any], name: str, text: str) -> list[dict[str, Any]]:
    """What the text field `text` of a choice, row or field may hold."""
    building, place = item.work.building, f"{item.qid} / Choices / {choice} / TextEntry"
    content = text_of(entry.get("TextEntryValidation"))
    if content in ("", "None"):
        return []
    pattern = validation.PATTERNS.get(content)
    if pattern is None:
        building.lost("validation", place, content, "validation_lost", name)
        return []
    building.changed("validation", place, content, "pattern", name, pattern=content)
    return [{"that": {"any": [{text: {"answered": False}}, {text: {"matches": pattern}}]}}]
