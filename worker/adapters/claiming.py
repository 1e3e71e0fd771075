"""Claims are read in a process of their own.

The extractor is pure Python: beside the event loop it would take the interpreter from it, its
tables weigh 100 MB with all languages, and the model for texts in a doubtful language as much
again. A process that hangs on a text is killed, and the text goes to a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from worker.adapters.pool import Runner
from worker.model import Analysis, Article

if TYPE_CHECKING:
    from worker.core.claims import Extractor

Analyze = Callable[[Article], Analysis]


class ClaimReader(Protocol):
    """Reads claims somewhere else than on the event loop."""

    async def analyze(self, article: Article) -> Analysis:
        """The claims of an article."""
        ...

    def renew(self, lexicon_dirs: Sequence[Path]) -> None:
        """Read the articles that come from now on with the tables as they are now."""
        ...

    def close(self) -> None:
        """End what was begun for it."""
        ...


@dataclass(frozen=True, slots=True)
class Tables:
    """Which tables claims are read with; ``edition`` counts how often they were read anew."""

    dirs: tuple[Path, ...]
    edition: int = 0


class ClaimsApart:
    """Reads claims by a runner, with the extractor of ``lexicon_dirs``."""

    def __init__(self, runner: Runner, lexicon_dirs: Sequence[Path]):
        self._runner = runner
        self._tables = Tables(tuple(lexicon_dirs))

    async def analyze(self, article: Article) -> Analysis:
        """The claims of an article; ExtractionError where reading it took too long."""
        return await self._runner.run(read_claims, self._tables, article)

    def renew(self, lexicon_dirs: Sequence[Path]) -> None:
        """Read the articles that come from now on with the tables as they are now."""
        self._tables = Tables(tuple(lexicon_dirs), self._tables.edition + 1)

    def close(self) -> None:
        """Nothing: the runner is its owner's."""


class ClaimsInThread:
    """Reads claims by a given function, in one thread of this process."""

    def __init__(self, analyze: Analyze):
        self._analyze = analyze
        self._thread = ThreadPoolExecutor(1, "claims")

    async def analyze(self, article: Article) -> Analysis:
        """The claims of an article."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, self._analyze, article
        )

    def renew(self, lexicon_dirs: Sequence[Path]) -> None:
        """Nothing: the function stays."""

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def read_claims(tables: Tables, article: Article) -> Analysis:
    """The claims of an article, read with ``tables``; they are loaded once in a process."""
    return _extractor(tables).analyze(article)


@lru_cache(maxsize=1)
def _extractor(tables: Tables) -> Extractor:
    from worker.core.claims import Extractor  # the process that hands texts over needs no rules
    from worker.core.claims.lexicon import LANGUAGES

    extractor = Extractor(tables.dirs)
    if tables.edition:  # read anew as a whole: later edits wait until they are read anew again
        for language in LANGUAGES:
            extractor.lexicon(language)
    return extractor
