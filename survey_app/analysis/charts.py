"""Charts as SVG shapes, drawn on the server: the same in the page and in a PDF (ux.md 10).

A chart is 320 units wide, so that its words can be read on a phone, and stands on white paper, so that it prints and reads in
grey and on dark screens alike. Only presentation attributes are used. Long labels are broken here, because SVG cannot.
Nothing here knows whether a figure may be shown: that was decided before.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTH = 320
FONT = 14
LINE = 18  # height of a line of text
INK, QUIET, RULE = "#1a1f1c", "#4d5a54", "#c3ccc7"
DIVERGING = ("#e66101", "#fdb863", "#f7f7f7", "#b2abd2", "#5e3c99")  # stay apart for colour-blind people and in grey
BAR, BAR_EDGE, GREY, GREY_EDGE = "#b2abd2", "#5e3c99", "#e4e8e6", "#6f7a74"
LEAST_LABELLED = 0.08  # parts narrower than this carry no label


@dataclass(frozen=True, slots=True)
class Shape:
    """One SVG element: its name, attributes and text."""

    name: str
    attributes: dict[str, Any]
    text: str = ""


@dataclass(slots=True)
class Chart:
    """A drawing with its words for people who do not see it."""

    title: str
    description: str
    height: float = 0
    shapes: list[Shape] = field(default_factory=list)

    def add(self, name: str, text: str = "", **attributes: Any) -> None:
        """Put one element on top; underscores in attribute names become hyphens."""
        plain = {key.replace("_", "-"): _plain(value) for key, value in attributes.items()}
        self.shapes.append(Shape(name, plain, text))

    def words(
        self, x: float, y: float, text: str, *, anchor: str = "start", fill: str = INK, weight: int = 400
    ) -> None:
        """Write one line; `y` is its base line."""
        self.add("text", text, x=x, y=y, font_size=FONT, text_anchor=anchor, fill=fill, font_weight=weight)

    def box(self, x: float, y: float, width: float, height: float, fill: str, edge: str = "none") -> None:
        """Draw a rectangle."""
        self.add("rect", x=x, y=y, width=max(width, 0), height=height, fill=fill, stroke=edge)

    def rule(self, x1: float, y1: float, x2: float, y2: float, colour: str = INK, dash: str = "none") -> None:
        """Draw a straight line."""
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=colour, stroke_width=1.5, stroke_dasharray=dash)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a list: share and interval between 0 and 1; `quiet` bars are grey (其他, 不清楚, too few answers)."""

    label: str
    share: float
    low: float
    high: float
    figure: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a 100 % bar."""

    label: str
    share: float
    figure: str  # as in the legend: 42% (21)
    short: str  # inside the part: 42%


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a battery: parts from low to high, and the net figure it is sorted by."""

    label: str
    parts: tuple[Part, ...]
    net: float
    figure: str


def _plain(value: Any) -> Any:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value


def _units(character: str) -> float:
    return 1.0 if ord(character) > 0x2E7F else 0.58


def break_lines(text: str, width: float, most: int = 3) -> list[str]:
    """Break a label into at most `most` lines of `width` units, at spaces where there are any; the rest becomes …"""
    lines: list[str] = []
    room = width / FONT
    rest = " ".join(text.split())
    while rest and len(lines) < most:
        used, end, space = 0.0, 0, 0
        for end, character in enumerate(rest, start=1):
            used += _units(character)
            if used > room:
                end -= 1
                break
            if character == " ":
                space = end
        else:
            space = len(rest)
        if end < len(rest):
            latin = rest[end : end + 1].isascii() and rest[max(end - 1, 0) : end].isascii()
            end = space if space and latin else max(end, 1)
        lines.append(rest[:end].strip())
        rest = rest[end:].strip()
    if rest:
        lines[-1] = lines[-1][:-1] + "…"
    return lines or [""]


def colours(count: int) -> tuple[str, ...]:
    """`count` colours from orange over white to purple."""
    if count == 1:
        return (DIVERGING[-1],)
    places = [index * 4 / (count - 1) for index in range(count)]
    return tuple(_between(DIVERGING[int(p)], DIVERGING[min(int(p) + 1, 4)], p - int(p)) for p in places)


def _between(one: str, other: str, share: float) -> str:
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on `colour`."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.45 else "#ffffff"


def bars(title: str, description: str, rows: Sequence[Bar]) -> Chart:
    """Horizontal bars with intervals, in the order given; the label stands above its bar, so that it may be long."""
    chart, y, length = Chart(title, description), 4.0, WIDTH - 104
    for row in rows:
        for line in break_lines(row.label, WIDTH - 8):
            chart.words(0, y + FONT, line)
            y += LINE
        y += 5
        chart.box(0, y, length, 16, "#f5f7f6")
        fill, edge = (GREY, GREY_EDGE) if row.quiet else (BAR, BAR_EDGE)
        if row.share > 0:
            chart.box(0.5, y + 0.5, length * row.share, 15, fill, edge)
        low, high = length * row.low, length * row.high
        chart.rule(low, y + 8, high, y + 8)
        for x in (low, high):
            chart.rule(x, y + 4.5, x, y + 11.5)
        chart.words(WIDTH, y + 13, row.figure, anchor="end", weight=600)
        y += 16 + 11
    chart.height = y
    return chart


def steps(title: str, description: str, rows: Sequence[tuple[str, int, str]]) -> Chart:
    """How many came as far as each question: (label, people, what to write at the end of its bar). Counts, so no intervals."""
    chart, y, length = Chart(title, description), 4.0, WIDTH - 104
    most = max((count for _, count, _ in rows), default=0) or 1
    for label, count, figure in rows:
        for line in break_lines(label, WIDTH - 8):
            chart.words(0, y + FONT, line)
            y += LINE
        y += 5
        chart.box(0, y, length, 12, "#f5f7f6")
        if count:
            chart.box(0.5, y + 0.5, length * count / most, 11, BAR, BAR_EDGE)
        chart.words(WIDTH, y + 11, figure, anchor="end", weight=600)
        y += 12 + 10
    chart.height = y
    return chart


def stacked(title: str, description: str, parts: Sequence[Part], *, quiet: bool = False) -> Chart:
    """One 100 % bar with a legend below."""
    chart, x, y = Chart(title, description), 0.5, 6.0
    paints = _paints(len(parts), quiet)
    for part, paint in zip(parts, paints, strict=True):
        _part(chart, x, y, (WIDTH - 1) * part.share, 34, part, paint, LEAST_LABELLED)
        x += (WIDTH - 1) * part.share
    y += 34 + 10
    chart.height = _legend(chart, y, parts, paints)
    return chart


def _paints(count: int, quiet: bool) -> tuple[str, ...]:
    if not quiet:
        return colours(count)
    steps = [0xF2 - round(index * 0x8A / max(count - 1, 1)) for index in range(count)]
    return tuple(f"#{step:02x}{step:02x}{step:02x}" for step in steps)


def _part(chart: Chart, x: float, y: float, width: float, height: float, part: Part, paint: str, least: float) -> None:
    if part.share <= 0:
        return
    chart.box(x, y, width, height, paint, GREY_EDGE)
    if part.share >= least and width >= FONT * sum(map(_units, part.short)) + 6:
        chart.words(x + width / 2, y + height / 2 + 5, part.short, anchor="middle", fill=ink_on(paint))


def _legend(chart: Chart, y: float, parts: Sequence[Part], paints: Sequence[str]) -> float:
    for part, paint in zip(parts, paints, strict=True):
        chart.box(0.5, y + 2, 14, 14, paint, GREY_EDGE)
        chart.words(WIDTH, y + FONT, part.figure, anchor="end", weight=600)
        for line in break_lines(part.label, WIDTH - 120, 2):
            chart.words(22, y + FONT, line)
            y += LINE
        y += 3
    return y + 3


def battery(title: str, description: str, items: Sequence[Item], *, quiet: bool = False) -> Chart:
    """Diverging stacked bars, in the order given: the neutral part is split at the centre, the net figure at the right."""
    chart = Chart(title, description)
    paints = _paints(len(items[0].parts), quiet)
    y = _flowing_legend(chart, [part.label for part in items[0].parts], paints)
    half, centre = (WIDTH - 44) / 2, (WIDTH - 44) / 2
    for item in items:
        for line in break_lines(item.label, WIDTH - 8):
            chart.words(0, y + FONT, line)
            y += LINE
        y += 4
        x = centre - half * _below_centre(item.parts)
        for part, paint in zip(item.parts, paints, strict=True):
            _part(chart, x, y, half * part.share, 22, part, paint, 0.2)
            x += half * part.share
        for start in (y - 4, y + 22):  # the centre, without crossing a label
            chart.rule(centre, start, centre, start + 4)
        chart.words(WIDTH, y + 16, item.figure, anchor="end", weight=600)
        y += 22 + 14
    chart.height = y
    return chart


def _flowing_legend(chart: Chart, labels: Sequence[str], paints: Sequence[str]) -> float:
    x, y = 0.0, 0.0
    for label, paint in zip(labels, paints, strict=True):
        [words] = break_lines(label, WIDTH - 24, 1)
        wide = 22 + FONT * sum(_units(character) for character in words)
        if x and x + wide > WIDTH:
            x, y = 0.0, y + LINE + 3
        chart.box(x + 0.5, y + 2, 14, 14, paint, GREY_EDGE)
        chart.words(x + 22, y + FONT, words)
        x += wide + 14
    return y + LINE + 12


def _below_centre(parts: Sequence[Part]) -> float:
    middle = len(parts) // 2
    below = sum(part.share for part in parts[:middle])
    return below + (parts[middle].share / 2 if len(parts) % 2 else 0)


def histogram(
    title: str, description: str, bins: Sequence[tuple[str, int]], *, middle: float, quiet: bool = False
) -> Chart:
    """Columns side by side: (label under the column, count); `middle` is the place of the median, 0 to 1 of the width."""
    chart, base, tall = Chart(title, description), 168.0, 130.0
    width, most = WIDTH / len(bins), max(count for _, count in bins)
    fill, edge = (GREY, GREY_EDGE) if quiet else (BAR, BAR_EDGE)
    for index, (label, count) in enumerate(bins):
        height = tall * count / most
        if count:
            chart.box(index * width + 1.5, base - height, width - 3, height, fill, edge)
            chart.words(index * width + width / 2, base - height - 4, str(count), anchor="middle", fill=QUIET)
        if len(bins) <= 7 or index % 2 == 0:
            chart.words(index * width + width / 2, base + LINE, label, anchor="middle")
    chart.rule(0, base, WIDTH, base, QUIET)
    place = min(max(middle, 0.0), 1.0) * WIDTH
    chart.rule(place, 14, place, base, INK, "4 3")
    chart.height = base + LINE + 10
    return chart
