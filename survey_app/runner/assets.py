"""Style and script of the respondent's page: small, inline, allowed by their hashes.

`page.css` and `page.js` are the readable sources. They are made small when the process starts, so no build step can be
forgotten: comments and spaces go, and names of the script that begin with `$` become one or two letters.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from string import ascii_letters

from rjsmin import jsmin

_HERE = Path(__file__).parent
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)

# Clears what the page script kept for this tab; stands on every closing page.
CLOSING_SCRIPT = "try{sessionStorage.clear()}catch(e){}"
# After the page script of a preview; the frame around it stays where it is.
TO_QUESTION = (
    ";(function(){var q=document.getElementById('q'+_m.dataset.at.slice(1));"
    "q&&_a.value=='s-'&&scrollTo(0,q.getBoundingClientRect().top-8)})()"
)
# Where the forms of personal links go: an address that everybody shares
PERSONAL_HOME = "/i/"
KEEP_FROM_THE_START = f";try{{sessionStorage['{PERSONAL_HOME}']=_k.innerHTML}}catch(e){{}}"
# The bare address, reloaded: sends what the tab kept
REOPEN_SCRIPT = f"try{{(_k.innerHTML=sessionStorage['{PERSONAL_HOME}']||'')&&_c.click()}}catch(e){{}}"
# Tries again after 8 to 12 seconds; what the page script kept stays.
AGAIN_SCRIPT = 'var b=document.getElementById("_again");b&&setTimeout(function(){b.click()},8e3+4e3*Math.random())'


@dataclass(frozen=True, slots=True)
class Asset:
    """An inline text and its CSP hash (base64 SHA-256)."""

    text: str
    hash: str


def asset(text: str) -> Asset:
    """A text with its hash."""
    return Asset(text, base64.b64encode(hashlib.sha256(text.encode()).digest()).decode())


def small_css(source: str) -> str:
    """The style sheet without comments and without spaces that mean nothing. `calc` keeps its spaces."""
    text = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?([{};,>]) ?", r"\1", text)
    text = re.sub(r": (?=[^{}]*})", ":", text)
    return text.replace(";}", "}").strip()


def small_script(source: str) -> str:
    """The script with short names and without comments and spaces."""
    names = sorted(set(re.findall(r"\$\w+", source)), key=lambda name: (-source.count(name), name))
    short = dict(zip(names, chain(ascii_letters, (letter + "_" for letter in ascii_letters)), strict=False))
    text = str(jsmin(re.sub(r"\$\w+", lambda found: short[found[0]], source))).replace("\n", "")
    return text.replace(";}", "}").rstrip(";")


@lru_cache(maxsize=32)
def style(brand: str, soft: str) -> Asset:
    """The style sheet in the chain's colours (`#rrggbb`; anything else keeps the default)."""
    source = (_HERE / "page.css").read_text(encoding="utf-8")
    if _COLOUR.fullmatch(brand) and _COLOUR.fullmatch(soft):
        source = source.replace("--brand:#0b6e4f; --soft:#e6f3ee", f"--brand:{brand}; --soft:{soft}")
    return asset(small_css(source))


@lru_cache(maxsize=1)
def script() -> Asset:
    """The step-by-step script."""
    return asset(small_script((_HERE / "page.js").read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def personal_script() -> Asset:
    """The same for addresses that hold a code: it leaves the address bar at once, and the tab keeps the form from the start."""
    source = (_HERE / "page.js").read_text(encoding="utf-8")
    return asset(small_script(source.replace("location.pathname", f"'{PERSONAL_HOME}'")) + KEEP_FROM_THE_START)


@lru_cache(maxsize=1)
def review_script() -> Asset:
    """Of a review that a personal link leads to: no steps, but the code leaves the address bar and the tab keeps the form."""
    return asset(f"history.replaceState(null,'','{PERSONAL_HOME}')" + KEEP_FROM_THE_START)


@lru_cache(maxsize=1)
def reopen_script() -> Asset:
    """The script of the bare address of personal links."""
    return asset(REOPEN_SCRIPT)


@lru_cache(maxsize=1)
def preview_script() -> Asset:
    """The same, and a page of few questions is scrolled to the one that the preview begins with."""
    return asset(script().text + TO_QUESTION)


@lru_cache(maxsize=8)
def small_file(name: str) -> Asset:
    """A script of its own file beside this one, for pages that are allowed files: counter tablets."""
    return asset(small_script((_HERE / name).read_text(encoding="utf-8")))


@lru_cache(maxsize=32)
def with_script(steps: str, name: str) -> Asset:
    """A script of pages of questions, and one of its own file behind it."""
    return asset(steps + ";" + small_file(name).text)


@lru_cache(maxsize=1)
def height_script() -> Asset:
    """A second script, of pages in a frame of another site."""
    return asset(small_script((_HERE / "widget.js").read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def closing_script() -> Asset:
    """The script of closing pages."""
    return asset(CLOSING_SCRIPT)


@lru_cache(maxsize=1)
def again_script() -> Asset:
    """The script of pages that try again."""
    return asset(AGAIN_SCRIPT)


@lru_cache(maxsize=8)
def kiosk_style(brand: str, soft: str) -> Asset:
    """The style sheet of counter tablets, in the chain's colours."""
    return asset(style(brand, soft).text + small_css((_HERE / "kiosk.css").read_text(encoding="utf-8")))
