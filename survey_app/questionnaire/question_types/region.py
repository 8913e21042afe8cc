"""省市区: where somebody lives, as one list after the other."""

from collections.abc import Container, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from survey_app.questionnaire import regions
from survey_app.questionnaire.question_types.base import (
    Answered,
    Damaged,
    FieldProblem,
    Form,
    FormFields,
    Question,
    Reader,
    ValueLabel,
    Variable,
)

REFUSED = "refused"
REFUSED_TEXT: Mapping[str, str] = {"zh-CN": "不愿透露", "en": "Prefer not to say"}
LEVEL_TEXTS: tuple[Mapping[str, str], ...] = (
    {"zh-CN": "省份", "en": "Province"},
    {"zh-CN": "城市", "en": "City"},
    {"zh-CN": "区县", "en": "District"},
)
NEXT = "next_level"
"""The problem of a page that could not offer the next list yet: not an error, the page comes back with it."""


class Region(Question):
    """A province, its city, its district; `levels` says how many of them. `first`: the province that leads the list.

    Stored `<question>_province`, `<question>_city`, `<question>_district`: codes of GB/T 2260, also where there was nothing
    to choose (see `regions`), or `refused` where the question is optional. Data files hold the same codes as numbers.
    """

    type: Literal["region"]
    levels: Annotated[int, Field(ge=1, le=3)] = 3
    first: str | None = None
    summary: ClassVar[str] = "region"
    seconds: ClassVar[float] = 15.0

    @model_validator(mode="after")
    def _first_is_a_province(self) -> "Region":
        if self.first is not None and self.first not in regions.offered("", 0):
            raise PydanticCustomError("no_province", "{given}", {"given": self.first})
        return self

    def names(self) -> tuple[str, ...]:
        """The stored name of each level, and of its field."""
        return tuple(f"{self.name}_{level}" for level in regions.LEVELS[: self.levels])

    def level_of(self, variable: str) -> int:
        """Which level a stored name is of: 0 for the province. ValueError for other names."""
        return self.names().index(variable)

    def variables(self) -> tuple[Variable, ...]:
        return tuple(
            Variable(
                name, self.name, "single", self._label(level), labels_of(level),
                flagged={} if self.required else {REFUSED: "refused"},
            )
            for level, name in enumerate(self.names())
        )  # fmt: skip

    def answer_names(self) -> tuple[str, ...]:
        return self.names()

    def _label(self, level: int) -> Mapping[str, str]:
        if self.levels == 1:
            return self.text
        part = LEVEL_TEXTS[level]
        return {
            lang: f"{text} - {part['zh-CN' if lang.startswith('zh') else 'en']}" for lang, text in self.text.items()
        }

    def needed(self) -> tuple[str, ...]:
        return self.names() if self.required else ()

    def is_given(self, variable: str, names: Container[str]) -> bool:
        """Reading tells what is missing below the province."""
        return variable != self.names()[0]

    def as_fields(self, stored: FormFields) -> FormFields:
        """A level that was left empty was offered: its field stands there, empty."""
        return {name: [""] for name in self.names()} | stored if stored else stored

    def part_text(self, variable: str) -> Mapping[str, str] | None:
        return LEVEL_TEXTS[self.level_of(variable)] if self.levels > 1 and variable in self.names() else None

    def codes(self, variable: str) -> tuple[str | int, ...] | None:
        known = regions.codes(self.level_of(variable))
        return known if self.required else (*known, REFUSED)

    def operand(self, variable: str) -> str:
        return "place"

    def piped_choice(self, variable: str, code: Any) -> Mapping[str, str] | None:
        if code == REFUSED:
            return REFUSED_TEXT
        return regions.label(str(code)) or None

    def provinces(self) -> Sequence[str]:
        """The provinces in the order in which they are offered."""
        known = regions.offered("", 0)
        return known if self.first is None else (self.first, *(code for code in known if code != self.first))

    def reader(self) -> Reader:
        names, question, required = self.names(), self.name, self.required

        def read(
            form: Form, answers: Answered, texts: dict[str, str], problems: list[FieldProblem], today: date | None
        ) -> None:
            if any(len(form.get(name) or ()) > 1 for name in names):
                raise Damaged(f"two answers: {question}")
            above = ""
            for level, name in enumerate(names):
                offered, given = regions.offered(above, level), form.get(name)
                code = given[0] if given else ""
                if not offered:
                    code = above
                elif code == REFUSED and not required:
                    answers.update(dict.fromkeys(names[level:], REFUSED))
                    return
                elif not code:
                    if level and (required or not given):
                        problems.append(FieldProblem(name, question, "required_choice" if given else NEXT))
                    return
                elif code not in offered:
                    elsewhere = regions.place(code) is not None
                    problems.append(FieldProblem(name, question, "region_elsewhere" if elsewhere else "no_such_region"))
                    return
                answers[name] = above = code

        return read


@lru_cache(maxsize=3)
def labels_of(level: int) -> tuple[ValueLabel, ...]:
    """The values of a level in data files: the codes themselves."""
    return tuple(ValueLabel(int(code), code, regions.label(code)) for code in regions.codes(level))
