"""Pages of doors: lists, new ones, what can be changed, tests of two versions, codes and posters."""

from flask import Blueprint

blueprint = Blueprint("distribution", __name__)

from survey_app.distribution.views import (  # noqa: E402, F401 - they add their pages
    changing,
    devices,
    goals,
    interviewing,
    lists,
    posters,
    previewing,
    printing,
    switching,
    variants,
    widgets,
)
