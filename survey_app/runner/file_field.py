"""The question that takes a file, on its page: what was handed over, and the buttons that lead to the page for it."""

from typing import Any

from survey_app.questionnaire.question_types.files import File, kind_of
from survey_app.runner.choices import field_id, focus_of
from survey_app.runner.sheet import Sheet, attribute

ASK, DROPPED = "file:", "unfile:"  # values of the button `go`


def drawn(question: Any, sheet: Sheet) -> str:
    """What was handed over, and the buttons."""
    _ = sheet.say
    value = sheet.value(question.name)
    kind = kind_of(value)
    there = {"photo": _("已上传照片"), "document": _("已上传文件")}.get(kind or "", "")
    field = f"<input type=hidden name={question.name} value={attribute(value if kind else '')}>"
    if not sheet.uploading:
        words = there or _("在这台设备上不能上传文件。")
        return f"{field}<p>{words}</p>"
    label = _("更换") if kind else _("上传照片") if question.accepts == ("photo",) else _("上传文件")
    button = (
        f"<button class=also name=go value={ASK}{question.name} formnovalidate id={field_id(question.name)}"
        f"{focus_of(question, sheet)}>{label}</button>"
    )
    remove = _("删除")
    drop = (
        f" <button class=link name=go value={DROPPED}{question.name} formnovalidate>{remove}</button>" if kind else ""
    )
    told = f"<p role=status>✓ {there}</p>" if kind else ""
    return f"{field}{told}<p>{button}{drop}</p>"


def explanation(question: Any, sheet: Sheet) -> str:
    """What may be handed over and how large it may be."""
    return limits(question, sheet.say)


def limits(question: File, _: Any) -> str:
    """The same, for a page in the language of `_`."""
    size = {"n": question.max_mb}
    if question.accepts == ("photo",):
        return str(_("一张照片，不超过 %(n)s MB。") % size)
    if question.accepts == ("document",):
        return str(_("一个 PDF 文件，不超过 %(n)s MB。") % size)
    return str(_("一张照片或一个 PDF 文件，不超过 %(n)s MB。") % size)
