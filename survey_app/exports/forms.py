"""Forms of exports: order a file, fetch it."""

import re

from flask_babel import lazy_gettext
from wtforms.validators import DataRequired

from survey_app.exports.formats import FORMATS
from survey_app.exports.selecting import Selection
from survey_app.forms import Choice, Choices, Line, StaffForm, at_most

BESIDE = {part.key: part.key for found in FORMATS.values() for part in found.parts[1:]}


class OrderForm(StaffForm):
    """What the file shall be, and what for. The view gives the languages of the questionnaire, and "" for its own choice,
    and what a filter can choose."""

    format = Choice({key: key for key in FORMATS}, message=lazy_gettext("请选择文件格式。"))
    content = Choice({"values": False, "labels": True}, absent="values")  # whether cells hold labels
    language = Choice()
    versions = Choices()  # none: all; so with the other filters
    languages = Choices()
    channels = Choices()
    status = Choice({"": False, "complete": True})  # whether only complete answers
    files = Choice({"": False, "1": True})  # whether a package holds what people handed over
    since = Line(validators=[at_most(7)])
    until = Line(validators=[at_most(7)])
    region = Choice({"": ""})
    shops = Line(validators=[at_most(1_000)])
    reason = Line(
        validators=[DataRequired(lazy_gettext("请写明导出用途，至少 4 个字；它会进入审计记录。")), at_most(500)]
    )

    def selection(self) -> Selection:
        """The filter."""
        shops = re.split(r"[\s,，、;；]+", self.shops.data)
        return Selection(
            versions=tuple(sorted(self.versions.data)), since=self.since.data, until=self.until.data,
            languages=tuple(self.languages.data), channels=tuple(self.channels.data), region=self.region.data,
            shops=tuple(dict.fromkeys(code for code in shops if code)), complete=self.status.data,
        )  # fmt: skip


class PartForm(StaffForm):
    """Which of the files of an export is wanted."""

    part = Choice({key: key for key in ("data", *BESIDE)}, absent="data")
