"""Widgets: which sites are taken, and who may see what."""

import pytest

from survey_app.distribution import widgets
from survey_app.errors import DomainError

OWN = "https://wj.example.cn"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://www.example.com", ["https://www.example.com"]),
        ("https://www.example.com/orders?id=1#x", ["https://www.example.com"]),
        ("www.example.com", ["https://www.example.com"]),
        ("HTTPS://WWW.Example.COM:443", ["https://www.example.com"]),
        ("https://a.example.com:8443, https://b.example.com\nhttps://a.example.com:8443", None),
        ("https://药店.中国", ["https://xn--hxt033f.xn--fiqs8s"]),
    ],
)
def test_sites_are_kept_as_origins(typed: str, kept: list[str] | None) -> None:
    expected = kept or ["https://a.example.com:8443", "https://b.example.com"]
    assert widgets.checked_sites(typed, own=OWN) == [OWN, *expected]


@pytest.mark.parametrize(
    "typed",
    [
        "", "  \n", "http://www.example.com", "https://*.example.com", "https://example", "*", "https:", "javascript:alert(1)",
        "https://a.com;script-src", "https://a.com'self'", "https://u:p@a.com", "https://127.0.0.1", "data:text/html,x",
        "https://a.com:99999", "https://a..com", "https://-a.com", "\n".join(f"https://a{n}.example.com" for n in range(11)),
    ],
)  # fmt: skip
def test_what_is_no_site_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(DomainError) as refusal:
        widgets.checked_sites(typed, own=OWN)
    assert refusal.value.field == "sites"


def test_a_title_cannot_leave_its_attribute() -> None:
    made = widgets.snippet(
        "https://wj.example.cn/s/ABCDEF", "https://wj.example.cn/static/widget.js", '"><script>alert(1)'
    )
    assert 'title="&quot;>&lt;script>alert(1)"' in made


def test_our_own_address_stands_first_for_the_test_page_even_on_plain_http() -> None:
    own = "http://127.0.0.1:8000"
    assert widgets.checked_sites("https://www.example.com", own=own) == [own, "https://www.example.com"]
