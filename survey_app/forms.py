"""What the forms of every room are made of: WTForms fields that check the shape of what a browser sent.

A form says whether something was filled in, how long it is and whether it was on the list; what it means is decided by the
domain function behind it. Both refuse with a DomainError tied to a field, so that a page shows either in the same way.
The CSRF token is none of a form's business: CSRFProtect checks it before any view.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Self

from flask import request
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, PasswordField, StringField, TextAreaField
from wtforms.validators import Length, StopValidation

from survey_app.errors import DomainError

NOT_LISTED = lazy_gettext("请从列表中选择。")
SENT_TWICE = lazy_gettext("同一项内容提交了两次，请刷新页面后重新填写。")
UNREADABLE = lazy_gettext("内容里有无法显示的字符，请删除后重新输入。")


class StaffForm(FlaskForm):  # type: ignore[misc]  # WTForms has no types
    """A form of the staff side, read from the running request."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        csrf = False

    takes_files = False

    def __init__(self, **options: Mapping[str, Any]) -> None:
        """`options`: for a Choice whose list is known to the view alone, what the browser sends -> what the view gets."""
        sent: MultiDict[str, Any] = MultiDict(request.form)
        if self.takes_files:
            sent.update(request.files)
        super().__init__(formdata=sent)
        for name, known in options.items():
            self[name].options = known

    def check(self) -> Self:
        """This form, when every field has the right shape. Raises DomainError at the first that has not."""
        for field in self:
            if not isinstance(field, Choices) and len(field.raw_data or ()) > 1:
                raise DomainError(str(SENT_TWICE)).at(field.name)
        self.validate()
        for field in self:
            if field.errors:
                raise DomainError(str(field.errors[0])).at(getattr(field, "wrong", "") or field.name)
        return self


def at_most(longest: int) -> Callable[[Any, Any], None]:
    """The rule of most texts: no more than so many characters."""
    rule: Callable[[Any, Any], None] = Length(max=longest, message=lazy_gettext("最多 %(n)s 个字。", n=longest))
    return rule


def _refuse_control_characters(text: str) -> None:
    # PostgreSQL stores no NUL, and nobody sees the others
    if any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in text):
        raise StopValidation(str(UNREADABLE))


class Line(StringField):  # type: ignore[misc]
    """One line of text without spaces around it; pasted line ends become spaces. Empty when it was not sent."""

    data: str

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = " ".join(valuelist[0].splitlines()).strip() if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        _refuse_control_characters(self.data)


class Area(TextAreaField):  # type: ignore[misc]
    """Text of several lines, each ended by one `\\n`, as browsers count its length."""

    data: str

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = "\n".join(valuelist[0].splitlines()).strip() if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        _refuse_control_characters(self.data)


class Secret(PasswordField):  # type: ignore[misc]
    """A password, to the letter."""

    data: str

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0] if valuelist else ""


class Raw(StringField):  # type: ignore[misc]
    """What another function reads with care of its own: an address to return to, a signed token."""

    data: str

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0] if valuelist else ""


class Family(Field):  # type: ignore[misc]
    """All fields whose whole name matches a pattern, where a page has one per row: `weight-<key>`, `f:<node>:<key>`.

    `data`: name -> what was sent, in the order of the page, without spaces around it and with plain line ends. A name that
    does not match is not read. Refused at its own name: what is too long, unreadable, or (unless `several`) sent twice.
    """

    data: MultiDict[str, str]

    def __init__(self, pattern: str, *, longest: int, most: int = 5_000, several: bool = False, **more: Any) -> None:
        super().__init__(**more)
        self.pattern, self.longest, self.most, self.several = re.compile(pattern), longest, most, several
        self.wrong = ""

    def process(self, formdata: MultiDict[str, Any] | None, *_more: Any, **_options: Any) -> None:
        self.raw_data: list[str] = []  # each name is counted by itself, in pre_validate
        self.process_errors: list[str] = []
        sent = formdata.items(multi=True) if formdata else ()
        self.data = MultiDict(
            (name, value.replace("\r\n", "\n").replace("\r", "\n").strip())
            for name, value in sent
            if self.pattern.fullmatch(name) and isinstance(value, str)
        )

    def pre_validate(self, form: Any) -> None:
        for count, (name, values) in enumerate(self.data.lists()):
            self.wrong = name
            if count >= self.most or (len(values) > 1 and not self.several):
                raise StopValidation(str(SENT_TWICE if count < self.most else UNREADABLE))
            for value in values:
                if len(value) > self.longest:
                    raise StopValidation(str(lazy_gettext("最多 %(n)s 个字。", n=self.longest)))
                _refuse_control_characters(value)
        self.wrong = ""


class Number(StringField):  # type: ignore[misc]
    """The number of a row; 0, which no row has, when none was sent."""

    data: int

    def process_formdata(self, valuelist: list[str]) -> None:
        given = valuelist[0].strip() if valuelist else ""
        self.data = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


class Choice(Field):  # type: ignore[misc]
    """One entry of a list. `options`: what the browser sends -> what the view gets; `absent` counts as sent when nothing is."""

    data: Any

    def __init__(
        self, options: Mapping[str, Any] | None = None, *, absent: str = "", message: Any = NOT_LISTED, **more: Any
    ) -> None:
        super().__init__(**more)
        self.options, self.absent, self.message = dict(options or {}), absent, message

    def process_formdata(self, valuelist: list[str]) -> None:
        self.sent = valuelist[0] if valuelist else self.absent
        self.data = None

    def pre_validate(self, form: Any) -> None:
        if self.sent not in self.options:
            raise StopValidation(str(self.message))
        self.data = self.options[self.sent]


class Choices(Field):  # type: ignore[misc]
    """Several entries of a list, in its order; what is not on it is left out, as if it had not been offered."""

    data: list[Any]
    options: Mapping[str, Any] = {}

    def process_formdata(self, valuelist: list[str]) -> None:
        self.sent = frozenset(valuelist)
        self.data = []

    def pre_validate(self, form: Any) -> None:
        self.data = [value for key, value in self.options.items() if key in self.sent]


def switch() -> Choice:
    """A button that turns something on ("1") or off ("0")."""
    return Choice({"1": True, "0": False})
