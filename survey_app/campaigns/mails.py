"""A mail from words with places: its plain part, and an HTML part in which the first question can be seen. Pure.

Everything that comes from the chain or a questionnaire is escaped; styles are inline, because mail programs drop the rest.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from survey_app.campaigns.faces import Face
from survey_app.campaigns.links import choice_link
from survey_app.languages import translator
from survey_app.messaging import templates
from survey_app.messaging.templates import Words

_PARAGRAPH = "margin:0 0 16px;line-height:1.6"
_MARKS = re.compile(r"\*\*|\*|\[([^\]]*)\]\([^)]*\)")  # what questionnaire texts may hold for bold, italics, links


@dataclass(frozen=True, slots=True)
class Mail:
    """The two parts of a mail."""

    text: str
    html: str


def make(words: Words, values: Mapping[str, str], *, face: Face, language: str, brand: str) -> Mail:
    """The mail. A line with {link} alone becomes the answers of the first question, or a button.

    The answers are links that open the page with that answer chosen; nothing is sent before somebody presses the button there.
    """
    _ = translator(language)
    link, optout = values["link"], values["optout"]
    footer = "" if "{optout}" in words.body else _("不想再收到这类邮件：%(link)s") % {"link": optout}
    paragraphs = re.split(r"\n\s*\n", words.body.strip())
    blocks = [
        _answers(face, link, language, brand) if part.strip() == "{link}" else _text(_filled(part, words, values))
        for part in paragraphs
    ]
    if footer:
        leave = escape(_("退订"))
        blocks.append(
            f'<p style="{_PARAGRAPH};font-size:13px;color:#4d5a54">'
            f'<a href="{escape(optout)}" style="color:#4d5a54">{leave}</a></p>'
        )
    html = (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"></head>'
        '<body style="margin:0;padding:24px;background:#ffffff;color:#1a1f1c;font-size:16px;'
        "font-family:-apple-system,'PingFang SC','Microsoft YaHei',sans-serif\">"
        f'<div style="max-width:560px;margin:0 auto">{"".join(blocks)}</div></body></html>'
    )
    plain = [_filled(part, words, values) for part in paragraphs]
    return Mail("\n\n".join([*plain, footer] if footer else plain), html)


def _filled(part: str, words: Words, values: Mapping[str, str]) -> str:
    one = Words(words.name, words.channel, words.language, "", part)
    return templates.fill(one, values).text


def _text(text: str) -> str:
    return f'<p style="{_PARAGRAPH}">{"<br>".join(escape(line) for line in text.splitlines())}</p>'


def _answers(face: Face, link: str, language: str, brand: str) -> str:
    if not face.choices:
        return _button(link, translator(language)("开始填写"), brand)
    numeric = all(code.lstrip("-").isdigit() for code, _label in face.choices)
    rows = [f'<p style="{_PARAGRAPH};font-weight:600">{escape(_plain(face.said(face.first, language)))}</p>']
    cells = []
    for code, label in face.choices:
        words = _plain(face.said(label, language)) if label else ""
        shown = f"{code} {words}".strip() if numeric else words or code
        cells.append(_choice(choice_link(link, code), shown, brand))
    rows.append(f'<p style="{_PARAGRAPH}">{"".join(cells)}</p>')
    return "".join(rows)


def _choice(link: str, text: str, brand: str) -> str:
    return (
        f'<a href="{escape(link)}" style="display:inline-block;min-width:20px;margin:0 6px 8px 0;padding:11px 14px;'
        f'border:1px solid {escape(brand)};border-radius:8px;text-align:center;text-decoration:none;color:{escape(brand)}">'
        f"{escape(text)}</a>"
    )


def _button(link: str, text: str, brand: str) -> str:
    return (
        f'<p style="{_PARAGRAPH}"><a href="{escape(link)}" style="display:inline-block;padding:13px 24px;border-radius:8px;'
        f'text-decoration:none;background:{escape(brand)};color:#ffffff">{escape(text)}</a></p>'
    )


def _plain(text: str) -> str:
    return _MARKS.sub(lambda found: found[1] or "", text)
