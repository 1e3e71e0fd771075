"""Where strangers' bytes are parsed: processes that can be killed, with a time and memory limit.

Some parsers hold the interpreter lock for many seconds on hostile input, so a thread or an
asyncio time-out cannot stop them; a process can be killed, and the next task gets a new one.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import resource
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Protocol, TypeVar

from pebble import ProcessExpired, ProcessPool

from worker.adapters.turns import Turns
from worker.errors import ExtractionError, WorkerError

T = TypeVar("T")

#: Imported once in the fork server, so that a new process starts in milliseconds.
PRELOAD = (
    "worker.core.feeds",
    "worker.core.articles",
    "feedparser",
    "trafilatura",
    "htmldate",
    "worker.core.claims",
    "worker.adapters.claiming",
)


#: A process is replaced after so many tasks: what a parser leaks goes with it.
TASKS = 1000


class Runner(Protocol):
    """Runs a function on untrusted input somewhere."""

    async def run(self, function: Callable[..., T], *args: object, urgent: bool = False) -> T:
        """The function's result; WorkerErrors as they are, other failures as ExtractionError.

        ``urgent`` goes ahead of what else is waiting.
        """
        ...


class InlineRunner:
    """Runs in the caller's own process, without limits: for a single file that a person gave."""

    async def run(self, function: Callable[..., T], *args: object, urgent: bool = False) -> T:
        """The result of ``function(*args)``; failures as the pool would raise them."""
        try:
            return function(*args)
        except WorkerError:
            raise
        except Exception as error:
            raise _failed(function, error) from error


class ExtractionPool:
    """Runs functions in worker processes that are killed at a limit.

    ``time_limit`` is in seconds per task (waiting in the queue not counted), ``memory_limit`` in
    bytes of private memory per process. Functions and arguments must be picklable, and functions
    importable by name. Use it as an async context manager or call ``close``.
    """

    def __init__(
        self,
        workers: int = 2,
        *,
        time_limit: float = 10.0,
        memory_limit: int = 1_000_000_000,
        tasks_per_process: int = TASKS,
        preload: Sequence[str] = PRELOAD,
    ) -> None:
        self._workers = workers
        self._time_limit = time_limit
        self._memory_limit = memory_limit
        self._tasks_per_process = tasks_per_process
        self._context = _context(preload)
        self._turns = Turns(workers * 2)
        self._starting = asyncio.Lock()
        self._pool: ProcessPool | None = None

    async def __aenter__(self) -> ExtractionPool:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def run(self, function: Callable[..., T], *args: object, urgent: bool = False) -> T:
        """The result of ``function(*args)`` from another process; ``urgent`` goes ahead of others.

        A WorkerError that it raises passes through; a time-out, memory exhaustion, a dead process
        and every other exception become an ExtractionError that names the function and the reason.
        """
        async with self._turns.turn(urgent=urgent):
            pool = await self._running()
            future: Future[T] = pool.schedule(function, args=args, timeout=self._time_limit)
            try:
                return await asyncio.wrap_future(future)
            except WorkerError:
                raise
            except TimeoutError as error:
                raise ExtractionError(
                    f"{function.__name__} took more than {self._time_limit:g} s and was stopped"
                ) from error
            except (MemoryError, ProcessExpired) as error:
                raise ExtractionError(
                    f"{function.__name__} needed more than {self._memory_limit:,} bytes or crashed "
                    f"({type(error).__name__})"
                ) from error
            except Exception as error:
                raise _failed(function, error) from error

    async def close(self) -> None:
        """Kill the processes and wait until they are gone."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            await asyncio.to_thread(pool.join)

    async def _running(self) -> ProcessPool:
        async with self._starting:
            if self._pool is None or not self._pool.active:
                self._pool = await asyncio.to_thread(self._start)
            return self._pool

    def _start(self) -> ProcessPool:
        """A pool whose processes run; starting them would stall the event loop for 0.3 s."""
        pool = ProcessPool(
            max_workers=self._workers,
            max_tasks=self._tasks_per_process,
            initializer=limit_process,
            initargs=(self._memory_limit,),
            context=self._context,
        )
        if not pool.active:  # asking starts it
            raise ExtractionError("the extraction processes do not start")
        return pool


def limit_process(memory_limit: int) -> None:
    """Set the limits of a worker process: private memory, and no core dump."""
    _set_limit(resource.RLIMIT_CORE, 0)
    if sys.platform == "linux":  # elsewhere the limit is not enforced or not settable
        _set_limit(resource.RLIMIT_DATA, memory_limit)
        _set_limit(resource.RLIMIT_AS, memory_limit * 4)


def _set_limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (allowed, allowed))


def _context(preload: Sequence[str]) -> multiprocessing.context.BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preload))
    return context


def _failed(function: Callable[..., object], error: BaseException) -> ExtractionError:
    reason = f"{type(error).__name__}: {str(error)[:200]}"
    return ExtractionError(f"{getattr(function, '__name__', 'the task')} failed: {reason}")
