"""Forms of signing in, of passwords, of users, and the language switch of every page."""

from flask_babel import lazy_gettext
from wtforms.validators import DataRequired, EqualTo, Length

from survey_app.accounts.models import ROLES
from survey_app.accounts.passwords import LONGEST
from survey_app.forms import Choice, Line, Raw, Secret, StaffForm, at_most, switch
from survey_app.languages import INTERFACE

EMAIL = lazy_gettext("请填写完整的邮箱地址，例如 name@example.com。")


def _email() -> Line:
    return Line(validators=[DataRequired(EMAIL), Length(max=254, message=EMAIL)])


def _password() -> Secret:
    # how long it is after normalisation is the business of passwords.check(); nobody types four times as much
    return Secret(
        validators=[
            DataRequired(lazy_gettext("请填写密码。")),
            Length(max=LONGEST * 4, message=lazy_gettext("密码最多 %(n)s 个字符。", n=LONGEST)),
        ]
    )


class SignInForm(StaffForm):
    """Who wants to come in, and where to."""

    email = _email()
    password = _password()
    next = Raw()


class NewPasswordForm(StaffForm):
    """A password, typed twice so that a slip is seen."""

    password = _password()
    again = Secret(validators=[EqualTo("password", lazy_gettext("两次输入的密码不一致。"))])


class ChangePasswordForm(NewPasswordForm):
    """One's own new password; the present one is asked again."""

    old = _password()


class UserForm(StaffForm):
    """Name, role and place of a user. The view gives regions, shops and departments: id -> id, and "" for none."""

    name = Line(validators=[at_most(80)])
    role = Choice({role: role for role in ROLES})
    region = Choice()
    shop = Choice()
    department = Choice()


class NewUserForm(UserForm):
    """A user who does not exist yet."""

    email = _email()


class CodeForm(StaffForm):
    """Six digits from the app on the phone."""

    code = Line(validators=[DataRequired(lazy_gettext("请输入 6 位验证码。")), at_most(16)])


class SignInCodeForm(CodeForm):
    """The code of the second step, and where to go then."""

    next = Raw()


class AgainForm(StaffForm):
    """Password, or code of the app, after an idle time; and where to go then."""

    proof = Secret(
        validators=[
            DataRequired(lazy_gettext("请填写。")),
            Length(max=LONGEST * 4, message=lazy_gettext("密码最多 %(n)s 个字符。", n=LONGEST)),
        ]
    )
    next = Raw()


class ActivityForm(StaffForm):
    """Open or close an account."""

    active = switch()


class LanguageForm(StaffForm):
    """The language of the pages, and the page to return to."""

    language = Choice({language: language for language in INTERFACE})
    next = Raw()
