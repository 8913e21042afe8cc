"""QR codes for print: level Q, quiet zone of four modules, black on white, as SVG or PNG."""

import io

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_Q

QUIET_ZONE = 4


def modules(address: str) -> list[list[bool]]:
    """The code as rows of dark modules, quiet zone included."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=QUIET_ZONE, box_size=1)
    code.add_data(address)
    code.make(fit=True)
    return [[bool(dark) for dark in row] for row in code.get_matrix()]


def svg(address: str, *, title: str) -> bytes:
    """One path on white, sharp at every size; one run of dark modules is one rectangle of the path."""
    rows = modules(address)
    size = len(rows)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for x, length in _runs(row))
    words = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size * 8}" height="{size * 8}" '
        f'shape-rendering="crispEdges" role="img"><title>{words}</title>'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    ).encode()


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """(start, length) of each run of dark modules."""
    found: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if not dark:
            continue
        if found and sum(found[-1]) == x:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((x, 1))
    return found


def png(address: str, *, pixels: int = 1200) -> bytes:
    """A picture of whole pixels per module, at least `pixels` wide: about 100 mm at 300 dpi."""
    rows = modules(address)
    scale = -(-pixels // len(rows))
    picture = Image.new("1", (len(rows), len(rows)), 1)
    picture.putdata([0 if dark else 1 for row in rows for dark in row])
    target = io.BytesIO()
    picture.resize((len(rows) * scale, len(rows) * scale), Image.Resampling.NEAREST).save(
        target, "PNG", optimize=True, dpi=(300, 300)
    )
    return target.getvalue()
