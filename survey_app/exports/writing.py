"""Writing a data file from a questionnaire's answers: used by the job of the export page and by the command line."""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, select

from survey_app import clock, events
from survey_app.analysis import dataset, uploaded
from survey_app.analysis.dataset import FrozenVersion
from survey_app.database import db
from survey_app.design.models import Questionnaire, Version
from survey_app.design.printing import Letterhead
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.exports import shape
from survey_app.exports.formats import CODEBOOK, FORMATS, Part
from survey_app.exports.selecting import ALL, Picked, Place, Selection, in_words, pick
from survey_app.exports.shape import Cell, Progress, Shape
from survey_app.exports.table import Table
from survey_app.languages import N_, translator
from survey_app.organisation.chain import the_chain
from survey_app.organisation.models import Region, Shop
from survey_app.vault import Vault
from survey_app.web import vault as open_vault

MISSING = N_(
    "-99 不适用，-98 未答到，-97 看到但未填写，-96 不愿透露，-95 不清楚，-94 该版本无此题；"
    "可低于 -90 的数字题用 -99999 至 -99994"
)


@dataclass(frozen=True, slots=True)
class Written:
    """A finished file. `beside`: the others that belong to it."""

    path: Path
    rows: int
    sha256: str
    beside: tuple[Path, ...] = ()

    @property
    def codebook(self) -> Path | None:
        """The codebook beside the file; None for a format that holds its own."""
        return next((path for path in self.beside if path.name.endswith(CODEBOOK.suffix)), None)


def beside(path: Path, part: Part) -> Path:
    """Where another file of the same format stands."""
    return path.with_name(f"{path.stem}{part.suffix}")


def write_export(
    *, questionnaire: Questionnaire, file_format: str, path: Path, labels: bool, language: str, by: Actor, reason: str,
    now: datetime, selection: Selection = ALL,
) -> Written:  # fmt: skip
    """Write the answers of a questionnaire to `path` and record the reading. Needs a session without pending changes.

    Raises DomainError when the questionnaire was never published or does not fit the format, or too few answers are chosen.
    """

    def record(written: Written) -> None:
        events.record(
            "response.exported", questionnaire, by=by, reason=reason, questionnaire=questionnaire.name,
            format=file_format, rows=written.rows, sha256=written.sha256, **selection.to_json(),
        )  # fmt: skip
        db.session.flush()

    return write_file(
        questionnaire_id=questionnaire.id, file_format=file_format, path=path, labels=labels, language=language, now=now,
        vault=open_vault(), settle=record, selection=selection,
    )  # fmt: skip


def _nothing(*_given: object) -> None:
    return


def write_file(
    *, questionnaire_id: int, file_format: str, path: Path, labels: bool, language: str, now: datetime, vault: Vault,
    texts: bool = True, files: bool = False, selection: Selection = ALL, stem: str = "",
    settle: Callable[[Written], None] = _nothing, progress: Progress = _nothing,
) -> Written:  # fmt: skip
    """Write the file and what stands beside it. They appear under their names, whole, only after `settle` went through.

    `files`: put in what people handed over, where the format can hold it; `selection`: which answers; `stem`: the name by
    which the files read each other, that of `path` without it.
    Lets go of the session's transaction first: reading takes long and nobody may wait for it.
    """
    chosen = FORMATS.get(file_format)
    if chosen is None:
        raise DomainError(N_("没有这种导出格式。"))
    head = _letterhead(language)
    db.session.rollback()
    labels = labels and chosen.labels
    paths = [path, *(beside(path, part) for part in chosen.parts[1:])]
    token = secrets.token_hex(4)
    drafts = [one.with_name(f".{one.name}.{token}") for one in paths]
    try:
        with (
            dataset.snapshot() as connection,
            tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{token}.") as folder,
        ):
            shape_of, picked = prepare(
                connection, questionnaire_id, labels=labels, language=language, texts=texts, selection=selection
            )
            reads = _Reads(connection, shape_of, picked, vault, progress, chosen.reads)
            about = about_file(shape_of, selection, now, labels)
            handed = partial(_handed, connection, vault, picked) if files else None
            table = Table(shape_of, reads, stem or path.stem, about, now, Path(folder), head, handed)
            counts = []
            for part, draft in zip(chosen.parts, drafts, strict=True):
                with _private(draft) as file:
                    counts.append(part.write(file, table))
        written = Written(path, max(counts), _sha256(drafts[0]), tuple(paths[1:]))
        settle(written)
        for draft, one in zip(drafts, paths, strict=True):
            draft.replace(one)
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
    return written


def _handed(connection: Connection, vault: Vault, picked: Picked) -> Iterator[tuple[str, bytes]]:
    """Photos and documents by response and question, in the order of the rows."""
    ids = shape.by_pseudonym(vault, picked.ids)
    for response_id, variable, ending, body in uploaded.of_responses(connection, vault, ids):
        yield f"{shape.pseudonym(vault, response_id)}-{variable}.{ending}", body


def _letterhead(language: str) -> Letterhead:
    chain = the_chain()
    name = chain.display_name(language) or chain.name
    return Letterhead(name, chain.brand, chain.brand_soft, chain.logo, chain.logo_type)


class _Reads:
    """The rows, as often as a format needs them; progress runs once from nothing to all over all readings."""

    def __init__(
        self, connection: Connection, table: Shape, picked: Picked, vault: Vault, progress: Progress, times: int
    ) -> None:
        self._connection, self._shape, self._picked, self._vault = connection, table, picked, vault
        self._progress, self._times, self._begun = progress, max(1, times), 0

    def __call__(self) -> Iterator[list[Cell]]:
        before, self._begun = self._begun, self._begun + 1

        def told(done: int, total: int) -> None:
            self._progress((min(before, self._times - 1) * total + done) // self._times, total)

        return shape.rows(self._connection, self._shape, self._vault, self._picked, told)


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w+b") as file:
        yield file


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def prepare(
    connection: Connection,
    questionnaire_id: int,
    *,
    labels: bool,
    language: str,
    texts: bool,
    selection: Selection = ALL,
) -> tuple[Shape, Picked]:
    """The columns of a file and the answers in it."""
    frozen = _versions(connection, questionnaire_id)
    wanted = [version for version in frozen if not selection.versions or version.number in selection.versions]
    if not wanted:
        raise DomainError(N_("这份问卷还没有发布，没有可导出的回答。"))
    places = _places(connection, labels, language)
    picked = pick(connection, {version.id: version.number for version in frozen}, places, selection)
    return Shape(wanted, places, labels=labels, language=language, translate=translator(language), texts=texts), picked


def check(questionnaire_id: int, selection: Selection) -> None:
    """Raises DomainError when a file of these answers would be refused."""
    with dataset.snapshot() as connection:
        numbers = select(Version.id, Version.number).where(Version.questionnaire_id == questionnaire_id)
        found = dict(connection.execute(numbers).tuples().all())
        pick(connection, found, _places(connection, labels=False, language=""), selection)


def _versions(connection: Connection, questionnaire_id: int) -> list[FrozenVersion]:
    found = connection.execute(
        select(Version.id, Version.number, Version.digest, Version.definition)
        .where(Version.questionnaire_id == questionnaire_id)
        .order_by(Version.number.desc())
    )
    return [dataset.frozen_version(row) for row in found]


def _places(connection: Connection, labels: bool, language: str) -> dict[int, Place]:
    found = connection.execute(
        select(Shop.id, Shop.code, Region.code, Region.name, Region.name_en).join(Region, Region.id == Shop.region_id)
    )
    return {
        shop_id: Place(code, _region(region, name, name_en, language) if labels else region, region)
        for shop_id, code, region, name, name_en in found
    }


def _region(code: str, name: str, name_en: str, language: str) -> str:
    return (name if language.startswith("zh") or not name_en else name_en) or code


def about_file(table: Shape, selection: Selection, now: datetime, labels: bool) -> list[tuple[str, str]]:
    """What is told about a file: name and text."""
    _ = translator(table.language)
    newest = table.frozen[0].definition
    numbers = ", ".join(str(version.number) for version in reversed(table.frozen))
    lines: list[tuple[str, Any]] = [
        (_("问卷"), f"{table.text(newest.title)} ({newest.name})"),
        (_("版本"), numbers),
        (_("导出时间"), f"{clock.china(now):%Y-%m-%dT%H:%M:%S+08:00}"),
        (_("内容"), _("标签") if labels else _("取值")),
        (_("筛选"), in_words(selection, _)),
        (_("加权"), _("未加权，weight 均为 1")),
        (
            _("缺失值"),
            _(MISSING),
        ),
        (_("多选题"), _("每个选项一列：1 已选，0 看到但未选")),
        (
            _("门店"),
            _("只有文件中至少有 10 份回答的门店才写门店码；其余门店在同一大区至少有 2 家且共 10 份回答时才写大区"),
        ),
        (_("时间"), _("匿名问卷只写月份，不写日期、时刻和用时")),
        (_("回答编号"), _("由密钥算出的固定编号，不含日期，与删除码无关；行按编号排序，与先后无关")),
        (_("文字"), _("已去除个人信息；超过 32,767 个字符时截断并标注 …(truncated)")),
    ]
    return [(name, str(text)) for name, text in lines]
