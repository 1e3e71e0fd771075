"""An invented week of coverage and the worker that lives through it, offline, in seconds.

The feeds, pages and webhook receiver are real HTTP on 127.0.0.1; the worker is the one of
``worker.app`` with a database of its own; only the clock is moved by hand. Every word of the
coverage is invented.
"""

from __future__ import annotations

from worker.demo.play import run_demo

__all__ = ["run_demo"]
