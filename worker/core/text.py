"""Bytes and markup from strangers become clean text.

Everything that later reaches a rule, a database or a reader passes through here once: encodings
are decided, characters that hide or reorder text are removed, markup becomes plain paragraphs.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header
from html import unescape
from typing import Any

from lxml import etree
from lxml import html as lxml_html

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Encodings that a document may ask for; Python's others (punycode, idna, utf-7, unicode_escape …)
#: are slow, or read markup where a reader sees none.
_ALLOWED_ENCODING = re.compile(
    r"(utf-?8|us-ascii|ascii|iso-?8859-?\d{1,2}|latin-?\d|windows-?125\d|cp125\d|koi8-?[ru]|"
    r"mac-?(roman|cyrillic)|cp866|gbk|gb2312|gb18030|big5|shift_jis|euc-(jp|kr))",
    re.IGNORECASE,
)
_DECLARED = re.compile(
    rb"""(?:<\?xml[^>]{0,200}?encoding\s*=\s*|<meta[^>]{0,300}?charset\s*=\s*)["']?\s*([\w.:-]{1,40})""",
    re.IGNORECASE,
)
#: C0/C1 controls but tab and line breaks, bidi controls, zero-width marks, soft hyphen,
#: surrogates, non-characters, interlinear annotation and tag characters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"[^\S\n]+")
_ENCODED_WORD = re.compile(r"=\?[\w.*-]{1,40}\?[bqBQ]\?[^?]{0,2000}\?=")
# fmt: off
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption",
    "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol",
    "p", "pre", "section", "table", "td", "th", "tr", "ul",
})
# fmt: on
_SILENT = frozenset(
    {"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "head"}
)
#: Markup beyond this is not read for plain text (a summary of a megabyte is an attack or a bug).
MAX_MARKUP = 400_000


def decode_bytes(body: bytes) -> str:
    """Decode a document whose encoding only the document itself can tell.

    A byte-order mark wins, then valid UTF-8, then a declared encoding from a list of safe ones,
    then Windows-1252; bytes that fit none become U+FFFD. Never raises.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, errors="replace")
    utf16 = _utf16_without_mark(body)
    if utf16:
        return body.decode(utf16, errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode(_declared_encoding(body), errors="replace")


def _utf16_without_mark(body: bytes) -> str | None:
    if body.startswith(b"<\x00"):
        return "utf-16-le"
    return "utf-16-be" if body.startswith(b"\x00<") else None


def _declared_encoding(body: bytes) -> str:
    match = _DECLARED.search(body[:4096])
    name = match.group(1).decode("ascii", errors="replace") if match else ""
    if not _ALLOWED_ENCODING.fullmatch(name):
        return "windows-1252"
    if re.fullmatch(r"(iso-?8859-?1|latin-?1|us-ascii|ascii)", name, re.IGNORECASE):
        return "windows-1252"  # as browsers do (WHATWG encoding standard)
    if re.fullmatch(r"utf-?8", name, re.IGNORECASE):
        return "utf-8"
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "windows-1252"


def clean_text(text: str) -> str:
    """Remove what hides or reorders text and normalise spaces; line breaks stay.

    NULs, controls, bidi and zero-width marks, soft hyphens and lone surrogates go; the rest is
    composed (NFC), so that a table row written on any keyboard matches.
    """
    if _is_one_clean_line(text):
        return unicodedata.normalize("NFC", " ".join(text.split()))
    return _cleaned(text)


def _is_one_clean_line(text: str) -> bool:
    """Most texts hold nothing to remove: all that hides, breaks or reorders is unprintable."""
    return text.isprintable() and "\ufffc" not in text and "\ufffd" not in text


def _cleaned(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n\n")
    text = unicodedata.normalize("NFC", _UNWANTED.sub("", text))
    return "\n".join(_SPACES.sub(" ", line).strip() for line in text.split("\n")).strip()


def clean_line(text: str, limit: int) -> str:
    """One clean line of at most ``limit`` characters; cut at a word with an ellipsis."""
    line = " ".join(clean_text(text[: limit * 8]).split())
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[limit // 2 :] else head) + "…"


def clean_title(text: str, limit: int = 500) -> str:
    """A headline as one line of plain text: markup, entities and mail encoding are undone.

    RFC 2047 words are decoded here because mail libraries would decode them later and let an
    encoded line break become a header of its own.
    """
    text = text[: limit * 8]
    for _ in range(3):
        if not _ENCODED_WORD.search(text):
            break
        text = _ENCODED_WORD.sub(lambda word: _decode_word(word.group()), text)
    text = _ENCODED_WORD.sub("", text)
    if "<" in text or "&" in text:
        text = plain_text(text)
    return clean_line(text, limit)


def _decode_word(word: str) -> str:
    try:
        raw, charset = decode_header(word)[0]
    except (HeaderParseError, ValueError):
        return ""
    if not isinstance(raw, bytes):
        return ""
    name = charset or "ascii"
    safe = name if _ALLOWED_ENCODING.fullmatch(name) else "utf-8"
    try:
        return codecs.decode(raw, safe, "replace")
    except LookupError:
        return codecs.decode(raw, "utf-8", "replace")


def plain_text(markup: str) -> str:
    """The text of an HTML fragment; its paragraphs are separated by blank lines. Never raises."""
    markup = markup[:MAX_MARKUP]
    if "<" not in markup and "&" not in markup and _is_one_clean_line(markup):
        return clean_text(markup)
    markup = _UNWANTED.sub("", markup)
    if "<" not in markup:
        return join_paragraphs(unescape(markup).split("\n"))
    try:
        root = lxml_html.fragment_fromstring(markup, create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError, RecursionError):
        return join_paragraphs(unescape(re.sub(r"<[^>]{0,2000}>", "\n", markup)).split("\n"))
    return element_text(root)


def element_text(root: Any) -> str:
    """The text below an element, one paragraph per block element; scripts and styles left out."""
    parts: list[str] = []
    walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, node in walker:
        if event == "start" and node.tag in _SILENT:
            walker.skip_subtree()
            continue
        if event in ("start", "end") and node.tag in _BLOCKS:
            parts.append("\n")
        if event == "start":
            parts.append(_flat(node.text))
        elif node is not root:
            parts.append(_flat(node.tail))
    return join_paragraphs("".join(parts).split("\n"))


def _flat(text: str | None) -> str:
    return re.sub(r"\s+", " ", text) if text else ""


def join_paragraphs(lines: list[str]) -> str:
    """Clean each line, drop the empty ones and set a blank line between the rest."""
    cleaned = (clean_text(line) for line in lines)
    return "\n\n".join(line for line in cleaned if line)
