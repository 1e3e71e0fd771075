"""Who really reported it: ten copies of one agency text are one origin.

An origin is a string: ``wire:afp`` where an agency is named as the source of the text, the origin
of the text that this one copies, else ``group:…`` or ``outlet:…`` of the publisher.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from urllib.parse import urlsplit

from worker.core.spans import parse_span
from worker.model import Article

SHINGLE_WORDS = 4
SKETCH_SIZE = 96
#: From this share of common shingles on, one text is a copy of the other.
COPY_SIMILARITY = 0.5
#: Texts with fewer shingles say too little to be called copies.
LEAST_SHINGLES = 12
#: Copies are looked for by the smallest hashes of a sketch. Of two texts that have half of their
#: sketches in common, all of these differ in fewer than one pair of 100,000.
MARKS = 16
#: A copy appears within so many days of its model.
COPY_DAYS = 3

Sketch = tuple[int, ...]

_WORD = re.compile(r"\w+")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class KnownText:
    """What is kept of an article to recognise it, its later versions and its copies."""

    article_key: str
    digest: str
    origin: str
    published: str
    revision: int = 1
    extractor_version: str = ""
    sketch: Sketch = ()

    @property
    def day(self) -> date:
        """The day of publication."""
        return parse_span(self.published).end


def text_digest(article: Article) -> str:
    """A digest of title and text, blind to white space and Unicode form."""
    plain = _SPACES.sub(" ", unicodedata.normalize("NFC", article.full_text)).strip()
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def article_key(article: Article) -> str:
    """What identifies an article over its revisions: its URL, else its text."""
    return article.url or f"text:{text_digest(article)[:32]}"


def sketch_of(text: str) -> Sketch:
    """The smallest hashes of the word shingles of a text (bottom-k sketch, Broder 1997)."""
    words = _WORD.findall(text.casefold())
    shingles = {
        " ".join(words[i : i + SHINGLE_WORDS]) for i in range(len(words) - SHINGLE_WORDS + 1)
    }
    hashes = {_hash(shingle) for shingle in shingles}
    return tuple(sorted(hashes)[:SKETCH_SIZE])


def marks_of(sketch: Sketch) -> Sketch:
    """By what a text is found again: copies of each other have one of these in common."""
    return sketch[:MARKS] if len(sketch) >= LEAST_SHINGLES else ()


def _hash(shingle: str) -> int:
    digest = hashlib.blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=7).digest()
    return int.from_bytes(digest, "big")


def similarity(one: Sketch, other: Sketch) -> float:
    """The estimated share of common shingles of two texts, 0 to 1."""
    if not one or not other:
        return 0.0
    size = min(SKETCH_SIZE, max(len(one), len(other)))
    union = sorted({*one, *other})[:size]
    return len(set(union) & set(one) & set(other)) / len(union)


def origin_of(
    article: Article,
    sketch: Sketch,
    known: Iterable[KnownText] = (),
    groups: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Who really reported an article.

    ``known`` are texts of the days around it, ``groups`` maps an outlet (name or host, lower case)
    to its publisher group. Order: a wire named by the article, the text it copies, the publisher.
    """
    wire = article.origin or wire_of(article)
    if wire:
        return wire if ":" in wire else f"wire:{wire.casefold()}"
    model = copied_from(article, sketch, known)
    return model.origin if model else publisher_of(article, groups)


def copied_from(article: Article, sketch: Sketch, known: Iterable[KnownText]) -> KnownText | None:
    """The earliest known text that this one is a copy of."""
    if len(sketch) < LEAST_SHINGLES:
        return None
    key, own = article_key(article), frozenset(sketch)
    models = [
        text
        for text in known
        if text.article_key != key
        and len(text.sketch) >= LEAST_SHINGLES
        and _may_be_copy(own, text.sketch)
        and similarity(sketch, text.sketch) >= COPY_SIMILARITY
    ]
    return min(models, key=lambda text: (text.published, text.article_key), default=None)


def _may_be_copy(own: frozenset[int], other: Sketch) -> bool:
    """A cheap upper bound of the similarity, which rules nearly all other texts out."""
    least = min(SKETCH_SIZE, max(len(own), len(other)))
    return len(own.intersection(other)) >= COPY_SIMILARITY * least


def publisher_of(article: Article, groups: Mapping[str, str] = MappingProxyType({})) -> str:
    """The publisher group of an article's outlet, else the outlet itself."""
    host = _host(article.url or "").removeprefix("www.")
    name = (article.source or "").strip().casefold()
    for outlet in (name, host, ".".join(host.split(".")[-2:])):
        if outlet in groups:
            return f"group:{groups[outlet]}"
    return f"outlet:{name or host or article_key(article)}"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


_AGENCIES = {
    "dpa": r"dpa(?:-AFX)?|Deutsche Presse-Agentur",
    "afp": r"AFP|Agence France-Presse|АФП",
    "reuters": r"Reuters|Рейтер(?:с|з)?",
    "ap": r"AP|Associated Press",
    "apa": r"APA",
    "ansa": r"ANSA|Ansa",
    "efe": r"EFE|Efe",
    "europa_press": r"Europa Press",
    "pap": r"PAP",
    "anp": r"ANP",
    "belga": r"Belga",
    "ntb": r"NTB",
    "tt": r"TT",
    "ritzau": r"Ritzau",
    "stt": r"STT",
    "bns": r"BNS",
    "ukrinform": r"Ukrinform|Укрінформ(?:у)?|Укринформ(?:а|у)?",
    "interfax_ukraine": r"Interfax-Ukraine|Інтерфакс-Україна|Интерфакс-Украина",
    "tass": r"TASS|ТАСС",
    "interfax": r"Interfax|Интерфакс(?:а|у)?|Інтерфакс(?:у)?",
    "ria": r"RIA Nowosti|RIA Novosti|РИА Новости|РІА Новини",
    "kna": r"KNA",
    "epd": r"epd",
    "sda": r"SDA|Keystone-SDA",
    "ctk": r"ČTK|CTK",
    "tasr": r"TASR",
    "pa": r"PA Media|Press Association",
}
_NAMED = "|".join(f"(?P<{agency}>{names})" for agency, names in _AGENCIES.items())
_DATELINE = re.compile(
    rf"^[^\n.!?]{{0,60}}[(\[]\s*(?:{_NAMED})(?:\s*/\s*[\w -]+)*\s*[)\]]\s*[-–—:.]?", re.MULTILINE
)
_CREDIT = re.compile(
    rf"(?:^|[\s(\[])(?:Quelle|Source|Fuente|Fonte|Bron|Źródło|Джерело|Источник)\s*:\s*(?:{_NAMED})\b"
)
_SIGN_OFF = re.compile(rf"[(\[]?\b(?:{_NAMED})(?:\s*/\s*[\w -]+)*[)\]]?\s*\Z")
_ACCORDING = re.compile(
    r"(?:nach Angaben (?:von|der Nachrichtenagentur)|wie die (?:Nachrichtenagentur|Agentur)"
    r"|berichtet die Nachrichtenagentur|laut|according to|reported by|told|selon|d’après|d'après"
    r"|rapporte|según|informa|secondo|riferisce|volgens|meldt|według|podaje|informuje"
    r"|за даними|повідомляє|передає|по данным|сообщает|сообщил|передаёт|передает)"
    rf"\s+(?:the |die |l’|l'|la |el |news agency |agence |agencia |agenzia |persbureau |agencja )?"
    rf"(?:{_NAMED})\b",
    re.IGNORECASE,
)


def wire_of(article: Article) -> str | None:
    """The agency that an article names as its source, as ``wire:…``; ``None`` where none is.

    A dateline ("KYIV (Reuters) -"), a credit line and a sign-off count anywhere they stand; "nach
    Angaben von Reuters" in running text only where no other agency is named that way.
    """
    source = re.fullmatch(_NAMED, (article.source or "").strip())
    text = article.text.strip()
    found = source or _DATELINE.search(text[:400]) or _CREDIT.search(text) or _sign_off(text)
    if found:
        return _agency(found)
    named = {_agency(match) for match in _ACCORDING.finditer(article.full_text)}
    return named.pop() if len(named) == 1 else None


def _sign_off(text: str) -> re.Match[str] | None:
    last = text.rsplit("\n", 1)[-1]
    return _SIGN_OFF.search(last) if len(last) <= 60 or last.endswith((")", "]")) else None


def _agency(match: re.Match[str]) -> str:
    return f"wire:{match.lastgroup}"
