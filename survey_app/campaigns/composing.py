"""What stands in an invitation. Address and link come to light here, at the moment of sending, and go nowhere else."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, lazyload

from survey_app import web
from survey_app.campaigns import links, mails
from survey_app.campaigns.faces import Face, face
from survey_app.campaigns.models import Campaign, Invitation
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.languages import N_, translator
from survey_app.messaging import purposes, templates
from survey_app.messaging.models import Message
from survey_app.messaging.purposes import Outgoing
from survey_app.messaging.templates import Words
from survey_app.organisation.models import Organisation, Shop
from survey_app.people import contacts
from survey_app.people.models import Contact

_KEPT = "invitations_to_compose"  # key of the session's notes: what a batch needs, held for its length


# --- one message ------------------------------------------------------------------------------------------------------
def prepare(messages: Sequence[Message], now: datetime) -> None:
    """Load what a batch needs with few queries, and hold it until the next one."""
    ids = {message.subject_id for message in messages}
    invitations = db.session.scalars(
        select(Invitation).where(Invitation.id.in_(ids)).options(joinedload(Invitation.wave))
    ).all()
    people = {invitation.contact_id for invitation in invitations}
    campaigns = {invitation.campaign_id for invitation in invitations}
    held: list[Any] = list(invitations)
    held += db.session.scalars(select(Contact).where(Contact.id.in_(people)))
    held += db.session.scalars(select(Campaign).where(Campaign.id.in_(campaigns)).options(lazyload("*")))
    held += db.session.scalars(select(Shop))
    db.session().info[_KEPT] = _Batch(held)


class _Batch:
    """What is the same for many messages of a batch."""

    def __init__(self, held: list[Any]) -> None:
        self.held = held
        self.house = purposes.house()
        self.organisation = db.session.get_one(Organisation, 1)
        self.faces: dict[int, Face] = {}
        self.words: dict[tuple[str, str, str], Words | None] = {}


def _batch() -> _Batch:
    kept = db.session().info.get(_KEPT)
    return kept if isinstance(kept, _Batch) else _Batch([])


def compose(message: Message, now: datetime) -> Outgoing:
    """The message with its address, words and link. Raises DomainError when there is nobody to write to any more."""
    batch = _batch()
    invitation = db.session.get(Invitation, message.subject_id)
    contact = db.session.get(Contact, invitation.contact_id) if invitation and invitation.contact_id else None
    campaign = db.session.get(Campaign, invitation.campaign_id) if invitation and invitation.campaign_id else None
    if invitation is None or contact is None or campaign is None:
        raise DomainError(N_("收件人已不存在。"))
    vault, public_url = web.vault(), web.settings().public_url
    link = links.link_of(invitation, vault, public_url, message.channel)
    optout = links.optout_of(invitation, message.channel, vault, public_url)
    name = campaign.reminder_template if message.step else campaign.template
    shop = db.session.get(Shop, invitation.shop_id) if invitation.shop_id else None
    if invitation.questionnaire_id not in batch.faces:
        batch.faces[invitation.questionnaire_id] = face(invitation.questionnaire_id)
    return _outgoing(
        batch, batch.faces[invitation.questionnaire_id], name, message.channel, message.language,
        address=contacts.address(contact, message.channel), link=link, optout=optout, shop=shop,
    )  # fmt: skip


def sample(questionnaire_id: int, name: str, channel: str, language: str, *, link: str, address: str = "") -> Outgoing:
    """The same words for nobody in particular: for the preview and for a test to oneself."""
    return _outgoing(
        _batch(), face(questionnaire_id), name, channel, language,
        address=address, link=link, optout=f"{web.settings().public_url}/u/…", shop=None,
    )  # fmt: skip


def _outgoing(
    batch: _Batch, seen: Face, name: str, channel: str, language: str, *,
    address: str, link: str, optout: str, shop: Shop | None,
) -> Outgoing:  # fmt: skip
    key = (name, channel, language)
    if key not in batch.words:
        batch.words[key] = templates.newest(name, channel, language)
    words = batch.words[key]
    if words is None:
        raise DomainError(N_("没有名为“%(name)s”的消息模板。"), name=name)
    chain = batch.organisation
    values = {
        "chain": chain.display_name(language),
        "title": seen.said(seen.title, language),
        "link": link,
        "questions": str(seen.questions),
        "minutes": str(seen.minutes),
        "shop": shop.display_name(language) if shop else translator(language)("网店"),
        "phone": chain.help_phone,
        "optout": optout,
    }
    filled = templates.fill(words, values)
    shown = {"link": link, "optout": optout}
    template = f"{words.name}/{words.language}"
    if channel == "sms":
        signature = batch.house.signature
        return Outgoing(
            address=address, text=templates.sms_text(filled, signature), signature=signature, template=template,
            provider_template=words.provider_template, variables=filled.variables, shown=shown,
        )  # fmt: skip
    mail = mails.make(words, values, face=seen, language=language, brand=chain.brand)
    return Outgoing(
        address=address, subject=filled.subject, text=mail.text, html=mail.html, sender_name=chain.display_name(language),
        template=template, shown=shown,
        headers={"List-Unsubscribe": f"<{optout}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )  # fmt: skip
