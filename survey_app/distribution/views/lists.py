"""The lists of doors: of one questionnaire, and all of them with a search."""

from flask import g, request
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.design import listing
from survey_app.design.views.common import head, questionnaire_or_404
from survey_app.distribution import collecting, goals
from survey_app.distribution.views import blueprint
from survey_app.distribution.views.common import listed, shown


def _links(questionnaire_ids: list[int]) -> dict[int, str]:
    """For the list of questionnaires: a link to copy."""
    if not web.may("collector:read"):
        return {}
    public_url = web.settings().public_url
    codes = collecting.first_codes(questionnaire_ids, g.user)
    return {key: collecting.address_of(code, public_url) for key, code in codes.items()}


listing.doors_of_all[0] = collecting.doors_by_questionnaire
listing.links_of[0] = _links


@blueprint.get("/collectors")
@web.access("collector:read")
def all_collectors() -> Response:
    """All doors, or those with every word of `?q=` in their own names or those of questionnaire, shop and region."""
    words, page = request.args.get("q", "")[:100], web.page_number()
    doors = [door for door in listed() if collecting.matches(door, words)]
    start = (page - 1) * web.PAGE_SIZE
    return web.render(
        "distribution/all_collectors.html",
        fragment="distribution/_doors.html",
        words=words,
        total=len(doors),
        page=page,
        more=len(doors) > start + web.PAGE_SIZE,
        **shown(doors[start : start + web.PAGE_SIZE]),
    )


@blueprint.get("/questionnaires/<int:questionnaire_id>/collectors")
@web.access("collector:read")
def collectors(questionnaire_id: int) -> Response:
    """The doors of one questionnaire."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    return web.render(
        "distribution/collectors.html",
        may_open_links=may_open_links(),
        goal=goals.goals_of([questionnaire_id]).get(questionnaire_id, 0),
        **shown(listed(questionnaire_id)),
        **head(questionnaire),
    )


def may_open_links() -> bool:
    """A link belongs to no shop: people of one region would not see what they made."""
    return g.user.region_id is None
