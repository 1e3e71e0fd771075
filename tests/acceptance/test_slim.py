"""What a running worker does not load: what it has no use for makes it slower to start and larger."""

from __future__ import annotations

import subprocess
import sys

from worker.adapters.store import Store

UNUSED = ("psycopg", "alembic", "feedparser", "trafilatura", "numpy", "httpx._main")


def test_a_worker_on_sqlite_loads_neither_server_nor_parsers(tmp_path) -> None:
    url = f"sqlite:///{tmp_path / 'watch.db'}"
    Store(url).close()  # its schema is made, for which alembic is needed
    code = (
        "import sys, worker.app; from worker.adapters.store import Store; "
        f"Store({url!r}).close(); "
        f"print([name for name in {UNUSED!r} if sys.modules.get(name)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
