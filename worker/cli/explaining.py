"""``analyze --explain``: each sentence in colour, the claims read in it, the readings that lost."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from worker.cli.output import console
from worker.core.claims import Explained, Extractor, explain
from worker.model import Article

#: What is marked in which colour; conditions are underlined, for they lie over other marks.
STYLES = {
    "actor": "bold cyan",
    "measure": "bold magenta",
    "cue": "bold green",
    "context": "yellow",
    "condition": "underline",
}


def show_explanation(file: Path, article: Article, extractor: Extractor) -> None:
    """Print the explanation of one article."""
    screen = console()
    legend = Text(" · ").join(Text(kind, style) for kind, style in STYLES.items())
    screen.print(Text(f"{file}\n", "bold"), legend)
    for sentence in explain(extractor, article):
        screen.print()
        screen.print(coloured(sentence))
        for mark in sentence.spans:
            quote = sentence.text[mark.start - sentence.start : mark.end - sentence.start]
            screen.print(Text(f"    {mark.kind:9} {quote} → {mark.label}", STYLES[mark.kind]))
        for claim in sentence.claims:
            screen.print(Text(f"  ✓ {claim}", "bold"))
        for reason in sentence.lost:
            screen.print(Text(f"  ✗ {reason}", "dim"))


def coloured(sentence: Explained) -> Text:
    """The sentence with its marks in colour."""
    text = Text(sentence.text)
    for mark in sentence.spans:
        text.stylize(STYLES[mark.kind], mark.start - sentence.start, mark.end - sentence.start)
    return text
