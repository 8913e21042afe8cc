"""A questionnaire as a PDF on A4, to read, to sign off and to fill in with a pen.

Typst sets the page. It gets the template of this package and the questionnaire as JSON: no word of a questionnaire is ever part
of the template, so markup in a title stays text. Only our own fonts are used, and nothing is fetched from anywhere.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst

from survey_app.config import ROOT
from survey_app.design import paper
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire.definition import Definition

FONTS = ROOT / "survey_app" / "fonts"
TEMPLATE = Path(__file__).with_name("print") / "questionnaire.typ"
MOST_CHARACTERS = 1_000_000  # of everything on the paper: some four seconds and 300 MB
STANDARD: Final = "ua-1"  # tagged, so that it can be read aloud


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Whose paper it is. Colours as `#rrggbb`; `logo` is a PNG or SVG that `organisation.logos` made harmless, or None."""

    name: str
    colour: str
    soft: str
    logo: bytes | None = None
    logo_type: str = ""


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """The fonts of this product and no others."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@lru_cache(maxsize=4)
def _source(template: Path) -> bytes:
    return template.read_bytes()


def questionnaire_pdf(
    definition: Definition, *, language: str, letterhead: Letterhead, number: int | None, now: datetime
) -> bytes:
    """The questionnaire in one of its languages. `number`: of the version, None for a draft (which says so on every page).

    Raises DomainError for one that is too long to be printed.
    """
    data = paper.sheet(definition, language=language, number=number, now=now)
    data |= {"chain": letterhead.name, "colour": letterhead.colour, "soft": letterhead.soft}
    if len(json.dumps(data, ensure_ascii=False)) > MOST_CHARACTERS:
        raise DomainError(N_("问卷太长，不能打印。"))
    return typeset(TEMPLATE, data, logo=letterhead.logo, logo_type=letterhead.logo_type, now=now)


def typeset(template: Path, data: dict[str, Any], *, logo: bytes | None, logo_type: str, now: datetime) -> bytes:
    """A template with its data as a PDF that can be read aloud; without the standard, or the logo, where typst refuses them."""
    with_logo = {"logo": list(logo or b""), "logo_format": "svg" if "svg" in logo_type else "png"}
    no_logo = {"logo": [], "logo_format": "png"}
    for head, strict in ((with_logo, True), (with_logo, False), (no_logo, True)):
        try:
            return _set(template, data | head, now, strict=strict)
        except typst.TypstError:  # a character that no font of ours has, or a logo that only browsers draw
            continue
    return _set(template, data | no_logo, now, strict=False)


def _set(template: Path, data: dict[str, Any], now: datetime, *, strict: bool) -> bytes:
    document = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace").decode()
    return typst.compile(
        _source(template),
        font_paths=fonts(),
        sys_inputs={"data": document},
        pdf_standards=STANDARD if strict else None,
        timestamp=int(now.timestamp()),
    )
