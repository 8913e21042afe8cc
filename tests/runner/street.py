"""A published questionnaire behind a door, and a person who answers it with plain requests."""

import gzip
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from survey_app import clock
from survey_app.config import Settings
from survey_app.database import db
from survey_app.design import drafting, publishing
from survey_app.distribution import collecting
from survey_app.events import COMMAND_LINE
from survey_app.organisation.models import Organisation
from survey_app.questionnaire.loading import load_definition
from survey_app.runner import create_runner

HERE = Path(__file__).parent


def publish(file: str) -> str:
    """Load, publish and open a link door for one of the files beside this one: its address. Commits."""
    now = clock.now()
    chain = db.session.get_one(Organisation, 1)
    chain.name, chain.name_en, chain.help_phone = "康宁大药房", "Kangning Pharmacy", "400-820-1234"
    definition = load_definition((HERE / file).read_bytes(), file=file)
    questionnaire = drafting.load_file(definition=definition, by=COMMAND_LINE, now=now)
    publishing.publish(questionnaire=questionnaire, by=COMMAND_LINE, now=now)
    collector = collecting.create_collector(kind="link", questionnaire=questionnaire, by=COMMAND_LINE, now=now)
    address = f"/s/{collector.code}"
    db.session.commit()
    db.session.remove()  # an open transaction of this process would keep everybody from writing
    return address


def rows_of(query: Any) -> list[Any]:
    """What a query finds, without leaving a transaction open."""
    found = list(db.session.scalars(query))
    db.session.expunge_all()
    db.session.rollback()
    return found


class _Fields(HTMLParser):
    """The successful controls of a page's form, as a browser without script would send them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pairs: list[tuple[str, str]] = []
        self.disabled = 0
        self.depth: list[bool] = []
        self.select = ""
        self.options: list[tuple[str, bool]] = []
        self.area: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = dict(attrs)
        if tag == "fieldset":
            self.depth.append("disabled" in a)
            self.disabled += "disabled" in a
        name, value = a.get("name") or "", a.get("value") or ""
        if tag == "select":
            self.select, self.options = name if "disabled" not in a else "", []
        if self.disabled:
            return
        if tag == "input" and (a.get("type") not in ("radio", "checkbox") or "checked" in a):
            self.pairs.append((name, value))
        if tag == "option":
            self.options.append((value, "selected" in a))
        if tag == "textarea":
            self.area = [name, ""]

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.area[1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "fieldset" and self.depth:
            self.disabled -= self.depth.pop()
        if tag == "select" and self.select and self.options:  # a list always has one of its options
            self.pairs.append((self.select, next((value for value, on in self.options if on), self.options[0][0])))
        if tag == "textarea" and self.area is not None:
            self.pairs.append((self.area[0], self.area[1].removeprefix("\n")))
            self.area = None


def fields_of(html: str) -> list[tuple[str, str]]:
    """What a browser without script would send of this page, without a button."""
    parser = _Fields()
    parser.feed(html)
    return [pair for pair in parser.pairs if pair[0]]


def _unpacked(answer: Any) -> str:
    """The document as a browser sees it: every browser takes compressed pages."""
    data = answer.get_data()
    return (gzip.decompress(data) if answer.headers.get("Content-Encoding") == "gzip" else data).decode()


@dataclass
class Respondent:
    """Somebody with the door's address. `html` is the page on the screen."""

    client: FlaskClient
    address: str
    html: str = ""
    status: int = 0

    def open(self, query: str = "", **headers: str) -> str:
        """Open the link."""
        answer = self.client.get(self.address + query, headers={"Accept-Encoding": "gzip", **headers})
        self.html, self.status = _unpacked(answer), answer.status_code
        return self.html

    def form(self, **given: Any) -> list[tuple[str, str]]:
        """The page's fields with these answers typed in; a list ticks several, None clears."""
        pairs = [pair for pair in fields_of(self.html) if pair[0] not in given]
        for name, value in given.items():
            pairs += [(name, str(item)) for item in (value if isinstance(value, list) else [value]) if item is not None]
        end = pairs.index(("_end", "1."))
        return pairs[:end] + pairs[end + 1 :] + [("_end", "1.")]

    def send(self, go: str = "next", **given: Any) -> str:
        """Fill in and press a button: `go` or, with `view=...`, one of the view buttons."""
        pairs = self.form(**given)
        if "view" not in given:
            pairs.append(("go", go))
        return self.post(pairs)

    def post(self, pairs: list[tuple[str, str]], query: str = "") -> str:
        """Send exactly these fields."""
        from urllib.parse import urlencode

        answer = self.client.post(
            self.address + query, data=urlencode(pairs), content_type="application/x-www-form-urlencoded",
            headers={"Accept-Encoding": "gzip"},
        )  # fmt: skip
        self.html, self.status = _unpacked(answer), answer.status_code
        return self.html

    @property
    def delete_code(self) -> str:
        """The code on the thanks page."""
        found = re.search(r"<p class=code>([^<]+)</p>", self.html)
        assert found, self.html[-1500:]
        return found[1]


def site(settings: Settings) -> Flask:
    """The respondent's application of an installation."""
    made = create_runner(settings)
    made.testing = True
    return made
