"""What a cell of a data file may hold: clean text, no formula, no more than the format takes."""

import re

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BROKEN = re.compile("[\ud800-\udfff\ufffe\uffff]")
_ORDINARY = re.compile("[ -~\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")  # nearly every text: nothing to clean
_RISKY = "=+-@\t\r\n\0＝＋－＠"
_DOUBTFUL = tuple(f"'{_RISKY}")
_GUARDED = re.compile(f"'*[{re.escape(_RISKY)}]")
XLSX_MOST = 32_767  # UTF-16 units in one cell
TRUNCATED = "…(truncated)"


def plain(text: str) -> str:
    """Text without control characters and without what no XML file may hold. Answers were cleaned at the store; again here,
    because old rows were cleaned by older rules."""
    if _ORDINARY.fullmatch(text):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _BROKEN.sub("\ufffd", _CONTROL.sub("", text))


def csv_text(text: str) -> str:
    """Text for a CSV cell: a leading character that spreadsheets take for a formula gets a `'` in front (CVE-2019-16184).

    So does a text that looks like that already, `'=1`: whoever takes one `'` away gets every text back as it was.
    """
    if _ORDINARY.fullmatch(text):
        return f"'{text}" if _needs_guard(text) else text
    risky = _needs_guard(text)
    text = plain(text)
    return f"'{text}" if risky or _needs_guard(text) else text


def _needs_guard(text: str) -> bool:
    return text.startswith(_DOUBTFUL) and _GUARDED.match(text) is not None


def xlsx_text(text: str) -> str:
    """Text for an XLSX cell, which is typed as text and so needs no `'`; cut at the limit of the format, with a mark."""
    text = plain(text)
    if len(text) * 2 <= XLSX_MOST or len(text.encode("utf-16-le")) // 2 <= XLSX_MOST:
        return text
    room = XLSX_MOST - len(TRUNCATED)
    return text.encode("utf-16-le")[: 2 * room].decode("utf-16-le", "ignore") + TRUNCATED
