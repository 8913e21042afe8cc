"""The page that tells how field work goes."""

from collections.abc import Callable
from typing import Any

from flask import abort, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.analysis import charts, dataset
from survey_app.analysis.card_shapes import Table
from survey_app.campaigns import fieldwork, quotas
from survey_app.campaigns.dispositions import Cases, rates
from survey_app.campaigns.models import Campaign
from survey_app.campaigns.views import blueprint
from survey_app.design.in_words import ConditionWriter
from survey_app.design.models import Questionnaire
from survey_app.design.views.common import head, questionnaire_or_404, reading_language
from survey_app.languages import N_
from survey_app.questionnaire.definition import Definition

CHANNELS = {
    "sms": N_("短信"), "email": N_("邮件"), "receipt": N_("小票二维码"), "link": N_("公开链接"), "shop": N_("门店二维码"),
    "personal": N_("受邀（暂不显示渠道）"),
    "kiosk": N_("柜台平板"), "interview": N_("代填"), "call": N_("电话回访"), "spot_check": N_("抽查"), "widget": N_("网页嵌入"),
    "package": N_("导出包"),
}  # fmt: skip
DISPOSITIONS = (
    ("I", N_("完成（已提交，或填到 80% 以上）"), "complete"),
    ("P", N_("部分完成（50%–80%）"), "partial"),
    ("R", N_("拒绝（退订、当面或电话拒绝）"), "refused"),
    ("R", N_("中途离开（不到 50%）"), "broken_off"),
    ("NC", N_("未联系上"), "not_reached"),
    ("O", N_("其他"), "other"),
    ("UH", N_("已发出，没有回应"), "no_return"),
    ("UO", N_("未送达、空号"), "undelivered"),
    ("NE", N_("不符合资格（邀请后退款）"), "not_eligible"),
    ("NE", N_("配额已满，已致谢"), "quota_full"),
)


@blueprint.get("/questionnaires/<int:questionnaire_id>/fieldwork")
@web.access("result:read")
def fieldwork_page(questionnaire_id: int) -> Response:
    """Numbers of all doors, or of one campaign (`?campaign=3`)."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    campaigns = fieldwork.campaigns_of(questionnaire_id)
    chosen = _chosen(campaigns)
    versions = dataset.versions(questionnaire_id)
    shown: dict[str, Any] = {}
    if versions:
        definition = versions[0].definition
        found = fieldwork.field_work(
            questionnaire_id=questionnaire_id, campaigns=[chosen] if chosen else campaigns, whole=chosen is None,
            definition=definition, names=fieldwork.shop_names(web.language_tag(), _("不属于或暂不显示门店")),
        )  # fmt: skip
        shown = {
            "quotas": _quotas(questionnaire, definition),
            "found": found,
            **_way(found, definition),
            **_in_words(found.cases, found.counter),
        }
    return web.render(
        "campaigns/fieldwork.html" if versions else "campaigns/fieldwork_none.html",
        campaigns=campaigns,
        chosen=chosen,
        running=[campaign for campaign in campaigns if campaign.state in ("running", "paused")],
        pause_address=_pause_address,
        channel_names={key: _(text) for key, text in CHANNELS.items()},
        **shown,
        **head(questionnaire),
    )


def _quotas(questionnaire: Questionnaire, definition: Definition) -> list[dict[str, Any]]:
    """Each quota of the newest version with who counts, in words."""
    writer = ConditionWriter(definition, reading_language(definition), _)
    when = {quota.name: quota.when for quota in definition.quotas}
    found = quotas.of_questionnaire(questionnaire, definition)
    return [{"at": line, "who": writer.write(when[line.name]), "language": writer.language} for line in found]


def _chosen(campaigns: list[Campaign]) -> Campaign | None:
    text = request.args.get("campaign", "")
    if not text:
        return None
    found = next((campaign for campaign in campaigns if str(campaign.id) == text), None)
    return found or abort(404)


def _in_words(cases: Cases, counter: Cases) -> dict[str, Any]:
    return {
        "dispositions": [(code, _(text), getattr(cases, name)) for code, text, name in DISPOSITIONS],
        "counter_rate": rates(counter)["COOP3"],
    }


def _way(found: fieldwork.FieldWork, definition: Definition) -> dict[str, Any]:
    """The chart of where people stop, with its table."""
    if not found.way:
        return {}
    say: Callable[[str], str] = lambda name: _short(definition, name)  # noqa: E731
    rows = [
        (say(name), came, f"{came:,}" + (f" (−{stopped:,})" if stopped else "")) for name, came, stopped in found.way
    ]
    table = Table(
        (_("题目"), _("到达"), _("在此离开")),
        tuple((say(name), f"{came:,}", f"{stopped:,}") for name, came, stopped in found.way),
    )
    description = _("每道题有多少人填到，括号里是停在这一题没有提交的人数。")
    return {"way_chart": charts.steps(_("在哪一题离开"), description, rows), "way_table": table}


def _short(definition: Definition, name: str) -> str:
    text = definition.text(definition.question(name).text, web.language_tag())
    return text if len(text) <= 60 else text[:59] + "…"


def _pause_address(campaign: Campaign) -> str:
    """Where the button of a campaign posts to."""
    act = "resume_campaign" if campaign.state == "paused" else "pause_campaign"
    return url_for(f"campaigns.{act}", campaign_id=campaign.id) if web.has_page(f"campaigns.{act}") else ""
