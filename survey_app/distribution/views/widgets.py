"""Widgets of a questionnaire: the snippets, the sites that may show them, a page to try one."""

from typing import Any

from flask import current_app, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, tokens, web
from survey_app.design.models import Questionnaire
from survey_app.design.views.common import head, questionnaire_or_404
from survey_app.distribution import collecting, widget_forms, widgets
from survey_app.distribution.models import Collector
from survey_app.distribution.views import blueprint
from survey_app.distribution.views.changing import FORM_LIVES_SECONDS
from survey_app.distribution.views.common import address, collector_or_404, listed
from survey_app.distribution.views.lists import may_open_links
from survey_app.errors import DomainError
from survey_app.languages import N_

PAGE = "distribution/widgets.html"
PURPOSE = "new-widget"  # a form carries the code it will make, so sending it twice makes one widget


def _own() -> str:
    return web.settings().public_url


def _snippet(widget: Collector) -> str:
    title = widget.questionnaire.title.get(web.language_tag()) or widget.questionnaire.name
    return widgets.snippet(address(widget), _own() + web.static_url("widget.js"), title)


def _values(questionnaire: Questionnaire, ticket: str = "") -> dict[str, Any]:
    minted = {"code": tokens.short_code(collecting.CODE_LENGTH), "questionnaire": questionnaire.id}
    return {
        "widgets": widgets.of_questionnaire(listed(questionnaire.id)),
        "address": address,
        "snippet": _snippet,
        "sites_of": lambda widget: widgets.shown_sites(widget, _own()),
        "may_open_links": may_open_links(),
        "most": widgets.MOST_SITES,
        "ticket": ticket or tokens.sign(str(current_app.config["SECRET_KEY"]), PURPOSE, minted),
        **head(questionnaire),
    }


def widget_or_404(collector_id: int) -> Collector:
    """The widget of this number, when this person may see it."""
    found = collector_or_404(collector_id)
    return found if found.kind == collecting.WIDGET else web.found(None)


@blueprint.get("/questionnaires/<int:questionnaire_id>/widgets")
@web.access("collector:read")
def widgets_page(questionnaire_id: int) -> Response:
    """The widgets of a questionnaire with their snippets, and the form of a new one."""
    return web.render(PAGE, error=None, form={}, **_values(questionnaire_or_404(questionnaire_id)))


@blueprint.post("/questionnaires/<int:questionnaire_id>/widgets")
@web.access("collector:edit")
def create_widget(questionnaire_id: int) -> Response:
    """Make one."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    form = widget_forms.WidgetForm()
    try:
        form.check()
        if not may_open_links():
            raise DomainError(N_("您负责的是部分门店，请为门店创建二维码。普通链接由全公司的调研人员创建。"))
        secret = str(current_app.config["SECRET_KEY"])
        minted = tokens.unsign(secret, PURPOSE, form.ticket.data, max_age_seconds=FORM_LIVES_SECONDS)
        widgets.create_widget(
            questionnaire=questionnaire, name=form.name.data, sites=form.sites.data, own=_own(),
            code=minted["code"] if minted and minted["questionnaire"] == questionnaire.id else None,
            by=web.actor(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        return web.refused(error, PAGE, **_values(questionnaire_or_404(questionnaire_id), form.ticket.data))
    flash(_("已创建。把代码交给网站的开发人员。"))
    return web.seen(url_for("distribution.widgets_page", questionnaire_id=questionnaire_id))


@blueprint.get("/collectors/<int:collector_id>/sites")
@web.access("collector:edit")
def sites_page(collector_id: int) -> Response:
    """The sites that may show a widget."""
    return _sites_page(widget_or_404(collector_id))


def _sites_page(widget: Collector, error: DomainError | None = None, typed: str | None = None) -> Response:
    text = "\n".join(widgets.shown_sites(widget, _own())) if typed is None else typed
    return web.render(
        "distribution/widget_sites.html", widget=widget, text=text, error=error, status=422 if error else 200
    )


@blueprint.post("/collectors/<int:collector_id>/sites")
@web.access("collector:edit")
def set_sites(collector_id: int) -> Response:
    """Change them."""
    widget, form = widget_or_404(collector_id), widget_forms.SitesForm()
    try:
        form.check()
        widgets.set_sites(widget=widget, sites=form.sites.data, own=_own(), by=web.actor())
    except DomainError as error:
        return _sites_page(widget, error, form.sites.data)
    flash(_("已保存。"))
    return web.seen(url_for("distribution.widgets_page", questionnaire_id=widget.questionnaire_id))


@blueprint.get("/collectors/<int:collector_id>/sample-page")
@web.access("collector:read")
def sample_page(collector_id: int) -> Response:
    """A page of our own that shows the widget as another site would."""
    widget = widget_or_404(collector_id)
    title = widget.questionnaire.title.get(web.language_tag()) or widget.questionnaire.name
    return web.render("distribution/widget_sample.html", widget=widget, address=address(widget), title=title)
