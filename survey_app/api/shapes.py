"""The shapes of requests and answers, as pydantic models: what is checked here is what the description says."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

MOST_ROWS = 500
MOST_YUAN = 10_000_000

Number = Annotated[str, Field(min_length=1, max_length=60, examples=["SO202611200001"])]
Moment = Annotated[
    str,
    Field(
        min_length=4, max_length=40, examples=["2026-11-20T14:05:00+08:00"],
        description="ISO 8601; without a zone it is a time in China. Not in the future (5 minutes are forgiven).",
    ),
]  # fmt: skip
Code = Annotated[str, Field(min_length=1, max_length=16, examples=["KM-001"])]
Phone = Annotated[
    str, Field(max_length=40, examples=["13912345678"], description="Chinese mobile or landline number, or +<country>.")
]
Text = Annotated[str, Field(max_length=80)]
Email = Annotated[str, Field(max_length=254, examples=["buyer@example.com"])]
Language = Annotated[Literal["zh-CN", "en"], Field(description="In which the customer is asked.")]
# one type, not Decimal or int: then what is wrong has one place, and the description says minimum and maximum
Amount = Annotated[
    Decimal,
    Field(ge=0, le=MOST_YUAN),
    BeforeValidator(lambda value: Decimal(value) if type(value) is int else value),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": MOST_YUAN}),
]


class Strict(BaseModel):
    """No unknown names, no guessed types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Consent(Strict):
    """What the customer agreed to. A channel that is left out stays as it is."""

    sms: bool | None = None
    email: bool | None = None
    phone: bool | None = None


class Order(Strict):
    """A purchase as it stands now. Sent again, it changes only what differs; its state never goes back."""

    number: Number
    state: Literal["open", "completed", "refunded", "cancelled"]
    placed_at: Moment
    completed_at: Moment | None = None
    refunded_at: Moment | None = None
    amount: Annotated[Amount | None, Field(description="In yuan.", examples=[128.5])] = None
    shop: Annotated[Code | None, Field(description="Code of the shop; none for the online store.")] = None
    phone: Phone | None = None
    name: Text | None = None
    email: Email | None = None
    language: Language | None = None
    summary: Annotated[str | None, Field(max_length=500, description="What was bought. Kept encrypted.")] = None
    consent: Consent | None = None


class Event(Strict):
    """Something that happened to an order or around it. Taken once by its number; without one, once per order and kind."""

    kind: Literal["paid", "delivered", "completed", "refunded", "return_closed", "consultation_ended", "ticket_closed"]
    at: Moment
    number: Number | None = None
    order: Annotated[Number | None, Field(description="Of an order that was sent before.")] = None
    shop: Code | None = None
    team: Code | None = None
    phone: Phone | None = None
    name: Text | None = None
    email: Email | None = None


class Orders(Strict):
    """A batch of orders."""

    orders: Annotated[list[Order], Field(min_length=1, max_length=MOST_ROWS)]
    consent_source: Annotated[
        str | None,
        Field(min_length=4, max_length=60, description="Where the customers agreed; needed with any consent."),
    ] = None


class Events(Strict):
    """A batch of events."""

    events: Annotated[list[Event], Field(min_length=1, max_length=MOST_ROWS)]


class Result(Strict):
    """What became of one row."""

    row: Annotated[int, Field(description="From 0.")]
    number: str | None
    result: Literal["added", "changed", "unchanged", "rejected"]
    place: Annotated[str | None, Field(description="JSON pointer to what is wrong.")] = None
    reason: str | None = None


class Results(Strict):
    """The answer to a batch: every row in its order. Rows are taken or rejected one by one."""

    added: int
    changed: int
    unchanged: int
    rejected: int
    results: list[Result]


class Fault(Strict):
    """Why nothing of a request was taken."""

    error: str
    place: str = ""


def fields(row: Order | Event) -> dict[str, str]:
    """A row as `people.intake` reads it: texts by field; what is missing is left out."""
    given: dict[str, Any] = row.model_dump(exclude_none=True)
    agreed = given.pop("consent", {})
    # digits, and a bounded number of them: 1E+2 and 1E-999999999 are numbers of JSON too
    texts = {name: f"{value:.6f}" if isinstance(value, Decimal) else str(value) for name, value in given.items()}
    return texts | {f"consent_{channel}": "yes" if value else "no" for channel, value in agreed.items()}
