"""Text to sentences and words with offsets; the only place that looks at single characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

#: Characters that stand inside a word without being seen: soft hyphen, zero-width and bidi marks.
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069"
_APOSTROPHES = "'’‘ʼ`´′＇"
_LETTER = rf"[^\W\d_]|[{_INVISIBLE}\u0300-\u036f]"
_WORD = re.compile(
    rf"""
    (?P<dotted>(?:[A-Za-z]\.){{2,}}(?!\w))          # U.S., z.B.
  | (?P<number>\d+(?:[.,\u00a0\u202f'’]\d{{3}})*(?:[.,]\d+)?)
  | (?P<word>(?:{_LETTER})(?:{_LETTER}|\d)*(?:[{_APOSTROPHES}](?:{_LETTER})+)*[{_APOSTROPHES}]?)
  | (?P<symbol>[€$£%¥₴])
    """,
    re.VERBOSE,
)
_STRIP = re.compile(f"[{_INVISIBLE}]")
_FOLD_APOSTROPHE = str.maketrans(dict.fromkeys(_APOSTROPHES, "'"))
#: Cyrillic and Greek letters that look like Latin ones, folded when a word mixes scripts.
_LOOKALIKE = str.maketrans(
    "аеорсухіјѕԁһкмтвнАЕОРСУХІЈКМТВНοανιΑΒΕΗΙΚΜΝΟΡΤΧ",
    "aeopcyxijsdhkmtbhAEOPCYXIJKMTBHoaviABEHIKMNOPTX",
)
_LATIN = re.compile(r"[A-Za-zÀ-ÿ]")
_FOREIGN = re.compile(r"[\u0370-\u04ff]")
_SPLIT_AFTER_APOSTROPHE = {"fr", "it"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word: as written, folded for comparison, its offsets, and what stands before it."""

    text: str
    norm: str
    start: int
    end: int
    #: The characters between the previous word (or the start of the sentence) and this one.
    before: str

    @property
    def capitalised(self) -> bool:
        """Whether the word begins with an upper-case letter."""
        return self.text[:1].isupper()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence: its offsets in the text, its words, what follows the last word, its paragraph."""

    start: int
    end: int
    words: tuple[Word, ...]
    tail: str
    paragraph: int


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Fold a word for comparison: NFKC, no invisible marks, look-alike letters, case, apostrophes."""
    text = unicodedata.normalize("NFKC", _STRIP.sub("", text)).translate(_FOLD_APOSTROPHE)
    if _LATIN.search(text) and _FOREIGN.search(text):
        text = text.translate(_LOOKALIKE)
    return text.casefold().replace("ё", "е")  # the Russian press writes it or leaves it


def _pieces(match: re.Match[str], language: str) -> Iterator[tuple[int, int]]:
    start, end = match.span()
    if match.lastgroup != "word":
        yield start, end
        return
    raw = match.group().translate(_FOLD_APOSTROPHE)
    while raw.endswith("'") and not _elided(raw, language):
        raw, end = raw[:-1], end - 1
    cut = raw.find("'")
    if cut > 0 and language in _SPLIT_AFTER_APOSTROPHE and cut + 1 < len(raw) and cut <= 6:
        yield start, start + cut + 1
        yield start + cut + 1, end
    elif language == "en" and cut > 0 and raw[cut + 1 :].lower() == "s":
        yield start, start + cut
        yield start + cut, end
    else:
        yield start, end


def _elided(raw: str, language: str) -> bool:
    return language in _SPLIT_AFTER_APOSTROPHE and raw.count("'") == 1 and len(raw) <= 7


def words_of(text: str, language: str, start: int = 0, end: int | None = None) -> tuple[Word, ...]:
    """Split ``text[start:end]`` into words; offsets count in ``text``."""
    stop = len(text) if end is None else end
    found: list[Word] = []
    last = start
    for match in _WORD.finditer(text, start, stop):
        for left, right in _pieces(match, language):
            raw = text[left:right]
            found.append(Word(raw, fold(raw), left, right, text[last:left]))
            last = right
    return tuple(found)


_PARAGRAPH = re.compile(r"\n+|\r+|\u2028|\u2029")
#: A line of hard-wrapped text is at least so long (characters) and ends in mid-sentence.
_WRAPPED = re.compile(r"[^\W_]\s?,?\s*\n(?=[^\S\n]*(?P<next>\S))")
#: A line that goes on has at least so many characters before its last one.
_LINE = 30
_END = re.compile(
    r"[.!?…](?:[.!?…])*[\"'”“»«’‘›‹\)\]]*(?=\s|$)|[.!?][\"”“»«](?=\S)"
    r"|(?<=[^\W\d_A-Z]{3})[.!?](?=[^\W\d_a-z]{1}[^\W\d_A-Z]{2})"
)
#: A sentence longer than this many characters is cut at a space, so that work stays linear.
_MAX_SENTENCE = 1200


def paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """The offsets of the paragraphs of a text: its lines, those of a hard-wrapped one together."""
    start = 0
    wraps = _wraps(text)
    for match in _PARAGRAPH.finditer(text):
        if match.end() in wraps:
            continue
        if text[start : match.start()].strip():
            yield start, match.start()
        start = match.end()
    if text[start:].strip():
        yield start, len(text)


def _wraps(text: str) -> set[int]:
    """Where a line goes on in mid-sentence: its next line begins with a small letter.

    Two such lines tell that the whole block is hard-wrapped, names at the beginning of a line too.
    """
    found: set[int] = set()
    block: list[tuple[int, bool]] = []
    for match in _WRAPPED.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        if match.start() - start < _LINE:
            continue
        if block and "\n\n" in text[block[-1][0] - 2 : start + 1]:
            found |= _wraps_of(block)
            block = []
        if match["next"].isalpha() and "\n\n" not in match.group():
            block.append((match.end(), match["next"].islower()))
    return found | _wraps_of(block)


def _wraps_of(block: list[tuple[int, bool]]) -> set[int]:
    small = {end for end, lower in block if lower}
    return small if len(small) < 2 else {end for end, _ in block}


def sentences(text: str, language: str, abbreviations: Collection[str] = ()) -> list[Sentence]:
    """Split a text into sentences, never across a line break."""
    found: list[Sentence] = []
    for index, (start, end) in enumerate(paragraphs(text)):
        for left, right in _spans(text, start, end, language, abbreviations):
            words = words_of(text, language, left, right)
            if words:
                tail = text[words[-1].end : right]
                found.append(Sentence(left, right, words, tail, index))
    return found


def _spans(
    text: str, start: int, end: int, language: str, abbreviations: Collection[str]
) -> Iterator[tuple[int, int]]:
    left = _skip_space(text, start, end)
    for match in _END.finditer(text, start, end):
        right = match.end()
        if match.start() < left or not _ends_here(text, left, match, end, language, abbreviations):
            continue
        yield from _cut(text, left, right)
        left = _skip_space(text, right, end)
    if left < end:
        yield from _cut(text, left, end)


def _skip_space(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start


def _cut(text: str, left: int, right: int) -> Iterator[tuple[int, int]]:
    while right - left > _MAX_SENTENCE:
        space = text.rfind(" ", left + 1, left + _MAX_SENTENCE)
        stop = space if space > left else left + _MAX_SENTENCE
        yield left, stop
        left = _skip_space(text, stop, right)
    while right > left and text[right - 1].isspace():
        right -= 1
    if right > left:
        yield left, right


_DASH_SPEECH = re.compile(r"[–—] +[^\W\d_]")


def _speaks_on(text: str, match: re.Match[str], following: int, language: str) -> bool:
    """ "… całą sprawę. – Jesteśmy gotowi": the dash of Slavic speech opens a new sentence."""
    spoken = _DASH_SPEECH.match(text, following)
    if spoken is None or language not in {"pl", "uk", "ru"}:
        return False
    return text[spoken.end() - 1].isupper() and match.group()[-1] in ".!?…"


_BEFORE_DOT = re.compile(r"([^\s(„“\"'»«]+)$")


#: "… he wrote on X. Poland will": the name of the service is no initial.
_ON_X = re.compile(r"\b(?:on|op|auf|sur|en|su|via|na|platform|plattform|dienst)\s+X$")


def _ends_here(
    text: str,
    left: int,
    match: re.Match[str],
    end: int,
    language: str,
    abbreviations: Collection[str],
) -> bool:
    following = _skip_space(text, match.end(), end)
    if following >= end:
        return True
    nxt = text[following]
    if _speaks_on(text, match, following, language):
        return True
    if nxt.islower() or nxt in ",;:)–—":
        return False
    if match.group()[0] != "." or len(match.group()) > 1:
        return True
    before = _BEFORE_DOT.search(text, max(left, match.start() - 24), match.start())
    if before is None:
        return True
    token = fold(before.group(1))
    if token.isdigit() and before.start() == left:
        return False  # "3. The leaders agreed": the number of a paragraph
    if (len(token) == 1 and token.isalpha()) or "." in token:
        return bool(_ON_X.search(text, max(left, match.start() - 24), match.start()))
    if token.isdigit() and len(token) <= 2 and language in {"de", "pl", "nl"} and nxt.isalpha():
        return False
    if token in _SUMS and _OPENS.match(text, following):
        return True
    return token not in abbreviations and token + "." not in abbreviations


#: "… около 40 млрд. В 2025 году": an abbreviation of a sum, and a word that begins a sentence.
_SUMS = frozenset({"млн", "млрд", "тыс", "тис", "руб", "грн", "долл", "дол", "г", "гг", "р", "рр"})
_OPENS = re.compile(
    r"(?:В|На|По|С|Об|О|У|За|При|Как|Он|Она|Это|Также|Ранее|Кроме|Из|До|Для|Про|Це|Він|Вона|Також"
    r"|Раніше|Крім|Із|З|Від|Однак|Однако|Но|Але|Во)\b"
)
