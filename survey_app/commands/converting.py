"""`flask questionnaires convert`: a file of another program as our YAML, with the report. Needs no database and no keys."""

import json
import sys
from pathlib import Path

import click

from survey_app.formats import detecting, reading_process
from survey_app.formats.importing import Refused
from survey_app.formats.importing.report import as_csv
from survey_app.questionnaire.loading import dump_yaml


@click.command("convert")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--from", "key", type=click.Choice(list(detecting.FORMATS)), default=None, help="Detected when not given."
)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the fidelity report as CSV.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the questionnaire as YAML."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def convert(file: Path, key: str | None, report: Path | None, output: Path | None, as_json: bool) -> None:
    """Read FILE of LimeSurvey, Qualtrics, XLSForm, SurveyJS, REDCap, FHIR, Word, 问卷星 text or ours; say what became of it.

    Exit 0: it can be a draft; 1: refused, with every fault and its place; 2: usage.
    """
    try:
        with file.open("rb") as source:  # no more than would be too much, however long it is
            made = reading_process.read_file(source.read(detecting.MAX_BYTES + 1), key or "")
    except Refused as refused:
        _tell_faults(file, refused, as_json)
        sys.exit(1)
    if report is not None:
        write_out(report, as_csv(made.lines, "en"))
    if output is not None:
        write_out(output, dump_yaml(made.definition).encode())
    if as_json:
        click.echo(json.dumps(made.to_json(), ensure_ascii=False))
        return
    told = made.to_json()
    click.echo(f"{file.name}: {detecting.FORMATS[made.format].name}, {told['title']} ({', '.join(told['languages'])})")
    click.echo(
        "{pages} pages, {groups} groups, {questions} questions, {choices} choices, {conditions} conditions".format(
            **told
        )
    )
    click.echo("kept {kept}, changed {changed}, lost {lost}".format(**told))
    if report is None:
        for line in made.lines:
            if line.result != "kept":
                click.echo(f"  {line.result:8}{line.place}: {line.source[:60]} - {line.sentence('en')}")


def write_out(path: Path, data: bytes) -> None:
    """Write a file that was asked for. Raises UsageError where none can be."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}.") from None


def _tell_faults(file: Path, refused: Refused, as_json: bool) -> None:
    if as_json:
        faults = [{"place": f.place, "code": f.code, "message": f.sentence("en")} for f in refused.faults]
        click.echo(json.dumps({"refused": faults}, ensure_ascii=False))
    for fault in refused.faults:
        click.echo(": ".join(part for part in (file.name, fault.place, fault.sentence("en")) if part), err=True)
