"""Secrets are named in the configuration, never written into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import GetCoreSchemaHandler, SecretStr
from pydantic_core import PydanticCustomError, core_schema

from worker.errors import ConfigError
from worker.logs import redactor

#: How a secret may be named; used in every message about one.
ALLOWED = "env:NAME (an environment variable) or file:/path (a file that holds only the secret)"
_ENV = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
_FILE = re.compile(r"file:(/.+)")


@dataclass(frozen=True, slots=True)
class SecretRef:
    """The place where a secret is kept; showing it gives nothing away.

    ``scheme`` is ``env`` or ``file``, ``place`` the variable's name or the absolute path.
    """

    scheme: str
    place: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.place}"

    @classmethod
    def parse(cls, text: str) -> SecretRef:
        """Read ``env:NAME`` or ``file:/path``; a ValueError never repeats the text it refuses."""
        if match := _ENV.fullmatch(text):
            return cls("env", match[1])
        if match := _FILE.fullmatch(text):
            return cls("file", match[1])
        raise ValueError(f"a secret is never written here; allowed: {ALLOWED}")

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(cls._validate)

    @classmethod
    def _validate(cls, value: object) -> SecretRef:
        if isinstance(value, SecretRef):
            return value
        try:
            return cls.parse(value if isinstance(value, str) else "")
        except ValueError as error:
            raise PydanticCustomError("secret_reference", "{why}", {"why": str(error)}) from None


def resolve_secret(ref: SecretRef, environ: Mapping[str, str]) -> SecretStr:
    """The secret behind a reference, wrapped so that neither ``str`` nor ``repr`` shows it.

    Raises ConfigError, naming the reference only, where the variable or file is missing or empty.
    A trailing line break of a file is no part of the secret.
    """
    text = environ.get(ref.place, "") if ref.scheme == "env" else _read(ref)
    secret = text.strip()
    if not secret:
        what = "environment variable" if ref.scheme == "env" else "file"
        raise ConfigError(f"secret {ref}: the {what} {ref.place} is not set or empty")
    if any(ord(char) < 32 or ord(char) == 127 for char in secret):
        raise ConfigError(f"secret {ref}: must be one line without control characters")
    redactor.hide(secret)
    return SecretStr(secret)


def _read(ref: SecretRef) -> str:
    try:
        return Path(ref.place).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"secret {ref}: cannot read it ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ConfigError(f"secret {ref}: the file is not UTF-8 text") from None
