"""`flask questionnaires export`: a questionnaire as a file of another program, with the report of what that cannot say."""

import json
import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from survey_app.commands.common import installed, refusing
from survey_app.commands.converting import write_out
from survey_app.errors import DomainError
from survey_app.formats import writing
from survey_app.formats.importing.report import as_csv, counts
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import InvalidQuestionnaire, load_definition

_FILES = (".yaml", ".yml", ".json")


@click.command("export")
@click.argument("name")
@click.option("--format", "key", type=click.Choice(list(writing.TARGETS)), required=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--language", default="", help="One language only, such as en. Default: all that the file can hold.")
@click.option("--version", "number", type=click.IntRange(min=1), help="A published version instead of the draft.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write what became of it all as CSV.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@refusing
def export(
    name: str, key: str, output: Path, language: str, number: int | None, report: Path | None, as_json: bool
) -> None:
    """Write the draft of questionnaire NAME, or the YAML file NAME, for another program. A file needs no database.

    Exit 0: written; 1: refused; 2: usage.
    """
    file = Path(name)
    definition = _from_file(file) if file.suffix.lower() in _FILES or file.is_file() else _stored(name, number)
    if language and language not in definition.languages:
        raise DomainError(f"{definition.name} has no texts in {language}, only in {', '.join(definition.languages)}")
    made = writing.write(definition, key, language)
    write_out(output, made.data)
    if report is not None:
        write_out(report, as_csv(made.lines, "en"))
    told = counts(made.lines)
    if as_json:
        found: dict[str, str | int] = {
            "format": key,
            "name": definition.name,
            "path": str(output),
            "bytes": len(made.data),
        }
        found |= {str(result): number for result, number in told.items()}
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    click.echo(f"{output}: {made.target.name}; kept {told['kept']}, changed {told['changed']}, lost {told['lost']}")
    for line in made.lines if report is None else ():
        if line.result != "kept":
            click.echo(f"  {line.result:8}{line.place}: {line.source[:60]} - {line.sentence('en')}")


def _from_file(file: Path) -> Definition:
    if not file.is_file():
        raise click.UsageError(f"there is no file {file}")
    try:
        return load_definition(file.read_bytes(), file=str(file), incomplete=True)
    except InvalidQuestionnaire as error:
        for problem in error.problems:
            click.echo(f"{file}: {problem}", err=True)
        sys.exit(1)


@with_appcontext
@installed
def _stored(name: str, number: int | None) -> Definition:
    from survey_app.design.drafting import draft_of, find_questionnaire

    found = find_questionnaire(name)
    if found is None:
        raise DomainError(f"there is no questionnaire named {name}; load its file first")
    if number is None:
        return draft_of(found)
    version = next((version for version in found.versions if version.number == number), None)
    if version is None:
        raise DomainError(f"{name} has no version {number}")
    return Definition.from_json(version.definition)
