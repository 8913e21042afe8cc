"""Forms of questionnaires: publish, archive, start from the library."""

from survey_app.forms import Area, Line, StaffForm, at_most, switch


class PublicationForm(StaffForm):
    """What changed in the version that is about to be published."""

    note = Area(validators=[at_most(1000)])


class ArchiveForm(StaffForm):
    """Take a questionnaire out of the list, or bring it back."""

    archived = switch()


class LibraryForm(StaffForm):
    """The entry of the library to start from."""

    library = Line(validators=[at_most(64)])
