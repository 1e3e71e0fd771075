"""Alerts as the JSON body of a webhook, at most 20 kB, with a versioned schema."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from worker.core.alerting import alert_line
from worker.core.render import inert
from worker.core.render.text import render_text
from worker.model import Alert, Evidence

#: Raised whenever a field changes its meaning or goes; new fields do not raise it.
SCHEMA_VERSION = 1
MAX_BODY = 20_000
#: Quote length and number of further articles, tried in turn until the body is small enough.
_TRIMS = ((700, 20), (300, 5), (120, 1))


def render_webhook(alerts: Sequence[Alert], language: str = "en") -> dict[str, Any]:
    """The body: ``type``, ``timestamp``, ``schema_version`` and ``data`` with ``alerts``.

    What does not fit is cut: first quotes and article lists, then whole alerts, whose ids stand
    in ``data.omitted`` so that a receiver can ask for them.
    """
    for quote, articles in _TRIMS:
        shown = [_alert(alert, language, quote, articles) for alert in alerts]
        body = _body(alerts, shown)
        if size(body) <= MAX_BODY:
            return body
    while shown and size(_body(alerts, shown)) > MAX_BODY:
        shown = shown[: max(len(shown) * 3 // 4, 0)]
    return _body(alerts, shown)


def size(body: dict[str, Any]) -> int:
    """Bytes of the body as it is sent."""
    return len(encode(body))


def encode(body: dict[str, Any]) -> bytes:
    """The bytes that are signed and sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _body(alerts: Sequence[Alert], shown: Sequence[dict[str, Any]]) -> dict[str, Any]:
    left_out = [alert.id for alert in alerts[len(shown) :]]
    return {
        "type": "coalition_watch.alerts",
        "schema_version": SCHEMA_VERSION,
        "timestamp": max(alert.raised_at for alert in alerts).isoformat(),
        "data": {
            "alerts": list(shown),
            "omitted": left_out[:100],
            "omitted_count": len(left_out),
        },
    }


def _alert(alert: Alert, language: str, quote: int, articles: int) -> dict[str, Any]:
    before = alert.change.before
    urls = [url for url in map(inert.safe_url, alert.articles) if url]
    return {
        **_clean(alert_line(alert)),
        "item": inert.line(alert.change.slot.item, 120) or None,
        "evidence": inert.line(alert.evidence.quote, quote),
        "article": inert.safe_url(alert.article),
        "articles": urls[:articles],
        "reasons": [inert.line(reason, 200) for reason in alert.reasons[:5]],
        "raised_at": alert.raised_at.isoformat(),
        "proof": _proof(alert.evidence, quote),
        "previous": _proof(before.evidence, quote) if before and before.evidence else None,
        "rival": _proof(alert.rival, quote) if alert.rival else None,
        "text": inert.line(render_text(alert, language), quote * 2),
    }


def _clean(value: Any) -> Any:
    """The same JSON value with every string in it made one clean line."""
    if isinstance(value, str):
        return inert.line(value, 300)
    if isinstance(value, dict):
        return {key: _clean(inner) for key, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, list) else value


def _proof(evidence: Evidence, quote: int) -> dict[str, Any]:
    return {
        "quote": inert.line(evidence.quote, quote),
        "speaker": inert.line(evidence.speaker, 120) or None,
        "source": inert.line(evidence.source, 120) or None,
        "title": inert.line(evidence.title, 200) or None,
        "url": inert.safe_url(evidence.article_url),
        "published": inert.line(evidence.published, 40) or None,
        "language": inert.line(evidence.language, 10) or None,
    }
