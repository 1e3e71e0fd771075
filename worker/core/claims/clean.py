"""What in a text is no article: teasers, cookie notices, comments, menus; and questions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from worker.core.claims.lexicon import Lexicon
from worker.core.claims.marks import Marks
from worker.core.claims.text import Sentence, words_of

_QUESTION = re.compile(r"\?[\"'”“»«’‘)]*\s*$")
#: "PARIS, June 18 (Reuters) - …", "Washington (dpa) – …", "MADRID. …", "LONDON — …"
_DATELINE = re.compile(
    r"""^(?:
        [^\W\d_][^.!?\n()]{0,60}\([^()\n]{2,40}\)\s*(?:\.?[-–—:]|\.|--)\s+
      | [^\W\d_a-zß-ÿа-я][^\Wa-zß-ÿа-яіїєґ]+[^.!?\n()a-z]{0,40}(?:,\s*[^\W\d_]{3,12}\.?\s*\d{1,2})?\s*(?:\.?[–—]|\s-|\.-)\s+
      | [^\W\d_]\w+(?:/\w+)?\s(?:taz|dpa|afp|apa|sda|rtr|reuters|ap|epd|kna|anp|ansa|pap)?\s?\|\s+
      | [^\W\d_]\w+/[^\W\d_]\w+(?:/[^\W\d_]\w+)?\s+[-–—]\s+
    )""",
    re.VERBOSE,
)


def is_question(text: str, sentence: Sentence) -> bool:
    """Whether the sentence ends with a question mark."""
    return bool(_QUESTION.search(text[sentence.start : sentence.end]))


#: This many paragraphs that end in a question mark make an interview.
_INTERVIEW_QUESTIONS = 4


def is_interview(text: str, parts: Sequence[Sentence]) -> bool:
    """Whether a text is questions and answers."""
    last = {s.paragraph: s for s in parts}
    asked = sum(is_question(text, sentence) for sentence in last.values())
    return asked >= _INTERVIEW_QUESTIONS and asked * 4 >= len(last)


def asked_paragraphs(text: str, parts: Sequence[Sentence]) -> frozenset[int]:
    """The paragraphs of an interview that the interviewer speaks: they end in a question mark."""
    last = {s.paragraph: s for s in parts}
    return frozenset(n for n, sentence in last.items() if is_question(text, sentence))


#: A paragraph this long is text whose breaks were lost: only the line itself is dropped from it.
_LONG_PARAGRAPH = 5


def _listed(sentence: Sentence, text: str) -> bool:
    """Whether a sentence is an item of a list ("- …"), as the headlines below "Read more" are."""
    return text[sentence.start : sentence.start + 2] in {"- ", "• ", "* ", "– "}


def kept(text: str, sentences: Sequence[Sentence], lexicon: Lexicon) -> list[Sentence]:
    """The sentences of the article itself: teasers, cookie texts and readers' letters are dropped."""
    lengths = Counter(sentence.paragraph for sentence in sentences)
    dropped: set[int] = set()
    found = []
    for sentence in sentences:
        if sentence.paragraph - 1 in dropped and _listed(sentence, text):
            dropped.add(sentence.paragraph)
        if sentence.paragraph in dropped:
            continue
        if not _openers(sentence, lexicon):
            found.append(sentence)
        elif lengths[sentence.paragraph] <= _LONG_PARAGRAPH:
            dropped.add(sentence.paragraph)
    return [s for s in found if s.paragraph not in dropped]


def _openers(sentence: Sentence, lexicon: Lexicon) -> set[str]:
    """Boiler and reader phrases that begin a sentence."""
    head = sentence.words[:7]
    return {
        match.payload["type"]
        for match in lexicon.patterns.find(head)
        if match.payload.table == "context"
        and match.payload["type"] in {"boiler", "reader"}
        and match.start == 0
    }


#: The hour before an item of a live blog: "17:45 …", "17.45 Uhr – …", "[09:12] …".
_HOUR = re.compile(
    r"^[\[(]?(?:[01]?\d|2[0-3])[:.h][0-5]\d[\])]?(?:\s*(?:Uhr|uur|CET|CEST|GMT|BST))?\s*[-–—|:.]?\s+"
)


def without_dateline(text: str, sentence: Sentence, language: str) -> Sentence:
    """The sentence without the place and agency, or the hour, before it ("PARIS, June 18 (AFP) - …")."""
    said = text[sentence.start : sentence.end]
    match = _DATELINE.match(said) or _HOUR.match(said)
    if match is None:
        return sentence
    return beginning_at(sentence.start + match.end(), text, sentence, language)


def beginning_at(start: int, text: str, sentence: Sentence, language: str) -> Sentence:
    """The rest of a sentence from a place in the text on; the whole where nothing is left."""
    words = words_of(text, language, start, sentence.end)
    return replace(sentence, start=start, words=words) if words else sentence


_DASH = re.compile(r"[–—]|\s-\s|--")
#: So many words behind a place and a dash are a sentence of their own, no headline.
_WHOLE = 6


def behind_place(marks: Marks) -> int | None:
    """Where the sentence begins behind a bare capital: "Brüssel – Bei der Sitzung haben …"."""
    first = next((a for a in marks.actors if a.start == 0 and a.kind == "capital"), None)
    if first is None or len(marks.words) - first.end < _WHOLE:
        return None
    behind = marks.words[first.end]
    return behind.start if _DASH.search(behind.before) else None
