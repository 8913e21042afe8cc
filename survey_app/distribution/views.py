"""Pages of doors: links, shop QR codes, posters to print. Who sees which door is decided in `collecting.visible_to`."""

from typing import Any

from flask import Blueprint, current_app, flash, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from survey_app import clock, tokens, web
from survey_app.database import db
from survey_app.design import publishing
from survey_app.design.models import Questionnaire
from survey_app.design.views.common import head
from survey_app.distribution import collecting, forms, qr
from survey_app.distribution.models import Collector
from survey_app.errors import DomainError
from survey_app.languages import INTERFACE, N_, translator
from survey_app.organisation import chain, shops
from survey_app.organisation.models import Shop

blueprint = Blueprint("distribution", __name__)

FORM_PURPOSE = "new-collector"  # a form carries the code it will make, so sending it twice makes one door
FORM_LIVES_SECONDS = 12 * 3600
MOST_POSTERS = 400


def _collector(collector_id: int) -> Collector:
    query = collecting.visible_to(g.user).where(Collector.id == collector_id)
    found: Collector = web.found(db.session.scalar(query))
    return found


def _questionnaire(questionnaire_id: int) -> Questionnaire:
    found: Questionnaire = web.found(db.session.get(Questionnaire, questionnaire_id))
    return found


def _address(collector: Collector) -> str:
    return collecting.address(collector, web.settings().public_url)


def _listed(questionnaire_id: int | None = None) -> list[Collector]:
    query = collecting.visible_to(g.user).options(
        selectinload(Collector.questionnaire), selectinload(Collector.version)
    )
    query = query.order_by(
        Collector.closed_at.is_not(None), Collector.questionnaire_id, Collector.kind, Collector.shop_id, Collector.id
    )
    if questionnaire_id is not None:
        query = query.where(Collector.questionnaire_id == questionnaire_id)
    return list(db.session.scalars(query))


def _newest_versions(listed: list[Collector]) -> dict[int, int]:
    """Questionnaire id -> id of its newest version."""
    found = {}
    for questionnaire in {collector.questionnaire for collector in listed}:
        newest = publishing.newest_version(questionnaire)
        if newest is not None:
            found[questionnaire.id] = newest.id
    return found


@blueprint.get("/collectors")
@web.access("collector:read")
def all_collectors() -> Response:
    listed = _listed()
    return web.render(
        "distribution/all_collectors.html", collectors=listed, address=_address, newest_ids=_newest_versions(listed)
    )


@blueprint.get("/questionnaires/<int:questionnaire_id>/collectors")
@web.access("collector:read")
def collectors(questionnaire_id: int) -> Response:
    questionnaire = _questionnaire(questionnaire_id)
    listed = _listed(questionnaire_id)
    return web.render(
        "distribution/collectors.html",
        collectors=listed,
        address=_address,
        newest_ids=_newest_versions(listed),
        may_open_links=_may_open_links(),
        **head(questionnaire),
    )


# --- making and changing ------------------------------------------------------------------------------------------------
def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])


def _form_values(
    questionnaire: Questionnaire, kind: str, ticket: str = "", chosen: frozenset[str] = frozenset()
) -> dict[str, Any]:
    minted = {"code": tokens.short_code(collecting.CODE_LENGTH), "questionnaire": questionnaire.id}
    return {
        "shops": _form_shops(),
        "kind": kind if kind in collecting.KINDS else collecting.KINDS[0],
        "chosen": chosen,
        "ticket": ticket or tokens.sign(_secret(), FORM_PURPOSE, minted),
        **head(questionnaire),
    }


@blueprint.get("/questionnaires/<int:questionnaire_id>/collectors/new")
@web.access("collector:edit")
def new_collector(questionnaire_id: int) -> Response:
    values = _form_values(_questionnaire(questionnaire_id), request.args.get("kind", ""))
    return web.render("distribution/collector_new.html", error=None, form={}, **values)


@blueprint.post("/questionnaires/<int:questionnaire_id>/collectors")
@web.access("collector:edit")
def create_collectors(questionnaire_id: int) -> Response:
    questionnaire = _questionnaire(questionnaire_id)
    form = forms.NewCollectorsForm(shop={str(shop.id): shop for shop in _form_shops()})
    try:
        made = _make(questionnaire, form.check())
    except DomainError as error:
        db.session.rollback()
        values = _form_values(_questionnaire(questionnaire_id), form.kind.sent, form.ticket.data, form.shop.sent)
        return web.refused(error, "distribution/collector_new.html", **values)
    flash(_("已创建 %(n)s 个。", n=len(made)))
    return web.seen(url_for("distribution.collectors", questionnaire_id=questionnaire.id))


def _make(questionnaire: Questionnaire, form: forms.NewCollectorsForm) -> list[Collector]:
    if form.kind.data == "shop":
        return collecting.create_for_shops(
            questionnaire=questionnaire, shops=form.shop.data, place=form.place.data, by=web.actor(), now=clock.now()
        )
    if not _may_open_links():
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


def _may_open_links() -> bool:
    """A link belongs to no shop: people of one region would not see what they made."""
    return g.user.region_id is None


def _form_shops() -> list[Shop]:
    return shops.all_shops(region_id=g.user.region_id, shop_id=g.user.shop_id)


def _back(collector: Collector) -> Response:
    return web.seen(
        web.safe_next(forms.BackForm().next.data)
        or url_for("distribution.collectors", questionnaire_id=collector.questionnaire_id)
    )


@blueprint.post("/collectors/<int:collector_id>/closure")
@web.access("collector:edit")
def set_closure(collector_id: int) -> Response:
    collector = _collector(collector_id)
    if forms.ClosureForm().check().closed.data:
        collecting.close(collector=collector, by=web.actor(), now=clock.now())
        flash(_("已关闭，顾客会看到“已结束”页面。"))
    else:
        collecting.reopen(collector=collector, by=web.actor(), now=clock.now())
        flash(_("已重新开放。"))
    return _back(collector)


@blueprint.post("/collectors/<int:collector_id>/version")
@web.access("collector:edit")
def switch_version(collector_id: int) -> Response:
    collector = _collector(collector_id)
    version = collecting.switch_version(collector=collector, by=web.actor(), now=clock.now())
    flash(_("已切换到第 %(n)s 版。", n=version.number))
    return _back(collector)


# --- codes and posters --------------------------------------------------------------------------------------------------
@blueprint.get("/collectors/<int:collector_id>/qr.svg")
@web.access("collector:read")
def qr_svg(collector_id: int) -> Response:
    collector = _collector(collector_id)
    data = qr.svg(_address(collector), title=_address(collector))
    inline = request.args.get("download") != "1"
    response = web.download(data, name=_file_name(collector, "svg"), content_type="image/svg+xml", inline=inline)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@blueprint.get("/collectors/<int:collector_id>/qr.png")
@web.access("collector:read")
def qr_png(collector_id: int) -> Response:
    collector = _collector(collector_id)
    return web.download(qr.png(_address(collector)), name=_file_name(collector, "png"), content_type="image/png")


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


def _poster_page(listed: list[Collector], back: str) -> Response:
    """Sheets in one language of the interface or, without a choice, in all of them."""
    wanted = request.args.get("language", "")
    choice = wanted if wanted in INTERFACE else ""
    shown = [(code, {key: translator(code)(text) for key, text in POSTER_WORDS.items()}) for code in INTERFACE
             if choice in ("", code)]  # fmt: skip
    return web.render(
        "distribution/poster.html", collectors=listed, address=_address, organisation=chain.the_chain(), back=back,
        shown=shown, choice=choice, printed_on=clock.china(clock.now()).date(),
        minutes=lambda collector: max(1, -(-collector.version.seconds // 60)),
    )  # fmt: skip


@blueprint.get("/collectors/<int:collector_id>/poster")
@web.access("collector:read")
def poster(collector_id: int) -> Response:
    collector = _collector(collector_id)
    return _poster_page(
        [collector], url_for("distribution.collectors", questionnaire_id=collector.questionnaire_id)
        if web.may("questionnaire:read") else url_for("distribution.all_collectors"),
    )  # fmt: skip


@blueprint.get("/questionnaires/<int:questionnaire_id>/posters")
@web.access("collector:read")
def posters(questionnaire_id: int) -> Response:
    """One sheet per open door of a questionnaire, or those that were ticked."""
    ticked = set(request.args.getlist("collector"))
    listed = [c for c in _listed(questionnaire_id) if c.closed_at is None and (not ticked or str(c.id) in ticked)]
    if not listed:
        web.found(None)
    back = url_for("distribution.collectors", questionnaire_id=questionnaire_id)
    return _poster_page(listed[:MOST_POSTERS], back)
