"""Questionnaires for other programs: `write(definition, format)` gives the bytes of a file and a report of what it cannot say.

Pure: no database, no file, no network. One module for each target; the report has the form of the import's.
"""

from survey_app.formats.writing.targets import TARGETS, Target, Written, write

__all__ = ["TARGETS", "Target", "Written", "write"]
