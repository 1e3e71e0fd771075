"""The API: positions, claims, changes and sources as JSON and CSV; read-only (docs/dashboard.md)."""

from worker.web.api.app import build_api

__all__ = ["build_api"]
