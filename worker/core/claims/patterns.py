"""The pattern language of the lexicon (docs/lexicon.md) and its matcher.

A compiled set finds all patterns of all tables in one pass over the words of a sentence. Each
distinct word is looked up once for the patterns that can begin with it and then remembered, so the
cost grows with the words of a text, not with the rows of the tables.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Generic, TypeVar

from worker.core.claims.text import Word, fold, words_of
from worker.errors import ConfigError

T = TypeVar("T")

SHORT_GAP, LONG_GAP = 4, 14
#: Between words: what no gap may cross, and what closes a clause for ``word$``.
_STOPS = re.compile(r"[.!?;:…]")
_CLOSES = re.compile(r"[,.!?;:…)\"”“»«–—]")
#: Short forms whose dot a gap may cross.
_DOTTED = frozenset(
    {
        "tys",
        "тис",
        "тыс",
        "млн",
        "млрд",
        "mln",
        "mld",
        "mrd",
        "mio",
        "tsd",
        "ca",
        "bzw",
        "dr",
        "prof",
        "mr",
        "mrs",
        "gen",
        "st",
    }
)
_CACHE_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class Atom:
    """One alternative of a token pattern."""

    mode: str  # exact | cased | prefix | suffix | infix
    text: str


@dataclass(frozen=True, slots=True)
class Token:
    """A token pattern: any of its atoms; ``final`` asks that it closes its clause."""

    atoms: tuple[Atom, ...]
    final: bool
    exact: frozenset[str]
    cased: frozenset[str]
    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]
    infixes: tuple[str, ...]

    @classmethod
    def of(cls, atoms: Sequence[Atom], final: bool) -> Token:
        """A token pattern with its alternatives sorted by how they are compared."""
        by_mode: dict[str, list[str]] = defaultdict(list)
        for atom in atoms:
            by_mode[atom.mode].append(atom.text)
        return cls(
            tuple(atoms),
            final,
            frozenset(by_mode["exact"]),
            frozenset(by_mode["cased"]),
            tuple(by_mode["prefix"]),
            tuple(by_mode["suffix"]),
            tuple(by_mode["infix"]),
        )

    @property
    def rarity(self) -> int:
        """How telling the token is: the length of its shortest alternative."""
        return min(len(atom.text) for atom in self.atoms)

    def fits(self, word: Word) -> bool:
        """Whether any alternative fits."""
        norm = word.norm
        return (
            norm in self.exact
            or norm.startswith(self.prefixes)
            or norm.endswith(self.suffixes)
            or word.text in self.cased
            or any(text in norm for text in self.infixes)
        )


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
    return Token.of([_atom(part) for part in alternatives], final)


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


class _Index:
    """Which numbers (of variants, of anchors) a word can stand for; remembered for each word."""

    def __init__(self) -> None:
        self._modes: dict[str, dict[str, list[int]]] = {
            mode: defaultdict(list) for mode in ("exact", "cased", "prefix", "suffix", "infix")
        }
        self._lengths: tuple[list[int], list[int]] = ([], [])
        self._cache: dict[str, tuple[int, ...]] = {}

    def add(self, token: Token, number: int) -> None:
        """Enter a token pattern under a number."""
        for atom in token.atoms:
            self._modes[atom.mode][atom.text].append(number)

    def close(self) -> None:
        """Prepare for look-ups once everything is entered."""
        self._lengths = (
            sorted({len(key) for key in self._modes["prefix"]}),
            sorted({len(key) for key in self._modes["suffix"]}),
        )

    def of(self, word: Word) -> tuple[int, ...]:
        """The numbers whose token fits a word."""
        known = self._cache.get(word.text)
        if known is None:
            known = self._look_up(word)
            if len(self._cache) >= _CACHE_LIMIT:
                self._cache.clear()
            self._cache[word.text] = known
        return known

    def _look_up(self, word: Word) -> tuple[int, ...]:
        norm, modes = word.norm, self._modes
        found: set[int] = set(modes["exact"].get(norm, ()))
        found.update(modes["cased"].get(word.text, ()))
        for length in self._lengths[0]:
            found.update(modes["prefix"].get(norm[:length], ()))
        for length in self._lengths[1]:
            if length <= len(norm):
                found.update(modes["suffix"].get(norm[-length:], ()))
        for text, numbers in modes["infix"].items():
            if text in norm:
                found.update(numbers)
        return tuple(sorted(found))


class PatternSet(Generic[T]):
    """Many patterns with payloads, found in one pass.

    A variant is tried only where its first word stands, and only in a sentence that also holds its
    most telling word (the anchor): that keeps patterns that begin with "the" or "a" cheap.

    >>> found = PatternSet([("send|sends troops", "x")]).find(words_of("He sends troops", "en"))
    >>> [(m.payload, m.words) for m in found]
    [('x', (1, 2))]
    """

    def __init__(self, rows: Iterable[tuple[str, T]], closers: Iterable[str] = ()) -> None:
        self._variants: list[tuple[tuple[Token | Gap, ...], T, int]] = []
        self._firsts, self._anchors = _Index(), _Index()
        self._anchor_numbers: dict[tuple[Atom, ...], int] = {}
        self._closers = frozenset(closers)
        for patterns, payload in rows:
            for pattern in patterns.split(" ; "):
                for variant in compile_pattern(pattern.strip()):
                    self._add(variant, payload)
        self._firsts.close()
        self._anchors.close()

    def _add(self, variant: tuple[Token | Gap, ...], payload: T) -> None:
        tokens = [piece for piece in variant if isinstance(piece, Token)]
        anchor = max(tokens, key=lambda t: t.rarity)
        known = self._anchor_numbers.get(anchor.atoms)
        if known is None:
            known = self._anchor_numbers[anchor.atoms] = len(self._anchor_numbers)
            self._anchors.add(anchor, known)
        self._firsts.add(tokens[0], len(self._variants))
        self._variants.append((variant, payload, known))

    def find(self, words: Sequence[Word]) -> list[Match[T]]:
        """All matches in the words of one sentence; the shortest gaps win."""
        present: set[int] = set()
        for word in words:
            present.update(self._anchors.of(word))
        found: list[Match[T]] = []
        for at, word in enumerate(words):
            for number in self._firsts.of(word):
                variant, payload, anchor = self._variants[number]
                if anchor in present and (hit := self._walk(variant, words, at)) is not None:
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
            if inside and _stops(words, place):
                return None
            if token.fits(word) and (not token.final or self._closes(words, place)):
                return place
        return None

    def _closes(self, words: Sequence[Word], place: int) -> bool:
        if place + 1 == len(words):
            return True
        following = words[place + 1]
        return bool(_CLOSES.search(following.before)) or following.norm in self._closers


def _stops(words: Sequence[Word], place: int) -> bool:
    """Whether a sentence ends before a word; the dot of "20. Paket" and "1,3 Mrd. Euro" ends none."""
    before = words[place].before
    if not _STOPS.search(before):
        return False
    last = words[place - 1].text if place else ""
    return before.strip() != "." or not (last.isdigit() or last.casefold() in _DOTTED)


def matches(pattern: str, text: str, language: str, closers: Iterable[str] = ()) -> bool:
    """Whether a pattern (or one of several, parted by `` ; ``) is found in a text."""
    found = PatternSet([(pattern, None)], closers)
    return bool(found.find(words_of(text, language)))
