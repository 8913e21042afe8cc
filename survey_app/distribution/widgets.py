"""Widgets: a questionnaire inside pages of the chain's own sites, of its app or of its mini-program."""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from survey_app import events
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.distribution import collecting
from survey_app.distribution.models import Collector
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_

MOST_SITES = 10
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.ASCII)
_BETWEEN = re.compile(r"[\s,，;；、]+")

NOT_A_SITE = N_("“%(site)s”不是网站地址。请填写 https:// 开头的网址，例如 https://www.example.com，不能用 * 号。")


def checked_sites(text: str, *, own: str) -> list[str]:
    """The origins of a list typed by a person, one per line; `own`, our own address, stands first: the test page needs it.

    Only https, only whole host names: each goes as it is into the policy that says who may frame the pages.
    """
    found = [_origin(own) or own]
    for word in filter(None, _BETWEEN.split(text.strip())):
        site = _origin(word)
        if site is None or not site.startswith("https://") and site != found[0]:
            raise DomainError(NOT_A_SITE, site=word[:80]).at("sites")
        if site not in found:
            found.append(site)
    if len(found) == 1:
        raise DomainError(N_("请至少填写一个网站。")).at("sites")
    if len(found) > MOST_SITES + 1:
        raise DomainError(N_("最多 %(n)s 个网站。"), n=MOST_SITES).at("sites")
    return found


def _origin(address: str) -> str | None:
    """scheme://host[:port] in small letters and ASCII, or None."""
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host = (parts.hostname or "").encode("idna").decode().lower()
        port = parts.port
    except ValueError:  # UnicodeError too
        return None
    if parts.scheme not in ("https", "http") or parts.username is not None or parts.password is not None:
        return None
    if not _HOST.fullmatch(host) and not (parts.scheme == "http" and host in ("127.0.0.1", "localhost")):
        return None
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


def create_widget(
    *, questionnaire: Questionnaire, name: str, sites: str, own: str, code: str | None, by: Actor, now: datetime
) -> Collector:
    """A door for pages of these sites. `code` was minted with the form: sent again it finds the door it made."""
    checked = checked_sites(sites, own=own)
    return collecting.create_collector(
        kind="widget", questionnaire=questionnaire, name=name, code=code, sites=checked, by=by, now=now
    )


def set_sites(*, widget: Collector, sites: str, own: str, by: Actor) -> None:
    """Other sites from now on: within two seconds nobody else's page shows it."""
    checked = checked_sites(sites, own=own)
    if checked != widget.sites:
        before, widget.sites = list(widget.sites), checked
        events.record("collector.sites_changed", widget, by=by, before=before, after=checked)
        db.session.flush()


def shown_sites(widget: Collector, own: str) -> list[str]:
    """The sites without our own."""
    return [site for site in widget.sites if site != (_origin(own) or own)]


def snippet(address: str, script: str, title: str) -> str:
    """What goes into the page of another site. `title` is read aloud by screen readers."""
    quoted = title.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return (
        f'<iframe src="{address}" title="{quoted}" data-survey style="width:100%;border:0;height:640px"></iframe>\n'
        f'<script src="{script}" async></script>'
    )


def of_questionnaire(doors: Sequence[Collector]) -> list[Collector]:
    """The widgets among doors."""
    return [door for door in doors if door.kind == "widget"]
