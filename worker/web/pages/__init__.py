"""The pages by address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from worker.web.pages import actors, alerts, desk, matrix, probes, signing, writing

Handler = Callable[..., Any]

READ: tuple[tuple[str, str, Handler], ...] = (
    ("/", "matrix", matrix.matrix),
    ("/actor/{actor}", "actor", actors.actor),
    ("/measure/{measure}", "measure", actors.measure),
    ("/alerts", "alerts", alerts.stream),
    ("/alert/{alert_id}", "alert", alerts.alert),
    ("/alert/{alert_id}/story", "story", desk.story),
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
