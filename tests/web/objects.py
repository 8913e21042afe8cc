"""What addresses name in the chain of tests.staff: parts of a draft, an item of the question bank; people and their places."""

from flask import Flask
from sqlalchemy import select

from survey_app import clock, worker
from survey_app.campaigns import drafting as campaign_drafts
from survey_app.campaigns.models import Call, Unsealing
from survey_app.database import db
from survey_app.design import bank
from survey_app.design.editing import changing, operations
from survey_app.design.editing.tree import Tree
from survey_app.design.models import Conversion, Questionnaire
from survey_app.distribution import devices, poster_runs, waves, widgets
from survey_app.distribution.models import Collector
from survey_app.events import COMMAND_LINE, Actor
from survey_app.exports.models import Export
from survey_app.messaging import outbox
from survey_app.messaging.models import Message, Sender
from survey_app.messaging.outbox import NewMessage
from survey_app.organisation import parts, tiers
from survey_app.organisation.models import Shop
from survey_app.people import contacts, orders, signing
from survey_app.people.contacts import NewContact
from survey_app.people.models import Import, Order
from survey_app.people.orders import NewOrder
from survey_app.responses.models import Response

ITEM = "asked-often"


def designed(questionnaire_id: int) -> dict[str, str]:
    """The bank gets a question of this draft, and then a newer revision of it, so that the draft has an offer.

    Ids: `banked` (that question), `listed` (one with choices), `ruled` (one with a rule). `cell`: the name of the first
    one's text, whose translation is old.
    Everything is committed.
    """
    now, by = clock.now(), COMMAND_LINE
    questionnaire = db.session.get_one(Questionnaire, questionnaire_id)
    tree = Tree(questionnaire.draft)
    questions = tree.ids("question")
    banked = questions[0]
    item = bank.create(key=ITEM, body=bank.body_of(tree, banked), by=by, now=now)

    def linked(tree: Tree) -> None:
        tree.node(banked)["bank"] = f"{ITEM}@1"
        operations.set_text(tree, banked, "text", "zh-CN", "改过的题目")  # its translations are old now

    changing.change(
        questionnaire=questionnaire, operation=linked, kind="bank.added", by=by, page="f" * 16, base=None, now=now
    )
    newer = bank.body_of(tree, banked)
    newer["part"]["text"] = dict.fromkeys(newer["languages"], "…")
    bank.revise(item=item, body=newer, by=by, now=now)
    brought = converted(questionnaire_id)
    db.session.commit()
    db.session.remove()
    return {
        "bank": ITEM,
        "conversion": brought,
        "banked": banked,
        "listed": next(node for node in questions if tree.node(node).get("choices")),
        "ruled": next(node for node in questions if tree.node(node).get("show_if")),
        "cell": f"{tree.node(banked)['name']}.text",
    }


def converted(questionnaire_id: int | None, user_id: int | None = None) -> str:
    """A file that somebody brought, and the questionnaire that was made of it; its number. The caller commits."""
    counts = {"kept": 0, "changed": 0, "lost": 0}
    page = {"questions": [{"name": "q1", "type": "nps", "text": {"zh-CN": "推荐"}}]}
    data = {"format": 1, "name": "brought", "title": {"zh-CN": "带来的"}, "languages": ["zh-CN"], "mode": "anonymous"}
    made = Conversion(
        created_at=clock.now(), created_by_id=user_id, questionnaire_id=questionnaire_id, file_name="a.txt", format="text",
        data={} if questionnaire_id else {**data, "pages": [page]}, report=[], counts=counts,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return str(made.id)


def printed(app: Flask, questionnaire_id: int, door_id: int, administrator: int) -> str:
    """A finished run of posters that the administrator asked for; its number."""
    by = Actor(administrator, "administrator@example.org", "administrator")
    questionnaire, door = db.session.get_one(Questionnaire, questionnaire_id), db.session.get_one(Collector, door_id)
    run = poster_runs.request_run(
        questionnaire=questionnaire, doors=[door], size="a4", language="zh", by=by, now=clock.now()
    )
    work_id, number = run.work_id, str(run.id)
    db.session.commit()
    db.session.remove()
    assert work_id is not None and worker.perform(app, work_id)
    return number


def peopled() -> dict[str, str]:
    """One contact, department, team and tier, each the first of its kind (id 1). Everything is committed."""
    by = COMMAND_LINE
    department = parts.create_department(code="quality", name="质量部", by=by)
    team = parts.create_team(code="desk", name="柜台组", shop=None, department=department, by=by)
    tier = tiers.create_tier(code="basic", name="普通", spent_cents=0, orders=0, by=by)
    new = NewContact(name="李雷", phone="+8613812345678", sms_consent=True)
    contact = contacts.upsert_contacts([new], now=clock.now(), source="import:1")[0]
    made = {"contact": contact, "department": department.id, "team": team.id, "tier": tier.id}
    db.session.commit()
    db.session.remove()
    return {name: str(number) for name, number in made.items()}


def framed(questionnaire_id: int, shop_id: int) -> dict[str, str]:
    """A counter tablet and a widget. Everything is committed."""
    now, by, questionnaire = clock.now(), COMMAND_LINE, db.session.get_one(Questionnaire, questionnaire_id)
    shop, own = db.session.get_one(Shop, shop_id), "http://127.0.0.1:8000"
    tablet, _ = devices.create_device(questionnaire=questionnaire, shop=shop, name="", pin="4711", by=by, now=now)
    widget = widgets.create_widget(
        questionnaire=questionnaire, name="", sites="https://www.example.com", own=own, code=None, by=by, now=now
    )
    made = {"device": str(tablet.id), "widget": str(widget.id)}
    db.session.commit()
    db.session.remove()
    return made


def campaigned(questionnaire_id: int, user_id: int) -> dict[str, str]:
    """Campaigns of a researcher: a one-off draft (id 1), a call list with one call (id 1), a draft of one, one that waits.

    Everything is committed.
    """
    now, by = clock.now(), Actor(user_id, "researcher@example.org", "researcher")
    questionnaire = db.session.get_one(Questionnaire, questionnaire_id)
    people = [NewContact(phone=f"+861990000000{n}", phone_consent=True) for n in (1, 2)]
    called, _other = contacts.upsert_contacts(people, now=now, source="import:2")
    made = {
        name: campaign_drafts.create(kind=kind, questionnaire=questionnaire, name=name, by=by, now=now)
        for name, kind in (("campaign", "once"), ("calls", "calls"), ("undrawn", "calls"), ("waiting", "trigger"))
    }
    made["calls"].state = "running"
    made["waiting"].state, made["waiting"].launched_by_id = "waiting", user_id
    month = clock.month_of(clock.china(now).date())
    db.session.add(Call(campaign_id=made["calls"].id, month=month, contact_id=called, tries=0, outcome=""))
    numbers = {name: str(campaign.id) for name, campaign in made.items()}
    db.session.commit()
    db.session.remove()
    return numbers


def ordered() -> None:
    """An order, an import that is over and the key of a system, each the first of its kind (id 1). Everything is committed."""
    now = clock.now()
    orders.record_order(source="pos", order=NewOrder(number="A1", state="completed", placed_at=now), now=now)
    db.session.add(
        Import(kind="orders", source="pos", name="a.csv", options={"rows": 1}, requested_at=now, finished_at=now)
    )
    signing.create_key(source="pos", by=COMMAND_LINE, now=now)
    db.session.commit()
    db.session.remove()


def messaged() -> dict[str, str]:
    """A mail server and a message of which nobody knows whether it arrived. Committed."""
    now = clock.now()
    sender = Sender(channel="email", kind="smtp", name="邮件", options={}, callback="-" * 32, created_at=now)
    db.session.add(sender)
    db.session.flush()
    outbox.queue([NewMessage("invitation", 1_000_001, "email", now)], now=now)
    message = db.session.query(Message).order_by(Message.id.desc()).limit(1).one()
    message.state, message.sender_id = "unknown_reported", sender.id
    made = {"sender": str(sender.id), "message": str(message.id)}
    db.session.commit()
    db.session.remove()
    return made


def placed(shop_id: int, number: str = "NB-2") -> dict[str, str]:
    """A person who bought last in this shop, the order of that, and one of the online store. Committed."""
    now = clock.now()
    buyer = NewContact(name="韩梅梅", phone="+8613912340000", shop_id=shop_id)
    for one in (
        NewOrder(number=number, state="completed", placed_at=now, shop_id=shop_id, contact=buyer),
        NewOrder(number=f"{number}-online", state="completed", placed_at=now),
    ):
        orders.record_order(source="pos", order=one, now=now)
    numbers = dict(db.session.execute(select(Order.number, Order.id)).tuples().all())
    contact_id = db.session.scalars(select(Order.contact_id).where(Order.number == number)).one()
    db.session.commit()
    db.session.remove()
    return {
        "placed_contact": str(contact_id), "placed_order": str(numbers[number]),
        "online_order": str(numbers[f"{number}-online"]),
    }  # fmt: skip


def unsealed(questionnaire_id: int, user_id: int) -> dict[str, str]:
    """A request to learn who gave an answer that is confidential. Committed."""
    now = clock.now()
    wave = waves.ensure_wave(questionnaire_id=questionnaire_id, now=now)
    version = db.session.get_one(Questionnaire, questionnaire_id).versions[0]
    answer = Response(
        id=7, version_id=version.id, mode="confidential", wave_id=wave.id, channel="sms", language="zh-CN", rc_hash=b"r" * 32,
        status="complete", speed="normal", consent_version=1, order_seed=1, answers={},
    )  # fmt: skip
    db.session.add(answer)
    db.session.flush()
    asked = Unsealing(response_id=7, reason="投诉编号 2026-118，需要联系", requested_by_id=user_id, requested_at=now)
    db.session.add(asked)
    db.session.flush()
    made = {"unsealing": str(asked.id)}
    db.session.commit()
    db.session.remove()
    return made


def exported(questionnaire_id: int, user_id: int) -> str:
    """An export that this person asked for; its number. Committed."""
    export = Export(
        questionnaire_id=questionnaire_id, format="csv", options={}, requested_by_id=user_id, requested_at=clock.now()
    )
    db.session.add(export)
    db.session.flush()
    number = str(export.id)
    db.session.commit()
    db.session.remove()
    return number
