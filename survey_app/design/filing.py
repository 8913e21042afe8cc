"""Folders and tags: how people find a questionnaire again. They are no part of the definition."""

import re

from survey_app import events
from survey_app.design.models import Questionnaire
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_

LONGEST_FOLDER, LONGEST_TAG, MOST_TAGS = 60, 20, 10
_BETWEEN = re.compile(r"[,，、;；]")


def tags_in(text: str) -> list[str]:
    """The tags in a line, without doubles. They are parted by commas of either width, 、 or semicolons."""
    tags = (" ".join(part.split()) for part in _BETWEEN.split(text))
    return list(dict.fromkeys(tag for tag in tags if tag))


def put_away(*, questionnaire: Questionnaire, folder: str, tags: list[str], by: Actor) -> None:
    """Set the folder ("" is none) and the tags. The draft does not change, nor does the time of its last edit."""
    folder = " ".join(folder.split())
    if len(folder) > LONGEST_FOLDER:
        raise DomainError(N_("最多 %(n)s 个字。"), n=LONGEST_FOLDER).at("folder")
    if len(tags) > MOST_TAGS:
        raise DomainError(N_("最多 %(n)s 个标签。"), n=MOST_TAGS).at("tags")
    if any(len(tag) > LONGEST_TAG for tag in tags):
        raise DomainError(N_("每个标签最多 %(n)s 个字。"), n=LONGEST_TAG).at("tags")
    if (folder, tags) == (questionnaire.folder, list(questionnaire.tags)):
        return
    questionnaire.folder, questionnaire.tags = folder, tags
    events.record("questionnaire.filed", questionnaire, by=by, folder=folder, tags=tags)
