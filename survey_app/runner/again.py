"""The page of a request that could not be served: the whole posted form stays in it, to be sent once more as it is.

It carries the same nonce, so that what was stored meanwhile is not stored twice. Nothing here reads a database.
"""

from collections.abc import Mapping

from survey_app.runner import assets
from survey_app.runner.closing import call
from survey_app.runner.forms import Form
from survey_app.runner.frame import Frame, closing_page
from survey_app.runner.sheet import attribute, escaped


def busy(frame: Frame, form: Form | None, typed: Mapping[str, str]) -> str:
    """The database cannot be reached: the page tries again by itself. `typed`: free text, shown to be copied."""
    _ = frame.say
    if form is None:
        return _page(frame, form, typed, _("系统繁忙"), _("请稍等片刻，页面会自动再试。"), tries=True)
    text = _("您填写的内容都还在本页。请不要关闭，页面会自动再次提交，不会重复记录。")
    return _page(frame, form, typed, _("系统繁忙"), text, tries=True)


def failed(frame: Frame, form: Form | None, typed: Mapping[str, str]) -> str:
    """The program failed."""
    _ = frame.say
    if form is None:
        return _page(frame, form, typed, _("页面出错了"), _("这是我们的问题，请稍后再试。"))
    text = _("这是我们的问题。您填写的内容都还在本页，请稍后再次提交，不会重复记录。")
    return _page(frame, form, typed, _("页面出错了"), text)


def _page(
    frame: Frame, form: Form | None, typed: Mapping[str, str], title: str, text: str, *, tries: bool = False
) -> str:
    _ = frame.say
    mark = " id=_again" if tries else ""
    once_more, send, yours = _("再试一次"), _("再次提交"), _("您填写的文字：")
    if form is None:
        action = f'<p><a class=tap{mark} href="">{once_more}</a></p>'
    else:
        inputs = "".join(
            f"<input type=hidden name={attribute(name)} value={attribute(value)}>"
            for name, values in form.items()
            for value in values
        )
        action = (
            f"<form method=post novalidate accept-charset=utf-8>{inputs}<button class=go{mark}>{send}</button></form>"
        )
    words = "".join(f"<li><bdi>{escaped(value)}</bdi></li>" for value in typed.values())
    shown = f"<p>{yours}</p><ul class=answers>{words}</ul>" if words else ""
    body = f"<div class=done><h1>{title}</h1><p>{text}</p>{call(frame)}{shown}</div>{action}"
    return closing_page(frame, title, body, script=assets.AGAIN_SCRIPT)
