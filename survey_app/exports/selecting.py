"""Which answers a file holds: all, or those that a filter chooses, and what the file may say of their shops.

A filter chooses among the rows of the file of all answers by what that file says of them: version, month, language, channel,
status, and the shop or region that it names. So a file of some answers is a part of the file of all, and no comparison of
files tells more than that one does (privacy.md 7). Choosing fewer than ten answers is refused: a file of few people is
passed on as if it said nothing about anybody.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Self

from sqlalchemy import Connection

from survey_app import clock
from survey_app.analysis import dataset, disclosure
from survey_app.errors import DomainError
from survey_app.languages import N_

LEAST_OF_A_SHOP = disclosure.K_VERBATIM  # fewer answers of a shop in the file: it is not named
LEAST_CHOSEN = disclosure.K_VERBATIM  # fewer answers behind a filter: no file
LEAST_SHOPS = 2  # a region names one shop when only one of its shops is not named


@dataclass(frozen=True, slots=True)
class Place:
    """A shop as a file may name it. `region`: in the words of the file."""

    code: str
    region: str
    region_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A filter; what is empty chooses all. `since`, `until`: months as YYYY-MM, both included; `region`, `shops`: codes;
    `complete`: without answers that ended early by a rule."""

    versions: tuple[int, ...] = ()
    since: str = ""
    until: str = ""
    languages: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    region: str = ""
    shops: tuple[str, ...] = ()
    complete: bool = False

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self == Selection()

    def to_json(self) -> dict[str, Any]:
        """What is set, for a document of the database."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The reverse; what is not of a filter is passed over."""
        found = {field.name: document[field.name] for field in fields(cls) if document.get(field.name)}
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in found.items()}
        return cls(**values)

    def only(self) -> dataset.Only:
        """The part of it that the database can judge. Raises DomainError for a month that is none."""
        since, until = (_month(text, field) for text, field in ((self.since, "since"), (self.until, "until")))
        if since and until and until < since:
            raise DomainError(N_("结束月份早于开始月份。")).at("until")
        status = ("complete",) if self.complete else ()
        return dataset.Only(since, until and clock.next_month(until), self.languages, self.channels, status)


ALL = Selection()


def in_words(selection: Selection, _: Callable[[str], str]) -> str:
    """The filter as it is told in a file and beside an order."""
    parts = [_("仅完整的回答") if selection.complete else _("全部提交的回答")]
    parts += [_("第 %(n)s 版") % {"n": ", ".join(map(str, sorted(selection.versions)))}] if selection.versions else []
    if selection.since or selection.until:
        parts.append(f"{selection.since or '…'} – {selection.until or '…'}")
    parts += [
        f"{name} {', '.join(values)}"
        for name, values in (
            (_("作答语言"), selection.languages), (_("渠道"), selection.channels),
            (_("大区"), [selection.region] if selection.region else []), (_("门店"), selection.shops),
        )
        if values
    ]  # fmt: skip
    return _("；").join([*parts, _("不含测试回答")])


def _month(text: str, field: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01") if text else None
    except ValueError:
        raise DomainError(N_("请填写月份，例如 2026-11。")).at(field) from None


@dataclass(frozen=True, slots=True)
class Picked:
    """The ids of the chosen answers, and the shops that their file names, itself or by their region."""

    ids: Sequence[int]
    named: Collection[int]
    with_region: Collection[int]


def pick(
    connection: Connection, numbers: Mapping[int, int], places: Mapping[int, Place], selection: Selection
) -> Picked:
    """Choose answers. `numbers`: of all versions of the questionnaire, by id. Raises DomainError for too few."""
    only = selection.only()
    everything, of_shop = _gathered(dataset.ids_and_shops(connection, list(numbers)))
    named, with_region = _named(of_shop, places)
    if selection.is_all:
        return Picked(everything, named, with_region)
    versions = [key for key, number in numbers.items() if not selection.versions or number in selection.versions]
    found: Iterable[tuple[int, int | None]] = dataset.ids_and_shops(connection, versions, only)
    if selection.region or selection.shops:
        there = _there(selection, places, named, with_region)
        found = (one for one in found if one[1] in there)
    ids, of_shop = _gathered(found)
    _refuse_few(len(ids), len(everything))
    own, own_region = _named(of_shop, places)
    # the file names no place that the file of all leaves out: else the two together would name a shop
    return Picked(ids, own & named, own_region & with_region)


def _gathered(found: Iterable[tuple[int, int | None]]) -> tuple[Sequence[int], Counter[int]]:
    """The ids, eight bytes each, and how many answers every shop has."""
    ids, of_shop = array("q"), Counter[int]()
    for response_id, shop in found:
        ids.append(response_id)
        if shop is not None:
            of_shop[shop] += 1
    return ids, of_shop


def _named(of_shop: Mapping[int, int], places: Mapping[int, Place]) -> tuple[set[int], set[int]]:
    """The shops that a file of so many answers of each shop may name, and those whose region it may name."""
    named = {shop for shop, count in of_shop.items() if count >= LEAST_OF_A_SHOP}
    others: dict[str, list[int]] = {}
    for shop in of_shop.keys() - named:
        others.setdefault(places[shop].region if shop in places else "", []).append(shop)
    with_region = set(named)
    for shops in others.values():
        if len(shops) >= LEAST_SHOPS and sum(of_shop[shop] for shop in shops) >= LEAST_OF_A_SHOP:
            with_region.update(shops)
    return named, with_region


def _there(
    selection: Selection, places: Mapping[int, Place], named: Collection[int], with_region: Collection[int]
) -> set[int]:
    """The shops that the filter asks for. Raises DomainError for one that the file of all answers does not name."""
    there = {shop for shop in with_region if places[shop].region_code == selection.region}
    if selection.shops:
        codes = {places[shop].code: shop for shop in named}
        for code in selection.shops:
            if code not in codes:
                raise DomainError(
                    N_("门店 %(code)s 不足 10 份回答，或没有这家门店，不能按它筛选。"), code=code[:40]
                ).at("shops")
        asked = {codes[code] for code in selection.shops}
        there = asked & there if selection.region else asked
    return there


def _refuse_few(chosen: int, total: int) -> None:
    if chosen == total:
        return
    if chosen == 0:
        raise DomainError(N_("没有符合筛选条件的回答。")).at("filters")
    if chosen < LEAST_CHOSEN:
        raise DomainError(N_("符合筛选条件的回答不足 %(n)s 份，请放宽条件。"), n=LEAST_CHOSEN).at("filters")
