"""The pattern language of the lexicon (docs/lexicon.md) and its matcher.

A compiled set finds all patterns of all tables in one pass over the words of a sentence. Each
distinct word is looked up once for the patterns that can begin with it and then remembered, so the
cost grows with the words of a text, not with the rows of the tables.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Generic, TypeVar

from worker.core.claims.text import Word, fold, words_of
from worker.errors import ConfigError

T = TypeVar("T")

SHORT_GAP, LONG_GAP = 4, 14
#: Between words: what no gap may cross, and what closes a clause for ``word$``.
_STOPS = re.compile(r"[.!?;:…]")
_CLOSES = re.compile(r"[,.!?;:…)\"”“»«–—]")
_CACHE_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class Atom:
    """One alternative of a token pattern."""

    mode: str  # exact | cased | prefix | suffix | infix
    text: str

    def fits(self, word: Word) -> bool:
        """Whether the word has this form."""
        match self.mode:
            case "exact":
                return word.norm == self.text
            case "prefix":
                return word.norm.startswith(self.text)
            case "suffix":
                return word.norm.endswith(self.text)
            case "infix":
                return self.text in word.norm
            case _:
                return word.text == self.text


@dataclass(frozen=True, slots=True)
class Token:
    """A token pattern: any of its atoms; ``final`` asks that it closes its clause."""

    atoms: tuple[Atom, ...]
    final: bool = False

    def fits(self, word: Word) -> bool:
        """Whether any alternative fits."""
        return any(atom.fits(word) for atom in self.atoms)


@dataclass(frozen=True, slots=True)
class Gap:
    """Up to ``most`` words of no interest."""

    most: int


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """A pattern found: its payload and the indices of the words that were written in it."""

    payload: T
    words: tuple[int, ...]

    @property
    def start(self) -> int:
        """Index of the first word."""
        return self.words[0]

    @property
    def end(self) -> int:
        """Index after the last word."""
        return self.words[-1] + 1


def _atom(raw: str) -> Atom:
    if raw.startswith("=") and len(raw) > 1:
        return _cased(raw[1:])
    left, right, core = raw.startswith("*"), raw.endswith("*"), raw.strip("*")
    if not core or "*" in core:
        raise ConfigError(
            f"pattern {raw!r}: * may stand only at the beginning or the end of a word; "
            "for a gap write .. or ..."
        )
    mode = {(0, 0): "exact", (0, 1): "prefix", (1, 0): "suffix", (1, 1): "infix"}[(left, right)]
    return Atom(mode, fold(core))


def _cased(core: str) -> Atom:
    if "*" in core:
        raise ConfigError(f"pattern '={core}': no * after =")
    return Atom("cased", core)


def _token(raw: str) -> Token:
    final = raw.endswith("$") and len(raw) > 1
    body = raw[:-1] if final else raw
    alternatives = [part for part in body.split("|") if part]
    if not alternatives:
        raise ConfigError(f"pattern {raw!r} has no word in it")
    return Token(tuple(_atom(part) for part in alternatives), final)


def compile_pattern(pattern: str) -> list[tuple[Token | Gap, ...]]:
    """The variants of one pattern, optional tokens written out; ConfigError says what is wrong."""
    pieces: list[list[tuple[Token | Gap, ...]]] = []
    for raw in pattern.split():
        if raw in {"..", "…"}:
            pieces.append([(Gap(SHORT_GAP),)])
        elif raw == "...":
            pieces.append([(Gap(LONG_GAP),)])
        elif raw.startswith("[") and raw.endswith("]"):
            pieces.append([(), (_token(raw[1:-1]),)])
        else:
            pieces.append([(_token(raw),)])
    variants = [tuple(x for part in combo for x in part) for combo in product(*pieces)]
    variants = [v for v in variants if v]
    if not variants:
        raise ConfigError(f"pattern {pattern!r} is empty")
    for variant in variants:
        if isinstance(variant[0], Gap) or isinstance(variant[-1], Gap):
            raise ConfigError(f"pattern {pattern!r} begins or ends with a gap")
    return variants


@dataclass(slots=True)
class _Index:
    exact: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    cased: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    prefix: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    suffix: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    infix: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


class PatternSet(Generic[T]):
    """Many patterns with payloads, found in one pass.

    >>> found = PatternSet([("send|sends troops", "x")]).find(words_of("He sends troops", "en"))
    >>> [(m.payload, m.words) for m in found]
    [('x', (1, 2))]
    """

    def __init__(self, rows: Iterable[tuple[str, T]], closers: Iterable[str] = ()) -> None:
        self._variants: list[tuple[tuple[Token | Gap, ...], T]] = []
        self._index = _Index()
        self._closers = frozenset(closers)
        self._cache: dict[str, tuple[int, ...]] = {}
        for patterns, payload in rows:
            for pattern in patterns.split(" ; "):
                for variant in compile_pattern(pattern.strip()):
                    self._add(variant, payload)
        self._prefixes = sorted({len(key) for key in self._index.prefix})
        self._suffixes = sorted({len(key) for key in self._index.suffix})

    def _add(self, variant: tuple[Token | Gap, ...], payload: T) -> None:
        number = len(self._variants)
        self._variants.append((variant, payload))
        first = variant[0]
        assert isinstance(first, Token)
        for atom in first.atoms:
            getattr(self._index, atom.mode)[atom.text].append(number)

    def _candidates(self, word: Word) -> tuple[int, ...]:
        known = self._cache.get(word.text)
        if known is not None:
            return known
        index, norm = self._index, word.norm
        found: set[int] = set(index.exact.get(norm, ()))
        found.update(index.cased.get(word.text, ()))
        for length in self._prefixes:
            found.update(index.prefix.get(norm[:length], ()))
        for length in self._suffixes:
            if length <= len(norm):
                found.update(index.suffix.get(norm[-length:], ()))
        for text, numbers in index.infix.items():
            if text in norm:
                found.update(numbers)
        result = tuple(sorted(found))
        if len(self._cache) >= _CACHE_LIMIT:
            self._cache.clear()
        self._cache[word.text] = result
        return result

    def find(self, words: Sequence[Word], tail: str = "") -> list[Match[T]]:
        """All matches in the words of one sentence; the shortest gaps win."""
        found: list[Match[T]] = []
        for at, word in enumerate(words):
            for number in self._candidates(word):
                variant, payload = self._variants[number]
                hit = self._walk(variant, words, at)
                if hit is not None:
                    found.append(Match(payload, hit))
        return found

    def _walk(
        self, variant: tuple[Token | Gap, ...], words: Sequence[Word], at: int
    ) -> tuple[int, ...] | None:
        hit: list[int] = []
        gap = 0
        for piece in variant:
            if isinstance(piece, Gap):
                gap = piece.most
                continue
            place = self._place(piece, words, at, gap, bool(hit))
            if place is None:
                return None
            hit.append(place)
            at, gap = place + 1, 0
        return tuple(hit)

    def _place(
        self, token: Token, words: Sequence[Word], at: int, gap: int, inside: bool
    ) -> int | None:
        for place in range(at, min(at + gap + 1, len(words))):
            word = words[place]
            if inside and _STOPS.search(word.before):
                return None
            if token.fits(word) and (not token.final or self._closes(words, place)):
                return place
        return None

    def _closes(self, words: Sequence[Word], place: int) -> bool:
        if place + 1 == len(words):
            return True
        following = words[place + 1]
        return bool(_CLOSES.search(following.before)) or following.norm in self._closers


def matches(pattern: str, text: str, language: str, closers: Iterable[str] = ()) -> bool:
    """Whether a pattern (or one of several, parted by `` ; ``) is found in a text."""
    found = PatternSet([(pattern, None)], closers)
    return bool(found.find(words_of(text, language)))
