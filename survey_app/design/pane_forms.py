"""The form of the editor's right pane: one act on a node, with the fields that this act needs."""

import unicodedata
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.validators import StopValidation

from survey_app.forms import UNREADABLE, Line, StaffForm, at_most

PREFIXES = ("kind:", "number:", "answer:", "names:", "keep:", "name:", "operator:", "value:", "weight:")
NAMES = ("questions", "reverse", "do", "first", "pages")
MOST_FIELDS, LONGEST = 5_000, 200


class Parts(Field):  # type: ignore[misc]  # WTForms has no types
    """The fields of a computed value, a score or a group of pages, named by their place in it (`kind:e.0`, `weight:speed`)."""

    data: MultiDict[str, str]

    def process(self, formdata: MultiDict[str, Any] | None, *_more: Any, **_options: Any) -> None:
        self.raw_data: list[str] = []
        self.process_errors: list[str] = []
        sent = formdata.items(multi=True) if formdata else ()
        self.data = MultiDict((k, str(v)) for k, v in sent if k.startswith(PREFIXES) or k in NAMES)

    def pre_validate(self, form: Any) -> None:
        values = list(self.data.items(multi=True))
        words = "".join(key + value for key, value in values)
        long = len(values) > MOST_FIELDS or any(len(value) > LONGEST for _key, value in values)
        if long or any(unicodedata.category(character) == "Cc" for character in words):
            raise StopValidation(str(UNREADABLE))


class PaneForm(StaffForm):
    """`act` names what to do, with its value behind a colon; or its value stands in a field of its own."""

    node = Line(validators=[at_most(16)])
    act = Line(validators=[at_most(60)])
    value_language = Line(validators=[at_most(20)])
    value_score = Line(validators=[at_most(20)])
    parts = Parts()

    @property
    def asked(self) -> tuple[str, str]:
        """Name and value of the act."""
        name, _colon, value = self.act.data.partition(":")
        beside = {"language": self.value_language.data, "score": self.value_score.data}
        return name, value or beside.get(name, "")
