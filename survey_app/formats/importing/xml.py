"""XML that somebody handed over: no document type, no entities, nothing from elsewhere."""

from xml.parsers import expat

from survey_app.formats.importing.refusing import refuse


def read(parser: expat.XMLParserType, data: bytes, part: str = "") -> None:
    """Run a parser over the whole of `data`; `part` names it where a file has several. Raises Refused."""
    head = f"{part}, " if part else ""

    def forbidden(*_: object) -> int:
        raise refuse("forbidden_xml", f"{head}line {parser.CurrentLineNumber}")

    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = forbidden
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        place = f"{head}line {error.lineno}, column {error.offset + 1}"
        raise refuse("broken_xml", place, reason=expat.ErrorString(error.code)) from None
    except (ValueError, LookupError) as error:  # an encoding that nobody knows
        raise refuse("broken_xml", f"{head}line 1", reason=str(error)[:100]) from None
