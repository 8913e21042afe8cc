"""Every code that is printed can be read again."""

import io
import re
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from survey_app.distribution import qr

ADDRESSES = [
    "https://wj.km.cn/s/A7K2QX",
    "http://127.0.0.1:8000/s/ZZZZZZ",
    "https://survey.a-rather-long-host-name.example.com.cn/s/234567",
]


def read(picture: Image.Image) -> tuple[str, str]:
    (found,) = zxingcpp.read_barcodes(picture.convert("L"))
    return found.text, found.ec_level


def drawn(data: bytes, scale: int = 6) -> Image.Image:
    """The SVG drawn by hand: its path holds rectangles of whole modules only."""
    root = ElementTree.fromstring(data)
    size = int(root.get("viewBox", "").split()[2])
    picture = Image.new("1", (size * scale, size * scale), 1)
    pen = ImageDraw.Draw(picture)
    path = root.find("{http://www.w3.org/2000/svg}path")
    assert path is not None
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path.get("d", "")):
        left, top = int(x) * scale, int(y) * scale
        pen.rectangle((left, top, left + int(length) * scale - 1, top + scale - 1), fill=0)
    return picture


@pytest.mark.parametrize("address", ADDRESSES)
def test_svg_and_png_are_read_back_at_level_q(address: str) -> None:
    assert read(drawn(qr.svg(address, title="x"))) == (address, "Q")
    assert read(Image.open(io.BytesIO(qr.png(address)))) == (address, "Q")


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_quiet_zone_is_four_modules_on_every_side(address: str) -> None:
    rows = qr.modules(address)
    for turned in (rows, [list(column) for column in zip(*rows, strict=True)]):
        assert not any(any(row) for row in turned[:4] + turned[-4:])
        assert any(turned[4]) and any(turned[-5])


def test_a_short_address_has_few_and_so_large_modules() -> None:
    assert len(qr.modules("https://wj.km.cn/s/A7K2QX")) - 8 <= 29


def test_the_png_is_sharp_enough_for_print_and_small() -> None:
    data = qr.png(ADDRESSES[0])
    picture = Image.open(io.BytesIO(data))
    assert picture.width >= 1200 and picture.width % len(qr.modules(ADDRESSES[0])) == 0
    assert picture.mode == "1" and len(data) < 10_000


def test_a_code_is_still_read_with_a_blot_on_it() -> None:
    picture = Image.open(io.BytesIO(qr.png(ADDRESSES[0]))).convert("L")
    pen = ImageDraw.Draw(picture)
    middle = picture.width // 2
    pen.ellipse((middle - 110, middle - 110, middle + 110, middle + 110), fill=255)
    assert read(picture)[0] == ADDRESSES[0]


def test_the_title_of_a_drawing_is_text() -> None:
    data = qr.svg(ADDRESSES[0], title='<script>"&')
    title = ElementTree.fromstring(data).find("{http://www.w3.org/2000/svg}title")
    assert title is not None and title.text == '<script>"&' and b"<script>" not in data
