"""After a publication: which version each door shows, and switching them."""

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.design import publishing
from survey_app.design.views.common import head, questionnaire_or_404, version_or_404
from survey_app.distribution import forms, switching
from survey_app.distribution.views import blueprint
from survey_app.distribution.views.common import listed, shown


@blueprint.get("/questionnaires/<int:questionnaire_id>/versions/<int:number>/doors")
@web.access("collector:edit")
def published(questionnaire_id: int, number: int) -> Response:
    """A version was published: the doors keep what they show until they are switched here."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    version, doors = version_or_404(questionnaire, number), listed(questionnaire_id)
    newest = publishing.newest_version(questionnaire) or version
    return web.render(
        "distribution/published.html",
        version=version,
        late=switching.behind(doors, newest.id),
        counts=switching.shown_versions(doors),
        **shown(doors),
        **head(questionnaire),
    )


@blueprint.post("/questionnaires/<int:questionnaire_id>/collectors/version")
@web.access("collector:edit")
def switch_versions(questionnaire_id: int) -> Response:
    """Show the newest version behind every ticked door."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    newest = publishing.newest_version(questionnaire)
    doors = listed(questionnaire_id)
    form = forms.SwitchForm(collector={str(door.id): door for door in doors}).check()
    count = 0
    if newest is not None:
        count = switching.switch_all(doors=form.collector.data, newest_id=newest.id, by=web.actor(), now=clock.now())
    flash(_("已切换 %(n)s 个。", n=count))
    return web.seen(
        web.safe_next(form.next.data) or url_for("distribution.collectors", questionnaire_id=questionnaire_id)
    )
