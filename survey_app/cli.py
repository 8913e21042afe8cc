"""The command line: English help, exit 0 good, 1 refused, 2 usage. `--json` where a program reads the answer.

Commands that need the database install an empty one first, so they work in a new installation in any sensible order.
"""

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from survey_app import clock, installation
from survey_app.accounts.models import ROLES
from survey_app.commands import audit, backup, converting, keys, messages, orders, questionnaire_export, receipts  # noqa: F401 - receipts adds to orders
from survey_app.commands.common import as_json, installed, refusing, settings, tell
from survey_app.config import Settings
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE

questionnaires = AppGroup("questionnaires", help="Check, load and publish questionnaire files.")
collectors = AppGroup("collectors", help="Doors for answers: links and shop QR codes.")
exports = AppGroup("exports", help="Write answers to files.")
users = AppGroup("users", help="Members of staff.")


def _questionnaire(name: str) -> Any:
    from survey_app.design.models import Questionnaire

    found = db.session.query(Questionnaire).filter_by(name=name).one_or_none()
    if found is None:
        raise DomainError(f"there is no questionnaire named {name}; load its file first")
    return found


# --- questionnaires ---------------------------------------------------------------------------------------------------
questionnaires.add_command(converting.convert)
questionnaires.add_command(questionnaire_export.export)


@questionnaires.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@as_json
def check_files(files: tuple[Path, ...], as_json: bool) -> None:
    """Check questionnaire FILES: one line per fault. Needs no database and no keys."""
    from survey_app.questionnaire.checking import check_file

    reports = [check_file(path) for path in files]
    if as_json:
        click.echo(json.dumps({"files": [report.as_dict() for report in reports]}, ensure_ascii=False))
    else:
        for report in reports:
            for line in report.lines():
                click.echo(line, err=not report.ok)
    sys.exit(0 if all(report.ok for report in reports) else 1)


@questionnaires.command("load")
@click.argument("file", type=click.Path(path_type=Path))
@as_json
@with_appcontext
@installed
def load(file: Path, as_json: bool) -> None:
    """Load FILE: a new questionnaire, or a new draft revision of a known name."""
    from survey_app.design.drafting import load_file
    from survey_app.questionnaire.checking import check_file

    report = check_file(file)
    if report.definition is None:
        for line in report.lines():
            click.echo(line, err=True)
        sys.exit(1)
    for line in () if report.ok else report.lines():  # a draft may still have what forbids publishing
        click.echo(line, err=True)
    made = load_file(definition=report.definition, by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    tell(
        as_json,
        f"loaded {made.name}, draft revision {made.draft_revision}",
        name=made.name,
        revision=made.draft_revision,
    )


@questionnaires.command("publish")
@click.argument("name")
@click.option("--reason", default="", help="Why a change that touches a trend has to be.")
@as_json
@with_appcontext
@installed
def publish(name: str, reason: str, as_json: bool) -> None:
    """Freeze the draft of questionnaire NAME as its next version."""
    from survey_app.design.publishing import publish

    version = publish(questionnaire=_questionnaire(name), by=COMMAND_LINE, now=clock.now(), reason=reason)
    db.session.commit()
    tell(
        as_json,
        f"published {name}, version {version.number} ({version.digest[:12]})",
        name=name,
        version=version.number,
        digest=version.digest,
    )


# --- collectors -------------------------------------------------------------------------------------------------------
@collectors.command("create")
@click.argument("name")
@click.option("--kind", type=click.Choice(["link", "shop"]), required=True, help="An open link or a shop's QR code.")
@click.option("--shop", "shop_code", help="The shop's code (kind shop); an unknown shop is created.")
@click.option("--place", default="", help="Where the QR code stands in the shop, such as a counter.")
@as_json
@with_appcontext
@installed
def create_collector(name: str, kind: str, shop_code: str | None, place: str, as_json: bool) -> None:
    """Open a door for answers to questionnaire NAME and print its address."""
    from survey_app.distribution.collecting import create_collector
    from survey_app.organisation.shops import find_or_create_shop

    if (kind == "shop") != bool(shop_code):
        raise click.UsageError("--kind shop needs --shop CODE, --kind link takes none")
    shop = find_or_create_shop(code=shop_code, by=COMMAND_LINE, now=clock.now()) if shop_code else None
    made = create_collector(
        kind=kind, questionnaire=_questionnaire(name), shop=shop, place=place, name="", by=COMMAND_LINE, now=clock.now()
    )
    db.session.commit()
    address = f"{settings().public_url}/s/{made.code}"
    tell(as_json, address, address=address, code=made.code, kind=kind, shop=shop_code)


# --- exports ----------------------------------------------------------------------------------------------------------
@exports.command("write")
@click.argument("name")
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "xlsx", "sav", "dta", "parquet", "r", "python", "fhir", "package"]),
    required=True,
    help="sav: SPSS; dta: Stata; r, python: a script with the CSV it reads; fhir: QuestionnaireResponse as NDJSON; package: all.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--labels", is_flag=True, help="Write labels instead of values (csv, xlsx; the others hold both).")
@click.option("--language", default="zh-CN", show_default=True, help="Language of labels and codebook.")
@click.option("--version", "versions", type=int, multiple=True, help="Only answers to this version; may be repeated.")
@click.option("--since", default="", metavar="YYYY-MM", help="Only answers of this month and later ones.")
@click.option("--until", default="", metavar="YYYY-MM", help="Only answers of this month and earlier ones.")
@click.option("--region", default="", help="Only answers of shops of this region that the file names.")
@click.option("--shop", "shops", multiple=True, help="Only answers of this shop, by its code; may be repeated.")
@click.option("--channel", "channels", multiple=True, help="Only answers of this channel; may be repeated.")
@click.option("--answered-in", "languages", multiple=True, help="Only answers in this language; may be repeated.")
@click.option("--complete", is_flag=True, help="Leave out answers that ended early by a rule.")
@as_json
@with_appcontext
@installed
def write_export(
    name: str, file_format: str, output: Path, labels: bool, language: str, as_json: bool, **filters: Any
) -> None:
    """Write the answers of questionnaire NAME to a file; its codebook stands beside it where the format does not hold one.

    A filter that chooses fewer than ten answers is refused.
    """
    from survey_app.exports.selecting import Selection
    from survey_app.exports.writing import write_export

    if not output.parent.is_dir():
        raise DomainError(f"the folder {output.parent} does not exist; make it first")
    made = write_export(
        questionnaire=_questionnaire(name),
        file_format=file_format,
        path=output,
        labels=labels,
        language=language,
        by=COMMAND_LINE,
        reason="command line",
        now=clock.now(),
        selection=Selection(**filters),
    )
    db.session.commit()
    tell(as_json, f"wrote {made.rows} responses to {output}", rows=made.rows, path=str(output), sha256=made.sha256,
         beside=[str(path) for path in made.beside])  # fmt: skip


# --- users ------------------------------------------------------------------------------------------------------------
@users.command("create")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--name", default="", help="The person's name.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@as_json
@with_appcontext
@installed
def create_user(email: str, role: str, name: str, password_stdin: bool, as_json: bool) -> None:
    """Create a member of staff; prints a one-time link unless the password comes on standard input."""
    from survey_app.accounts.users import create_user, set_password

    user, token = create_user(email=email, role=role, name=name, by=COMMAND_LINE, now=clock.now())
    if password_stdin:
        set_password(user=user, password=sys.stdin.readline().rstrip("\r\n"), by=COMMAND_LINE, now=clock.now())
        db.session.commit()
        tell(as_json, f"created {user.email} ({role})", email=user.email, role=role)
        return
    db.session.commit()
    address = f"{settings().public_url}/invitations/{token}"
    tell(as_json, address, email=user.email, role=role, address=address)


@users.command("reset-second-factor")
@click.argument("email")
@as_json
@with_appcontext
@installed
def reset_second_factor(email: str, as_json: bool) -> None:
    """Let somebody whose phone is lost set up sign-in codes anew; also the way in for the only administrator."""
    from survey_app.accounts import second_factor
    from survey_app.accounts.users import find_by_email

    user = find_by_email(email)
    if user is None:
        raise DomainError(f"no account has the address {email}")
    second_factor.reset(user=user, by=COMMAND_LINE)
    db.session.commit()
    tell(as_json, f"reset: {user.email} sets up sign-in codes at the next sign-in", email=user.email)


# --- the installation -------------------------------------------------------------------------------------------------
@click.command("install")
@with_appcontext
@installed
def install() -> None:
    """Make an empty installation: tables, keys, first row. Safe to run again."""
    click.echo("installed")


@click.command("demo")
@click.option("--reset", is_flag=True, help="Throw the sample chain away and load it anew.")
@click.option("--if-empty", is_flag=True, help="Do nothing when the installation holds anything.")
@with_appcontext
@refusing
def demo(reset: bool, if_empty: bool) -> None:
    """Load the sample chain: shops, staff, published questionnaires, six months of answers."""
    from survey_app.demo import load_sample_chain, reset_sample_chain

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    installation.install(app)
    installation.check(app)
    if reset:
        reset_sample_chain(app)
        installation.install(app)
    elif if_empty and not installation.is_unused():
        return
    load_sample_chain(app, now=clock.now())
    db.session.commit()
    if not if_empty:  # a start follows, which says the same
        _welcome(settings())


def _welcome(chosen: Settings) -> None:
    from survey_app.demo import welcome

    for line in welcome(public_url=chosen.public_url):
        click.echo(line)
    sys.stdout.flush()


host_option = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")


@click.command("serve")
@host_option
@with_appcontext
@refusing
def serve(host: str) -> None:
    """Serve web and worker together, for one machine."""
    from survey_app import server

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    chosen = settings()
    server.make_ready(app)

    def when_up() -> None:
        with app.app_context():
            _welcome(chosen)

    server.run_both(chosen, host=host, when_up=when_up)


@click.command("web")
@host_option
@with_appcontext
@refusing
def web(host: str) -> None:
    """Serve the web side alone (the worker runs elsewhere)."""
    from survey_app import server

    server.make_ready(current_app._get_current_object())  # type: ignore[attr-defined]
    server.run_web(settings(), host=host)


@click.command("worker")
@with_appcontext
@refusing
def worker() -> None:
    """Do background work until SIGTERM."""
    from survey_app import worker

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    installation.check(app)
    worker.run(app)


def register(app: Flask) -> None:
    """Bind the commands to the `flask` command."""
    for command in (
        questionnaires,
        collectors,
        exports,
        users,
        audit.group,
        keys.group,
        messages.group,
        backup.group,
        backup.restore,
        orders.group,
        install,
        demo,
        serve,
        web,
        worker,
    ):
        app.cli.add_command(command)
