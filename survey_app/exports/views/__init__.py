"""Pages about data files: ordering one, and the pretest that shows what it will look like."""

from flask import Blueprint

blueprint = Blueprint("exports", __name__)

from survey_app.exports.views import files, pretest  # noqa: E402, F401 - they add their pages
