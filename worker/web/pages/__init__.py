"""The pages by address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from worker.web.pages import (
    actors,
    alerts,
    charts,
    desk,
    documentation,
    feeds,
    matrix,
    probes,
    signing,
    writing,
)

Handler = Callable[..., Any]

READ: tuple[tuple[str, str, Handler], ...] = (
    ("/", "matrix", matrix.matrix),
    ("/actor/{actor}", "actor", actors.actor),
    ("/measure/{measure}", "measure", actors.measure),
    ("/alerts", "alerts", alerts.stream),
    ("/alert/{alert_id}", "alert", alerts.alert),
    ("/alert/{alert_id}/story", "story", desk.story),
    ("/map", "map", charts.map_page),
    ("/trends", "trends", charts.trends),
    ("/chart/map.{form:form}", "map_picture", charts.map_picture),
    ("/chart/lanes.{form:form}", "lanes_picture", charts.lanes_picture),
    ("/chart/band.{form:form}", "band_picture", charts.band_picture),
    ("/chart/{trend:trend}.{form:form}", "trend_picture", charts.trend_picture),
    ("/changes.atom", "changes_atom", feeds.changes_atom),
    ("/changes.json", "changes_json", feeds.changes_json),
    ("/api", "api", documentation.api),
    ("/search", "search", desk.search),
    ("/sources", "sources", desk.sources),
    ("/suppressed", "suppressed", desk.suppressed),
    ("/system", "system", desk.system),
    ("/login", "login", signing.login),
    ("/healthz", "healthz", probes.healthz),
    ("/readyz", "readyz", probes.readyz),
    ("/metrics", "metrics", probes.metrics),
)
WRITE: tuple[tuple[str, str, Handler], ...] = (
    ("/login", "enter", signing.enter),
    ("/logout", "leave", signing.leave),
    ("/alert/{alert_id}/silence", "silence", writing.silence),
    ("/alert/{alert_id}/{opinion}", "opinion", writing.opinion),
    ("/silence/{silence_id}/end", "unsilence", writing.unsilence),
)
