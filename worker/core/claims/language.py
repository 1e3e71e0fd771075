"""Which language a text is in, among those with tables."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from worker.core.claims.lexicon import LANGUAGES

_SAMPLE = 3000


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=False)


def detect(text: str, hint: str | None = None) -> str:
    """The ISO 639-1 code of the language; a hint (the feed's language) decides for short texts."""
    sample = text[:_SAMPLE]
    if hint in LANGUAGES and len(sample.split()) < 12:
        return hint
    if not sample.strip():
        return hint or "und"
    code, _ = _identifier().classify(sample)
    return str(code)
