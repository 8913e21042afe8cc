"""Every column that holds sealed text, and what its values are bound to. A test compares it with every call of `seal`."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, or_

from survey_app.database import Base

SEALING = ("contact", "text", "link")  # names of keys that seal columns
_NONCE = "_" * 16  # of a LIKE pattern: a nonce has 16 characters and no dot


@dataclass(frozen=True, slots=True)
class Sealed:
    """One column. A value is bound to the place `<table>.<column>.<values of `by`, joined by dots>`."""

    table_name: str
    column_name: str
    key: str
    by: tuple[str, ...] = ("id",)

    @property
    def table(self) -> Table:
        """Its table."""
        return Base.metadata.tables[self.table_name]

    @property
    def column(self) -> Any:
        """The column itself."""
        return self.table.c[self.column_name]

    def place(self, row: Any) -> str:
        """What the value of this row is bound to."""
        return ".".join([self.table_name, self.column_name, *(str(row._mapping[name]) for name in self.by)])

    def sealed_with(self, key_ids: list[str]) -> ColumnElement[bool]:
        """The rows whose value one of these keys sealed."""
        return or_(*(self.column.like(f"v1.{key_id}.{_NONCE}.%") for key_id in key_ids))


COLUMNS = (
    Sealed("contact", "name", "contact"),
    Sealed("contact", "phone", "contact"),
    Sealed("contact", "email", "contact"),
    Sealed("customer_order", "summary", "contact"),
    Sealed("api_key", "secret", "contact", ("key",)),
    Sealed("message_sender", "secrets", "contact"),
    Sealed("user", "totp_secret", "contact"),
    Sealed("comment", "raw", "text", ("response_id", "variable")),
    Sealed("response_link", "sealed_link", "link", ("response_id",)),
    Sealed("invitation", "facts", "link"),
)
