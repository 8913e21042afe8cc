"""LimeSurvey: surveys (.lss), groups (.lsg), questions (.lsq) and archives (.lsa), from DBVersion 150 on."""

from survey_app.formats.importing import Imported
from survey_app.formats.limesurvey.reading import looks_like, read
from survey_app.formats.limesurvey.survey import survey_in
from survey_app.formats.limesurvey.whole import imported

__all__ = ["looks_like", "parse"]


def parse(data: bytes) -> Imported:
    """The draft in a LimeSurvey file, with its report. Raises Refused."""
    return imported(survey_in(read(data)))
