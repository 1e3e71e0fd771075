"""One document against its schema: values, or every mistake in words an operator can act on."""

from __future__ import annotations

import json
from difflib import get_close_matches
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from worker.settings.kinds import Section
from worker.settings.reading import Document, Mistake, Path_

S = TypeVar("S", bound=Section)

#: pydantic's error types that need other words than its own.
_WORDS = {
    "missing": "missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "model_type": "must be a section of keys",
    "model_attributes_type": "must be a section of keys",
    "dict_type": "must be a section of keys",
    "union_tag_not_found": "type is missing; allowed: slack, email, webhook, console",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
}


def validate(document: Document, schema: type[S]) -> tuple[S | None, list[Mistake]]:
    """The document as ``schema``, or None and what is wrong with it."""
    if document.data is None:
        return None, list(document.mistakes)
    if not isinstance(document.data, dict):
        return None, [document.mistake((), "must be a section of keys at the top")]
    try:
        # JSON is what strict mode understands best: lists for tuples, text for enums, no more.
        value = schema.model_validate_json(json.dumps(document.data, default=str))
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
        wrong = [_mistake(document, schema, detail) for detail in details]
        return None, [*document.mistakes, *wrong]
    return (None if document.mistakes else value), list(document.mistakes)


def _mistake(document: Document, schema: type[Section], detail: ErrorDetails) -> Mistake:
    path = _without_tags(document, tuple(key for key in detail["loc"] if key != "[key]"))
    return document.mistake(path, _reason(schema, detail))


def _without_tags(document: Document, loc: tuple[int | str, ...]) -> Path_:
    """Drop what pydantic adds to a place and the file does not have, as a union's tag."""
    path: Path_ = ()
    for index, key in enumerate(loc):
        last = index == len(loc) - 1
        if (*path, key) in document.lines or (last and not _is_tag(document, path, key)):
            path = (*path, key)
    return path


def _is_tag(document: Document, path: Path_, key: int | str) -> bool:
    node = document.data
    for step in path:
        node = node[step]
    return isinstance(node, dict) and node.get("type") == key


def _reason(schema: type[Section], detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(schema, detail["loc"])
    if kind in ("enum", "literal_error", "union_tag_invalid"):
        allowed = str(context.get("expected") or context.get("expected_tags"))
        return "must be one of: " + allowed.replace("'", "").replace(" or ", ", ")
    if kind == "value_error":
        return str(context["error"])
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        return detail["msg"].replace("Input should be", "must be")
    return _WORDS.get(kind, detail["msg"])


def _unknown_key(schema: type[Section], loc: tuple[int | str, ...]) -> str:
    allowed = sorted(_keys_at(schema, loc[:-1]))
    near = get_close_matches(str(loc[-1]), allowed, 1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"unknown key{hint}; allowed: {', '.join(allowed)}"


def _keys_at(schema: type[Section], loc: tuple[int | str, ...]) -> set[str]:
    kind: Any = schema
    for step in loc:
        kind = _step(kind, step)
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return set()
    return {field.alias or name for name, field in kind.model_fields.items()}


def _step(kind: Any, step: int | str) -> Any:
    """The type one step of an error's place further in."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {field.alias or name: field for name, field in kind.model_fields.items()}
        return _plain(fields[str(step)].annotation)
    if get_origin(kind) is tuple:
        return _plain(get_args(kind)[0])
    for option in get_args(kind):
        tag = option.model_fields.get("type") if hasattr(option, "model_fields") else None
        if tag is not None and step in get_args(tag.annotation):
            return option
    return kind


def _plain(kind: Any) -> Any:
    """Take off ``Annotated`` and ``| None``."""
    while hasattr(kind, "__metadata__"):
        kind = kind.__origin__
    if get_origin(kind) in (Union, UnionType):
        inner = [option for option in get_args(kind) if option is not type(None)]
        return _plain(inner[0]) if len(inner) == 1 else kind
    return kind
