"""The scaled engine: equal machines over one PostgreSQL, with Procrastinate as their queue.

Its engine is imported by name (``.engine``), as most commands need no queue.
"""

from worker.adapters.distributed.clock import DatabaseClock
from worker.adapters.distributed.pacing import SharedPacer

__all__ = ["DatabaseClock", "SharedPacer"]
