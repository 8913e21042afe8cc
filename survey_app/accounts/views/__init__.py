"""Pages of sign-in, people, permissions and the audit log; and the guard in front of every page of the staff side."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)

from survey_app.accounts.views import guard, idle, log, people, second_factor, sending, sign_in  # noqa: E402, F401 - they add their pages
