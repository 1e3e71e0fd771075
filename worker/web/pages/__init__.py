"""The pages by address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from worker.web.pages import actors, alerts, matrix, probes

Handler = Callable[..., Any]

READ: tuple[tuple[str, str, Handler], ...] = (
    ("/", "matrix", matrix.matrix),
    ("/actor/{actor}", "actor", actors.actor),
    ("/measure/{measure}", "measure", actors.measure),
    ("/alerts", "alerts", alerts.stream),
    ("/alert/{alert_id}", "alert", alerts.alert),
    ("/healthz", "healthz", probes.healthz),
    ("/readyz", "readyz", probes.readyz),
    ("/metrics", "metrics", probes.metrics),
)
WRITE: tuple[tuple[str, str, Handler], ...] = ()
