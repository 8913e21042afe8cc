"""Forms about senders and templates."""

from flask_babel import lazy_gettext
from wtforms.validators import DataRequired

from survey_app.forms import Area, Choice, Family, Line, Number, StaffForm, at_most, switch
from survey_app.messaging.channels.kinds import KINDS
from survey_app.messaging.models import CHANNELS

LANGUAGES = {"zh-CN": "zh-CN", "en": "en"}
_CHANNELS = {name: name for name in CHANNELS}


class SenderForm(StaffForm):
    """A way out: `option-<name>` its settings, `secret-<name>` what is only written."""

    kind = Choice({name: name for name in KINDS})
    channel = Choice(_CHANNELS)
    name = Line(validators=[DataRequired(lazy_gettext("请填写名称，最多 60 个字。")), at_most(60)])
    position = Number()
    cost = Line(validators=[at_most(8)])
    options = Family(r"option-[a-z_]{1,20}", longest=2_000, most=20)
    secrets = Family(r"secret-[a-z_]{1,20}", longest=300, most=5)


class SwitchForm(StaffForm):
    """Whether a sender takes new messages."""

    active = switch()


class TestForm(StaffForm):
    """Where a test message goes; the address is used once and kept nowhere."""

    address = Line(validators=[DataRequired(lazy_gettext("请填写手机号或邮箱。")), at_most(200)])


class TemplateForm(StaffForm):
    """The words of a message."""

    subject = Line(validators=[at_most(120)])
    body = Area(validators=[at_most(4_000)])
    provider_template = Line(validators=[at_most(64)])


class NewTemplateForm(StaffForm):
    """A template of the chain's own begins as a copy of the invitation."""

    name = Line(validators=[DataRequired(lazy_gettext("请填写名称。")), at_most(40)])
    channel = Choice(_CHANNELS)
    language = Choice(LANGUAGES)


class ResendForm(StaffForm):
    """Why a message that may have arrived is sent once more."""

    reason = Line(validators=[DataRequired(lazy_gettext("请写明为什么再发一次。")), at_most(200)])
