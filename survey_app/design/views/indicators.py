"""Pages of indicators and their dated weights."""

from datetime import date
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.design import forms, indicators
from survey_app.design.views import blueprint
from survey_app.errors import DomainError
from survey_app.languages import N_


def _list(status: int = 200, error: DomainError | None = None, form: Any = None) -> Response:
    today = clock.china(clock.now()).date()
    entries = indicators.all_indicators()
    tops = [(e.key, e.named(web.language_tag())) for e in entries if not e.parent and not e.retired]
    return web.render(
        "design/indicators/list.html",
        status=status,
        entries=entries,
        parents=[("", _("没有，作为主要指标")), *tops],
        uses=indicators.uses(),
        weighable=indicators.weighable(),
        weights=indicators.weights_on(today),
        sets=indicators.weight_sets(),
        people={user.id: user.name or user.email for user in db.session.scalars(select(User))},
        review_due=indicators.review_due(today),
        today=today,
        error=error,
        form=form or {},
    )


@blueprint.get("/indicators")
@web.access("questionnaire:read")
def indicators_page() -> Response:
    return _list()


@blueprint.post("/indicators")
@web.access("questionnaire:edit")
def create_indicator() -> Response:
    try:
        form = forms.IndicatorForm().check()
        indicators.create(
            key=form.key.data, parent=form.parent.data, name=_both(form.name_zh.data, form.name_en.data),
            note=_both(form.note_zh.data, form.note_en.data), by=web.actor(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        return _list(422, error, form=request.form)
    flash(_("已添加指标。"))
    return web.seen(url_for("design.indicators_page"))


def _both(chinese: str, english: str) -> dict[str, str]:
    return {tag: words for tag, words in (("zh-CN", chinese), ("en", english)) if words}


@blueprint.get("/indicators/<key>")
@web.access("questionnaire:edit")
def indicator_page(key: str) -> Response:
    return _one(key)


def _one(key: str, status: int = 200, error: DomainError | None = None, form: Any = None) -> Response:
    entry = web.found(indicators.find(key))
    return web.render(
        "design/indicators/one.html",
        status=status,
        entry=entry,
        uses=indicators.uses().get(key, []),
        error=error,
        form=form or {},
    )


@blueprint.post("/indicators/<key>")
@web.access("questionnaire:edit")
def change_indicator(key: str) -> Response:
    web.found(indicators.find(key))
    try:
        form = forms.IndicatorForm().check()
        indicators.change(
            key=key, name=_both(form.name_zh.data, form.name_en.data),
            note=_both(form.note_zh.data, form.note_en.data), by=web.actor(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        return _one(key, 422, error, form=request.form)
    flash(_("已保存。"))
    return web.seen(url_for("design.indicators_page"))


@blueprint.post("/indicators/<key>/retirement")
@web.access("questionnaire:edit")
def retire_indicator(key: str) -> Response:
    web.found(indicators.find(key))
    try:
        retired = forms.RetireForm().check().retired.data
        indicators.retire(key=key, retired=retired, by=web.actor(), now=clock.now())
    except DomainError as error:
        db.session.rollback()
        return _one(key, 422, error)
    flash(_("已停用，已有的题目不受影响。") if retired else _("已恢复。"))
    return web.seen(url_for("design.indicators_page"))


@blueprint.post("/indicator-weights")
@web.access("questionnaire:edit")
def set_weights() -> Response:
    try:
        form = forms.WeightsForm().check()
        shares = {
            entry.key: _share(form.shares.data.get(f"weight-{entry.key}", ""), entry.key)
            for entry in indicators.weighable()
        }
        indicators.set_weights(
            starts_on=_day(form.starts_on.data), weights=shares, note=form.note.data, by=web.actor(), now=clock.now()
        )
    except DomainError as error:
        db.session.rollback()
        return _list(422, error, form=request.form)
    flash(_("新的权重已保存。过去的得分保留当时的权重。"))
    return web.seen(url_for("design.indicators_page") + "#weights")


def _share(text: str, key: str) -> float:
    text = text.strip().replace("％", "").replace("%", "")
    if not text:
        return 0.0
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 100:
        raise DomainError(N_("每个权重应在 0 到 100 之间。")).at(f"weight-{key}")
    return share


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DomainError(N_("请选择开始日期。")).at("starts_on") from None
