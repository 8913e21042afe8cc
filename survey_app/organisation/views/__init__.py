"""Pages of the chain, its regions and shops, departments and teams, customer tiers."""

from flask import Blueprint

blueprint = Blueprint("organisation", __name__)

from survey_app.organisation.views import chain, parts, shops, tiers  # noqa: E402, F401 - they add their pages
