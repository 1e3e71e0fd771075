"""One embedded worker per database: a lock that the operating system drops when its holder dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType

from worker.errors import UsageError


class DatabaseLock:
    """Holds ``<database>.lock``; taking it while another process has it is a UsageError.

    The file stays behind and means nothing by itself: only the lock on it counts, and that ends
    with the process, however it ends.
    """

    def __init__(self, database: Path):
        self._path = database.with_name(database.name + ".lock")
        self._file: int | None = None

    def __enter__(self) -> DatabaseLock:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
        except OSError:
            holder = os.read(handle, 20).decode("ascii", "replace").strip()
            os.close(handle)
            raise UsageError(
                f"another worker{f' (process {holder})' if holder else ''} is running on this "
                f"database ({self._path.with_suffix('')}); stop it, or give this one another "
                "database.url"
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        self._file = handle
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _lock(handle: int) -> None:
        # Far beyond the written process id, which must stay readable for others.
        os.lseek(handle, 1 << 20, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
