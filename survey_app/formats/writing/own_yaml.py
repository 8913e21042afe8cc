"""Our own YAML: lossless."""

from survey_app.formats.writing.telling import Telling, inventory
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import dump_yaml


def write(definition: Definition, told: Telling, language: str) -> bytes:
    """The definition; loading it gives an equal one. All languages stay."""
    for item in inventory(definition):
        told.keep(item.place)
    return dump_yaml(definition).encode()
