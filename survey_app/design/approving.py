"""Approval by a second person, where the chain asks for it: of exactly one state of a draft, never by who asked.

The state is named by the digest of what would be published. A draft that changed has another digest, so its approval is
void without anybody's doing. It is used up by the next publication: the same draft after another version is another change,
so an old version that is restored has to be agreed to again.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from survey_app import events
from survey_app.database import db
from survey_app.design.editing import changing
from survey_app.design.models import Approval, Questionnaire
from survey_app.design.pending import NotPublishable, Pending, newest_version, pending
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.organisation import chain
from survey_app.questionnaire.texts import clean

WAITING, APPROVED, REFUSED, WITHDRAWN, VOID = "waiting", "approved", "refused", "withdrawn", "void"
LONGEST = 1000


def is_needed() -> bool:
    """Whether the chain asks for a second person before publishing."""
    return chain.the_chain().needs_approval


def state(approval: Approval, digest: str) -> str:
    """waiting, approved, refused, withdrawn; or void, when the draft (of this digest) is not what was asked about."""
    if approval.approved is False:
        return REFUSED
    if approval.decided_at is not None and approval.approved is None:
        return WITHDRAWN
    if approval.digest != digest:
        return VOID
    return APPROVED if approval.approved else WAITING


def requests(questionnaire: Questionnaire) -> list[Approval]:
    """All requests about a questionnaire, newest first."""
    query = select(Approval).where(Approval.questionnaire_id == questionnaire.id).order_by(Approval.id.desc())
    return list(db.session.scalars(query))


def newest(questionnaire: Questionnaire, digest: str) -> Approval | None:
    """The request made last about exactly this state, since the newest version was published."""
    query = select(Approval).where(Approval.questionnaire_id == questionnaire.id, Approval.digest == digest)
    published = newest_version(questionnaire)
    if published is not None:
        query = query.where(Approval.requested_at >= published.published_at)
    return db.session.scalar(query.order_by(Approval.id.desc()).limit(1))


def given(questionnaire: Questionnaire, digest: str) -> Approval | None:
    """The approval of exactly this state; None when there is none."""
    found = newest(questionnaire, digest)
    return found if found is not None and found.approved else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that somebody else may answer now."""

    approval: Approval
    questionnaire: Questionnaire


def waiting() -> list[Waiting]:
    """Open requests whose draft is still the one that was asked about, oldest first."""
    query = (
        select(Approval, Questionnaire)
        .join(Questionnaire, Questionnaire.id == Approval.questionnaire_id)
        .where(Approval.decided_at.is_(None), Questionnaire.archived_at.is_(None))
        .order_by(Approval.id)
    )
    found = [Waiting(approval, questionnaire) for approval, questionnaire in db.session.execute(query)]
    return [line for line in found if _is_about(line.approval, pending(line.questionnaire))]


def _is_about(approval: Approval, found: Pending) -> bool:
    """Whether publishing now would do what was asked about."""
    if found.newest is not None and approval.requested_at < found.newest.published_at:
        return False
    return approval.digest == found.digest


def request(*, questionnaire: Questionnaire, note: str, digest: str = "", by: Actor, now: datetime) -> Approval:
    """Ask for approval of the draft as it stands. Asked twice, the open request is the answer.

    `digest`: of what the asking person saw. Raises NotPublishable, or DomainError when there is nothing to publish, when
    the draft changed meanwhile, or when the reason for a break in a trend is missing.
    """
    changing.lock(questionnaire)
    found, note = pending(questionnaire), clean(note, LONGEST)
    if found.faults:
        raise NotPublishable(found.faults)
    found.refuse_unchanged()
    found.refuse_another(digest)
    if found.trend and not note:
        raise DomainError(N_("这次修改影响趋势：请写明原因，审批人要看。")).at("note")
    present = newest(questionnaire, found.digest)
    if present is not None and state(present, found.digest) in (WAITING, APPROVED):
        return present
    made = Approval(
        questionnaire_id=questionnaire.id,
        digest=found.digest,
        requested_by_id=by.id,
        requested_at=now,
        note=note,
        answer="",
    )
    db.session.add(made)
    db.session.flush()
    events.record("approval.requested", made, by=by, questionnaire=questionnaire.name, digest=found.digest)
    return made


def decide(
    *, approval: Approval, questionnaire: Questionnaire, approved: bool, answer: str, by: Actor, now: datetime
) -> None:
    """Agree or refuse. Raises DomainError for who asked, for a second answer, and when the draft changed."""
    _lock(approval)
    answer = clean(answer, LONGEST)
    if by.id is None or by.id == approval.requested_by_id:
        raise DomainError(N_("不能审批自己的申请，请由另一位有发布权限的同事处理。"))
    if approval.decided_at is not None:
        raise DomainError(N_("这个申请已经处理过了。"))
    if not _is_about(approval, pending(questionnaire)):
        raise DomainError(N_("申请之后草稿又改过，这个申请已失效，需要重新申请。"))
    if not approved and not answer:
        raise DomainError(N_("请写明不同意的原因，方便对方修改。")).at("answer")
    approval.approved, approval.answer = approved, answer
    approval.decided_by_id, approval.decided_at = by.id, now
    events.record(
        "approval.given" if approved else "approval.refused", approval, by=by, reason=answer,
        questionnaire=questionnaire.name, digest=approval.digest,
    )  # fmt: skip


def withdraw(*, approval: Approval, questionnaire: Questionnaire, by: Actor, now: datetime) -> None:
    """Take an open request back; only who made it may."""
    _lock(approval)
    if by.id != approval.requested_by_id:
        raise DomainError(N_("只能撤回自己的申请。"))
    if approval.decided_at is not None:
        raise DomainError(N_("这个申请已经处理过了。"))
    approval.decided_by_id, approval.decided_at = by.id, now
    events.record("approval.withdrawn", approval, by=by, questionnaire=questionnaire.name, digest=approval.digest)


def _lock(approval: Approval) -> None:
    db.session.get(Approval, approval.id, with_for_update=True, populate_existing=True)
