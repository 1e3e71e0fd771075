"""The parts of a Slack message (Block Kit) and the limits that Slack sets to them.

Limits after Slack's reference: 50 blocks, 150 characters in a header, 3000 in a section, 10 elements
in a context, 75 characters on a button, 3000 in its address. Beyond them Slack refuses messages whose
blocks hold some 13,200 characters in all (``msg_blocks_too_long``), which the reference does not
tell. Text objects are ``verbatim`` so that Slack turns no bare address or name into a link.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from worker.core.render import inert

MAX_BLOCKS = 50
MAX_SECTION = 3000
MAX_HEADER = 150
MAX_BUTTON = 75
MAX_BUTTON_URL = 3000
#: Words of a link: a host's registrable end, which must not be cut, has 127 characters at most.
MAX_LINK_TEXT = 130
#: Characters of all blocks together, as JSON; below the point at which Slack refuses.
MAX_ALL = 12_000
Block = dict[str, Any]


def slack_message(text: str, blocks: Sequence[Block]) -> dict[str, Any]:
    """A message whose own text is parsed for nothing and unfolds no previews."""
    return {
        "text": text,
        "blocks": list(blocks),
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def fits(blocks: Sequence[Block]) -> bool:
    """Whether Slack takes so many blocks with so much text."""
    return len(blocks) <= MAX_BLOCKS and len(json.dumps(blocks, ensure_ascii=False)) <= MAX_ALL


def section(markup: str) -> Block:
    """A section of markup whose variable parts are escaped already."""
    return {"type": "section", "text": mrkdwn(markup)}


def mrkdwn(markup: str) -> Block:
    """A text object in which Slack links nothing on its own."""
    return {"type": "mrkdwn", "text": markup, "verbatim": True}


def header(text: str) -> Block:
    """A header block of plain text."""
    title = inert.slack(text, MAX_HEADER)
    return {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}}


def context(parts: Sequence[str]) -> Block:
    """Small print; at most ten elements of markup."""
    return {"type": "context", "elements": [mrkdwn(part) for part in parts[:10]]}


def divider() -> Block:
    """A line between two alerts."""
    return {"type": "divider"}


def actions(buttons: Sequence[tuple[str, str, str]]) -> Block:
    """Buttons that open an address: ``(action_id, text, url)`` each."""
    return {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": action,
                "text": {"type": "plain_text", "text": text[:MAX_BUTTON], "emoji": False},
                "url": url,
            }
            for action, text, url in buttons
        ],
    }


def link(url: str, text: str) -> str:
    """A link in markup; ``url`` is safe already, ``text`` is made so."""
    return f"<{url.replace('&', '&amp;')}|{inert.slack(text, MAX_LINK_TEXT)}>"
