"""Whether a QuestionnaireResponse answers its Questionnaire: types, required answers, options, limits, enabled items."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from survey_app.formats.fhir import fhirpath
from survey_app.formats.fhir.answers import check_answer
from survey_app.formats.fhir.enabling import Given, enabled
from survey_app.formats.fhir.evaluating import Patience, holds
from survey_app.formats.fhir.items import CHOICES, Item, extension_value, extensions, tree
from survey_app.formats.importing.logic import BadExpression
from survey_app.formats.json_files import Node, as_number, read

Severity = Literal["fatal", "error", "warning"]
MAX_ISSUES = 1_000
CONSTRAINTS = ("questionnaire-constraint", "targetConstraint")


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem. `code`: what is wrong; `link`: the item; `place`: where in the response; `text`: in words."""

    severity: Severity
    code: str
    link: str
    place: str
    text: str


def validate_response(questionnaire: bytes | None, response: bytes) -> list[Issue]:
    """The problems of a response, in order; warnings do not make it invalid. Raises Refused when one of them is no JSON.

    `questionnaire` None or empty, or another one than the response names: it is told as not found.
    """
    answers = _resource(read(response), "QuestionnaireResponse")
    if answers is None:
        return [Issue("fatal", "invalidResource", "", "", "This is no QuestionnaireResponse.")]
    asked = _resource(read(questionnaire), "Questionnaire") if questionnaire else None
    address = answers.words("questionnaire")
    if asked is None or not _names_it(address, asked):
        said = f"The Questionnaire '{address}' could not be resolved"
        return [Issue("error", "questionnaireNotFound", "", "QuestionnaireResponse.questionnaire", said)]
    check = _Check(asked, answers, _given(answers.data))
    issues = [
        *_state(asked),
        *_period(asked, answers),
        *check.items(tree(asked).top, answers, "QuestionnaireResponse", True),
        *_constraints(asked, answers, answers, "", "QuestionnaireResponse", check.patience),
    ]
    return issues[:MAX_ISSUES]


def _resource(value: Any, kind: str) -> Node | None:
    return Node(value) if isinstance(value, dict) and value.get("resourceType") == kind else None


def _names_it(address: str, asked: Node) -> bool:
    url = asked.words("url").split("|")[0]
    return not address or address.startswith("#") or not url or address.split("|")[0] == url


def _state(asked: Node) -> Iterator[Issue]:
    code = {"draft": "questionnaireDraft", "retired": "questionnaireRetired"}.get(asked.words("status"))
    if code is not None:
        said = f"The Questionnaire is not in use: {asked.words('status')}"
        yield Issue("warning", code, "", "QuestionnaireResponse.questionnaire", said)


def _period(asked: Node, answers: Node) -> Iterator[Issue]:
    period, authored = asked.node("effectivePeriod"), answers.words("authored")
    if period is None or not authored:
        return
    start, end = period.words("start"), period.words("end")
    if (end and authored[: len(end)] > end) or (start and authored[: len(start)] < start):
        said = "The authored date is outside the permitted period defined in the Questionnaire"
        yield Issue("warning", "questionnaireInactive", "", "QuestionnaireResponse.authored", said)


def _given(value: Any) -> dict[str, list[Any]]:
    """Every answer by linkId, wherever it stands."""
    found: dict[str, list[Any]] = {}
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack += item
        elif isinstance(item, dict):
            link, answers = item.get("linkId"), item.get("answer")
            if isinstance(link, str) and isinstance(answers, list):
                found.setdefault(link, []).extend(v for a in answers if isinstance(a, dict) for v in _values(a))
            stack += [inner for key, inner in item.items() if key in ("item", "answer")]
    return found


def _values(answer: Mapping[str, Any]) -> list[Any]:
    return [value for key, value in answer.items() if key.startswith("value")]


class _Check:
    def __init__(self, asked: Node, answers: Node, given: Given) -> None:
        self._asked, self._answers, self._given = asked, answers, given
        self._finished = answers.words("status") != "in-progress"
        self.patience = Patience()

    def items(self, asked: list[Item], holder: Node, place: str, there: bool) -> Iterator[Issue]:
        """The items of one level: those given, then what is missing."""
        by_link = {item.link: item for item in asked}
        seen: dict[str, int] = {}
        for index, given in enumerate(holder.nodes("item")):
            own = f"{place}.item[{index}]"
            link = given.words("linkId")
            item = by_link.get(link)
            if item is None:
                yield Issue(
                    "fatal",
                    "invalidLinkId",
                    link,
                    own,
                    f"{link}: The linkId '{link}' was not found in the Questionnaire",
                )
                continue
            seen[link] = seen.get(link, 0) + 1
            yield from self._item(item, given, own)
        for item in asked:
            if item.type == "group" and seen.get(item.link, 0) > 1 and item.node.get("repeats") is not True:
                yield Issue("error", "repeats", item.link, place, f"{item.link}: The group is given more than once")
            needed = there and item.node.get("required") is True and item.link not in seen and item.type != "display"
            if needed and self._finished and enabled(item, self._given):
                yield _missing(item, place)

    def _item(self, item: Item, given: Node, place: str) -> Iterator[Issue]:
        answers = given.listed("answer")
        if (answers or given.listed("item")) and not enabled(item, self._given):
            yield Issue(
                "error", "notEnabled", item.link, place, f"{item.link}: The item is not enabled by the other answers"
            )
            return
        if item.type == "group":
            if answers:
                yield Issue(
                    "fatal", "groupShouldNotHaveAnswers", item.link, place, f"{item.link}: A group has no answers"
                )
            yield from self.items(item.children, given, place, True)
            yield from _constraints(item, given, self._answers, item.link, place, self.patience)
        elif item.type == "display":
            if answers:
                yield Issue(
                    "fatal", "displayAnswer", item.link, place, f"{item.link}: Display items do not support answers"
                )
        elif item.type == "question":
            said = f"{item.link}: The type 'Question' is not selectable - use a specific child item type instead"
            yield Issue("fatal", "invalidType", item.link, place, said)
        else:
            yield from self._question(item, given, answers, place)

    def _question(self, item: Item, given: Node, answers: list[Any], place: str) -> Iterator[Issue]:
        if not answers and item.node.get("required") is True and self._finished:
            yield _missing(item, place)
        repeats = item.node.get("repeats") is True
        if len(answers) > 1 and not repeats:
            said = f"{item.link}: Provided {len(answers)} answers for a question that only permits 1 answer"
            yield Issue("error", "repeats", item.link, place, said)
        yield from _occurrences(item, len(answers), place)
        yield from _exclusive(item, answers, place)
        for index, answer in enumerate(answers):
            own = f"{place}.answer[{index}]"
            if not isinstance(answer, dict):
                yield Issue("fatal", "invalidAnswerType", item.link, own, f"{item.link}: An answer must be an object")
                continue
            for severity, code, said in check_answer(item, Node(answer), self._asked):
                yield Issue(severity, code, item.link, own, f"{item.link}: {said}")
            yield from self.items(item.children, Node(answer), own, True)
        if given.listed("item"):  # older files nest below the question itself
            yield from self.items(item.children, given, place, False)
        yield from _constraints(item, given, self._answers, item.link, place, self.patience)


def _missing(item: Item, place: str) -> Issue:
    return Issue("error", "required", item.link, place, f"{item.link}: Mandatory field does not have an answer")


def _occurrences(item: Item, count: int, place: str) -> Iterator[Issue]:
    low, high = as_number(item.value("questionnaire-minOccurs")), as_number(item.value("questionnaire-maxOccurs"))
    if count and low is not None and count < low:
        yield Issue(
            "error", "minCount", item.link, place, f"{item.link}: Expected at least {low} answers, received {count}"
        )
    if high is not None and count > high:
        yield Issue(
            "error", "maxCount", item.link, place, f"{item.link}: Expected at most {high} answers, received {count}"
        )


def _exclusive(item: Item, answers: list[Any], place: str) -> Iterator[Issue]:
    if len(answers) < 2 or item.type not in CHOICES:
        return
    alone = set()
    for option in item.node.nodes("answerOption"):
        flags = [e for e in option.nodes("extension") if str(e.data.get("url", "")).endswith("optionExclusive")]
        coding = option.node("valueCoding")
        if coding is not None and any(extension_value(flag) is True for flag in flags):
            alone.add(coding.words("code"))
    codes = {
        a["valueCoding"].get("code") for a in answers if isinstance(a, dict) and isinstance(a.get("valueCoding"), dict)
    }
    if codes & alone:
        yield Issue("error", "exclusiveAnswerOption", item.link, place, f"{item.link}: This answer excludes all others")


_STANDARD = {"resource", "context", "questionnaire", "rootResource", "ucum"}
"""Variables that every expression has."""


def _constraints(
    holder: Item | Node, given: Node, answers: Node, link: str, place: str, patience: Patience
) -> Iterator[Issue]:
    """Rules in FHIRPath: what is not met, and what cannot even be read. What nobody can say is not told."""
    found = holder.extensions(*CONSTRAINTS) if isinstance(holder, Item) else extensions(holder, *CONSTRAINTS)
    before = f"{link}: " if link else ""
    for one in found:
        parts = {str(inner.data.get("url")): extension_value(inner) for inner in one.nodes("extension")}
        expression, human = parts.get("expression"), parts.get("human", "")
        try:
            tree_of_rule = fhirpath.parse(
                str((expression.get("expression") if isinstance(expression, dict) else expression) or "")
            )
        except BadExpression:
            tree_of_rule = None
        if tree_of_rule is None or _variables(tree_of_rule) - _STANDARD:
            said = f"{before}Unable to evaluate custom validation rule {human}"
            yield Issue("warning", "invariantExecution", link, place, said)
        elif holds(tree_of_rule, answers.data, given.data, patience) is False:
            severity: Severity = "warning" if parts.get("severity") == "warning" else "error"
            yield Issue(severity, "invariant", link, place, f"{before}{human}")


def _variables(value: Any) -> set[str]:
    """Every %name in a tree."""
    if isinstance(value, fhirpath.Path):
        own = {value.root[1:]} if isinstance(value.root, str) and value.root.startswith("%") else _variables(value.root)
        return own.union(*(_variables(part) for step in value.steps for part in step.parts or ()))
    parts = getattr(value, "parts", None) or tuple(
        getattr(value, side) for side in ("left", "right", "part") if hasattr(value, side)
    )
    return set().union(*(_variables(part) for part in parts)) if isinstance(parts, tuple) else set()
