"""The dashboard: pages, API, exports and metrics over the store, served by the worker itself.

``build_site`` makes the ASGI application from what ``worker.app`` hands it; it knows no adapter.
Everything a page needs is in the package: no build step, nothing from other hosts.
"""

from worker.web.site import Site, build_site

__all__ = ["Site", "build_site"]
