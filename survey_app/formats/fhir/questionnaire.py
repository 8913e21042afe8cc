"""A FHIR Questionnaire as a draft: top-level groups are pages, inner ones headings, items questions."""

from typing import Any

from survey_app.formats.fhir import groups, questions, rules
from survey_app.formats.fhir.items import NOT_ASKING, Item, Tree, languages, tree
from survey_app.formats.fhir.options import mentioned
from survey_app.formats.fhir.work import Work
from survey_app.formats.importing import Imported, Refused
from survey_app.formats.importing.refusing import refuse
from survey_app.formats.json_draft import Draft, shown
from survey_app.formats.json_files import Node, read

_PUBLISHED = ("status", "version", "date", "experimental", "effectivePeriod", "approvalDate", "lastReviewDate")
"""Keys that say from when on it is used, and which state it is in."""
_QUIET = ("resourceType", "item", "contained", "text", "title", "language", "description", "name", "id")


def parse(data: bytes) -> Imported:
    """A Questionnaire as a draft. Raises Refused."""
    questionnaire = _questionnaire(read(data))
    found = tree(questionnaire)
    if found.faults:
        raise Refused(found.faults)
    default = questionnaire.words("language") or _guessed(found)
    others = [language for language in languages(questionnaire.data) if language != default]
    draft = Draft("fhir", languages=[default, *others[:29]])
    draft.source.groups, draft.source.questions = found.types["group"], found.questions
    draft.source.types = found.types
    work = Work(draft, questionnaire, default)
    work.twice, work.mentioned = found.twice, mentioned(found.all, default)
    draft.title = work.words(questionnaire, "title") or work.words(questionnaire, "name")
    if description := work.words(questionnaire, "description"):
        draft.more["intro"] = description
    if purpose := work.words(questionnaire, "purpose"):
        draft.more["purpose"] = purpose
    rules.read_variables(work, found.all, questionnaire)
    pages = _pages(work, found)
    rules.apply(work, found.all, pages)
    _variables_told(work, found, questionnaire)
    draft.source.pages = len(draft.pages)
    draft.source.choices = draft.offered()
    draft.source.conditions = sum(
        bool(item.node.listed("enableWhen")) + len(item.extensions("sdc-questionnaire-enableWhenExpression"))
        for item in found.all
    )
    questionnaire.get(*_QUIET)
    for key in _PUBLISHED:
        if value := questionnaire.get(key):
            where = ("publication", "发布")
            draft.changed("setting", questionnaire.at(key), shown(value), "setting_ours", where=where)
    work.settings(questionnaire)
    return draft.done("imported")


def looks_like(data: bytes) -> bool:
    """Whether this is the JSON of a Questionnaire (alone or in a Bundle)."""
    if b"resourceType" not in data.replace(b"\0", b"") or data.lstrip(b"\xef\xbb\xbf \t\r\n\xff\xfe\0")[:1] != b"{":
        return False
    try:
        _questionnaire(read(data))
    except Exception:  # a file of another kind
        return False
    return True


def _questionnaire(value: Any) -> Node:
    if isinstance(value, dict):
        if value.get("resourceType") == "Questionnaire":
            return Node(value)
        for index, entry in enumerate(value.get("entry") or () if value.get("resourceType") == "Bundle" else ()):
            resource = entry.get("resource") if isinstance(entry, dict) else None
            if isinstance(resource, dict) and resource.get("resourceType") == "Questionnaire":
                return Node(resource, f"entry[{index}].resource")
        kind = shown(value.get("resourceType"))
        raise refuse("bad_value", "resourceType", given=kind, expected=("a Questionnaire", "Questionnaire 问卷"))
    raise refuse("not_this_format", format="FHIR Questionnaire", reason="it is no JSON object")


def _guessed(found: Tree) -> str:
    text = "".join(item.node.words("text") for item in found.all[:200])
    return "zh-CN" if sum("\u4e00" <= sign <= "\u9fff" for sign in text) * 4 > len(text) > 0 else "en"


def _pages(work: Work, found: Tree) -> dict[str, dict[str, Any]]:
    """One page per top-level group; other top-level items share the page they stand on."""
    pages: dict[str, dict[str, Any]] = {}
    loose = False
    tops = found.top
    if (
        len(tops) == 1
        and tops[0].type == "group"
        and tops[0].children
        and all(c.type == "group" for c in tops[0].children)
    ):
        _frame(work, tops[0])
        tops = tops[0].children
    for item in tops:
        if item.type == "group" and not groups.rows_of(work, item):
            page = work.draft.page(
                work.title(item, "") if item.node.words("text") or item.node.words("prefix") else None
            )
            work.draft.kept("group", item.node.place, work.source(item))
            work.draft.kept("page", item.node.place, item.link)
            if item.node.get("repeats") is True:
                work.draft.lost("setting", item.node.at("repeats"), "true", "loop")
            pages[item.link] = page
            questions.rest(work, item, "")
            for child in item.children:
                _item(work, child)
            loose = False
        else:
            if not loose:
                work.draft.page()
                loose = True
            _item(work, item)
    return pages


def _frame(work: Work, item: Item) -> None:
    """A single group around everything: its words open the questionnaire."""
    text = work.title(item, "") if item.node.words("text") else {}
    if text:
        work.draft.more["intro"] = work.draft.hint([text, work.draft.more.get("intro", {})])
        work.changed(item, "", "is_intro")
    else:
        work.changed(item, "", "frame")
    questions.rest(work, item, "")


def _item(work: Work, item: Item) -> None:
    """An item and what stands below it."""
    if item.type == "group" and (offered := groups.rows_of(work, item)):
        groups.matrix(work, item, offered)
        return
    if item.type == "group" or (item.type == "question" and item.children):
        groups.section(work, item)
    elif item.type == "display":
        groups.note(work, item)
    elif not rules.calculated(work, item):
        questions.question(work, item)
        rules.calculation_waits(work, item)
    else:
        questions.rest(work, item, item.ours[0]["name"])
    for child in item.children:
        if groups.is_side_text(child) and item.ours:
            groups.side_text(work, child, item.ours[0])
        else:
            _item(work, child)


def _variables_told(work: Work, found: Tree, questionnaire: Node) -> None:
    """Variables live on in the rules that name them."""
    for node in [questionnaire, *(item.node for item in found.all)]:
        for extension in node.nodes("extension"):
            if str(extension.data.get("url", "")).endswith("/variable"):
                work.draft.changed("setting", extension.place, shown(extension.data), "in_its_rules")


__all__ = ["NOT_ASKING", "looks_like", "parse"]
