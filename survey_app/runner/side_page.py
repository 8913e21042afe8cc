"""A page of its own beside a question, for what a field cannot take: a recording, a file.

It carries the whole form it came from, so nothing typed is lost and nothing of it is stored on the way.
"""

from collections.abc import Collection

from survey_app.questionnaire.question_types.base import Question
from survey_app.runner.forms import Form
from survey_app.runner.frame import Frame, footer, header, opening
from survey_app.runner.sheet import Sheet, attribute

OWN = frozenset({"_end", "go", "view"})  # fields that belong to the page they stand in


def page(
    frame: Frame, sheet: Sheet, question: Question, form: Form, inner: str, *,
    title: str, problem: str, hint: str, address: str, back: str, own: Collection[str], data: str = "", encoding: str = "",
    script: str = "",
) -> str:  # fmt: skip
    """The document: the question, a way back, everything that the form held, then `inner`.

    `address`: the query that the form is sent with; `back`: the value of the button that goes back; `own`: fields of this page,
    which are not carried; `data` and `encoding`: attributes of the main part and of the form.
    """
    _ = frame.say
    shown = _("错误：") + title if problem else title
    summary = f"<div class=sum role=alert tabindex=-1 autofocus><h2>{problem}</h2></div>" if problem else ""
    word = _("返回")
    return (
        f"{opening(frame, shown)}<form id=_f method=post action={attribute(f'{frame.home}?{address}')} novalidate{encoding}"
        f" accept-charset=utf-8>{header(frame)}<div class=page><main id=_m{data}>"
        f"{summary}<button class='link top' name=go value={back}{question.name} formnovalidate>{word}</button>"
        f"<div class=head><h1 tabindex=-1{sheet.lang(question.text)}>{sheet.html(question.text)}</h1>"
        f"<p class=hint id=_h>{hint}</p></div>{_carried(form, own)}{inner}"
        f"</main>{footer(frame)}</div></form>{script}</body></html>"
    )


def _carried(form: Form, own: Collection[str]) -> str:
    return "".join(
        f"<input type=hidden name={attribute(name)} value={attribute(value)}>"
        for name, values in form.items()
        if name not in own and name not in OWN
        for value in values
    )


def left(form: Form, own: Collection[str]) -> Form:
    """The form as the page before it was."""
    return {name: values for name, values in form.items() if name not in own and name not in OWN} | {"_end": ["1."]}
