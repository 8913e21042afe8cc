"""Forms of contacts and of the opt-out list."""

from flask_babel import lazy_gettext
from wtforms.validators import DataRequired

from survey_app.forms import Area, Choice, Line, StaffForm, at_most, switch
from survey_app.people.consents import CHANNELS

NUMBER = lazy_gettext("请填写完整的手机号或邮箱。")
REASON = lazy_gettext("请写明原因。")
LONGEST_LIST = 60_000  # a thousand lines


def _reason() -> Line:
    return Line(validators=[DataRequired(REASON), at_most(200)])


class NumberForm(StaffForm):
    """A whole phone number or e-mail address to look for. It is compared by blind index and kept nowhere."""

    number = Line(validators=[DataRequired(NUMBER), at_most(254)])


class UnmaskForm(StaffForm):
    """Why somebody needs the number in clear."""

    reason = _reason()


class ConsentForm(StaffForm):
    """One consent as the person gave or ended it."""

    channel = Choice({channel: channel for channel in CHANNELS})
    given = switch()


class OptOutForm(StaffForm):
    """Put a contact on the opt-out list, or take one off it with a reason."""

    out = switch()
    lift_reason = Line(validators=[at_most(200)])


class ErasureForm(StaffForm):
    """Erase a person: with a reason and a tick."""

    reason = _reason()
    sure = Choice({"1": True}, message=lazy_gettext("请先勾选确认。"))


class OptOutsForm(StaffForm):
    """Numbers and addresses for the opt-out list, one per line."""

    numbers = Area(validators=[DataRequired(NUMBER), at_most(LONGEST_LIST)])
    reason = Choice({reason: reason for reason in ("opted_out", "complained", "staff")})


class LiftForm(NumberForm):
    """Take a number off the opt-out list, because its owner asked for it."""

    lift_reason = _reason()
