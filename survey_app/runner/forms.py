"""Reading a posted body: `application/x-www-form-urlencoded`, strictly UTF-8, with limits. Nothing is guessed."""

from urllib.parse import unquote_plus

MOST_BYTES = 256 * 1024
MOST_FIELDS = 3_000

Form = dict[str, list[str]]


class BadForm(Exception):
    """The body is not a form that a browser sends."""


def read(body: bytes) -> Form:
    """Field name -> values in the order sent. Raises BadForm on other encodings and on more than 3,000 fields."""
    if body.count(b"&") >= MOST_FIELDS:
        raise BadForm("too many fields")
    form: Form = {}
    try:
        for pair in body.decode().split("&"):
            name, _, value = pair.partition("=")
            if "%" in pair or "+" in pair:
                name, value = unquote_plus(name, errors="strict"), unquote_plus(value, errors="strict")
            if name in form:
                form[name].append(value)
            elif name:
                form[name] = [value]
    except UnicodeDecodeError as error:
        raise BadForm("not UTF-8") from error
    return form


def number(form: Form, name: str, *, digits: int) -> int | None:
    """A field that holds one whole number of at most so many ASCII digits; None for anything else."""
    text = one(form, name)
    return int(text) if len(text) <= digits and text.isascii() and text.isdigit() else None


def one(form: Form, name: str) -> str:
    """The only value of a field; "" when it is absent or stands there twice."""
    values = form.get(name, ())
    return values[0] if len(values) == 1 else ""
