"""The address `/s`: where the code of a poster is typed, for whom no camera is at hand, and the first document behind it.

Asked by GET, because looking writes nothing; nothing redirects, so the forms of the document come back to this address and are
told apart by the code in them. Codes of posters hang on walls: guessing them is not slowed down.
"""

from typing import TYPE_CHECKING

from flask import Response

from survey_app import tokens
from survey_app.responses import ballots
from survey_app.runner import incoming, widget
from survey_app.runner.answering import Reply
from survey_app.runner.forms import one
from survey_app.runner.frame import PAGE_LANGUAGES, Frame, closing_page, language_links
from survey_app.runner.sheet import attribute, escaped

if TYPE_CHECKING:
    from survey_app.runner.views import Respondents

_LONGEST = 60


class TypedCodes:
    """The view."""

    def __init__(self, here: "Respondents") -> None:
        self.here = here

    def view(self) -> Response:
        """The page that asks for the code, the first document of the code, and what answers its forms."""
        environ = incoming.asked.get()
        if environ["REQUEST_METHOD"] == "POST":
            return self._answer()
        typed = incoming.query_value(environ, "code")[:_LONGEST]
        door = self.here.find(tokens.ungrouped(typed)) if typed else None
        if door is not None:
            return self.here.enter(widget.entry(self.here, door))
        chain = self.here.doors.chain()
        frame = Frame(chain, incoming.language_of(environ, PAGE_LANGUAGES), languages=PAGE_LANGUAGES)
        return self.here.page(Reply(422 if typed else 200, _page(frame, typed)), chain)

    def _answer(self) -> Response:
        form = self.here.form()
        if isinstance(form, Response):
            return form
        return self.here.answer(one(form, "_t")[-ballots.DOOR_LENGTH :])


def _page(frame: Frame, typed: str) -> str:
    """The form; `typed`: what led nowhere."""
    _ = frame.say
    title, label, mark = _("填写问卷"), _("海报上的编码"), _("错误：")
    hint = _("6 位字母和数字，例如 A7K2QX。字母大小写均可，没有 0、O、1、I。")
    wrong, begin = _("没有这个编码。请对照海报核对后再输入。"), _("开始填写")
    error = f"<p class=err id=e-code role=alert>{mark}{wrong}</p>" if typed else ""
    by, invalid = ("t-code e-code", " aria-invalid=true autofocus") if typed else ("t-code", "")
    body = (
        f"<div class=done><h1>{title}</h1></div>"
        f"<form method=get action=/s novalidate><input type=hidden name=l value={frame.language}>"
        f"<p><label for=code><b>{label}</b></label></p><p class=hint id=t-code>{escaped(hint)}</p>{error}"
        f"<input class=in id=code name=code maxlength=20 autocomplete=off autocapitalize=characters spellcheck=false"
        f' aria-describedby="{by}"{invalid} value={attribute(typed)}><button class=go>{begin}</button></form>'
    )
    return closing_page(frame, mark + title if typed else title, body, tools=language_links(frame, "/s"))
