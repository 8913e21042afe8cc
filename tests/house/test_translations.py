"""Every interface text exists in Chinese (the source) and English, with the same placeholders."""

import re

import pytest
from babel.messages import pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from survey_app.config import ROOT

METHODS = [
    ("**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/**.txt", "jinja2"),
    ("templates/**.svg", "jinja2"),
]
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "N_": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)s|%\(\w+\)d|\{\w+\}")
HAN = re.compile("[\u4e00-\u9fff]")


def texts_in_use() -> dict[str, str]:
    """Each text that the program asks for -> the file that asks."""
    found: dict[str, str] = {}
    for name, _line, message, _comments, _context in extract_from_dir(ROOT / "survey_app", METHODS, keywords=KEYWORDS):
        found[message if isinstance(message, str) else message[0]] = name
    return found


def catalogue(language: str) -> Catalog:
    with (ROOT / "translations" / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return pofile.read_po(file, locale=language)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_text_is_missing_or_fuzzy(language: str) -> None:
    known = catalogue(language)
    missing = []
    for text, name in sorted(texts_in_use().items()):
        message = known.get(text)
        if message is None or not message.string or message.fuzzy or not all(_forms(message.string)):
            missing.append(f"{name}: {text}")
    assert not missing


def _forms(string: object) -> list[str]:
    return [string] if isinstance(string, str) else list(string)  # type: ignore[call-overload]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_placeholders_are_the_same_in_every_language(language: str) -> None:
    differing = []
    for message in catalogue(language):
        if not message.id:
            continue
        wanted = set(PLACEHOLDER.findall(_forms(message.id)[-1]))
        differing += [text for text in _forms(message.string) if text and set(PLACEHOLDER.findall(text)) != wanted]
    assert not differing


def test_english_texts_hold_no_chinese() -> None:
    mixed = [text for message in catalogue("en") if message.id for text in _forms(message.string) if HAN.search(text)]
    # names of languages are written in their own language everywhere, and redacted text shows tags such as 〔电话〕
    assert [text for text in mixed if HAN.search(re.sub("中文|〔.*?〕", "", text))] == []


def test_no_template_shows_chinese_outside_of_the_catalogue() -> None:
    loose = []
    for path in sorted((ROOT / "survey_app" / "templates").rglob("*.html")):
        source = path.read_text(encoding="utf-8")
        source = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", source, flags=re.DOTALL)
        source = source.replace("中文", "")
        loose += [f"{path.name}: {line.strip()}" for line in source.splitlines() if HAN.search(line)]
    assert not loose
