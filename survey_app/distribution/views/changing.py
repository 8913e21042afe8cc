"""New doors; closing, opening and switching those that are there."""

from collections.abc import Mapping
from typing import Any

from flask import current_app, flash, g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, tokens, web
from survey_app.database import db
from survey_app.design.models import Questionnaire, Version
from survey_app.design.views.common import head, questionnaire_or_404
from survey_app.distribution import collecting, forms, variants
from survey_app.distribution.models import Collector
from survey_app.distribution.views import blueprint
from survey_app.distribution.views.common import back, collector_or_404
from survey_app.distribution.views.lists import may_open_links
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.organisation import shops
from survey_app.organisation.models import Shop

FORM_PURPOSE = "new-collector"  # a form carries the code it will make, so sending it twice makes one door
FORM_LIVES_SECONDS = 12 * 3600


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def versions_by_number(questionnaire: Questionnaire) -> dict[str, Version]:
    """What a form calls the versions of a questionnaire, newest first."""
    return {str(version.number): version for version in questionnaire.versions}


def _form_values(
    questionnaire: Questionnaire, kind: str, ticket: str = "", chosen: frozenset[str] = frozenset()
) -> dict[str, Any]:
    minted = {"code": tokens.short_code(collecting.CODE_LENGTH), "questionnaire": questionnaire.id}
    return {
        "shops": _form_shops(),
        "kind": kind if kind in collecting.KINDS else collecting.KINDS[0],
        "chosen": chosen,
        "ticket": ticket or tokens.sign(_secret(), FORM_PURPOSE, minted),
        "numbers": list(versions_by_number(questionnaire)),
        "shares": list(forms.SHARES),
        **head(questionnaire),
    }


@blueprint.get("/questionnaires/<int:questionnaire_id>/collectors/new")
@web.access("collector:edit")
def new_collector(questionnaire_id: int) -> Response:
    """The form of a new link, or of codes for shops."""
    values = _form_values(questionnaire_or_404(questionnaire_id), request.args.get("kind", ""))
    return web.render("distribution/collector_new.html", error=None, form={}, **values)


@blueprint.post("/questionnaires/<int:questionnaire_id>/collectors")
@web.access("collector:edit")
def create_collectors(questionnaire_id: int) -> Response:
    """Make them."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    numbers: Mapping[str, Any] = versions_by_number(questionnaire) | {"": None}
    form = forms.NewCollectorsForm(shop={str(shop.id): shop for shop in _form_shops()}, first=numbers, second=numbers)
    try:
        made = _make(questionnaire, form.check())
    except DomainError as error:
        db.session.rollback()
        values = _form_values(questionnaire_or_404(questionnaire_id), form.kind.sent, form.ticket.data, form.shop.sent)
        return web.refused(error, "distribution/collector_new.html", **values)
    flash(_("已创建 %(n)s 个。", n=len(made)))
    return web.seen(url_for("distribution.collectors", questionnaire_id=questionnaire.id))


def _make(questionnaire: Questionnaire, form: forms.NewCollectorsForm) -> list[Collector]:
    if form.test.data and not (form.first.data and form.second.data):
        raise DomainError(N_("请选择两个不同的版本。")).at("second")
    made = _make_doors(questionnaire, form)
    if form.test.data:
        first, second, share = form.first.data, form.second.data, form.share.data
        for collector in made:
            variants.start(
                collector=collector, first=first, second=second, share=share, by=web.actor(), now=clock.now()
            )
    return made


def _make_doors(questionnaire: Questionnaire, form: forms.NewCollectorsForm) -> list[Collector]:
    if form.kind.data == "shop":
        return collecting.create_for_shops(
            questionnaire=questionnaire, shops=form.shop.data, place=form.place.data, by=web.actor(), now=clock.now()
        )
    if not may_open_links():
        raise DomainError(N_("您负责的是部分门店，请为门店创建二维码。普通链接由全公司的调研人员创建。"))
    ticket = tokens.unsign(_secret(), FORM_PURPOSE, form.ticket.data, max_age_seconds=FORM_LIVES_SECONDS)
    minted = ticket["code"] if ticket and ticket["questionnaire"] == questionnaire.id else None
    return [
        collecting.create_collector(
            kind="link",
            questionnaire=questionnaire,
            name=form.name.data,
            code=minted,
            by=web.actor(),
            now=clock.now(),
        )  # fmt: skip
    ]


def _form_shops() -> list[Shop]:
    return shops.all_shops(region_id=g.user.region_id, shop_id=g.user.shop_id)


@blueprint.post("/collectors/<int:collector_id>/closure")
@web.access("collector:edit")
def set_closure(collector_id: int) -> Response:
    """Take no more answers through this door, or take them again."""
    collector = collector_or_404(collector_id)
    if forms.ClosureForm().check().closed.data:
        collecting.close(collector=collector, by=web.actor(), now=clock.now())
        flash(_("已关闭，顾客会看到“已结束”页面。"))
    else:
        collecting.reopen(collector=collector, by=web.actor(), now=clock.now())
        flash(_("已重新开放。"))
    return back(collector)


@blueprint.post("/collectors/<int:collector_id>/version")
@web.access("collector:edit")
def switch_version(collector_id: int) -> Response:
    """Show the newest version from now on."""
    collector = collector_or_404(collector_id)
    version = collecting.switch_version(collector=collector, by=web.actor(), now=clock.now())
    flash(_("已切换到第 %(n)s 版。", n=version.number))
    return back(collector)
