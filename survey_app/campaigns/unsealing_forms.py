"""Forms of the pages that tell who gave an answer."""

from flask_babel import lazy_gettext
from wtforms.validators import DataRequired

from survey_app.forms import Choice, Line, StaffForm, at_most


class UnsealForm(StaffForm):
    """The number of an answer, and why somebody has to know."""

    number = Line(validators=[DataRequired(lazy_gettext("请填写答卷编号。")), at_most(20)])
    reason = Line(validators=[DataRequired(lazy_gettext("请写明原因。")), at_most(300)])


class DecisionForm(StaffForm):
    """A second person's answer."""

    approve = Choice({"1": True, "0": False})
