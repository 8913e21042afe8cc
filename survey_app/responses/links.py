"""Who gave a confidential or identified answer: the invitation, sealed with K_link, and when, as finely as the mode allows.

An anonymous answer never has such a row: the database refuses it (privacy.md 2).
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select, update

from survey_app.database import db
from survey_app.design.models import MODES, Questionnaire, Version
from survey_app.responses import order_data
from survey_app.responses.models import Response, ResponseLink
from survey_app.vault import UNREADABLE, Vault

_SECONDS = {"confidential": 3_600, "identified": 1}  # how exactly the time of an answer is kept


def _place(response_id: int) -> str:
    return f"response_link.sealed_link.{response_id}"


def seal(vault: Vault, *, response_id: int, invitation_id: int) -> str:
    """The invitation of an answer, as its row keeps it."""
    return vault.seal("link", str(invitation_id), place=_place(response_id))


def answered_at(mode: str, moment: float) -> datetime:
    """The hour (confidential) or the second (identified) of a moment in seconds since 1970."""
    step = _SECONDS[mode]
    return datetime.fromtimestamp(int(moment) // step * step, UTC)


def invitation_of(vault: Vault, link: ResponseLink) -> int | None:
    """The invitation behind an answer; None when the key is missing or wrong."""
    return opened(vault, response_id=link.response_id, sealed_link=link.sealed_link)


def opened(vault: Vault, *, response_id: int, sealed_link: str) -> int | None:
    """The same for a row that was read without the ORM."""
    text = vault.unseal(sealed_link, place=_place(response_id))
    return None if text == UNREADABLE else int(text)


def mode_of(response_id: int) -> str | None:
    """The mode of an answer; None when there is none of this number."""
    return (
        db.session.scalar(select(Response.mode).where(Response.id == response_id))
        if 0 < response_id < 1 << 63
        else None
    )


def find(response_id: int) -> ResponseLink | None:
    """The row that leads from an answer to its invitation; None when nothing does."""
    return db.session.get(ResponseLink, response_id)


def looser(mode: str, *, limit: int) -> list[int]:
    """Answers whose own mode promises less than `mode`, which is that of their questionnaire now."""
    chosen = (
        select(Response.id)
        .join(Version, Version.id == Response.version_id)
        .join(Questionnaire, Questionnaire.id == Version.questionnaire_id)
        .where(Questionnaire.mode == mode, Response.mode.in_(MODES[: MODES.index(mode)]))
    )
    return list(db.session.scalars(chosen.order_by(Response.id).limit(limit)))


def responses_of(vault: Vault, invitation_ids: Sequence[int]) -> list[int]:
    """The answers that these invitations led to. Opens every link there is: for erasure, not for pages."""
    wanted = set(invitation_ids)
    if not wanted:
        return []
    found = db.session.scalars(select(ResponseLink).execution_options(yield_per=500))
    return [link.response_id for link in found if invitation_of(vault, link) in wanted]


def tighten(response_ids: Sequence[int], mode: str) -> None:
    """Bring answers down to a stricter mode: links go in anonymous mode, else their times become as coarse as the mode says.
    Order data becomes coarser as well, or goes.

    The row of a link names the mode of its answer, so it is taken out and, where it stays, put back.
    """
    chosen = select(ResponseLink).where(ResponseLink.response_id.in_(response_ids))
    kept = [
        {
            "response_id": link.response_id,
            "mode": mode,
            "sealed_link": link.sealed_link,
            "answered_at": answered_at(mode, link.answered_at.timestamp()),
        }
        for link in db.session.scalars(chosen)
        if mode != "anonymous"
    ]
    db.session.expunge_all()
    order_data.tighten(response_ids, mode)
    db.session.execute(delete(ResponseLink).where(ResponseLink.response_id.in_(response_ids)))
    db.session.execute(
        update(Response)
        .where(Response.id.in_(response_ids))
        .values(mode=mode)
        .execution_options(synchronize_session=False)
    )
    if kept:
        db.session.execute(insert(ResponseLink), kept)


def unlink(response_ids: Sequence[int]) -> int:
    """Forget who gave these answers; the answers stay. Returns how many links went."""
    gone = db.session.execute(delete(ResponseLink).where(ResponseLink.response_id.in_(response_ids)))
    return int(gone.rowcount)  # type: ignore[attr-defined]
