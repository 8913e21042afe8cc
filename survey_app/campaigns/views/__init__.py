"""Pages of campaigns: the list, a draft, one that runs, call lists, field work."""

from flask import Blueprint

blueprint = Blueprint("campaigns", __name__)

from survey_app.campaigns.views import (  # noqa: E402, F401 - they add their pages
    calls,
    drafts,
    fieldwork,
    launches,
    lists,
    running,
    unsealing,
)
