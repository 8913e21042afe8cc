"""Counter tablets: the list, new ones, codes, and the page on the tablet itself where the code is typed."""

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import defer
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.database import db
from survey_app.design.models import Questionnaire, Version
from survey_app.distribution import device_forms, devices, qr
from survey_app.distribution.models import Device
from survey_app.distribution.views import blueprint
from survey_app.distribution.views.common import visible_shops
from survey_app.errors import DomainError

PAGE, CODE_PAGE, ENROLMENT = "distribution/devices.html", "distribution/device_code.html", "distribution/enrolment.html"


def device_or_404(device_id: int) -> Device:
    """The tablet of this number, when this person may see it."""
    found: Device = web.found(db.session.scalar(devices.visible_to(g.user).where(Device.id == device_id)))
    return found


def _questionnaires() -> list[Questionnaire]:
    """Those that were published and are in use, by name."""
    published = select(Version.questionnaire_id).distinct()
    query = select(Questionnaire).options(defer(Questionnaire.draft)).where(Questionnaire.id.in_(published))
    return list(db.session.scalars(query.where(Questionnaire.archived_at.is_(None)).order_by(Questionnaire.name)))


def _values() -> dict[str, Any]:
    return {
        "devices": list(db.session.scalars(devices.visible_to(g.user))),
        "questionnaires": _questionnaires(),
        "shops": visible_shops(),
        "today": clock.day_number(clock.now()),
        "date_of": clock.date_from_day,
        "longest": devices.LONGEST_NAME,
    }


@blueprint.get("/devices")
@web.access("device:manage")
def devices_page() -> Response:
    """All tablets, and the form of a new one."""
    return web.render(PAGE, error=None, form={}, **_values())


@blueprint.post("/devices")
@web.access("device:manage")
def create_device() -> Response:
    """Make one and show its code."""
    try:
        form = device_forms.DeviceForm(
            questionnaire={str(q.id): q for q in _questionnaires()},
            shop={str(shop.id): shop for shop in visible_shops()},
        ).check()
        device, code = devices.create_device(
            questionnaire=form.questionnaire.data, shop=form.shop.data, name=form.name.data, pin=form.pin.data,
            by=web.actor(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        return web.refused(error, PAGE, **_values())
    return _code_once(device, code)


def _code_once(device: Device, code: str) -> Response:
    """The one page that ever shows this code: the answer to the form itself, never an address of its own."""
    address = web.settings().public_url + url_for("distribution.enrolment")
    minutes = int(devices.CODE_LIVES.total_seconds()) // 60
    return web.render(
        CODE_PAGE, device=device, code=code, address=address, minutes=minutes, status=201,
        picture=qr.svg(address, title=address).decode(),
    )  # fmt: skip


@blueprint.get("/devices/<int:device_id>/code")
@web.access("device:manage")
def device_code(device_id: int) -> Response:
    """The form of a new code, for a tablet that lost its enrolment or is replaced."""
    return web.render("distribution/device_renewal.html", device=device_or_404(device_id), error=None, form={})


@blueprint.post("/devices/<int:device_id>/code")
@web.access("device:manage")
def renew_device_code(device_id: int) -> Response:
    """A new code and PIN."""
    device = device_or_404(device_id)
    try:
        form = device_forms.PinForm().check()
        code = devices.renew_code(device=device, pin=form.pin.data, by=web.actor(), now=clock.now())
    except DomainError as error:
        return web.refused(error, "distribution/device_renewal.html", device=device_or_404(device_id))
    return _code_once(device, code)


@blueprint.post("/devices/<int:device_id>/revocation")
@web.access("device:manage")
def revoke_device(device_id: int) -> Response:
    """Take no more answers from it."""
    devices.revoke(device=device_or_404(device_id), by=web.actor(), now=clock.now())
    flash(_("已停用。平板上还没有上传的回答留在平板里，可以在平板上导出。"))
    return web.seen(url_for("distribution.devices_page"))


# --- on the tablet ----------------------------------------------------------------------------------------------------
@blueprint.get("/enrolment")
@web.access(web.PUBLIC)
def enrolment() -> Response:
    """Opened on the tablet: code and PIN."""
    return web.render(ENROLMENT, error=None, form={})


@blueprint.post("/enrolment")
@web.access(web.PUBLIC)
def enrol() -> Response:
    """Make this browser the tablet. The hash of the PIN goes behind `#`, so no server and no log ever sees it."""
    try:
        form = device_forms.EnrolmentForm().check()
        made = devices.enrol(code=form.code.data, pin=form.pin.data, address=request.remote_addr or "", now=clock.now())
    except DomainError as error:
        return web.refused(error, ENROLMENT)
    response = redirect(f"{devices.COOKIE_PATH}#{made.pin_check}", 303)
    response.set_cookie(
        devices.COOKIE, made.token, max_age=devices.COOKIE_SECONDS, path=devices.COOKIE_PATH, httponly=True,
        samesite="Strict", secure=web.settings().secure_cookies,
    )  # fmt: skip
    return response
