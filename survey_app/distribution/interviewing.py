"""Answers that staff enter: what a customer says at the counter or on the telephone, and what a spot check finds.

A door of kind `interview` stands behind a signed link of the respondent's side. The link is the permission: whoever holds it may
enter any number of interviews for twelve hours, each with a fresh code. It names a door and a channel, no member of staff and
no customer. Nothing is recorded per answer; beginning and end of a shift are.
"""

from datetime import datetime

from sqlalchemy import select

from survey_app import events, tokens
from survey_app.database import db
from survey_app.design import publishing
from survey_app.design.models import Questionnaire
from survey_app.distribution import collecting, waves
from survey_app.distribution.models import Collector
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.organisation.models import Shop

PURPOSE = "interview"
"""Of the token. Its payload: {"door": code, "channel": one of CHANNELS} and, for a call, {"invitation": id}."""
SECONDS = 12 * 3600
GRACE_SECONDS = 3600  # for a form that was opened before
CHANNELS = ("interview", "call", "spot_check")
SPOT_CHECK = "spot-check"  # category of questionnaires that staff fill in about a shop or a delivery
KIND = "interview"


def is_spot_check(questionnaire: Questionnaire) -> bool:
    """Whether staff answer it themselves, instead of asking a customer."""
    return questionnaire.draft.get("category") == SPOT_CHECK


def channel_of(questionnaire: Questionnaire) -> str:
    """The channel of answers that staff enter in a shop."""
    return "spot_check" if is_spot_check(questionnaire) else "interview"


def door_for(*, questionnaire: Questionnaire, shop: Shop | None, by: Actor, now: datetime) -> Collector:
    """The door behind interviews of a shop, or of the whole chain, on the newest version; made when there is none."""
    newest = publishing.newest_version(questionnaire)
    if newest is None:
        raise DomainError(N_("这份问卷还没有发布，不能填写。")).at("questionnaire")
    shop_id = shop.id if shop else None
    present = db.session.scalar(
        select(Collector)
        .where(Collector.questionnaire_id == questionnaire.id, Collector.kind == KIND, Collector.shop_id == shop_id)
        .order_by(Collector.id)
        .limit(1)
    )
    waves.ensure_wave(questionnaire_id=questionnaire.id, now=now)
    if present is not None:
        present.version_id = newest.id
        return present
    door = Collector(
        code=collecting.free_code(),
        kind=KIND,
        name="",
        questionnaire_id=questionnaire.id,
        version_id=newest.id,
        shop_id=shop_id,
        place="",
        created_at=now,
        created_by_id=by.id,
    )
    db.session.add(door)
    db.session.flush()
    return door


def mint(
    *,
    secret: str,
    questionnaire: Questionnaire,
    shop: Shop | None,
    channel: str,
    by: Actor,
    now: datetime,
    invitation_id: int | None = None,
) -> str:
    """A path of the respondent's side, good for twelve hours. Writes no event.

    `invitation_id`: whose interview a call is. It is left out where the questionnaire is anonymous, and the respondent's side
    looks at that once more: an anonymous answer is never linked.
    """
    if channel not in CHANNELS:
        raise ValueError(channel)
    door = door_for(questionnaire=questionnaire, shop=shop, by=by, now=now)
    payload: dict[str, object] = {"door": door.code, "channel": channel}
    if invitation_id is not None and questionnaire.mode != "anonymous":
        payload["invitation"] = invitation_id
    return f"/interview/{tokens.sign(secret, PURPOSE, payload)}"


def begin_shift(*, secret: str, questionnaire: Questionnaire, shop: Shop | None, by: Actor, now: datetime) -> str:
    """Begin to enter interviews or spot checks at a shop; the path where that is done."""
    channel = channel_of(questionnaire)
    path = mint(secret=secret, questionnaire=questionnaire, shop=shop, channel=channel, by=by, now=now)
    events.record(
        "interview.started", questionnaire, by=by, channel=channel, questionnaire=questionnaire.name,
        shop=shop.code if shop else None,
    )  # fmt: skip
    return path


def end_shift(*, questionnaire: Questionnaire, shop: Shop | None, by: Actor) -> None:
    """Say that entering is over."""
    events.record(
        "interview.ended", questionnaire, by=by, questionnaire=questionnaire.name, shop=shop.code if shop else None
    )


def is_open(questionnaire: Questionnaire) -> bool:
    """Whether answers may be entered: published, neither archived nor retired."""
    gone = questionnaire.archived_at is not None or questionnaire.retired_at is not None
    return not gone and publishing.newest_version(questionnaire) is not None


def open_questionnaires() -> list[Questionnaire]:
    """Those that staff may enter answers of: spot checks last."""
    known = db.session.scalars(select(Questionnaire).order_by(Questionnaire.id))
    return sorted((one for one in known if is_open(one)), key=is_spot_check)
