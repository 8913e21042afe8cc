"""Names of questions, choices and rows: those of the source where our rules allow them, otherwise the nearest that is free."""

import re
import unicodedata

from survey_app.questionnaire.names import COLUMNS, is_reserved
from survey_app.questionnaire.parts import CODE, NAME

LONGEST = 32
_FOREIGN = re.compile(r"[^a-z0-9]+")


def plain(text: str) -> str:
    """`Q1.a Größe` -> `q1_a_groe`: small Latin letters, digits and single underscores; may be ""."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _FOREIGN.sub("_", ascii_only.lower()).strip("_")


class Names:
    """The names of one questionnaire. A name is given once, without regard to case, and no name begins another's columns."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._taken: set[str] = set(COLUMNS)
        self._next: dict[str, int] = {}  # where to go on counting, so that many equal ones take linear time
        self._longest = longest

    def give(self, wanted: str, fallback: str = "q") -> str:
        """A free name near the wanted one; `fallback` stands for one without any Latin letter."""
        base = wanted.lower() if NAME.fullmatch(wanted.lower()) and not wanted.endswith("_") else plain(wanted)
        if not base or not base[0].isalpha():
            base = f"{fallback}{'_' if base and not fallback[-1:].isdigit() and not base[0].isdigit() else ''}{base}"
        if is_reserved(base):
            base = f"{base}_q" if len(base) < self._longest - 2 else f"q_{base[: self._longest - 2]}"
        base = base[: self._longest].rstrip("_")
        name, number = base, self._next.get(base, 2)
        while name in self._taken or is_reserved(name):
            tail = f"_{number}"
            name, number = base[: self._longest - len(tail)].rstrip("_") + tail, number + 1
        self._next[base] = number
        self._taken.add(name)
        return name

    def reserve(self, *names: str) -> None:
        """Names that columns will have: nothing else may be called so."""
        self._taken.update(name.lower() for name in names)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._taken


class Codes:
    """The codes of one list of choices, rows or fields."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}  # where to go on counting, so that many equal ones take linear time
        self._longest = longest

    def give(self, wanted: str) -> str:
        """The code itself where it is allowed and free, else one near it."""
        text = str(wanted).strip()
        base = text if CODE.fullmatch(text) and len(text) <= self._longest else plain(text)[: self._longest].strip("_")
        if re.fullmatch(r"-[0-9]+", text):  # -1 and 1 are two codes
            base = f"m{text[1:]}"
        base = base or "c"
        code, number = base, self._next.get(base, 2)
        while code in self._taken:
            tail = f"_{number}"
            code, number = base[: self._longest - len(tail)].rstrip("_") + tail, number + 1
        self._next[base] = number
        self._taken.add(code)
        return code
