"""Forms of contacts and of the opt-out list."""

from flask_babel import lazy_gettext
from wtforms.validators import DataRequired

from survey_app.forms import Area, Choice, Line, StaffForm, at_most, switch
from survey_app.languages import N_
from survey_app.people.consents import CHANNELS
from survey_app.people.phones import LONGEST_NAME

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


LANGUAGES: dict[str, str] = {"": N_("按机构默认"), "zh-CN": N_("中文"), "en": N_("英文")}


class ContactForm(StaffForm):
    """What is known of a contact besides the phone number. A consent that is not ticked is none."""

    name = Line(validators=[at_most(LONGEST_NAME)])
    email = Line(validators=[at_most(254)])
    language = Choice({language: language for language in LANGUAGES})
    sms_consent = Choice({"1": True, "": False})
    email_consent = Choice({"1": True, "": False})
    phone_consent = Choice({"1": True, "": False})

    def given(self) -> dict[str, bool]:
        """The consents by channel."""
        return {channel: self[f"{channel}_consent"].data for channel in CHANNELS}


class NewContactForm(ContactForm):
    """A contact who does not exist yet."""

    phone = Line(validators=[at_most(64)])


class ChangeContactForm(ContactForm):
    """A contact as the person corrects it; what is left empty stays."""

    without_email = Choice({"1": True, "": False})


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
