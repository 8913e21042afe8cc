"""Posters to print: of one door, of a shop, of many shops as a job with progress."""

from collections.abc import Sequence
from typing import Any

from flask import Response, abort, flash, g, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from survey_app import clock, web
from survey_app.database import db
from survey_app.design import publishing
from survey_app.design.models import Questionnaire
from survey_app.design.views.common import head, questionnaire_or_404
from survey_app.distribution import collecting, poster_runs, posters
from survey_app.distribution.models import Collector, PosterRun
from survey_app.distribution.poster_forms import PostersForm
from survey_app.distribution.views import blueprint
from survey_app.distribution.views.common import address, collector_or_404, visible_shops
from survey_app.errors import DomainError
from survey_app.organisation import chain

TEMPLATE = "distribution/posters.html"
PDF = "application/pdf"


# --- one door, or those of one shop ---------------------------------------------------------------------------------
@blueprint.get("/collectors/<int:collector_id>/poster")
@web.access("collector:read")
def poster(collector_id: int) -> Response:
    """Which paper, which language; then the PDF."""
    collector = collector_or_404(collector_id)
    return web.render(
        "distribution/poster.html",
        collector=collector,
        address=address(collector),
        languages=posters.languages_for([collector]),
    )


@blueprint.get("/collectors/<int:collector_id>/poster.pdf")
@web.access("collector:read")
def poster_pdf(collector_id: int) -> Response:
    """One sheet, in `?size=` and `?language=`."""
    return _sheets([collector_or_404(collector_id)])


@blueprint.get("/questionnaires/<int:questionnaire_id>/posters.pdf")
@web.access("collector:read")
def posters_pdf(questionnaire_id: int) -> Response:
    """The sheets of the doors in `?collector=`, at most a dozen; without: of the open doors of one's own shop."""
    asked = set(request.args.getlist("collector"))
    query = collecting.visible_to(g.user).where(
        Collector.questionnaire_id == questionnaire_id, Collector.kind == "shop", Collector.closed_at.is_(None)
    )
    found = list(db.session.scalars(query.order_by(Collector.shop_id, Collector.id)))
    chosen = [door for door in found if not asked or str(door.id) in asked][: poster_runs.ALONE]
    return _sheets(web.found(chosen or None))


def _sheets(doors: Sequence[Collector]) -> Response:
    size = request.args.get("size", "")
    size = size if size in posters.SIZES else "a4"
    possible = posters.languages_for(doors)
    wanted = request.args.get("language", "")
    language = wanted if wanted in possible else possible[0]
    data = posters.pdf(
        doors,
        size=size,
        language=language,
        head=posters.letterhead(chain.the_chain()),
        public_url=web.settings().public_url,
        now=clock.now(),
    )
    return web.download(data, name=poster_runs.file_name(doors, size, language), content_type=PDF)


# --- many shops -----------------------------------------------------------------------------------------------------
@blueprint.get("/posters")
@web.access("collector:read")
def poster_surveys() -> Response:
    """The first step: which questionnaire. Only those with something to print, or something to be made."""
    query = collecting.visible_to(g.user).where(Collector.kind == "shop", Collector.closed_at.is_(None))
    numbers: dict[int, int] = {}
    for questionnaire_id in db.session.scalars(query.with_only_columns(Collector.questionnaire_id)):
        numbers[questionnaire_id] = numbers.get(questionnaire_id, 0) + 1
    known = db.session.scalars(select(Questionnaire).order_by(Questionnaire.id))
    may_make = web.may("collector:edit")
    listed = [
        (one, numbers.get(one.id, 0))
        for one in known
        if one.id in numbers or (may_make and one.archived_at is None and publishing.newest_version(one) is not None)
    ]
    return web.render("distribution/poster_surveys.html", listed=listed)


def _places(questionnaire_id: int) -> dict[str, str]:
    """The places that open doors of this questionnaire have, by number: `""` (the shop as a whole) comes first."""
    query = collecting.visible_to(g.user).where(
        Collector.questionnaire_id == questionnaire_id, Collector.kind == "shop", Collector.closed_at.is_(None)
    )
    found = sorted(set(db.session.scalars(query.with_only_columns(Collector.place))))
    return {str(number): place for number, place in enumerate(found)}


def _values(questionnaire: Questionnaire, form: PostersForm | None = None) -> dict[str, Any]:
    newest = publishing.newest_version(questionnaire)
    english = newest is not None and "en" in newest.definition["languages"]
    own = visible_shops()
    return {
        "shops": own,
        "regions": list({shop.region_id: shop.region for shop in own}.values()),
        "places": _places(questionnaire.id),
        "languages": ["both", "zh", "en"] if english else ["zh"],
        "sizes": list(posters.SIZES),
        "may_create": web.may("collector:edit"),
        "chosen": form.shop.sent if form else frozenset(),
        "chosen_places": form.place.sent if form else None,
        **head(questionnaire),
    }


@blueprint.get("/questionnaires/<int:questionnaire_id>/posters", endpoint="posters")
@web.access("collector:read")
def posters_form(questionnaire_id: int) -> Response:
    """The form: shops, places, paper, language."""
    return web.render(TEMPLATE, error=None, form={}, **_values(questionnaire_or_404(questionnaire_id)))


@blueprint.post("/questionnaires/<int:questionnaire_id>/posters")
@web.access("collector:read")
def order_posters(questionnaire_id: int) -> Response:
    """Make the doors that are missing; then one PDF at once for one shop, a job for many."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    own = visible_shops()
    regions: dict[str, Any] = {str(shop.region_id): shop.region_id for shop in own}
    form = PostersForm(
        region=regions | {"": None}, shop={str(shop.id): shop for shop in own}, place=_places(questionnaire.id)
    )
    try:
        form.check()
        goal = _ordered(questionnaire, form)
    except DomainError as error:
        db.session.rollback()
        return web.refused(error, TEMPLATE, **_values(questionnaire_or_404(questionnaire_id), form))
    return web.seen(goal)


def _ordered(questionnaire: Questionnaire, form: PostersForm) -> str:
    """What was asked for is on its way; where to look for it."""
    own = visible_shops()
    if form.scope.data == "region":
        own = [shop for shop in own if shop.region_id == form.region.data]
    elif form.scope.data == "list":
        own = form.shop.data
    may_create, another = web.may("collector:edit"), form.another.data
    create = set(form.place.data) if form.create.data and may_create else set()
    doors = poster_runs.choose_doors(
        questionnaire=questionnaire, shops=own, places=list(dict.fromkeys([*form.place.data, *filter(None, [another])])),
        create=create | {another} if another and may_create else create, by=web.actor(), now=clock.now(),
    )  # fmt: skip
    without = len(own) - len({door.shop_id for door in doors})
    if without:
        flash(_("%(n)s 家门店在这些位置没有二维码，没有它们的海报。", n=without))
    look = {"size": form.size.data, "language": form.language.data}
    if len({door.shop_id for door in doors}) == 1 and len(doors) <= poster_runs.ALONE:
        ids = [door.id for door in doors]
        return url_for("distribution.posters_pdf", questionnaire_id=questionnaire.id, collector=ids, **look)
    run = poster_runs.request_run(questionnaire=questionnaire, doors=doors, by=web.actor(), now=clock.now(), **look)
    return url_for("distribution.poster_run", run_id=run.id)


# --- the job --------------------------------------------------------------------------------------------------------
def _run_or_404(run_id: int) -> PosterRun:
    found: PosterRun = web.found(poster_runs.own_run(run_id=run_id, by=web.actor()))
    return found


@blueprint.get("/poster-runs/<int:run_id>")
@web.access("collector:read")
def poster_run(run_id: int) -> Response:
    """How far it is; asked for every two seconds while it is made."""
    run = _run_or_404(run_id)
    state, done = poster_runs.state_of(run, now=clock.now())
    return web.render(
        "distribution/poster_run.html",
        fragment="distribution/_poster_run.html",
        run=run,
        state=state,
        done=done,
        survey=db.session.get_one(Questionnaire, run.questionnaire_id),
    )


@blueprint.get("/poster-runs/<int:run_id>/file")
@web.access("collector:read")
def poster_file(run_id: int) -> Response:
    """The ZIP."""
    run = _run_or_404(run_id)
    path = poster_runs.path_of(run, folder=web.settings().poster_folder, now=clock.now())
    if path is None:
        abort(410)
    name = db.session.get_one(Questionnaire, run.questionnaire_id).name
    stamp = f"{clock.china(run.requested_at):%Y%m%d-%H%M}"
    return send_file(
        path, mimetype="application/zip", as_attachment=True, download_name=f"{name}-{stamp}-{run.options['size']}.zip",
        max_age=0,
    )  # fmt: skip
