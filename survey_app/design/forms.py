"""Forms of questionnaires: publish, archive, start from the library."""

from dataclasses import dataclass

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms.validators import Regexp, ValidationError

from survey_app.forms import Area, Choice, Family, Line, Number, Raw, StaffForm, at_most, switch


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


class TranslationsForm(StaffForm):
    """Translations as a CSV file."""

    takes_files = True

    file = FileField()

    def validate_file(self, field: FileField) -> None:
        """A file is needed."""
        if field.data is None or not field.data.filename:
            raise ValidationError(lazy_gettext("请选择一个 CSV 文件。"))


class IndicatorForm(StaffForm):
    """An indicator. Key and parent are fixed once it exists."""

    key = Line(validators=[at_most(40)])
    parent = Line(validators=[at_most(40)])
    name_zh = Line(validators=[at_most(60)])
    name_en = Line(validators=[at_most(80)])
    note_zh = Area(validators=[at_most(500)])
    note_en = Area(validators=[at_most(500)])


class WeightsForm(StaffForm):
    """Shares from a day on; the share of each indicator has a field of its own, `weight-<key>`."""

    starts_on = Line(validators=[at_most(10)])
    note = Area(validators=[at_most(1000)])
    shares = Family(r"weight-[a-z0-9_.]+", longest=20)


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
    """A new revision: typed here (`t-<place>-<language>`), or (with a node) as the question stands in a draft."""

    questionnaire = Number()
    node = Line(validators=[at_most(40)])
    note = Area(validators=[at_most(1000)])
    texts = Family(r"t-[A-Za-z0-9_-]+", longest=2000)


class BankInsertForm(StaffForm):
    """Which item, and where it goes."""

    item = Line(validators=[at_most(64)])
    after = Line(validators=[at_most(40)])


class BankDecisionForm(StaffForm):
    """What to do with a newer revision."""

    decision = Choice({"update": "update", "decline": "decline", "detach": "detach"})


class OwnerForm(StaffForm):
    """Who decides about a bank item."""

    owner = Choice()


class RuleForm(StaffForm):
    """One rule: `item` lists the keys of its lines (`0`, `2.1`), and every field of a line carries its key (`name.2.1`)."""

    act = Line(validators=[at_most(20)])
    parts = Family(r"join|(kept|join|name|was|operator|did|other|unit|plus)\.[0-9.]{1,7}", longest=20_000)
    lists = Family(r"item|value\.[0-9.]{1,7}", longest=2_000, several=True)

    def fields(self) -> dict[str, list[str]]:
        """Every field of every line: name -> values."""
        return {**dict(self.parts.data.lists()), **dict(self.lists.data.lists())}


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
    """One field by its parts, or all fields of a form without script, by their names; of those the ones in the card `only`."""

    node = Line(validators=[at_most(16)])
    key = Line(validators=[at_most(40)])
    language = Line(validators=[at_most(16)])
    index = Line(validators=[at_most(3)])
    value = Area(validators=[at_most(10_000)])
    only = Line(validators=[at_most(16)])
    fields = Family(r"f(:[^:]+){2,4}", longest=10_000, several=True)

    def changes(self) -> list[SentField]:
        """What was sent, in the order of the form; of a switch and its companion the later one counts."""
        if self.node.data:
            index = int(self.index.data) if self.index.data.isascii() and self.index.data.isdigit() else None
            parts = (self.node.data, self.key.data, *(() if index is None else (index,)), self.language.data)
            name = "f:" + ":".join(str(part) for part in parts if part != "")
            return [SentField(name, self.node.data, self.key.data, self.value.data, self.language.data, index)]
        return [_named(name, values[-1]) for name, values in self.fields.data.lists()]


def _named(name: str, words: str) -> SentField:
    _, node, key, *rest = name.split(":")
    index = int(rest.pop(0)) if rest and rest[0].isascii() and rest[0].isdigit() and len(rest[0]) < 4 else None
    return SentField(name, node, key, words, rest[0] if rest else "", index)


class ChangeForm(StaffForm):
    """What every form brings along that changes a draft: the number of its page, the revision it was shown from (`rev`),
    and whether it overrides what somebody else changed meanwhile (`force`)."""

    page = Raw()
    rev = Raw()
    force = Choice({"": False, "1": True})


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
