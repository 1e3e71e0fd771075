"""Word lists: the closed classes that the grammar itself needs, beside the tables of a language."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a text, folded as the words of a sentence are."""
    return frozenset(text.casefold().split())


#: Of the subordinators only these give what somebody says, pledges or refuses.
COMPLEMENTIZERS = word_set(
    """
    that dass daß wonach lesquelles lesquels laquelle lequel cui cuales cual welke que qu' che dat że iż żeby aby by що щоб аби что чтобы
    """
)
