"""Forms of widgets."""

from survey_app.distribution.collecting import LONGEST_NAME
from survey_app.forms import Area, Line, Raw, StaffForm, at_most

LONGEST_SITES = 2_000


class WidgetForm(StaffForm):
    """A new widget; `ticket` is the signed code it will have."""

    ticket = Raw()
    name = Line(validators=[at_most(LONGEST_NAME)])
    sites = Area(validators=[at_most(LONGEST_SITES)])


class SitesForm(StaffForm):
    """Other sites for a widget."""

    sites = Area(validators=[at_most(LONGEST_SITES)])
