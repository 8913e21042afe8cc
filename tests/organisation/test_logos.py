"""A logo from outside is drawn anew or rebuilt; nothing hostile survives."""

import io
import random
import struct
import zlib
from xml.etree import ElementTree

import pytest
from PIL import Image, PngImagePlugin

from survey_app.errors import DomainError
from survey_app.organisation.logos import MOST_BYTES, clean_logo

GOOD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><title>康民</title>'
    '<defs><linearGradient id="g"><stop offset="0" stop-color="#0b6e4f"/></linearGradient></defs>'
    '<g transform="translate(2 2)"><path d="M0 0h20v20z" fill="url(#g)"/>'
    '<text x="30" y="20">康民<tspan>大药房</tspan></text></g></svg>'
)


def svg(inside: str, attributes: str = 'viewBox="0 0 10 10"') -> bytes:
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {spaces} {attributes}>{inside}</svg>".encode()


def cleaned(inside: str, attributes: str = 'viewBox="0 0 10 10"') -> str:
    return clean_logo(svg(inside, attributes))[0].decode()


def test_a_good_drawing_stays_a_drawing() -> None:
    data, kind = clean_logo(GOOD.encode())
    assert kind == "image/svg+xml"
    root = ElementTree.fromstring(data)
    assert root.get("viewBox") == "0 0 120 40"
    text = data.decode()
    for piece in ("康民", "大药房", "url(#g)", "translate(2 2)", "linearGradient", 'd="M0 0h20v20z"'):
        assert piece in text


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<script href='data:text/javascript,alert(1)'/>",
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><script>alert(1)</script></body></foreignObject>",
        "<path d='M0 0' onload='alert(1)' onclick='alert(1)'/>",
        "<a href='javascript:alert(1)'><path d='M0 0'/></a>",
        "<a xlink:href='https://evil.example'><path d='M0 0'/></a>",
        "<image href='https://evil.example/x.png'/>",
        "<use href='https://evil.example/x.svg#a'/>",
        "<style>@import url(https://evil.example/x.css); path{fill:red}</style>",
        "<path d='M0 0' style='fill:url(https://evil.example/x)'/>",
        "<path d='M0 0' fill='url(https://evil.example/x)'/>",
        "<path d='M0 0' fill='url( &#34;https://evil.example&#34; )'/>",
        "<animate attributeName='href' to='javascript:alert(1)'/>",
        "<set attributeName='onload' to='alert(1)'/>",
        "<g hx-get='/users' hx-trigger='load' data-hx-post='/users'/>",
        "<x:script xmlns:x='http://www.w3.org/2000/svg'>alert(1)</x:script>",
        "<h:script xmlns:h='http://www.w3.org/1999/xhtml'>alert(1)</h:script>",
        "<iframe src='https://evil.example'/>",
        "<feImage href='https://evil.example'/>",
    ],
)
def test_nothing_that_acts_or_points_outside_survives(hostile: str) -> None:
    text = cleaned(hostile + "<rect width='5' height='5'/>")
    for word in (
        "script",
        "evil",
        "alert",
        "href",
        "style",
        "hx-",
        "onload",
        "import",
        "javascript",
        "iframe",
        "foreign",
    ):
        assert word not in text.lower(), word
    assert "rect" in text


def test_colours_written_as_style_become_attributes() -> None:
    text = cleaned("<path d='M0 0' style='fill:#0b6e4f;stroke-width:2;behavior:url(x);-x-y:1'/>")
    assert 'fill="#0b6e4f"' in text and 'stroke-width="2"' in text and "behavior" not in text and "style" not in text


@pytest.mark.parametrize(
    "bomb",
    [
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        + svg("<text>&b;</text>"),
        b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + svg("<text>&x;</text>"),
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://evil.example/svg11.dtd"><svg viewBox="0 0 1 1"/>',
    ],
    ids=["entities", "file", "dtd"],
)
def test_document_types_are_refused_before_anything_is_expanded(bomb: bytes) -> None:
    with pytest.raises(DomainError, match="DOCTYPE"):
        clean_logo(bomb)


def test_very_deep_and_broken_drawings_are_refused() -> None:
    for bad in (svg("<g>" * 60 + "</g>" * 60), svg("<g>"), b"<svg", svg("", "")):
        with pytest.raises(DomainError):
            clean_logo(bad)


def test_a_drawing_above_six_kilobytes_says_how_large_it_is() -> None:
    with pytest.raises(DomainError, match=str(MOST_BYTES)):
        clean_logo(svg("<rect width='5' height='5'/>" * 400))


def png(picture: Image.Image, **more: object) -> bytes:
    target = io.BytesIO()
    picture.save(target, "PNG", **more)
    return target.getvalue()


def test_a_picture_is_drawn_anew_without_what_was_hidden_in_it() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "<script>alert(1)</script>")
    data = png(Image.new("RGBA", (900, 300), "#0b6e4f"), pnginfo=notes) + b"<?php evil ?>"
    clean, kind = clean_logo(data)
    assert kind == "image/png" and b"script" not in clean and b"evil" not in clean
    with Image.open(io.BytesIO(clean)) as shown:
        assert shown.size == (480, 160) and shown.info.get("Comment") is None


def test_a_colourful_picture_gets_fewer_colours_until_it_is_small_or_is_refused() -> None:
    stripes = Image.new("RGB", (240, 80))
    stripes.putdata([(x, (x * 3 + y) % 256, y * 3) for y in range(80) for x in range(240)])
    assert len(clean_logo(png(stripes))[0]) <= MOST_BYTES
    noise = Image.frombytes("RGB", (480, 160), random.Random(1).randbytes(480 * 160 * 3))
    with pytest.raises(DomainError):
        clean_logo(png(noise)[:199_000] if len(png(noise)) > 199_000 else png(noise))


def test_a_picture_that_pretends_to_be_huge_is_refused() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    chunk = b"IHDR" + header
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    with pytest.raises(DomainError):
        clean_logo(data)


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\nrubbish", b"%PDF-1.4", b"\xff\xd8\xff\xe0jpeg", b"x" * 250_000]
)
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(DomainError):
        clean_logo(data)
