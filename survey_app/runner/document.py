"""The document of a questionnaire page: static text in front, the few per-request values in one place near its end.

The hidden fields of a respondent (code, issue time, MAC, nonce, delete code) stand *behind* the questions, just before
`_end`: so everything in front of them is the same for everybody and can be compressed once (see `stitching`), and a body
that was cut anywhere still lacks `_end`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from survey_app.questionnaire import conditions, offering, stepping
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.question_types import Question
from survey_app.runner import assets, fields, interview_words
from survey_app.runner.choices import field_id
from survey_app.runner.frame import Frame, footer, header, opening, view_buttons
from survey_app.runner.sheet import Sheet, attribute, escaped, pages_in_order, questions_in_order

REVIEW_ABOVE = 8
DRAFT_DAYS = 14


@dataclass(frozen=True, slots=True)
class Place:
    """Which page of which version this is, and in what state it is shown.

    The form has no action: it goes to the address of the page, so one document serves every door of a version.
    """

    version_id: int
    page: str  # index of the page, or "r" for the review
    at: str = ""  # the step to begin with
    save: int = 0
    seconds: int = 0
    back: bool = False
    first: bool = False  # the answer to a GET: the script may go on where this tab left it
    notice: str = ""  # a sentence on top, such as "please try again"
    news: int = 0  # number of questions that apply now and were not shown before
    mode: str = "anonymous"
    kept: str = "yes"  # whether drafts are saved: yes (this tab alone), anywhere, no, "" for a preview
    carried: Mapping[str, str] = field(default_factory=dict)  # further hidden fields of a first document
    resumed: bool = False  # a personal link was opened again, maybe by somebody else
    changeable: bool = False  # the answer can be changed for a while after the submit
    until: str = ""  # an answer that was submitted is being changed, up to this time (10:45)


@dataclass(frozen=True, slots=True)
class Halves:
    """A document without its per-request values."""

    front: str
    rest: str


def secrets_of(values: Mapping[str, str]) -> str:
    """The per-request hidden fields; they stand between the halves. Values are plain ASCII."""
    return "".join(f"<input type=hidden name={name} value={attribute(value)}>" for name, value in values.items())


def page_document(frame: Frame, sheet: Sheet, place: Place) -> Halves:
    """One page of questions."""
    definition, index = sheet.definition, int(place.page)
    title = sheet.plain(definition.title)
    wrong = bool(sheet.errors)
    steps = _steps(sheet, index, stepped=not (wrong or place.news or place.notice or place.until))
    front = (
        _form_start(frame, place, _error_mark(frame) + title if wrong else title)
        + (_summary(frame, sheet, index) if wrong else "")
        + _notice(frame, place)
        + _back(frame, place)
        + _head(frame, sheet, place)
        + steps
        + _kept_fields(place)
    )
    return Halves(front, _form_end(frame, place, _go_label(frame, definition, index == sheet.pages()[-1], place.until)))


def review_document(frame: Frame, sheet: Sheet, place: Place, rows: list[tuple[Question, str]]) -> Halves:
    """All answers once more; each can be changed."""
    _ = frame.say
    change, empty, title = _("更改"), _("未填写"), _("请检查您的答案")
    colon = _("：")
    advice, submit = _("确认无误后请提交，提交后不能修改。"), _("提交问卷")
    if place.until:
        advice, submit = _("确认无误后请提交修改。"), _("提交修改")
    elif place.changeable:
        advice = _("确认无误后请提交，提交后 30 分钟内可以修改。")
    items = "".join(
        f"<li><button class=link name=go value=edit:{question.name} formnovalidate>{change}"
        f"<span class=vh>{colon}{sheet.html(question.text)}</span></button>"
        f"<b{sheet.lang(question.text)}>{sheet.html(question.text)}</b>"
        f"<bdi>{escaped(answer).replace(chr(10), '<br>') or empty}</bdi></li>"
        for question, answer in rows
    )
    front = (
        _form_start(frame, place, title)
        + _notice(frame, place)
        + _back(frame, place)
        + f"<div id=_h class=head><h1>{title}</h1><p class=muted>{advice}</p></div>"
        + f"<div class=step id=s-><ul class=answers>{items}</ul></div>"
        + _kept_fields(place)
    )
    return Halves(front, _form_end(frame, place, submit, script=assets.review_script().text if place.resumed else ""))


def keeps_drafts(definition: Definition) -> str:
    """Whether answers are kept before the submit: of several pages, and of pages that are stepped."""
    return "yes" if stepping.keeps_drafts(definition) else "no"


def wants_review(definition: Definition) -> bool:
    """Above eight questions, or with contact data, people see their answers before the submit."""
    asked = [q for q in definition.questions if q.asks]
    return len(asked) > REVIEW_ABOVE or any(_is_contact(q) for q in asked)


def _is_contact(question: Any) -> bool:
    items = getattr(question, "fields", None) or (question,)
    return any(getattr(item, "pattern", None) in ("phone", "email") for item in items)


def _error_mark(frame: Frame) -> str:
    _ = frame.say
    return _("错误：")


# --- parts ----------------------------------------------------------------------------------------------------------
def _form_start(frame: Frame, place: Place, title: str) -> str:
    _ = frame.say
    go_on, listen = _("继续"), _("听这一题")
    hear = f" data-hear={attribute(listen)}" if frame.aloud else ""
    first = " data-first=1" if place.first else ""
    action = f" action={attribute(frame.home)}" if frame.home else ""
    return (
        f"{opening(frame, title)}<form id=_f method=post{action} novalidate accept-charset=utf-8>"
        f"<button class=vh tabindex=-1 aria-hidden=true></button>{header(frame, view_buttons(frame))}"
        f"<div class=page><main id=_m data-next={attribute(go_on)}{hear}"
        f" data-at={attribute(place.at)}{first}>"
    )


def _back(frame: Frame, place: Place) -> str:
    _ = frame.say
    label = _("返回")
    kind = "name=go value=back formnovalidate" if place.back else "type=button hidden"
    return f"<button id=_b class='link top' {kind}>{label}</button>"


def _kept_fields(place: Place) -> str:
    """The start of the fields that a tab keeps: a reload may have drawn another version, so the version is one of them."""
    return "<div id=_k hidden>" + secrets_of({"_v": str(place.version_id), **place.carried})


def _form_end(frame: Frame, place: Place, label: str, *, script: str | None = None) -> str:
    """`script`: another one than that of pages of questions, "" for none."""
    _ = frame.say
    hidden = {
        "_p": place.page,
        "_l": frame.language,
        "_z": frame.size or "std",
        "_y": "",
        "_a": place.at,
        "_s": str(place.save),
    }
    if frame.aloud:
        hidden["_e"] = "1"
    ids = {"_y", "_a", "_s"}
    inputs = "".join(
        f"<input type=hidden name={name}{f' id={name}' if name in ids else ''} value={attribute(value)}>"
        for name, value in hidden.items()
    )
    resume = "<button id=_c name=go value=resume formnovalidate hidden></button>" if place.first else ""
    stored = _("已填内容加密暂存 %(days)s 天，只能在本页面继续填写。") % {"days": DRAFT_DAYS}
    anywhere = _("已填内容加密暂存 %(days)s 天，用同一个链接可以在任何设备上继续填写。") % {"days": DRAFT_DAYS}
    kept = {"": "", "no": _("提交之前不会保存您填写的内容。"), "yes": stored, "anywhere": anywhere}[place.kept]
    go = "submit" if place.page == "r" else "next"
    text = frame.script.text if script is None else script
    code = f"<script>{text}</script>" if text else ""
    return (
        f"</div>{inputs}<input type=hidden name=_end value=1.><button id=_g class=go name=go value={go}>{label}</button>"
        f"{resume}</main>{footer(frame, note=f'<p>{kept}</p>' if kept else '')}</div></form>{code}</body></html>"
    )


def _go_label(frame: Frame, definition: Definition, is_last: bool, until: str) -> str:
    _ = frame.say
    if not is_last:
        return _("继续")
    if wants_review(definition):
        return _("检查答案")
    return _("提交修改") if until else _("提交问卷")


def _summary(frame: Frame, sheet: Sheet, index: int) -> str:
    """The box on top that names every error and leads to its field."""
    _ = frame.say
    links: dict[str, str] = {}
    for question in sheet.questions(index):
        name = sheet.numbers.get(question.name, "").split(" / ")[0] or sheet.plain(question.text).rstrip("。？?.：:")
        before = "" if question.type == "matrix" else name + _("：")  # the sentence of a row names it
        for variable in (question.name, *question.field_names()):
            if variable in sheet.errors:
                part = sheet.plain(question.part_text(variable))
                links.setdefault(variable, before + (f"{part}{_('：')}" if part else "") + sheet.errors[variable])
    items = "".join(f"<li><a href=#{field_id(v)}>{escaped(text)}</a></li>" for v, text in links.items())
    title = _("还有 %(count)s 处需要您修改") % {"count": len(links)}
    return f"<div class=sum tabindex=-1 autofocus role=alert><h2>{title}</h2><ul>{items}</ul></div>"


def _notice(frame: Frame, place: Place) -> str:
    _ = frame.say
    if place.news:
        text = _("还有 %(count)s 题需要您回答") % {"count": place.news}
        return f"<div class='sum news' role=status><h2>{text}</h2></div>"
    if place.until and not place.notice:
        text = _("您正在修改已提交的回答，请在 %(time)s 前提交修改；不提交则保持原来的回答。")
        return f"<div class='sum news' role=status><p>{text % {'time': place.until}}</p></div>"
    if place.resumed:
        text, again = _("已恢复您上次填写的内容。"), _("不是我，重新开始")
        return (
            f"<div class='sum news' role=status><p>{text}</p>"
            f"<button class=link name=go value=restart formnovalidate>{again}</button></div>"
        )
    return f"<div class=sum role=alert><h2>{escaped(place.notice)}</h2></div>" if place.notice else ""


def _head(frame: Frame, sheet: Sheet, place: Place) -> str:
    definition, index = sheet.definition, int(place.page)
    title = sheet.block("h1", definition.title, " tabindex=-1")
    if index != sheet.pages()[0]:
        page_title = definition.pages[index].title
        return f"<div id=_h class=head>{sheet.block('h1', page_title) if page_title else title}</div>"
    if (
        sheet.errors or place.news or place.notice or place.until
    ):  # what has to be done now comes first; the introduction was read
        return f"<div id=_h class=head>{title}</div>"
    return (
        f"<div id=_h class=head>{title}{sheet.block('p', definition.intro)}"
        f"<p class=facts>{facts(frame, definition, place.seconds)}</p>{_terms(frame, place.mode)}"
        f"{sheet.block('h2', definition.pages[index].title, ' class=section')}</div>"
    )


def facts(frame: Frame, definition: Definition, seconds: int) -> str:
    count = sum(1 for q in definition.questions if q.asks)
    _ = frame.say
    exact, at_most = _("共 %(count)s 题，约 %(minutes)s 分钟"), _("最多 %(count)s 题，约 %(minutes)s 分钟")
    text = exact if is_certain(definition) else at_most
    return text % {"count": count, "minutes": max(1, ceil(seconds / 60))}


def promise(frame: Frame, mode: str) -> str:
    """Who sees the answers, in one sentence."""
    if frame.entered:
        return interview_words.promise(frame, mode)
    _ = frame.say
    return {
        "anonymous": _("匿名填写：我们无法从数据库查到这是谁填的。"),
        "confidential": _("保密填写：仅质量部可在投诉处理时查看您的身份。"),
        "identified": _("本问卷实名。"),
    }[mode]


def _terms(frame: Frame, mode: str) -> str:
    if frame.entered == "spot_check":  # nobody is asked anything
        return f"<div class=terms><p>{promise(frame, mode)}</p></div>"
    _ = frame.say
    privacy = _("隐私声明")
    seen = _("回答只用于改进服务，门店只看到汇总。自愿参加，可随时退出。")
    link = f'<a href="/privacy?l={frame.language}" target=_blank rel=noopener>{privacy}</a>'
    agree = _("提交即表示同意%(link)s（第 %(version)s 版）。") % {"link": link, "version": frame.chain.consent_version}
    return f"<div class=terms><p>{promise(frame, mode)}{seen}{agree}</p></div>"


def is_certain(definition: Definition) -> bool:
    """True when everybody is asked the same questions, so that a total can be promised."""
    pages = definition.pages
    return all(p.show_if is None and p.end_if is None for p in pages) and all(
        q.show_if is None and not offering.may_vanish(q) for q in definition.questions
    )


def numbering(frame: Frame, definition: Definition, order: int = 0) -> dict[str, str]:
    """第 3 题 / 共 10 题, only where the total is certain; else the title of the section where there is one.

    Numbers follow the order that this person meets.
    """
    asked = [q for i in pages_in_order(definition, order) for q in questions_in_order(definition, i, order) if q.asks]
    if is_certain(definition) and len(asked) > 1:
        _ = frame.say
        text = _("第 %(number)s 题 / 共 %(count)s 题")
        return {q.name: text % {"number": n, "count": len(asked)} for n, q in enumerate(asked, start=1)}
    return {}


def _steps(sheet: Sheet, index: int, *, stepped: bool) -> str:
    """The questions, wrapped in the steps that the script shows one by one. Notes go with the question after them."""
    page = sheet.definition.pages[index]
    names = {name for q in page.questions for name in (*q.answer_names(), *q.text_names())}
    steps: list[tuple[str, str]] = []
    waiting = ""
    for question in sheet.questions(index):
        if not question.shown:
            continue
        waiting += _one(question, sheet, names)
        if question.asks:
            steps.append((question.name, waiting))
            waiting = ""
    if waiting:
        name, before = steps.pop() if steps else ("", "")
        steps.append((name, before + waiting))
    if not stepped or sum(1 for q in page.questions if q.asks) <= stepping.STEPPED_ABOVE:
        steps = [("", "".join(html for _, html in steps))]
    return "".join(f'<div class=step id="s-{name}">{html}</div>' for name, html in steps)


def _one(asked: Question, sheet: Sheet, names: set[str]) -> str:
    question = offering.narrowed(sheet.definition, asked, sheet.answers, sheet.texts)
    if question is None:
        return ""
    if question.show_if is None:
        return fields.draw(question, sheet)
    shown = conditions.holds(question.show_if, sheet.answers, sheet.texts)
    left = conditions.reduce(question.show_if, names, sheet.answers, sheet.texts)
    if isinstance(left, bool):
        return fields.draw(question, sheet) if left else ""
    script = conditions.to_script(left)
    return fields.draw(question, sheet, shown=shown, script=script)


__all__ = [
    "Halves",
    "Place",
    "is_certain",
    "numbering",
    "page_document",
    "review_document",
    "secrets_of",
    "wants_review",
]
