"""Forms of doors: new ones, closing and opening, going back to the list."""

from flask_babel import lazy_gettext
from wtforms.validators import Regexp

from survey_app.distribution.collecting import KINDS, LONGEST_NAME, LONGEST_PLACE
from survey_app.forms import Choice, Choices, Line, Raw, StaffForm, at_most, switch

SHARES = {str(share): share for share in (90, 80, 75, 70, 60, 50, 40, 30, 25, 20, 10)}  # per cent of the first version


class NewCollectorsForm(StaffForm):
    """A link, or codes for several shops, with one version or two.

    The view gives the shops that this person may choose (id -> Shop) and the versions (number -> Version).
    """

    kind = Choice({kind: kind for kind in KINDS})
    ticket = Raw()
    name = Line(validators=[at_most(LONGEST_NAME)])
    shop = Choices()
    place = Line(validators=[at_most(LONGEST_PLACE)])
    test = Choice({"": False, "1": True})
    first = Choice()
    second = Choice()
    share = Choice(SHARES, absent="50")


class VariantsForm(StaffForm):
    """Two versions behind one door. The view gives the versions: number -> Version."""

    first = Choice()
    second = Choice()
    share = Choice(SHARES)


class EndVariantsForm(StaffForm):
    """The version that stays. The view gives the versions: number -> Version."""

    version = Choice()


class BackForm(StaffForm):
    """An act on a door, and the page to return to."""

    next = Raw()


class ClosureForm(BackForm):
    """Close a door or open it again."""

    closed = switch()


class SwitchForm(BackForm):
    """Doors that shall show the newest version. The view gives those that this person sees: id -> Collector."""

    collector = Choices()


class InterviewForm(StaffForm):
    """What to enter, and where. The view gives the questionnaires and shops: id -> row; "" for no shop."""

    questionnaire = Choice(message=lazy_gettext("请选择问卷。"))
    shop = Choice(message=lazy_gettext("请选择门店。"))


class GoalForm(StaffForm):
    """Answers a week of every shop; empty for none."""

    per_week = Line(validators=[Regexp("[0-9]{0,5}$", message=lazy_gettext("请填写整数。"))])
