"""The program on a machine whose clock is wrong: ``python -m tests.acceptance.skewed SECONDS run …``."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

from worker.cli import main

if __name__ == "__main__":
    wrong = float(sys.argv.pop(1))
    right = time.time
    time.time = lambda: right() + wrong
    import worker.app

    worker.app.SystemClock.now = lambda self: datetime.now(UTC) + timedelta(seconds=wrong)  # type: ignore[method-assign]
    main()
