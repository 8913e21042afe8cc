"""Posters as PDF: one sheet of A4 per door, set by typst from the template `print/poster.typ`.

Three shapes: `a4` for the wall; `a5`, a table stand of two faces that is folded in the middle of an A4 sheet (cut instead of
folded it gives two A5 cards); `till`, eight stickers of 99.1 x 67.7 mm on a sheet. Words go to typst as JSON, so markup in a
name stays text. Only our own fonts are used, and nothing is fetched from anywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from survey_app import clock
from survey_app.design.printing import typeset
from survey_app.distribution import collecting, qr
from survey_app.distribution.models import Collector
from survey_app.languages import INTERFACE, N_, translator
from survey_app.organisation.models import Organisation

TEMPLATE = Path(__file__).with_name("print") / "poster.typ"
LANGUAGES = {"both": ("zh", "en"), "zh": ("zh",), "en": ("en",)}
QUIET_ZONES = 2 * qr.QUIET_ZONE  # modules that stand beside the code itself

# size -> width of the code itself in millimetres, without its quiet zone (ux.md S1: 80 on A4, 50 on A5)
SIZES = {"a4": 94.0, "a5": 60.0, "till": 33.0}

WORDS = {
    "headline": N_("请您评价本次服务"),
    "scan": N_("用微信或手机相机扫码"),
    "scan_short": N_("微信或相机扫码"),
    "type_it": N_("不能扫码？请在浏览器输入"),
    "type_both": N_("不能扫码？请在浏览器打开网址，再输入编码"),
    "code": N_("编码"),
}
_MODES = {"anonymous": N_("匿名"), "confidential": N_("保密"), "identified": N_("实名")}


LONGEST_TYPED = 30  # characters of an address that still stand large on every shape of poster


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Whose posters they are. Colours as `#rrggbb`; `brand` has 4.5:1 on white, so white can be read on it."""

    names: dict[str, str]  # interface language -> the chain's name
    phone: str
    brand: str
    soft: str
    logo: bytes | None = None
    logo_type: str = ""


def letterhead(chain: Organisation) -> Letterhead:
    """That of the chain of this installation."""
    names = {code: chain.display_name(code) for code in INTERFACE}
    return Letterhead(names, chain.help_phone, chain.brand, chain.brand_soft, chain.logo, chain.logo_type)


def languages_for(doors: Sequence[Collector]) -> list[str]:
    """In which languages these doors may be announced: only those that can be answered behind every one of them."""
    known = {door.version_id: set(door.version.definition["languages"]) for door in doors}
    english = all("en" in languages for languages in known.values())
    return ["both", "zh", "en"] if english else ["zh"]


def pdf(
    doors: Sequence[Collector], *, size: str, language: str, head: Letterhead, public_url: str, now: datetime
) -> bytes:
    """One page per door. `language`: zh, en or both."""
    data = layout(doors, size=size, language=language, head=head, public_url=public_url, today=clock.china(now).date())
    return typeset(TEMPLATE, data, logo=head.logo, logo_type=head.logo_type, now=now)


def layout(
    doors: Sequence[Collector], *, size: str, language: str, head: Letterhead, public_url: str, today: date
) -> dict[str, Any]:
    """Everything that stands on the sheets, as JSON for the template."""
    tongues = LANGUAGES[language]
    first = translator(tongues[0])
    names = {head.names[code]: code for code in reversed(tongues) if head.names[code]}  # one name in both: once
    lines = [{"lang": code, "text": name} for name, code in reversed(names.items())]
    said = {key: [{"lang": code, "text": translator(code)(text)} for code in tongues] for key, text in WORDS.items()}
    beside = {key: " · ".join(one["text"] for one in said.pop(key)) for key in ("type_it", "type_both", "code")}
    if any(_is_long(collecting.address(door, public_url)) for door in doors):
        beside["type_it"] = beside["type_both"]
    phone = " ".join((first(N_("服务电话")), head.phone)) if head.phone else ""
    printed = " ".join((first(N_("打印日期")), today.isoformat()))
    return {
        "size": size, "lang": tongues[0], "title": first(N_("海报")), "chain": head.names[tongues[0]] or first(N_("海报")),
        "chain_lines": lines or [{"lang": tongues[0], "text": ""}], "colour": head.brand, "soft": head.soft,
        **said, **beside,
        "fold": first(N_("沿此线对折")), "phone": phone, "printed": printed,
        "doors": [_sheet(door, SIZES[size], tongues, public_url) for door in doors],
    }  # fmt: skip


def _is_long(address: str) -> bool:
    return len(address.split("://", 1)[-1]) > LONGEST_TYPED


def _typed(address: str) -> str:
    """What somebody without a camera types: of a long address only the page that asks for the code."""
    plain = address.split("://", 1)[-1]
    return plain.rpartition("/")[0] if _is_long(address) else plain


def _sheet(door: Collector, code_mm: float, tongues: Sequence[str], public_url: str) -> dict[str, Any]:
    address = collecting.address(door, public_url)
    modules = len(qr.modules(address))
    first = translator(tongues[0])
    shop, about = "", door.place
    if door.shop is not None:
        shop = " · ".join(dict.fromkeys(door.shop.display_name(code) for code in tongues))
        code = " ".join((first(N_("门店编码")), door.shop.code))
        about = " · ".join(part for part in (code, door.place) if part)
    return {
        "address": address,
        "code": qr.svg(address, title=address).decode(),
        "width": round(code_mm * modules / (modules - QUIET_ZONES), 2),
        "short": _typed(address),
        "grouped": grouped(door.code),
        "facts": [{"lang": code, "text": _facts(door, code)} for code in tongues],
        "shop": shop,
        "about": about,
        "shop_about": " · ".join(part for part in (shop, door.shop.code if door.shop else "", door.place) if part),
    }


def grouped(code: str) -> str:
    """A code to be typed, in groups of three: `A7K 2QX`."""
    return " ".join(code[i : i + 3] for i in range(0, len(code), 3))


def _facts(door: Collector, language: str) -> str:
    say = translator(language)
    minutes = say(N_("约 %(n)s 分钟")) % {"n": max(1, -(-door.version.seconds // 60))}
    return " · ".join((minutes, say(_MODES[door.questionnaire.mode]), say(N_("自愿填写"))))
