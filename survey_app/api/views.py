"""The addresses for other systems: orders, events, and the description of both."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, request
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

from survey_app import clock, web
from survey_app.api import description, shapes, taking
from survey_app.api.taking import Misshapen
from survey_app.errors import Busy
from survey_app.extensions import csrf
from survey_app.formats import strict_json
from survey_app.formats.strict_json import Malformed
from survey_app.people import signing
from survey_app.people.signing import Signed

blueprint = Blueprint("api", __name__)
csrf.exempt(blueprint)  # a signature does what the token does: no browser sends it by itself


def _fault(status: int, error: str, place: str = "") -> Response:
    answer: Response = jsonify(shapes.Fault(error=error, place=place).model_dump())
    answer.status_code = status
    return answer


@blueprint.before_app_request
def check_signature() -> Response | None:
    """Let a request to a signed address pass only with a signature that counts. One answer for whatever is wrong."""
    if request.endpoint is None or web.declared_access(current_app, request.endpoint) != web.SIGNED:
        return None
    headers = request.headers
    given = Signed(
        key=headers.get("X-Survey-Key", ""),
        time=headers.get("X-Survey-Time", ""),
        nonce=headers.get("X-Survey-Nonce", ""),
        signature=headers.get("X-Survey-Signature", ""),
        method=request.method,
        path=request.path,
        body=request.get_data(cache=True),
    )
    key = signing.verified(given, now=clock.now()) if not request.query_string else None
    if key is None:
        return _fault(401, "unauthorized")
    g.system = key.source
    g.keep = True  # the nonce is used up also by a request that is refused for what it holds
    return None


def _taken(take: Callable[..., shapes.Results]) -> Response:
    try:
        document = strict_json.read(request.get_data())
        results = take(document, source=g.system, now=clock.now(), translate=gettext)
    except Misshapen as error:
        return _fault(422, error.reason, error.place)
    except Malformed as error:
        return _fault(400, error.reason, error.place)
    answer: Response = jsonify(results.model_dump(exclude_none=True))
    return answer


@blueprint.post("/api/orders")
@web.access(web.SIGNED)
def send_orders() -> Response:
    """Take a batch of orders."""
    return _taken(taking.take_orders)


@blueprint.post("/api/events")
@web.access(web.SIGNED)
def send_events() -> Response:
    """Take a batch of events."""
    return _taken(taking.take_events)


@blueprint.get("/api/openapi.json")
@web.access(web.PUBLIC)
def openapi() -> Response:
    """The description for programs."""
    found: Response = jsonify(description.openapi())
    return found


@blueprint.get("/api/docs")
@web.access(web.PUBLIC)
def docs() -> Response:
    """The description for people, from the same shapes."""
    schemas = description.openapi()["components"]["schemas"]
    return web.render(
        "api/docs.html",
        address=web.settings().public_url,
        headers=description.HEADERS,
        operations=description.OPERATIONS,
        refusals=description.REFUSALS,
        models={name: _lines(schemas[name]) for name in ("Order", "Event", "Consent", "Result")},
        shapes={name: schemas[name]["description"] for name in schemas},
    )


def _lines(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The names of a model as rows of a table."""
    needed = schema.get("required", [])
    return [
        {"name": name, "type": _type(about), "needed": name in needed, "text": about.get("description", "")}
        for name, about in schema["properties"].items()
    ]


def _type(about: dict[str, Any]) -> str:
    """The type of a value, as a person reads it."""
    if "anyOf" in about:
        return " | ".join(dict.fromkeys(_type(each) for each in about["anyOf"] if each.get("type") != "null"))
    if "enum" in about:
        return " | ".join(f'"{value}"' for value in about["enum"])
    if "$ref" in about:
        return str(about["$ref"]).rsplit("/", 1)[-1]
    length = f" (≤ {about['maxLength']})" if "maxLength" in about else ""
    return f"{about.get('type', '')}{length}"


@blueprint.errorhandler(HTTPException)
def on_http_error(error: HTTPException) -> Response:
    """Faults of the addresses themselves, as JSON."""
    return _fault(error.code or 500, error.name.lower())


@blueprint.errorhandler(Busy)
def on_busy(_error: Busy) -> Response:
    """Nothing was taken; the same batch may be sent again."""
    return _fault(503, "busy")
