"""The site on a socket, inside the worker's own event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette

from worker.errors import ConfigError
from worker.logs import logger

_log = logger(__name__)

#: A request that is being answered when the worker stops may take so long, in seconds.
GRACE = 3


class _Quiet(uvicorn.Server):
    """A server that leaves signals to the worker and tells when it answers."""

    def __init__(self, config: uvicorn.Config):
        super().__init__(config)
        self.answering = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answering.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to ``host``; ConfigError where the address is taken or not this machine's."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen()  # two processes may bind the same address, only one may listen there
    except OSError as error:
        raise ConfigError(
            f"web.host {host}, web.port {port}: cannot listen there ({error.strerror or error}); "
            "allowed: a free port (0 takes any) of an address of this machine"
        ) from None
    return bound


@asynccontextmanager
async def serving(app: Starlette, bound: socket.socket) -> AsyncIterator[str]:
    """Serve ``app`` while the block runs; gives the address for a browser."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=GRACE,
    )
    server = _Quiet(config)
    task = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        ready = asyncio.create_task(server.answering.wait())
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        yield address_of(bound)
    finally:
        server.should_exit = True
        try:
            await asyncio.wait_for(task, GRACE + 2)
        except TimeoutError:
            _log.warning("dashboard.cut")
        bound.close()


def address_of(bound: socket.socket) -> str:
    """Where a browser finds a socket."""
    host, port = bound.getsockname()[:2]
    host = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
