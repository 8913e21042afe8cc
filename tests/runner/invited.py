"""People who were invited: a published questionnaire, invitations as a campaign makes them, and their personal links."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask

from survey_app import clock, web
from survey_app.campaigns.models import Invitation
from survey_app.database import db, next_ids
from survey_app.design import drafting, publishing
from survey_app.design.models import Questionnaire
from survey_app.distribution import waves
from survey_app.events import COMMAND_LINE
from survey_app.messaging.models import Message
from survey_app.organisation.models import Organisation, Region, Shop
from survey_app.questionnaire.loading import load_definition
from survey_app.responses import ballots
from survey_app.responses.ballots import Ticket
from tests.runner.street import Respondent

HERE = Path(__file__).parent


@dataclass
class Guest(Respondent):
    """Somebody with a personal link. Forms go where the page says."""

    invitation_id: int = 0
    code: str = ""

    def post(self, pairs: list[tuple[str, str]], query: str = "") -> str:
        address, self.address = self.address, "/i/"
        try:
            return super().post(pairs, query)
        finally:
            self.address = address


@dataclass
class Mailing:
    """A questionnaire that people are invited to."""

    questionnaire_id: int
    wave_id: int
    mode: str
    shop_id: int | None

    def invite(
        self, number: int = 1, *, channel: str = "sms", sent: bool = True, facts: str = "", shop_id: int | None = None
    ) -> list[Ticket]:
        """Invitations with their messages; commits. Returns the codes that stand in the messages."""
        now, shop_id = clock.now(), shop_id or self.shop_id
        tickets = []
        ids = next_ids(Invitation, number)
        for id_ in ids:
            ticket = ballots.personal_code(web.vault(), wave_id=self.wave_id, invitation_id=id_, shop_id=shop_id)
            known = self.mode != "anonymous"
            db.session.add(
                Invitation(
                    id=id_, questionnaire_id=self.questionnaire_id, wave_id=self.wave_id, mode=self.mode, shop_id=shop_id,
                    code_index=ballots.code_index(web.vault(), ticket.code) if known else None,
                    facts=web.vault().seal("link", facts, place=f"invitation.facts.{id_}") if facts else "", made_at=now,
                )
            )  # fmt: skip
            tickets.append(ticket)
        db.session.flush()
        for id_, message_id in zip(ids, next_ids(Message, number), strict=True):
            db.session.add(
                Message(
                    id=message_id, purpose="invitation", subject_id=id_, channel=channel, state="accepted", due_at=now,
                    next_try_at=now, created_at=now, sent_at=now if sent else None,
                )
            )  # fmt: skip
        db.session.commit()
        db.session.remove()
        return tickets

    def guest(self, runner: Flask, **more: Any) -> Guest:
        """Somebody who was sent a link."""
        ticket = self.invite(1, **more)[0]
        return guest(runner, ticket)


def guest(runner: Flask, ticket: Ticket) -> Guest:
    """The holder of a code."""
    return Guest(runner.test_client(), f"/i/{ticket.code}", code=ticket.code)


def mailing(
    file: str = "short.yaml", *, mode: str = "anonymous", shop: bool = True, now: datetime | None = None
) -> Mailing:
    """Publish one of the files beside this one in a mode, with a shop of its own. Commits."""
    now = now or clock.now()
    chain = db.session.get_one(Organisation, 1)
    chain.name, chain.name_en, chain.help_phone = "康宁大药房", "Kangning Pharmacy", "400-820-1234"
    definition = load_definition((HERE / file).read_bytes(), file=file)
    definition = definition.model_copy(update={"mode": mode})
    questionnaire = drafting.load_file(definition=definition, by=COMMAND_LINE, now=now)
    publishing.publish(questionnaire=questionnaire, by=COMMAND_LINE, now=now)
    wave = waves.ensure_wave(questionnaire_id=questionnaire.id, now=now)
    place = None
    if shop:
        region = Region(code=f"r{wave.id}", name="华东")
        db.session.add(region)
        db.session.flush()
        place = Shop(code=f"p{wave.id}", name="南京路店", region_id=region.id)
        db.session.add(place)
        db.session.flush()
    made = Mailing(questionnaire.id, wave.id, mode, place.id if place else None)
    db.session.commit()
    db.session.remove()
    return made


def tighten(questionnaire_id: int, mode: str) -> None:
    """What the editor does when a questionnaire promises more."""
    db.session.get_one(Questionnaire, questionnaire_id).mode = mode
    db.session.commit()
    db.session.remove()


__all__ = ["Guest", "Mailing", "guest", "mailing", "tighten"]
