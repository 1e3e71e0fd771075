"""Claims: deterministic rules over the language tables; every claim names the rules that fired."""

from worker.core.claims.explain import Explained, Span, explain
from worker.core.claims.extractor import Extractor, default_extractor
from worker.core.edition import EXTRACTOR_VERSION

__all__ = ["EXTRACTOR_VERSION", "Explained", "Extractor", "Span", "default_extractor", "explain"]
