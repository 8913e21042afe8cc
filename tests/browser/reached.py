"""The sample chain with everything about reaching people around it: what waits, what runs, what went wrong."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import func, select

from survey_app import clock, worker
from survey_app.accounts import second_factor
from survey_app.accounts.models import User
from survey_app.campaigns import drafting, launching
from survey_app.campaigns.drafting import Choices
from survey_app.campaigns.models import Call, Campaign, Unsealing
from survey_app.database import db
from survey_app.demo.loading import load_sample_chain
from survey_app.design.models import Questionnaire
from survey_app.distribution import devices, interviewing, poster_runs, widgets
from survey_app.distribution.models import Collector
from survey_app.events import Actor
from survey_app.messaging.models import Message
from survey_app.organisation.models import Shop
from survey_app.people import importing, signing
from survey_app.people.importing import Upload
from survey_app.people.models import Contact, Import, Order
from survey_app.responses.models import ResponseLink
from tests import staff
from tests.browser.conftest import Site
from tests.people import files
from tests.runner.invited import guest, mailing
from tests.runner.street import site as respondents

_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")  # of JSON
REASON = "投诉 2026-118：需要联系顾客核实用药"


@dataclass
class Reached:
    """The chain, its addresses by the role that looks at them."""

    chain: staff.Chain
    screens: Mapping[str, Mapping[str, str]]
    data: str  # every text of the database: names and answers that are Chinese in English pages, too


def furnish(site: Site) -> Reached:
    """Load the sample chain, then make one of everything. Committed."""
    app, now = site.app, clock.now()
    load_sample_chain(app, now=now)
    db.session.commit()
    people = {user.role: user for user in db.session.scalars(select(User))}
    for user in people.values():
        if second_factor.is_needed(user):
            user.totp_secret = second_factor.seal(user, staff.SECRET)
    by = Actor(people["administrator"].id, people["administrator"].email, "administrator")
    asks = Actor(people["researcher"].id, people["researcher"].email, "researcher")
    users = {role: user.id for role, user in people.items()}
    asked = db.session.scalars(select(Questionnaire).where(Questionnaire.name == "order-satisfaction")).one().id
    visits = db.session.scalars(select(Questionnaire).where(Questionnaire.name == "shop-visit")).one().id
    places = [shop.id for shop in db.session.scalars(select(Shop).order_by(Shop.id))]
    regions = sorted({shop.region_id for shop in db.session.scalars(select(Shop))})
    named = _campaigns(asked, asks) | _doors(visits, places, by, site.address) | _files(app, places, by)
    named["run"] = _posters(app, visits, by)
    named["unsealing"] = _unsealing(app, users)
    named |= {
        "message": str(db.session.scalar(select(func.max(Message.id)).where(Message.state == "failed"))),
        "contact": str(db.session.scalar(select(func.min(Contact.id)).where(Contact.email_index.is_not(None)))),
        "order": str(db.session.scalar(select(func.max(Order.id)).where(Order.state == "refunded"))),
    }
    chain = staff.Chain(app, users, places, regions, asked, visits, {}, named)
    db.session.remove()
    return Reached(chain, _screens(chain), _data(app))


def _campaigns(asked: int, by: Actor) -> dict[str, str]:
    """A draft, one that waits for a second person, and a call list with calls."""
    now, questionnaire = clock.now(), db.session.get_one(Questionnaire, asked)
    made: dict[str, Campaign] = {}
    for name, kind in (("draft", "once"), ("waiting", "trigger"), ("calls", "calls")):
        made[name] = drafting.create(kind=kind, questionnaire=questionnaire, name="", by=by, now=now)
    drafting.change(
        campaign=made["calls"], choices=Choices(name="每月电话回访", sample_size=20, monthly=True), by=by, now=now
    )
    ahead = launching.forecast(made["calls"], now=now)
    launching.launch(campaign=made["calls"], confirmed=ahead.people, by=by, now=now)
    made["waiting"].state, made["waiting"].launched_by_id = "waiting", by.id
    calls = db.session.scalars(select(Call).where(Call.campaign_id == made["calls"].id).order_by(Call.id)).all()
    for call, outcome in zip(calls, ("interviewed", "refused", "", "", "wrong_number"), strict=False):
        call.tries, call.outcome = 2 if not outcome else 1, outcome
    numbers = {name: str(campaign.id) for name, campaign in made.items()}
    db.session.commit()
    return numbers


def _doors(visits: int, places: list[int], by: Actor, address: str) -> dict[str, str]:
    """Two tablets, one of them enrolled; a widget; a door for interviews."""
    now, questionnaire = clock.now(), db.session.get_one(Questionnaire, visits)
    tablets = []
    for number in places[:2]:
        shop = db.session.get_one(Shop, number)
        tablets.append(
            devices.create_device(questionnaire=questionnaire, shop=shop, name="", pin="4711", by=by, now=now)
        )
    devices.enrol(code=tablets[1][1], pin="4711", address="192.0.2.1", now=now)
    widget = widgets.create_widget(
        questionnaire=questionnaire, name="官网订单页", sites="https://www.example.com\nhttps://shop.example.com",
        own=address, code=None, by=by, now=now,
    )  # fmt: skip
    shop = db.session.get_one(Shop, places[0])
    interviewing.door_for(questionnaire=questionnaire, shop=shop, by=by, now=now)
    made = {"device": str(tablets[0][0].id), "widget": str(widget.id)}
    db.session.commit()
    return made


def _files(app: Flask, places: list[int], by: Actor) -> dict[str, str]:
    """A file that waits for its columns, one that was taken with rejected rows, keys of two systems."""
    now = clock.now()
    codes = list(db.session.scalars(select(Shop.code).order_by(Shop.id)))
    rows = files.order_rows(60, shops=codes, now=now)
    for row in random.Random(3).sample(rows, 9):
        row[3] = "1.38E+10"
    rows[5][1] = "ZZ-9"
    jobs = [_received(files.as_csv(rows), name, by) for name in ("7月订单.csv", "8月订单.csv")]
    done = jobs[1]
    chosen = {int(place): field for place, field in done.options["columns"].items()}
    importing.start(
        job=done, chosen=chosen, consents={"sms": True}, consent_source="会员入会协议 2026 版", by=by, now=now
    )
    for source in ("pos", "tmall"):
        signing.create_key(source=source, by=by, now=now)
    work_id, numbers = done.work_id, {"import": str(jobs[0].id), "imported": str(done.id)}
    db.session.commit()
    db.session.remove()
    assert work_id is not None and worker.perform(app, work_id)
    return numbers


def _received(data: bytes, name: str, by: Actor) -> Import:
    upload = Upload()
    upload.write(data)
    job = importing.receive(upload=upload, name=name, kind="orders", source="tmall", by=by, now=clock.now())
    db.session.commit()
    upload.kept = True
    upload.close()
    return job


def _posters(app: Flask, visits: int, by: Actor) -> str:
    """A finished run of posters."""
    doors = list(
        db.session.scalars(select(Collector).where(Collector.questionnaire_id == visits, Collector.kind == "shop"))
    )
    run = poster_runs.request_run(
        questionnaire=db.session.get_one(Questionnaire, visits), doors=doors[:3], size="a4", language="zh", by=by,
        now=clock.now(),
    )  # fmt: skip
    number, work_id = str(run.id), run.work_id
    db.session.commit()
    db.session.remove()
    assert work_id is not None and worker.perform(app, work_id)
    return number


def _unsealing(app: Flask, users: dict[str, int]) -> str:
    """A request of quality that customer service has still to decide."""
    (ticket,) = mailing(mode="confidential").invite(1)
    runner = respondents(app.extensions["survey_settings"])
    one = guest(runner, ticket)
    one.open()
    one.send(overall=5, remark="很好")
    runner.extensions["respondents"].recorder.close()
    response = db.session.scalars(select(ResponseLink.response_id)).one()
    row = Unsealing(response_id=response, reason=REASON, requested_by_id=users["quality"], requested_at=clock.now())
    db.session.add(row)
    db.session.commit()
    return str(row.id)


def _screens(chain: staff.Chain) -> dict[str, dict[str, str]]:
    """All new pages, by the role that works with them."""
    n, asked, visits = chain.named, f"/questionnaires/{chain.questionnaire}", f"/questionnaires/{chain.draft}"
    return {
        "administrator": {
            "campaigns": "/campaigns", "campaign-new": "/campaigns/new", "campaign-draft": f"/campaigns/{n['draft']}",
            "campaign-launch": f"/campaigns/{n['draft']}/launch", "campaign-running": "/campaigns/2",
            "campaign-ended": "/campaigns/1", "campaign-end": "/campaigns/2/end",
            "campaign-preview": f"/campaigns/{n['draft']}/preview", "fieldwork": f"{asked}/fieldwork",
            "outbox": "/messages", "message": f"/messages/{n['message']}",
            "templates": "/message-templates", "template": "/message-templates/sms/zh-CN/invitation",
            "template-mail": "/message-templates/email/en/invitation", "senders": "/senders",
            "sender-new": "/senders/new?kind=smtp", "sender": "/senders/1",
            "contacts": "/contacts", "contact": f"/contacts/{n['contact']}",
            "erasure": f"/contacts/{n['contact']}/erasure", "orders": "/orders", "order": f"/orders/{n['order']}",
            "imports": "/imports", "import-new": "/imports/new", "import-columns": f"/imports/{n['import']}",
            "import-done": f"/imports/{n['imported']}", "opt-outs": "/opt-outs", "systems": "/systems",
            "api": "/api/docs", "parts": "/departments", "department": "/departments/1",
            "team": "/teams/1", "team-new": "/teams/new", "tiers": "/tiers",
            "tier": "/tiers/2", "tier-new": "/tiers/new", "second-factor": "/account/second-factor",
            "devices": "/devices", "device-code": f"/devices/{n['device']}/code", "enrolment": "/enrolment",
            "widgets": f"{visits}/widgets", "sites": f"/collectors/{n['widget']}/sites",
            "sample-page": f"/collectors/{n['widget']}/sample-page",
            "poster-run": f"/poster-runs/{n['run']}", "counters": "/counters",
            "counter": f"/counters/{chain.shops[0]}",
            "reads": "/reads",
        },
        "researcher": {"calls": f"/campaigns/{n['calls']}/calls", "call-campaign": f"/campaigns/{n['calls']}"},
        "manager": {"campaign-waiting": f"/campaigns/{n['waiting']}"},
        "customer-service": {"unsealings": "/unsealings", "unsealing": f"/unsealings/{n['unsealing']}",
                             "contact-service": f"/contacts/{n['contact']}"},
        "shop-staff": {"counter-own": f"/counters/{chain.shops[0]}", "interviews-own": "/interviews"},
    }  # fmt: skip


def _data(app: Flask) -> str:
    """Every value of the database and of the files as one text."""
    with db.engine.connect() as connection:
        rows = connection.connection.driver_connection.iterdump()  # type: ignore[union-attr]
        cells = [*files.HEADING, *files.GOODS, *files.STATES, "是"]
        shown = [*rows, *(f"'{cell}'" for cell in cells)]
        return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), "\n".join(shown))
