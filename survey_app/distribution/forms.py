"""Forms of doors: new ones, closing and opening, going back to the list."""

from survey_app.distribution.collecting import KINDS, LONGEST_NAME, LONGEST_PLACE
from survey_app.forms import Choice, Choices, Line, Raw, StaffForm, at_most, switch


class NewCollectorsForm(StaffForm):
    """A link, or codes for several shops. The view gives the shops that this person may choose: id -> Shop."""

    kind = Choice({kind: kind for kind in KINDS})
    ticket = Raw()
    name = Line(validators=[at_most(LONGEST_NAME)])
    shop = Choices()
    place = Line(validators=[at_most(LONGEST_PLACE)])


class BackForm(StaffForm):
    """An act on a door, and the page to return to."""

    next = Raw()


class ClosureForm(BackForm):
    """Close a door or open it again."""

    closed = switch()
