"""The words around changing and taking back an answer: links on closing pages, and the pages they lead to."""

from collections.abc import Mapping
from datetime import UTC, datetime

from survey_app import clock
from survey_app.runner.changing_marks import SECONDS
from survey_app.runner.closing import TICK, call, typed_again
from survey_app.runner.frame import Frame, closing_page
from survey_app.runner.sheet import attribute

TAKE_BACK = "takeback"  # the button


def time_of(since: int) -> str:
    """The last minute to change an answer in, China time: 10:45."""
    return f"{clock.china(datetime.fromtimestamp(since + SECONDS, UTC)):%H:%M}"


def acts(frame: Frame, *, address: str, mark: str, until: str) -> str:
    """Links to change the answer (while there is a mark) and to take it back. `address`: of the personal link."""
    _ = frame.say
    title, change, back = _("修改或撤回"), _("修改我的回答"), _("撤回我的回答")
    when = _("%(time)s 前可以修改。") % {"time": until}
    size = f"&l={frame.language}"
    first = f'<p><a class=tap href="{address}?e={mark}{size}">{change}</a></p><p class=small>{when}</p>' if mark else ""
    return f'<h2>{title}</h2>{first}<p><a class=tap href="{address}?x=1{size}">{back}</a></p>'


def changed(frame: Frame, acts: str) -> str:
    """The new answers stand in the place of the old ones."""
    _ = frame.say
    title, text = _("修改已保存"), _("新的回答已经替换原来的回答。原来的删除码继续有效。")
    return closing_page(
        frame, title, f"<div class=done>{TICK}<h1 tabindex=-1>{title}</h1><p>{text}</p></div>{acts}",
        links=("privacy", "withdraw"),
    )  # fmt: skip


def too_late(frame: Frame, typed: Mapping[str, str], acts: str) -> str:
    """The half hour is over; the answer stays as it was."""
    _ = frame.say
    title, text = _("修改时间已过"), _("提交 30 分钟后不能再修改。您提交的回答保持不变。")
    return closing_page(
        frame,
        title,
        f"<div class=done><h1>{title}</h1><p>{text}</p>{call(frame)}{typed_again(frame, typed)}</div>{acts}",
    )


def take_back(frame: Frame, code: str, home: str) -> str:
    """The form that deletes the answer of this link."""
    _ = frame.say
    title, button = _("撤回我的回答"), _("永久删除")
    text = _("撤回后，这份回答会立即永久删除，不能恢复；这个链接也不能再次填写。")
    hidden = "".join(
        f"<input type=hidden name={name} value={attribute(value)}>"
        for name, value in {"_t": code, "_l": frame.language, "_end": "1."}.items()
    )
    body = (
        f"<div class=done><h1>{title}</h1><p>{text}</p></div><form method=post action={attribute(home)} novalidate"
        f" accept-charset=utf-8>{hidden}<button class=go name=go value={TAKE_BACK}>{button}</button></form>"
    )
    return closing_page(frame, title, body)


def taken_back(frame: Frame) -> str:
    """The answer is gone, now or since an earlier try."""
    _ = frame.say
    title, text = _("已撤回"), _("您的回答已经永久删除，不再计入统计。这个链接不能再次填写。")
    return closing_page(frame, title, f"<div class=done>{TICK}<h1>{title}</h1><p>{text}</p></div>")
