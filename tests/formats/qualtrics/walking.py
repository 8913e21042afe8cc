"""What Qualtrics shows for given answers, computed from the file alone by other code than the importer's."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

Data = dict[str, Any]
Answers = dict[str, Any]
"""QID -> choice, set of choices, text, or row -> column (or set of columns)."""


class Over(Exception):
    """The survey has ended."""


class Walk:
    """One respondent who would give these answers to whatever is asked."""

    def __init__(self, file: Data, answers: Answers, link: dict[str, str] | None = None) -> None:
        parts = file["SurveyElements"]
        self.questions = {p["Payload"]["QuestionID"]: p["Payload"] for p in parts if p["Element"] == "SQ"}
        blocks = next(p["Payload"] for p in parts if p["Element"] == "BL")
        self.blocks = {b["ID"]: b for b in (blocks.values() if isinstance(blocks, dict) else blocks)}
        self.planned, self.given, self.shown = answers, {}, []  # type: ignore[var-annotated]
        self.fields = dict(link or {})
        flow = next(p["Payload"]["Flow"] for p in parts if p["Element"] == "FL")
        try:
            self.flow(flow)
        except Over:
            pass

    def flow(self, nodes: list[Data]) -> None:
        for node in nodes:
            kind = node["Type"]
            if kind in ("Block", "Standard"):
                self.block(self.blocks[node["ID"]])
            elif kind in ("Group", "BlockRandomizer") or (kind == "Branch" and self.holds(node["BranchLogic"])):
                self.flow(node["Flow"])
            elif kind == "EmbeddedData":
                self.fields |= {e["Field"]: e["Value"] for e in node["EmbeddedData"] if e.get("Value")}
            elif kind == "EndSurvey":
                raise Over

    def rounds(self, block: Data) -> list[str]:
        """The rounds of a loop; one without a number for a block that is none."""
        options = block.get("Options", {}).get("LoopingOptions")
        if not options:
            return [""]
        answer, locator = self.given.get(options.get("QID", "")), options.get("Locator", "")
        if "Numeric" in locator:
            return [str(n) for n in range(1, len(options["Static"]) + 1) if answer and n <= answer]
        if "/Selected" in locator:
            return sorted(answer or ())
        if "/Unselected" in locator:
            return [number for number in options["Static"] if number not in (answer or ())]
        if "/Displayed" in locator and options["QID"] not in self.shown:
            return []
        return list(options["Static"])

    def block(self, block: Data) -> None:
        for number in self.rounds(block):
            self.once(block, f"{number}_" if number else "")

    def once(self, block: Data, prefix: str) -> None:
        until = ""
        for element in block["BlockElements"]:
            qid = element.get("QuestionID", "")
            if not qid or (until and qid != until):
                continue
            until = ""
            logic = self.questions[qid].get("DisplayLogic")
            if logic and not self.holds(logic):
                continue
            self.shown.append(prefix + qid)
            self.given.pop(qid, None)
            if (answer := self.planned.get(prefix + qid)) not in (None, "", set(), {}):
                self.given[qid] = answer
            for skip in element.get("SkipLogic", ()):
                if self.test(
                    {"LogicType": "Question", "LeftOperand": skip["ChoiceLocator"], "Operator": skip["Condition"]}
                ):
                    if skip["SkipToDestination"] == "ENDOFSURVEY":
                        raise Over
                    if skip["SkipToDestination"] == "ENDOFBLOCK":
                        return
                    until = skip["SkipToDestination"]
                    break

    # --- logic ---
    def holds(self, logic: Data) -> bool:
        text = ""
        for group in (logic[key] for key in logic if key.isdigit()):
            inner = ""
            for item in (group[key] for key in group if key.isdigit()):
                inner += f" {item.get('Conjuction', '').lower()} {self.test(item)}"
            word = {"If": "", "AndIf": "and", "ElseIf": "or"}[group["Type"]]
            text += f" {word} ({inner.strip()})"
        return bool(eval(text.strip(), {}))  # Python binds and before or, too

    def test(self, item: Data) -> bool:
        operator, right = item["Operator"], item.get("RightOperand", "")
        if operator.startswith("Not") and operator not in ("NotEqualTo", "NotEmpty"):
            return not self.test({**item, "Operator": operator[3:]})
        if item["LogicType"] == "EmbeddedField":
            return compare(self.fields.get(item["LeftOperand"], ""), operator, right)
        qid, selector, *rest = re.sub("^q://", "", item["LeftOperand"]).split("/")
        answer = self.given.get(qid)
        if operator == "Displayed":
            return qid in self.shown
        if operator == "Selected":
            return self.selected(answer, selector, rest)
        if selector == "SelectedChoicesCount":
            return compare(str(len(answer) if isinstance(answer, set) else int(answer is not None)), operator, right)
        if selector == "SelectedChoicesRecode":
            recodes = self.questions[qid].get("RecodeValues", {})
            return compare(recodes.get(answer, answer or ""), operator, right)
        if isinstance(answer, dict):
            answer = answer.get(rest[0])
        value = "" if answer is None else str(answer)
        if operator == "MatchesRegex":
            pattern, flags = (right[1:-2], re.IGNORECASE) if right.endswith("/i") else (right, 0)
            return re.search(pattern, value, flags) is not None
        if operator in ("Contains", "DoesNotContain"):
            return (right in value) is (operator == "Contains")
        return compare(value, operator, right)

    def selected(self, answer: Any, selector: str, rest: list[str]) -> bool:
        if isinstance(answer, dict):
            if selector == "SelectableAnswer":
                return any(rest[0] == cell or rest[0] in cell for cell in answer.values())
            cell = answer.get(rest[0])
            return bool(cell) if len(rest) == 1 else cell == rest[1] or (isinstance(cell, set) and rest[1] in cell)
        return rest[0] == answer or (isinstance(answer, set) and rest[0] in answer)


def compare(value: str, operator: str, right: str) -> bool:
    """A comparison of texts: as numbers where both are, an empty one is neither larger nor smaller."""
    if operator in ("Empty", "NotEmpty"):
        return (value == "") is (operator == "Empty")
    try:
        a, b = float(value), float(right)
    except ValueError:
        return {"EqualTo": value == right, "NotEqualTo": value != right}.get(operator, False)
    return {
        "EqualTo": a == b, "NotEqualTo": a != b, "GreaterThan": a > b, "LessThan": a < b,
        "GreaterThanOrEqual": a >= b, "LessThanOrEqual": a <= b,
    }[operator]  # fmt: skip


def every_answer(questions: dict[str, list[Any]]) -> Iterator[Answers]:
    """All combinations of the answers to these questions."""
    for row in itertools.product(*questions.values()):
        yield dict(zip(questions, row, strict=True))
