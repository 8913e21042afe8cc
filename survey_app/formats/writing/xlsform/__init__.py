"""XLSForm (.xlsx), accepted by pyxform."""

from survey_app.formats.writing.xlsform.form import write

__all__ = ["write"]
