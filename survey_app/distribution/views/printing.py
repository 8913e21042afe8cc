"""QR codes as files and posters to print."""

from flask import request, url_for
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.distribution import qr
from survey_app.distribution.models import Collector
from survey_app.distribution.views import blueprint
from survey_app.distribution.views.common import address, collector_or_404, listed
from survey_app.languages import INTERFACE, N_, translator
from survey_app.organisation import chain

MOST_POSTERS = 400


@blueprint.get("/collectors/<int:collector_id>/qr.svg")
@web.access("collector:read")
def qr_svg(collector_id: int) -> Response:
    collector = collector_or_404(collector_id)
    data = qr.svg(address(collector), title=address(collector))
    inline = request.args.get("download") != "1"
    response = web.download(data, name=_file_name(collector, "svg"), content_type="image/svg+xml", inline=inline)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.get("/collectors/<int:collector_id>/qr.png")
@web.access("collector:read")
def qr_png(collector_id: int) -> Response:
    collector = collector_or_404(collector_id)
    return web.download(qr.png(address(collector)), name=_file_name(collector, "png"), content_type="image/png")


def _file_name(collector: Collector, ending: str) -> str:
    parts = [collector.questionnaire.name]
    if collector.shop is not None:
        parts += [collector.shop.code, collector.place]
    return "-".join(part for part in [*parts, collector.code] if part).replace("/", "_") + f".{ending}"


POSTER_WORDS = {
    "headline": N_("请您评价本次服务"),
    "minutes": N_("约 %(n)s 分钟"),
    "anonymous": N_("匿名"),
    "voluntary": N_("自愿填写"),
    "scan": N_("用微信或手机相机扫码，也可以在浏览器里输入"),
    "shop_code": N_("门店编码"),
    "phone": N_("服务电话"),
    "printed": N_("打印日期"),
}


def _poster_page(doors: list[Collector], back: str) -> Response:
    """Sheets in one language of the interface or, without a choice, in all of them."""
    wanted = request.args.get("language", "")
    choice = wanted if wanted in INTERFACE else ""
    shown = [(code, {key: translator(code)(text) for key, text in POSTER_WORDS.items()}) for code in INTERFACE
             if choice in ("", code)]  # fmt: skip
    return web.render(
        "distribution/poster.html", collectors=doors, address=address, organisation=chain.the_chain(), back=back,
        shown=shown, choice=choice, printed_on=clock.china(clock.now()).date(),
        minutes=lambda collector: max(1, -(-collector.version.seconds // 60)),
    )  # fmt: skip


@blueprint.get("/collectors/<int:collector_id>/poster")
@web.access("collector:read")
def poster(collector_id: int) -> Response:
    collector = collector_or_404(collector_id)
    return _poster_page(
        [collector], url_for("distribution.collectors", questionnaire_id=collector.questionnaire_id)
        if web.may("questionnaire:read") else url_for("distribution.all_collectors"),
    )  # fmt: skip


@blueprint.get("/questionnaires/<int:questionnaire_id>/posters")
@web.access("collector:read")
def posters(questionnaire_id: int) -> Response:
    """One sheet per open door of a questionnaire, or those that were ticked."""
    ticked = set(request.args.getlist("collector"))
    doors = [c for c in listed(questionnaire_id) if c.closed_at is None and (not ticked or str(c.id) in ticked)]
    if not doors:
        web.found(None)
    back = url_for("distribution.collectors", questionnaire_id=questionnaire_id)
    return _poster_page(doors[:MOST_POSTERS], back)
