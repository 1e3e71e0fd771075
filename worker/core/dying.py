"""When a feed is as good as lost: only people can mend that, so they are told, once."""

from __future__ import annotations

from datetime import datetime, timedelta

from worker.core.schedule import FeedState

#: A feed that has given nothing readable for so long is dying.
DYING_AFTER = timedelta(days=3)
DYING_FAILURES = 5
SILENT_AFTER = timedelta(days=30)


def dying(state: FeedState, now: datetime) -> str | None:
    """Why a feed is as good as lost at ``now``; ``None`` while it lives."""
    if state.disabled:
        return state.disabled
    since = state.last_success_at
    if state.failures >= DYING_FAILURES and (since is None or now - since > DYING_AFTER):
        last = f"last readable {since:%F %R}" if since else "never readable"
        return f"{state.failures} failures in a row, {last}: {state.last_error}"
    changed = state.last_changed_at
    if changed is not None and now - changed > SILENT_AFTER:
        return f"answers, but has brought nothing new since {changed:%F}"
    return None


def newly_dying(before: FeedState, after: FeedState, now: datetime) -> str | None:
    """Why a feed is dying, where it was not yet when it was asked the time before."""
    told = dying(before, before.last_checked_at) if before.last_checked_at else None
    return None if told else dying(after, now)
