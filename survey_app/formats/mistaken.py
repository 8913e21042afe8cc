"""Files that hold no questionnaire we read, told by their first bytes: each is refused with what to do instead."""

import json
import re

from survey_app.formats.importing import archives
from survey_app.formats.importing.refusing import Refused, refuse

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\0\0\1\0")
_RECORDINGS = (b"ID3", b"OggS", b"fLaC", b"\x1aE\xdf\xa3", b"\xff\xfb")
_ARCHIVES = (b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_DATA = (b"$FL2", b"$FL3", b"<stata_dta>", b"PAR1", b"SQLite format 3", b"RDX3\n")
_PHOTOS = (b"heic", b"heix", b"mif1", b"avif", b"hevc")
_WEB_PAGE = re.compile(rb"\s*(?:<!--[^>]*>\s*)*(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE)
_MAIL = re.compile(rb"(?:MIME-Version|Received|Return-Path|Delivered-To):\s", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0"


def refusal(data: bytes) -> Refused | None:
    """Why a file is refused, None when its content may be a questionnaire."""
    code = _kind(data)
    return refuse(code) if code else None


def _kind(data: bytes) -> str:
    if data.startswith(b"PK\x03\x04"):
        return _archive(data)
    if data.startswith(_OLE):
        names = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
        word = "WordDocument".encode("utf-16-le") in data and not any(name in data for name in names)
        return "word_document" if word else ""
    if b"%PDF-" in data[:64]:
        return "pdf_file"
    if data.lstrip()[:5] == b"{\\rtf":
        return "word_document"
    if _WEB_PAGE.match(data[:8_192].removeprefix(b"\xef\xbb\xbf")):
        return "web_page"
    if _MAIL.match(data[:200]):
        return "mail_file"
    if _is_film_or_picture(data):
        return "picture_file" if data.startswith(_PICTURES) or data[8:12] in (*_PHOTOS, b"WEBP") else "recording_file"
    if data.startswith(_ARCHIVES):
        return "other_archive"
    return "data_file" if data.startswith(_DATA) else ""


def _is_film_or_picture(data: bytes) -> bool:
    # two letters make no picture of a text: BM has four zeros behind its size
    if data.startswith(b"BM"):
        return data[6:10] == b"\0\0\0\0"
    boxed = data[4:8] == b"ftyp" or data.startswith(b"RIFF") and data[8:12] in (b"WEBP", b"WAVE", b"AVI ")
    return boxed or data.startswith((*_PICTURES, *_RECORDINGS))


def _archive(data: bytes) -> str:
    """What an archive is by the names in it; "" when it may be a workbook, a package or a survey."""
    names = archives.names(data)
    if not names:
        return ""
    if "word/document.xml" in names:
        return ""
    if any(name.startswith("word/") for name in names) or "Index/Document.iwa" in names:
        return "word_document"
    if any(name.startswith("ppt/") for name in names):
        return "slides"
    if "mimetype" in names and "content.xml" in names:
        text = re.search(rb"opendocument\.(text|spreadsheet|presentation)", data[:300])
        kinds = {b"spreadsheet": "open_spreadsheet", b"presentation": "slides"}
        return kinds.get(text[1], "word_document") if text else "word_document"
    known = ("[Content_Types].xml", "survey.lss", "questionnaire.yaml", "instrument.csv")
    known_ends = (".lss", ".xlsx", ".xls")
    return "" if any(name in known or name.endswith(known_ends) for name in names) else "zip_of_files"


def unread(data: bytes) -> Refused:
    """The refusal of a file that no format knows: JSON that ends early, characters nobody knows, or simply unknown."""
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] in (b"{", b"["):
        if b'"qtype"' in head[:4_096]:
            return refuse("wjx_lines")
        try:
            json.loads(data.decode("utf-8-sig"))
        except json.JSONDecodeError as error:
            return refuse("broken_json", f"line {error.lineno}, column {error.colno}", reason=error.msg)
        except (UnicodeDecodeError, RecursionError):
            return refuse("broken_json", reason=("it is no UTF-8, or nested too deeply", "不是 UTF-8，或嵌套太深"))
    elif b"\0" not in data[:4_096] and head[:1] != b"<" and _mostly_text(data[:4_096]):
        return refuse("bad_encoding")
    return refuse("unknown_format")


def _mostly_text(head: bytes) -> bool:
    return sum(byte >= 32 or byte in (9, 10, 13) for byte in head) >= 0.98 * len(head)
