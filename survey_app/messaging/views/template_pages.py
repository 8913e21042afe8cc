"""The words of messages: list, edit with a live count, a new one of the chain's own."""

from typing import Any

from flask import Response

from survey_app import clock, web
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.messaging import forms, listing, purposes, segments, templates
from survey_app.messaging.models import CHANNELS
from survey_app.messaging.templates import Words
from survey_app.messaging.views import blueprint
from survey_app.web import access, actor, found, refused, render, seen


@blueprint.get("/message-templates", endpoint="templates_page")
@access("campaign:edit")
def templates_page() -> Response:
    """Every template per channel, with its length."""
    return render("messaging/templates.html", groups=_groups(), words=listing, form={})


def _groups() -> list[tuple[str, list[tuple[Words, Any]]]]:
    groups = []
    for channel in CHANNELS:
        lines = []
        for name in templates.names(channel):
            for language in forms.LANGUAGES:
                words = templates.newest(name, channel, language)
                if words is not None and words.language == language:
                    lines.append((words, _count(words)))
        groups.append((channel, lines))
    return groups


def _count(words: Words) -> Any:
    return segments.count(_sms(words)) if words.channel == "sms" else None


def _sms(words: Words) -> str:
    return templates.sms_text(_filled(words), purposes.house().signature)


def _filled(words: Words) -> templates.Filled:
    house = purposes.house()
    values, own = templates.samples(words.language), house.chain if words.language == "zh-CN" else house.chain_en
    values |= {"chain": own or values["chain"]}
    host = web.settings().public_url
    values |= {"link": f"{host}/i/AbCd3fGhIjKlMnOpQrStU", "optout": f"{host}/u/AbCd3fGhIjKlMnOp"}
    return templates.fill(words, values)


@blueprint.post("/message-templates", endpoint="create_template")
@access("campaign:edit")
def create_template() -> Response:
    """A template of the chain's own, begun as a copy of the invitation."""
    try:
        form = forms.NewTemplateForm().check()
        channel, language = form.channel.data, form.language.data
        begun = found(templates.newest("invitation", channel, language))
        templates.save(
            name=form.name.data, channel=channel, language=language, subject=begun.subject, body=begun.body,
            provider_template="", by=actor(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        return refused(error, "messaging/templates.html", groups=_groups(), words=listing)
    return seen(f"/message-templates/{channel}/{language}/{form.name.data.strip()}")


def _found(channel: str, language: str, name: str) -> Words:
    words = templates.newest(name, channel, language) if channel in CHANNELS else None
    if words is None or words.language != language:
        found(None)
    assert words is not None
    return words


def _shown(words: Words) -> dict[str, Any]:
    filled = _filled(words)
    text = _sms(words) if words.channel == "sms" else filled.text
    return {
        "used": words,
        "preview": text,
        "subject": filled.subject,
        "count": segments.count(text) if words.channel == "sms" else None,
        "advice": templates.missing(words),
        "placeholders": templates.PLACEHOLDERS,
        "words": listing,
    }


@blueprint.get("/message-templates/<channel>/<language>/<name>", endpoint="template_page")
@access("campaign:edit")
def template_page(channel: str, language: str, name: str) -> Response:
    """The form with a preview."""
    return render("messaging/template.html", **_shown(_found(channel, language, name)))


@blueprint.post("/message-templates/<channel>/<language>/<name>/previews", endpoint="preview_template")
@access("campaign:edit")
def preview_template(channel: str, language: str, name: str) -> Response:
    """What stands in the form, as it would be sent; nothing is stored."""
    _found(channel, language, name)
    form = forms.TemplateForm().check()
    return render(
        "messaging/_preview.html", **_shown(Words(name, channel, language, form.subject.data, form.body.data))
    )


@blueprint.post("/message-templates/<channel>/<language>/<name>", endpoint="change_template")
@access("campaign:edit")
def change_template(channel: str, language: str, name: str) -> Response:
    """Store changed words as a new row."""
    words = _found(channel, language, name)
    try:
        form = forms.TemplateForm().check()
        templates.save(
            name=name, channel=channel, language=language, subject=form.subject.data, body=form.body.data,
            provider_template=form.provider_template.data, by=actor(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        return refused(error, "messaging/template.html", **_shown(words))
    return seen(f"/message-templates/{channel}/{language}/{name}")
