"""The published JSON Schema of questionnaire files, for editors; and which keys are known where."""

import json
import sys
from typing import Any

from survey_app.questionnaire.definition import Definition, Page, Quota, Score
from survey_app.questionnaire.parts import Check, Choice, Point, Scale
from survey_app.questionnaire.question_types import TYPES
from survey_app.questionnaire.question_types.amounts import SumItem
from survey_app.questionnaire.question_types.matrix import Row
from survey_app.questionnaire.question_types.tables import Column
from survey_app.questionnaire.question_types.writing import TextItem

_PARTS: dict[str, Any] = {
    "choices": Choice,
    "rows": Row,
    "fields": TextItem,
    "items": SumItem,
    "columns": Column,
    "quotas": Quota,
    "checks": Check,
    "points": Point,
    "pages": Page,
    "scores": Score,
    "scales": Scale,
}


def keys_at(data: Any, place: tuple[str | int, ...]) -> list[str]:
    """The keys known at the place of an unknown key."""
    model: Any = Definition
    for part in place[:-1]:
        data = _inner(data, part)
        if isinstance(part, str) and part in _PARTS:
            model = _PARTS[part]
        kind = data.get("type") if isinstance(data, dict) else None
        if isinstance(kind, str) and kind in TYPES:
            model = TYPES[kind]
    return list(model.model_fields)


def _inner(data: Any, part: str | int) -> Any:
    try:
        return data[part]
    except (KeyError, IndexError, TypeError):
        return None


def questionnaire_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a questionnaire, format 1."""
    schema = Definition.model_json_schema(mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Questionnaire, format 1",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def schema_text() -> str:
    """The schema as the committed file holds it."""
    return json.dumps(questionnaire_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
