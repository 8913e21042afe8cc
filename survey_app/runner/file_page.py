"""Handing over a photo or a document: a page of its own, reached by a button of the question and back.

It needs no script: the browser sends everything as multipart, the file last, so that even of a body far too long the answers in
front of it are read. The form then goes on with a reference to the file in the field of the question.
"""

import io
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import MultiPartParser
from werkzeug.http import parse_options_header

from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.question_types.files import MOST_MB, File
from survey_app.responses import uploads
from survey_app.runner import forms, incoming, side_page
from survey_app.runner.file_field import ASK, DROPPED, limits
from survey_app.runner.forms import BadForm, Form, one
from survey_app.runner.frame import Frame
from survey_app.runner.sheet import Sheet

QUERY = "file=1"  # of the address that a file is sent to: its body may be longer, and is multipart
SENT, RETURNED = "filed:", "unfiled:"  # values of the button `go`
BODY = "_file"  # the bytes of the file, one character each; never written into a page
_FOR = "_file_of"
_MOST_BYTES = MOST_MB * uploads.MEGABYTE + forms.MOST_BYTES + 4_096
_MOST_DRAINED = 100_000_000  # a body up to this length is read to its end, so that the browser shows our words
_HEAD = 2 * forms.MOST_BYTES  # of a body that is too long: the fields stand here
TOO_LONG = "_file_too_long"
_OWN = frozenset({BODY, _FOR, TOO_LONG})
_PHOTOS, _DOCUMENTS = "image/jpeg,image/png,image/webp", "application/pdf"


def asked_for(form: Form, definition: Definition) -> tuple[str, File] | None:
    """The act of a form about a file and its question; None for every other form."""
    go = one(form, "go")
    if not go and _FOR in form:
        go = SENT + one(form, _FOR)
    act, colon, name = go.partition(":")
    if act + colon in (ASK, SENT, DROPPED, RETURNED) and name in definition.page_of:
        question = definition.question(name)
        if isinstance(question, File):
            return act + colon, question
    return None


# --- the page ---------------------------------------------------------------------------------------------------------
def page(frame: Frame, sheet: Sheet, question: File, form: Form, *, problem: str = "") -> str:
    """The document: question, limits, the file field, and everything that the form held."""
    _ = frame.say
    send, choose = _("上传"), _("选择文件")
    photo = "photo" in question.accepts
    taken = ",".join(([_PHOTOS] if photo else []) + ([_DOCUMENTS] if "document" in question.accepts else []))
    removed = (
        _("照片会缩小，其中的拍摄地点、时间和设备信息会被删除。请不要拍到姓名、电话、身份证或处方。") if photo else ""
    )
    wait = _("上传可能需要一会儿，请不要关闭页面。")
    inner = (
        f"<input type=hidden name=_end value=1.><input type=hidden name={_FOR} value={question.name}>"
        f"<p><label for=_u>{choose}</label></p>"
        f"<p><input type=file class=in id=_u name={BODY} accept='{taken}' aria-describedby=_h></p>"
        f"<p class=hint>{wait}</p><button class=go id=_g name=go value={SENT}{question.name}>{send}</button>"
    )
    return side_page.page(
        frame, sheet, question, form, inner, title=_("上传文件"), problem=problem, hint=f"{limits(question, _)} {removed}",
        address=QUERY, back=RETURNED, own=_OWN, encoding=" enctype=multipart/form-data",
    )  # fmt: skip


def with_reference(form: Form, name: str, reference: str | None) -> Form:
    """The form as the page before it was, with a reference in the field of a question; None leaves what is there."""
    kept = side_page.left(form, _OWN)
    return kept if reference is None else kept | {name: [reference]}


def body_of(form: Form) -> bytes:
    """The file of a posted page."""
    return one(form, BODY).encode("latin-1")


# --- reading ----------------------------------------------------------------------------------------------------------
def read(environ: dict[str, Any]) -> Form:
    """The form of a posted page, with the file under BODY. Raises BadForm, TooLarge.

    A body that is too long is read to its end and thrown away but for the fields in front; TOO_LONG then stands in the form.
    """
    kind, options = parse_options_header(environ.get("CONTENT_TYPE", ""))
    boundary = options.get("boundary", "").encode("latin-1", "replace")
    if kind != "multipart/form-data" or not 0 < len(boundary) <= 200:
        return forms.read(incoming.body_of(environ))  # a page that was sent again as it was
    length = environ.get("CONTENT_LENGTH") or ""
    known = int(length) if length.isascii() and length.isdigit() and len(length) <= 12 else None
    if known is None and not environ.get("wsgi.input_terminated"):
        raise BadForm("no length")
    if known is not None and known > _MOST_DRAINED:
        raise incoming.TooLarge
    wanted = _MOST_BYTES + 1 if known is None else min(known, _MOST_BYTES + 1)
    body: bytes = environ["wsgi.input"].read(wanted)
    if len(body) <= _MOST_BYTES:
        if known is not None and len(body) != known:
            raise BadForm("cut short")
        return _parsed(body, boundary)
    _drain(environ["wsgi.input"], (known or _MOST_DRAINED) - len(body))
    return {name: values for name, values in _parsed(body[:_HEAD] + b"\r\n--" + boundary + b"--\r\n", boundary).items()
            if name != BODY} | {TOO_LONG: ["1"]}  # fmt: skip


def _drain(stream: Any, left: int) -> None:
    while left > 0 and (chunk := stream.read(min(left, 65_536))):
        left -= len(chunk)


def _parsed(body: bytes, boundary: bytes) -> Form:
    parser = MultiPartParser(
        # never a temporary file: nothing that is handed over lies on a disk unsealed
        stream_factory=lambda *_args, **_more: io.BytesIO(),
        max_form_memory_size=forms.MOST_BYTES,
        max_form_parts=forms.MOST_FIELDS,
    )
    try:
        fields, files = parser.parse(io.BytesIO(body), boundary, len(body))
    except RequestEntityTooLarge as error:
        raise incoming.TooLarge from error
    except ValueError as error:
        raise BadForm("not multipart") from error
    form: Form = {name: list(values) for name, values in fields.lists() if name not in (BODY, TOO_LONG)}
    handed: FileStorage | None = files.get(BODY)
    form[BODY] = [handed.stream.read().decode("latin-1") if handed else ""]
    return form
