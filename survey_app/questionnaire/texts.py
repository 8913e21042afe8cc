"""Cleaning of everything a person types, before any check and before any store."""

import re
import unicodedata

import regex  # type: ignore[import-untyped,unused-ignore]

MAX_GRAPHEMES = 2_000
MAX_BYTES = 8_192

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_UNSTORABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")  # half characters; the two that XML forbids
_CLUSTER = regex.compile(r"\X")
_VISIBLE = regex.compile(r"[^\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]")
_PLAIN = re.compile("[\\x20-\\x7e\u4e00-\u9fff\u3001\u3002\uff08\uff09\uff0c\uff1a\uff1b\uff1f\uff01]*")
_FULL_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20, 0x2212: 0x2D}


def clean(text: str, limit: int = MAX_GRAPHEMES) -> str:
    """Text as it may be stored and shown.

    NFC; CR LF becomes LF; C0 and C1 go except TAB and LF; a lone surrogate becomes U+FFFD (U+FFFE and U+FFFF too); white
    space at both ends goes; at most `limit` graphemes (never above 2,000) and 8 KB, cut at the edge of a grapheme; a text
    of invisible characters alone is "".
    """
    limit = min(limit, MAX_GRAPHEMES)
    if len(text) <= limit and len(text) * 3 <= MAX_BYTES and _PLAIN.fullmatch(text):
        return text.strip()
    # Far more characters than can survive are dropped first, so that a huge paste costs no more than a large one.
    text = text[: MAX_BYTES * 4].replace("\r\n", "\n").replace("\r", "\n")
    text = _UNSTORABLE.sub("\ufffd", _CONTROL.sub("", text))
    text = _cut(unicodedata.normalize("NFC", text).strip(), limit).rstrip()
    return text if _VISIBLE.search(text) else ""


def length(text: str) -> int:
    """Number of graphemes: what a person counts as characters."""
    return len(text) if text.isascii() else sum(1 for _ in _CLUSTER.finditer(text))


def half_width(text: str) -> str:
    """Full-width ASCII as typed by Chinese keyboards (１３８, ＠, 。 stays) turned into plain ASCII."""
    return text if text.isascii() else text.translate(_FULL_WIDTH)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit and len(text) * 4 <= MAX_BYTES:
        return text
    used = end = 0
    for count, cluster in enumerate(_CLUSTER.finditer(text), start=1):
        used += len(cluster.group().encode())
        if count > limit or used > MAX_BYTES:
            break
        end = cluster.end()
    if end == 0 and text:  # one cluster larger than everything we accept: its base character is what was meant
        return text[0]
    return text[:end]
