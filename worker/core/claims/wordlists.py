"""Word lists: the closed classes that the grammar itself needs, beside the tables of a language."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a text, in lower case as they are written."""
    return frozenset(text.split())


#: Of the subordinators only these give what somebody says, pledges or refuses.
COMPLEMENTIZERS = word_set(
    """
    that dass daß wonach que qu' che dat że iż żeby aby by що щоб аби что чтобы
    """
)
