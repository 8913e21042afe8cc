"""Every column that holds sealed text, and what its values are bound to. A test compares it with every call of `seal`."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Table, and_, func, literal, or_

from survey_app.database import Base

SEALING = ("contact", "text", "link")  # names of keys that seal columns
_NONCE = 16  # characters, none of them a dot: `v1.contact.` is also how a value of `contact.2` begins


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
        parts = (row._mapping[name] for name in self.by)
        words = [part.hex() if isinstance(part, bytes) else str(part) for part in parts]
        return ".".join([self.table_name, self.column_name, *words])

    def text_of(self, row: Any) -> str:
        """The sealed value of a row."""
        value = row._mapping[self.column_name]
        return value.decode() if isinstance(value, bytes) else str(value)

    def value_of(self, text: str) -> Any:
        """A sealed text as the column takes it."""
        return text.encode() if isinstance(self.column.type, LargeBinary) else text

    def sealed_with(self, key_ids: list[str]) -> ColumnElement[bool]:
        """The rows whose value one of these keys sealed."""
        return or_(*(self._begins(f"v1.{key_id}.") for key_id in key_ids))

    def _begins(self, head: str) -> ColumnElement[bool]:
        kind = self.column.type
        begin = func.substr(self.column, 1, len(head)) == literal(self.value_of(head), kind)
        dot = func.substr(self.column, len(head) + _NONCE + 1, 1) == literal(self.value_of("."), kind)
        return and_(begin, dot)


COLUMNS = (
    Sealed("contact", "name", "contact"),
    Sealed("contact", "phone", "contact"),
    Sealed("contact", "email", "contact"),
    Sealed("customer_order", "summary", "contact"),
    Sealed("api_key", "secret", "contact", ("key",)),
    Sealed("message_sender", "secrets", "contact"),
    Sealed("user", "totp_secret", "contact"),
    Sealed("comment", "raw", "text", ("response_id", "variable")),
    Sealed("recording", "body", "text"),
    Sealed("uploaded_file", "body", "text"),
    Sealed("response_link", "sealed_link", "link", ("response_id",)),
    Sealed("invitation", "facts", "link"),
)
