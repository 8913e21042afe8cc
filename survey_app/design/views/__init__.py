"""Pages of questionnaires: the list, one of them, the editor and its panes, translations, publication, the bank."""

from flask import Blueprint

blueprint = Blueprint("design", __name__)

from survey_app.design.views import (  # noqa: E402, F401 - they add their pages
    bank,
    converting,
    editor,
    files,
    indicators,
    lists,
    logic,
    printing,
    properties,
    publication,
    quality,
    questionnaires,
    starting,
    translating,
)
