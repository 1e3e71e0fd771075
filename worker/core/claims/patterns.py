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

SHORT_GAP, LONG_GAP = 4, 22
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


class _Index:
    """Which token patterns a word can stand for; remembered for each word."""

    def __init__(self) -> None:
        self._modes: dict[str, dict[str, list[int]]] = {
            mode: defaultdict(list) for mode in ("exact", "cased", "prefix", "suffix", "infix")
        }
        self._lengths: tuple[list[int], list[int]] = ([], [])
        self._numbers: dict[tuple[Atom, ...], int] = {}

    def number_of(self, token: Token) -> int:
        """The number of a token pattern, entered when it is new."""
        known = self._numbers.get(token.atoms)
        if known is None:
            known = self._numbers[token.atoms] = len(self._numbers)
            for atom in token.atoms:
                self._modes[atom.mode][atom.text].append(known)
        return known

    def close(self) -> None:
        """Prepare for look-ups once everything is entered."""
        self._numbers = {}
        self._lengths = (
            sorted({len(key) for key in self._modes["prefix"]}),
            sorted({len(key) for key in self._modes["suffix"]}),
        )

    def of(self, word: Word) -> frozenset[int]:
        """The numbers of the token patterns that fit a word."""
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
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Variant(Generic[T]):
    """One way to write a pattern: its token patterns by number, each with the gap before it."""

    payload: T
    steps: tuple[tuple[int, int, bool], ...]  # number, gap before it, whether it closes a clause
    #: Token patterns without which a sentence cannot hold it.
    needs: frozenset[int]


#: What is known of a word: the token patterns it fits, the variants that begin with it.
_Known = tuple[frozenset[int], tuple[int, ...]]


class PatternSet(Generic[T]):
    """Many patterns with payloads, found in one pass.

    A variant is tried only where its first word stands, and only in a sentence that holds a word
    for each of its tokens: that keeps patterns that begin with "the" or "a" cheap.

    >>> found = PatternSet([("send|sends troops", "x")]).find(words_of("He sends troops", "en"))
    >>> [(m.payload, m.words) for m in found]
    [('x', (1, 2))]
    """

    def __init__(self, rows: Iterable[tuple[str, T]], closers: Iterable[str] = ()) -> None:
        self._variants: list[_Variant[T]] = []
        self._begins: dict[int, list[int]] = defaultdict(list)
        self._index = _Index()
        self._cache: dict[str, _Known] = {}
        self._closers = frozenset(closers)
        for patterns, payload in rows:
            for pattern in patterns.split(" ; "):
                for variant in compile_pattern(pattern.strip()):
                    self._add(variant, payload)
        self._index.close()

    def _add(self, variant: tuple[Token | Gap, ...], payload: T) -> None:
        steps: list[tuple[int, int, bool]] = []
        gap = 0
        for piece in variant:
            if isinstance(piece, Gap):
                gap = piece.most
            else:
                steps.append((self._index.number_of(piece), gap, piece.final))
                gap = 0
        self._begins[steps[0][0]].append(len(self._variants))
        needs = frozenset(number for number, _, _ in steps[1:])
        self._variants.append(_Variant(payload, tuple(steps), needs))

    def _known(self, word: Word) -> _Known:
        known = self._cache.get(word.text)
        if known is None:
            fits = self._index.of(word)
            begins = sorted(n for number in fits for n in self._begins.get(number, ()))
            known = fits, tuple(begins)
            if len(self._cache) >= _CACHE_LIMIT:
                self._cache.clear()
            self._cache[word.text] = known
        return known

    def find(self, words: Sequence[Word]) -> list[Match[T]]:
        """All matches in the words of one sentence; the shortest gaps win."""
        known = [self._known(word) for word in words]
        fits = [numbers for numbers, _ in known]
        present = frozenset().union(*fits)
        found: list[Match[T]] = []
        for at, (_, begins) in enumerate(known):
            for number in begins:
                variant = self._variants[number]
                if variant.needs <= present:
                    hit = self._walk(variant.steps, words, fits, at)
                    if hit is not None:
                        found.append(Match(variant.payload, hit))
        return found

    def _walk(
        self,
        steps: Sequence[tuple[int, int, bool]],
        words: Sequence[Word],
        fits: Sequence[frozenset[int]],
        at: int,
        inside: bool = False,
    ) -> tuple[int, ...] | None:
        """The words of the steps from ``at`` on; where a gap was cut too short, a longer one."""
        number, gap, final = steps[0]
        for place in range(at, min(at + gap + 1, len(words))):
            if inside and _stops(words, place):
                return None
            if number in fits[place] and (not final or self._closes(words, place)):
                if len(steps) == 1:
                    return (place,)
                rest = self._walk(steps[1:], words, fits, place + 1, inside=True)
                if rest is not None:
                    return (place, *rest)
        return None

    def _closes(self, words: Sequence[Word], place: int) -> bool:
        if place + 1 == len(words):
            return True
        following = words[place + 1]
        return bool(_CLOSES.search(following.before)) or following.norm in self._closers


def _stops(words: Sequence[Word], place: int) -> bool:
    """Whether a sentence ends before a word; the dot of "20. Paket" and "1,3 Mrd. Euro" ends none."""
    before = words[place].before
    if before == " " or not _STOPS.search(before):
        return False
    last = words[place - 1].text if place else ""
    return before.strip() != "." or not (last.isdigit() or last.casefold() in _DOTTED)


def matches(pattern: str, text: str, language: str, closers: Iterable[str] = ()) -> bool:
    """Whether a pattern (or one of several, parted by `` ; ``) is found in a text."""
    found = PatternSet([(pattern, None)], closers)
    return bool(found.find(words_of(text, language)))
