"""The logic of a questionnaire: every rule with its verdict, and the map of the paths. One rule alone: `_rule`."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.design import drafting, in_words, logic_map
from survey_app.design.editing.tree import Tree
from survey_app.design.models import Questionnaire
from survey_app.design.views import blueprint
from survey_app.design.views._rule import shown_verdict
from survey_app.design.views.common import head, languages_of, questionnaire_or_404, reading_language
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.offering import part_at
from survey_app.questionnaire.reach import Analysis, Finding, analyse


@blueprint.get("/questionnaires/<int:questionnaire_id>/logic")
@web.access("questionnaire:read")
def logic(questionnaire_id: int) -> Response:
    questionnaire = questionnaire_or_404(questionnaire_id)
    definition, tree = drafting.draft_of(questionnaire), Tree(questionnaire.draft)
    analysis = analyse(definition)
    writer = in_words.ConditionWriter(definition, reading_language(definition), _)
    fold = {"all": False, "rules": True}.get(request.args.get("show", ""))
    drawing = logic_map.draw(
        definition, analysis, writer, _,
        place_link=lambda path: _place_address(questionnaire, tree, path),
        rule_link=lambda path: _rule_address(questionnaire, tree, path),
        fold=fold,
    )  # fmt: skip
    shown_rules = [_shown_rule(questionnaire, tree, definition, writer, finding) for finding in analysis.rules]
    places = _shown_places(questionnaire, tree, definition, writer, analysis)
    return web.render(
        "design/logic/logic.html",
        fragment="design/logic/_overview.html",
        map=drawing,
        rules=shown_rules,
        places=places,
        faults=sum(shown["verdict"]["tone"] == "bad" for shown in (*places, *shown_rules)),
        complete=analysis.complete,
        definition=definition,
        language=writer.language,
        languages=languages_of(definition),
        **head(questionnaire),
    )


def _node_of(tree: Tree, path: str) -> tuple[str, str]:
    """(node, key) of a path such as pages[0].questions[2].show_if; the key is "" for a page or question."""
    parts = path.replace("]", "").replace("[", ".").split(".")
    place = tuple(int(part) if part.isdigit() else part for part in parts)
    key = str(place[-1]) if place[-1] in ("show_if", "end_if") else ""
    return tree.id_at(place), key


def _place_address(questionnaire: Questionnaire, tree: Tree, path: str) -> str:
    node, _key = _node_of(tree, path)
    if not web.may("questionnaire:edit"):
        return f"{url_for('design.questionnaire_page', questionnaire_id=questionnaire.id)}"
    return url_for("design.editor", questionnaire_id=questionnaire.id, node=node)


def _rule_address(questionnaire: Questionnaire, tree: Tree, path: str) -> str:
    node, key = _node_of(tree, path)
    if not web.may("questionnaire:edit"):
        return f"#{node}"
    return url_for("design.rule", questionnaire_id=questionnaire.id, node=node, key=key)


def _shown_rule(
    questionnaire: Questionnaire, tree: Tree, definition: Definition, writer: in_words.ConditionWriter, finding: Finding
) -> dict[str, Any]:
    node, key = _node_of(tree, finding.path)
    place = tree.place(node)
    page = int(place[1])
    owner: Any = definition.pages[page].questions[int(place[3])] if len(place) > 3 else definition.pages[page]
    name = owner.name if len(place) > 3 else None
    part = part_at(owner, place[4:]) if len(place) > 4 else None
    return {
        "node": node,
        "key": key,
        "sentence": writer.rule(key, page, name, getattr(part or owner, key), part),
        "verdict": shown_verdict(finding),
        "address": _rule_address(questionnaire, tree, finding.path),
        "place_address": _place_address(questionnaire, tree, finding.path),
    }


def _shown_places(
    questionnaire: Questionnaire,
    tree: Tree,
    definition: Definition,
    writer: in_words.ConditionWriter,
    analysis: Analysis,
) -> list[dict[str, Any]]:
    """Pages and questions that are not certainly reached. A page that is never reached speaks for its questions."""
    found: list[dict[str, Any]] = []
    spoken = ""
    for finding in analysis.findings:
        if finding.is_rule or finding.verdict == "reachable" or spoken and finding.path.startswith(spoken):
            continue
        if finding.kind == "page":
            spoken = f"{finding.path}."
        place = tree.place(_node_of(tree, finding.path)[0])
        name = _("第 %(n)s 页", n=int(place[1]) + 1)
        if len(place) > 3:
            name = writer.question(definition.pages[int(place[1])].questions[int(place[3])].name)
        found.append(
            {
                "name": name,
                "verdict": shown_verdict(finding),
                "address": _place_address(questionnaire, tree, finding.path),
                "cause": _rule_address(questionnaire, tree, finding.cause) if finding.cause else "",
            }
        )
    return found
