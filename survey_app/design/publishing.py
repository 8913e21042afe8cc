"""Publishing: a draft without faults becomes a frozen, numbered, hashed version."""

from datetime import datetime
from typing import Any

from survey_app import events
from survey_app.database import db
from survey_app.design import approving
from survey_app.design.editing import changing
from survey_app.design.editing.tree import carry_ids
from survey_app.design.models import Approval, Questionnaire, Version, may_become
from survey_app.design.pending import (
    NotPublishable,
    Pending,
    definition_of,
    faults,
    has_news,
    newest_version,
    pending,
    trend_of,
)
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.questionnaire import timing
from survey_app.questionnaire.texts import clean

__all__ = [
    "NotPublishable",
    "Pending",
    "definition_of",
    "faults",
    "has_news",
    "newest_version",
    "pending",
    "publish",
    "trend_of",
]


def publish(
    *,
    questionnaire: Questionnaire,
    by: Actor,
    now: datetime,
    note: str = "",
    reason: str = "",
    same_meaning: bool = False,
    digest: str = "",
) -> Version:
    """Freeze the draft as the next version. Links in the field keep their version until somebody switches them.

    `reason` is needed when the change touches a trend; `same_meaning`: somebody judged that a changed wording asks the same,
    so the trend goes on (what breaks it for certain breaks it all the same). `digest`: of what that person saw. Raises
    NotPublishable with every fault, else DomainError.
    """
    # publications and edits of one questionnaire take turns, so numbers have no gap and no twin, and no edit is lost
    changing.lock(questionnaire)
    found, reason = pending(questionnaire), clean(reason, 1000)  # nothing but invisible characters is no reason
    if found.faults:
        raise NotPublishable(found.faults)
    if found.newest is not None and not may_become(questionnaire.mode, found.definition.mode):
        raise DomainError(N_("发布后的问卷只能收紧匿名方式，不能放宽。请另建一份新问卷。"))
    found.refuse_unchanged()
    found.refuse_another(digest)
    if found.trend and not reason:
        raise DomainError(N_("这次修改影响趋势，请写明原因。")).at("reason")
    approval = _approval(questionnaire, found)
    version = Version(
        questionnaire_id=questionnaire.id,
        number=found.number,
        definition=found.definition.to_json(),
        digest=found.digest,
        seconds=timing.seconds(found.definition),
        published_at=now,
        published_by_id=by.id,
        note=clean(note, 1000),
        breaks_trend=found.trend == "breaks" or (found.trend == "may" and not same_meaning),
        reason=reason if found.trend else "",
        approved_by_id=approval.decided_by_id if approval else None,
    )
    db.session.add(version)
    questionnaire.mode = found.definition.mode
    # the next draft keeps the values that were given, and what the editor knows of its parts
    questionnaire.draft = carry_ids(questionnaire.draft, found.definition.to_json())
    db.session.flush()
    db.session.expire(questionnaire, ["versions"])
    more: dict[str, Any] = {"trend": "broken" if version.breaks_trend else "kept"} if found.trend else {}
    if approval:
        more["approved_by"] = approval.decided_by_id
    events.record(
        "version.published",
        version,
        by=by,
        reason=version.reason,
        questionnaire=questionnaire.name,
        number=version.number,
        digest=version.digest,
        **more,
    )
    return version


def _approval(questionnaire: Questionnaire, found: Pending) -> Approval | None:
    """The approval of this state, when the chain asks for one."""
    if not approving.is_needed():
        return None
    approval = approving.given(questionnaire, found.digest)
    if approval is None:
        raise DomainError(N_("发布前需要第二个人同意这一版草稿。请先申请审批。"))
    return approval
