"""QR codes as files, and one as large as the screen."""

from flask import request
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.distribution import posters, qr
from survey_app.distribution.models import Collector
from survey_app.distribution.views import blueprint
from survey_app.distribution.views.common import address, collector_or_404


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


@blueprint.get("/collectors/<int:collector_id>/screen")
@web.access("collector:read")
def qr_screen(collector_id: int) -> Response:
    """The code on white, as large as the screen, to be held out to a customer."""
    collector = collector_or_404(collector_id)
    return web.render(
        "distribution/qr_screen.html",
        collector=collector,
        address=address(collector),
        grouped=posters.grouped(collector.code),
        back=web.safe_next(request.args.get("next")),
    )
