"""What every page of the staff side has: headers, one commit, languages, errors that say what to do."""

import json
import re

import pytest
from flask import Flask, abort, request

from survey_app import web
from survey_app.database import db
from survey_app.errors import Busy, DomainError
from survey_app.organisation import chain as organisation
from survey_app.organisation.models import Organisation
from tests import staff


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


@pytest.fixture
def bare(sqlite_app: Flask) -> staff.Person:
    """The application with some addresses of its own; nothing is in the database."""

    @sqlite_app.route("/try/<what>", methods=["GET", "POST"])
    @web.access(web.PUBLIC)
    def attempt(what: str) -> str:
        organisation.the_chain().name = what
        if what == "domain":
            raise DomainError("编码 %(code)s 已被“%(name)s”使用。", code="A", name="<b>")
        if what == "busy":
            raise Busy()
        if what == "crash":
            abort(500)
        return "done"

    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    return staff.Person(sqlite_app.test_client())


def name_now() -> str:
    db.session.remove()
    found = db.session.get_one(Organisation, 1).name
    db.session.remove()
    return found


def test_a_good_act_is_kept_and_a_refused_one_is_not(bare: staff.Person) -> None:
    assert bare.open("/try/kept", method="POST").status_code == 200
    assert name_now() == "kept"
    for what, status in (("domain", 422), ("busy", 503), ("crash", 500)):
        assert bare.open(f"/try/{what}", method="POST").status_code == status
        assert name_now() == "kept"


def test_looking_never_keeps_anything_even_if_a_page_tries(bare: staff.Person) -> None:
    assert bare.get("/try/changed").status_code == 200
    assert name_now() == ""


def test_a_refusal_speaks_the_language_of_the_page_and_escapes_what_was_typed(bare: staff.Person) -> None:
    chinese = bare.open("/try/domain", method="POST", headers={"Accept-Language": "zh-CN"}).get_data(as_text=True)
    english = bare.open("/try/domain", method="POST", headers={"Accept-Language": "en-GB"}).get_data(as_text=True)
    assert "编码 A 已被“&lt;b&gt;”使用。" in chinese
    assert "The code A belongs to" in english and "&lt;b&gt;" in english and "<b>" not in english


def test_htmx_gets_the_piece_and_a_browser_the_page(bare: staff.Person) -> None:
    assert "<html" in bare.get("/nothing").get_data(as_text=True)
    piece = bare.get("/nothing", headers={"HX-Request": "true"})
    assert "<html" not in piece.get_data(as_text=True) and 'role="alert"' in piece.get_data(as_text=True)
    assert "HX-Request" in piece.headers["Vary"]


def test_every_page_carries_the_strict_policy(chain: staff.Chain) -> None:
    for response in (
        chain.nobody().get("/sign-in"),
        chain.signed_in("administrator").get("/users"),
        chain.nobody().get("/x"),
    ):
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';")
        assert "unsafe" not in policy and "data:" not in policy and "frame-ancestors 'none'" in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["Cache-Control"] == "no-store"


def test_no_page_has_inline_script_or_style(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    pages = (
        "/questionnaires",
        f"/questionnaires/{chain.questionnaire}",
        "/library",
        "/organisation",
        "/users",
        "/events",
        f"/questionnaires/{chain.questionnaire}/collectors",
        f"/collectors/{chain.doors['own']}/poster",
        "/shops",
    )
    for path in pages:
        text = person.text(path)
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=|javascript:|hx-on", text), path
        assert text.count('<html lang="zh-CN">') == 1


def test_htmx_is_configured_to_keep_no_history_and_run_no_scripts(chain: staff.Chain) -> None:
    found = re.search(r"name=\"htmx-config\" content='([^']+)'", chain.nobody().text("/sign-in"))
    assert found is not None
    settings = json.loads(found[1])
    assert settings["historyCacheSize"] == 0
    assert settings["allowEval"] is settings["allowScriptTags"] is settings["includeIndicatorStyles"] is False
    assert settings["selfRequestsOnly"] is True


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "x", "", "/a\nb", "/a\\b"],
)
def test_an_address_of_another_site_is_never_returned_to(target: str) -> None:
    assert web.safe_next(target) is None


def test_an_own_address_is_returned_to() -> None:
    assert web.safe_next("/questionnaires?q=满意&page=2") == "/questionnaires?q=满意&page=2"


def test_a_download_may_have_a_chinese_name(sqlite_app: Flask) -> None:
    with sqlite_app.test_request_context():
        header = web.download(b"x", name='门店"A".png', content_type="image/png").headers["Content-Disposition"]
    assert header == "attachment; filename=\"___A_.png\"; filename*=UTF-8''%E9%97%A8%E5%BA%97%22A%22.png"


def test_a_large_form_is_refused(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    response = person.post("/organisation", {"name": "x" * 1_100_000})
    assert response.status_code == 413


def test_the_number_of_a_request_is_on_its_error_page(bare: staff.Person) -> None:
    text = bare.get("/nothing").get_data(as_text=True)
    assert re.search(r'<span class="code">[0-9a-f]{16}</span>', text)


def test_the_first_hook_gives_every_request_its_number(sqlite_app: Flask) -> None:
    assert sqlite_app.before_request_funcs[None][0] is web._begin_request
    with sqlite_app.test_request_context("/sign-in"):
        sqlite_app.preprocess_request()
        assert len(web.request_number()) == 16
        assert request.path == "/sign-in"


def test_over_tls_a_form_must_come_from_the_same_site(chain: staff.Chain) -> None:
    """As behind a proxy that ends TLS: the token alone is not enough."""
    person = chain.signed_in("administrator")
    form = {"csrf_token": person.token(), "code": "south", "name": "南区"}

    def send(**headers: str) -> int:
        return person.open(
            "/regions", method="POST", data=form, base_url="https://localhost", headers=headers
        ).status_code

    assert send() == 400
    assert send(Referer="https://evil.example/page") == 400
    assert send(Referer="https://localhost/regions/new") == 303
