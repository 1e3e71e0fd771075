"""The seed documents and the reviewed baseline drawn from them."""

from __future__ import annotations

from pathlib import Path

from worker.core.baseline import load_baseline
from worker.core.ledger import LedgerRecord
from worker.errors import ConfigError


def read_baseline(file: Path) -> list[LedgerRecord]:
    """The records of a baseline file, its documents beside it; ConfigError names what is wrong."""
    try:
        text = file.read_text(encoding="utf-8")
        documents = {p.name: p.read_text(encoding="utf-8") for p in file.parent.glob("*.txt")}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from None
    return load_baseline(text, str(file), documents)
