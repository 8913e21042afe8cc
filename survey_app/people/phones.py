"""Phone numbers, e-mail addresses and names as files and people write them: normalised, or refused with a reason. Pure.

A phone number is kept in E.164 (`+8613812345678`). Chinese mobile numbers are taken by their shape, because new number
ranges open faster than any table; landlines and foreign numbers by the metadata of libphonenumber.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from survey_app.languages import N_
from survey_app.questionnaire.texts import clean

LONGEST_NAME = 80
LONGEST_CELL = 64  # no phone number is longer, however it is decorated


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can be called; a mobile one can get an SMS too."""

    e164: str
    kind: Literal["mobile", "landline"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something is no phone number or e-mail address; `REASONS[code]` says it in words."""

    code: str


REASONS: dict[str, str] = {
    "phone_empty": N_("没有手机号。"),
    "phone_not_a_number": N_("手机号里有不能识别的字符。"),
    "phone_rounded": N_("手机号被表格软件改成了科学计数法，后几位已丢失。请把该列设为“文本”后重新导出。"),
    "phone_too_short": N_("手机号位数不够。"),
    "phone_too_long": N_("手机号位数太多。"),
    "phone_no_area_code": N_("座机号缺少区号。"),
    "phone_several": N_("一格里有多个号码，请只留一个。"),
    "phone_extension": N_("带分机号的号码无法使用，请只留总机号。"),
    "phone_service": N_("这是服务热线（如 400、800），不是个人号码。"),
    "phone_unknown": N_("没有这样的号码。"),
    "email_empty": N_("没有邮箱地址。"),
    "email_shape": N_("邮箱地址不完整或写法不对。"),
    "email_not_ascii": N_("邮箱地址里有中文或其他无法投递的字符。"),
}

_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")  # pasted from address books
_DASHES = re.compile("[\u2010-\u2015\u2212\u30fc\ufe58\ufe63\uff0d\uff70_]")
_TEXT_MARKS = re.compile(r'=?"([^"]*)"|\'(.*)')  # how a spreadsheet is told to leave a cell alone
_DECIMAL = re.compile(r"([+]?[0-9]+)\.0*")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E[+]?[0-9]{1,2}")
_EXTENSION = re.compile(r"(?:转|分机|EXT|X|#|P|,).*", re.DOTALL)
_SEVERAL = re.compile(r"[/;、|\n]|\s(?:或|和)\s?")
_SHAPE = re.compile(r"[+(]?[0-9()+ -]*")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_AREA = r"(?:10|2[0-9]|[3-9][0-9]{2})"
_LANDLINE = re.compile(rf"0({_AREA})([2-9][0-9]{{6,7}})")
_WITHOUT_ZERO = re.compile(rf"{_AREA}[2-9][0-9]{{6,7}}|10[0-9]{{8}}")
_LOCAL_ONLY = re.compile(r"[2-8][0-9]{6,7}")
_WITH_EXTENSION = re.compile(rf"[(]?0{_AREA}[)]?[ -]+[0-9]{{7,8}} ?- ?[0-9]{{1,6}}")
_SERVICE = re.compile(r"[48]00[0-9]{7}|9[56][0-9]{3,6}|1[0-2][0-9]{1,4}")


def normal(text: str) -> Phone | Problem:
    """The phone number that a cell or a form field means.

    Spaces, hyphens, brackets, full-width digits, 86, 0086 and +86 are understood, also what spreadsheets do to numbers:
    `13812345678.0`, `1.3812345678E+10`, a landline that lost its leading zero. `1.38E+10` has lost its digits: a Problem.
    """
    text = _plain(text)
    if not text:
        return Problem("phone_empty")
    if len(text) > LONGEST_CELL:
        return Problem("phone_too_long")
    if _SCIENTIFIC.fullmatch(text):
        whole = _whole_digits(text)
        return Problem("phone_rounded") if whole is None else _by_digits(whole)
    if whole_decimal := _DECIMAL.fullmatch(text):
        text = whole_decimal.group(1)
    if not any(character.isdigit() for character in text):
        return Problem("phone_not_a_number")
    if _SEVERAL.search(text):
        return Problem("phone_several")
    if not _SHAPE.fullmatch(text):
        return Problem("phone_extension" if _SHAPE.fullmatch(_EXTENSION.sub("", text)) else "phone_not_a_number")
    return _by_shape(text)


def _plain(text: str) -> str:
    if len(text) > 4 * LONGEST_CELL:
        return text
    text = _DASHES.sub("-", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).strip().upper()
    marked = _TEXT_MARKS.fullmatch(text)
    text = (marked.group(1) or marked.group(2) or "").strip() if marked else text
    return re.sub(r"^(?:TEL|PHONE|手机|电话|MOBILE)\s*[::]\s*", "", text)


def _whole_digits(text: str) -> str | None:
    """The digits behind `1.3812345678E+10`, when none was rounded away."""
    mantissa, _, exponent = text.partition("E")
    if len(mantissa.replace(".", "")) != int(exponent) + 1:
        return None
    try:
        return str(int(Decimal(text)))
    except InvalidOperation:
        return None


def _by_shape(text: str) -> Phone | Problem:
    digits = re.sub(r"[^0-9]", "", text)
    if len(digits) > 20:
        return Problem("phone_too_long")
    if text.count("+") > 1 or text.lstrip("(").find("+") > 0:
        return Problem("phone_not_a_number")
    if "+" in text and not digits.startswith("00"):
        return _chinese(digits[2:]) if digits.startswith("86") else _foreign(digits)
    if digits.startswith("00"):
        rest = digits.lstrip("0")
        return _chinese(rest[2:]) if rest.startswith("86") else _foreign(rest)
    if _WITH_EXTENSION.fullmatch(text):
        return Problem("phone_extension")
    return _by_digits(digits)


def _by_digits(digits: str) -> Phone | Problem:
    if digits.startswith("86") and len(digits) > 11:  # 8613812345678: 86 is no area code, and no number is so long
        return _chinese(digits[2:])
    return _chinese(digits)


def _chinese(digits: str) -> Phone | Problem:
    mobile = digits[1:] if digits.startswith("01") and len(digits) == 12 else digits  # 0138…: dialled from another city
    if _MOBILE.fullmatch(mobile):
        return Phone(f"+86{mobile}", "mobile")
    if _SERVICE.fullmatch(digits):
        return Problem("phone_service")
    if landline := _LANDLINE.fullmatch(digits):
        return Phone(f"+86{landline.group(1)}{landline.group(2)}", "landline")
    if digits.startswith("0") and _is_listed(f"+86{digits[1:]}"):
        return Phone(f"+86{digits[1:]}", "landline")
    if _WITHOUT_ZERO.fullmatch(digits) and _is_listed(f"+86{digits}"):
        return Phone(f"+86{digits}", "landline")
    if _LOCAL_ONLY.fullmatch(digits):
        return Problem("phone_no_area_code")
    if digits.startswith("1") and len(digits) != 11 or len(digits) > 12:
        return Problem("phone_too_short" if len(digits) < 11 else "phone_too_long")
    return Problem("phone_too_short" if len(digits) < 9 else "phone_unknown")


def _is_listed(e164: str) -> bool:
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE


def _foreign(digits: str) -> Phone | Problem:
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return Problem("phone_unknown")
    if not phonenumbers.is_valid_number(number):
        return Problem("phone_unknown")
    kind = phonenumbers.number_type(number)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE):
        return Phone(e164, "mobile")
    if kind == PhoneNumberType.FIXED_LINE:
        return Phone(e164, "landline")
    return Problem("phone_service")


# --- masks -------------------------------------------------------------------------------------------------------------
def mask(e164: str) -> str:
    """A number as a page shows it: `138****5678`, `0915*****79`, `+852****4567`. Anything else: four stars."""
    chinese = e164[3:] if e164.startswith("+86") and e164[1:].isdigit() else ""
    if _MOBILE.fullmatch(chinese):
        return f"{chinese[:3]}****{chinese[-4:]}"
    if area := re.match(_AREA, chinese):
        return f"0{area.group()}{'*' * (len(chinese) - area.end() - 2)}{chinese[-2:]}"
    if e164.startswith("+") and e164[1:].isdigit() and len(e164) >= 10:
        return f"{e164[:4]}****{e164[-4:]}"
    return "****"


def mask_name(name: str) -> str:
    """`李**`: the first character, and two stars however long the name is."""
    return f"{name[0]}**" if name else ""


def mask_email(email: str) -> str:
    """`d********@126.com`: at least three stars, so that a short name is hidden too."""
    local, at, domain = email.rpartition("@")
    return f"{local[0]}{'*' * max(3, len(local) - 1)}@{domain}" if at and local else "***"


# --- e-mail addresses and names ------------------------------------------------------------------------------------------
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^`{|}~_-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^`{|}~_-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TOP = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{2,59}|[a-z][a-z0-9-]{0,61}[a-z]")


def normal_email(text: str) -> str | Problem:
    """The address in lower case, as it is compared and mailed; or a Problem.

    Only what any mail server takes: no quoted names, comments, line ends, address literals, or domains without a dot.
    A Chinese domain becomes its ASCII form.
    """
    text = _INVISIBLE.sub("", text).strip(" \t\u3000").lower()
    if not text:
        return Problem("email_empty")
    if len(text) > 254 or not text.isprintable():
        return Problem("email_shape")
    local, at, domain = unicodedata.normalize("NFKC", text).rpartition("@")
    if not local.isascii():
        return Problem("email_not_ascii")
    domain = _ascii_domain(domain)
    labels = domain.split(".")
    right = at and len(local) <= 64 and _LOCAL.fullmatch(local) and len(labels) > 1 and len(local) + len(domain) < 254
    if not right or not _TOP.fullmatch(labels[-1]) or not all(_LABEL.fullmatch(label) for label in labels):
        return Problem("email_shape")
    return f"{local}@{domain}"


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


_POINTS = re.compile("\\s*[\u2022\u2027\u2219\u22c5\u30fb\u0387\u16eb\u2e31\uff65\u25cf\u318d]\\s*")
_POINT_BETWEEN = re.compile("(?<=[\u3400-\u9fff])\\s*[.\uff0e\u00b7]\\s*(?=[\u3400-\u9fff])")
_SPACES = re.compile(r"\s+")


def clean_name(text: str) -> str:
    """A name as it is kept: no control or invisible characters, one kind of `·` (买买提·吐尔逊), at most 80 characters."""
    text = _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()
    return clean(_POINT_BETWEEN.sub("·", _POINTS.sub("·", text)), LONGEST_NAME)
