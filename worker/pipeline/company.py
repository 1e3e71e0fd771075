"""Works go side by side; one that workers have died with goes alone, so that blame is certain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Company:
    """Lets works in together, or one of them alone; who wants to be alone goes before newcomers."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()
        self._inside = 0
        self._alone = False
        self._wanting = 0

    @asynccontextmanager
    async def beside(self, *, alone: bool) -> AsyncIterator[None]:
        """Be inside until the block ends, with others unless ``alone``."""
        await self._enter(alone)
        try:
            yield
        finally:
            await asyncio.shield(self._leave(alone))

    async def _enter(self, alone: bool) -> None:
        async with self._changed:
            self._wanting += alone
            try:
                await self._changed.wait_for(lambda: self._may_enter(alone))
            finally:
                self._wanting -= alone
                self._changed.notify_all()
            self._inside += 1
            self._alone = alone

    def _may_enter(self, alone: bool) -> bool:
        if alone:
            return self._inside == 0
        return not self._alone and not self._wanting

    async def _leave(self, alone: bool) -> None:
        async with self._changed:
            self._inside -= 1
            self._alone = self._alone and not alone
            self._changed.notify_all()
