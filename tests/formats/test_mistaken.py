"""Files that people choose by mistake, and texts in other encodings: each is told what to do, or read."""

import gzip
import io
import zipfile

import pytest

from survey_app.formats import detecting
from survey_app.formats.importing import Refused

TEXT = "门店调查\n\n1. 您的性别[单选题]\n男\n女\n\n2. 建议[填空题]\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def zipped(*names: str, first: bytes = b"x") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, first)
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped("[Content_Types].xml", "word/other.xml"), "word_document"), (b"{\\rtf1 1. Age?}", "word_document"),
        (zipped("mimetype", "content.xml", first=b"application/vnd.oasis.opendocument.text"), "word_document"),
        (zipped("mimetype", "content.xml", first=b"application/vnd.oasis.opendocument.spreadsheet"), "open_spreadsheet"),
        (OLE + "WordDocument".encode("utf-16-le"), "word_document"), (OLE + b"x", "broken_workbook"),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), "slides"), (zipped("a.txt"), "zip_of_files"),
        (b"%PDF-1.7\n1 0 obj", "pdf_file"), (b"\xff\xd8\xff\xe0" + bytes(40), "picture_file"),
        (bytes(3) + b"\x18ftypheic" + bytes(40), "picture_file"), (b"RIFF\0\0\0\0WEBP" + bytes(9), "picture_file"),
        (bytes(3) + b"\x18ftypmp42" + bytes(40), "recording_file"), (b"ID3" + bytes(40), "recording_file"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html><body>1. Age?", "web_page"), (b"MIME-Version: 1.0\n\n1. Age?", "mail_file"),
        (gzip.compress(TEXT.encode()), "other_archive"), (b"Rar!\x1a\x07\0" + bytes(30), "other_archive"),
        (b"$FL2@(#) SPSS DATA FILE" + bytes(30), "data_file"), (b'{"pages": [', "broken_json"), (b'{"a": 1}', "unknown_format"),
        ('{"qtype":"问卷基础信息","title":"调查"}\n{"qtype":"单选","title":"满意？"}'.encode(), "wjx_lines"),
        ("Café\n1. Où êtes-vous?\nA. Été\nB. Hiver à Genève\n".encode("latin-1"), "bad_encoding"),
    ],
)  # fmt: skip
def test_a_file_chosen_by_mistake_is_told_what_to_do(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        detecting.parse(data)
    fault = refused.value.faults[0]
    assert fault.code == code
    assert fault.sentence("zh") != fault.sentence("en")


def test_the_place_of_a_fault_in_json_is_told() -> None:
    with pytest.raises(Refused) as refused:
        detecting.parse(b'{\n "pages": [}\n')
    assert refused.value.faults[0].place == "line 2, column 12"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk", "gb18030"])
def test_a_text_is_read_in_every_usual_encoding(encoding: str) -> None:
    made = detecting.parse(TEXT.encode(encoding))
    assert made.format == "text" and made.definition.title == {"zh-CN": "门店调查"} and made.source.questions == 2


def test_a_text_from_taiwan_is_read() -> None:
    made = detecting.parse("顧客調查\n\n1. 您的性別是？\nA. 男\nB. 女\n\n2. 您有什麼建議？\n".encode("big5"))
    assert made.definition.title == {"zh-CN": "顧客調查"} and made.source.questions == 2


@pytest.mark.parametrize(
    "text", ["BM 调查\n1. 年龄？\n2. 建议？", "Опрос\n1. Ваш возраст?\n2. Что улучшить?", "ID 调查\n1. 性别？\n男\n女"]
)
def test_texts_that_begin_like_other_files_are_texts(text: str) -> None:
    assert detecting.parse(text.encode()).format == "text"
