"""Pages of imports: the list, sending a file, telling its columns apart, watching it, fetching what was refused."""

import io
import json
import re
from contextlib import closing
from datetime import datetime
from typing import Any

from flask import request, stream_with_context, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.extensions import csrf
from survey_app.formats import tables
from survey_app.languages import N_
from survey_app.people import columns, import_forms, importing, phones, rejects
from survey_app.people.consents import NAMES as CHANNELS
from survey_app.people.models import Import
from survey_app.people.phones import Phone
from survey_app.people.views import blueprint
from survey_app.work import Work

KINDS = {"orders": N_("订单"), "contacts": N_("联系人"), "events": N_("事件")}
FORM_BYTES = 100_000  # of an upload, beside its file


def _job(import_id: int) -> Import:
    job: Import = web.found(db.session.get(Import, import_id))
    return job


def _line(job: Import, work: Work | None) -> dict[str, Any]:
    """A row of the list or the page of one import: `state` is waiting, running, finished, broken or failed."""
    state = "waiting"
    if job.finished_at is not None:
        state = "broken" if job.error else "finished"
    elif job.work_id is not None:
        state = "failed" if work is None or work.state == "quarantined" else "running"
    return {
        "job": job,
        "state": state,
        "kind": _(KINDS[job.kind]),
        "total": job.options.get("rows", 0),
        "error": _sentence(job.error),
        "rejects": importing.has_rejects(job, now=clock.now()) and importing.may_fetch(job, by=web.actor()),
    }


def _sentence(error: str) -> str:
    if not error:
        return ""
    message, values = json.loads(error)
    text: str = _(message)
    return text % values if values else text


@blueprint.get("/imports")
@web.access("order:import")
def imports_page() -> Response:
    """Every import with its numbers, newest first."""
    page = web.page_number()
    found = importing.all_imports(limit=web.PAGE_SIZE + 1, offset=(page - 1) * web.PAGE_SIZE)
    names = {user.id: user.name or user.email for user in db.session.query(User)}
    return web.render(
        "people/imports.html",
        lines=[_line(job, work) for job, work in found[: web.PAGE_SIZE]],
        names=names,
        page=page,
        more=len(found) > web.PAGE_SIZE,
    )


def _new(**more: Any) -> dict[str, Any]:
    return {"kinds": [(key, _(text)) for key, text in KINDS.items()], "sources": importing.sources(), **more}


@blueprint.get("/imports/new")
@web.access("order:import")
def new_import() -> Response:
    """Choose a file."""
    kind = request.args.get("kind", "orders")
    return web.render(
        "people/import_new.html", error=None, form={"kind": kind if kind in KINDS else "orders"}, **_new()
    )


class _Received(io.RawIOBase):
    """The place where the request's parser puts the file: it goes on sealed."""

    def __init__(self, upload: importing.Upload) -> None:
        self._upload = upload

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._upload.write(bytes(data))

    def seek(self, offset: int, whence: int = 0) -> int:  # the parser goes back to the start; nobody reads from here
        return offset


@blueprint.post("/imports")
@web.access("order:import")
@csrf.exempt  # type: ignore[untyped-decorator]  # checked below, with the limit and the place of a large file: only people who may import send so much
def upload_import() -> Response:
    """Take the file. It is sealed while it arrives; nothing of it stands on a disk in clear."""
    sent: Any = request._get_current_object()  # type: ignore[attr-defined]
    sent.max_content_length = tables.MOST_BYTES + FORM_BYTES
    with closing(importing.Upload()) as upload:
        places = iter([_Received(upload)])
        sent._get_file_stream = lambda *_given, **_more: next(places, io.BytesIO())
        try:
            sent.form  # noqa: B018 - parsed here, where a refusal of the file is understood
            csrf.protect()
            form = import_forms.UploadForm().check()
            job = importing.receive(
                upload=upload, name=form.file.data.filename or "", kind=form.kind.data, source=form.source.data,
                by=web.actor(), now=clock.now(),
            )  # fmt: skip
            db.session.commit()  # before the file loses its guard
        except DomainError as error:
            return web.refused(error, "people/import_new.html", **_new())
        upload.kept = True
        return web.seen(url_for("people.import_page", import_id=job.id))


# --- one import ----------------------------------------------------------------------------------------------------------
_NUMBERS = re.compile(r"\d{7,}")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
_OPEN = frozenset({"number", "order", "state", "placed_at", "completed_at", "refunded_at", "amount", "shop", "team", "kind",
                   "at", "language", "consent_sms", "consent_email", "consent_phone"})  # fmt: skip


def masked(text: str, field: str) -> str:
    """A cell of the preview: enough to tell what the column is, nothing that names or reaches a person."""
    if isinstance(found := phones.normal(text) if text else None, Phone) and field not in ("number", "order", "amount"):
        return phones.mask(found.e164)
    if field == "name":
        return phones.mask_name(text)
    if field == "summary":
        return f"{text[:2]}…" if text else ""
    if field in _OPEN:
        return text[:40]
    text = _ADDRESS.sub(lambda each: phones.mask_email(each.group()), text)
    return _NUMBERS.sub(lambda each: f"{each.group()[:3]}****{each.group()[-2:]}", text)[:24]


def _mapping(job: Import, **more: Any) -> dict[str, Any]:
    shown = importing.preview(job)
    given = more.setdefault("form", {f"column-{place}": field for place, field in job.options["columns"].items()})
    chosen = {place: given.get(f"column-{place}", "") for place in range(len(shown.heading))}
    table = [
        {
            "heading": masked(text, "") or f"{place + 1}",
            "chosen": chosen.get(place, ""),
            "cells": [masked(row[place], chosen.get(place, "")) if place < len(row) else "" for row in shown.rows],
        }
        for place, text in enumerate(shown.heading)
    ]
    return {
        **_line(job, None),
        "columns": table,
        "shown": range(len(shown.rows)),
        "fields": [(field.name, _(field.text)) for field in columns.FIELDS[job.kind]],
        "channels": [(channel, _(text)) for channel, text in CHANNELS.items()],
        **more,
    }


@blueprint.get("/imports/<int:import_id>")
@web.access("order:import")
def import_page(import_id: int) -> Response:
    """What the columns are, while the file waits; then how far the job is, asked for every two seconds; then the numbers."""
    job = _job(import_id)
    if importing.is_waiting(job):
        return web.render("people/import_columns.html", problem=None, **_mapping(job))
    work = db.session.get(Work, job.work_id) if job.work_id else None
    return web.render("people/import.html", fragment="people/_import.html", **_line(job, work))


@blueprint.post("/imports/<int:import_id>/start")
@web.access("order:import")
def start_import(import_id: int) -> Response:
    """Begin."""
    try:
        form = import_forms.StartForm().check()
        chosen = {int(name.removeprefix("column-")): field for name, field in form.columns.data.items() if field}
        importing.start(
            job=_job(import_id), chosen=chosen, consent_source=form.consent_source.data, by=web.actor(), now=clock.now(),
            consents={"sms": form.sms.data, "email": form.email.data, "phone": form.phone.data},
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        job = _job(import_id)
        if not importing.is_waiting(job):
            return web.seen(url_for("people.import_page", import_id=import_id))
        return web.render(
            "people/import_columns.html",
            status=422,
            problem=error,
            **_mapping(job, form=request.form),
        )
    return web.seen(url_for("people.import_page", import_id=import_id))


@blueprint.post("/imports/<int:import_id>/discard")
@web.access("order:import")
def discard_import(import_id: int) -> Response:
    """Throw the file away."""
    importing.discard(job=_job(import_id), by=web.actor(), now=clock.now())
    return web.seen(url_for("people.imports_page"))


@blueprint.post("/imports/<int:import_id>/rejects")
@web.access("order:import")
def fetch_rejects(import_id: int) -> Response:
    """The rows that were refused. A sensitive read: it is written down first, and without that nothing is sent."""
    job = _job(import_id)
    shown = importing.fetch_rejects(job=job, by=web.actor(), now=clock.now())
    token, kind, places, asked = job.file, job.kind, dict(job.options["columns"]), job.requested_at
    lines = rejects.as_csv(
        importing.folder() / token, kind=kind, heading=shown.heading, columns=places, vault=web.vault(), translate=_
    )
    return web.download(
        stream_with_context(lines), name=_reject_name(kind, asked), content_type="text/csv; charset=utf-8"
    )


def _reject_name(kind: str, asked: datetime) -> str:
    return f"{_('未导入')}-{_(KINDS[kind])}-{clock.china(asked):%Y%m%d-%H%M}.csv"
