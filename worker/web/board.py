"""What is known of every slot, kept in memory and brought up to date by what has changed.

The matrix needs the position of each of some hundred slots; deriving them all anew for every
reader would cost a second at a million claims. So positions are kept, and before each use the
slots whose records have changed since are derived again.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from worker.core.history import Step, steps
from worker.core.ledger import LedgerRecord, derive_position
from worker.core.views import JUDGED_ON
from worker.errors import StoreError
from worker.model import Position, Slot
from worker.ports.looking import Looking, Stamp

#: A writer takes the time of what it writes before it commits: so much is looked at again.
OVERLAP = timedelta(minutes=2)
#: The records of a slot that its history on a page is drawn from.
HISTORY = 200
#: Between two slots that are warmed, so that readers and the worker come first, in seconds.
PAUSE = 0.002
#: The records of a slot that a position of another day is drawn from: those just before that day.
PAST = 32
#: The thread that does so.
WARMING = "warm the board"
#: Past views (as of, known at) that are remembered.
REMEMBERED = 64

PastKey = tuple[str | None, datetime | None, int]


class Board:
    """Positions and histories of all slots; safe to use from several threads."""

    def __init__(self, looking: Looking):
        self._looking = looking
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None
        self._positions: dict[Slot, Position] = {}
        self._histories: dict[Slot, tuple[Step, ...]] = {}
        self._past: OrderedDict[PastKey, list[Position]] = OrderedDict()
        self._slots: set[Slot] = set()
        self.version = 0

    def positions(
        self, as_of: str | None = None, known_at: datetime | None = None
    ) -> list[Position]:
        """Every position: today's, or what was true at ``as_of`` as far as known at ``known_at``."""
        self._refresh()
        if as_of is None and known_at is None:
            return list(self._positions.values())
        key = (as_of, known_at, self.version)
        with self._lock:
            if key in self._past:
                self._past.move_to_end(key)
                return self._past[key]
        found = self._derive(self._slots, PAST, as_of, known_at)
        with self._lock:
            self._past[key] = found
            while len(self._past) > REMEMBERED:
                self._past.popitem(last=False)
        return found

    def slots(self, fits: Callable[[Slot], bool]) -> list[Slot]:
        """The slots that fit, in order."""
        self._refresh()
        return sorted(filter(fits, self._slots), key=str)

    def position(self, slot: Slot) -> Position | None:
        """Today's position of one slot."""
        return self._positions.get(slot)

    def history(self, slot: Slot) -> tuple[Step, ...]:
        """The steps of one slot, as known when the slots were last asked for."""
        with self._lock:
            known = self._histories.get(slot)
        if known is None:
            version = self.version
            known = steps(self._looking.records([slot], limit=HISTORY)[slot])
            with self._lock:
                if version == self.version:
                    self._histories[slot] = known
        return known

    def records(self, slots: Sequence[Slot], limit: int) -> dict[Slot, list[LedgerRecord]]:
        """The newest records of slots."""
        return dict(self._looking.records(slots, limit=limit))

    def warm(self) -> None:
        """Derive everything once, in a thread beside the first readers."""
        threading.Thread(target=self._warm, name=WARMING, daemon=True).start()

    def _warm(self) -> None:
        try:
            for slot in self.slots(lambda _: True):
                self.history(slot)
                time.sleep(PAUSE)
        except StoreError:  # closed or away: whoever asks next is told so
            return

    def _refresh(self) -> None:
        stamp = self._looking.stamp()
        if stamp == self._stamp:
            return
        with self._lock:
            if stamp == self._stamp:
                return
            self._renew(self._changed(stamp))
            self._stamp = stamp
            self._past.clear()
            self.version += 1

    def _changed(self, stamp: Stamp) -> Iterable[Slot]:
        before = self._stamp
        moments = [m for m in (before.known, before.retracted) if m] if before else []
        if before is None or not moments or stamp.loaded != before.loaded:
            return self._looking.slots()
        return self._looking.changed_slots(max(moments) - OVERLAP)

    def _renew(self, slots: Iterable[Slot]) -> None:
        changed = list(slots)
        self._slots.update(changed)
        for slot in changed:
            self._histories.pop(slot, None)
            self._positions.pop(slot, None)
        for position in self._derive(changed, JUDGED_ON):
            self._positions[position.slot] = position

    def _derive(
        self,
        slots: Iterable[Slot],
        limit: int,
        as_of: str | None = None,
        known_at: datetime | None = None,
    ) -> list[Position]:
        ordered = sorted(slots, key=str)
        found = self._looking.records(ordered, limit=limit, as_of=as_of, known_at=known_at)
        derived = (derive_position(found[s], as_of=as_of, known_at=known_at) for s in ordered)
        return [position for position in derived if position is not None]
