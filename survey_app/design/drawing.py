"""Shapes of drawings for staff pages: SVG elements with presentation attributes alone, texts cut to a width."""

from dataclasses import dataclass, field
from typing import Any

INK, QUIET, RULE, PAPER, PALE = "#1a1f1c", "#4d5a54", "#6f7a74", "#ffffff", "#f1f5f3"
TONES = {"bad": "#b3261e", "warn": "#7a4b00", "open": "#1d4f7c", "good": INK}


@dataclass(frozen=True, slots=True)
class Shape:
    """One SVG element."""

    name: str
    attributes: dict[str, Any]
    text: str = ""


@dataclass(slots=True)
class Part:
    """Shapes that belong together; `href` leads to what they stand for, `title` says it."""

    href: str = ""
    title: str = ""
    shapes: list[Shape] = field(default_factory=list)

    def add(self, name: str, text: str = "", **attributes: Any) -> None:
        """Put one element on top; underscores in attribute names become hyphens."""
        plain = {
            key.replace("_", "-"): f"{v:.1f}".removesuffix(".0") if isinstance(v, float) else v
            for key, v in attributes.items()
        }
        self.shapes.append(Shape(name, plain, text))

    def words(self, x: float, y: float, text: str, *, size: int = 14, fill: str = INK, weight: int = 400) -> None:
        """One line of text; `y` is its base line."""
        self.add("text", text, x=x, y=y, font_size=size, fill=fill, font_weight=weight)

    def line(self, points: list[tuple[float, float]], colour: str, *, dash: str = "", width: float = 1.6) -> None:
        """A line with corners."""
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        more = {"stroke_dasharray": dash} if dash else {}
        self.add("polyline", points=path, fill="none", stroke=colour, stroke_width=width, **more)

    def head(self, x: float, y: float, colour: str, *, down: bool = False) -> None:
        """The head of an arrow that ends at (x, y), to the left or downwards."""
        points = [(x, y), (x + 8, y - 4.5), (x + 8, y + 4.5)] if not down else [(x, y), (x - 5, y - 8), (x + 5, y - 8)]
        self.add("polygon", points=" ".join(f"{a:g},{b:g}" for a, b in points), fill=colour)

    def sign(self, x: float, y: float, kind: str) -> None:
        """The sign of a verdict: its shape says the same as its colour."""
        colour = TONES[kind]
        if kind == "bad":
            corners = ((-3, -7), (3, -7), (7, -3), (7, 3), (3, 7), (-3, 7), (-7, 3), (-7, -3))
            self.add("polygon", points=" ".join(f"{x + a:g},{y + b:g}" for a, b in corners), fill=colour)
            self.line([(x - 3, y - 3), (x + 3, y + 3)], PAPER)
            self.line([(x + 3, y - 3), (x - 3, y + 3)], PAPER)
        elif kind == "warn":
            self.add("polygon", points=f"{x:g},{y - 7:g} {x + 8:g},{y + 6:g} {x - 8:g},{y + 6:g}", fill=colour)
            self.line([(x, y - 3), (x, y + 2)], PAPER)
        else:
            self.add("circle", cx=x, cy=y, r=7, fill=PAPER, stroke=colour, stroke_width=1.6, stroke_dasharray="3 2")
            self.words(x - 3.5, y + 4, "?", size=11, fill=colour, weight=600)


@dataclass(slots=True)
class Drawing:
    """The map with its size."""

    width: float = 0
    height: float = 0
    folded: int = 0
    """Questions that are not drawn one by one."""
    parts: list[Part] = field(default_factory=list)


def units(text: str) -> float:
    """Width of a text in letters of full width."""
    return sum(1.0 if ord(character) > 0x2E7F else 0.56 for character in text)


def cut(text: str, width: float, size: int) -> str:
    """The text, shortened to a width."""
    if units(text) * size <= width:
        return text
    kept = ""
    for character in text:
        if units(kept + character + "…") * size > width:
            break
        kept += character
    return kept.rstrip() + "…"
