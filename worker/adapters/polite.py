"""Article pages are fetched only where their host's robots.txt allows it."""

from __future__ import annotations

from dataclasses import dataclass

from worker.adapters.http import Fetched, GuardedClient
from worker.adapters.robots import RobotsGate


@dataclass(frozen=True, slots=True)
class PoliteFetcher:
    """Fetches pages that their host's robots.txt allows."""

    client: GuardedClient
    robots: RobotsGate

    async def fetch(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str = "*/*",
        form: bytes | None = None,
    ) -> Fetched:
        """Get ``url`` if robots.txt allows it and where it redirects to, else FetchRefused."""
        return await self.client.fetch(
            url,
            etag=etag,
            last_modified=last_modified,
            accept=accept,
            before_hop=self.robots.check,
            form=form,
        )
