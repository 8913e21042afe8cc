"""The one document of a counter tablet: start page, all pages of a version in steps, thanks, countdown, the staff's corner.

It has no per-request value at all, so that a tablet can keep it. Which questions apply is decided by the page over the whole
questionnaire; `offline` refuses a questionnaire where it could not.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from survey_app.distribution import offline
from survey_app.distribution.pins import PIN_ROUNDS
from survey_app.languages import N_
from survey_app.questionnaire import stepping, validation
from survey_app.questionnaire.definition import Page
from survey_app.questionnaire.parts import text_in
from survey_app.questionnaire.question_types import Question
from survey_app.questionnaire.question_types.amounts import ConstantSum, Slider
from survey_app.questionnaire.question_types.base import FieldProblem, Variable
from survey_app.questionnaire.question_types.numbers import plain_number
from survey_app.questionnaire.question_types.ordering import Ranking
from survey_app.questionnaire.question_types.rating import UNSURE
from survey_app.questionnaire.question_types.region import Region
from survey_app.runner import assets, closing, document, fields, region_field
from survey_app.runner.doors import Door, Paper
from survey_app.runner.frame import SIZES, Chain, Frame, language_name
from survey_app.runner.sheet import Item, Sheet, attribute, escaped
from survey_app.runner.tables import MOST_LISTED

SCRIPTS = {"queue.js": "kiosk_queue.js", "kiosk.js": "kiosk.js", "aloud.js": "aloud.js", "tables.js": "tables.js",
           "region.js": "region.js"}  # fmt: skip
SIZE = "big"  # what a tablet starts with: people stand in front of it

WORDS = {
    "begin": N_("点这里开始"),
    "privacy": N_("隐私声明"),
    "staff": N_("店员"),
    "waiting": N_("离线待发"),
    "refused": N_("未被接收"),
    "script": N_("平板需要打开浏览器的 JavaScript。"),
    "sizes": N_("字号"),
    "back": N_("返回"),
    "quit": N_("不填了"),
    "go_on": N_("继续"),
    "hear": N_("听这一题"),
    "submit": N_("提交问卷"),
    "thanks": N_("感谢您的回答"),
    "happens": N_("我们会汇总所有回答，用来改进药品和服务。"),
    "done": N_("完成"),
    "still": N_("还在填写吗？"),
    "stay": N_("继续填写"),
    "clear": N_("清空并离开"),
    "pin": N_("请输入 PIN"),
    "ok": N_("确定"),
    "export_first": N_("未被服务器接收，请导出后联系总部："),
    "offline": N_("断网时也可以填写。"),
    "send": N_("立即上传"),
    "export": N_("导出"),
    "leave": N_("离开全屏问卷"),
}


@dataclass(frozen=True, slots=True)
class Edition:
    """What a tablet shows now: a document per language. `mark` changes with anything in them; `files`: what it has to keep."""

    mark: str
    documents: dict[str, str]  # by language; the first one is the default
    files: tuple[str, ...]


class Written(Sheet):
    """A sheet in the order in which it was written: one document serves everybody, so nothing can be shuffled."""

    def arranged(self, items: Any, name: str, wanted: bool) -> list[Item]:
        """As written."""
        return list(items)


def _words(frame: Frame) -> dict[str, str]:
    return {key: frame.say(text) for key, text in WORDS.items()}


def css(chain: Chain) -> assets.Asset:
    """The style sheet of a tablet: that of every respondent's page, and its own."""
    return assets.kiosk_style(chain.brand, chain.soft)


def edition(chain: Chain, door: Door, paper: Paper, shut: str) -> Edition:
    """The documents of a door. `shut`: why nobody can answer now ("closed", "early", "unfit"), "" when everybody can."""
    languages = paper.definition.languages
    made = {language: _document(Frame(chain, language, SIZE, languages), door, paper, shut) for language in languages}
    mark = hashlib.sha256("".join(made.values()).encode()).hexdigest()[:16]
    pages = ["/k/", *(f"/k/?l={language}" for language in languages)]
    lists = {
        region_field.listing(question.levels, language).address
        for question in paper.definition.questions
        if isinstance(question, Region) and question.levels > 1
        for language in languages
    }
    logo = [f"/logo?{chain.logo_key}"] if chain.logo_key else []
    files = [*pages, *_addresses(chain).values(), *sorted(lists), *logo]
    return Edition(mark, {language: html.replace("@mark@", mark) for language, html in made.items()}, tuple(files))


def _addresses(chain: Chain) -> dict[str, str]:
    named = {"style.css": css(chain), **{name: assets.small_file(file) for name, file in SCRIPTS.items()}}
    return {name: f"/k/{name}?{hashlib.sha256(asset.text.encode()).hexdigest()[:12]}" for name, asset in named.items()}


def _document(frame: Frame, door: Door, paper: Paper, shut: str) -> str:
    definition, chain = paper.definition, frame.chain
    sheet = Written(definition, frame.language, numbers=document.numbering(frame, definition))
    files = _addresses(chain)
    title = sheet.plain(definition.title)
    return (
        f"<!doctype html><html lang={frame.language} class={SIZE}><head><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width,initial-scale=1"><meta name=robots content=noindex>'
        "<meta name=mobile-web-app-capable content=yes><meta name=apple-mobile-web-app-capable content=yes>"
        f'<meta name=theme-color content="{chain.brand}"><link rel=icon href="/logo?{chain.logo_key}">'
        f'<title>{escaped(title)}</title><link rel=stylesheet href="{files["style.css"]}">'
        f'<script defer src="{files["queue.js"]}"></script><script defer src="{files["kiosk.js"]}"></script>'
        f'<script defer src="{files["aloud.js"]}"></script><script defer src="{files["tables.js"]}"></script>'
        f'<script defer src="{files["region.js"]}"></script></head>'
        f"<body data-set={attribute(json.dumps(_settings(frame, paper), ensure_ascii=False))}>"
        f"{_start(frame, sheet, door, paper, shut)}{_form(frame, sheet, shut)}"
        f"{_thanks(frame, sheet)}{_idle(frame)}{_staff(frame)}</body></html>"
    )


def _settings(frame: Frame, paper: Paper) -> dict[str, Any]:
    _ = frame.say
    return {
        "version": paper.version_id,
        "consent": frame.chain.consent_version,
        "mark": "@mark@",
        "rounds": PIN_ROUNDS,
        "rules": dict(_rules(frame, paper)),
        "mark_error": _("错误："),
        "wrong": _("PIN 不对。"),
        "wait": _("尝试次数过多，请一分钟后再试。"),
        "full": _("平板的存储空间已满，请店员处理。"),
    }


# --- the start page ---------------------------------------------------------------------------------------------------
def _start(frame: Frame, sheet: Sheet, door: Door, paper: Paper, shut: str) -> str:
    _, word = frame.say, _words(frame)
    definition, chain = paper.definition, frame.chain
    logo = f'<img class=sign src="/logo?{chain.logo_key}" alt="">' if chain.logo_key else ""
    languages = "".join(
        f'<a class=tap data-do=language href="/k/?l={language}" lang={language}>{language_name(language)}</a>'
        for language in frame.languages
        if language != frame.language
    )
    if shut:
        said = {
            "closed": _("本次调查已结束，谢谢您的关注。"),
            "early": _("这份问卷还没有开始。"),
            "unfit": _("这份问卷不能在平板上填写，请店员联系总部。"),
        }[shut]
        begin = f"<p class=facts>{said}</p><button id=_begin class=go data-do=begin disabled hidden></button>"
    else:
        begin = (
            f"{sheet.block('p', definition.intro)}<p class=facts>{document.facts(frame, definition, paper.seconds)}</p>"
            f"<button id=_begin class='go begin' data-do=begin>{word['begin']}</button>"
        )
    stopped = _("这台平板已停用，请店员联系总部。")
    seen = _("回答只用于改进服务，门店只看到汇总。自愿参加，可随时退出。")
    no_code = _("在平板上填写的回答没有删除码，提交后不能单独删除。")
    agree = _("提交即表示同意隐私声明（第 %(version)s 版）。") % {"version": chain.consent_version}
    return (
        f"<section id=_start class=kiosk><div class=page><p class=brand>{logo}"
        f"<b>{escaped(chain.display_name(frame.language))}</b></p><main>"
        f"<h1>{sheet.html(definition.title)}</h1>{begin}<p id=_stopped class=facts hidden>{stopped}</p>"
        f"<div class=choices>{languages}{_sizes(frame)}</div>"
        f"<div class=terms><p>{document.promise(frame, door.mode)}{seen}{agree}</p>"
        f"<details><summary>{word['privacy']}</summary>"
        f"<div class=text>{closing.privacy_text(frame)}<p><b>{no_code}</b></p></div></details></div></main>"
        f"<footer class=corner><button class=link data-do=staff>{word['staff']}</button>"
        f"<span class=muted hidden>{word['waiting']} <b class=_n>0</b></span>"
        f"<span class=muted hidden>{word['refused']} <b class=_r>0</b></span></footer></div></section>"
        f"<noscript><p class=facts>{word['script']}</p></noscript>"
    )


def _sizes(frame: Frame) -> str:
    _, word = frame.say, _words(frame)
    labels = (_("标准"), _("大字"), _("特大"))
    return f"<span class=tools role=group aria-label={attribute(word['sizes'])}>" + "".join(
        f"<button type=button data-do=size value='{size}' aria-pressed={'true' if size == SIZE else 'false'}>{label}</button>"
        for size, label in zip(SIZES, labels, strict=True)
    ) + "</span>"  # fmt: skip


# --- the questions ----------------------------------------------------------------------------------------------------
def _form(frame: Frame, sheet: Sheet, shut: str) -> str:
    word = _words(frame)
    steps = ""
    if shut != "unfit":
        shown = offline.shown_when(sheet.definition)
        steps = "".join(step for page in sheet.definition.pages for step in _steps(sheet, page, shown))
    return (
        "<section id=_form hidden><form id=_f novalidate autocomplete=off>"
        f"<header><div class=page><button type=button class=link id=_b data-do=back>{word['back']}</button>{_sizes(frame)}"
        f"<button type=button class=link data-do=quit>{word['quit']}</button></div></header>"
        f"<div class=page><main id=_m data-next={attribute(word['go_on'])} data-hear={attribute(word['hear'])}>{steps}"
        f"<button id=_g class=go>{word['submit']}</button></main></div></form></section>"
    )


def _steps(sheet: Sheet, page: Page, shown: dict[str, bool | list[Any]]) -> Iterator[str]:
    """The steps of a page: one per question, all together where there are at most three; notes go with the question after."""
    there: list[Question] = [
        question for question in page.questions if question.shown and shown[question.name] is not False
    ]
    groups: list[list[Question]] = [[]]
    for question in there:
        groups[-1].append(question)
        if question.asks:
            groups.append([])
    rest = groups.pop()
    if rest:
        groups[-1:] = [[*groups[-1], *rest]] if groups else [rest]
    if sum(question.asks for question in there) <= stepping.STEPPED_ABOVE:
        groups = [there] if there else []
    title = sheet.block("h2", page.title, " class=section")
    for group in groups:
        name = next((question.name for question in group if question.asks), group[0].name)
        drawn = "".join(_drawn(question, sheet, shown[question.name]) for question in group)
        yield f'<div class=step id="s-{name}" hidden>{title}{drawn}</div>'
        title = ""


def _drawn(question: Question, sheet: Sheet, when: bool | list[Any]) -> str:
    return (
        fields.draw(question, sheet)
        if when is True
        else fields.draw(question, sheet, shown=False, script=list(when or ()))
    )


def _rules(frame: Frame, paper: Paper) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the page checks itself beside what is required, with the server's sentences; the server checks everything again."""

    def say(code: str, **values: Any) -> str:
        return validation.message(FieldProblem("", "", code, values), frame.language, paper.definition)

    for question in paper.definition.questions:
        low, high = getattr(question, "min", None), getattr(question, "max", None)
        if question.type in ("multiple_choice", "matrix_multiple") and (low or high):
            for variable in question.answer_names():
                yield variable, {
                    "count": 1, "lo": low, "hi": high,
                    "low": say("too_few_choices", min=low), "high": say("too_many_choices", max=high),
                }  # fmt: skip
        elif question.type in ("date", "time"):
            early, late = f"{question.type}_too_early", f"{question.type}_too_late"
            low = low if low is not None or question.type == "time" else "1900-01-01"
            yield question.name, {
                "re": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" if question.type == "date" else "^[0-9]{2}:[0-9]{2}$",
                "bad": say(f"bad_{question.type}"), "lo": None if low is None else str(low), "hi": high and str(high),
                "low": say(early, min=low), "high": say(late, max=high),
            }  # fmt: skip
        else:
            yield from _counted(question, say)
            for column in question.variables():
                if column.kind == "number":
                    yield column.name, _number_rule(question, column, say)


Say = Callable[..., str]


def _counted(question: Question, say: Say) -> Iterator[tuple[str, dict[str, Any]]]:
    """Amounts make their total; a ranking that is required is complete."""
    if isinstance(question, ConstantSum):
        words, total = say("required_sum", **question.required_values("")), question.total
        every = len(question.items) if any((item.min or 0) > 0 for item in question.items) else 0  # an empty one is 0
        yield question.name, {"box": 1, "sum": 1, "all": every, "lo": total, "hi": total, "low": words, "high": words}
    elif isinstance(question, Ranking):
        words = say("required_ranking", **question.required_values(""))
        yield question.name, {"box": 1, "count": 1, "lo": question.places if question.required else None, "low": words}
        if question.places > MOST_LISTED:
            wrong = say("bad_rank", max=question.places)
            rule = {
                "num": 1,
                "re": "^[0-9]{1,3}$",
                "lo": 1,
                "hi": question.places,
                "bad": wrong,
                "low": wrong,
                "high": wrong,
            }
            yield from ((field, rule) for field in question.field_names())


def _number_rule(question: Question, variable: Variable, say: Say) -> dict[str, Any]:
    decimals = variable.decimals
    low, high = question.bounds(variable.name)
    tail = rf"(\.[0-9]{{1,{decimals}}})?" if decimals else ""
    unsure = f"|{UNSURE}" if variable.flagged else ""
    rule = {
        "num": 1, "re": rf"^(-?[0-9]{{1,{15 - decimals}}}{tail}{unsure})$", "lo": low, "hi": high,
        "bad": say("too_many_decimals", max=decimals) if decimals else say("whole_number"),
        "low": say("number_too_small", min=_plain(low)), "high": say("number_too_large", max=_plain(high)),
    }  # fmt: skip
    if isinstance(question, Slider):
        step = say("off_step", min=_plain(question.min), step=_plain(question.step))
        rule |= {"step": question.step, "off": step}
    return rule


def _plain(number: float | None) -> str:
    return "" if number is None else plain_number(number)


# --- around them ------------------------------------------------------------------------------------------------------
def _thanks(frame: Frame, sheet: Sheet) -> str:
    _, word = frame.say, _words(frame)
    own = text_in(sheet.definition.thanks, frame.language, sheet.definition.language)
    back = _("%(n)s 秒后回到首页") % {"n": "<b class=_c>10</b>"}
    return (
        f"<section id=_thanks class=kiosk hidden><div class=page><main class=done>{closing.TICK}"
        f"<h1 tabindex=-1>{word['thanks']}</h1>{f'<p>{escaped(own)}</p>' if own else ''}"
        f"<p>{word['happens']}</p>"
        f"<button class=go data-do=done>{word['done']}</button><p class=muted>{back}</p></main></div></section>"
    )


def _idle(frame: Frame) -> str:
    _, word = frame.say, _words(frame)
    left = _("%(n)s 秒后清空并回到首页。") % {"n": "<b class=_c>20</b>"}
    return (
        f"<dialog id=_idle aria-labelledby=_it><h2 id=_it>{word['still']}</h2><p>{left}</p>"
        f"<button class=go data-do=stay autofocus>{word['stay']}</button>"
        f"<button class=link data-do=quit>{word['clear']}</button></dialog>"
    )


def _staff(frame: Frame) -> str:
    word = _words(frame)
    return (
        f"<dialog id=_staff aria-labelledby=_st><h2 id=_st>{word['staff']}</h2><form id=_pin>"
        f"<label for=_p>{word['pin']}</label>"
        "<input class=in id=_p type=password inputmode=numeric maxlength=6 autocomplete=off autofocus>"
        f"<p id=_pe class=err role=alert></p><button class=go>{word['ok']}</button></form>"
        f"<div id=_menu hidden><p data-zero=1>{word['waiting']} <b class=_n>0</b></p>"
        f"<p hidden class=err>{word['export_first']} <b class=_r>0</b></p>"
        f"<p id=_ready class=muted hidden>{word['offline']}</p>"
        f"<button class=go data-do=send>{word['send']}</button><button class=go data-do=export>{word['export']}</button>"
        f"<button class=go data-do=leave>{word['leave']}</button></div>"
        f"<button class=link data-do=close>{word['back']}</button></dialog>"
    )
