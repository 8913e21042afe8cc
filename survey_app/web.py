"""What every page of both applications shares: rendering, access, error pages, downloads, security headers.

Every route of the staff application declares who may use it with `@access(...)`; `accounts` enforces the declaration and a
test walks the URL map. Two content security policies exist, both here (privacy.md T13).
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    has_request_context,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import get_locale
from flask_babel import gettext as _
from htmx_flask import make_response as make_htmx_response
from htmx_flask import request as htmx_request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter

from survey_app import clock, events
from survey_app.config import Settings
from survey_app.database import db, reading_only
from survey_app.errors import Busy, DomainError
from survey_app.extensions import babel
from survey_app.languages import INTERFACE
from survey_app.vault import Vault

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"  # no sign-in needed
SIGNED = "signed"  # another system, by the signature of its request (room api); needs neither sign-in nor token
SIGNED_IN = "signed-in"  # any active member of staff

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

STAFF_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
KIOSK_POLICY = f"{STAFF_POLICY}; worker-src 'self'"  # pages under /k/: scripts from files, and a service worker
COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def access(permission: str) -> Callable[[View], View]:
    """Declare who may use a view: PUBLIC, SIGNED, SIGNED_IN or a permission of accounts' table."""

    def declare(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return declare


def may(permission: str) -> bool:
    """Whether the person of this request has a permission of accounts' table."""
    return permission in g.get("permissions", frozenset())


def actor() -> events.Actor:
    """Who acts in this request, for the audit log. Only behind a sign-in."""
    found: events.Actor = g.actor
    return found


def declared_access(app: Flask, endpoint: str) -> str | None:
    """The declaration of an endpoint, or None when it declares nothing (a fault that a test finds)."""
    return getattr(app.view_functions.get(endpoint), "access", None)


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions["survey_settings"]
    return found


def vault() -> Vault:
    """The key folder of the running application."""
    found: Vault = current_app.extensions["survey_vault"]
    return found


def respondent_headers(
    *, style_hash: str, script_hash: str, frame_ancestors: str = "'none'", records: bool = False
) -> list[tuple[str, str]]:
    """Headers of a respondent's page; the hashes are base64 SHA-256 of the inline style and script.

    `records`: the page may use the microphone and play what it recorded.
    """
    media = "; media-src blob:" if records else ""
    policy = (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'; img-src 'self'; "
        f"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {frame_ancestors}{media}"
    )
    common = COMMON_HEADERS
    if records:
        common = common | {"Permissions-Policy": "camera=(), microphone=(self), geolocation=()"}
    return [
        ("Content-Security-Policy", policy),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
        ("X-Robots-Tag", "noindex"),
        *common.items(),
    ]


def kiosk_headers() -> list[tuple[str, str]]:
    """Headers of what an enrolled tablet gets."""
    return [
        ("Content-Security-Policy", KIOSK_POLICY),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
        ("X-Robots-Tag", "noindex"),
        *COMMON_HEADERS.items(),
    ]


def is_htmx() -> bool:
    """True when htmx asks for a fragment."""
    return bool(htmx_request.htmx)


def is_waiting() -> bool:
    """True when a page asks on its own how far something is, and nobody did anything (`hx-trigger="every …"`)."""
    return "X-Waiting" in request.headers


def render(template: str, *, fragment: str | None = None, status: int = 200, **values: Any) -> Response:
    """Render a page; when htmx asks and `fragment` names another template, render that one alone."""
    name = fragment if fragment is not None and is_htmx() else template
    return make_response(render_template(name, **values), status)


def download(data: bytes | Iterable[bytes], *, name: str, content_type: str, inline: bool = False) -> Response:
    """A file for the person; the name may be Chinese (RFC 6266)."""
    response = Response(data, mimetype=content_type)
    kind = "inline" if inline else "attachment"
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_").replace("\\", "_")
    response.headers["Content-Disposition"] = f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return response


def seen(location: str) -> Response:
    """The answer to a form that did its work: look here now (303). htmx is told to load the whole page."""
    if is_htmx():
        answer: Response = make_htmx_response("", 204, redirect=location)
        return answer
    return make_response(redirect(location, 303))


def refused(error: DomainError, template: str, *, fragment: str | None = None, **values: Any) -> Response:
    """The same form again with the refusal on top and everything that was typed; nothing is kept (unless `error.keeps`)."""
    if isinstance(error, Busy):  # nobody typed anything wrong: the page for 503
        raise error
    if error.keeps:
        g.keep = True
    else:
        db.session.rollback()
    return render(template, fragment=fragment, status=422, error=error, form=request.form, **values)


def safe_next(target: str | None) -> str | None:
    """A relative address of this site to return to, or None."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or len(target) > 500:
        return None
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc and target.isprintable() and "\\" not in target else None


PAGE_SIZE = 50


def page_number() -> int:
    """The page asked for in the query, from 1."""
    text = request.args.get("page", "1")
    return max(1, min(int(text), 100_000)) if text.isascii() and text.isdigit() else 1


def found(value: Any) -> Any:
    """The object, or the same 404 for missing and foreign ones."""
    if value is None:
        abort(404)
    return value


def _begin_request() -> None:
    g.request_id = secrets.token_hex(8)
    g.keep = False
    events.request_context.set((g.request_id, request.remote_addr or ""))
    reading_only.set(request.method in SAFE_METHODS)


def _finish_request(response: Response) -> Response:
    """The one commit of a request: unsafe methods that did not fail. GET never writes."""
    if request.method in SAFE_METHODS or (response.status_code >= 400 and not g.get("keep")):
        db.session.rollback()
    else:
        db.session.commit()
    return response


def _end_request(_error: BaseException | None) -> None:
    if not hasattr(g, "request_id"):
        return
    # the tokens of `set` cannot be reset from another context; setting the default is the same here
    events.request_context.set(("", ""))
    reading_only.set(False)


def _secure(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", STAFF_POLICY)
    response.headers.setdefault("Referrer-Policy", "same-origin")
    for name, value in COMMON_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.add("HX-Request")
    return response


def _error_page(status: int, title: str, message: str) -> Response:
    return render(
        "error.html",
        fragment="error_fragment.html",
        status=status,
        title=title,
        message=message,
        number=request_number(),
    )


def _on_http_error(error: HTTPException) -> Response:
    status = error.code or 500
    titles = {
        400: (_("请求不完整"), _("这次提交不完整或已过期，没有保存任何内容。请返回上一页重试。")),
        403: (_("没有权限"), _("您的账号不能打开这个页面。如有需要，请联系管理员调整角色。")),
        404: (_("找不到页面"), _("这个地址不存在，或者您无权查看。请从左侧菜单重新进入。")),
        405: (_("请求方式不对"), _("请从页面上的按钮操作。")),
        410: (_("已过期"), _("这个链接已经过期，请重新生成。")),
        413: (_("文件太大"), _("请换一个较小的文件。")),
        429: (_("操作太频繁"), _("请稍等片刻再试。")),
    }
    title, message = titles.get(status, (_("出错了"), _("系统出了问题，您的内容没有丢失，请稍后再试。")))
    return _error_page(status, title, message)


def _on_domain_error(error: DomainError) -> Response:
    db.session.rollback()
    return _error_page(422, _("无法完成"), error.sentence(_))


def _on_busy(error: Busy) -> Response:
    db.session.rollback()
    return _error_page(503, _("系统繁忙"), error.sentence(_) or _("请稍后再试。"))


def _on_crash(error: Exception) -> Response:
    db.session.rollback()
    number = request_number()
    current_app.logger.exception("request %s failed", number)
    return _error_page(
        500, _("出错了"), _("系统出了问题，没有保存这次操作。请重试；仍不行请告知编号 %(number)s。", number=number)
    )


# --- languages and times -----------------------------------------------------------------------------------------------
def interface_language() -> str:
    """`zh` or `en`: what the person chose, else what the browser asks for, else Chinese."""
    chosen = session.get("language")
    if chosen in INTERFACE:
        return str(chosen)
    return request.accept_languages.best_match(list(INTERFACE), default="zh") or "zh"


def language_tag() -> str:
    """The `lang` of the page."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh-CN"


def moment(value: datetime | None) -> str:
    """A moment on a clock in China, as people write it: 11月21日 14:05, 21 Nov 14:05; with the year when it is not this one."""
    return "" if value is None else f"{day(clock.china(value).date())} {clock.china(value):%H:%M}"


def day(value: date | None) -> str:
    """A date as people write it."""
    if value is None:
        return ""
    this_year = value.year == clock.china(clock.now()).year
    if language_tag() == "en":
        return f"{value.day} {value:%b}" + ("" if this_year else f" {value.year}")
    return ("" if this_year else f"{value.year}年") + f"{value.month}月{value.day}日"


def in_words(error: DomainError) -> str:
    """A refusal in the language of the page."""
    return error.sentence(_)


# --- static files ------------------------------------------------------------------------------------------------------
def static_url(name: str) -> str:
    """The address of a static file with its digest, so that browsers may keep it for a year."""
    digests: dict[str, str] = current_app.extensions.setdefault("static_digests", {})
    if name not in digests or current_app.debug:
        digests[name] = hashlib.sha256((Path(str(current_app.static_folder)) / name).read_bytes()).hexdigest()[:12]
    return url_for("static", filename=name, v=digests[name])


def with_query(**changes: Any) -> str:
    """The present address with some query parameters changed; None removes one."""
    values = {**request.args.to_dict(), **changes}
    kept = {key: value for key, value in values.items() if value not in (None, "")}
    return request.path + ("?" + urlencode(kept) if kept else "")


class Number(IntegerConverter):
    """A number in an address (`<int:...>`) that every database can hold; any other is the address of nothing: 404."""

    regex = "[0-9]{1,9}"


def has_page(endpoint: str) -> bool:
    """Whether a room offers this page; lets a room link to a later one without importing it."""
    return endpoint in current_app.view_functions


def register(app: Flask) -> None:
    """Bind request boundaries, languages, error pages and headers of the staff application."""
    # first of all hooks, also before the check of the CSRF token: every request has a number and reads or writes
    app.before_request_funcs.setdefault(None, []).insert(0, _begin_request)
    # nothing is redirected for its slashes: such a redirect would name the host that the browser claims
    app.url_map.merge_slashes = app.url_map.strict_slashes = False
    app.url_map.converters["int"] = Number
    babel.init_app(app, locale_selector=interface_language)
    app.after_request(_finish_request)
    app.after_request(_secure)
    app.teardown_request(_end_request)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(Busy, _on_busy)
    app.register_error_handler(DomainError, _on_domain_error)
    if not app.testing and not app.debug:
        app.register_error_handler(Exception, _on_crash)
    setattr(app.view_functions["static"], "access", PUBLIC)  # noqa: B010 - a view function has no such attribute for mypy
    app.jinja_env.globals.update(
        static_url=static_url,
        may=may,
        language_tag=language_tag,
        interface_languages=INTERFACE,
        with_query=with_query,
        has_page=has_page,
    )
    app.jinja_env.filters.update(moment=moment, day=day, in_words=in_words)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def request_number() -> str:
    """The number by which a person can name this request to support."""
    return str(getattr(g, "request_id", "")) if has_request_context() else ""
