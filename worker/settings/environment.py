"""Settings from environment variables, laid over those of the files.

``COALITION_WATCH_`` and the key in capitals, ``__`` for each dot: ``worker.polling.interval`` of
``settings.yaml`` is ``COALITION_WATCH_WORKER__POLLING__INTERVAL``. Values are written as in the
files, so a list or a table is YAML on one line (``[console, slack]``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import yaml

from worker.settings.kinds import Section
from worker.settings.reading import Document, Mistake, Path_, read_value

PREFIX = "COALITION_WATCH_"
#: Set by whoever starts the worker, not settings of it.
_OTHERS = frozenset({"COALITION_WATCH_CONFIG"})
#: Kubernetes and Docker links set these for a service of this name.
_LINKS = re.compile(r"COALITION_WATCH_(SERVICE|PORT)(_[A-Z0-9_]*)?")


def variable(path: Iterable[str]) -> str:
    """The environment variable that sets a key: ``("worker", "tick")`` → ``…_WORKER__TICK``."""
    return PREFIX + "__".join(path).upper()


def variables(environ: Mapping[str, str]) -> list[str]:
    """The names in ``environ`` that set something, in order."""
    mine = (name for name in environ if name.startswith(PREFIX) and name not in _OTHERS)
    return sorted(name for name in mine if not _LINKS.fullmatch(name))


def laid_over(
    documents: Mapping[str, Document],
    schemas: Mapping[str, type[Section]],
    environ: Mapping[str, str],
) -> tuple[dict[str, Document], list[Mistake]]:
    """The documents, by file, with what the environment says; and what in it cannot be read.

    A key that no schema has is left to the schema to refuse, a whole section that none has is
    refused here.
    """
    referred = {name for document in documents.values() for name in _referred(document.data)}
    names = [name for name in variables(environ) if name not in referred]
    if not names:
        return dict(documents), []
    values, wrong = _read(names, environ)
    wrong += _unknown(values, schemas)
    given = _nested(values, schemas)
    told = {
        file: _merged(document, schemas[file], given, values)
        for file, document in documents.items()
    }
    return told, wrong


def _referred(data: Any) -> Iterator[str]:
    """The variables that ``env:NAME`` names in a file: they hold secrets and set nothing."""
    if isinstance(data, str) and data.startswith("env:"):
        yield data.removeprefix("env:")
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    for value in inner:
        yield from _referred(value)


def _read(names: Iterable[str], environ: Mapping[str, str]) -> tuple[dict[str, Any], list[Mistake]]:
    values: dict[str, Any] = {}
    wrong = []
    for name in names:
        try:
            values[name] = read_value(environ[name])
        except (yaml.YAMLError, ValueError, RecursionError):
            wrong.append(Mistake(f"environment variable {name}", 0, "", "not valid YAML"))
    return values, wrong


def _unknown(values: Iterable[str], schemas: Mapping[str, type[Section]]) -> list[Mistake]:
    sections = sorted({key for schema in schemas.values() for key in schema.model_fields})
    allowed = ", ".join(f"{variable([key])}…" for key in sections)
    return [
        Mistake(f"environment variable {name}", 0, "", f"sets nothing; allowed: {allowed}")
        for name in values
        if _path(name)[0] not in sections
    ]


def _path(name: str) -> tuple[str, ...]:
    return tuple(name.removeprefix(PREFIX).lower().split("__"))


def _merged(
    document: Document, schema: type[Section], given: Mapping[str, Any], values: Iterable[str]
) -> Document:
    mine = {key: given[key] for key in schema.model_fields if key in given}
    if not mine or not isinstance(document.data, dict):
        return document
    named: dict[Path_, str] = {_path(name): name for name in values if _path(name)[0] in mine}
    return document.overlaid(mine, named)


def _nested(values: Mapping[str, Any], schemas: Mapping[str, type[Section]]) -> dict[str, Any]:
    """What pydantic-settings makes of the variables: sections within sections."""
    return dict(_source()(_every(tuple(schemas.values())), values)())


@cache
def _every(schemas: tuple[type[Section], ...]) -> Any:
    """One model of all files' sections."""
    from pydantic import create_model
    from pydantic_settings import BaseSettings, SettingsConfigDict

    class Base(BaseSettings):
        model_config = SettingsConfigDict(arbitrary_types_allowed=True)

    fields: dict[str, Any] = {
        key: (info.annotation, info)
        for schema in schemas
        for key, info in schema.model_fields.items()
    }
    return create_model("EverySetting", __base__=Base, **fields)


@cache
def _source() -> Any:
    """The source of pydantic-settings over given values; loaded only where a variable is set."""
    from pydantic_settings import EnvSettingsSource

    class Variables(EnvSettingsSource):
        """Reads from a mapping of values that are no text any more but what the text means."""

        def __init__(self, model: Any, values: Mapping[str, Any]):
            self._values = values
            super().__init__(
                model, case_sensitive=False, env_prefix=PREFIX, env_nested_delimiter="__"
            )

        def _load_env_vars(self) -> Mapping[str, Any]:
            return {name.lower(): value for name, value in self._values.items()}

        def decode_complex_value(self, field_name: str, field: Any, value: Any) -> Any:
            return value

    return Variables
