"""The number of answers that every shop aims at in a week."""

from flask import Response, flash, url_for
from flask_babel import gettext as _

from survey_app import web
from survey_app.design.views.common import questionnaire_or_404
from survey_app.distribution import forms, goals
from survey_app.distribution.views import blueprint


@blueprint.post("/questionnaires/<int:questionnaire_id>/goal")
@web.access("collector:edit")
def set_goal(questionnaire_id: int) -> Response:
    """Set it; 0 takes it away."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    wanted = int(forms.GoalForm().check().per_week.data or 0)
    goals.set_goal(questionnaire=questionnaire, per_week=wanted, by=web.actor())
    flash(_("已保存每周目标。"))
    return web.seen(url_for("distribution.collectors", questionnaire_id=questionnaire.id))
