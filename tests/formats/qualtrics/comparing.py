"""One survey walked both ways: by Qualtrics as the tests know it, and by the engine on the imported draft."""

from collections.abc import Sequence
from typing import Any

from survey_app.formats.importing import Imported
from survey_app.questionnaire import routing
from tests.formats.qualtrics.making import Data, amount, grid, line, many, one
from tests.formats.qualtrics.walking import Answers, Walk, every_answer

ANSWERS: dict[str, list[Any]] = {
    "QID1": ["1", "2", "3", None],
    "QID2": [set(), {"1"}, {"2"}, {"1", "3"}, {"1", "2", "3"}],
    "QID3": ["", "a", "12"],
    "QID4": ["", 1, 5, 30],
    "QID5": [None, {"1": "1"}, {"1": "2", "2": "1"}, {"2": "2"}],
    "QID6": [None, {"1": {"1"}}, {"1": {"1", "2"}, "2": {"2"}}],
    "QID7": ["1", "2", None],
}
KINDS = {
    "QID1": one("QID1", RecodeValues={"1": "10", "2": "20", "3": "30"}),
    "QID2": many("QID2"),
    "QID3": line("QID3"),
    "QID4": amount("QID4", "", "", ""),
    "QID5": grid("QID5", "ab", ["x", "y"]),
    "QID6": grid("QID6", "ab", ["x", "y"], "MultipleAnswer"),
    "QID7": one("QID7", "Go", "Stop"),
}
LAST = one("QID9", "Seen", "Not seen")


def ours(answers: Answers) -> tuple[dict[str, Any], dict[str, str]]:
    """The same answers as the engine keeps them."""
    kept: dict[str, Any] = {}
    texts: dict[str, str] = {}
    for qid, answer in answers.items():
        name = qid.replace("QID", "q")
        if isinstance(answer, dict):
            kept |= {f"{name}_{row}": sorted(c) if isinstance(c, set) else c for row, c in answer.items()}
        elif qid == "QID3":
            texts[name] = answer
        elif answer not in (None, ""):
            kept[name] = sorted(answer) if isinstance(answer, set) else answer
    return kept, {name: text for name, text in texts.items() if text}


def differences(file: Data, made: Imported, asked: Sequence[str]) -> list[Any]:
    """Answers for which the two ways show different questions."""
    tags = {p["Payload"]["QuestionID"] for p in file["SurveyElements"] if p["Element"] == "SQ"}
    names = {qid.replace("QID", "q"): qid for qid in tags}
    found = []
    for answers in every_answer({qid: ANSWERS[qid] for qid in asked}):
        kept, texts = ours(answers)
        path = routing.path(made.definition, kept, texts)
        here = [names[name] for name in path.questions if name in names]
        if sorted(here) != sorted(Walk(file, answers).shown):
            found.append((answers, sorted(here), Walk(file, answers).shown))
    return found
