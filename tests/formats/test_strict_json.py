"""JSON from elsewhere: what is refused, and where it says the fault is."""

from decimal import Decimal

import pytest

from survey_app.formats import strict_json
from survey_app.formats.strict_json import Malformed


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"", "line 1 column 1"),
        (b"{", "line 1 column 2"),
        (b'{"orders":[],}', "line 1 column 14"),
        (b"\xef\xbb\xbf{}", "byte 0"),
        (b'{"orders":"\xff"}', "byte 11"),
        (b"[" * 100_000, "character 10"),
        (b'{"a":' * 100_000, "character 50"),
        (b"[" + b"1," * 60_000 + b"1]", "character"),
        (b"{" + b",".join(b'"k%d":1' % n for n in range(100_000)) + b"}", "character"),
        (b'{"orders":[{"number":"A1","number":"A2"}]}', "name 'number'"),
        (b'{"amount":NaN}', ""),
        (b'{"amount":-Infinity}', ""),
        (b'{"amount":' + b"9" * 5000 + b"}", ""),
        (b'{"amount":1.' + b"9" * 5000 + b"}", ""),
        (b'{"orders":[{"number":"a\\u0000b"}]}', "/orders/0/number"),
        (b'{"orders":[{"name":"\\ud83d"}]}', "/orders/0/name"),
        (b'{"orders":[{"na\\u0007me":"x"}]}', "/orders/0/na"),
        ('["\u0085"]'.encode(), "/0"),
    ],
)
def test_what_parsers_or_databases_read_differently_is_refused_with_its_place(body: bytes, place: str) -> None:
    with pytest.raises(Malformed) as refused:
        strict_json.read(body)
    assert refused.value.place.startswith(place)


def test_brackets_in_texts_are_no_levels_and_fractions_stay_exact() -> None:
    assert strict_json.read(b'{"a":"[[[[[[[[[[[[\\"{","b":0.1,"c":[1e309,-0]}') == {
        "a": '[[[[[[[[[[[["{', "b": Decimal("0.1"), "c": [Decimal("1e309"), 0],
    }  # fmt: skip
