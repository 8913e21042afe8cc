"""Personal data out of Chinese free text, by patterns (privacy.md 8). Pure; time grows in line with the length.

A folded copy of the text is searched (NFKC, invisible characters dropped, Chinese numerals and every kind of digit as 0-9);
what is found is cut out of the original, so all other words keep their spelling. No word list is consulted and no run of
Chinese characters is ever taken for a name: drug and brand names stay.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

TAGS = PHONE, IDENTITY, BANK, MAIL, WECHAT, QQ, PLATE, ORDER, PAPERS = (
    "〔电话〕", "〔身份证〕", "〔银行卡〕", "〔邮箱〕", "〔微信〕", "〔QQ〕", "〔车牌〕", "〔订单号〕", "〔证件号〕",
)  # fmt: skip

_NUMERALS = str.maketrans("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖○", "00123456789" + "1" + "123456789" + "0")
_FEW_NUMERALS = 7  # fewer digits are no number of a person
# Nothing but everyday Chinese writing: no latin letter, no digit, no look-alike
_EVERYDAY = re.compile("[\u4e00-\u9fff\\s，。！？、；：“”‘’（）《》…—~～]*")
_NUMERAL = re.compile("[〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]")
_DROPPED = {"Cf", "Mn", "Me"}

_S = r"[\s\-\u2010-\u2015_.·•,，、/*~]{0,2}"  # what people put between groups of digits
_DATE = rf"{_S}(?:0{_S}[1-9]|1{_S}[0-2]){_S}(?:0{_S}[1-9]|[12]{_S}\d|3{_S}[01])"


def _digits(count: str) -> str:
    return rf"(?:{_S}\d){{{count}}}"


_IDENTITY_18 = re.compile(
    rf"(?<!\d)[1-9]{_digits('5')}{_S}(?:1{_S}[89]|2{_S}0){_digits('2')}{_DATE}{_digits('3')}{_S}[0-9Xx](?!\d)"
)
_IDENTITY_15 = re.compile(r"(?<!\d)[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)")
_BANK = re.compile(r"(?<![0-9A-Za-z])\d(?:[ \-]?\d){14,18}(?![0-9A-Za-z])")
_IN_FOURS = re.compile(r"\d{4}(?:[ \-]\d{4}){3}(?:[ \-]?\d{1,4})?")
_MOBILE = re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_S}|0)?1{_S}[3-9]{_digits('9')}(?!\d)")
_ABROAD = re.compile(r"(?<!\d)(?:\+|00)[1-9]\d{0,2}[ \-()]{0,2}\d(?:[ \-()]{0,2}\d){5,11}(?!\d)")
_LANDLINE = re.compile(
    rf"(?<!\d)[(（]?0[1-9]\d{{1,2}}[)）]?{_S}[1-9]\d{{2,3}}{_S}\d{{4}}(?:{_S}(?:转|ext\.?)?{_S}\d{{1,5}})?(?!\d)"
)
_SERVICE = re.compile(r"(?<!\d)[48]00[ \-]?\d{3}[ \-]?\d{4}(?!\d)")
_IS = r"(?:号码|号|是|为|[:：=#\s]){0,4}"
_CALLED = re.compile(
    rf"(?:电话|座机|手机|联系方式|致电|打给|拨打|tel|phone){_IS}(\d(?:[ \-]?\d){{6,12}})(?!\d)", re.IGNORECASE
)
_WECHAT_WORD = r"(?:微信|薇信|威信|徽信|v信|wei ?xin|wechat|(?<![a-z])[vw]x|加[vｖ微薇](?:信)?)"
_QQ_WORD = r"(?:(?<![a-z])qq|扣扣|企鹅)"
_HANDLE = r"([A-Za-z0-9][A-Za-z0-9_\-]{4,19})(?![A-Za-z0-9_\-@])"
_WECHAT = re.compile(rf"{_WECHAT_WORD}({_IS}){_HANDLE}", re.IGNORECASE)
_QQ = re.compile(rf"{_QQ_WORD}(?:群|{_IS}){_IS}([1-9]\d{{4,11}})(?!\d)", re.IGNORECASE)
_PLATE = re.compile(
    "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z][·.\\-\\s]?"
    "(?=[A-Za-z]{0,4}[0-9])[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳](?![0-9A-Za-z])"
)
_PAPERS = re.compile(rf"(?:护照|通行证|回乡证|台胞证|军官证){_IS}([A-Za-z]{{1,2}}\d{{6,9}})(?![0-9A-Za-z])")
_ORDER = re.compile(
    rf"(?:订单|单号|运单|快递|物流|小票|流水|交易)(?:编号|单号)?{_IS}([A-Za-z]{{0,4}}\d[A-Za-z0-9\-]{{5,31}})(?![A-Za-z0-9])"
)
_LONG = re.compile(r"(?<![0-9A-Za-z])\d{12,40}(?![0-9A-Za-z])")
_DOMAIN = re.compile(r"[A-Za-z0-9\-]{1,63}(?:[.。点][A-Za-z0-9\-]{1,63}){1,4}")
_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-")
_LONGEST_LOCAL = 64


@lru_cache(maxsize=4096)
def _fold(character: str) -> str:
    if unicodedata.category(character) in _DROPPED:
        return ""
    decimal = unicodedata.decimal(character, None)
    if decimal is not None:
        return str(decimal)
    return "".join(c for c in unicodedata.normalize("NFKC", character) if unicodedata.category(c) not in _DROPPED)


class _Search:
    """The folded text, where each of its characters came from, and what was found."""

    def __init__(self, text: str) -> None:
        folded, self.origin = [], []
        for index, character in enumerate(text):
            part = character if character.isascii() else _fold(character)
            folded.append(part)
            self.origin.extend([index] * len(part))
        self.length = len(text)
        self.words = "".join(folded)
        self.found: list[tuple[int, int, str]] = []

    @property
    def numbers(self) -> str:
        """As `words`, Chinese numerals as digits; same positions."""
        return self.words.translate(_NUMERALS)

    def take(self, start: int, end: int, tag: str) -> None:
        """Note a find and blank it, so that nothing else finds a part of it."""
        after = self.origin[end] if end < len(self.origin) else self.length
        self.found.append((self.origin[start], after, tag))
        self.words = self.words[:start] + "\0" * (end - start) + self.words[end:]

    def each(self, pattern: re.Pattern[str], tag: str, accept: Callable[[re.Match[str]], bool] | None = None) -> None:
        """Take every match (its last group when it has one) of a pattern over digits."""
        for match in list(pattern.finditer(self.numbers)):
            if accept is None or accept(match):
                self.take(*match.span(pattern.groups), tag)


def _is_card(match: re.Match[str]) -> bool:
    """Luhn's sum is right, or it is written like a card or begins like one of UnionPay (a typing error must not leak it)."""
    digits = [int(c) for c in match.group() if c.isdigit()]
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]
    if (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 or digits[:2] == [6, 2]:
        return True
    return _IN_FOURS.fullmatch(match.group()) is not None


def _is_handle(match: re.Match[str]) -> bool:
    return match.group(1) != "" or any(c.isdigit() or c == "_" for c in match.group(2))


def _mails(search: _Search) -> None:
    position = search.words.find("@")
    while position >= 0:
        text = search.words
        after = position + 1 + (text[position + 1 : position + 2] == " ")
        domain = _DOMAIN.match(text, after)
        end = before = position - (position > 0 and text[position - 1] == " ")
        while before > 0 and end - before < _LONGEST_LOCAL and text[before - 1] in _LOCAL:
            before -= 1
        if before == end:  # 张三@qq.com: the word before the sign
            while before > 0 and end - before < 12 and text[before - 1].isalnum():
                before -= 1
        if domain is not None and before < end:
            search.take(before, domain.end(), MAIL)
        position = search.words.find("@", position + 1)


def redact(text: str) -> str:
    """The cleaned text with telephone numbers, identity and bank cards, addresses of mail and chat, plates and order numbers
    replaced by type tags such as 〔电话〕. Everything else stays as it was written."""
    if _EVERYDAY.fullmatch(text) and len(_NUMERAL.findall(text)) < _FEW_NUMERALS:
        return text
    search = _Search(text)
    _mails(search)
    search.each(_IDENTITY_18, IDENTITY)
    search.each(_BANK, BANK, _is_card)
    search.each(_IDENTITY_15, IDENTITY)
    search.each(_MOBILE, PHONE)
    search.each(_ABROAD, PHONE)
    search.each(_ORDER, ORDER)
    search.each(_LANDLINE, PHONE)
    search.each(_SERVICE, PHONE)
    search.each(_QQ, QQ)
    search.each(_WECHAT, WECHAT, _is_handle)
    search.each(_CALLED, PHONE)
    search.each(_PAPERS, PAPERS)
    search.each(_PLATE, PLATE)
    search.each(_LONG, ORDER)
    if not search.found:
        return text
    pieces, position = [], 0
    for start, end, tag in sorted(search.found):
        pieces += [text[position:start], tag]
        position = max(position, end)
    return "".join(pieces) + text[position:]
