"""Forms of starting a questionnaire."""

from typing import Any

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.validators import ValidationError

from survey_app.formats import detecting
from survey_app.forms import Choice, Line, Raw, StaffForm, at_most


class Picks(Field):  # type: ignore[misc]  # WTForms has no types
    """What lists that are called `as.<key>` were set to: key -> value, without those left as they were."""

    data: dict[str, str]

    def process(self, formdata: MultiDict[str, Any] | None, *_more: Any, **_options: Any) -> None:
        self.raw_data: list[str] = []
        self.process_errors: list[str] = []
        sent = formdata.items() if formdata else ()
        self.data = {key.removeprefix("as."): str(kind) for key, kind in sent if key.startswith("as.") and kind}


class TextForm(StaffForm):
    """A questionnaire as text. The text is taken to the letter: its lines are counted."""

    act = Choice({"read": "read", "create": "create"}, absent="read")
    text = Raw()
    title = Line(validators=[at_most(200)])
    name = Line(validators=[at_most(64)])
    picks = Picks()


class EmptyForm(StaffForm):
    """The title of a questionnaire that starts empty."""

    title = Line(validators=[at_most(200)])


class ImportForm(StaffForm):
    """A questionnaire as a file of any format that is known; `format` only where the content does not tell."""

    takes_files = True

    file = FileField()
    format = Choice({"": "", **{key: key for key in detecting.FORMATS}})

    def validate_file(self, field: FileField) -> None:
        """A file is needed."""
        if field.data is None or not field.data.filename:
            raise ValidationError(lazy_gettext("请选择文件。"))


class DraftForm(StaffForm):
    """The draft that is made of an imported file; empty: the title of the file, a name made of it."""

    title = Line(validators=[at_most(200)])
    name = Line(validators=[at_most(64)])
