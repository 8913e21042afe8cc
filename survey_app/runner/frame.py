"""The frame of every respondent page: head, chain, text size, language, footer. Pure text; nothing here reads a database."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from survey_app.languages import translator
from survey_app.runner import assets
from survey_app.runner.sheet import attribute, escaped

SIZES = ("", "big", "huge")
PAGE_LANGUAGES = ("zh-CN", "en")  # of pages that belong to no questionnaire
_LANGUAGE_NAMES = {
    "zh-CN": "中文",
    "zh-TW": "繁體中文",
    "en": "English",
    "ja": "日本語",
    "ko": "한국어",
    "ru": "Русский",
}


@dataclass(frozen=True, slots=True)
class Chain:
    """What the pages need to know of the organisation."""

    name: str = ""
    name_en: str = ""
    help_phone: str = ""
    brand: str = "#0b6e4f"
    soft: str = "#e6f3ee"
    logo_key: str = ""  # changes with the logo; "" when there is none
    consent_version: int = 0
    consent_texts: Mapping[str, str] = field(default_factory=dict, hash=False)
    sample: bool = False
    speaking: bool = False  # recordings can be written down here

    def display_name(self, language: str) -> str:
        """The chain's name in a language."""
        return self.name if language.startswith("zh") or not self.name_en else self.name_en


@dataclass(frozen=True, slots=True)
class Frame:
    """How a page is shown: whose it is, in which language and text size."""

    chain: Chain
    language: str
    size: str = ""
    languages: tuple[str, ...] = PAGE_LANGUAGES
    preview: bool = False
    unasked: bool = False  # a preview shows a question whose rules nobody could check
    home: str = ""  # where forms are sent; "": to the address of the page
    entered: str = ""  # the channel, when staff enter what somebody says
    scripts: tuple[str, ...] = ()  # further ones, which make questions of this questionnaire handier
    aloud: bool = False  # questions can be read aloud: only who asked for it gets the script
    sites: tuple[str, ...] = ()  # origins whose pages may show this one in a frame: they are told its height

    @property
    def say(self) -> Callable[[str], str]:
        """gettext for this page's language."""
        return translator(self.language)

    @property
    def speaking(self) -> bool:
        """Whether answers may be spoken on this page."""
        return self.chain.speaking and not self.preview and not self.entered

    @property
    def script(self) -> assets.Asset:
        """The script of a page of questions."""
        steps = assets.personal_script() if self.home else assets.script()
        steps = assets.preview_script() if self.preview else steps
        for name in (*self.scripts, *(["aloud.js"] if self.aloud else ())):
            steps = assets.with_script(steps.text, name)
        return steps

    @property
    def style(self) -> assets.Asset:
        """The style sheet in the chain's colours."""
        return assets.style(self.chain.brand, self.chain.soft)


def opening(frame: Frame, title: str) -> str:
    """From the doctype to the opened body."""
    size = f" class={frame.size}" if frame.size else ""
    name = frame.chain.display_name(frame.language)
    whole = f"{title} - {name}" if name and name != title else title
    return (
        f"<!doctype html><html lang={frame.language}{size}><head><meta charset=utf-8>"
        f'<meta name=viewport content="width=device-width,initial-scale=1"><meta name=robots content=noindex>'
        f'<meta name=format-detection content="telephone=no"><meta name=theme-color content="{frame.chain.brand}">'
        f'<link rel=icon href="/logo?{frame.chain.logo_key}">'
        f"<title>{escaped(whole)}</title><style>{frame.style.text}</style></head><body>{_preview_bar(frame)}{_height(frame)}"
    )


def _height(frame: Frame) -> str:
    """What tells the page around a frame how high it wants to be."""
    if not frame.sites:
        return ""
    return f"<script data-sites={attribute(' '.join(frame.sites))}>{assets.height_script().text}</script>"


def _preview_bar(frame: Frame) -> str:
    if not frame.preview:
        return ""
    _ = frame.say
    text, unasked = _("预览：不会保存任何内容"), _("前面的题没有作答，所以没有检查这一题的显示规则")
    return f"<p class=preview role=status>{text}{f'<br>{unasked}' if frame.unasked else ''}</p>"


def header(frame: Frame, tools: str = "") -> str:
    """The chain's name and logo, and the tools beside it."""
    name = escaped(frame.chain.display_name(frame.language))
    logo = f'<img src="/logo?{frame.chain.logo_key}" alt="" height=32>' if frame.chain.logo_key else ""
    return f"<header><div class=page><span class=who>{logo}<span>{name}</span></span>{tools}</div></header>"


def view_buttons(frame: Frame) -> str:
    """Text size and language as submit buttons of the form: typed text comes back with the page."""
    _ = frame.say
    labels, group = (_("标准"), _("大字"), _("特大")), _("字号")
    sizes = "".join(
        f"<button name=view value=size:{size or 'std'} formnovalidate aria-pressed={'true' if size == frame.size else 'false'}>"
        f"{label}</button>"
        for size, label in zip(SIZES, labels, strict=True)
    )
    languages = "".join(
        f"<button name=view value=lang:{language} formnovalidate lang={language}>{language_name(language)}</button>"
        for language in frame.languages
        if language != frame.language
    )
    read = _("朗读")
    aloud = f"<button name=view value=aloud formnovalidate aria-pressed={'true' if frame.aloud else 'false'}>{read}</button>"
    return f"<div class=tools><span role=group aria-label={attribute(group)}>{sizes}</span>{aloud}{languages}</div>"


def language_links(frame: Frame, path: str) -> str:
    """Languages as links, for pages without a form."""
    links = "".join(
        f'<a href="{path}?l={language}" lang={language}>{language_name(language)}</a>'
        for language in frame.languages
        if language != frame.language
    )
    return f"<div class=tools>{links}</div>"


def language_name(language: str) -> str:
    """A language in its own words; its tag when we do not know it."""
    return _LANGUAGE_NAMES.get(language) or _LANGUAGE_NAMES.get(language.split("-")[0]) or language


def footer(frame: Frame, *, note: str = "", links: Sequence[str] = ("privacy", "withdraw")) -> str:
    """Help phone and links, in the same place on every page."""
    _ = frame.say
    phone = frame.chain.help_phone
    call = ""
    if phone:
        dial = "".join(c for c in re.split("[转#]", phone)[0] if c in "+0123456789")
        number = f'<a href="tel:{dial}">{escaped(phone)}</a>'
        call = "<p>" + _("有疑问？请拨打 %(number)s") % {"number": number} + "</p>"
    known = {"privacy": _("隐私声明"), "withdraw": _("删除我的回答")}
    anchors = "".join(
        f'<a href="/{link}?l={frame.language}" target=_blank rel=noopener>{known[link]}</a>' for link in links
    )
    return f"<footer>{note}{call}<p>{anchors}</p></footer>"


def closing_page(
    frame: Frame,
    title: str,
    body: str,
    *,
    tools: str = "",
    links: Sequence[str] = ("privacy",),
    script: str = assets.CLOSING_SCRIPT,
) -> str:
    """A page without a questionnaire form: thanks, closed, not found, privacy."""
    return (
        f"{opening(frame, title)}{header(frame, tools)}<div class=page><main>{body}</main>"
        f"{footer(frame, links=links)}</div><script>{script}</script></body></html>"
    )
