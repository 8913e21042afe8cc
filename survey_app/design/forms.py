"""Forms of questionnaires: publish, archive, start from the library."""

import unicodedata
from dataclasses import dataclass

from flask import request
from wtforms.validators import Regexp

from survey_app.errors import DomainError
from survey_app.forms import UNREADABLE, Area, Choice, Line, Number, Raw, StaffForm, at_most, switch
from survey_app.languages import N_


class ArchiveForm(StaffForm):
    """Take a questionnaire out of the list, or bring it back. `next`: the page to return to."""

    archived = switch()
    next = Raw()


class FilingForm(StaffForm):
    """Folder and tags of a questionnaire; tags are parted by commas."""

    folder = Line(validators=[at_most(60)])
    tags = Line(validators=[at_most(300)])
    next = Raw()


class LibraryForm(StaffForm):
    """The entry of the library to start from."""

    library = Line(validators=[at_most(64)])


class ConfirmationForm(StaffForm):
    """A translation that is still right: which text (the address says in which language)."""

    cell = Line(validators=[at_most(200)])


class LanguageForm(StaffForm):
    """One more language."""

    language = Choice()


class IndicatorForm(StaffForm):
    """An indicator. Key and parent are fixed once it exists."""

    key = Line(validators=[at_most(40)])
    parent = Line(validators=[at_most(40)])
    name_zh = Line(validators=[at_most(60)])
    name_en = Line(validators=[at_most(80)])
    note_zh = Area(validators=[at_most(500)])
    note_en = Area(validators=[at_most(500)])


class WeightsForm(StaffForm):
    """Shares from a day on; the share of each indicator is read by its own name."""

    starts_on = Line(validators=[at_most(10)])
    note = Area(validators=[at_most(1000)])


class RetireForm(StaffForm):
    """Offer something no more, or again."""

    retired = switch()


class BankForm(StaffForm):
    """A question or scale of a draft that goes into the bank."""

    questionnaire = Number()
    node = Line(validators=[at_most(40)])
    key = Line(validators=[at_most(60)])
    note = Area(validators=[at_most(1000)])


class RevisionForm(StaffForm):
    """A new revision: typed here, or (with a node) as the question stands in a draft."""

    questionnaire = Number()
    node = Line(validators=[at_most(40)])
    note = Area(validators=[at_most(1000)])


class BankInsertForm(StaffForm):
    """Which item, and where it goes."""

    item = Line(validators=[at_most(64)])
    owner = Line(validators=[at_most(40)])
    after = Line(validators=[at_most(40)])


class BankDecisionForm(StaffForm):
    """What to do with a newer revision."""

    decision = Choice({"update": "update", "decline": "decline", "detach": "detach"})


class OwnerForm(StaffForm):
    """Who decides about a bank item."""

    owner = Choice()


# --- the editor --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class SentField:
    """One field of the editor as it was sent; `name` as the templates write it: f:node:key[:index][:language]."""

    name: str
    node: str
    key: str
    value: str
    language: str = ""
    index: int | None = None


class FieldForm(StaffForm):
    """One field by its parts, or all fields of a form without script, by their names."""

    node = Line(validators=[at_most(16)])
    key = Line(validators=[at_most(40)])
    language = Line(validators=[at_most(16)])
    index = Line(validators=[at_most(3)])
    value = Area(validators=[at_most(10_000)])

    def changes(self) -> list[SentField]:
        """What was sent, in the order of the form; of a switch and its companion the later one counts."""
        if self.node.data:
            index = int(self.index.data) if self.index.data.isascii() and self.index.data.isdigit() else None
            parts = (self.node.data, self.key.data, *(() if index is None else (index,)), self.language.data)
            name = "f:" + ":".join(str(part) for part in parts if part != "")
            return [SentField(name, self.node.data, self.key.data, self.value.data, self.language.data, index)]
        return [_named(name, values[-1]) for name, values in request.form.lists() if name.startswith("f:")]


def _named(name: str, raw: str) -> SentField:
    _, node, key, *rest = [*name.split(":", 4), "", ""][:5] if name.count(":") > 1 else ["", "", "", ""]
    rest = [part for part in rest if part]
    index = int(rest.pop(0)) if rest and rest[0].isascii() and rest[0].isdigit() and len(rest[0]) < 4 else None
    if len(raw) > 10_000:
        raise DomainError(N_("最多 %(n)s 个字。"), n=10_000).at(name)
    words = "\n".join(raw.splitlines()).strip()
    if any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in words):
        raise DomainError(str(UNREADABLE)).at(name)
    return SentField(name, node, key, words, rest[0] if rest else "", index)


class ActForm(StaffForm):
    """One act of the editor: `do` is `<act>:<node>[:<more>]`; the other fields are what some acts need besides."""

    do = Line(validators=[at_most(80)])
    after = Line(validators=[at_most(16)])
    anchor = Line(validators=[at_most(16)])
    fresh = Line(validators=[Regexp(r"(?:[0-9a-f]{8})?\Z")])
    language = Line(validators=[at_most(16)])
    lines = Area(validators=[at_most(50_000)])


class FixForm(StaffForm):
    """Which advice of the quality check to follow."""

    code = Line(validators=[at_most(40)])
    path = Line(validators=[at_most(200)])
    language = Line(validators=[at_most(16)])
