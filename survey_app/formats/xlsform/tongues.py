"""The languages of a form: what its headings call them, as our tags; every heading keeps a tag of its own."""

import re
from collections.abc import Sequence
from string import ascii_lowercase

from survey_app.formats.importing.building import language_tag
from survey_app.formats.importing.refusing import refuse
from survey_app.formats.xlsform.columns import Table

MOST = 30
_CHINESE = re.compile("[\u4e00-\u9fff]")
_TEXTS = ("label", "hint", "guidance_hint", "constraint_message", "required_message")


def tongues(tables: Sequence[Table], default: str) -> dict[str, str]:
    """Language as headings name it ("" for none) -> our tag, the first language first. Unknown names get `qaa`, `qab`…

    A heading without a language is in the first named one, unless the same text has both headings.
    """
    given: dict[str, None] = {}
    sample = ""
    keys: dict[str, set[tuple[str, str]]] = {}
    for table in tables:
        for column in table.columns:
            if column.key in _TEXTS and any(column in row.cells for row in table.rows):
                given.setdefault(column.language)
                keys.setdefault(column.language, set()).add((table.name, column.key))
                if not column.language and len(sample) < 4_000:
                    sample += " ".join(row.cells.get(column, "") for row in table.rows[:200])
    order = sorted(
        given, key=lambda name: (name.lower() != default.lower() if default else name != "", list(given).index(name))
    )
    if len(order) > MOST:
        raise refuse("too_much", tables[0].name, what=("languages", "语言"), limit=MOST)
    if "" in given and len(order) > 1:
        first = next(name for name in order if name)
        if not keys[""] & keys[first]:
            order.remove("")
            return {**_tags(order, sample, default), "": _tags(order, sample, default)[first]}
    return _tags(order, sample, default)


def _tags(order: list[str], sample: str, default: str) -> dict[str, str]:
    made: dict[str, str] = {}
    for name in order:
        tag = _tag(name) if name else _unnamed(sample, default)
        made[name] = tag if tag and tag not in made.values() else _private(made)
    return made or {"": _unnamed(sample, default) or "en"}


def _unnamed(sample: str, default: str) -> str:
    if default and default.lower() != "default" and (tag := _tag(default)):
        return tag
    return "zh-CN" if 3 * len(_CHINESE.findall(sample)) > len(sample.split()) and _CHINESE.search(sample) else "en"


def _tag(name: str) -> str:
    """The tag of a name such as `English (en)`, `中文`, `fr`; "" when it is not known."""
    tag = language_tag(name)
    low = name.lower()
    inner = low[low.rindex("(") + 1 : -1].strip() if low.endswith(")") and "(" in low else low
    is_english = tag != "en" or inner.startswith("en") or "english" in low
    return tag if is_english else "zh-CN" if "中文" in name or "chinese" in low else ""


def _private(made: dict[str, str]) -> str:
    tags = (f"q{one}{two}" for one in "ab" for two in ascii_lowercase)
    return next(tag for tag in tags if tag not in made.values())
