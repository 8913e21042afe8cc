"""Addresses under `/k/`: a counter tablet's page and its files, and what the tablet sends.

The only respondent's pages with a credential of their own: the cookie of an enrolled tablet, SameSite=Strict, for this path
alone. A tablet asks nothing on the way: page and files are cached by its service worker and renewed between two people.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Flask, Response, request

from survey_app import clock, tokens, web
from survey_app.distribution import offline
from survey_app.languages import N_
from survey_app.runner import assets, closing, forms, incoming, kiosk_arriving, kiosk_document
from survey_app.runner.answering import Reply
from survey_app.runner.doors import Door, Paper, Tablet, is_closed, is_early, is_looser
from survey_app.runner.forms import BadForm, Form, number, one
from survey_app.runner.frame import PAGE_LANGUAGES, Frame, closing_page
from survey_app.runner.kiosk_arriving import Counter, Damaged, Parcel, Refused
from survey_app.runner.kiosk_document import Edition

if TYPE_CHECKING:
    from survey_app.runner.views import Respondents

COOKIE = "kiosk"
V = TypeVar("V")
TITLE, TEXT, LINK = (
    N_("这台平板还没有登记"),
    N_("请店员用总部给的登记码登记。已经登记过的平板可能被停用了。"),
    N_("登记这台平板"),
)


class Kiosk:
    """The views. `here`: doors, keys and recorder of the respondent's side."""

    def __init__(self, here: "Respondents") -> None:
        self.here = here
        self.counter = Counter(here.doors, here.vault, here.recorder)
        self._editions: dict[tuple[Any, ...], tuple[Any, Edition]] = {}

    # --- what the tablet shows ----------------------------------------------------------------------------------------
    def page(self) -> Response:
        """The tablet's document in the language asked for."""
        tablet = self.tablet()
        edition = self.edition(tablet) if tablet else None
        if edition is None:
            return self.stranger()
        wanted = request.args.get("l", "")
        html = edition.documents.get(wanted) or next(iter(edition.documents.values()))
        return _sent(html, "text/html; charset=utf-8", ("X-Kiosk", edition.mark))

    def files(self) -> Response:
        """What the tablet has to keep, and the mark of this state of it; `stopped` when it is no tablet any more."""
        tablet = self.tablet()
        edition = self.edition(tablet) if tablet else None
        if edition is None:
            return _said({"stopped": True}, 403)
        return _said({"mark": edition.mark, "files": edition.files}, 200)

    def edition(self, tablet: Tablet) -> Edition | None:
        """What a tablet shows now; the same object as long as nothing changed."""
        door = self.here.doors.door(tablet.code)
        paper = self.here.doors.paper(door.version_id) if door else None
        if door is None or paper is None:
            return None
        chain, shut = self.here.doors.chain(), _why_shut(door, paper)
        key = (paper.version_id, door.mode, shut)
        found = self._editions.get(key)
        if found is None or found[0] is not chain:
            found = self._editions[key] = (chain, kiosk_document.edition(chain, door, paper, shut))
        return found[1]

    def stranger(self) -> Response:
        """The page of a browser that is no tablet."""
        chain = self.here.doors.chain()
        frame = Frame(chain, incoming.language_of(request.environ, PAGE_LANGUAGES))
        _ = frame.say
        body = (
            f"<div class=done><h1>{_(TITLE)}</h1><p>{_(TEXT)}</p>"
            f'<p><a class=tap href="/enrolment">{_(LINK)}</a></p>{closing.call(frame)}</div>'
        )
        return self.here.page(Reply(403, closing_page(frame, _(TITLE), body)), chain)

    def file(self, name: str) -> Response:
        """A script or the style sheet. The address changes with the content, the worker's does not."""
        if name == "style.css":
            text, kind = kiosk_document.css(self.here.doors.chain()).text, "text/css; charset=utf-8"
        else:
            text, kind = assets.small_file(_FILES[name]).text, "text/javascript; charset=utf-8"
        keep = "no-cache" if name == "worker.js" else "public, max-age=31536000"
        return _sent(text, kind, ("Cache-Control", keep))

    # --- what the tablet sends ----------------------------------------------------------------------------------------
    def answers(self) -> Response:
        """One answer or break-off: 200 once it is stored; 400 with `refused` when it can never be."""
        tablet, form = self.tablet(), self._form()
        if tablet is None:
            return _said({"stopped": True}, 403)
        if form is None:
            return _said({}, 400)
        try:
            parcel = Parcel.of(form)
        except Damaged:
            return _said({}, 400)
        try:
            self.counter.take(tablet, parcel, now=clock.epoch_seconds())
        except Refused as refusal:
            words = kiosk_arriving.in_words(refusal, one(form, "_l") or "zh-CN")
            return _said({"id": parcel.answer, "refused": words}, 400)
        except Damaged:
            return _said({}, 400)
        return _said({"id": parcel.answer, "stored": True}, 200)

    def pending(self) -> Response:
        """How many answers the tablet still holds. Written on another day or with another number, never with an answer."""
        tablet, form = self.tablet(), self._form()
        count = number(form, "n", digits=4) if form else None
        if tablet is None or count is None:
            return _said({"stopped": True} if tablet is None else {}, 403 if tablet is None else 400)
        today = clock.day_of_epoch(clock.epoch_seconds())
        self.here.recorder.write(
            "UPDATE device SET seen_day = ?, pending = ? WHERE id = ? AND (seen_day IS NULL OR seen_day <> ? OR pending <> ?)",
            (today, count, tablet.id, today, count),
        )
        return _said({"stored": True}, 200)

    def _form(self) -> Form | None:
        try:
            return forms.read(incoming.body_of(request.environ))
        except (BadForm, incoming.TooLarge):
            return None

    def tablet(self) -> Tablet | None:
        """The tablet that asks, by its cookie."""
        token = request.cookies.get(COOKIE, "")
        return self.here.doors.tablet(tokens.token_hash(token)) if 20 <= len(token) <= 40 else None


_FILES = {**kiosk_document.SCRIPTS, "worker.js": "kiosk_worker.js"}


def _why_shut(door: Door, paper: Paper) -> str:
    now = clock.epoch_seconds()
    if is_looser(paper.definition.mode, door.mode) or is_closed(door, None, now=now):
        return "closed"
    if is_early(door, now=now):
        return "early"
    try:
        offline.refuse_unfit(paper.definition)
    except offline.NotAlone:
        return "unfit"  # the door was switched to a version that needs the server between its pages
    return ""


def _sent(text: str, kind: str, *more: tuple[str, str], status: int = 200) -> Response:
    headers = dict(web.kiosk_headers()) | {"Content-Type": kind} | dict(more)
    return Response(text.encode(), status, list(headers.items()))


def _said(what: dict[str, Any], status: int) -> Response:
    """JSON with the server's clock: a tablet's own may be wrong."""
    body = json.dumps({**what, "now": clock.epoch_seconds()}, ensure_ascii=False)
    return _sent(body, "application/json; charset=utf-8", status=status)


def register(app: Flask, here: "Respondents") -> None:
    """Add the addresses to the respondent's application."""
    kiosk = Kiosk(here)
    rules: list[tuple[str, str, Callable[..., Response], str]] = [
        ("/k/", "kiosk", kiosk.page, "GET"),
        ("/k/files", "kiosk_files", kiosk.files, "GET"),
        ("/k/answers", "kiosk_answers", kiosk.answers, "POST"),
        ("/k/pending", "kiosk_pending", kiosk.pending, "POST"),
    ]
    for path, name, view, method in rules:
        app.add_url_rule(path, name, view, methods=[method])
    for name in ("style.css", *_FILES):
        app.add_url_rule(f"/k/{name}", f"kiosk_{name.replace('.', '_')}", kiosk.file, defaults={"name": name})
