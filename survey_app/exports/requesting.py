"""Asking for a data file, making it in the background, fetching it within a day."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from survey_app import clock, events, work
from survey_app.database import db
from survey_app.design.models import Questionnaire, Version
from survey_app.errors import DomainError
from survey_app.events import WORKER, Actor
from survey_app.exports import writing
from survey_app.exports.formats import FORMATS
from survey_app.exports.models import Export
from survey_app.exports.selecting import ALL, Selection
from survey_app.exports.writing import Written
from survey_app.languages import N_
from survey_app.work import Claim, Work

KIND = "export"
KEEP = timedelta(hours=24)
LEAST_REASON = 4  # characters
MOST_AT_ONCE = 3  # of one person


def request_export(
    *, questionnaire: Questionnaire, file_format: str, labels: bool, texts: bool, language: str, reason: str, by: Actor,
    now: datetime, selection: Selection = ALL, files: bool = False,
) -> Export:  # fmt: skip
    """Order a file: the order, its work and its audit row, all durable or none. `texts`: whether this person may read them;
    `selection`: which answers; `files`: with what people handed over, in a package. Raises DomainError, also when too
    few answers are chosen."""
    if file_format not in FORMATS:
        raise DomainError(N_("请选择文件格式。")).at("format")
    labels = labels and FORMATS[file_format].labels
    if len(reason.strip()) < LEAST_REASON:
        raise DomainError(N_("请写明导出用途，至少 4 个字；它会进入审计记录。")).at("reason")
    if db.session.scalar(select(Version.id).where(Version.questionnaire_id == questionnaire.id).limit(1)) is None:
        raise DomainError(N_("这份问卷还没有发布，没有可导出的回答。"))
    if (
        len([1 for _export, state in own_exports(questionnaire=None, by=by) if state in ("queued", "claimed")])
        >= MOST_AT_ONCE
    ):
        raise DomainError(N_("您已有 3 个导出在进行，请等其中一个完成。"))
    if not selection.is_all:
        writing.check(questionnaire.id, selection)
    options = {"labels": labels, "texts": texts, "language": language, **selection.to_json()}
    if files:
        options["files"] = True
    export = Export(
        questionnaire_id=questionnaire.id, format=file_format, options=options,
        reason=reason.strip()[:500], requested_by_id=by.id, requested_at=now,
    )  # fmt: skip
    db.session.add(export)
    db.session.flush()
    export.work_id = work.enqueue(KIND, {"export": export.id}, now=now).id
    events.record_read(
        "export.requested", export, by=by, reason=export.reason, questionnaire=questionnaire.name, format=file_format,
        **options,
    )  # fmt: skip
    return export


def own_exports(*, questionnaire: Questionnaire | None, by: Actor, limit: int = 20) -> list[tuple[Export, str]]:
    """The newest orders of a person with the state of their work (`done` when the work row is gone)."""
    chosen = (
        select(Export, Work.state).outerjoin(Work, Work.id == Export.work_id).where(Export.requested_by_id == by.id)
    )
    if questionnaire is not None:
        chosen = chosen.where(Export.questionnaire_id == questionnaire.id)
    found = db.session.execute(chosen.order_by(Export.id.desc()).limit(limit))
    return [(export, state or "done") for export, state in found]


def own_export(*, export_id: int, by: Actor) -> Export | None:
    """An order of this person; None when it is missing or somebody else's."""
    export = db.session.get(Export, export_id)
    return export if export is not None and export.requested_by_id == by.id else None


def make_file(held: Claim, app: Flask) -> None:
    """The job: write the file and note what it holds. Safe to run twice: the second file replaces the first."""
    export = db.session.get(Export, held.args["export"])
    if export is None:
        return
    export_id, file_format, options = export.id, export.format, dict(export.options)
    stem = stem_of(export, db.session.get_one(Questionnaire, export.questionnaire_id))
    folder: Path = app.extensions["survey_settings"].export_folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def settle(written: Written) -> None:
        made = db.session.get_one(Export, export_id)
        made.file, made.sha256, made.rows = written.path.name, written.sha256, written.rows
        made.expires_at = clock.now() + KEEP
        events.record("export.finished", made, by=WORKER, rows=written.rows, sha256=written.sha256)
        db.session.flush()

    writing.write_file(
        questionnaire_id=export.questionnaire_id, file_format=file_format,
        path=folder / f"{export_id}{FORMATS[file_format].suffix}",
        labels=bool(options.get("labels")), language=str(options.get("language", "zh-CN")), now=clock.now(),
        texts=bool(options.get("texts")), files=bool(options.get("files")), selection=Selection.from_json(options), stem=stem,
        vault=app.extensions["survey_vault"], settle=settle,
        progress=lambda done, total: work.renew(held, now=clock.now(), progress=done, total=total),
    )  # fmt: skip


def stem_of(export: Export, questionnaire: Questionnaire) -> str:
    """The name under which the files of an order are fetched, without their endings; the scripts read the CSV by it."""
    return f"{questionnaire.name}-{clock.china(export.requested_at):%Y%m%d-%H%M}"


def is_expired(export: Export, *, now: datetime) -> bool:
    """Whether the file was there and may no longer be fetched."""
    return export.expires_at is not None and export.expires_at <= now


def fetch(*, export: Export, part: str, by: Actor, folder: Path, now: datetime) -> Path | None:
    """The file to send, after its reading was written down for good. None when it has expired.

    `part`: the key of one of its parts. Raises DomainError when there is no such file (yet).
    """
    if is_expired(export, now=now):
        return None
    wanted = FORMATS[export.format].part(part)
    path = folder / export.file
    if wanted is not None and part != "data":
        path = writing.beside(path, wanted)
    if not export.file or wanted is None or not path.is_file():
        raise DomainError(N_("文件还没有准备好，请稍等。"))
    events.record_read(
        "export.downloaded", export, by=by, reason=export.reason, part=part, sha256=export.sha256, rows=export.rows
    )
    return path


def expire(*, now: datetime, folder: Path) -> int:
    """Delete files older than a day, and files that no order names. Returns how many went."""
    if not folder.is_dir():
        return 0
    kept = set(db.session.scalars(select(Export.file).where(Export.expires_at > now)))
    stems = {Path(name).stem for name in kept}
    gone = 0
    for path in folder.iterdir():
        # what is younger than a day may be on its way into the database
        if path.name.partition(".")[0] in stems or now.timestamp() - path.stat().st_mtime <= KEEP.total_seconds():
            continue
        if path.is_dir():  # of a job that was killed
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        gone += 1
    return gone
