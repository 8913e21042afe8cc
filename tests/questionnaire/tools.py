"""What the tests of the engine share: the tiny definitions, and a form as the page sends it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from survey_app.questionnaire import loading, routing, validation
from survey_app.questionnaire.definition import Definition

FOLDER = Path(__file__).resolve().parents[1] / "questionnaires"
INSTRUMENTS = Path(__file__).resolve().parents[3] / "shared" / "cases" / "instruments"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@cache
def tiny(name: str) -> Definition:
    """The tiny definition of one feature."""
    return loading.load_definition((FOLDER / f"{name}.yaml").read_bytes(), file=f"{name}.yaml")


def made(*questions: Mapping[str, Any], **more: Any) -> Definition:
    """A definition of one page (or of `pages=`) in one language, from plain data."""
    pages = more.pop("pages", None) or [{"questions": list(questions)}]
    return loading.definition_from(
        {"format": 1, "name": "made", "title": "T", "languages": ["en"], "pages": pages} | more
    )


def question(name: str, kind: str = "csat", **more: Any) -> dict[str, Any]:
    """One question as plain data."""
    if kind in ("single_choice", "multiple_choice", "dropdown") and "choices" not in more:
        more["choices"] = [{"code": code, "text": code} for code in "abc"]
    return {"name": name, "type": kind, "text": name} | more


def sent(definition: Definition, page: int = 0, **fields: str | list[str]) -> dict[str, list[str]]:
    """The form of a page: all markers, the given fields, the end."""
    shown = [q.name for q in definition.pages[page].questions if q.shown]
    form = {"_q": shown} | {k: v if isinstance(v, list) else [v] for k, v in fields.items()}
    return form | {"_end": ["1."], "go": ["next"]}


def read(definition: Definition, page: int = 0, **fields: str | list[str]) -> validation.PageResult:
    """The result of a first post of a page."""
    return validation.page_form(definition, page).read(sent(definition, page, **fields), {}, {})


def shown(definition: Definition, answers: dict[str, Any], texts: dict[str, str] | None = None) -> list[str]:
    """Names of all questions on the path that are on a page."""
    way = routing.path(definition, answers, texts or {})
    return [question.name for page in way.pages for question in page.questions]


def codes(result: validation.PageResult) -> dict[str, str]:
    """variable -> code of its problem."""
    return {problem.variable: problem.code for problem in result.problems}
