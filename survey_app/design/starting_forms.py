"""Forms of starting a questionnaire."""

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms.validators import ValidationError

from survey_app.forms import Choice, Line, Raw, StaffForm, at_most


class TextForm(StaffForm):
    """A questionnaire as text. The text is taken to the letter: its lines are counted."""

    act = Choice({"read": "read", "create": "create"}, absent="read")
    text = Raw()
    title = Line(validators=[at_most(200)])
    name = Line(validators=[at_most(64)])


class EmptyForm(StaffForm):
    """The title of a questionnaire that starts empty."""

    title = Line(validators=[at_most(200)])
    name = Line(validators=[at_most(64)])


class FileForm(StaffForm):
    """A questionnaire as a YAML or JSON file."""

    takes_files = True

    file = FileField()

    def validate_file(self, field: FileField) -> None:
        """A file is needed."""
        if field.data is None or not field.data.filename:
            raise ValidationError(lazy_gettext("请选择文件。"))
