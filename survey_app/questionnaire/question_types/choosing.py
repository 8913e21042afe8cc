"""Types that offer choices: single, dropdown, multiple, attention check."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from survey_app.questionnaire.parts import Choice, Code, Tuple
from survey_app.questionnaire.question_types.base import (
    Damaged,
    FieldProblem,
    Form,
    Question,
    Reader,
    ValueLabel,
    Variable,
    choice_label,
    one_of,
)
from survey_app.questionnaire.texts import clean

OTHER_LENGTH = 200


def value_labels(choices: Sequence[Choice]) -> tuple[ValueLabel, ...]:
    """The values of choices in data files; a choice without a value yet shows its place in the list."""
    return tuple(
        ValueLabel(choice.number if choice.number is not None else index, choice.code, choice.text)
        for index, choice in enumerate(choices, start=1)
        if not choice.missing
    )


def flagged(choices: Sequence[Choice]) -> dict[str, str]:
    """Codes that are written as missing, with their kind."""
    return {choice.code: choice.missing for choice in choices if choice.missing}


class _Offering(Question):
    choices: Annotated[Tuple[Choice], Field(min_length=1, max_length=5000)]
    random_order: bool = False
    retired: dict[str, int] = Field(default_factory=dict)
    offers: ClassVar[tuple[str, ...]] = ("choices",)

    @property
    def other(self) -> Choice | None:
        """The choice with a text field."""
        return next((choice for choice in self.choices if choice.other), None)

    def _other_variable(self) -> tuple[Variable, ...]:
        other = self.other
        if other is None:
            return ()
        stored = f"{self.name}_other"
        # In a multiple choice with a choice called `other`, `<question>_other` is that choice's 0/1 column.
        taken = isinstance(self, MultipleChoice) and any(choice.code == "other" for choice in self.choices)
        return (
            Variable(
                f"{stored}_text" if taken else stored,
                self.name,
                "text",
                other.text,
                storage="text",
                code=other.code,
                key=stored,
            ),
        )

    def codes(self, variable: str) -> tuple[str | int, ...] | None:
        return tuple(choice.code for choice in self.choices) if variable == self.name else None

    def operand(self, variable: str) -> str:
        return "choice" if variable == self.name else "text"

    def piped_choice(self, variable: str, code: Any) -> Mapping[str, str] | None:
        return choice_label(self.choices, code)


class _One(_Offering):
    summary: ClassVar[str] = "single"

    def variables(self) -> tuple[Variable, ...]:
        own = Variable(
            self.name, self.name, "single", self.text, value_labels(self.choices), flagged=flagged(self.choices)
        )
        return (own, *self._other_variable())

    def reader(self) -> Reader:
        pick = one_of(self.name, {choice.code: choice.code for choice in self.choices})
        return with_other(self.name, self.other.code, pick) if self.other else pick


class SingleChoice(_One):
    """One of several choices, as radio buttons."""

    type: Literal["single_choice"]
    columns: Annotated[int, Field(ge=1, le=3)] = 1


class Dropdown(_One):
    """One of several choices, as a list that opens."""

    type: Literal["dropdown"]


class AttentionCheck(_One):
    """A single choice whose right answer is known; it says who reads the questions."""

    type: Literal["attention_check"]
    expected: Code
    offers: ClassVar[tuple[str, ...]] = ()  # the right answer is always there


class MultipleChoice(_Offering):
    """Several of several choices; stored as a list of codes in the order of the choices."""

    type: Literal["multiple_choice"]
    min: Annotated[int | None, Field(ge=0)] = None
    max: Annotated[int | None, Field(ge=1)] = None
    columns: Annotated[int, Field(ge=1, le=3)] = 1
    summary: ClassVar[str] = "multiple"

    def variables(self) -> tuple[Variable, ...]:
        columns = []
        for choice in self.choices:
            name = f"{self.name}_{choice.code}"
            columns.append(
                Variable(name, self.name, "multiple", choice.text, set_name=self.name, code=choice.code, key=self.name)
            )
        return (*columns, *self._other_variable())

    def operand(self, variable: str) -> str:
        return "multiple" if variable == self.name else "text"

    def reader(self) -> Reader:
        read = several_of(self.name, self.name, self.choices, self.min, self.max)
        return with_other(self.name, self.other.code, read) if self.other else read


def several_of(name: str, question: str, choices: Sequence[Choice], least: int | None, most: int | None) -> Reader:
    """Reader of a field that takes several of the choices; an exclusive one stands alone, whatever `least` says."""
    low, high = least or 0, most
    rank = {choice.code: index for index, choice in enumerate(choices)}
    exclusive = frozenset(choice.code for choice in choices if choice.exclusive)

    def read(
        form: Form, answers: dict[str, Any], texts: dict[str, str], problems: list[FieldProblem], today: date | None
    ) -> None:
        given = form.get(name)
        if not given:
            return
        try:
            codes = sorted(given, key=rank.__getitem__)
        except KeyError:
            raise Damaged(f"unknown code: {name}") from None
        count = len(codes)
        if count > 1:
            if len(set(codes)) != count:
                raise Damaged(f"one code twice: {name}")
            if exclusive and not exclusive.isdisjoint(codes):
                problems.append(FieldProblem(name, question, "exclusive"))
                return
        if count < low and exclusive.isdisjoint(codes):
            problems.append(FieldProblem(name, question, "too_few_choices", {"min": low}))
        elif high is not None and count > high:
            problems.append(FieldProblem(name, question, "too_many_choices", {"max": high}))
        else:
            answers[name] = codes

    return read


def with_other(name: str, code: str, pick: Reader) -> Reader:
    """A reader that also takes the text of 其他, and drops it when 其他 is not chosen."""
    field = f"{name}_other"

    def read(
        form: Form, answers: dict[str, Any], texts: dict[str, str], problems: list[FieldProblem], today: date | None
    ) -> None:
        pick(form, answers, texts, problems, today)
        given = form.get(field)
        if not given:
            return
        if len(given) > 1:
            raise Damaged(f"two answers: {field}")
        chosen = answers.get(name)
        if chosen is not None and (chosen == code or (isinstance(chosen, list) and code in chosen)):
            text = clean(given[0], OTHER_LENGTH)
            if text:
                texts[field] = text

    return read
