"""A logo from outside, made harmless: PNG is drawn anew by Pillow, SVG is rebuilt from an allow-list.

At most 6 KB, because it is the second and last request of a respondent's page. An SVG is read with a parser that refuses
document types (no entities), and only known elements with known attributes are written again: no script, no style sheet, no
reference to anything outside of the file, no foreign objects, no animation.
"""

import io
import re
from xml.etree import ElementTree
from xml.parsers import expat

from PIL import Image, UnidentifiedImageError

from survey_app.errors import DomainError
from survey_app.languages import N_

MOST_BYTES = 6_000
_MOST_UPLOADED = 200_000
_PNG = b"\x89PNG\r\n\x1a\n"
_BOX = (480, 160)  # twice what the page shows
_SVG = "{http://www.w3.org/2000/svg}"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ELEMENTS = _words(
    "svg g path rect circle ellipse line polyline polygon text tspan title desc defs linearGradient radialGradient stop "
    "clipPath"
)
_ATTRIBUTES = _words(
    "id d x y x1 x2 y1 y2 cx cy r rx ry fx fy width height points transform viewBox preserveAspectRatio fill fill-opacity "
    "fill-rule clip-rule clip-path stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray "
    "stroke-dashoffset stroke-opacity opacity font-family font-size font-weight text-anchor letter-spacing dx dy offset "
    "stop-color stop-opacity gradientUnits gradientTransform clipPathUnits version"
)
_LOCAL_REFERENCE = re.compile(r"url\(#[A-Za-z][\w.-]*\)")
_STYLE_PROPERTIES = _ATTRIBUTES - _words("id d points viewBox transform version")

TOO_LARGE = N_("标志文件处理后为 %(size)s 字节，最多 %(limit)s 字节。请缩小尺寸、减少颜色，或换成简单的 SVG。")
NOT_AN_IMAGE = N_("请上传 PNG 或 SVG 图片。")


def clean_logo(data: bytes) -> tuple[bytes, str]:
    """The harmless file and its content type. Raises DomainError with what to do."""
    if len(data) > _MOST_UPLOADED:
        raise DomainError(TOO_LARGE, size=len(data), limit=MOST_BYTES)
    if data.startswith(_PNG):
        return _small(clean_png(data), "image/png")
    if b"<svg" in data[:4000].lower():
        return _small(clean_svg(data), "image/svg+xml")
    raise DomainError(NOT_AN_IMAGE)


def _small(data: bytes, content_type: str) -> tuple[bytes, str]:
    if len(data) > MOST_BYTES:
        raise DomainError(TOO_LARGE, size=len(data), limit=MOST_BYTES)
    return data, content_type


def clean_png(data: bytes) -> bytes:
    """The same picture without metadata, at most 480 x 160; with fewer colours when that is needed to stay small."""
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as opened:
            if opened.width * opened.height > 16_000_000:
                raise DomainError(NOT_AN_IMAGE)
            picture = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DomainError(NOT_AN_IMAGE) from error
    picture.thumbnail(_BOX)
    smallest = _written(picture)
    for colours in (128, 64, 32, 16):
        if len(smallest) <= MOST_BYTES:
            break
        smallest = _written(picture.quantize(colours, method=Image.Quantize.FASTOCTREE))
    return smallest


def _written(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "PNG", optimize=True)
    return target.getvalue()


def clean_svg(data: bytes) -> bytes:
    """The same drawing, rebuilt from the allow-list."""
    root = _parse(data)
    if root.tag not in {f"{_SVG}svg", "svg"}:
        raise DomainError(NOT_AN_IMAGE)
    clean = _rebuilt(root)
    if clean is None or not (clean.get("viewBox") or (clean.get("width") and clean.get("height"))):
        raise DomainError(N_("SVG 需要 viewBox 或宽高，才能按比例显示。"))
    clean.set("xmlns", "http://www.w3.org/2000/svg")
    return bytes(ElementTree.tostring(clean, encoding="utf-8"))


def _parse(data: bytes) -> ElementTree.Element:
    def refuse(*_: object) -> None:
        raise DomainError(N_("SVG 里有文档类型声明（DOCTYPE），请用“普通 SVG”格式另存。"))

    scan = expat.ParserCreate()
    scan.StartDoctypeDeclHandler = refuse
    depth = 0

    def deeper(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > 50:
            raise DomainError(NOT_AN_IMAGE)

    def shallower(*_: object) -> None:
        nonlocal depth
        depth -= 1

    scan.StartElementHandler, scan.EndElementHandler = deeper, shallower
    try:
        scan.Parse(data, True)
        return ElementTree.fromstring(data)  # noqa: S314 - no document type, so no entities
    except (expat.ExpatError, ElementTree.ParseError, ValueError) as error:
        raise DomainError(NOT_AN_IMAGE) from error


def _rebuilt(element: ElementTree.Element) -> ElementTree.Element | None:
    name = str(element.tag).removeprefix(_SVG)
    if name not in _ELEMENTS:
        return None
    made = ElementTree.Element(name)
    for key, value in _attributes(element):
        made.set(key, value)
    if name in {"text", "tspan", "title", "desc"}:
        made.text = element.text
    for child in element:
        clean = _rebuilt(child)
        if clean is not None:
            clean.tail = child.tail if name in {"text", "tspan"} else None
            made.append(clean)
    return made


def _attributes(element: ElementTree.Element) -> list[tuple[str, str]]:
    pairs = [(key, value) for key, value in element.attrib.items() if key in _ATTRIBUTES]
    # editors write colours as style="fill:#fff;...": taken over as attributes, never as a style
    for part in element.attrib.get("style", "").split(";"):
        key, _, value = part.partition(":")
        if key.strip() in _STYLE_PROPERTIES:
            pairs.append((key.strip(), value.strip()))
    return [(key, value) for key, value in pairs if _is_harmless(value)]


def _is_harmless(value: str) -> bool:
    rest = _LOCAL_REFERENCE.sub("", value).lower()
    return not any(word in rest for word in ("url(", "javascript:", "data:", "expression(", "@import", "\\", "&#", "<"))
