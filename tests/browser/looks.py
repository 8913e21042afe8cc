"""How staff pages are looked at: widths, languages, colours, and a browser of somebody who is signed in."""

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize

from tests import staff
from tests.browser.conftest import Site

PHONE, DESK = ViewportSize(width=360, height=740), ViewportSize(width=1366, height=768)
USUAL = [(PHONE, "zh", "dark"), (DESK, "en", "light")]  # each width, language and colour once
OTHER = [(DESK, "zh", "light"), (PHONE, "en", "dark")]

each_look = pytest.mark.parametrize(
    ("size", "language", "scheme"),
    [pytest.param(*look, id=f"{look[0]['width']}-{look[1]}-{look[2]}") for look in USUAL]
    + [pytest.param(*look, id=f"{look[0]['width']}-{look[1]}-{look[2]}", marks=pytest.mark.long) for look in OTHER],
)
"""A test of screens, for each width, language and colour; the other pairs of them in make test-long."""


def context_of(
    chromium: Browser, site: Site, chain: staff.Chain, role: str = "administrator", *, size: ViewportSize = DESK,
    language: str = "zh", scheme: str = "light", script: bool = True,
) -> BrowserContext:  # fmt: skip
    """A browser of somebody who is signed in."""
    cookie = chain.signed_in(role, language).client.get_cookie("staff")
    assert cookie is not None
    context = chromium.new_context(
        viewport=size, color_scheme="dark" if scheme == "dark" else "light", java_script_enabled=script
    )
    context.add_cookies([{"name": "staff", "value": cookie.value, "url": site.address}])
    return context
