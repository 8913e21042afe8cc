"""Small surveys in the form of a .qsf, made in Python: one function per thing that such a file holds."""

import json
from collections.abc import Sequence
from typing import Any

from survey_app.formats.importing import Imported
from survey_app.formats.qualtrics import parse

Data = dict[str, Any]


def question(qid: str, type: str, selector: str = "", sub: str = "", **more: Any) -> Data:
    """The payload of a question; its tag is Q and its number."""
    base = {"QuestionText": f"Text of {qid}", "DataExportTag": qid.replace("QID", "Q"), "QuestionType": type}
    base |= {"Selector": selector, "QuestionID": qid, "Language": [], "GradingData": []}
    return {**base, **({"SubSelector": sub} if sub else {}), **more}


def displays(*texts: str) -> Data:
    """Choices 1, 2, 3 ... with these words."""
    return {str(index): {"Display": text} for index, text in enumerate(texts, 1)}


def one(qid: str, *texts: str, **more: Any) -> Data:
    """A single choice."""
    return question(qid, "MC", "SAVR", "TX", **{"Choices": displays(*(texts or ("Yes", "No", "Maybe"))), **more})


def many(qid: str, *texts: str, **more: Any) -> Data:
    """A multiple choice."""
    return question(qid, "MC", "MAVR", "TX", **{"Choices": displays(*(texts or ("Red", "Green", "Blue"))), **more})


def line(qid: str, **more: Any) -> Data:
    """A text entry of one line."""
    return question(qid, "TE", "SL", **more)


def amount(qid: str, low: str = "", high: str = "", decimals: str = "0") -> Data:
    """A text entry that takes numbers."""
    limits = {"Min": low, "Max": high, "NumDecimals": decimals}
    return line(qid, **settings(Type="ContentType", ContentType="ValidNumber", ValidNumber=limits))


def grid(qid: str, rows: Sequence[str], columns: Sequence[str], sub: str = "SingleAnswer", **more: Any) -> Data:
    """A matrix of the Likert kind."""
    shown = {"Choices": displays(*rows), "Answers": displays(*columns)}
    return question(qid, "Matrix", "Likert", sub, **{**shown, **more})


def settings(**values: Any) -> Data:
    """The validation of a question."""
    return {"Validation": {"Settings": values}}


# --- logic --------------------------------------------------------------------------------------------------------------
def expr(locator: str, operator: str = "Selected", right: str | None = None, join: str = "", **more: Any) -> Data:
    """One test: `QID1/SelectableChoice/2`."""
    made = {
        "LogicType": "Question",
        "LeftOperand": f"q://{locator}",
        "Operator": operator,
        "Type": "Expression",
        **more,
    }
    if right is not None:
        made["RightOperand"] = right
    return made | ({"Conjuction": join} if join else {})


def about(field: str, operator: str, right: str | None = None, join: str = "") -> Data:
    """A test of an embedded field."""
    return {**expr("", operator, right, join), "LogicType": "EmbeddedField", "LeftOperand": field}


def logic(*tests: Data, sets: Sequence[tuple[str, Sequence[Data]]] = ()) -> Data:
    """A rule of one set, or of several with the word that joins each: If, AndIf, ElseIf."""
    groups = [("If", tests), *sets]
    made: Data = {}
    for index, (word, inner) in enumerate(groups):
        made[str(index)] = {**{str(number): item for number, item in enumerate(inner)}, "Type": word}
    return {**made, "Type": "BooleanExpression", "inPage": False}


def shown_if(*tests: Data, **more: Any) -> Data:
    """A display rule."""
    return {"DisplayLogic": logic(*tests, **more)}


# --- blocks and flow ----------------------------------------------------------------------------------------------------
BREAK = {"Type": "Page Break"}


def element(qid: str, *skips: tuple[str, str, str]) -> Data:
    """A question in a block, with jumps (locator, condition, destination)."""
    made: Data = {"Type": "Question", "QuestionID": qid}
    if skips:
        made["SkipLogic"] = [
            {
                "SkipLogicID": n,
                "ChoiceLocator": f"q://{locator}",
                "Condition": word,
                "SkipToDestination": to,
                "QuestionID": qid,
            }
            for n, (locator, word, to) in enumerate(skips, 1)
        ]
    return made


def block(name: str, *elements: str | Data, type: str = "Standard", **options: Any) -> Data:
    """A block; a text stands for a question without jumps."""
    inner = [element(item) if isinstance(item, str) else item for item in elements]
    return {
        "Type": type,
        "Description": f"Block {name}",
        "ID": f"BL_{name}",
        "BlockElements": inner,
        "Options": options,
    }


def step(name: str) -> Data:
    """A block in the flow."""
    return {"Type": "Block", "ID": f"BL_{name}", "FlowID": f"FL_{name}"}


def branch(*tests: Data, flow: Sequence[Data], **more: Any) -> Data:
    """A branch of the flow."""
    return {"Type": "Branch", "FlowID": "FL_branch", "BranchLogic": logic(*tests, **more), "Flow": list(flow)}


END = {"Type": "EndSurvey", "FlowID": "FL_end"}


def survey(
    *questions: Data,
    blocks: Sequence[Data] | Data | None = None,
    flow: Sequence[Data] | None = None,
    options: Data | None = None,
    others: Sequence[Data] = (),
    language: str = "EN",
) -> Data:
    """A whole file. Without blocks all questions are in one, with a page break between any two."""
    if blocks is None:
        elements: list[str | Data] = []
        for item in questions:
            elements += [*([BREAK] if elements else []), item["QuestionID"]]
        blocks = [block("1", *elements, type="Default")]
    listed = list(blocks.values()) if isinstance(blocks, dict) else blocks
    if flow is None:
        flow = [
            {"Type": "Block", "ID": item["ID"], "FlowID": f"FL_{item['ID']}"}
            for item in listed
            if item["Type"] != "Trash"
        ]
    return {
        "SurveyEntry": {"SurveyID": "SV_1", "SurveyName": "A small survey", "SurveyLanguage": language},
        "SurveyElements": [
            {"SurveyID": "SV_1", "Element": "BL", "PrimaryAttribute": "Survey Blocks", "Payload": blocks},
            {"SurveyID": "SV_1", "Element": "FL", "Payload": {"Type": "Root", "FlowID": "FL_0", "Flow": list(flow)}},
            {"SurveyID": "SV_1", "Element": "SO", "Payload": options or {"BackButton": "false"}},
            *({"Element": "SQ", "PrimaryAttribute": item["QuestionID"], "Payload": item} for item in questions),
            *others,
        ],
    }


def encoded(data: Any) -> bytes:
    """As the bytes of a file."""
    return json.dumps(data, ensure_ascii=False).encode()


def imported(data: Data) -> Imported:
    """The draft of a made survey."""
    return parse(encoded(data))


def made_of(data: Data, name: str) -> Data:
    """A question of the draft as plain data."""
    found = imported(data).data["pages"]
    return next(item for page in found for item in page["questions"] if item["name"] == name)
