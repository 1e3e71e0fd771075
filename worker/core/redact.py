"""Secrets made unreadable in text that people see: known values and what looks like one."""

from __future__ import annotations

import re
from urllib.parse import quote

HIDDEN = "[hidden]"
#: A shorter value would hide common words; no secret worth the name is this short.
SHORTEST = 4
_LOGIN = re.compile(r"(?<=://)[^/\s@:]*:[^/\s@]+(?=@)")
_SLACK = re.compile(r"(?<=hooks\.slack\.com/)\S+", re.IGNORECASE)
_KEY = re.compile(r"whsec_[A-Za-z0-9+/=_-]+")
_BEARER = re.compile(r"(?i)(?<=bearer )[\w.~+/=-]+|(?<=basic )[A-Za-z0-9+/=]{8,}")
_PAIR = re.compile(
    r"(?i)(\b(?:[a-z_-]*(?:password|passwd|secret|token|api_?key|apikey|signature))[=:]\s*)"
    r"[^\s&;,'\"]+"
)


class Redactor:
    """Hides the secrets it was told of, and logins, keys and tokens by their looks."""

    def __init__(self) -> None:
        self._known: re.Pattern[str] | None = None
        self._secrets: set[str] = set()

    def hide(self, secret: str) -> None:
        """From now on ``secret`` is hidden, also where it is percent-encoded."""
        forms = {secret, quote(secret, safe=""), quote(secret)}
        new = {form for form in forms if len(form) >= SHORTEST} - self._secrets
        if new:
            self._secrets |= new
            longest = sorted(self._secrets, key=len, reverse=True)
            self._known = re.compile("|".join(map(re.escape, longest)))

    def redact(self, text: str) -> str:
        """``text`` without secrets."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        for pattern in (_LOGIN, _SLACK, _KEY, _BEARER):
            text = pattern.sub(HIDDEN, text)
        return _PAIR.sub(rf"\g<1>{HIDDEN}", text)
