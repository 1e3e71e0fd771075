"""From an alert to the channel, over a real database: what the stage ``deliver`` does, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from worker.adapters.channels import ChannelRenderer, Sender
from worker.adapters.store import Store
from worker.adapters.store.groups import hand_over
from worker.core.alerting import AlertState
from worker.core.routing import DIGEST, Handover
from worker.core.views import Verdict
from worker.model import Alert
from worker.pipeline import Pipeline, Tools
from worker.ports import Stage
from worker.settings import Channel


@dataclass
class Desk:
    """A store, configured channels and their senders, and a clock that is moved by hand."""

    store: Store
    channels: tuple[Channel, ...]
    senders: Mapping[str, Sender]
    dashboard: str | None = None
    now_: datetime = field(default_factory=lambda: datetime(2026, 2, 3, 12, 10, tzinfo=UTC))

    def now(self) -> datetime:
        return self.now_

    @property
    def pipeline(self) -> Pipeline:
        absent: Any = None
        return Pipeline(
            Tools(
                store=self.store,
                fetcher=absent,
                pages=absent,
                reader=absent,
                renderer=ChannelRenderer(self.channels, self.dashboard),
                senders=self.senders,
                clock=self,
                jitter=lambda: 0.0,
            )
        )

    def keep(self, *alerts: Alert) -> None:
        """Store alerts as they stand."""
        states = tuple(AlertState(a, a.change.kind, frozenset({"o"}), ("r",)) for a in alerts)
        self.store.ledger.apply(Verdict(states=states, alerts=alerts), self.now_)

    async def tell(self, *alerts: Alert, language: str | None = None, digest: bool = False) -> int:
        """Store alerts, hand them over to every channel and send all that is due; how many sent."""
        self.keep(*alerts)
        key = f"r{DIGEST}" if digest else "r:{}"
        with self.store.database.write() as connection:
            for alert in alerts:
                places = [
                    Handover(c.name, key, self.now_, "r", language=language) for c in self.channels
                ]
                hand_over(connection, alert, places, self.now_)
        return await self.send()

    async def send(self) -> int:
        """Make one attempt at every delivery that is due; returns how many succeeded."""
        self.now_ += timedelta(seconds=1)
        await self.pipeline.flush()
        done = 0
        while works := await self.pipeline.claim(Stage.DELIVER, busy=(), limit=10):
            done += sum([await self.pipeline.handle(work) is None for work in works])
        return done
