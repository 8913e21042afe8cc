"""Forms of call lists."""

from flask_babel import lazy_gettext
from wtforms.validators import DataRequired

from survey_app.campaigns.calling import OUTCOMES
from survey_app.forms import Choice, Line, StaffForm, at_most


class OutcomeForm(StaffForm):
    """How a call ended; "" takes a wrong click back."""

    outcome = Choice({outcome: outcome for outcome in OUTCOMES} | {"": ""}, absent="none")


class CallFileForm(StaffForm):
    """Why somebody takes the numbers of a call list along."""

    reason = Line(validators=[DataRequired(lazy_gettext("请写明原因。")), at_most(200)])
