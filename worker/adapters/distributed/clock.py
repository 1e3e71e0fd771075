"""The time that all machines share: the database's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic


class DatabaseClock:
    """Tells the database's time, asked for now and then and carried on in between.

    A lease of one machine is compared with the clock of another, so a clock that is wrong by an
    hour would take every work away from those that are at it, or hold a dead machine's for ever.
    """

    def __init__(
        self, ask: Callable[[], datetime], *, steady: Callable[[], float] = monotonic
    ) -> None:
        self._ask = ask
        self._steady = steady
        self._known: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """The present moment in UTC."""
        if self._known is None:
            self.set()
        assert self._known is not None
        moment, at = self._known
        return moment + timedelta(seconds=self._steady() - at)

    def set(self) -> None:
        """Ask the database again; a machine that was suspended has lost time."""
        before = self._steady()
        moment = self._ask().astimezone(UTC)
        # The answer was true somewhere between question and now.
        self._known = (moment, (before + self._steady()) / 2)
