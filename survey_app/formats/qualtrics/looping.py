"""Loop and merge: a block asked once per line of a list, per choice of an answer, or as often as a number says.

Small loops are written out: each round is asked under a name of its own, with the words of its line in the texts.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.importing.logic import together
from survey_app.formats.importing.texts import words
from survey_app.formats.qualtrics.reading import dig, entries, mapping, ordered, text_of
from survey_app.formats.qualtrics.source import Block
from survey_app.formats.qualtrics.work import Work

MOST_ROUNDS = 20
MOST_QUESTIONS = 200
_FIELD = re.compile(r"\$\{lm://Field/([0-9]{1,3})\}")


@dataclass(frozen=True)
class Round:
    """One round of a loop: its number in the data (`2_QID5`), the words of its line, when it is asked.

    `place`: which round of those that are asked it is, where that is the same for everybody; 0 otherwise.
    """

    id: str
    words: dict[str, str] = field(default_factory=dict)
    rule: dict[str, Any] | None = None
    place: int = 0

    def of(self, payload: dict[str, Any]) -> dict[str, Any]:
        """The question as this round asks it."""
        text = json.dumps(payload, ensure_ascii=False)
        if "lm://" in text:
            text = _FIELD.sub(
                lambda hole: json.dumps(self.words.get(hole.group(1), "…"), ensure_ascii=False)[1:-1], text
            )
            if self.place:
                text = text.replace("${lm://CurrentLoopNumber}", str(self.place))
            payload = mapping(json.loads(text))
        tag = text_of(payload.get("DataExportTag")) or text_of(payload.get("QuestionID"))
        rows = {
            key: f"{text_of(value)}_{self.id}" for key, value in mapping(payload.get("ChoiceDataExportTags")).items()
        }
        return {**payload, "DataExportTag": f"{tag}_{self.id}", **({"ChoiceDataExportTags": {}} if rows else {})}


def is_loop(block: Block) -> bool:
    """Whether a block is asked more than once."""
    return text_of(block.options.get("Looping")) not in ("", "None", "false")


def rounds_of(work: Work, block: Block) -> list[Round] | None:
    """The rounds of a loop; None when it cannot be written out."""
    options = mapping(block.options.get("LoopingOptions"))
    locator, qid = text_of(options.get("Locator")), text_of(options.get("QID"))
    lines = {key: _line(value) for key, value in entries(options.get("Static"))}
    if not qid and not locator:
        fixed = text_of(options.get("Randomization")) in ("", "None")
        found = [Round(key, line, place=n * fixed) for n, (key, line) in enumerate(lines.items(), 1)]
    elif "MergeOnNumericResponse" in locator:
        found = _by_number(work, qid, lines)
    else:
        found = _by_choice(work, qid, locator, lines)
    questions = sum(1 for element in block.elements if element.question)
    return found if 0 < len(found) <= MOST_ROUNDS and len(found) * questions <= MOST_QUESTIONS else None


def _line(value: Any) -> dict[str, str]:
    return {key: text_of(item) for key, item in entries(value)}


def _by_number(work: Work, qid: str, lines: dict[str, dict[str, str]]) -> list[Round]:
    asked = work.asked.get(qid)
    if asked is None or asked.kind != "number":
        return []
    return [Round(key, line, {asked.name: {"at_least": n}}, n) for n, (key, line) in enumerate(lines.items(), 1)]


def _by_choice(work: Work, qid: str, locator: str, lines: dict[str, dict[str, str]]) -> list[Round]:
    """A round per choice; its first field is the words of the choice where the list has none."""
    asked, payload = work.asked.get(qid), mapping(work.source.questions.get(qid))
    if asked is None or asked.kind not in ("single", "multiple") or asked.shown is None:
        return []
    found = []
    for choice, entry in ordered(payload.get("Choices"), payload.get("ChoiceOrder")):
        line = {key: text for key, text in lines.get(choice, {}).items() if text}
        line.setdefault("1", words(text_of(dig(entry, "Display"))).text)
        code = asked.codes.get(choice)
        if code is None:
            return []
        chosen: dict[str, Any] = {asked.name: {"includes" if asked.kind == "multiple" else "is": code}}
        if "/SelectedChoices" in locator:
            found.append(Round(choice, line, chosen))
        elif "/UnselectedChoices" in locator:
            found.append(Round(choice, line, {"not": chosen}))
        elif "/DisplayedChoices" in locator:
            offered = asked.offered.get(choice)
            if offered is None:
                return []
            rule = together("all", [asked.shown, offered])
            if rule is not False:
                found.append(Round(choice, line, rule if isinstance(rule, dict) else None))
        elif "/AllChoices" in locator:
            found.append(Round(choice, line))
        else:
            return []
    return found
