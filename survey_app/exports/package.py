"""The whole package: one ZIP with the data in every format, codebook, questionnaire, cleaning log and checksums.

README.txt              what is in it
questionnaire.yaml      the newest version; questionnaire-v1.yaml ... the older ones
questionnaire.pdf       the newest version on paper
data/<name>.csv ...     the answers, with scripts that read them
data/<name>.codebook.csv
files/<response_id>-<question>.jpg   photos and documents, where they were asked for
cleaning-log.csv        what was left out or changed on the way to these files
SHA256SUMS              of all the others, for `sha256sum -c`
"""

import csv
import hashlib
import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import IO

from survey_app import clock
from survey_app.design.printing import questionnaire_pdf
from survey_app.errors import DomainError
from survey_app.exports.formats import IN_PACKAGE
from survey_app.exports.shape import Cell, Shape
from survey_app.exports.table import Table
from survey_app.formats.cells import csv_text
from survey_app.formats.package import CHECKSUMS, DATA, QUESTIONNAIRE, README
from survey_app.languages import N_, translator
from survey_app.questionnaire.loading import dump_yaml
from survey_app.responses.redaction import TAGS

CLEANING_LOG, FILES = "cleaning-log.csv", "files/"
CLEANING_HEADINGS = ("step", "variable", "rows", "what")


def write(file: IO[bytes], table: Table) -> int:
    """The package. Each member is written to the table's folder first and streamed into the ZIP. Returns the rows."""
    name = table.shape.frozen[0].definition.name
    counter = _Counting(table)
    inner = replace(table, stem=name, rows=counter)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        packing = _Packing(archive, table)
        packing.add(README, readme(table).encode())
        for member, data in questionnaires(table):
            packing.add(member, data)
        rows, left_out = 0, []
        for part in IN_PACKAGE:
            if refusal := part.too_wide(table):
                left_out.append((part.suffix, refusal))
                continue
            with packing.member(f"{DATA}{name}{part.suffix}") as target:
                rows = max(rows, part.write(target, inner))
            packing.take()
        handed = 0
        for member, data in table.files() if table.files else ():
            packing.add(FILES + member, data, packed=False)
            handed += 1
        packing.add(
            CLEANING_LOG, cleaning_log(table.shape, counter, files=handed if table.files else None, left_out=left_out)
        )
        packing.finish()
    return rows


class _Packing:
    """A ZIP that is being filled, and the checksums of what is in it."""

    def __init__(self, archive: zipfile.ZipFile, table: Table) -> None:
        self._archive, self._folder = archive, table.folder
        self._moment = clock.china(table.now).timetuple()[:6]
        self._sums: list[str] = []
        self._name = ""

    def add(self, name: str, data: bytes, *, packed: bool = True) -> None:
        """A member that is in memory. `packed`: not for what is small already."""
        self._archive.writestr(self._info(name), data, compress_type=None if packed else zipfile.ZIP_STORED)
        self._sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")

    def member(self, name: str) -> IO[bytes]:
        """A file to write a member into; `take` puts it in."""
        self._name = name
        return (self._folder / "member").open("w+b")

    def take(self) -> None:
        """Put the written member in."""
        path = self._folder / "member"
        with path.open("rb") as source, self._archive.open(self._info(self._name), "w", force_zip64=True) as target:
            while chunk := source.read(1 << 20):
                target.write(chunk)
        with path.open("rb") as source:
            self._sums.append(f"{hashlib.file_digest(source, 'sha256').hexdigest()}  {self._name}\n")
        path.unlink()

    def finish(self) -> None:
        """The checksums, last."""
        self._archive.writestr(self._info(CHECKSUMS), "".join(self._sums))

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._moment)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return info


class _Counting:
    """The rows of the table, counted the first time they are read."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._counted = False
        self.texts = [i for i, c in enumerate(table.shape.columns) if c.variable is not None and c.kind == "text"]
        places = {column.name: place for place, column in enumerate(table.shape.columns)}
        self._watched = [places[name] for name in ("status", "speed", "straightline", "store_code", "channel")]
        self.rows: Counter[str] = Counter()
        self.redacted: Counter[int] = Counter()

    def __call__(self) -> Iterator[list[Cell]]:
        if self._counted:
            return self._table.rows()
        self._counted = True
        return self._count()

    def _count(self) -> Iterator[list[Cell]]:
        status, speed, straight, shop, channel = self._watched
        for row in self._table.rows():
            self.rows[f"status {row[status]}"] += 1
            self.rows["fast"] += row[speed] == "fast"
            self.rows["straightline"] += bool(row[straight])
            self.rows["unnamed"] += row[channel] == "shop" and not row[shop]
            for place in self.texts:
                cell = row[place]
                if isinstance(cell, str) and "〔" in cell and any(tag in cell for tag in TAGS):
                    self.redacted[place] += 1
            yield row


def cleaning_log(
    shape: Shape, counted: _Counting, *, files: int | None = None, left_out: Sequence[tuple[str, DomainError]] = ()
) -> bytes:
    """What happened to the answers before they came into the files, with the number of rows concerned.

    `files`: the number of photos and documents that are in the package; None where they were not asked for. `left_out`: the
    files that cannot hold the table, and why.
    """
    _ = translator(shape.language)
    lines: list[tuple[str, str, int | str, str]] = [
        ("test_answers", "", "", _(N_("测试回答不在文件中"))),
        ("screened_out", "status", counted.rows["status screened_out"], _(N_("按规则提前结束的回答保留，并有标记"))),
        ("speed", "speed", counted.rows["fast"], _(N_("作答过快的回答保留，并有标记"))),
        ("straightline", "straightline", counted.rows["straightline"], _(N_("矩阵题全部同一选项的回答保留，并有标记"))),
        ("shops", "store_code", counted.rows["unnamed"], _(N_("不足 10 份回答的门店不写门店码"))),
        ("time", "month", sum(n for name, n in counted.rows.items() if name.startswith("status")),
         _(N_("只写月份，不写日期、时刻和用时"))),
    ]  # fmt: skip
    lines += [
        ("redaction", shape.columns[place].name, counted.redacted[place], _(N_("文字中的个人信息已换成标记")))
        for place in counted.texts
    ]
    lines += [("left_out", suffix, "", refusal.sentence(_)) for suffix, refusal in left_out]
    if files is not None:
        lines.append(("files", "", files, _(N_("照片和文件按原样附上，照片已去除拍摄地点、时间和设备信息"))))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CLEANING_HEADINGS)
    writer.writerows([[csv_text(cell) if isinstance(cell, str) else cell for cell in line] for line in lines])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def questionnaires(table: Table) -> Iterator[tuple[str, bytes]]:
    """The versions as YAML, the newest first, and the newest as PDF (not when it is too long to be printed)."""
    newest, *older = table.shape.frozen
    yield QUESTIONNAIRE, dump_yaml(newest.definition).encode()
    for version in older:
        yield QUESTIONNAIRE.replace(".yaml", f"-v{version.number}.yaml"), dump_yaml(version.definition).encode()
    if table.letterhead is None:
        return
    languages = newest.definition.languages
    language = table.shape.language if table.shape.language in languages else newest.definition.language
    try:
        pdf = questionnaire_pdf(
            newest.definition, language=language, letterhead=table.letterhead, number=newest.number, now=table.now
        )
    except DomainError:
        return
    yield QUESTIONNAIRE.replace(".yaml", ".pdf"), pdf


def readme(table: Table) -> str:
    """What is told about the files, and what they are, as lines of text."""
    _ = translator(table.shape.language)
    name = table.shape.frozen[0].definition.name
    files: Sequence[tuple[str, str]] = (
        (QUESTIONNAIRE, _(N_("问卷最新版本，可以再导入；旧版本在 -v1、-v2 等文件里"))),
        (f"{DATA}{name}.csv", _(N_("回答（取值），编码表是 .codebook.csv"))),
        (f"{DATA}{name}.xlsx / .sav / .dta / .parquet", "Excel / SPSS / Stata / Parquet"),
        (f"{DATA}{name}.R / .py", _(N_("读取 CSV 的 R 和 Python 程序：标签、因子、缺失原因"))),
        *(((FILES, _(N_("照片和文件，按“回答编号-题目”命名"))),) if table.files else ()),
        (CLEANING_LOG, _(N_("数据写入文件前做了哪些处理"))),
        (CHECKSUMS, "sha256sum -c SHA256SUMS"),
    )
    return "".join(f"{name}: {text}\r\n" for name, text in (*table.about, ("", ""), *files)).replace(": \r\n", "\r\n")
