"""Which languages a text is in, and two languages that stand side by side."""

import re

from survey_app.formats.plain_text.lines import flat

HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_LETTER = re.compile("[A-Za-z\u00c0-\u024f]")

_HAN_END = re.compile("[\u3400-\u9fff\uf900-\ufaff。？！?!)\\]]")


def has_chinese(text: str) -> bool:
    return HAN.search(text) is not None


def is_english(text: str) -> bool:
    """Latin words and no Chinese character."""
    return _WORD.search(text) is not None and HAN.search(text) is None


def is_neutral(text: str) -> bool:
    """Numbers and signs: the same in every language."""
    return HAN.search(text) is None and _LETTER.search(text) is None


def sides(text: str) -> tuple[str, str] | None:
    """(Chinese, English) of a text that says the same twice, or None.

    `您满意吗？ / Are you satisfied?`, `男 Male`, `Male（男）`.
    """
    first = HAN.search(text)
    if first is None or not _WORD.search(text):
        return None
    last = max(match.start() for match in HAN.finditer(text))
    if first.start() < _first_word(text):
        after = last + 1
        while after < len(text) and not (text[after].isascii() and (text[after].isalnum() or text[after] in "(/|\"'")):
            if text[after] in "（／｜“":
                break
            after += 1
        left, right = text[:after], text[after:]
        return _pair(left, right)
    left, right = text[: first.start()], text[first.start() :]
    return _pair(right, left)


def _first_word(text: str) -> int:
    match = _WORD.search(text)
    return match.start() if match else len(text)


def _pair(chinese: str, english: str) -> tuple[str, str] | None:
    zh, en = _bare(chinese), _bare(english)
    if not HAN.search(zh) or HAN.search(en) or not _WORD.search(en):
        return None
    inside = _WORD.findall(zh)
    return None if len(inside) > 2 else (zh, en)  # product names may stand in the Chinese words


def _bare(side: str) -> str:
    side = side.strip()
    while side and flat(side[0]) in "/|-)]":
        side = side[1:].lstrip()
    while side and flat(side[-1]) in "/|-([":
        side = side[:-1].rstrip()
    twin = flat(side)
    if twin[:1] == "(" and (
        twin.count("(") > twin.count(")") or twin.endswith(")") and twin.find(")") == len(twin) - 1
    ):
        side, twin = side[1:], twin[1:]
    if twin.endswith(")") and twin.count(")") > twin.count("("):
        side = side[:-1]
    return side.strip()


def main_side(text: str) -> str:
    """The words to look at: of two languages the Chinese ones."""
    pair = sides(text)
    return pair[0] if pair else text
