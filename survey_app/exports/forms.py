"""Forms of exports: order a file, fetch it."""

from flask_babel import lazy_gettext
from wtforms.validators import DataRequired

from survey_app.exports.formats import FORMATS
from survey_app.forms import Choice, Line, StaffForm, at_most


class OrderForm(StaffForm):
    """What the file shall be, and what for. The view gives the languages of the questionnaire, and "" for its own choice."""

    format = Choice(
        {key: key for key, found in FORMATS.items() if found.alone}, message=lazy_gettext("请选择文件格式。")
    )
    content = Choice({"values": False, "labels": True}, absent="values")  # whether cells hold labels
    language = Choice()
    reason = Line(
        validators=[DataRequired(lazy_gettext("请写明导出用途，至少 4 个字；它会进入审计记录。")), at_most(500)]
    )


class PartForm(StaffForm):
    """Which of the two files of an export is wanted."""

    part = Choice({"data": "data", "codebook": "codebook"}, absent="data")
