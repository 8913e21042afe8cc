"""Ranking: the respondent puts choices in an order."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from survey_app.questionnaire.parts import Choice, Tuple
from survey_app.questionnaire.question_types.base import (
    Answered,
    Damaged,
    FieldProblem,
    Form,
    FormFields,
    Question,
    Reader,
    Variable,
    choice_label,
)
from survey_app.questionnaire.texts import half_width

MAX_ITEMS = 200


class Ranking(Question):
    """Choices in the order that the respondent gives them, best first; with `top`, only the first so many.

    Stored as a list of codes; the page sends one rank per choice (`<question>_<code>`), which is also the column.
    An optional ranking may stay unfinished: what was ranked counts, the rest is missing.
    """

    type: Literal["ranking"]
    choices: Annotated[Tuple[Choice], Field(min_length=1, max_length=MAX_ITEMS)]
    top: Annotated[int | None, Field(ge=1)] = None
    random_order: bool = False
    retired: dict[str, int] = Field(default_factory=dict)
    summary: ClassVar[str] = "ranking"
    offers: ClassVar[tuple[str, ...]] = ("choices",)
    scripted: ClassVar[bool] = False

    @property
    def places(self) -> int:
        """How many ranks are given out."""
        return min(self.top or len(self.choices), len(self.choices))

    def field_of(self, choice: Choice) -> str:
        """The form field and the column of a choice: its rank."""
        return f"{self.name}_{choice.code}"

    def variables(self) -> tuple[Variable, ...]:
        return tuple(
            Variable(self.field_of(c), self.name, "rank", c.text, set_name=self.name, code=c.code, key=self.name)
            for c in self.choices
        )

    def field_names(self) -> tuple[str, ...]:
        return tuple(self.field_of(choice) for choice in self.choices)

    def as_fields(self, stored: FormFields) -> FormFields:
        return {f"{self.name}_{code}": [str(rank)] for rank, code in enumerate(stored.get(self.name, ()), start=1)}

    def required_code(self, variable: str) -> str:
        return "required_ranking"

    def required_values(self, variable: str) -> Mapping[str, Any]:
        return {"count": self.places}

    def codes(self, variable: str) -> tuple[str | int, ...] | None:
        return tuple(choice.code for choice in self.choices)

    def operand(self, variable: str) -> str:
        return "multiple"

    def piped_choice(self, variable: str, code: Any) -> Mapping[str, str] | None:
        return choice_label(self.choices, code)

    def reader(self) -> Reader:
        name, places, required = self.name, self.places, self.required
        fields = tuple((choice.code, self.field_of(choice)) for choice in self.choices)

        def read(
            form: Form, answers: Answered, texts: dict[str, str], problems: list[FieldProblem], today: date | None
        ) -> None:
            ranks: dict[int, str] = {}
            for code, field in fields:
                given = form.get(field)
                if not given:
                    continue
                if len(given) > 1:
                    raise Damaged(f"two answers: {field}")
                text = half_width(given[0][:20]).strip()
                if not text:
                    continue
                rank = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
                if not 1 <= rank <= places:
                    problems.append(FieldProblem(name, name, "bad_rank", {"max": places}))
                    return
                if rank in ranks:
                    problems.append(FieldProblem(name, name, "same_rank", {"rank": rank}))
                    return
                ranks[rank] = code
            if not ranks:
                return
            if required and len(ranks) < places:  # stays in the draft, and is told again before it is stored for good
                problems.append(FieldProblem(name, name, "required_ranking", {"count": places}))
            answers[name] = [ranks[rank] for rank in sorted(ranks)]

        return read
