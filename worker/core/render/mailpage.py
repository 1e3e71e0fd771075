"""The HTML of a mail, from templates: tables and inline styles, as mail clients drop style sheets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from worker.core.render.colours import (
    CHART_COLOURS,
    SEVERITY_COLOURS,
    STANCE_COLOURS,
    STANCE_SIGNS,
    UNKNOWN_COLOURS,
)
from worker.core.render.digest import DigestParts
from worker.core.render.labels import word
from worker.core.render.slack import alert_page
from worker.core.render.text import quoted
from worker.core.render.view import CERTAINTY_MARKS, AlertView, host_of
from worker.core.threads import Occasion
from worker.model import Alert, Position

_CODE = re.compile(r"[a-z]{2,3}")
#: Alerts whose buttons and full proof are shown; a mail much longer is cut by clients (102 kB).
_FULL = 25


def mail_page(
    alerts: Sequence[Alert],
    views: Sequence[AlertView],
    language: str,
    occasion: Occasion,
    *,
    digest: DigestParts | None = None,
    more: str = "",
) -> str:
    """The whole page; everything variable in it is escaped."""
    cards = [_card(alert, view, occasion) for alert, view in zip(alerts, views, strict=True)]
    first = views[0] if views else None
    return str(
        _template().render(
            cards=cards,
            full=_FULL,
            title=word("digest.title", language, word("alerts", language, len(alerts))),
            preheader=f"{first.headline}: {first.move} · {first.confirmation}" if first else "",
            digest=digest,
            chart_colours=CHART_COLOURS,
            legend=[(s, word(f"stance.{k}", language)) for k, s in STANCE_SIGNS.items()],
            more=more,
            unsubscribe=occasion.unsubscribe,
            language=language,
            word=lambda key, *values: word(key, language, *values),
            quoted=lambda text: quoted(text, language),
            host_of=host_of,
            marks=CERTAINTY_MARKS,
        )
    )


def _card(alert: Alert, view: AlertView, occasion: Occasion) -> dict[str, Any]:
    return {
        "view": view,
        "bar": SEVERITY_COLOURS[alert.severity],
        "before": _colours(alert.change.before),
        "now": _colours(alert.change.after),
        "page": alert_page(occasion.dashboard, view.id) if occasion.dashboard else None,
        "said_in": code if _CODE.fullmatch(code := alert.evidence.language or "") else "",
    }


def _colours(position: Position | None) -> tuple[str, str]:
    return STANCE_COLOURS[position.stance] if position else UNKNOWN_COLOURS


@cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("worker.core.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("email.html.j2")
