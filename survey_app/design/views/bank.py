"""Pages of the question bank."""

from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.design import bank, differing, forms, reading
from survey_app.design.editing.tree import Tree
from survey_app.design.models import BankItem, Questionnaire
from survey_app.design.views import blueprint
from survey_app.design.views._editing import change_from_form, editing_reply, page_token
from survey_app.design.views.common import head, questionnaire_or_404
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire.definition import Definition


def _reader(definition: Definition) -> reading.Reader:
    language = web.language_tag() if web.language_tag() in definition.languages else definition.language
    return reading.Reader(definition, language, _)


def _people() -> dict[int, str]:
    return {user.id: user.name or user.email for user in db.session.scalars(select(User).order_by(User.email))}


@blueprint.get("/bank")
@web.access("questionnaire:read")
def bank_page() -> Response:
    words = request.args.get("q", "")[:100]
    retired = request.args.get("state") == "retired"
    rows = []
    for item, newest in bank.items(words=words, retired=retired):
        reader = _reader(bank.example(newest.body))
        rows.append((item, newest, reader.pages()[0].questions[0]))
    number = request.args.get("into", "")
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
    into = db.session.get(Questionnaire, wanted) if wanted and web.may("questionnaire:edit") else None
    return web.render(
        "design/bank/list.html",
        into=into,
        after=request.args.get("after", "")[:40],
        rows=rows,
        words=words,
        retired=retired,
        people=_people(),
    )


def _item(key: str) -> BankItem:
    found: BankItem = web.found(bank.find(key))
    return found


@blueprint.get("/bank/<key>")
@web.access("questionnaire:read")
def bank_item(key: str) -> Response:
    return _one(key)


def _one(key: str, status: int = 200, error: DomainError | None = None, form: Any = None) -> Response:
    item = _item(key)
    revisions = bank.history(item)
    definitions = [bank.example(revision.body) for revision in revisions]
    steps = []
    for index, revision in enumerate(revisions):
        older = definitions[index + 1] if index + 1 < len(revisions) else None
        changes = _changes(older, definitions[index]) if older is not None else []
        steps.append((revision, changes))
    reader = _reader(definitions[0])
    return web.render(
        "design/bank/item.html",
        status=status,
        item=item,
        newest=revisions[0],
        reader=reader,
        language=reader.language,
        shown=reader.pages()[0].questions[0],
        texts=[("-".join(map(str, place)), words) for place, words in bank.texts_of(revisions[0].body)],
        steps=steps,
        uses=bank.uses_of(item),
        people=_people(),
        error=error,
        form=form or {},
    )


def _changes(older: Definition, newer: Definition) -> list[differing.Line]:
    """The difference of two wordings, line by line."""
    chapters = differing.Teller(older, newer, web.language_tag(), _).chapters()
    return [line for chapter in chapters for part in chapter.parts for line in part.lines]


@blueprint.post("/bank")
@web.access("questionnaire:edit")
def create_bank_item() -> Response:
    """A question or scale of a draft goes into the bank, and is linked to it from then on."""
    form = forms.BankForm().check()
    questionnaire = questionnaire_or_404(form.questionnaire.data)
    node, key = form.node.data, form.key.data

    def operation(tree: Tree) -> None:
        body = bank.body_of(tree, node)
        item = bank.create(key=key, body=body, by=web.actor(), now=clock.now(), note=form.note.data)
        tree.node(node)["bank"] = f"{item.key}@1"

    outcome = change_from_form(questionnaire, operation, kind="bank.added")
    if outcome.refusal is not None:
        return outcome.refusal
    if web.is_htmx():
        return editing_reply(str(_("已放进题库：%(key)s", key=key)), questionnaire, outcome.edit, node=node)
    flash(_("已放进题库：%(key)s", key=key))
    return web.seen(url_for("design.bank_item", key=key))


@blueprint.post("/bank/<key>/revisions")
@web.access("questionnaire:edit")
def revise_bank_item(key: str) -> Response:
    """New words typed on the item's page, or the way the question stands in a draft now."""
    item = _item(key)
    newest = web.found(bank.revision(item))
    try:
        form = forms.RevisionForm().check()
        if form.node.data:
            return _revise_from_draft(item, form)
        texts = {}
        for place, words in bank.texts_of(newest.body):
            name = "-".join(map(str, place))
            texts[place] = {
                language: form.texts.data.get(f"t-{name}-{language}", words.get(language, ""))
                for language in newest.body["languages"]
            }
        bank.revise(
            item=item, body=bank.with_texts(newest.body, texts), by=web.actor(), now=clock.now(), note=form.note.data
        )
    except DomainError as error:
        db.session.rollback()
        return _one(key, 422, error, form=request.form)
    flash(_("新版本已保存，使用它的草稿会收到更新建议。"))
    return web.seen(url_for("design.bank_item", key=key))


def _revise_from_draft(item: BankItem, form: Any) -> Response:
    questionnaire = questionnaire_or_404(form.questionnaire.data)
    node = form.node.data

    def operation(tree: Tree) -> None:
        made = bank.revise(
            item=item, body=bank.body_of(tree, node), by=web.actor(), now=clock.now(), note=form.note.data
        )
        tree.node(node)["bank"] = f"{item.key}@{made.number}"

    outcome = change_from_form(questionnaire, operation, kind="bank.revised")
    if outcome.refusal is not None:
        return outcome.refusal
    flash(_("新版本已保存，使用它的草稿会收到更新建议。"))
    return web.seen(url_for("design.bank_updates", questionnaire_id=questionnaire.id))


@blueprint.post("/bank/<key>/owner")
@web.access("questionnaire:edit")
def hand_over_bank_item(key: str) -> Response:
    item = _item(key)
    owner = forms.OwnerForm(owner={str(number): number for number in _people()}).check().owner.data
    bank.hand_over(item=item, owner_id=owner, by=web.actor())
    flash(_("负责人已更换。"))
    return web.seen(url_for("design.bank_item", key=key))


@blueprint.post("/bank/<key>/retirement")
@web.access("questionnaire:edit")
def retire_bank_item(key: str) -> Response:
    item = _item(key)
    retired = forms.RetireForm().check().retired.data
    bank.retire(item=item, retired=retired, by=web.actor(), now=clock.now())
    flash(_("已停用，已有的题目不受影响。") if retired else _("已恢复。"))
    return web.seen(url_for("design.bank_item", key=key))


# --- in a draft --------------------------------------------------------------------------------------------------------
@blueprint.post("/questionnaires/<int:questionnaire_id>/bank-questions")
@web.access("questionnaire:edit")
def insert_bank_item(questionnaire_id: int) -> Response:
    """Copy an item into a draft, behind a question or at the end of a page."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    form = forms.BankInsertForm().check()
    item = _item(form.item.data)

    def operation(tree: Tree) -> str:
        return bank.insert(tree, item, *_behind(tree, form.after.data))

    outcome = change_from_form(questionnaire, operation, kind="bank.inserted")
    if outcome.refusal is not None:
        return outcome.refusal
    address = url_for("design.editor", questionnaire_id=questionnaire_id, node=outcome.result)
    return web.seen(address)


def _behind(tree: Tree, after: str) -> tuple[str, str | None]:
    """Where a new question goes: behind a question, first on a page, else at the very end."""
    if after and tree.has(after) and tree.kind(after) == "page":
        return after, ""
    question = tree.question_of(after) if after and tree.has(after) else None
    return (tree.owner(question)[0], question) if question else (tree.ids("page")[-1], None)


@blueprint.get("/questionnaires/<int:questionnaire_id>/bank")
@web.access("questionnaire:edit")
def bank_updates(questionnaire_id: int) -> Response:
    """What came from the bank: newer revisions with the difference, and what was changed here alone."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    lines = []
    for use in bank.uses_in(questionnaire):
        own, newest = bank.revision(use.item, use.revision), bank.revision(use.item)
        if own is None or newest is None:
            continue
        offer = _changes(bank.example(own.body), bank.example(newest.body)) if use.revision < use.newest else []
        tree = Tree(questionnaire.draft)
        present = bank.body_of(tree, use.node)
        local = _changes(bank.example(own.body), bank.example(_same_name(present, own.body))) if use.differs else []
        lines.append((use, newest, offer, local))
    return web.render("design/bank/updates.html", lines=lines, editing=page_token(), **head(questionnaire))


def _same_name(body: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {**body, **{key: other[key] for key in ("name", "code") if key in other}}


@blueprint.post("/questionnaires/<int:questionnaire_id>/bank/<node>")
@web.access("questionnaire:edit")
def decide_bank_update(questionnaire_id: int, node: str) -> Response:
    """Take the newest revision, keep what is here, or cut the link to the bank."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    choice = forms.BankDecisionForm().check().decision.data
    tree = Tree(questionnaire.draft)
    mark = bank.MARK.fullmatch(str(tree.node(node).get("bank"))) if tree.has(node) else None
    item = bank.find(mark[1]) if mark else None
    if item is None:
        raise DomainError(N_("这一题没有来自题库，或者已经被删除。"))
    taken: BankItem = item
    acts = {
        "update": lambda tree: bank.update(tree, node, taken),
        "decline": lambda tree: bank.decline(tree, node, taken),
        "detach": lambda tree: bank.detach(tree, node),
    }
    outcome = change_from_form(questionnaire, acts[choice], kind=f"bank.{choice}")
    if outcome.refusal is not None:
        return outcome.refusal
    said = {"update": _("已更新到题库的新版本。"), "decline": _("保留现在的写法。"), "detach": _("已与题库脱离。")}
    flash(said[choice])
    return web.seen(url_for("design.bank_updates", questionnaire_id=questionnaire_id))
