"""Invitations and reminders: 100,000 buyers invited by one campaign, then those reminded who have not answered.

Prints a Markdown table: python tests/benchmarks/bench_invitations.py
"""

import hashlib
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select, update

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from survey_app import clock, create_app, installation, web, work
from survey_app.campaigns import audience, gate, inviting, launching, limits, reminding
from survey_app.campaigns.models import Campaign, Invitation
from survey_app.config import load_settings
from survey_app.database import db, next_ids
from survey_app.messaging.models import Message
from survey_app.people.models import Contact, Order
from survey_app.responses import ballots
from survey_app.responses.models import Ballot
from tests.benchmarks.report import write_section
from tests.campaigns import world

COUNT = int(os.environ.get("PEOPLE", "100000"))
AT_ONCE = 5_000


def buyers(made: world.World) -> None:
    """Contacts with one completed order each, as plain rows: importing is measured elsewhere."""
    vault, now = web.vault(), clock.now()
    for start in range(0, COUNT, AT_ONCE):
        part = range(start, min(start + AT_ONCE, COUNT))
        people, bought = next_ids(Contact, len(part)), next_ids(Order, len(part))
        db.session.execute(
            insert(Contact),
            [
                {
                    "id": number, "name": "", "phone": "x", "email": "", "phone_index": vault.blind_index(f"+86199{one:08d}"),
                    "email_index": None, "language": "", "sms_consent": True, "email_consent": False, "phone_consent": False,
                    "created_at": now, "updated_at": now,
                }
                for number, one in zip(people, part, strict=True)
            ],
        )  # fmt: skip
        db.session.execute(
            insert(Order),
            [
                {
                    "id": number, "source": "pos", "number": str(one), "contact_id": person, "amount_cents": 1,
                    "shop_id": made.shops[one % len(made.shops)], "state": "completed", "placed_at": now,
                    "completed_at": now, "summary": "", "received_at": now,
                }
                for number, person, one in zip(bought, people, part, strict=True)
            ],
        )  # fmt: skip
        db.session.commit()


def invite() -> None:
    """The job that makes invitations and queues first messages."""
    held = work.claim(db.session.scalars(select(work.Work.id)).one(), now=clock.now())
    db.session.commit()
    assert held is not None
    inviting.make_all(held, app)


def answer(campaign: Campaign, share: float) -> None:
    """Ballots of some, after everything was sent three days ago."""
    sent = clock.now() - timedelta(days=4)
    db.session.execute(update(Message).values(state="delivered", sent_at=sent))
    chosen = db.session.execute(select(Invitation.id, Invitation.shop_id)).all()
    some = random.Random(1).sample([(one, shop) for one, shop in chosen], round(len(chosen) * share))
    assert campaign.wave_id is not None
    for start in range(0, len(some), AT_ONCE):
        part = some[start : start + AT_ONCE]
        keys = ballots.personal_nullifiers(web.vault(), wave_id=campaign.wave_id, invitations=part)
        db.session.execute(
            insert(Ballot),
            [
                {"wave_id": campaign.wave_id, "nullifier": key, "nonce_hash": hashlib.sha256(key).digest()}
                for key in keys
            ],
        )
    db.session.commit()


def line(name: str, act: Callable[[], object], rows: int) -> str:
    """A row of the table. Processor time tells what the work is, whoever else is busy on the machine."""
    wall, used = time.perf_counter(), time.process_time()
    act()
    seconds, processor = time.perf_counter() - wall, time.process_time() - used
    text = f"| {name} | {rows:,} | {seconds:.2f} s | {processor:.2f} s | {rows / max(seconds, 1e-9):,.0f} |"
    print(text, flush=True)
    return text


def measure() -> list[str]:
    """Rows of the table."""
    made = world.build("anonymous", shop_count=50)
    buyers(made)
    now = clock.now()
    campaign = world.draft(made, now=now, channels=("sms",), closes_on=(now + timedelta(days=20)).date())
    found: list[object] = []
    rows = [line("audience counted (preview)", lambda: found.extend(plan(campaign)), COUNT)]
    people = len(found)
    launching.APPROVAL_ABOVE = COUNT + 1
    launching.launch(campaign=campaign, confirmed=people, by=world.ANN, now=now)
    db.session.commit()
    rows.append(line("invitations made, first messages queued", invite, people))
    waiting = list(db.session.scalars(select(Message).limit(200)))
    noon = limits.next_opening(now)
    rows.append(line("gate, one look at 200", lambda: gate.judge(waiting, noon), len(waiting)))
    db.session.rollback()
    answer(campaign, 0.3)
    campaign = db.session.get_one(Campaign, campaign.id)
    due: list[object] = []
    rows.append(line("reminders computed, 30 % have answered", lambda: due.extend(late(campaign)), people))
    assert len(due) == people - round(people * 0.3)
    rows.append(line("reminders computed and queued", lambda: reminding.remind(now=clock.now()), len(due)))
    return rows


def plan(campaign: Campaign) -> list[object]:
    """The people that would be written to."""
    return list(audience.plan(campaign, vault=web.vault(), now=clock.now()).asked)


def late(campaign: Campaign) -> list[object]:
    """The people that are to be reminded."""
    return list(reminding.due(campaign, vault=web.vault(), now=clock.now()))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        settings = {"INSTANCE_DIR": place, "PUBLIC_URL": "http://127.0.0.1:8249"}
        app = create_app(load_settings(settings | {"DATABASE_URL": os.environ.get("DATABASE_URL", "")}))
        installation.install(app)
        with app.app_context():
            table = ["| what | rows | time | processor | rows/s |", "|---|---|---|---|---|", *measure()]
            db.session.remove()
            db.engine.dispose()
    write_section("invitations", table)
