"""The page on which two versions are put behind one door, and the end of such a test."""

from typing import Any

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.design.views.common import head
from survey_app.distribution import forms, variants
from survey_app.distribution.models import Collector
from survey_app.distribution.views import blueprint
from survey_app.distribution.views.changing import versions_by_number
from survey_app.distribution.views.common import address, collector_or_404
from survey_app.errors import DomainError

TEMPLATE = "distribution/variants.html"


def _values(collector: Collector) -> dict[str, Any]:
    questionnaire = collector.questionnaire
    running = variants.running([collector.id]).get(collector.id, [])
    numbers = list(versions_by_number(questionnaire))
    own = str(collector.version.number)
    first, second = (own, next((number for number in numbers if number != own), ""))
    if running:
        ordered = sorted(running, key=lambda arm: arm.version_id != collector.version_id)
        first, second = (str(arm.number) for arm in ordered)
    share = next((arm.share for arm in running if arm.version_id == collector.version_id), variants.EVEN)
    return {
        "collector": collector,
        "address": address(collector),
        "running": running,
        "numbers": numbers,
        "shares": sorted({*forms.SHARES, str(share)}, key=int, reverse=True),
        "given": {"first": first, "second": second, "share": str(share)},
        **head(questionnaire),
    }


@blueprint.get("/collectors/<int:collector_id>/variants")
@web.access("collector:edit")
def variants_page(collector_id: int) -> Response:
    """Two versions behind this door: which, and how often each."""
    return web.render(TEMPLATE, error=None, form={}, **_values(collector_or_404(collector_id)))


@blueprint.post("/collectors/<int:collector_id>/variants")
@web.access("collector:edit")
def start_variants(collector_id: int) -> Response:
    """Begin a test, or change the versions and shares of a running one."""
    collector = collector_or_404(collector_id)
    numbers = versions_by_number(collector.questionnaire)
    try:
        form = forms.VariantsForm(first=numbers, second=numbers).check()
        variants.start(
            collector=collector,
            first=form.first.data,
            second=form.second.data,
            share=form.share.data,
            by=web.actor(),
            now=clock.now(),
        )
    except DomainError as error:
        return web.refused(error, TEMPLATE, **_values(collector_or_404(collector_id)))
    flash(_("A/B 测试已开始：打开链接的人随机看到其中一个版本。"))
    return web.seen(url_for("distribution.collectors", questionnaire_id=collector.questionnaire_id))


@blueprint.post("/collectors/<int:collector_id>/variants/end")
@web.access("collector:edit")
def stop_variants(collector_id: int) -> Response:
    """Keep one of the two versions."""
    collector = collector_or_404(collector_id)
    try:
        keep = forms.EndVariantsForm(version=versions_by_number(collector.questionnaire)).check().version.data
        variants.stop(collector=collector, keep=keep, by=web.actor(), now=clock.now())
    except DomainError as error:
        return web.refused(error, TEMPLATE, **_values(collector_or_404(collector_id)))
    flash(_("A/B 测试已结束，现在只显示第 %(n)s 版。", n=keep.number))
    return web.seen(url_for("distribution.collectors", questionnaire_id=collector.questionnaire_id))
