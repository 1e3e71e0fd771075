"""What a host's robots.txt allows (RFC 9309), read with protego."""

from __future__ import annotations

from dataclasses import dataclass, field

from protego import Protego

from worker.core.text import decode_bytes

#: RFC 9309 asks for at least 500 KiB to be read; what follows is ignored.
MAX_ROBOTS = 512_000
_LONGEST_LINE = 2_000


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host."""

    _rules: Protego | None = field(default=None, repr=False)

    def allows(self, url: str, agent: str) -> bool:
        """Whether ``agent`` (a product name such as ``CoalitionWatch``) may fetch ``url``."""
        return self._rules is None or bool(self._rules.can_fetch(url, agent))

    def crawl_delay(self, agent: str) -> float | None:
        """Seconds that the host wants between two requests, or ``None`` where it does not say."""
        delay = self._rules.crawl_delay(agent) if self._rules is not None else None
        return float(delay) if delay is not None else None


#: A host without a robots.txt allows everything.
ALLOW_ALL = Robots()


def parse_robots(body: bytes) -> Robots:
    """The rules in ``body``; what cannot be read is left out, an HTML page holds none."""
    text = decode_bytes(body[:MAX_ROBOTS])
    if text.lstrip()[:1] == "<":
        return ALLOW_ALL
    lines = (line for line in text.splitlines() if len(line) <= _LONGEST_LINE)
    return Robots(Protego.parse("\n".join(lines)))
