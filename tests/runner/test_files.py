"""Handing over a photo without script: the page for it, the way there and back, what is kept, what is refused."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from survey_app import web
from survey_app.config import Settings
from survey_app.database import db
from survey_app.responses import uploads
from survey_app.responses.models import Response, UploadedFile
from survey_app.runner import incoming, keeping
from tests.runner.street import Respondent, _unpacked, publish, rows_of, site

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SECRET = b"Taken in Lane 7"


def photo(width: int = 3000, height: int = 1500, kind: str = "JPEG") -> bytes:
    """A picture whose camera wrote down where it was, and that lies on its side."""
    made, exif = io.BytesIO(), Image.Exif()
    exif[0x010E], exif[0x0112] = SECRET.decode(), 6
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (width, height), "orange").save(made, kind, exif=exif, comment=SECRET)
    return made.getvalue()


@pytest.fixture
def someone(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Respondent]:
    """Somebody at the door."""
    monkeypatch.setattr(keeping, "_files", incoming.Throttle(30))
    runner = site(settings)
    yield Respondent(runner.test_client(), publish("filed.yaml"))
    runner.extensions["respondents"].recorder.close()
    runner.extensions["respondents"].doors.close()


def hand_over(someone: Respondent, question: str, body: bytes, name: str = "IMG_1.jpg") -> str:
    """On the page for it: choose a file and send."""
    fields: dict[str, Any] = {}
    for key, value in someone.form():
        if key != "_file":
            fields.setdefault(key, []).append(value)
    fields |= {"_file": (io.BytesIO(body), name), "go": f"filed:{question}"}
    answer = someone.client.post(
        someone.address + "?file=1", data=fields, content_type="multipart/form-data",
        headers={"Accept-Encoding": "gzip"},
    )  # fmt: skip
    someone.html, someone.status = _unpacked(answer), answer.status_code
    return someone.html


def reference_in(someone: Respondent, name: str) -> str:
    return dict(someone.form())[name]


def test_a_photo_is_kept_sealed_without_what_the_phone_wrote_into_it(someone: Respondent) -> None:
    page = someone.open()
    assert "name=go value=file:receipt" in page and "不超过 1 MB" in page
    page = someone.send("file:receipt", overall=4)
    assert someone.status == 200 and "multipart/form-data" in page and "不超过 1 MB" in page
    page = hand_over(someone, "receipt", photo())
    assert someone.status == 200 and "已上传照片" in page and "checked" in page
    (kept,) = rows_of(select(UploadedFile))
    assert kept.response_id is None and kept.ending == "jpg" and b"\xff\xd8" not in kept.body
    assert reference_in(someone, "receipt") == f"{kept.id.hex()}.jpg"
    body = uploads.opened(web.vault(), kept.id, kept.body)
    assert body is not None and SECRET not in body
    with Image.open(io.BytesIO(body)) as picture:
        assert picture.size == (1000, 2000)  # upright now
        assert not picture.getexif() and not {"exif", "comment", "icc_profile"} & set(picture.info)


def test_the_answer_refers_to_its_file_and_takes_it_along(someone: Respondent) -> None:
    someone.open()
    someone.send("file:receipt", overall=4)
    hand_over(someone, "receipt", photo(300, 200))
    reference = reference_in(someone, "receipt")
    someone.send()
    assert "还有什么要说的" in someone.html
    someone.send("back")
    assert reference_in(someone, "receipt") == reference  # the draft keeps it
    someone.send()
    someone.send()
    (response,) = rows_of(select(Response))
    assert response.answers["receipt"] == reference and "letter" not in response.answers
    (kept,) = rows_of(select(UploadedFile))
    assert kept.response_id == response.id and kept.nullifier is None and kept.day == response.day


def test_a_required_file_is_asked_for_and_a_second_one_replaces_the_first(someone: Respondent) -> None:
    someone.open()
    page = someone.send(overall=4)
    assert someone.status == 422 and "请您上传文件" in page
    for _ in range(2):
        someone.send("file:receipt")
        hand_over(someone, "receipt", photo(300, 200))
    assert len(rows_of(select(UploadedFile))) == 1
    page = someone.send("unfile:receipt")
    assert "已上传照片" not in page and reference_in(someone, "receipt") == ""


@pytest.mark.parametrize(
    ("question", "body", "words"),
    [
        ("receipt", b"", "没有收到文件"),
        ("receipt", PDF, "只能上传照片"),
        ("receipt", b"<html>", "只能上传照片"),
        ("receipt", b"GIF89a" + b"\0" * 40, "只能上传照片"),
        ("receipt", photo(300, 200)[:700], "打不开"),
        ("receipt", b"\xff\xd8" + b"x" * 1_000_001, "超过 1 MB"),
        ("receipt", b"\xff\xd8" + b"x" * 12_000_000, "超过 1 MB"),
        ("letter", PDF[:-8], "不完整"),
        ("letter", PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript>>"), "程序或附件"),
        ("letter", b"MZ\x90\0", "PDF 文件"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words_and_nothing_is_lost(
    someone: Respondent, question: str, body: bytes, words: str
) -> None:
    someone.open()
    someone.send(f"file:{question}", overall=4)
    page = hand_over(someone, question, body)
    assert someone.status == 422 and "<title>错误：" in page
    assert words in page[page.index("role=alert") :][:200]
    assert rows_of(select(UploadedFile)) == []
    page = someone.send(f"unfiled:{question}")
    assert someone.status == 200 and "checked" in page


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "MPO"])
def test_other_kinds_of_pictures_become_jpeg(someone: Respondent, kind: str) -> None:
    someone.open()
    someone.send("file:receipt", overall=4)
    made = io.BytesIO()
    picture = Image.new("RGB" if kind == "MPO" else "RGBA", (40, 30))
    picture.save(made, kind, **({"save_all": True, "append_images": [picture]} if kind == "MPO" else {}))
    hand_over(someone, "receipt", made.getvalue())
    (kept,) = rows_of(select(UploadedFile))
    body = uploads.opened(web.vault(), kept.id, kept.body) or b""
    with Image.open(io.BytesIO(body)) as found:
        assert (found.format, found.size) == ("JPEG", (40, 30))
        assert (found.getpixel((5, 5)) == (255, 255, 255)) is (kind != "MPO")  # what was transparent is paper


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_huge_picture_in_a_small_file_is_refused(someone: Respondent) -> None:
    made = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(made, "PNG")
    someone.open()
    someone.send("file:receipt", overall=4)
    assert "尺寸太大" in hand_over(someone, "receipt", made.getvalue())


def test_a_document_is_kept_as_it_came(someone: Respondent) -> None:
    someone.open()
    someone.send("file:letter", overall=4)
    page = hand_over(someone, "letter", PDF, "../../letter.pdf")
    assert "已上传文件" in page
    (kept,) = rows_of(select(UploadedFile))
    assert kept.ending == "pdf" and uploads.opened(web.vault(), kept.id, kept.body) == PDF


def test_a_file_that_is_gone_is_asked_for_again(someone: Respondent) -> None:
    someone.open()
    someone.send("file:receipt", overall=4)
    hand_over(someone, "receipt", photo(300, 200))
    someone.send()
    db.session.query(UploadedFile).delete()
    db.session.commit()
    page = someone.send()
    assert someone.status == 422 and "文件已不在" in page
    assert rows_of(select(Response)) == []


def test_one_address_cannot_send_without_end(someone: Respondent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_files", incoming.Throttle(1))
    someone.open()
    someone.send("file:letter", overall=4)
    hand_over(someone, "letter", PDF)
    someone.send("file:letter")
    page = hand_over(someone, "letter", PDF)
    assert someone.status == 422 and "上传太频繁" in page
    someone.send("unfiled:letter")
    assert reference_in(someone, "letter")  # the first one stays


def test_a_forged_reference_leads_nowhere(someone: Respondent) -> None:
    someone.open()
    someone.send(overall=4, receipt="../../etc/passwd")
    assert someone.status == 400
    someone.open()
    someone.send(overall=4, receipt="0" * 32 + ".jpg")
    someone.send()
    assert someone.status == 422 and rows_of(select(Response)) == []


def test_who_deletes_the_answer_deletes_its_file(someone: Respondent) -> None:
    someone.open()
    someone.send("file:receipt", overall=4)
    hand_over(someone, "receipt", photo(300, 200))
    someone.send()
    someone.send()
    code = someone.delete_code.replace("-", "")
    recorder = someone.client.application.extensions["respondents"].recorder
    assert recorder.withdraw(code)
    assert rows_of(select(UploadedFile)) == []


@pytest.mark.parametrize(
    "body", [b"", b"--x", b"--x\r\n\r\n", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb"]
)
def test_damaged_bodies_are_answered_with_a_page(someone: Respondent, body: bytes) -> None:
    someone.open()
    answer = someone.client.post(someone.address + "?file=1", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code in (400, 404)
