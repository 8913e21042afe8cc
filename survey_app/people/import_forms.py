"""Forms of imports and of the keys of systems."""

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms.validators import DataRequired, ValidationError

from survey_app.forms import Choice, Family, Line, StaffForm, at_most
from survey_app.people.importing import KINDS

SOURCE = lazy_gettext("来源系统请用小写字母、数字和横线，例如 pos、tmall。")


def _source() -> Line:
    return Line(validators=[DataRequired(SOURCE), at_most(40)])


class UploadForm(StaffForm):
    """A file to import, what stands in it and which system it comes from."""

    takes_files = True

    kind = Choice({kind: kind for kind in KINDS})
    source = _source()
    file = FileField()

    def validate_file(self, field: FileField) -> None:
        """A file is needed."""
        if field.data is None:
            raise ValidationError(lazy_gettext("请选择一个文件。"))


def _agreed() -> Choice:
    return Choice({"1": True, "": None})


class StartForm(StaffForm):
    """Which column holds what (`column-<place>` -> field, "" for none), and what everybody in the file agreed to."""

    columns = Family(r"column-\d{1,3}", longest=20, most=200)
    sms = _agreed()
    email = _agreed()
    phone = _agreed()
    consent_source = Line(validators=[at_most(60)])


class SystemForm(StaffForm):
    """A system that may send orders and events."""

    source = _source()
