"""Qualtrics surveys (.qsf): `parse(bytes) -> Imported`, or Refused with every fault and its place."""

from survey_app.formats.importing import Building, Imported
from survey_app.formats.importing.naming import plain
from survey_app.formats.qualtrics.finishing import finish, prepare
from survey_app.formats.qualtrics.flow import Walk
from survey_app.formats.qualtrics.pages import Where
from survey_app.formats.qualtrics.reading import FORMAT, looks_like, read
from survey_app.formats.qualtrics.source import count, source_of
from survey_app.formats.qualtrics.wording import language_of
from survey_app.formats.qualtrics.work import Work

__all__ = ["looks_like", "parse"]


def parse(data: bytes) -> Imported:
    """The draft of a .qsf and its report. Pure: no database, no file, no network."""
    source = source_of(read(data))
    building = Building(FORMAT, languages=[language_of(code) for code in source.language_codes()])
    count(source, building.source)
    work = Work(building, source)
    prepare(work)
    walk = Walk(work)
    walk.nodes(source.flow, Where())
    walk.pages.finish()
    finish(work, walk)
    slug = plain(source.name).replace("_", "-")[:60].strip("-")
    return building.done(slug if slug[:1].isalpha() else f"survey-{slug}".strip("-"))
