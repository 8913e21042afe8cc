"""Labels as statistics programs can hold them: on one line, and cut by us at a character border where there is a limit.

The libraries cut in silence, SPSS files even in the middle of a character; so nothing longer than these limits reaches them,
and the codebook lists every label that was cut (`cuts`).
"""

SPSS_LABEL, SPSS_VALUE_LABEL = 255, 120  # bytes of UTF-8 (SPSS takes 256 for variables, the writing library 255)
SPSS_TEXT = 32_767  # bytes of one text
SPSS_FILE_LABEL = 64  # bytes
STATA_LABEL = 80  # characters, of variables and of the file
STATA_VALUE_LABEL = 32_000  # bytes
ELLIPSIS = "…"


def one_line(text: str) -> str:
    """The text without line breaks and tabs: a label stands in one cell of a variable view."""
    return " ".join(text.split())


def cut_bytes(text: str, most: int) -> str:
    """The text in at most so many bytes of UTF-8; a cut one ends with an ellipsis."""
    data = text.encode()
    if len(data) <= most:
        return text
    return data[: most - len(ELLIPSIS.encode())].decode("utf-8", "ignore") + ELLIPSIS


def cut_characters(text: str, most: int) -> str:
    """The text in at most so many characters; a cut one ends with an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + ELLIPSIS


def spss(text: str) -> str:
    """The label of a variable or a set in a `.sav` file."""
    return cut_bytes(one_line(text), SPSS_LABEL)


def spss_value(text: str) -> str:
    """The label of a value in a `.sav` file."""
    return cut_bytes(one_line(text), SPSS_VALUE_LABEL)


def stata(text: str) -> str:
    """The label of a variable in a `.dta` file."""
    return cut_characters(one_line(text), STATA_LABEL)


def stata_value(text: str) -> str:
    """The label of a value in a `.dta` file."""
    return cut_bytes(one_line(text), STATA_VALUE_LABEL)


def cuts(label: str) -> list[str]:
    """The programs in whose files this label of a variable is cut."""
    line = one_line(label)
    return [name for name, cut in (("SPSS", spss), ("Stata", stata)) if cut(label) != line]
