"""The form of posters: which shops, which places in them, which paper, which language."""

from flask_babel import lazy_gettext

from survey_app.distribution.collecting import LONGEST_PLACE
from survey_app.distribution.posters import LANGUAGES, SIZES
from survey_app.forms import Choice, Choices, Line, StaffForm, at_most

SCOPES = ("all", "region", "list")


class PostersForm(StaffForm):
    """The view gives the regions and shops that this person may choose, and the places that exist (number -> words)."""

    scope = Choice({scope: scope for scope in SCOPES}, message=lazy_gettext("请选择门店范围。"))
    region = Choice({"": None})
    shop = Choices()
    place = Choices()
    another = Line(validators=[at_most(LONGEST_PLACE)])
    create = Choice({"": False, "1": True})
    size = Choice({size: size for size in SIZES}, message=lazy_gettext("请选择纸张。"))
    language = Choice({language: language for language in LANGUAGES})
