"""Pages of the people side: contacts, the opt-out list; imports, orders and keys of systems."""

from flask import Blueprint

blueprint = Blueprint("people", __name__)

from survey_app.people.views import contacts, editing, imports, keys, opting, orders  # noqa: E402, F401 - they add their pages
