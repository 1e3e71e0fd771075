"""How long each kind of data is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Kept:
    """The limits of each kind; ``None`` keeps it for good."""

    article_texts: timedelta | None = None
    message_texts: timedelta | None = None
    attempts: timedelta | None = None
    held_back: timedelta | None = None
    notes: timedelta | None = None
