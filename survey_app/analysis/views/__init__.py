"""Pages of figures: results, texts, versions compared, the page of a shop."""

from flask import Blueprint

blueprint = Blueprint("analysis", __name__)

from survey_app.analysis.views import files, results, shops  # noqa: E402, F401 - they add their pages
