"""A questionnaire to print: the draft or a version, in one of its languages."""

from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.design import drafting, printing, publishing
from survey_app.design.views import blueprint
from survey_app.design.views.common import asked_version, questionnaire_or_404, reading_language
from survey_app.organisation.chain import the_chain


@blueprint.get("/questionnaires/<int:questionnaire_id>/questionnaire.pdf")
@web.access("questionnaire:read")
def print_out(questionnaire_id: int) -> Response:
    """The PDF of the draft, or of `?version=2`, in `?language=en`."""
    questionnaire = questionnaire_or_404(questionnaire_id)
    version = asked_version(questionnaire)
    definition = publishing.definition_of(version) if version else drafting.draft_of(questionnaire)
    language = reading_language(definition)
    chain = the_chain()
    pdf = printing.questionnaire_pdf(
        definition,
        language=language,
        letterhead=printing.Letterhead(
            chain.display_name(language) or chain.name, chain.brand, chain.brand_soft, chain.logo, chain.logo_type
        ),
        number=version.number if version else None,
        now=clock.now(),
    )
    mark = f"-v{version.number}" if version else "-draft"
    return web.download(pdf, name=f"{questionnaire.name}{mark}-{language}.pdf", content_type="application/pdf")
