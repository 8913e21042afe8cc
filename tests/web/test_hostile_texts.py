"""Whatever people type into a form of the staff side is text on every page, never markup."""

from html.parser import HTMLParser

import pytest
from flask import Flask

from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.organisation.chain import the_chain
from survey_app.organisation.models import Region, Shop
from tests import staff


class Page(HTMLParser):
    """What a browser would make of a page: its words, and what could act."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        acts = [
            name for name in values if name.startswith("on") or name == "style" or values.get("hx-trigger") == "load"
        ]
        if tag in ("i", "b", "iframe", "object") or (
            tag == "script" and not (values.get("src") or "").startswith("/static/")
        ):
            acts.append("element")
        if (values.get("href") or "").startswith("javascript") or values.get("src") == "x":
            acts.append("address")
        self.faults += [f"<{tag} {act}>" for act in acts]
        self.words += values.get("value") or ""

    def handle_data(self, data: str) -> None:
        self.words += data


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "{{7*7}}{% raw %}${7*7}{0.__class__}",
    "<b hx-get=/users hx-trigger=load>",
    "</textarea></title><i>",
    "javascript:alert(1)",
    "\u202egnp.exe Ω≈ç√∫ 田中さん 👾",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_names_are_never_markup(sqlite_app: Flask, text: str) -> None:
    chain = staff.fill(sqlite_app)
    the_chain().name = the_chain().help_phone = text[:32]
    db.session.get_one(Shop, chain.shops[0]).name = text
    db.session.get_one(Region, chain.regions[0]).name = text
    db.session.get_one(User, chain.users["researcher"]).name = text
    db.session.commit()
    db.session.remove()
    person = chain.signed_in("administrator")
    questionnaire = f"/questionnaires/{chain.questionnaire}"
    assert person.post(f"{questionnaire}/collectors", {"kind": "link", "name": text}).status_code == 303
    shop_form = {"kind": "shop", "shop": str(chain.shops[0]), "place": text}
    assert person.post(f"{questionnaire}/collectors", shop_form).status_code == 303
    paths = [
        "/users",
        f"/users/{chain.users['researcher']}",
        "/shops",
        f"/shops/{chain.shops[0]}",
        "/organisation",
        "/events",
        f"{questionnaire}/collectors",
        f"{questionnaire}/collectors/new?kind=shop",
        f"{questionnaire}/posters",
        "/collectors",
        f"/questionnaires?q={text}",
        f"/events?person={text}",
    ]
    seen = 0
    for path in paths:
        page = Page()
        page.feed(person.text(path))
        assert page.faults == [], path
        seen += sum(word in page.words for word in ("alert(1)", "hx-get=/users", "{{7*7}}", "</textarea>", "田中"))
        assert "{{49}}" not in page.words
    assert seen >= 8  # it was there to be read
