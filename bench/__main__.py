"""Run the benchmarks named on the command line, or all of them."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

NAMES = sorted(p.stem for p in Path(__file__).parent.glob("[a-z]*.py"))


def main(wanted: list[str]) -> int:
    """Run them one after the other; unknown names are refused."""
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        print(
            f"unknown benchmark {', '.join(unknown)}; there are: {', '.join(NAMES)}",
            file=sys.stderr,
        )
        return 2
    for name in wanted or NAMES:
        print(f"== {name}")
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
