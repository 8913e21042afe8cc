"""The chain's colour, made readable (ux.md 8.2). Pure functions on `#rrggbb`."""

import re
from dataclasses import dataclass

from survey_app.errors import DomainError
from survey_app.languages import N_

PAGE, SECOND_PAGE = "#ffffff", "#f5f7f6"  # the two backgrounds that brand-coloured text stands on
NEEDED = 4.5  # WCAG 2.2, 1.4.3
_TINT = 0.1
_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Brand:
    """A colour that can be read on both backgrounds, its 10 % tint, and the contrast of the colour as given on white."""

    brand: str
    soft: str
    ratio: float


def normal_colour(text: str) -> str:
    """The colour as `#rrggbb`, lower case; `#abc` is written out. Raises DomainError."""
    plain = text.strip().lower()
    if re.fullmatch(r"#?[0-9a-f]{3}", plain):
        plain = "#" + "".join(c * 2 for c in plain.lstrip("#"))
    plain = plain if plain.startswith("#") else f"#{plain}"
    if not _COLOUR.fullmatch(plain):
        raise DomainError(N_("请用 #00833f 这样的六位颜色代码。")).at("colour")
    return plain


def luminance(colour: str) -> float:
    """Relative luminance, 0 black to 1 white (WCAG 2.2)."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def brand(colour: str) -> Brand:
    """The colour, darkened by one factor on red, green and blue until it has 4.5:1 on both backgrounds."""
    given = normal_colour(colour)
    red, green, blue = _parts(given)
    chosen = given
    for step in range(1000, -1, -1):
        chosen = _hex(red * step / 1000, green * step / 1000, blue * step / 1000)
        if min(contrast(chosen, PAGE), contrast(chosen, SECOND_PAGE)) >= NEEDED:
            break
    soft = _hex(*(1 - _TINT * (1 - part) for part in _parts(chosen)))
    return Brand(chosen, soft, round(contrast(given, PAGE), 2))


def _parts(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def _hex(*parts: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
