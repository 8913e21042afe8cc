"""Publishing: review, difference, approval, schedule, retiring; the versions, their differences, restoring one."""

import secrets
from typing import Any

from flask import abort, flash, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.accounts import permissions
from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.design import approving, mending, pending, publishing, restoring, scheduling, translating
from survey_app.design.differing import Teller
from survey_app.design.editing.tree import Tree
from survey_app.design.models import Approval, Questionnaire
from survey_app.design.publication_forms import (
    ApprovalForm,
    DecisionForm,
    PublicationForm,
    RetirementForm,
    ScheduleForm,
)
from survey_app.design.reading import MODES
from survey_app.design.views import blueprint
from survey_app.design.views.common import (
    LANGUAGE_NAMES,
    head,
    questionnaire_or_404,
    reading_values,
    version_or_404,
    waiting_translations,
)
from survey_app.errors import DomainError
from survey_app.questionnaire import loading, wording
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.problems import Problem, sentence

DRAFT = "draft"


# --- what publishing would do ------------------------------------------------------------------------------------------
@blueprint.get("/questionnaires/<int:questionnaire_id>/publication")
@web.access("questionnaire:publish")
def publication(questionnaire_id: int) -> Response:
    """The page that says what publishing would do, and asks."""
    return _publication_page(questionnaire_or_404(questionnaire_id), error=None, form={})


def _publication_page(questionnaire: Questionnaire, *, status: int = 200, **more: Any) -> Response:
    found = pending.pending(questionnaire)
    values = reading_values(found.definition)
    jump = Jump(questionnaire)
    faults, waiting = translating.apart(found.faults, found.definition.language)
    teller = None if found.before is None else Teller(found.before, found.definition, web.language_tag(), _)
    return web.render(
        "design/publication.html",
        status=status,
        pending=found,
        faults=[
            *(jump.shown(values["reader"], problem) for problem in faults),
            *waiting_translations(questionnaire.id, waiting),
        ],
        mendable=any(mending.button(problem) for problem in faults),
        advice=[jump.shown(values["reader"], problem) for problem in wording.advice(found.definition)],
        chapters=teller.chapters() if teller else [],
        touching=teller.touching() if teller else [],
        jump=jump,
        names_of_languages=LANGUAGE_NAMES,
        new_mode=MODES[found.definition.mode],
        **_approval_values(questionnaire, found.digest),
        **_status_values(questionnaire),
        **values,
        **head(questionnaire),
        **more,
    )


class Jump:
    """Addresses of the editor at the places of problems and changes; "" for who may not edit."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire_id = questionnaire.id
        self.tree = (
            Tree(questionnaire.draft) if web.may("questionnaire:edit") and web.has_page("design.editor") else None
        )

    def to(self, path: str) -> str:
        """The editor at the node on a path of the draft's definition."""
        if self.tree is None or not path:
            return ""
        node = self.tree.id_at(loading.place_of(path))
        return url_for("design.editor", questionnaire_id=self.questionnaire_id, node=node)

    def shown(self, reader: Any, problem: Problem) -> tuple[str, str, str]:
        """A problem for a list: (address, place in words, sentence)."""
        return self.to(problem.path), reader.place_of(problem.path), sentence(problem, web.language_tag())


@blueprint.post("/questionnaires/<int:questionnaire_id>/versions")
@web.access("questionnaire:publish")
def publish(questionnaire_id: int) -> Response:
    """Freeze the draft."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    try:
        form = PublicationForm().check()
        version = publishing.publish(
            questionnaire=questionnaire, by=web.actor(), now=clock.now(), note=form.note.data,
            reason=form.reason.data, same_meaning=form.meaning.data, digest=form.digest.data,
        )  # fmt: skip
    except DomainError as error:
        return _refused(questionnaire_id, error)
    flash(_("第 %(n)s 版已发布。", n=version.number))
    if web.may("collector:edit") and web.has_page("distribution.published"):
        return web.seen(url_for("distribution.published", questionnaire_id=questionnaire_id, number=version.number))
    return web.seen(url_for("design.versions", questionnaire_id=questionnaire_id))


def _refused(questionnaire_id: int, error: DomainError) -> Response:
    db.session.rollback()
    return _publication_page(questionnaire_or_404(questionnaire_id), status=422, error=error, form=request.form)


# --- a second person ---------------------------------------------------------------------------------------------------
def _approval_values(questionnaire: Questionnaire, digest: str) -> dict[str, Any]:
    needed = approving.is_needed()
    requests = approving.requests(questionnaire) if needed else []
    return {
        "needs_approval": needed,
        "approval": approving.newest(questionnaire, digest) if needed else None,
        "requests": [(request, approving.state(request, digest)) for request in requests],
        "others": _others_who_may_approve() if needed else 0,
        "people": _people(),
    }


def _people() -> dict[int, str]:
    return {user.id: user.name or user.email for user in db.session.scalars(select(User))}


def _others_who_may_approve() -> int:
    roles = sorted(permissions.PERMISSIONS["questionnaire:publish"])
    query = select(User).where(User.active, User.role.in_(roles), User.id != g.user.id)
    return len(db.session.scalars(query).all())


@blueprint.app_context_processor
def _waiting_requests() -> dict[str, Any]:
    """For the list of questionnaires: how many requests this person may answer."""
    return {"waiting_requests": _count_waiting}


def _count_waiting() -> int:
    if not web.may("questionnaire:publish") or not approving.is_needed():
        return 0
    return sum(line.approval.requested_by_id != g.user.id for line in approving.waiting())


@blueprint.get("/approvals")
@web.access("questionnaire:publish")
def approvals() -> Response:
    """Requests that wait for an answer."""
    return web.render("design/publication/approvals.html", lines=approving.waiting(), people=_people())


@blueprint.post("/questionnaires/<int:questionnaire_id>/approvals")
@web.access("questionnaire:publish")
def request_approval(questionnaire_id: int) -> Response:
    """Ask for agreement to the draft as it stands."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    try:
        form = ApprovalForm().check()
        approving.request(
            questionnaire=questionnaire, note=form.note.data, digest=form.digest.data, by=web.actor(), now=clock.now()
        )
    except DomainError as error:
        return _refused(questionnaire_id, error)
    flash(_("已申请审批。草稿再改动，申请就会失效。"))
    return web.seen(url_for("design.publication", questionnaire_id=questionnaire_id))


@blueprint.post("/questionnaires/<int:questionnaire_id>/approvals/<int:approval_id>/decision")
@web.access("questionnaire:publish")
def decide_approval(questionnaire_id: int, approval_id: int) -> Response:
    """Agree or refuse."""
    questionnaire, approval = questionnaire_or_404(questionnaire_id), _approval_or_404(questionnaire_id, approval_id)
    try:
        form = DecisionForm().check()
        approving.decide(
            approval=approval, questionnaire=questionnaire, approved=form.approved.data, answer=form.answer.data,
            by=web.actor(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        return _refused(questionnaire_id, error)
    flash(_("已同意，对方现在可以发布。") if form.approved.data else _("已退回，对方会看到您的意见。"))
    return web.seen(url_for("design.publication", questionnaire_id=questionnaire_id))


@blueprint.post("/questionnaires/<int:questionnaire_id>/approvals/<int:approval_id>/withdrawal")
@web.access("questionnaire:publish")
def withdraw_approval(questionnaire_id: int, approval_id: int) -> Response:
    """Take an own request back."""
    questionnaire, approval = questionnaire_or_404(questionnaire_id), _approval_or_404(questionnaire_id, approval_id)
    approving.withdraw(approval=approval, questionnaire=questionnaire, by=web.actor(), now=clock.now())
    flash(_("申请已撤回。"))
    return web.seen(url_for("design.publication", questionnaire_id=questionnaire_id))


def _approval_or_404(questionnaire_id: int, approval_id: int) -> Approval:
    query = select(Approval).where(Approval.id == approval_id, Approval.questionnaire_id == questionnaire_id)
    found: Approval = web.found(db.session.scalar(query))
    return found


# --- open, closed, retired ----------------------------------------------------------------------------------------------
def _status_values(questionnaire: Questionnaire) -> dict[str, Any]:
    return {"opening": scheduling.state(questionnaire, clock.now()), "local": _local}


def _local(moment: Any) -> str:
    """A moment for a field of type datetime-local, on a clock in China."""
    return "" if moment is None else clock.china(moment).strftime("%Y-%m-%dT%H:%M")


@blueprint.post("/questionnaires/<int:questionnaire_id>/schedule")
@web.access("questionnaire:publish")
def set_schedule(questionnaire_id: int) -> Response:
    """From when and until when answers are taken."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    try:
        form = ScheduleForm().check()
        scheduling.set_times(
            questionnaire=questionnaire, opens_at=form.opens_at.moment, closes_at=form.closes_at.moment,
            by=web.actor(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        return _versions_page(questionnaire_or_404(questionnaire_id), status=422, error=error, form=request.form)
    flash(_("时间已保存。"))
    return web.seen(url_for("design.versions", questionnaire_id=questionnaire_id))


@blueprint.post("/questionnaires/<int:questionnaire_id>/retirement")
@web.access("questionnaire:publish")
def set_retirement(questionnaire_id: int) -> Response:
    """Take no more answers, or take them again."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    if RetirementForm().check().retired.data:
        scheduling.retire(questionnaire=questionnaire, by=web.actor(), now=clock.now())
        flash(_("已停用，所有链接都不再接收回答。"))
    else:
        scheduling.reopen(questionnaire=questionnaire, by=web.actor(), now=clock.now())
        flash(_("已重新开放。"))
    return web.seen(url_for("design.versions", questionnaire_id=questionnaire_id))


# --- versions -----------------------------------------------------------------------------------------------------------
@blueprint.get("/questionnaires/<int:questionnaire_id>/versions")
@web.access("questionnaire:read")
def versions(questionnaire_id: int) -> Response:
    """All versions, and whether answers are taken now."""
    return _versions_page(questionnaire_or_404(questionnaire_id), error=None, form={})


def _versions_page(questionnaire: Questionnaire, *, status: int = 200, **more: Any) -> Response:
    return web.render(
        "design/versions.html",
        status=status,
        people=_people(),
        **_status_values(questionnaire),
        **head(questionnaire),
        **more,
    )


@blueprint.get("/questionnaires/<int:questionnaire_id>/versions/<int:number>")
@web.access("questionnaire:read")
def version_page(questionnaire_id: int, number: int) -> Response:
    """One version, read."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    version = version_or_404(questionnaire, number)
    values = reading_values(publishing.definition_of(version))
    return web.render("design/version.html", version=version, people=_people(), **values, **head(questionnaire))


@blueprint.get("/questionnaires/<int:questionnaire_id>/comparison")
@web.access("questionnaire:read")
def choose_comparison(questionnaire_id: int) -> Response:
    """The two lists of the versions page, sent: on to the page of that pair."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    newest = web.found(publishing.newest_version(questionnaire))
    before, after = request.args.get("before", str(newest.number)), request.args.get("after", DRAFT)
    if before == DRAFT or not _is_side(before) or not _is_side(after):
        abort(404)
    return redirect(_comparison(questionnaire, int(before), after))


def _is_side(text: str) -> bool:
    return text == DRAFT or (text.isascii() and text.isdigit() and len(text) < 7)


def _comparison(questionnaire: Questionnaire, before: int, after: str) -> str:
    if after == DRAFT:
        return url_for("design.compare_with_draft", questionnaire_id=questionnaire.id, before=before)
    return url_for("design.compare", questionnaire_id=questionnaire.id, before=before, after=int(after))


@blueprint.get("/questionnaires/<int:questionnaire_id>/versions/<int:before>/compare/<int:after>")
@web.access("questionnaire:read")
def compare(questionnaire_id: int, before: int, after: int) -> Response:
    """What changed from one version to another."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    definition = publishing.definition_of(version_or_404(questionnaire, after))
    return _comparison_page(questionnaire, before, definition, str(after))


@blueprint.get("/questionnaires/<int:questionnaire_id>/versions/<int:before>/compare/draft")
@web.access("questionnaire:read")
def compare_with_draft(questionnaire_id: int, before: int) -> Response:
    """What changed from a version to the draft."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    return _comparison_page(questionnaire, before, pending.pending(questionnaire).definition, DRAFT)


def _comparison_page(questionnaire: Questionnaire, before: int, after: Definition, side: str) -> Response:
    version = version_or_404(questionnaire, before)
    teller = Teller(publishing.definition_of(version), after, web.language_tag(), _)
    return web.render(
        "design/version_comparison.html",
        before=version,
        after=side,
        chapters=teller.chapters(),
        touching=teller.touching(),
        names_of_languages=LANGUAGE_NAMES,
        jump=Jump(questionnaire) if side == DRAFT else None,
        **head(questionnaire),
    )


@blueprint.post("/questionnaires/<int:questionnaire_id>/versions/<int:number>/restoration")
@web.access("questionnaire:edit")
def restore_version(questionnaire_id: int, number: int) -> Response:
    """Make the draft what this version was."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    version = version_or_404(questionnaire, number)
    edit = restoring.restore(
        questionnaire=questionnaire, version=version, by=web.actor(), page=secrets.token_hex(8), now=clock.now()
    )
    flash(_("草稿已换成第 %(n)s 版的内容，可以在编辑器里撤销。", n=number) if edit else _("草稿已经是这一版的内容。"))
    return web.seen(url_for("design.versions", questionnaire_id=questionnaire_id))
