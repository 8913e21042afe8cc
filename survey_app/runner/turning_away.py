"""Quotas that are full: who is thanked and turned away, and the page that says so.

Judged at each page once everything that a quota asks about is answered, and again at the submit, where the answer is counted
in the transaction that stores it (responses.quotas). Whoever leaves early by `end_if` was never a complete answer.
"""

from collections.abc import Collection

from survey_app.questionnaire.conditions import holds, names
from survey_app.questionnaire.definition import Definition, Quota
from survey_app.questionnaire.parts import text_in
from survey_app.questionnaire.routing import Path
from survey_app.responses.quotas import Claim, Claims
from survey_app.runner import interview_words
from survey_app.runner.doors import Door, Doors, Paper
from survey_app.runner.frame import Frame, closing_page
from survey_app.runner.sheet import escaped


def claims(paper: Paper, way: Path, *, strict: bool = True, invited: bool = False) -> Claims | None:
    """The quotas that a complete answer fits; None when it fits none."""
    if way.outcome != "complete":
        return None
    return _claims(paper, _fitting(paper.definition.quotas, way), strict=strict, invited=invited)


def early_claims(paper: Paper, way: Path, *, invited: bool = False) -> Claims | None:
    """Those that somebody on the way fits for certain: all that they ask about is answered."""
    if way.outcome != "complete":
        return None
    known = way.answers.keys() | way.texts.keys()
    sure = [quota for quota in paper.definition.quotas if names(quota.when) <= known]
    return _claims(paper, _fitting(sure, way), strict=True, invited=invited)


def _fitting(quotas: Collection[Quota], way: Path) -> list[Quota]:
    return [quota for quota in quotas if holds(quota.when, way.answers, way.texts)]


def _claims(paper: Paper, fitting: list[Quota], *, strict: bool, invited: bool) -> Claims | None:
    wanted = tuple(Claim(quota.name, quota.limit) for quota in fitting)
    return Claims(paper.questionnaire_id, wanted, strict, invited) if wanted else None


def may_have(doors: Doors, door: Door) -> bool:
    """Whether somebody whose code is used up may have been turned away."""
    paper = doors.paper(door.version_id)
    return paper is not None and bool(paper.definition.quotas)


def page(frame: Frame, definition: Definition, name: str) -> str:
    """The page of somebody who was turned away by the quota of this name."""
    _ = frame.say
    quota = next((quota for quota in definition.quotas if quota.name == name), None)
    own = text_in(quota.message, frame.language, definition.language) if quota else ""
    title = _("感谢您的参与")
    text = own or _("和您情况相近的顾客，我们已经收到足够多的回答，所以这次不需要您再填写。")
    kept = _("您刚才填写的内容没有保存。")
    close = _("您可以关闭本页面了。")
    leave = interview_words.after(frame)[1] if frame.entered else f"<p class=muted>{close}</p>"
    body = f"<div class=done><h1 tabindex=-1>{title}</h1><p>{escaped(text)}</p><p>{kept}</p></div>{leave}"
    return closing_page(frame, title, body)
