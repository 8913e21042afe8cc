"""Hostile and damaged files: what is kept of them is a picture, a document that cannot act, or nothing."""

import io
import subprocess
import threading
import zipfile
import zlib
from typing import Any

import pytest
import time_machine
from flask import Flask
from PIL import Image
from sqlalchemy import select

from survey_app import web
from survey_app.errors import DomainError
from survey_app.questionnaire.question_types.files import File
from survey_app.responses import uploads
from survey_app.responses.models import Response, UploadedFile
from tests.runner.invited import Guest, mailing
from tests.runner.street import Respondent, _unpacked, rows_of
from tests.runner.test_editing import AT, change, later, link_of
from tests.runner.test_files import PDF, SECRET, hand_over, photo, reference_in, someone

__all__ = ["someone"]
BOTH = File(name="letter", type="file", accepts=("photo", "document"), text={"en": "Letter"})
HTML = b"<html><script>alert(document.domain)</script></html>"
PHP = b"<?php system($_GET['c']); ?>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'


def picture(kind: str, size: tuple[int, int] = (40, 30), colour: str = "teal", **more: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, kind, **more)
    return made.getvalue()


def zip_bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * 50_000_000)
    return made.getvalue()


def packed_pdf(inside: bytes, head: bytes = b"/Filter/FlateDecode") -> bytes:
    """A document whose objects lie in a stream."""
    data = zlib.compress(inside)
    length = str(len(data)).encode()
    return (
        b"%PDF-1.5\n1 0 obj<</Type/ObjStm/N 1/First 4/Length "
        + length
        + head
        + b">>stream\n"
        + data
        + b"\nendstream endobj\n%%EOF\n"
    )


def refusal(body: bytes) -> str:
    with pytest.raises(DomainError) as refused:
        uploads.cleaned(body, BOTH)
    return refused.value.sentence(str)


@pytest.mark.parametrize("hidden", [HTML, PHP, b"PK\3\4word/document.xml", SECRET])
@pytest.mark.parametrize("where", ["behind", "comment", "exif"])
def test_nothing_that_hides_in_a_photo_is_kept(hidden: bytes, where: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = hidden.decode("latin-1")
    body = {
        "behind": lambda: picture("JPEG") + hidden,
        "comment": lambda: picture("JPEG", comment=hidden),
        "exif": lambda: picture("JPEG", exif=exif),
    }[where]()
    assert hidden[:20] in body
    ending, kept = uploads.cleaned(body, BOTH)
    assert ending == "jpg" and hidden[:20] not in kept
    with Image.open(io.BytesIO(kept)) as found:
        assert found.size == (40, 30) and not found.getexif()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (HTML, "只能上传照片"),
        (SVG, "只能上传照片"),
        (b"<?xml version='1.0'?>" + SVG, "只能上传照片"),
        (PHP, "只能上传照片"),
        (b"GIF89a" + PHP, "只能上传照片"),
        (picture("GIF"), "只能上传照片"),
        (picture("GIF", save_all=True, append_images=[Image.new("RGB", (40, 30))] * 5), "只能上传照片"),
        (picture("TIFF"), "只能上传照片"),
        (picture("BMP"), "只能上传照片"),
        (zip_bomb(), "只能上传照片"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "只能上传照片"),
        (b"\xff\xd8\xff", "只能上传照片"),
        (picture("JPEG", (400, 300))[:-900], "打不开"),
        (picture("PNG", (400, 300))[:90], "打不开"),
    ],
)
def test_what_is_no_photo_is_refused_by_its_content(body: bytes, words: str) -> None:
    assert words in refusal(body)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(20_000, 20_000), (65_000, 500), (1, 30_000_000)])
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_drawn(size: tuple[int, int]) -> None:
    made = io.BytesIO()
    Image.new("1", size).save(made, "PNG")
    assert "尺寸太大" in refusal(made.getvalue())


def test_a_picture_that_takes_too_much_memory_ends_its_own_process_alone() -> None:
    """Four colours, sent in steps: the decoder has to hold 630 MB at once."""
    made = io.BytesIO()
    Image.new("CMYK", (8_900, 8_900)).save(made, "JPEG", progressive=True, subsampling=0)
    words = refusal(made.getvalue())
    assert "尺寸太大" in words or "打不开" in words


def test_a_moving_picture_becomes_its_first_frame() -> None:
    frames = {"save_all": True, "append_images": [Image.new("RGB", (40, 30), "red")]}
    for kind in ("WEBP", "PNG"):
        _, kept = uploads.cleaned(picture(kind, **frames), BOTH)
        with Image.open(io.BytesIO(kept)) as found:
            red, green, _blue = found.getpixel((5, 5))  # type: ignore[misc]
            assert getattr(found, "n_frames", 1) == 1 and red < green


def test_a_photo_with_a_damaged_description_is_still_a_photo() -> None:
    whole = photo(300, 200)
    start = whole.index(b"Exif\0\0") + 6
    for place in range(start, start + 60, 4):
        ending, kept = uploads.cleaned(whole[:place] + b"\xff" * 4 + whole[place + 4 :], BOTH)
        assert ending == "jpg" and SECRET not in kept


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/J#61va#53cript/JS(app.alert\\(1\\))>>"), "程序或附件"),
        (PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/Launch/F(cmd.exe)>>"), "程序或附件"),
        (PDF.replace(b"/Catalog", b"/Catalog/Names<</EmbeddedFiles 2 0 R>>"), "程序或附件"),
        (packed_pdf(b"2 0 <</S/JavaScript/JS(app.alert\\(1\\))>>"), "程序或附件"),
        (packed_pdf(b"2 0 <</S/J#61vaScript>>"), "程序或附件"),
        (packed_pdf(b"2 0 <<>>", b"/Filter[/ASCIIHexDecode/FlateDecode]"), "无法检查"),
        (packed_pdf(b"\0" * 70_000_000), "无法检查"),
        (PDF.replace(b"trailer<<", b"trailer<</Encrypt 5 0 R"), "有密码"),
        (b"%PDF-1.4\n" + HTML, "不完整"),
    ],
)
def test_a_document_that_could_act_is_refused(body: bytes, words: str) -> None:
    assert words in refusal(body)


@pytest.mark.parametrize(
    "body", [PDF, packed_pdf(b"2 0 <</Type/Page>>"), PDF.replace(b"1 0 obj", b"% /JSON #\n1 0 obj")]
)
def test_a_document_without_anything_that_acts_is_kept_as_it_came(body: bytes) -> None:
    assert uploads.cleaned(body, BOTH) == ("pdf", body)


def test_slow_files_leave_threads_for_everybody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a file is drawn, so many more may wait; the next one is told to come later, and then taken."""
    busy = [1]

    def slow(*args: Any, **more: Any) -> Any:
        if busy:
            busy.clear()
            line = [refusal(PDF) for _ in range(2)]
            assert all("稍后再试" in words for words in line)
        return run(*args, **more)

    run = subprocess.run
    monkeypatch.setattr(uploads, "_in_line", threading.Semaphore(1))
    monkeypatch.setattr(subprocess, "run", slow)
    assert uploads.cleaned(PDF, BOTH) == uploads.cleaned(PDF, BOTH) == ("pdf", PDF)


@pytest.mark.parametrize(
    "name", ["shell.php", "../../../etc/cron.d/x", "a\0b.jpg", "x" * 5_000, "<script>.jpg", "小票.pdf"]
)
def test_the_name_of_a_file_is_believed_in_nothing_and_not_kept(someone: Respondent, name: str) -> None:
    someone.open()
    someone.send("file:receipt", overall=4)
    hand_over(someone, "receipt", picture("PNG"), name)
    (kept,) = rows_of(select(UploadedFile))
    assert kept.ending == "jpg" and reference_in(someone, "receipt") == f"{kept.id.hex()}.jpg"
    assert name[:6] not in repr({key: value for key, value in vars(kept).items() if key != "body"})
    assert name not in someone.html


def test_of_ten_files_at_once_one_is_kept(someone: Respondent) -> None:
    someone.open()
    someone.send("file:receipt", overall=4)
    fields: dict[str, Any] = {}
    for key, value in someone.form():
        if key != "_file":
            fields.setdefault(key, []).append(value)
    fields |= {"_file": [(io.BytesIO(picture("PNG")), f"{n}.png") for n in range(10)], "go": "filed:receipt"}
    answer = someone.client.post(someone.address + "?file=1", data=fields, content_type="multipart/form-data")
    assert answer.status_code == 200 and len(rows_of(select(UploadedFile))) == 1


@pytest.mark.parametrize("target", ["overall", "more", "nothing", "receipt\0", ""])
def test_only_a_question_that_asks_for_a_file_takes_one(someone: Respondent, target: str) -> None:
    someone.open()
    someone.send("file:receipt", overall=4)
    hand_over(someone, target, picture("PNG"))
    assert rows_of(select(UploadedFile)) == []


@pytest.mark.parametrize("code", ["", "A" * 21, "forged"])
def test_without_a_code_of_the_questionnaire_nothing_is_kept(someone: Respondent, code: str) -> None:
    someone.open()
    someone.send("file:receipt", overall=4)
    pairs = dict(someone.form()) | {"_t": code, "go": "filed:receipt"}
    pairs["_file"] = (io.BytesIO(picture("PNG")), "x.png")  # type: ignore[assignment]
    answer = someone.client.post(someone.address + "?file=1", data=pairs, content_type="multipart/form-data")
    assert rows_of(select(UploadedFile)) == [], _unpacked(answer)[:300]
    assert answer.status_code in (200, 400, 404)


def test_the_file_of_somebody_else_cannot_be_handed_in(someone: Respondent) -> None:
    someone.open()
    someone.send("file:receipt", overall=4)
    hand_over(someone, "receipt", picture("PNG"))
    reference = reference_in(someone, "receipt")
    other = Respondent(someone.client.application.test_client(), someone.address)
    other.open()
    other.send(overall=4, receipt=reference)
    other.send()
    assert rows_of(select(Response)) == [] and other.status == 422 and "文件已不在" in other.html
    (kept,) = rows_of(select(UploadedFile))
    assert kept.response_id is None


@pytest.mark.parametrize("mode", ["confidential", "identified"])
def test_a_file_that_is_replaced_while_editing_goes(app: Flask, runner: Flask, mode: str) -> None:
    with time_machine.travel(AT, tick=False):
        made = mailing("filed.yaml", mode=mode)
        one: Guest = made.guest(runner)
        one.open()
        one.send("file:receipt", overall=4)
        _hand_over_by_link(one, picture("PNG", colour="red"))
        one.send()
        one.send()
        assert one.delete_code
    (first,) = rows_of(select(UploadedFile))
    with later(minutes=10):
        change(one)
        one.send("file:receipt")
        _hand_over_by_link(one, picture("PNG", colour="blue"))
        assert len(rows_of(select(UploadedFile))) == 2  # until the change is sent, both
        one.send()
        one.send()
        assert "修改已保存" in one.html
    (row,), (kept,) = rows_of(select(Response)), rows_of(select(UploadedFile))
    assert kept.id != first.id and kept.response_id == row.id and kept.nullifier is None
    assert row.answers["receipt"] == f"{kept.id.hex()}.jpg"
    body = uploads.opened(web.vault(), kept.id, kept.body) or b""
    with Image.open(io.BytesIO(body)) as found:
        red, _green, blue = found.getpixel((5, 5))  # type: ignore[misc]
        assert blue > red


@pytest.mark.parametrize("mode", ["confidential", "identified"])
def test_who_takes_an_answer_back_takes_its_file_back(app: Flask, runner: Flask, mode: str) -> None:
    with time_machine.travel(AT, tick=False):
        one: Guest = mailing("filed.yaml", mode=mode).guest(runner)
        one.open()
        one.send("file:receipt", overall=4)
        _hand_over_by_link(one, picture("PNG"))
        one.send()
        one.send()
        assert len(rows_of(select(UploadedFile))) == 1
    with later(minutes=50):
        one.open(link_of(one.html, "撤回我的回答"))
        one.post([*one.form(), ("go", "takeback")])
        assert "已撤回" in one.html
    assert rows_of(select(UploadedFile)) == rows_of(select(Response)) == []


def _hand_over_by_link(one: Guest, body: bytes) -> None:
    address, one.address = one.address, "/i/"
    try:
        hand_over(one, "receipt", body)
        assert one.status == 200, one.html[-500:]
    finally:
        one.address = address
