"""The API explained from its own OpenAPI document, so that the two cannot differ."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from worker.web.page import Page


def api(request: Request) -> Response:
    """Every address of the API with its parameters."""
    page = Page(request)
    mounted = next(route for route in request.app.routes if route.name == "api_v1")
    document = mounted.app.made().openapi()
    return page.show("api.html", calls=list(_calls(document)))


def _calls(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "path": f"/api/v1{path}",
            "says": operation["get"].get("description", ""),
            "parameters": [_parameter(document, p) for p in operation["get"].get("parameters", [])],
        }
        for path, operation in document.get("paths", {}).items()
    ]


def _parameter(document: dict[str, Any], told: dict[str, Any]) -> dict[str, str]:
    schema = _resolved(document, told.get("schema", {}))
    options = schema.get("enum") or []
    plain = schema.get("format") or schema.get("type") or ""
    return {
        "name": told["name"],
        "says": told.get("description", ""),
        "allowed": ", ".join(map(str, options)) if options else str(plain),
    }


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without its reference and without ``null`` as another choice."""
    for choice in schema.get("anyOf", []):
        if choice.get("type") != "null":
            return _resolved(document, choice)
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        found: dict[str, Any] = document["components"]["schemas"][name]
        return found
    return schema
