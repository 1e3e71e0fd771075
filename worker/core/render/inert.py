"""Making what strangers wrote harmless before a reader's client sees it."""

from __future__ import annotations

import re
from ipaddress import IPv4Address
from urllib.parse import quote, urlsplit, urlunsplit

from worker.core.text import clean_line

#: The longest address shown as a link.
MAX_URL = 2000
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.IGNORECASE)
# What a host ends in that browsers read as an IPv4 address (URL Standard, "ends in a number").
_NUMBER = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)\.?$", re.IGNORECASE)
# Look-alikes without meaning in Slack's markup; escaping does not exist for these four.
_SLACK_MARKS = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})
_SLACK_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def line(text: str | None, limit: int = 600) -> str:
    """One clean line: no controls, no reordering or hidden characters, cut with an ellipsis."""
    return clean_line(text or "", limit)


def safe_url(url: str | None) -> str | None:
    """The address as plain ASCII if it is a web address that says where it leads, else None.

    Refused: other schemes, user names before the host (``bank@evil``), hosts no resolver knows.
    """
    if not url or len(url) > MAX_URL:
        return None
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # a broken address, port or name (UnicodeError is a ValueError)
        return None
    host = f"[{host}]" if ":" in host else host
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _is_host(host):
        return None
    try:
        path = quote(parts.path, safe="/%:@!$&()+,;=-._")
        query = quote(parts.query, safe="/%:@!$&()+,;=-._?")
        fragment = quote(parts.fragment, safe="/%:@!$&()+,;=-._?")
    except UnicodeEncodeError:  # a lone surrogate
        return None
    cleaned = urlunsplit((parts.scheme, host + port, path, query, fragment))
    return cleaned if len(cleaned) <= MAX_URL else None


def _is_host(host: str) -> bool:
    """Whether browsers take it for a host: a name, or a number in the usual spelling."""
    if not _HOST.fullmatch(host):
        return False
    try:
        return not _NUMBER.search(host) or bool(IPv4Address(host.rstrip(".")))
    except ValueError:
        return False


def slack(text: str | None, limit: int = 600) -> str:
    """Text for a Slack ``mrkdwn`` object; ``limit`` counts the characters after escaping."""
    cleaned = line(text, limit).translate(_SLACK_MARKS)
    escaped = cleaned.translate(_SLACK_ESCAPES)
    while len(escaped) > limit:
        cleaned = cleaned[: len(cleaned) - max(1, (len(escaped) - limit) // 5)]
        escaped = cleaned.translate(_SLACK_ESCAPES)
    return escaped


def header(text: str | None, limit: int = 200) -> str:
    """Text for a mail header: one line, and nothing in it that a mail library would decode.

    ``EmailMessage`` decodes RFC 2047 words even in what was decoded once, line breaks included,
    so a word that is left over is broken up.
    """
    return line(text, limit).replace("=?", "= ?")
