"""Forms of counter tablets."""

from survey_app.distribution.devices import LONGEST_NAME
from survey_app.forms import Choice, Line, Secret, StaffForm, at_most


class DeviceForm(StaffForm):
    """A new tablet. The view gives questionnaires (id -> Questionnaire) and shops (id -> Shop)."""

    questionnaire = Choice()
    shop = Choice()
    name = Line(validators=[at_most(LONGEST_NAME)])
    pin = Secret(validators=[at_most(16)])


class PinForm(StaffForm):
    """A new code for a tablet, with a PIN."""

    pin = Secret(validators=[at_most(16)])


class EnrolmentForm(StaffForm):
    """What is typed on the tablet."""

    code = Line(validators=[at_most(40)])
    pin = Secret(validators=[at_most(16)])
