"""The few patterns of answers that have an equal here. A pattern is looked at, never run."""

import re

from survey_app.formats.limesurvey.work import Plain, Work

_DIGITS = re.compile(r"\^?((?:\[0-9\](?:\{[0-9]{1,2}(?:,[0-9]{0,2})?\}|[?+*])?){1,12})\$?")
_PART = re.compile(r"\[0-9\](\{([0-9]{1,2})(,([0-9]{0,2}))?\}|[?+*])?")


def apply(work: Work, made: Plain, pattern: str) -> bool:
    """Gives the question what stands for the pattern; False when nothing does."""
    plain = pattern.strip().strip("/").replace("\\d", "[0-9]")
    if made["type"] == "short_text" and _is_mail(plain):
        made["pattern"] = "email"
    elif (digits := _length(plain)) is None:
        return False
    elif made["type"] == "short_text" and digits == (6, 6):
        made["pattern"] = "postcode"
    elif made["type"] == "number" and digits[0] <= 1 and digits[1] <= 12 and not {"min", "max"} & made.keys():
        made |= {"min": 0, "max": 10 ** digits[1] - 1, "decimals": 0}
    else:
        return False
    work.settled.add("preg")
    if (question := work.question) is not None:
        kinds = {"source": (pattern, pattern), "type": (made.get("pattern", "0 - n"), made.get("pattern", "0 - n"))}
        work.building.changed("validation", f"{question.place} / preg", pattern, "as_type", made["name"], **kinds)
    return True


def _is_mail(plain: str) -> bool:
    """A sign @ between two classes of letters, and a dot behind it."""
    before, sign, after = plain.partition("@")
    letters = ("\\w", "a-z", "A-Z")
    return bool(sign) and "\\." in after and any(w in before for w in letters) and any(w in after for w in letters)


def _length(plain: str) -> tuple[int, int] | None:
    """The fewest and the most digits of a pattern of digits alone; None for any other."""
    match = _DIGITS.fullmatch(plain)
    if match is None or not (plain.startswith("^") and plain.endswith("$")):
        return None
    low = high = 0
    for part in _PART.finditer(match.group(1)):
        sign, few, span, many = part.groups()
        if sign in ("+", "*") or (span and not many):
            return None
        low += 0 if sign == "?" else int(few) if few else 1
        high += int(many) if many else int(few) if few else 1
    return low, high
