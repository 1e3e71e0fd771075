"""What tests of every kind share: a real PostgreSQL, one server for all tests of a process."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests import postgres as servers
from worker.adapters.store import Store


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    """A command that was run in this process has set the log up for itself: undo that."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Server]:
    """A running server with a database ``fresh`` that has the worker's schema and nothing else."""
    try:
        with servers.running() as server:
            url = server.new_database()
            Store(url).close()
            server.fresh = url.rpartition("/")[2]
            yield server
    except servers.NoServer as problem:
        pytest.skip(str(problem))


@pytest.fixture
def postgres_url(postgres: servers.Server) -> Iterator[str]:
    """A database of the test's own, with the schema."""
    url = postgres.new_database()
    yield url
    postgres.drop(url)
