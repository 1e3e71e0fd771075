"""A share of the processors for one process and its children, so that processes do not compete.

Control groups of the kernel, of either version; only root may make them.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Microseconds over which a share is counted.
PERIOD = 100_000
_ROOTS = (Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup"))
_TICKS = os.sysconf("SC_CLK_TCK")


class NoCage(Exception):
    """This machine lets nobody limit a process; the text says why."""


@contextmanager
def cage(cores: float) -> Iterator[Path]:
    """A group whose members have ``cores`` together; write a process id to its ``cgroup.procs``."""
    root = next((each for each in _ROOTS if (each / "cgroup.procs").exists()), None)
    if root is None:
        raise NoCage("no control groups are mounted")
    group = root / f"cw-bench-{os.getpid()}-{time.monotonic_ns()}"
    try:
        group.mkdir()
        _limit(group, cores)
    except OSError as error:
        raise NoCage(f"{group}: {error.strerror}") from None
    try:
        yield group
    finally:
        _remove(group)


def _limit(group: Path, cores: float) -> None:
    """Its share is its own as far as may be: it comes before what else runs on the machine."""
    quota = int(cores * PERIOD)
    if (group / "cpu.max").exists():
        (group / "cpu.max").write_text(f"{quota} {PERIOD}")
        (group / "cpu.weight").write_text("10000")
    else:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD))
        (group / "cpu.cfs_quota_us").write_text(str(quota))
        (group / "cpu.shares").write_text("262144")


def _remove(group: Path) -> None:
    for _ in range(50):  # those who have just ended are still counted for a moment
        with contextlib.suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.1)


def spent(process: int) -> float:
    """Seconds of processor that a process and its children, ended ones too, have taken."""
    total = 0.0
    for one in [process, *_children(process)]:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15])) / _TICKS
    return total


def _children(process: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield int(child)
                yield from _children(int(child))
