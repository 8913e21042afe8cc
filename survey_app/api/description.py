"""The description of the interface for programs (OpenAPI 3.1), made from the shapes that are checked."""

from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from survey_app.api import shapes

HEADERS = {
    "X-Survey-Key": "The number of the key.",
    "X-Survey-Time": "Seconds since 1970 (UTC); at most five minutes away from our clock.",
    "X-Survey-Nonce": "16 to 64 characters A-Z a-z 0-9 _ -, another one for every request.",
    "X-Survey-Signature": (
        "HMAC-SHA256 in hex, with the secret, over five lines joined by a line feed: method, path, time, nonce, "
        "SHA-256 of the body in hex."
    ),
}
OPERATIONS = {
    "/api/orders": ("sendOrders", "Send orders", "Orders"),
    "/api/events": ("sendEvents", "Send events", "Events"),
}
REFUSALS = {
    "400": "The body is no JSON, or JSON that cannot be taken as it is; nothing was taken.",
    "401": "The signature does not count: key, time, nonce or signature is wrong, or the request was taken before.",
    "413": "The body has more than 1,000,000 bytes.",
    "422": "The batch has another shape; nothing was taken.",
    "503": "Busy; nothing was taken. Send the same batch again with a new nonce.",
}
_REFERENCE = "#/components/schemas/{model}"


@lru_cache(maxsize=1)
def openapi() -> dict[str, Any]:
    """The document."""
    models: list[type[BaseModel]] = [shapes.Orders, shapes.Events, shapes.Results, shapes.Fault]
    _, found = models_json_schema([(model, "validation") for model in models], ref_template=_REFERENCE)
    schemes = {
        name.removeprefix("X-Survey-").lower(): {"type": "apiKey", "in": "header", "name": name, "description": text}
        for name, text in HEADERS.items()
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Orders and events",
            "version": "1",
            "description": "Idempotent: the same rows may be sent any number of times, in any order.",
        },
        "paths": {path: {"post": _operation(*about)} for path, about in OPERATIONS.items()},
        "components": {"schemas": found["$defs"], "securitySchemes": schemes},
        "security": [{name: [] for name in schemes}],
    }


def _operation(name: str, summary: str, model: str) -> dict[str, Any]:
    refused = {
        code: {"description": text, **({"content": _content("Fault")} if code != "413" else {})}
        for code, text in REFUSALS.items()
    }
    taken = {"description": "The batch was taken; each row says what became of it.", "content": _content("Results")}
    return {
        "operationId": name,
        "summary": summary,
        "requestBody": {"required": True, "content": _content(model)},
        "responses": {"200": taken, **refused},
    }


def _content(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REFERENCE.format(model=model)}}}
