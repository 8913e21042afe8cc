"""Interface languages: gettext catalogues outside of a request (the respondent's side, mails, exports).

Chinese is the source language: the msgid is the Chinese text. Compiled catalogues are made when they are missing or older
than their source, so that no build step can be forgotten.
"""

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from babel.messages import mofile, pofile
from babel.support import NullTranslations, Translations

from survey_app.config import ROOT

CATALOGUES = ROOT / "translations"
INTERFACE = {"zh": "中文", "en": "English"}


def interface_locale(language: str) -> str:
    """The interface catalogue for a questionnaire language: `zh-CN` -> `zh`; unknown languages read English."""
    return "zh" if language.lower().startswith("zh") else "en"


def N_(text: str) -> str:
    """Mark a catalogue text where the reader's language is not known yet."""
    return text


@lru_cache(maxsize=8)
def translator(language: str) -> Callable[[str], str]:
    """`translator("en")("保存") == "Save"`. For texts outside of a request."""
    ensure_compiled()
    catalogue: NullTranslations = Translations.load(str(CATALOGUES), [interface_locale(language)])
    return catalogue.gettext


def ensure_compiled() -> None:
    """Compile each catalogue whose .mo is missing or older than its .po."""
    for source in sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        _compile(source, target)


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        catalogue = pofile.read_po(file, locale=source.parts[-3])
    temporary = target.with_suffix(f".mo.{os.getpid()}")
    with temporary.open("wb") as file:
        mofile.write_mo(file, catalogue)
    temporary.replace(target)
