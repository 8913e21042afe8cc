"""Posters of many shops: asked for, made in the background as a ZIP of one PDF per shop and one for all, fetched within a day."""

import os
import zipfile
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from flask import Flask
from sqlalchemy import select

from survey_app import clock, events, work
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.distribution import collecting, posters
from survey_app.distribution.models import Collector, PosterRun
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_, translator
from survey_app.organisation import chain
from survey_app.organisation.models import Shop
from survey_app.work import Claim, Work

KIND = "posters"
KEEP = timedelta(hours=24)
MOST_DOORS = 5_000
MOST_AT_ONCE = 3  # of one person
ALONE = 12  # doors of one shop that are set while the person waits
TOGETHER = 200  # sheets of one PDF for all: some 100 MB while it is set
_STEP = 10  # posters between two notes of the progress


def request_run(
    *, questionnaire: Questionnaire, doors: Sequence[Collector], size: str, language: str, by: Actor, now: datetime
) -> PosterRun:
    """Order the posters of these doors: the order, its work and its event in one transaction."""
    if not doors:
        raise DomainError(N_("请至少选择一个门店。")).at("shop")
    if len(doors) > MOST_DOORS:
        raise DomainError(N_("一次最多 %(n)s 张海报，请按大区分批打印。"), n=MOST_DOORS).at("shop")
    running = select(PosterRun.id).join(Work, Work.id == PosterRun.work_id)
    running = running.where(PosterRun.requested_by_id == by.id, Work.state.in_(("queued", "claimed")))
    if len(db.session.scalars(running).all()) >= MOST_AT_ONCE:
        raise DomainError(N_("您已有 3 批海报在生成，请等其中一批完成。"))
    run = PosterRun(
        questionnaire_id=questionnaire.id,
        options={"collectors": [door.id for door in doors], "size": size, "language": language},
        requested_by_id=by.id,
        requested_at=now,
        sheets=len(doors),
    )
    db.session.add(run)
    db.session.flush()
    run.work_id = work.enqueue(KIND, {"run": run.id}, now=now, total=len(doors)).id
    events.record("posters.requested", run, by=by, questionnaire=questionnaire.name, sheets=len(doors), size=size)
    return run


def own_run(*, run_id: int, by: Actor) -> PosterRun | None:
    """An order of this person; None when it is missing or somebody else's."""
    run = db.session.get(PosterRun, run_id)
    return run if run is not None and run.requested_by_id == by.id else None


def state_of(run: PosterRun, *, now: datetime) -> tuple[str, int]:
    """running, ready, expired or failed, and how many sheets are set."""
    if run.expires_at is not None and run.expires_at <= now:
        return "expired", run.sheets
    if run.file:
        return "ready", run.sheets
    held = db.session.get(Work, run.work_id) if run.work_id else None
    running = held is not None and held.state in ("queued", "claimed")
    return ("running" if running else "failed"), held.progress if held else 0


def path_of(run: PosterRun, *, folder: Path, now: datetime) -> Path | None:
    """The finished file; None when it has expired. Raises DomainError when there is none (yet)."""
    if state_of(run, now=now)[0] == "expired":
        return None
    path = folder / run.file
    if not run.file or not path.is_file():
        raise DomainError(N_("文件还没有准备好，请稍等。"))
    return path


def make_file(held: Claim, app: Flask) -> None:
    """The job: set the posters and pack them. Safe to run twice: the second file replaces the first."""
    run = db.session.get(PosterRun, held.args["run"])
    if run is None:
        return
    settings = app.extensions["survey_settings"]
    folder: Path = settings.poster_folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    doors = doors_of(run)
    language, total = str(run.options["language"]), len(doors)
    head, size, run_id = posters.letterhead(chain.the_chain()), str(run.options["size"]), run.id

    def progress(done: int) -> None:
        work.renew(held, now=clock.now(), progress=done, total=total)

    def made(some: Sequence[Collector]) -> bytes:
        now = clock.now()
        return posters.pdf(some, size=size, language=language, head=head, public_url=settings.public_url, now=now)

    db.session.expunge_all()  # what was read stays readable
    db.session.rollback()  # setting takes seconds: let go of the database
    path = folder / f"{run_id}.zip"
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            pack(file, doors, made=made, size=size, language=language, progress=progress)
        draft.replace(path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
    run = db.session.get_one(PosterRun, run_id)
    run.file, run.sheets, run.expires_at = path.name, total, clock.now() + KEEP
    db.session.flush()


def doors_of(run: PosterRun) -> list[Collector]:
    """The doors of an order, in its order, each with its shop, version and questionnaire."""
    wanted: list[int] = run.options["collectors"]
    there = {door.id: door for door in db.session.scalars(select(Collector).where(Collector.id.in_(wanted)))}
    return [there[door_id] for door_id in wanted if door_id in there]


def pack(
    file: BinaryIO, doors: Sequence[Collector], *, made: Callable[[Sequence[Collector]], bytes], size: str,
    language: str, progress: Callable[[int], None],
) -> None:  # fmt: skip
    """One PDF per shop and one with all sheets (several, when they are many), into a ZIP."""
    groups: dict[tuple[int | None, str], list[Collector]] = {}
    for door in doors:
        groups.setdefault((door.shop_id, "" if door.shop_id else door.code), []).append(door)
    all_of_them, done, noted = translator("en" if language == "en" else "zh")(N_("全部海报")), 0, 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for group in groups.values():
            archive.writestr(file_name(group, size, language), made(group))
            done += len(group)
            if done - noted >= _STEP:
                noted = done
                progress(done)
        parts = [doors[start : start + TOGETHER] for start in range(0, len(doors), TOGETHER)]
        for number, part in enumerate(parts, start=1):
            mark = f"-{number}" if len(parts) > 1 else ""
            archive.writestr(f"{all_of_them}{mark}-{size}.pdf", made(part))
            progress(done)


def file_name(doors: Sequence[Collector], size: str, language: str) -> str:
    """`KM-001-人民路店-收银台-a4.pdf`, without what has a meaning in a path."""
    door = doors[0]
    parts = [door.questionnaire.name, door.name, door.code]
    if door.shop is not None:
        parts = [door.shop.code, door.shop.display_name("en" if language == "en" else "zh")]
        parts += [door.place] if len(doors) == 1 else []
    plain = ("".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in part) for part in [*parts, size])
    return "-".join(part.strip(". ") for part in plain if part.strip(". "))[:120] + ".pdf"


def expire(*, now: datetime, folder: Path) -> int:
    """Delete files older than a day, and files that no order names. Returns how many went."""
    if not folder.is_dir():
        return 0
    kept = set(db.session.scalars(select(PosterRun.file).where(PosterRun.expires_at > now)))
    gone = 0
    for path in folder.iterdir():
        # a file younger than a day may be on its way into the database
        if path.is_file() and path.name not in kept and now.timestamp() - path.stat().st_mtime > KEEP.total_seconds():
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def choose_doors(
    *,
    questionnaire: Questionnaire,
    shops: Sequence[Shop],
    places: Sequence[str],
    create: Collection[str],
    by: Actor,
    now: datetime,
) -> list[Collector]:
    """The open doors of these shops at these places, shop by shop. `create`: places at which missing ones are made first."""
    if not shops:
        raise DomainError(N_("请至少选择一个门店。")).at("shop")
    if not places:
        raise DomainError(N_("请至少选择一个店内位置。")).at("place")
    for place in create:
        collecting.create_for_shops(questionnaire=questionnaire, shops=list(shops), place=place, by=by, now=now)
    order = {shop.id: number for number, shop in enumerate(shops)}
    rank = {place: number for number, place in enumerate(places)}
    wanted = select(Collector).where(
        Collector.questionnaire_id == questionnaire.id,
        Collector.kind == "shop",
        Collector.shop_id.in_(order),
        Collector.place.in_(places),
        Collector.closed_at.is_(None),
    )
    found = sorted(db.session.scalars(wanted), key=lambda door: (order[door.shop_id or 0], rank[door.place], door.id))
    if not found:
        raise DomainError(N_("这些门店的这些位置还没有二维码，请勾选“缺少时自动创建”，或联系调研人员。")).at("create")
    return found
