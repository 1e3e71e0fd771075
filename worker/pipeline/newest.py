"""The newest alerts of a route, or of any choice of labels: what feeds and readers are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from worker.core.routing import Route, labels_of, matches, on_route
from worker.ports.looking import AlertFilter, Looking, Page, SeenAlert

#: Alerts read at a time, and looked through at most for those that fit.
_PAGE, _MOST = 200, 10_000


def newest(
    looking: Looking,
    wanted: AlertFilter,
    limit: int,
    *,
    matchers: Mapping[str, frozenset[str]] | None = None,
    root: Route | None = None,
    route: str | None = None,
) -> Iterator[SeenAlert]:
    """At most ``limit`` alerts, the newest first.

    ``route``: only what the route of that name takes in the tree under ``root``.
    """
    found, page = 0, Page(limit=_PAGE)
    for _ in range(_MOST // _PAGE):
        seen = looking.alerts(wanted, page)
        for one in seen:
            fits = matches(matchers or {}, labels_of(one.alert))
            taken = root is None or route is None or on_route(root, route, one.alert)
            if found < limit and fits and taken:
                found += 1
                yield one
        if found >= limit or len(seen) < _PAGE:
            return
        page = Page(limit=_PAGE, at=seen[-1].alert.raised_at, id=seen[-1].alert.id)
