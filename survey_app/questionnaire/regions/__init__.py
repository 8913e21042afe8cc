"""省市区: the divisions of China by their codes of six digits (GB/T 2260). Where the list is from: see README.md beside it.

Three levels: province, city, district. Where a level has nothing to choose from (北京 has no cities, 东莞 no districts, 台湾
neither), the place above stands for it, so an answer has a code on every level that was asked.
"""

import csv
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

LEVELS = ("province", "city", "district")
_FILE = Path(__file__).parent / "divisions.csv"


@dataclass(frozen=True, slots=True)
class Place:
    """One division. `english` is "" for districts."""

    code: str
    name: str
    english: str

    @property
    def names(self) -> Mapping[str, str]:
        """Its name per language, where the place above is known."""
        return {"zh-CN": self.name, "en": self.english} if self.english else {"zh-CN": self.name}

    def name_in(self, language: str) -> str:
        """Its name; the Chinese one where there is no other."""
        return self.name if language.startswith("zh") else self.english or self.name


@lru_cache(maxsize=1)
def places() -> Mapping[str, Place]:
    """All divisions by code, in the order of their codes."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["code"]: Place(row["code"], row["name"], row["english"]) for row in csv.DictReader(file)}


def place(code: str) -> Place | None:
    """The division with this code, None when there is none."""
    return places().get(code)


@lru_cache(maxsize=1)
def _below() -> Mapping[str, tuple[str, ...]]:
    """Code -> the codes directly below; "" -> the provinces."""
    known = places()
    found: dict[str, list[str]] = {}
    for code in known:
        city, province = code[:4] + "00", code[:2] + "0000"
        above = "" if code == province else city if city in known and city != code else province
        found.setdefault(above, []).append(code)
    return {above: tuple(codes) for above, codes in found.items()}


def _has_cities(province: str) -> bool:
    return any(code.endswith("00") for code in _below().get(province, ()))


def offered(above: str, level: int) -> tuple[str, ...]:
    """What may be chosen at a level (0: provinces) below the place chosen one level higher ("" above all).

    () where there is nothing to choose: the place above stands for this level then.
    """
    if level == 0:
        return _below()[""]
    if not above or (level == 1) != (above.endswith("0000") and _has_cities(above)):
        return ()
    return _below().get(above, ())


@lru_cache(maxsize=3)
def codes(level: int) -> tuple[str, ...]:
    """Every code that an answer can have at a level, in order."""
    if level == 0:
        return offered("", 0)
    return tuple(code for above in codes(level - 1) for code in offered(above, level) or (above,))


@lru_cache(maxsize=1)
def _labels() -> Mapping[str, Mapping[str, str]]:
    known = places()
    cities = set(codes(1))
    often = Counter(known[code].english for code in cities.union(codes(0)))
    made: dict[str, Mapping[str, str]] = {}
    for code, found in known.items():
        city, province = known.get(code[:4] + "00"), known[code[:2] + "0000"]
        if code in cities or found is province:
            twice = often[found.english] > 1 and found is not province
            made[code] = {"zh-CN": found.name, "en": found.english + (f" ({province.english})" if twice else "")}
        else:
            above = city or province
            made[code] = {"zh-CN": f"{above.name} {found.name}", "en": f"{above.english} {found.english or found.name}"}
    return made


def label(code: str) -> Mapping[str, str]:
    """A place as it is called where nothing stands above it, per language: no two are called the same. {} for no place."""
    return _labels().get(code, {})


@lru_cache(maxsize=16)
def listing(levels: int, language: str) -> str:
    """What the script of the page needs, as JSON: code -> the places below as `01东城区02西城区` (ends of codes and names).

    Without the provinces, which stand in the page, and without what a question of so many levels does not ask.
    """
    known, found = places(), {}
    for level in range(1, levels):
        for above in codes(level - 1):
            below = offered(above, level)
            tail = 2 if above.endswith("0000") else 4
            if below:
                found[above] = "".join(code[tail:] + known[code].name_in(language) for code in below)
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))
