"""What every page of both applications shares: rendering, access, error pages, downloads, security headers.

Every route of the staff application declares who may use it with `@access(...)`; `accounts` enforces the declaration and a
test walks the URL map. Two content security policies exist, both here (privacy.md T13).
"""

import secrets
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Flask, Response, abort, current_app, g, has_request_context, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from survey_app import events
from survey_app.config import Settings
from survey_app.database import db, reading_only
from survey_app.errors import Busy, DomainError
from survey_app.vault import Vault

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"  # no sign-in needed
SIGNED_IN = "signed-in"  # any active member of staff

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

STAFF_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
COMMON_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def access(permission: str) -> Callable[[View], View]:
    """Declare who may use a view: PUBLIC, SIGNED_IN or a permission of accounts' table."""

    def declare(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return declare


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


def respondent_headers(*, style_hash: str, script_hash: str, frame_ancestors: str = "'none'") -> list[tuple[str, str]]:
    """Headers of a respondent's page; the hashes are base64 SHA-256 of the inline style and script."""
    policy = (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'; img-src 'self'; "
        f"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {frame_ancestors}"
    )
    return [
        ("Content-Security-Policy", policy),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
        ("X-Robots-Tag", "noindex"),
        *COMMON_HEADERS.items(),
    ]


def is_htmx() -> bool:
    """True when htmx asks for a fragment."""
    return request.headers.get("HX-Request") == "true"


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
    g.events_token = events.request_context.set((g.request_id, request.remote_addr or ""))
    g.reading_token = reading_only.set(request.method in SAFE_METHODS)


def _finish_request(response: Response) -> Response:
    """The one commit of a request: unsafe methods that did not fail. GET never writes."""
    if request.method in SAFE_METHODS or response.status_code >= 400:
        db.session.rollback()
    else:
        db.session.commit()
    return response


def _end_request(_error: BaseException | None) -> None:
    if not hasattr(g, "request_id"):
        return
    # tokens cannot be reset from another context; setting the default is the same here
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
    return render("error.html", fragment="error_fragment.html", status=status, title=title, message=message)


def _on_http_error(error: HTTPException) -> Response:
    status = error.code or 500
    titles = {
        400: (_("请求不完整"), _("这次提交不完整或已过期,没有保存任何内容。请返回上一页重试。")),
        403: (_("没有权限"), _("您的账号不能打开这个页面。如有需要,请联系管理员调整角色。")),
        404: (_("找不到页面"), _("这个地址不存在,或者您无权查看。请从左侧菜单重新进入。")),
        405: (_("请求方式不对"), _("请从页面上的按钮操作。")),
        410: (_("已过期"), _("这个链接已经过期,请重新生成。")),
        413: (_("文件太大"), _("请换一个较小的文件。")),
        429: (_("操作太频繁"), _("请稍等片刻再试。")),
    }
    title, message = titles.get(status, (_("出错了"), _("系统出了问题,您的内容没有丢失,请稍后再试。")))
    return _error_page(status, title, message)


def _on_domain_error(error: DomainError) -> Response:
    db.session.rollback()
    return _error_page(422, _("无法完成"), str(error))


def _on_busy(error: Busy) -> Response:
    db.session.rollback()
    return _error_page(503, _("系统繁忙"), str(error) or _("请稍后再试。"))


def _on_crash(error: Exception) -> Response:
    db.session.rollback()
    current_app.logger.exception("request %s failed", getattr(g, "request_id", ""))
    number = getattr(g, "request_id", "")
    return _error_page(
        500, _("出错了"), _("系统出了问题,没有保存这次操作。请重试;仍不行请告知编号 %(number)s。", number=number)
    )


def register(app: Flask) -> None:
    """Bind request boundaries, error pages and headers of the staff application."""
    app.before_request(_begin_request)
    app.after_request(_finish_request)
    app.after_request(_secure)
    app.teardown_request(_end_request)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(Busy, _on_busy)
    app.register_error_handler(DomainError, _on_domain_error)
    if not app.testing and not app.debug:
        app.register_error_handler(Exception, _on_crash)


def request_number() -> str:
    """The number by which a person can name this request to support."""
    return str(getattr(g, "request_id", "")) if has_request_context() else ""
