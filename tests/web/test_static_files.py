"""Files served as they are: digests of what others wrote, sizes, contrast of every pair of colours."""

import gzip
import hashlib
import re

import pytest
from flask import Flask

from survey_app.config import ROOT
from survey_app.organisation.branding import contrast

STATIC = ROOT / "survey_app" / "static"
CSS = (STATIC / "staff.css").read_text("utf-8")


def compressed(name: str) -> int:
    return len(gzip.compress((STATIC / name).read_bytes(), 9))


def test_vendored_files_are_those_that_were_noted() -> None:
    notes = re.findall(r"\| (\S+) \| .* \| ([0-9a-f]{64}) \|", (STATIC / "vendor" / "README.md").read_text("utf-8"))
    assert len(notes) == 4
    for name, digest in notes:
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest, name
    vendored = {path.name for path in (STATIC / "vendor").iterdir()} - {"README.md"}
    assert vendored == {"htmx-2.0.11.min.js", "idiomorph-0.8.0.min.js", "sortable-1.15.7.min.js"}


def test_the_first_view_of_a_staff_page_is_small() -> None:
    assert compressed("staff.css") <= 14_000
    assert (STATIC / "staff.js").stat().st_size <= 3_000
    assert compressed("icons.svg") <= 4_000
    assert sum(map(compressed, ("staff.css", "staff.js", "icons.svg", "vendor/htmx-2.0.11.min.js"))) <= 45_000


def test_every_file_is_asked_for_with_its_digest(sqlite_app: Flask) -> None:
    text = sqlite_app.test_client().get("/sign-in").get_data(as_text=True)
    asked = re.findall(r'(?:href|src)="/static/([^"?#]+)(\?v=([0-9a-f]{12}))?', text)
    assert {name for name, _, _ in asked} >= {"staff.css", "staff.js", "vendor/htmx-2.0.11.min.js"}
    for name, _, digest in asked:
        assert digest == hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12], name


def test_every_icon_that_a_template_names_exists() -> None:
    present = set(re.findall(r'<symbol id="([a-z0-9-]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    named = set()
    for path in (ROOT / "survey_app" / "templates").rglob("*.html"):
        named |= set(re.findall(r"(?:ui\.)?icon\(\"([a-z0-9-]+)\"\)", path.read_text("utf-8")))
    assert named <= present and len(named) > 15


def tokens(block: str) -> dict[str, str]:
    found = dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{3,6})\b", block))
    return {key: value if len(value) == 7 else "#" + "".join(c * 2 for c in value[1:]) for key, value in found.items()}


LIGHT = tokens(CSS[CSS.index(":root {") : CSS.index("@media (prefers-color-scheme: dark)")])
DARK = LIGHT | tokens(CSS[CSS.index("@media (prefers-color-scheme: dark)") : CSS.index("*, ::before")])
TEXT_PAIRS = [
    ("fg", "bg"), ("fg", "bg-2"), ("fg", "bg-3"), ("muted", "bg"), ("muted", "bg-2"), ("brand", "bg"), ("brand", "bg-2"),
    ("brand", "brand-soft"), ("on-brand", "brand"), ("danger", "bg"), ("danger", "danger-bg"), ("warn-fg", "warn-bg"),
    ("info-fg", "info-bg"), ("fg", "danger-bg"),
]  # fmt: skip
SHAPE_PAIRS = [("control", "bg"), ("control", "bg-2"), ("focus", "bg"), ("focus", "bg-2")]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_edges_can_be_seen(scheme: dict[str, str]) -> None:
    for one, other in TEXT_PAIRS:
        assert contrast(scheme[one], scheme[other]) >= 4.5, (one, other)
    for one, other in SHAPE_PAIRS:
        assert contrast(scheme[one], scheme[other]) >= 3, (one, other)
