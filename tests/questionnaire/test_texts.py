"""Cleaning: what may be stored is clean, short enough, and never cut inside what a person sees as one character."""

import unicodedata

import pytest
import regex  # type: ignore[import-untyped,unused-ignore]
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.questionnaire.texts import MAX_BYTES, MAX_GRAPHEMES, clean, half_width, length


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a\x00b", "ab"),
        ("\x0b", ""),
        ("\x1b[31m红", "[31m红"),
        ("a\x7fb\x85c", "abc"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("x\ud83dy", "x\ufffdy"),
        ("\udc00", "\ufffd"),
        ("e\u0301", "é"),
        ("  好  ", "好"),
        ("\u200b\u200d\ufeff", ""),
        ("\u00ad", ""),
        ("\u3000\u2003", ""),
        ("\u202e", ""),
        ("𠮷野家𪚥", "𠮷野家𪚥"),
        ("👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"),
        ("\ue000", "\ue000"),
        ("＝1+1", "＝1+1"),
        ("{{7*7}}", "{{7*7}}"),
        ("<b>", "<b>"),
        ("欧阳娜娜", "欧阳娜娜"),
        ("", ""),
    ],
)
def test_text_is_stored_as_it_may_be_shown(typed: str, stored: str) -> None:
    assert clean(typed) == stored


def test_text_is_cut_at_the_edge_of_a_cluster() -> None:
    family = "👨‍👩‍👧‍👦"
    assert clean(family * 5, 3) == family * 3
    assert clean("e\u0301" * 10, 4) == "é" * 4
    assert clean("🇨🇳" * 3, 2) == "🇨🇳🇨🇳"


def test_one_endless_cluster_leaves_its_base_character() -> None:
    assert clean("Z" + "\u0351" * 50_000) == "Z"


def test_no_text_is_larger_than_eight_kilobytes() -> None:
    assert len(clean("药" * 5000).encode()) <= MAX_BYTES
    assert length(clean("药" * 5000)) == MAX_GRAPHEMES
    assert len(clean(("𠮷\u0301\u0302") * 5000).encode()) <= MAX_BYTES


def test_full_width_typing_becomes_plain_digits() -> None:
    assert half_width("１３８－００１　＠") == "138-001 @"


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=200), st.integers(1, 50))
def test_cleaning_any_text_gives_clean_text_and_changes_nothing_twice(text: str, limit: int) -> None:
    cleaned = clean(text, limit)
    assert clean(cleaned, limit) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not regex.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", cleaned)
    assert length(cleaned) <= limit
    cleaned.encode()
