"""Where the worker keeps what it knows and what it still has to do."""

from worker.adapters.store.store import Store

__all__ = ["Store"]
