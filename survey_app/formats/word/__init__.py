"""Word documents (.docx): their paragraphs, tables and list numbers as text, read like pasted text."""

from survey_app.formats.importing import Imported, archives
from survey_app.formats.plain_text import importing as plain_text
from survey_app.formats.word.reading import DOCUMENT, text_of

__all__ = ["looks_like", "parse", "text_of"]


def looks_like(data: bytes) -> bool:
    """Whether this is a Word document, by the names in its archive."""
    return data.startswith(b"PK\x03\x04") and DOCUMENT in archives.names(data)


def parse(data: bytes) -> Imported:
    """The draft in a document; places are lines of its text. Raises Refused."""
    return plain_text.parse(text_of(data).encode())
