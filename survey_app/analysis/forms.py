"""The form behind the texts that people wrote: reading them is an act, so it is asked for by a form."""

from typing import Any

from wtforms import Field
from wtforms.validators import StopValidation

from survey_app.forms import NOT_LISTED, Line, StaffForm, at_most


class Whole(Field):  # type: ignore[misc]  # WTForms has no types
    """A whole number of at most six digits; None when nothing was sent."""

    data: int | None

    def process_formdata(self, valuelist: list[str]) -> None:
        self.sent = valuelist[0] if valuelist else ""
        self.data = int(self.sent) if self.sent.isascii() and self.sent.isdigit() and len(self.sent) <= 6 else None

    def pre_validate(self, form: Any) -> None:
        if self.sent and self.data is None:
            raise StopValidation(str(NOT_LISTED))


class CommentsForm(StaffForm):
    """The texts of one variable, of one version or of all, and the page of them."""

    variable = Line(validators=[at_most(200)])
    version = Whole()
    page = Whole()


class FileForm(CommentsForm):
    """One file of a question: the reference that the answer holds."""

    file = Line(validators=[at_most(64)])
